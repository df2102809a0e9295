# SPDX-License-Identifier: GPL-3.0-only
"""Pages into one document: a PDF/A-2b made of our own pictures only, never re-encoded.
Used by filing, in a worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Literal

import pikepdf
from pikepdf import Name, Stream

from documents.imaging.layers import Layers
from documents.imaging.pictures import dpi_of, open_header
from documents.pdf.files import FLAVOUR, MAX_PAGES, MAX_PDF_BYTES, PdfTitle, as_pdfa
from documents.pdf.layers_pdf import add_layers, add_pictures, layer_bytes
from documents.pdf.provenance import Origin, put_origin
from documents.pdf.text_layer import Word, add_words, invisible_font
from session.core.errors import PageTooLarge, PageUnreadable

_COLOUR_SPACES = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB}


def assemble(
    pages: Sequence[bytes | Layers],
    title: str,
    created: datetime,
    *,
    author: str = "",
    language: str = "fr-FR",
    origin: Origin | None = None,
    words: Sequence[Sequence[Word]] = (),
    flavour: Literal["1b", "2b"] = FLAVOUR,
) -> bytes:
    """A PDF/A-2b with one page per picture, at the picture's own size.

    Args:
        pages: what `clean_page` makes: JPEG files, grey or RGB, or pages in layers;
            1 to `MAX_PAGES`.
        title: shown by readers and in lists.
        created: timezone-aware; the same pages, title and time give the same bytes.
        author: the organisation.
        origin: where the pages come from, one `PageOrigin` each;
            the file then waits for `provenance.seal`.
        words: of each page, to be found by; fewer than pages: the others have none.
        flavour: "1b" only for validators that know no newer one.

    Raises:
        PageUnreadable: no page at all, or one that is no JPEG of ours. Detail: `page`, from 1.
        PageTooLarge: too many pages or bytes.
    """
    if not pages:
        raise PageUnreadable(why="no_pages")
    if len(pages) > MAX_PAGES:
        raise PageTooLarge(pages=len(pages), limit_pages=MAX_PAGES)
    pictures = [kept_bytes(page) for page in pages]
    size_bytes = sum(map(len, pictures))
    if size_bytes > MAX_PDF_BYTES:
        raise PageTooLarge(size_bytes=size_bytes, limit_bytes=MAX_PDF_BYTES)
    with pikepdf.new() as pdf:
        for number, page in enumerate(pages, start=1):
            if isinstance(page, Layers):
                add_layers(pdf, page)
            else:
                _add(pdf, page, number)
        if any(words):
            font = invisible_font(pdf)
            for page_of, page_words in zip(pdf.pages, words, strict=False):
                if page_words:
                    add_words(pdf, page_of, page_words, font)
        if origin is None:
            describe = None
        else:
            describe = partial(put_origin, origin=origin, pictures=pictures)
        return as_pdfa(
            pdf, PdfTitle(title, created, author=author, language=language), describe, flavour
        )


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
    add_pictures(
        pdf,
        (image.width, image.height),
        dpi=dpi_of(image),
        pictures={"Page": picture},
        drawing="/Page Do",
    )


def kept_bytes(page: bytes | Layers) -> bytes:
    """Return the bytes of a page in the document, as `provenance.picture_bytes` reads them
    back.
    """
    if isinstance(page, bytes):
        return page
    return layer_bytes(page)
