# SPDX-License-Identifier: GPL-3.0-only
"""Cards, letters and receipts laid on invented flatbeds:
found one by one, or left whole when nothing is certain.
"""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from documents.imaging.flatbed_preview import MAX_AREAS, check_flatbed, find_sheets
from session.core.errors import PageUnreadable

WIDTH, HEIGHT = 620, 877
LIDS = {"white": (228, 228, 226), "grey": (190, 192, 195), "black": (30, 30, 32)}
Colour = tuple[int, int, int]


def bed(lid: Colour) -> Image.Image:
    """An empty flatbed whose lid is darker at the right and at the top."""
    y, x = np.mgrid[0 : 1 : HEIGHT * 1j, 0 : 1 : WIDTH * 1j]
    light = 1 - 0.1 * np.clip((x - 0.7) / 0.3, 0, 1) ** 2 - 0.05 * np.clip((0.1 - y) / 0.1, 0, 1)
    return Image.fromarray((np.array(lid)[None, None, :] * light[..., None]).astype(np.uint8))


def sheet(width: int, height: int, paper: Colour) -> Image.Image:
    """A sheet with lines of words."""
    made = Image.new("RGB", (width, height), paper)
    draw, random = ImageDraw.Draw(made), np.random.default_rng(width)
    for y in range(height // 8, height - height // 8, 8):
        x = width // 10
        while x < width * 0.85:
            word = int(random.integers(8, 34))
            draw.rectangle((x, y, min(int(width * 0.9), x + word), y + 3), fill=(40, 40, 60))
            x += word + 4
    return made


def lay(flatbed: Image.Image, what: Image.Image, at: tuple[int, int], angle: float) -> None:
    """Puts a sheet on the flatbed, with the shadow it throws."""
    mask = Image.new("L", what.size, 255).rotate(angle, expand=True)
    shadow = Image.new("L", flatbed.size, 0)
    shadow.paste(mask, (at[0] + 2, at[1] + 2))
    dark = flatbed.point(lambda level: int(level * 0.8))
    flatbed.paste(Image.composite(dark, flatbed, shadow.filter(ImageFilter.GaussianBlur(2))))
    flatbed.paste(what.rotate(angle, expand=True), at, mask)


def seen(flatbed: Image.Image, quality: int = 25) -> bytes:
    """As the desk gets it: with noise, as a small WebP."""
    noise = np.random.default_rng(3).normal(0, 2.5, (HEIGHT, WIDTH, 3))
    pixels = (np.asarray(flatbed, np.float64) + noise).clip(0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", quality=quality)
    return out.getvalue()


CARD = sheet(253, 160, (208, 222, 236))


@pytest.mark.parametrize("lid", LIDS.values(), ids=list(LIDS))
def test_each_of_four_small_documents_is_found_where_it_lies(lid: Colour) -> None:
    flatbed = bed(lid)
    places = ((20, 30, 1.0), (330, 40, -2.0), (320, 500, 0.0))
    for left, top, angle in places:
        lay(flatbed, CARD, (left, top), angle)
    lay(flatbed, sheet(200, 420, (250, 250, 246)), (60, 300), 2)
    preview = check_flatbed(seen(flatbed))
    assert len(preview.areas) == 4
    for left, top, _angle in (*places, (60, 300, 0)):
        near = [
            area
            for area in preview.areas
            if abs(area[0] * WIDTH - left) < 14 and abs(area[1] * HEIGHT - top) < 14
        ]
        assert len(near) == 1


@pytest.mark.parametrize("lid", LIDS.values(), ids=list(LIDS))
def test_a_full_sheet_and_an_empty_glass_are_taken_whole(lid: Colour) -> None:
    flatbed = bed(lid)
    assert check_flatbed(seen(flatbed)).areas == ()
    lay(flatbed, sheet(600, 850, (250, 249, 245)), (5, 8), 0.7)
    assert check_flatbed(seen(flatbed)).areas == ()


def test_white_paper_under_a_white_lid_is_never_cut_into_its_paragraphs() -> None:
    flatbed = Image.new("RGB", (WIDTH, HEIGHT), (249, 249, 246))
    draw = ImageDraw.Draw(flatbed)
    for top in (100, 160, 420):  # letterhead, address, text: far apart
        draw.rectangle((80, top, 420, top + 12), fill=(40, 40, 60))
        draw.rectangle((80, top + 24, 380, top + 36), fill=(40, 40, 60))
    assert len(check_flatbed(seen(flatbed)).areas) <= 1


def test_what_is_shown_was_decoded_before_and_is_a_plain_jpeg() -> None:
    preview = check_flatbed(seen(bed(LIDS["grey"])))
    with Image.open(io.BytesIO(preview.jpeg)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (WIDTH, HEIGHT))


@pytest.mark.parametrize(
    "data", [b"", b"not a picture", seen(bed(LIDS["grey"]))[:300]], ids=["empty", "text", "cut"]
)
def test_no_picture_is_said(data: bytes) -> None:
    with pytest.raises(PageUnreadable):
        check_flatbed(data)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    Image.new("L", (6000, 6000)).save(out, "PNG")
    with pytest.raises(PageUnreadable):
        check_flatbed(out.getvalue())


def test_a_glass_full_of_crumbs_gives_no_more_areas_than_a_scan_takes() -> None:
    flatbed = bed(LIDS["black"])
    for row in range(6):
        for column in range(5):
            lay(
                flatbed,
                Image.new("RGB", (80, 80), (240, 240, 240)),
                (15 + 120 * column, 15 + 140 * row),
                0,
            )
    assert len(find_sheets(flatbed)) <= MAX_AREAS
