# SPDX-License-Identifier: GPL-3.0-only
"""The work that a worker process does for the hub before filing and for lists: a PDF of others can
end its reader, and then only the worker is gone. Only there the readers of PDFs and pictures are
loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from documents.store.search import FiledMarks

if TYPE_CHECKING:
    from documents.pdf.check import PdfFacts

type LookAtPdf = Callable[[bytes], PdfFacts]
"""Tells what a PDF is, or raises `PageUnreadable` or `PageTooLarge`; may wait."""


def marks_of(data: bytes) -> FiledMarks:
    """See `documents.store.index_reading.read_marks`."""
    from documents.store.index_reading import read_marks

    return read_marks(data)


def facts_of(data: bytes) -> PdfFacts:
    """See `documents.pdf.check.inspect_pdf`."""
    from documents.pdf.check import inspect_pdf

    return inspect_pdf(data, validate=False)


def sketch_of(data: bytes) -> bytes:
    """See `documents.pdf.given_pdf.sketch_jpeg`."""
    from documents.pdf.given_pdf import sketch_jpeg

    return sketch_jpeg(data)
