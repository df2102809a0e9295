# SPDX-License-Identifier: GPL-3.0-only
"""A PDF that a caller brought, made harmless:
every page drawn anew, a new document made of the pictures.

Whatever the file could do (scripts, actions, attachments, layers, forms) stays behind, because
nothing of it is copied. For a worker process (`documents.workers`): what a hostile file can do to a
renderer ends with that process.
"""

from __future__ import annotations

import msgspec
import pypdfium2
from PIL import Image

from documents.hashes import sha256_of
from documents.imaging.encoding import as_jpeg
from documents.pdf.check import inspect_pdf
from documents.pdf.files import MAX_PDF_BYTES
from session.core.errors import PageTooLarge, PageUnreadable

MAX_GIVEN_PAGES = 50
MAX_SIDE_PT = 1700.0
"""A2 is 1191 x 1684 points."""

DPI = 150
_QUALITY = 80
SKETCH_PX = 180
_SKETCH_DPI = 16
_POINTS_PER_INCH = 72


class GivenPdf(msgspec.Struct, frozen=True, kw_only=True):
    """A PDF as pictures.

    Attributes:
        pages: JPEG files at `DPI`, ready for `assemble`.
        sha256: of the file as it was given.
        left_behind: names of what it could have done, e.g. ("/JavaScript", "/Launch").
    """

    pages: tuple[bytes, ...]
    sha256: str
    left_behind: tuple[str, ...] = ()


def flatten(data: bytes, max_pages: int = MAX_GIVEN_PAGES) -> GivenPdf:
    """Draws every page.

    Raises:
        PageUnreadable: not a PDF, damaged, encrypted, or without pages.
        PageTooLarge: too many bytes or pages, or a page too large to be paper.
    """
    facts = inspect_pdf(data, validate=False)
    if facts.pages > max_pages:
        raise PageTooLarge(pages=facts.pages, limit_pages=max_pages)
    try:
        with pypdfium2.PdfDocument(data) as pdf:  # type: ignore[no-untyped-call]
            pages = tuple(_drawn(pdf[number]) for number in range(len(pdf)))
    except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
        raise PageUnreadable(why="damaged") from error
    if sum(map(len, pages)) > MAX_PDF_BYTES:
        raise PageTooLarge(size_bytes=sum(map(len, pages)), limit_bytes=MAX_PDF_BYTES)
    return GivenPdf(pages=pages, sha256=sha256_of(data), left_behind=facts.active)


def draw_page(data: bytes, number: int, dpi: int = DPI) -> Image.Image:
    """One page of a PDF that `flatten` or `inspect_pdf` has accepted, mode "RGB" or "L";
    `number` from 0.

    Raises:
        PageUnreadable, PageTooLarge: as `flatten`.
    """
    inspect_pdf(data, validate=False)
    try:
        with pypdfium2.PdfDocument(data) as pdf:  # type: ignore[no-untyped-call]
            if not 0 <= number < len(pdf):
                raise PageUnreadable(why="no_pages", page=number + 1)
            return _plain(_picture(pdf[number], dpi))
    except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
        raise PageUnreadable(why="damaged") from error


def page_jpeg(data: bytes, number: int) -> bytes:
    """One page as `flatten` gives it. Raises as `draw_page`."""
    return as_jpeg(draw_page(data, number), DPI, _QUALITY)


def sketch_jpeg(data: bytes) -> bytes:
    """The first page, at most `SKETCH_PX` wide and high. Raises as `draw_page`."""
    sketch = draw_page(data, 0, _SKETCH_DPI)
    sketch.thumbnail((SKETCH_PX, SKETCH_PX))
    return as_jpeg(sketch, _SKETCH_DPI, _QUALITY)


def _drawn(page: pypdfium2.PdfPage) -> bytes:
    return as_jpeg(_plain(_picture(page, DPI)), DPI, _QUALITY)


def _picture(page: pypdfium2.PdfPage, dpi: int) -> Image.Image:
    width, height = page.get_size()  # type: ignore[no-untyped-call]
    if not (0 < width <= MAX_SIDE_PT and 0 < height <= MAX_SIDE_PT):
        raise PageTooLarge(limit_pt=MAX_SIDE_PT)
    drawn: Image.Image = page.render(scale=dpi / _POINTS_PER_INCH, may_draw_forms=False).to_pil()  # type: ignore[no-untyped-call]
    return drawn


def _plain(picture: Image.Image) -> Image.Image:
    """Grey when there is no colour in it."""
    page = picture.convert("RGB")
    red, green, blue = page.reduce(4).split()
    same = red.tobytes() == green.tobytes() == blue.tobytes()
    if same:
        return page.convert("L")
    return page
