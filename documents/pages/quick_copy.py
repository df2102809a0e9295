# SPDX-License-Identifier: GPL-3.0-only
"""The first sight of a scanned page:
small enough for two seconds of a rural line, good enough to judge it by.

The kiosk makes it next to the original, which is sent after it and stays the evidence;
nothing is ever filed from a quick copy. Both ends work in a worker process.
"""

from __future__ import annotations

import io

import msgspec
import pikepdf

from documents.imaging.encoding import OUTPUT_DPI, Encoding, as_jpeg
from documents.imaging.legibility import LegibilityFinding
from documents.imaging.pictures import open_picture
from documents.pages.clean import clean_page
from documents.pdf.given_pdf import draw_page
from documents.pdf.layers_pdf import add_layers

PDF, JPEG = "application/pdf", "image/jpeg"
MAX_QUICK_BYTES = 400_000
"""Larger, the original is as quick."""


class QuickCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A quick copy on its way: a PDF of one page in layers, or a JPEG."""

    media_type: str
    data: bytes


class SafeQuickCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A quick copy made safe to show: a JPEG of our own, and what keeps it from being read."""

    jpeg: bytes
    flaws: tuple[LegibilityFinding, ...] = ()


def quick_copy(data: bytes, dpi: int) -> QuickCopy | None:
    """Make a quick copy of a page as it was scanned; None when there is none that is worth
    sending.

    Raises:
        PageUnreadable, PageTooLarge: the page cannot be decoded.
    """
    page = clean_page(data, None, dpi, Encoding.QUICK)
    candidate = QuickCopy(media_type=JPEG, data=page.jpeg)
    if page.layers is not None:
        file = io.BytesIO()
        with pikepdf.new() as pdf:
            add_layers(pdf, page.layers)
            pdf.save(file)
        candidate = QuickCopy(media_type=PDF, data=file.getvalue())
    if len(candidate.data) < min(MAX_QUICK_BYTES, len(data) / 2):
        return candidate
    return None


def check_quick_copy(copy: QuickCopy) -> SafeQuickCopy:
    """The picture of a quick copy that came from a kiosk.

    Raises:
        PageUnreadable, PageTooLarge: it is none.
    """
    if copy.media_type == PDF:
        return SafeQuickCopy(jpeg=as_jpeg(draw_page(copy.data, 0, OUTPUT_DPI), OUTPUT_DPI))
    picture = open_picture(copy.data)
    return SafeQuickCopy(jpeg=as_jpeg(picture.image, picture.dpi))
