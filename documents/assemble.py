# SPDX-License-Identifier: GPL-3.0-only
"""Pages into one document: a PDF/A-2b made of our own JPEGs only, never re-encoded. Used by filing, in a worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from documents.errors import PageTooLarge, PageUnreadable
from documents.pdf import FLAVOUR, MAX_PAGES, MAX_PDF_BYTES, Title, as_pdfa
from documents.pictures import dpi_of, open_header
from documents.provenance import Origin, put_origin

_POINTS_PER_INCH = 72
_COLOUR_SPACES = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB}


def assemble(
    pages: Sequence[bytes],
    title: str,
    created: datetime,
    *,
    author: str = "",
    language: str = "fr-FR",
    origin: Origin | None = None,
    flavour: Literal["1b", "2b"] = FLAVOUR,
) -> bytes:
    """A PDF/A-2b with one JPEG per page, at the JPEG's own size.

    Args:
        pages: JPEG files as `clean_page` makes them, grey or RGB, 1 to `MAX_PAGES`.
        title: shown by readers and in lists.
        created: timezone-aware; the same pages, title and time give the same bytes.
        author: the organisation.
        origin: where the pages come from, one `PageOrigin` each; the file then waits for `provenance.seal`.
        flavour: "1b" only for validators that know no newer one.

    Raises:
        PageUnreadable: no page at all, or one that is no JPEG of ours. Detail: `page`, from 1.
        PageTooLarge: too many pages or bytes.
    """
    if not pages:
        raise PageUnreadable(why="no_pages")
    if len(pages) > MAX_PAGES:
        raise PageTooLarge(pages=len(pages), limit_pages=MAX_PAGES)
    size_bytes = sum(len(page) for page in pages)
    if size_bytes > MAX_PDF_BYTES:
        raise PageTooLarge(size_bytes=size_bytes, limit_bytes=MAX_PDF_BYTES)
    with pikepdf.new() as pdf:
        for number, page in enumerate(pages, start=1):
            _add(pdf, page, number)
        describe = None if origin is None else partial(put_origin, origin=origin, pictures=pages)
        return as_pdfa(pdf, Title(title, created, author=author, language=language), describe, flavour)


def _add(pdf: pikepdf.Pdf, jpeg: bytes, number: int) -> None:
    image = open_header(jpeg)
    colours = _COLOUR_SPACES.get(image.mode)
    if image.format != "JPEG" or colours is None:
        raise PageUnreadable(why="format", page=number)
    picture = pdf.make_indirect(
        Stream(
            pdf,
            jpeg,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=image.width,
            Height=image.height,
            ColorSpace=colours,
            BitsPerComponent=8,
            Filter=Name.DCTDecode,
        )
    )
    points = _POINTS_PER_INCH / dpi_of(image)
    width, height = round(image.width * points, 3), round(image.height * points, 3)
    page = pdf.add_blank_page(page_size=(width, height))
    page.obj.Resources = Dictionary(XObject=Dictionary(Page=picture), ProcSet=Array([Name.PDF, Name.ImageC]))
    page.obj.Contents = pdf.make_stream(f"q {width} 0 0 {height} 0 0 cm /Page Do Q".encode("ascii"))
