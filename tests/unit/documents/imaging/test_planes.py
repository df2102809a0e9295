# SPDX-License-Identifier: GPL-3.0-only
"""A page as fine brightness and coarse colour is the same page, however it is turned, cut or drawn
anew.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from documents.imaging.frame import LevelFrame
from documents.imaging.light import PageKind
from documents.imaging.page_box import WHOLE
from documents.imaging.pictures import open_picture
from documents.imaging.planes import open_planes, planes_of
from documents.pages.clean import clean_page
from session.core.errors import PageUnreadable
from tests.support import drawn_pages

TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def _page(size: tuple[int, int] = (401, 300)) -> Image.Image:
    """Soft fields of colour with a dark figure; no sizes are even."""
    coarse = np.random.default_rng(5).integers(60, 250, (4, 5, 3)).astype(np.uint8)
    page = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    ImageDraw.Draw(page).polygon([(40, 40), (300, 60), (90, 220)], fill="#102040")
    return page


def _apart(one: Image.Image, other: Image.Image) -> float:
    before, after = (np.asarray(picture.convert("RGB"), np.float32) for picture in (one, other))
    assert before.shape == after.shape
    return float(np.abs(before - after).mean())


@pytest.mark.parametrize("size", [(401, 300), (400, 301), (2, 2), (3, 5), (1, 40), (40, 1)])
def test_both_ways_of_opening_give_the_same_page(size: tuple[int, int]) -> None:
    page = _page(size)
    data = drawn_pages.jpeg(page, quality=95, dpi=150)
    planes, dpi = open_planes(data)
    assert dpi == 150
    assert planes.size == size
    assert planes.colour is not None
    assert planes.colour.size == (-(-size[0] // 2), -(-size[1] // 2))
    for seen in (planes, open_planes(drawn_pages.png(page))[0]):
        assert seen.picture().size == size
        if min(size) > 100:  # a figure's edge is most of a small picture
            assert _apart(seen.picture(), open_picture(data).image) < 2.5


def test_a_grey_page_has_no_colours() -> None:
    planes, _dpi = open_planes(drawn_pages.jpeg(_page().convert("L")))
    assert planes.colour is None
    assert planes.picture().mode == "L"
    assert planes.coarse(4).mode == "L"


@pytest.mark.parametrize(
    "options",
    [{"progressive": True}, {"keep_rgb": True}, {"subsampling": "4:4:4"}, {"subsampling": "4:2:2"}],
    ids=["progressive", "three colours kept", "4:4:4", "4:2:2"],
)
def test_every_kind_of_jpeg_opens(options: dict[str, Any]) -> None:
    file = io.BytesIO()
    _page().save(file, "JPEG", quality=95, **options)
    assert _apart(open_planes(file.getvalue())[0].picture(), _page()) < 2.5


def test_a_jpeg_for_printers_opens() -> None:
    file = io.BytesIO()
    _page().convert("CMYK").save(file, "JPEG", quality=95)
    assert (
        _apart(open_planes(file.getvalue())[0].picture(), open_picture(file.getvalue()).image) < 2.5
    )


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_photograph_stands_as_the_camera_was_held(orientation: int) -> None:
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    _page().save(file, "JPEG", exif=exif, quality=95)
    assert (
        _apart(open_planes(file.getvalue())[0].picture(), open_picture(file.getvalue()).image) < 2.5
    )


@pytest.mark.parametrize("keep", [0.3, 0.95])
def test_a_file_that_ends_too_early_is_refused(keep: float) -> None:
    data = drawn_pages.jpeg(_page())
    with pytest.raises(PageUnreadable):
        open_planes(data[: int(keep * len(data))])


@pytest.mark.parametrize("turn_deg", [0, 90, 180, 270])
@pytest.mark.parametrize("skew_deg", [0.0, 2.5])
def test_a_turn_is_part_of_the_same_drawing(turn_deg: int, skew_deg: float) -> None:
    page = _page()
    upright = page.transpose(TURNS[turn_deg]) if turn_deg else page
    frame = LevelFrame(*upright.size, skew_deg)
    size = frame.size_at(WHOLE, 0.8)
    at_once = planes_of(page).seen_through(frame.back(WHOLE, size, turn_deg), size)
    in_two = planes_of(upright).seen_through(frame.back(WHOLE, size), size)
    assert at_once.size == in_two.size
    assert _apart(at_once.picture(), in_two.picture()) < 1.5


def test_a_part_keeps_its_colours_in_place() -> None:
    page = _page()
    part = planes_of(page).cropped(31, 57, 260, 222)
    assert part.size == (230, 166)
    assert _apart(part.picture(), page.crop((30, 56, 260, 222))) < 2.5


def test_colours_are_those_of_the_page() -> None:
    page = Image.new("RGB", (300, 200), (200, 30, 40))
    seen = planes_of(page).seen_through((0.5, 0, 0, 0, 0.5, 0), (600, 400)).picture().convert("RGB")
    assert np.abs(np.subtract(seen.getpixel((300, 200)), (200, 30, 40))).max() <= 2  # type: ignore[arg-type]


def test_a_grey_photograph_is_filed_in_three_channels_as_before() -> None:
    coarse = np.random.default_rng(1).integers(20, 65, (20, 14)).astype(np.uint8)
    photo = Image.fromarray(coarse).resize((700, 1000), Image.Resampling.BICUBIC)
    page = clean_page(drawn_pages.jpeg(photo, dpi=100))
    assert page.kind is PageKind.PHOTO
    assert Image.open(io.BytesIO(page.jpeg)).mode == "RGB"
