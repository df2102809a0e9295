# SPDX-License-Identifier: GPL-3.0-only
"""Finds how the page lies: the angle of its text and which way is up, from the ink alone. Used
by clean.

Lines of text, seen along the right angle, make a profile of sharp peaks: the angle of the
sharpest profile is the page's. What is up is said by the shapes of the letters. Where they are
not certain, two more witnesses are asked, who must agree with them: small Latin letters have
more ink above their x-height (b d f h k l t, capitals, accents) than below the base line (g j p
q y), and tesseract, where it is installed. A page on which nobody is certain is not turned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image, ImageChops

from documents.imaging.letters import standing
from documents.imaging.masks import Places, grown, long_runs, mean_around
from documents.imaging.tesseract import quarters_by_tesseract

type Ink = NDArray[np.bool_]
type Coordinates = NDArray[np.float32]

WORK_DPI = 150
"""Resolution at which the ink is looked at."""

LIMIT_DEG = 8.0
"""A page that lies worse than this was put there by turning it."""

_MIN_INK = 800
_MAX_POINTS = 40_000
_FEW_POINTS = 15_000
_MIN_SHARPNESS = 1.6
_RULE_PX = 51
_SIDE_PX = 23
_REACH_PX = 3
_NEAR_PX = 3
_SPECKS_PX = 2
_AROUND_PX, _DARKER_BY = 12, 14
_FILLED_PX, _FILLED = 9, 150
_ASCENDERS = 0.1
_DARKNESS_SCALE = 1 / 3


@dataclass(frozen=True, slots=True)
class PageOrientation:
    """The orientation of a page.

    Attributes:
        turn_deg: clockwise quarter turns that bring it upright: 0, 90, 180 or 270.
        skew_deg: what is left then; positive when the text runs down to the right.
        sure: False when it cannot be told what is up; then `turn_deg` is 0.
    """

    turn_deg: int = 0
    skew_deg: float = 0.0
    sure: bool = False


def find_lie(grey: Image.Image) -> PageOrientation:
    """Finds angle and upright position of a page.

    Args:
        grey: mode "L", at about `WORK_DPI`.
    """
    darkness = darkness_of(grey)
    ink = text_ink(darkness)
    if np.count_nonzero(ink) < _MIN_INK // 4:
        return PageOrientation()
    angle = _angle(ink) or 0.0
    level = without_rules(as_image(ink).rotate(angle, Image.Resampling.NEAREST))
    quarters = _way_up(grey, darkness, level, angle)
    return PageOrientation(90 * (quarters or 0), angle, quarters is not None)


def _way_up(grey: Image.Image, darkness: Image.Image, level: Ink, angle: float) -> int | None:
    """Quarter turns clockwise that bring the page upright; None where that is not certain."""
    letters = standing(darkness, level, angle)
    if letters.certain:
        return letters.quarters
    if letters.likely or letters.plain:
        upness = _upness(np.rot90(level, -letters.quarters))
        if upness > _ASCENDERS or (letters.plain and upness >= 0):
            return letters.quarters
    enough = letters.lean and np.count_nonzero(level) >= _MIN_INK
    if enough and quarters_by_tesseract(grey) == letters.quarters:
        return letters.quarters
    return None


def darkness_of(grey: Image.Image) -> Image.Image:
    """Three times how much darker than its surroundings each pixel is, mode "L"."""
    return ImageChops.subtract(mean_around(grey, _AROUND_PX), grey, _DARKNESS_SCALE)


def text_ink(darkness: Image.Image) -> Ink:
    """Return the pixels darker than their surroundings, without filled areas, and without the
    frame of the picture where the lid's edges are.
    """
    ink = np.asarray(darkness) > _DARKER_BY / _DARKNESS_SCALE
    ink &= np.asarray(mean_around(as_image(ink), _FILLED_PX)) < _FILLED
    height, width = ink.shape
    ink[: height // 50] = ink[-(height // 50) - 1 :] = False
    ink[:, : width // 40] = ink[:, -(width // 40) - 1 :] = False
    return ink


def _angle(ink: Ink) -> float | None:
    """Degrees clockwise that lines of text, rules or the sheet's edges are off;
    None when there is nothing to go by.
    """
    height, width = ink.shape
    points = np.flatnonzero(ink)
    if len(points) < _MIN_INK:
        return None
    if len(points) > _MAX_POINTS:
        points = points[np.random.default_rng(0).choice(len(points), _MAX_POINTS, replace=False)]
    y, x = (place.astype(np.float32) for place in np.divmod(points, width))
    (upright, sharpness) = _sharpest(x - width / 2, y, width)
    (lying, side_sharpness) = _sharpest(y - height / 2, width - 1 - x, height)
    if max(sharpness, side_sharpness) < _MIN_SHARPNESS:
        return None
    if sharpness >= side_sharpness:
        return upright
    return lying


def _sharpest(x: Coordinates, y: Coordinates, width: int) -> tuple[float, float]:
    """The angle in degrees with the sharpest profile, and how much sharper it is than the usual
    one.
    """

    y, every = y + np.float32(width), 1 + len(x) // _FEW_POINTS

    def sharpness(angle_deg: float, step: int) -> float:
        sheared = (y[::step] - x[::step] * np.float32(np.tan(np.radians(angle_deg)))).astype(
            np.intp
        )
        return float((np.diff(np.bincount(sheared).astype(np.float64)) ** 2).sum())

    coarse = np.arange(-LIMIT_DEG, LIMIT_DEG + 0.01, 0.5)
    scores = [sharpness(angle, every) for angle in coarse]
    usual, best = np.argsort(scores)[[len(scores) // 2, -1]]
    fine = np.arange(coarse[best] - 0.5, coarse[best] + 0.51, 0.05)
    sharp = [sharpness(angle, 1) for angle in fine]
    return float(fine[int(np.argmax(sharp))]), max(sharp) / (sharpness(coarse[usual], 1) + 1e-9)


def _profile(ink: Ink, axis: int) -> NDArray[np.uint32]:
    """Return the amount of ink in each row (axis 1) or column (axis 0)."""
    return ink.view(np.uint8).sum(axis=axis, dtype=np.uint32)


def without_rules(level: Image.Image) -> Ink:
    """A level page's ink without its rules, frames and sheet edges:
    runs of a third of an inch and more, and shorter ones between two of them (a form's boxes).
    """
    ink = np.asarray(level) > 0
    thick = ink.copy()
    thick[1:] |= ink[:-1]
    thick[:-1] |= ink[1:]
    thick[:, 1:] |= ink[:, :-1]
    thick[:, :-1] |= ink[:, 1:]
    side = np.ascontiguousarray(thick.T)
    down, across = long_runs(thick, _RULE_PX), long_runs(side, _RULE_PX)
    if not (down.any() or across.any()):
        return ink
    standing = down | _between(thick, across.T)
    lying = across | _between(side, down.T)
    return ink & ~grown(standing | lying.T, _REACH_PX)


def _between(ink: Ink, rules: Ink) -> Ink:
    """Runs down the columns of `_SIDE_PX` and more that begin and end at a rule."""
    runs = np.pad(long_runs(ink, _SIDE_PX), ((1, 1), (0, 0)))
    starts, ends = _column_by_column(runs[1:] > runs[:-1]), _column_by_column(runs[1:] < runs[:-1])
    bounded = _near(rules, starts) & _near(rules, ends - (1, 0))
    bounded_runs = np.zeros(ink.shape, np.bool_)
    for (start, column), (end, _same) in zip(starts[bounded], ends[bounded], strict=True):
        bounded_runs[start:end, column] = True
    return bounded_runs


def _column_by_column(mask: Ink) -> Places:
    """Row and column of each True, (number, 2)."""
    # of a table of two dimensions numpy finds them ten times as slowly
    rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
    order = np.argsort(columns, kind="stable")
    return np.stack([rows[order], columns[order]], axis=1)


def _near(rules: Ink, places: Places) -> Ink:
    """True for each place at which a rule is close, (number,)."""
    around = sliding_window_view(np.pad(rules, _NEAR_PX), (2 * _NEAR_PX + 1, 2 * _NEAR_PX + 1))
    near: Ink = around[places[:, 0], places[:, 1]].any(axis=(1, 2))
    return near


def _upness(level: Ink) -> float:
    """Above 0 when the text stands upright, below 0 when it hangs;
    looked at in four columns, line by line.
    """
    width = level.shape[1]
    votes: list[float] = []
    for part in range(4):
        column = _profile(level[:, part * width // 4 : (part + 1) * width // 4], 1).astype(
            np.float64
        )
        column[column <= _SPECKS_PX] = 0
        votes += [vote for line in _lines(column) if (vote := _vote(line)) is not None]
    if votes:
        return float(np.mean(votes))
    return 0.0


def _lines(profile: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The profile cut into lines of text of a believable height (7 to 60 pixels at 150 dpi)."""
    on = np.concatenate([[0], (profile > 0).astype(np.int8), [0]])
    steps = np.diff(on)
    starts, ends = np.nonzero(steps == 1)[0], np.nonzero(steps == -1)[0]
    lines = [
        profile[start:end]
        for start, end in zip(starts, ends, strict=True)
        if 7 <= end - start <= 60
    ]
    return [line for line in lines if line.sum() > 120]


def _vote(line: NDArray[np.float64]) -> float | None:
    """Ink above the band of small letters against ink below it, from -1 to 1, weighed by the amount
    of ink.
    """
    band = np.nonzero(line >= line.max() * 0.5)[0]
    first, last = int(band[0]), int(band[-1])
    if last - first < 3:
        return None
    above, below = float(line[:first].sum()), float(line[last + 1 :].sum())
    return (above - below) / (above + below + 1e-9) * min(1.0, float(line.sum()) / 400)


def as_image(mask: Ink) -> Image.Image:
    """A mask as a picture, mode "L"."""
    return Image.fromarray(mask.astype(np.uint8) * 255)
