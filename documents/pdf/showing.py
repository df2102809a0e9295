# SPDX-License-Identifier: GPL-3.0-only
"""Pictures of a document that an agent shows a caller, page by page.
Used by the desk's program, in a worker process.

Only pixels come out: whatever a document carries beside them (scripts, links, attached files) stays
behind.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pypdfium2
from PIL import Image

from documents.imaging.pictures import open_picture
from documents.pdf.files import open_pdf
from session.core.errors import PageTooLarge, PageUnreadable

MAX_SHOWN_BYTES = 24 * 1024 * 1024
"""Largest document that is shown."""

MAX_SHOWN_PAGES = 50
MAX_PICTURE_BYTES = 400 * 1024
"""Largest picture of one page: 13 s of a narrow line's allowance."""

LONG_SIDE_PX = 1400
"""A page of text is read well on the kiosk's screen; a full A4 of it has some 20 kB."""

MAX_SIDE_RATIO = 6.0
FEW_COLOURS = 32
ENOUGH_BYTES = 60 * 1024
_QUALITIES = (72, 50, 30)
_PDF = b"%PDF-"
_pdfium: Any = pypdfium2
"""Its classes carry no types."""


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """One page as WebP."""

    data: bytes
    width_px: int
    height_px: int


def count_shown(data: bytes) -> int:
    """Count the pages of this PDF, JPEG or PNG.

    Raises:
        PageUnreadable: neither of them, damaged, encrypted or empty.
        PageTooLarge: too many bytes or pages.
    """
    if len(data) > MAX_SHOWN_BYTES:
        raise PageTooLarge(size_bytes=len(data), limit_bytes=MAX_SHOWN_BYTES)
    if not data.startswith(_PDF):
        open_picture(data)
        return 1
    with open_pdf(data) as pdf:
        pages = len(pdf.pages)
    if not pages:
        raise PageUnreadable(why="no_pages")
    if pages > MAX_SHOWN_PAGES:
        raise PageTooLarge(pages=pages, limit_pages=MAX_SHOWN_PAGES)
    return pages


def draw_shown(data: bytes, page: int) -> DrawnPage:
    """The picture of one page, counted from 0.
    Raises as `count_shown`, and `PageUnreadable` beyond the last page.
    """
    pages = count_shown(data)
    if not 0 <= page < pages:
        raise PageUnreadable(why="no_such_page")
    if data.startswith(_PDF):
        picture = _pdf_page(data, page)
    else:
        picture = open_picture(data).image
    if max(picture.size) > MAX_SIDE_RATIO * max(1, min(picture.size)):
        raise PageUnreadable(why="shape")
    if max(picture.size) > LONG_SIDE_PX:
        picture.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.LANCZOS)
    return _encoded(picture)


def _pdf_page(data: bytes, number: int) -> Image.Image:
    try:
        document = _pdfium.PdfDocument(data)
        try:
            page = document[number]
            long_pt = max(page.get_size())
            if not long_pt > 0:
                raise PageUnreadable(why="shape")
            drawn: Image.Image = page.render(
                scale=(LONG_SIDE_PX - 1) / long_pt, may_draw_forms=True
            ).to_pil()
            return drawn.convert("RGB")
        finally:
            document.close()
    except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
        raise PageUnreadable(why="damaged") from error


def _encoded(picture: Image.Image) -> DrawnPage:
    """Text and drawings in few exact colours:
    a tenth of what the coding for photographs makes of them.
    """
    exact = _webp(picture.quantize(FEW_COLOURS).convert("RGB"), lossless=True)
    if len(exact) <= ENOUGH_BYTES:
        return DrawnPage(exact, picture.width, picture.height)
    for quality in _QUALITIES:
        lossy = _webp(picture, quality=quality)
        if quality == _QUALITIES[0]:
            best = min(exact, lossy, key=len)
        else:
            best = lossy
        if len(best) <= MAX_PICTURE_BYTES:
            return DrawnPage(best, picture.width, picture.height)
    raise PageTooLarge(size_bytes=len(lossy), limit_bytes=MAX_PICTURE_BYTES)


def _webp(picture: Image.Image, **how: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "WEBP", method=4, **how)
    return file.getvalue()
