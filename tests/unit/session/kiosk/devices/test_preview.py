# SPDX-License-Identifier: GPL-3.0-only
"""What a scanner calls a preview becomes half a second of the line."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from session.core.errors import PageTooLarge, PageUnreadable
from session.kiosk.devices.preview import BUDGET_BYTES, small_preview
from session.kiosk.drivers.scanner import ScannedPage


def page(width: int, height: int, dpi: int) -> ScannedPage:
    noise = Image.effect_noise((width, height), 60)
    out = io.BytesIO()
    Image.merge("RGB", (noise, noise.rotate(180), noise)).save(out, "JPEG", quality=92)
    return ScannedPage(
        data=out.getvalue(), media_type="image/jpeg", width_px=width, height_px=height, dpi=dpi
    )


def test_the_picture_stays_and_the_bytes_shrink() -> None:
    scanned = page(620, 877, 75)
    small = small_preview(scanned)
    assert (small.width_px, small.height_px, small.dpi, small.media_type) == (
        620,
        877,
        75,
        "image/webp",
    )
    assert len(small.data) < len(scanned.data) / 4


def test_drawn_paper_fits_the_budget() -> None:
    sheet = Image.new("RGB", (620, 877), (246, 245, 240))
    for top in range(60, 800, 18):
        sheet.paste((40, 40, 60), (60, top, 540, top + 5))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=88)
    scanned = ScannedPage(
        data=out.getvalue(), media_type="image/jpeg", width_px=620, height_px=877, dpi=75
    )
    assert len(small_preview(scanned).data) <= BUDGET_BYTES


def test_a_scanner_that_knows_300_dpi_only_gives_no_larger_preview() -> None:
    small = small_preview(page(2480, 3508, 300))
    assert (small.width_px, small.height_px, small.dpi) == (620, 877, 75)


def test_no_picture_and_a_huge_one_are_refused() -> None:
    with pytest.raises(PageUnreadable):
        small_preview(
            ScannedPage(
                data=b"\xff\xd8 nothing", media_type="image/jpeg", width_px=9, height_px=9, dpi=75
            )
        )
    with pytest.raises(PageTooLarge):
        small_preview(
            ScannedPage(data=b"", media_type="image/jpeg", width_px=9000, height_px=9000, dpi=75)
        )
