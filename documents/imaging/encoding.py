# SPDX-License-Identifier: GPL-3.0-only
"""In which form a page is kept or sent, by what it is and what the line carries.
Used by clean and by programs.
"""

from __future__ import annotations

import io
from enum import StrEnum

from PIL import Image, ImageFilter

OUTPUT_DPI = 200
"""Of a page as JPEG and on the screen."""
FINE_DPI = 300
"""Of ink that is kept as a shape, which has no shades to read it by."""
JPEG_QUALITY = 70
NARROW_KBPS = 1000
"""Below, a page of text as JPEG keeps the line busy for two seconds and more."""

_QUICK_DPI, _QUICK_QUALITY, _GRAIN_PX = 150, 40, 0.6


class Encoding(StrEnum):
    """The encodings of a page.

    JPEG: always a JPEG. SMALL: text in layers (black on white: G4; else MRC), photographs as
    JPEG. QUICK: the same with less detail, for an agent who waits to see a page.
    """

    JPEG = "jpeg"
    SMALL = "small"
    QUICK = "quick"


def encoding_for(line_kbps: int | None) -> Encoding:
    """Return the encoding for a document that crosses a line of `line_kbps` (None: not known)
    each time that it is filed or read.
    """
    if line_kbps is not None and line_kbps < NARROW_KBPS:
        return Encoding.SMALL
    return Encoding.JPEG


def as_jpeg(page: Image.Image, dpi: int, quality: int = JPEG_QUALITY) -> bytes:
    """The page (mode "RGB", "YCbCr" or "L") as a JPEG that knows its resolution."""
    file = io.BytesIO()
    page.save(file, "JPEG", quality=quality, dpi=(dpi, dpi))
    return file.getvalue()


def quick_jpeg(page: Image.Image, dpi: int) -> bytes:
    """A first sight of a photograph: what is on it can be told, the sensor's grain is gone."""
    scale = min(1.0, _QUICK_DPI / dpi)
    size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
    small = page.resize(size, reducing_gap=2.0)
    small = (small if small.mode == "L" else small.convert("RGB")).filter(
        ImageFilter.GaussianBlur(_GRAIN_PX)
    )
    return as_jpeg(small, min(dpi, _QUICK_DPI), _QUICK_QUALITY)
