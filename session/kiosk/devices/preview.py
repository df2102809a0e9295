# SPDX-License-Identifier: GPL-3.0-only
"""A scanner's preview made small enough for half a second of a rural line.
Used by the kiosk's pages; pure.

At 75 dpi a scanner's JPEG of A4 has 60 to 150 kB;
WebP of the same picture 20 kB, good enough to see what lies where.
"""

from __future__ import annotations

import io

from PIL import Image, ImageFilter

from session.core.errors import PageTooLarge, PageUnreadable
from session.kiosk.drivers.scanner import PREVIEW_DPI, ScannedPage

BUDGET_BYTES = 20_000
"""0.4 s of the part of a 512 kb/s line that a preview may use."""
MAX_SIDE_PX = 1000
MAX_PX = 20_000_000
"""Of what the scanner sent: some know no resolution below 300 dpi, A4 then has 8.7 million."""
_QUALITIES = (45, 28, 16, 8)
_GRAIN_PX = 0.6
"""The sensor's grain is two fifths of the bytes and shows nothing."""
_METHOD = 2  # 12 ms a try; 4 takes three times as long for one byte in twenty


def small_preview(page: ScannedPage) -> ScannedPage:
    """The same picture as WebP, at most 75 dpi and `BUDGET_BYTES` where that is possible at all.

    Raises:
        PageUnreadable: no JPEG. PageTooLarge.
    """
    if page.width_px * page.height_px > MAX_PX:
        raise PageTooLarge(width_px=page.width_px, height_px=page.height_px)
    try:
        with Image.open(io.BytesIO(page.data), formats=("JPEG",)) as opened:
            opened.draft(None, (MAX_SIDE_PX, MAX_SIDE_PX))
            picture = opened.convert("L" if opened.mode == "L" else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PageUnreadable(why="preview", size_bytes=len(page.data)) from error
    share = min(1.0, PREVIEW_DPI / max(1, page.dpi))
    size = (max(1, round(page.width_px * share)), max(1, round(page.height_px * share)))
    if size != picture.size:
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX))
    data = _encoded(picture)
    dpi = min(page.dpi, PREVIEW_DPI)
    return ScannedPage(
        data=data,
        media_type="image/webp",
        width_px=picture.width,
        height_px=picture.height,
        dpi=dpi,
    )


def _encoded(picture: Image.Image) -> bytes:
    """At the best quality that fits, else at the lowest."""
    picture = picture.filter(ImageFilter.GaussianBlur(_GRAIN_PX))
    data = b""
    for quality in _QUALITIES:
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=_METHOD)
        data = out.getvalue()
        if len(data) <= BUDGET_BYTES:
            break
    return data
