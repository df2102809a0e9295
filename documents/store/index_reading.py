# SPDX-License-Identifier: GPL-3.0-only
"""The words and pages of a document, by which it is found again.
Used by `index_marks`, in a worker process.
"""

from __future__ import annotations

import pikepdf
import pypdfium2

from documents.imaging.encoding import as_jpeg
from documents.imaging.fingerprint import fingerprint_of
from documents.pdf.files import open_pdf
from documents.pdf.given_pdf import draw_page
from documents.pdf.provenance import picture_bytes, read_origin
from documents.search_words import MAX_TEXT
from documents.store.search import FiledMarks, PageMark
from session.core.errors import SessionError

JPEG = b"\xff\xd8\xff"
_LOOK_DPI = 50


def read_marks(data: bytes) -> FiledMarks:
    """Return what can be told of a document; what cannot be read is left out."""
    origin = read_origin(data)
    if origin is not None:
        scanned = [page.scanned_sha256 for page in origin.pages]
    else:
        scanned = []
    looks = _fingerprints(data)
    scanned += [""] * (len(looks) - len(scanned))
    pages = tuple(PageMark(sha256, look) for sha256, look in zip(scanned, looks, strict=False))
    return FiledMarks(words=_words(data), pages=pages)


def _fingerprints(data: bytes) -> list[str]:
    try:
        with open_pdf(data) as pdf:
            pictures = [picture_bytes(page) for page in pdf.pages]
    except (SessionError, pikepdf.PdfError, ValueError, RuntimeError, AttributeError):
        return []
    return [_fingerprint(data, number, picture) for number, picture in enumerate(pictures)]


def _fingerprint(data: bytes, number: int, picture: bytes | None) -> str:
    """Return the fingerprint of the page's own JPEG; a page in layers is drawn first."""
    try:
        if picture and not picture.startswith(JPEG):
            picture = as_jpeg(draw_page(data, number, _LOOK_DPI).convert("L"), _LOOK_DPI)
        if picture:
            return fingerprint_of(picture)
        return ""
    except (OSError, ValueError, SessionError):
        return ""


def _words(data: bytes) -> str:
    page_texts: list[str] = []
    try:
        with pypdfium2.PdfDocument(data) as pdf:  # type: ignore[no-untyped-call]
            for page in pdf:
                page_texts.append(page.get_textpage().get_text_bounded())
                if sum(map(len, page_texts)) > MAX_TEXT:
                    break
    except (pypdfium2.PdfiumError, ValueError, OSError):
        return ""
    return " ".join(page_texts)
