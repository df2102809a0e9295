# SPDX-License-Identifier: GPL-3.0-only
"""What the hub has a worker process do before filing:
only there the readers of PDFs and pictures are loaded.
"""

from __future__ import annotations

from documents.store.search import FiledMarks


def marks_of(data: bytes) -> FiledMarks:
    """See `documents.store.index_reading.read_marks`."""
    from documents.store.index_reading import read_marks

    return read_marks(data)
