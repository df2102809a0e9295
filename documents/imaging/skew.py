# SPDX-License-Identifier: GPL-3.0-only
"""How is the page lying? Angle of its text and which way is up, from the ink alone. Used by clean.

Lines of text, seen along the right angle, make a profile of sharp peaks: the angle of the sharpest
profile is the page's. Latin text has more ink above the x-height (b d f h k l t, capitals, accents)
than below the base line (g j p q y).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from documents.imaging.masks import grown, long_runs, mean_around, packed, shrunk, windowed

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
_MIN_UPSIDE_DOWN = 0.03
_RULE_PX = 51
_SIDE_PX = 23
_REACH_PX = 3
_LETTER_GAP_PX = 7
_LINE_PX = 61
_IN_LINES = 0.2
_SPECKS_PX = 2
_AROUND_PX, _DARKER_BY = 12, 14
_FILLED_PX, _FILLED = 9, 150
_SMEAR_PX = 25
_QUARTER_RATIO = 1.15
_PLAIN = 3.0
_STRONG_LETTERS = 0.25
_WEAK_LETTERS = 0.1


@dataclass(frozen=True, slots=True)
class PageOrientation:
    """How a page lies.

    Attributes:
        turn_deg: clockwise quarter turns that bring it upright: 0, 90, 180 or 270.
        skew_deg: what is left then; positive when the text runs down to the right.
        sure: False when there was too little text to tell; then both are 0.
    """

    turn_deg: int = 0
    skew_deg: float = 0.0
    sure: bool = False


def find_lie(grey: Image.Image) -> PageOrientation:
    """Finds angle and upright position of a page.

    Args:
        grey: mode "L", at about `WORK_DPI`.
    """
    ink = _text_ink(grey)
    angle = _angle(ink)
    if angle is None:
        return _by_letters(ink)
    level = _without_rules(_as_image(ink).rotate(angle, Image.Resampling.NEAREST))
    if np.count_nonzero(level) < _MIN_INK // 4:
        return PageOrientation(0, angle, True)
    acrossness, upness = _acrossness(level), _upness(level)
    if acrossness < _PLAIN:
        side = _upness(np.rot90(level))
        if _lies_down(acrossness, upness, side) and _has_lines_down(level):
            return PageOrientation(90 if side < 0 else 270, angle, True)
    return PageOrientation(180 if upness < -_MIN_UPSIDE_DOWN else 0, angle, True)


def _lies_down(acrossness: float, upness: float, side: float) -> bool:
    """Lines run down; where that is not plain (a table that has only columns of figures) the
    letters decide.
    """
    if 1 / _PLAIN < acrossness < _PLAIN:
        for strong, weak, lies in ((upness, side, False), (side, upness, True)):
            if abs(strong) > _STRONG_LETTERS and abs(weak) < _WEAK_LETTERS:
                return lies
    return acrossness * _QUARTER_RATIO < 1


def _has_lines_down(level: Ink) -> bool:
    """Whether ink stands in lines down the page: what only stands below each other, as the ends of
    bars or the first letters of short lines, does not run down.
    """
    smeared = windowed(packed(level), _SMEAR_PX, np.bitwise_or)
    lines = long_runs(np.unpackbits(smeared, axis=1, count=level.shape[1]).view(np.bool_), _LINE_PX)
    return bool(np.count_nonzero(level & lines) > _IN_LINES * np.count_nonzero(level))


def _by_letters(ink: Ink) -> PageOrientation:
    """A page whose lines are too crooked for one angle, e.g. of an old book:
    its letters may still tell what is up.
    """
    if np.count_nonzero(ink) < _MIN_INK:
        return PageOrientation()
    level = _without_rules(_as_image(ink))
    upness, side = _upness(level), _upness(np.rot90(level))
    if abs(upness) > _WEAK_LETTERS and side == 0:
        return PageOrientation(180 if upness < 0 else 0, 0.0, True)
    if abs(side) > _WEAK_LETTERS and upness == 0:
        return PageOrientation(90 if side < 0 else 270, 0.0, True)
    return PageOrientation()


def _text_ink(grey: Image.Image) -> Ink:
    """What is darker than its surroundings, without filled areas, and without the frame of the
    picture where the lid's edges are.
    """
    ink = np.asarray(ImageChops.subtract(mean_around(grey, _AROUND_PX), grey)) > _DARKER_BY
    ink &= np.asarray(mean_around(_as_image(ink), _FILLED_PX)) < _FILLED
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
    return upright if sharpness >= side_sharpness else lying


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


def _acrossness(level: Ink) -> float:
    """Above 1 when the lines of text run across, below 1 when they run down.

    Two signs: profiles of strips jump at each line;
    and ink smeared along its lines covers less than smeared across. The gaps between letters are
    closed first: where the same words, or figures, stand below each other, they are as sharp as
    those between lines.
    """
    level = shrunk(grown(level, _LETTER_GAP_PX), _LETTER_GAP_PX)
    height, width = level.shape
    across = along = 1e-9
    for part in range(4):
        across += _jumps(_profile(level[:, part * width // 4 : (part + 1) * width // 4], 1))
        along += _jumps(_profile(level[part * height // 4 : (part + 1) * height // 4], 0))
    covered, covered_down = _covered(level.T), _covered(level)
    return across / along * covered_down / max(covered, 1)


def _covered(level: Ink) -> int:
    """Pixels with ink within half of `_SMEAR_PX` above or below."""
    return int(np.bitwise_count(windowed(packed(level), _SMEAR_PX, np.bitwise_or)).sum())


def _profile(ink: Ink, axis: int) -> NDArray[np.uint32]:
    """How much ink there is in each row (axis 1) or column (axis 0)."""
    return ink.view(np.uint8).sum(axis=axis, dtype=np.uint32)


def _jumps(profile: NDArray[np.uint32]) -> float:
    """How sharp a profile is."""
    return float((np.diff(profile.astype(np.float64)) ** 2).sum())


def _without_rules(level: Image.Image) -> Ink:
    """A level page's ink without its rules, frames and sheet edges:
    runs of a third of an inch and more, and shorter ones between two of them (a form's boxes).
    """
    ink = np.asarray(level) > 0
    thick = ink.copy()
    thick[1:] |= ink[:-1]
    thick[:-1] |= ink[1:]
    thick[:, 1:] |= ink[:, :-1]
    thick[:, :-1] |= ink[:, 1:]
    across, down = long_runs(thick.T, _RULE_PX).T, long_runs(thick, _RULE_PX)
    rules = across | down
    if not rules.any():
        return ink
    rules |= _between(thick.T, across.T).T | _between(thick, down)
    return ink & ~grown(rules, _REACH_PX)


def _between(ink: Ink, rules: Ink) -> Ink:
    """Runs along the rows of `_SIDE_PX` and more that begin and end at a rule."""
    runs = np.pad(long_runs(ink.T, _SIDE_PX).T, ((0, 0), (1, 1))).ravel()
    near = np.pad(grown(rules, 2 * _REACH_PX + 1), ((0, 0), (1, 1))).ravel()
    steps = np.nonzero(runs[1:] != runs[:-1])[0] + 1
    found = np.zeros_like(runs)
    for start, end in zip(steps[::2], steps[1::2], strict=True):
        found[start:end] = near[start] and near[end - 1]
    return found.reshape(len(ink), -1)[:, 1:-1]


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
    return float(np.mean(votes)) if votes else 0.0


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


def _as_image(mask: Ink) -> Image.Image:
    return Image.fromarray(mask.astype(np.uint8) * 255)
