# SPDX-License-Identifier: GPL-3.0-only
"""Windows put together from steps say the same as Pillow's filters, which look at every pixel of
them.
"""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from documents.imaging.masks import (
    apart,
    grown,
    long_runs,
    narrowest,
    packed,
    shrunk,
    softened,
    widest,
    windowed,
)

CHANCE = np.random.default_rng(2)
SIZES = [(61, 83), (7, 5), (1, 1), (2, 90)]


def _field(size: tuple[int, int]) -> np.ndarray:
    return CHANCE.integers(0, 256, size).astype(np.uint8)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("window", [1, 3, 5, 7, 9, 13])
def test_the_widest_and_the_narrowest_of_a_square(size: tuple[int, int], window: int) -> None:
    field = _field(size)
    picture = Image.fromarray(field)
    assert np.array_equal(
        widest(field, window), np.asarray(picture.filter(ImageFilter.MaxFilter(window)))
    )
    assert np.array_equal(
        narrowest(field, window), np.asarray(picture.filter(ImageFilter.MinFilter(window)))
    )
    mask = field > 128
    drawn = Image.fromarray(mask.astype(np.uint8))
    assert np.array_equal(
        grown(mask, window), np.asarray(drawn.filter(ImageFilter.MaxFilter(window))) > 0
    )
    assert np.array_equal(
        shrunk(mask, window), np.asarray(drawn.filter(ImageFilter.MinFilter(window))) > 0
    )


@pytest.mark.parametrize("window", [1, 3, 25, 51])
def test_eight_columns_in_a_byte_are_joined_as_one(window: int) -> None:
    mask = _field((90, 45)) > 250
    joined = np.unpackbits(windowed(packed(mask), window, np.bitwise_or), axis=1, count=45) > 0
    blurred = Image.fromarray(mask.astype(np.uint8) * 255).filter(
        ImageFilter.BoxBlur((0, window // 2))
    )
    assert np.array_equal(joined, np.asarray(blurred) > 0)


@pytest.mark.parametrize("share", [0.5, 0.05, 0.01, 0.0])
@pytest.mark.parametrize("height", [160, 51, 8])
def test_long_runs_have_two_gaps_at_most(share: float, height: int) -> None:
    mask = CHANCE.random((height, 45)) >= share
    mask[:, ::3] = True
    mask[height // 2, :6] = False
    full = np.pad(mask, ((25, 25), (0, 0)), mode="edge")
    middles = np.stack([full[row : row + 51].sum(axis=0) >= 49 for row in range(height)])
    around = np.pad(middles, ((25, 25), (0, 0)), mode="edge")
    wanted = np.stack([around[row : row + 51].any(axis=0) for row in range(height)])
    assert np.array_equal(long_runs(mask, 51), wanted)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_point_out_of_focus_spreads_as_it_should(steps: int) -> None:
    field = np.zeros((41, 41), np.uint8)
    field[20, 20] = 255
    field[0] = 100
    soft = softened(field, steps).astype(float)
    spot = soft[10:31, 10:31]
    places = np.arange(-10, 11)
    assert (spot * places[:, None] ** 2).sum() / spot.sum() == pytest.approx(steps / 2, rel=0.1)
    assert (spot * places**2).sum() / spot.sum() == pytest.approx(steps / 2, rel=0.1)
    assert soft[0].min() >= 50
    assert np.array_equal(
        softened(np.full((9, 8), 77, np.uint8), steps), np.full((9, 8), 77, np.uint8)
    )


def test_how_far_is_the_same_both_ways() -> None:
    one, other = _field((9, 9)), _field((9, 9))
    assert np.array_equal(apart(one, other), np.abs(one.astype(int) - other))
    assert np.array_equal(apart(other, one), apart(one, other))
