# SPDX-License-Identifier: GPL-3.0-only
"""Where does the sheet end on the flatbed?
Used by clean, on a levelled picture; never cuts where there is ink outside.

Per side, the sheet's edge is the outermost long straight line with nothing drawn outside it.
A side with no such line is left alone. A thin printed rule and a step to darker (a printed band)
stay inside the page: when in doubt, keep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from documents.imaging.masks import Bytes, apart, shrunk, softened
from documents.imaging.page_box import WHOLE, PageBox

type Steps = NDArray[np.int16]
type Mask = NDArray[np.bool_]

WORK_DPI = 75
"""Resolution at which edges are looked for."""

_REACH = 0.42
_LONG = 0.6
_GRADIENT = 2.5
_STEP = 3
_SOFTENING = 3
_CLUSTER_PX = 9
_INK_LEVELS = 30
_MEDIAN_PX = 20
_RAMP_PX = 6
_INK_PX = 12
_SMALLEST = 0.3
_SOFT = 1.8


@dataclass(frozen=True, slots=True)
class _Strip:
    """One side, seen from outside: rows run along the edge, columns inward."""

    grey: Steps
    valid: Mask
    ink: Mask

    def from_behind(self) -> _Strip:
        """The opposite side."""
        return _Strip(self.grey[:, ::-1], self.valid[:, ::-1], self.ink[:, ::-1])


def find_box(level: Image.Image, seen: Image.Image) -> PageBox:
    """The sheet in a levelled picture.

    Args:
        level: mode "L", at about `WORK_DPI`.
        seen: mode "L", same size, 255 where the picture was really scanned, 0 in the corners that
            levelling added.
    """
    soft = softened(np.asarray(level), _SOFTENING)
    inside = np.asarray(seen) > 0
    valid = shrunk(inside, 7)
    ink = _marks(level, soft) & shrunk(inside, _MEDIAN_PX + 1)
    grey = soft.astype(np.int16)
    height, width = grey.shape
    across = _Strip(grey, valid, ink)
    down = _Strip(grey.T, valid.T, ink.T)
    left, right, top, bottom = (
        _edge(side) for side in (across, across.from_behind(), down, down.from_behind())
    )
    box = PageBox(left / width, top / height, 1 - right / width, 1 - bottom / height)
    if box.right - box.left < _SMALLEST or box.bottom - box.top < _SMALLEST:
        return WHOLE
    return box


def _marks(level: Image.Image, soft: Bytes) -> Mask:
    """What differs from its surroundings, darker or brighter:
    writing on the sheet, another sheet on a dark lid.
    """
    coarse = level.reduce(4).filter(ImageFilter.MedianFilter(_MEDIAN_PX // 4))
    around = np.asarray(coarse.resize(level.size, Image.Resampling.BILINEAR))
    marks: Mask = apart(around, soft) > _INK_LEVELS
    return marks


def _edge(strip: _Strip) -> int:
    """How many columns lie outside the sheet; 0 when that is not certain."""
    reach = int(_REACH * strip.grey.shape[1])
    valid = strip.valid[:, :reach]
    count = valid.sum(axis=0)
    slope = np.zeros_like(strip.grey[:, :reach])
    slope[:, 1:-1] = strip.grey[:, 2:reach] - strip.grey[:, : reach - 2]
    slope[~valid] = 0
    enough = count > 0.4 * valid.shape[0]
    up, down = (
        np.where(enough, _share(slope * sign >= _STEP, count), 0)
        for sign in (np.int16(1), np.int16(-1))
    )
    long = np.nonzero(np.maximum(up, down) >= _LONG)[0]
    if not len(long):
        return 0
    first, last = _outermost(long)
    if strip.ink[:, : max(first - _RAMP_PX, 0)].sum() > _INK_PX:
        return 0
    mean = slope[:, first : last + 1].sum(axis=0) / np.maximum(count[first : last + 1], 1)
    return first + int(np.argmax(mean)) + 2 if _sheet_begins(mean) else max(first - 1, 0)


def _share(hits: Mask, count: NDArray[np.int_]) -> NDArray[np.float64]:
    """Part of a column that is hit, a line one pixel off counted with it."""
    share: NDArray[np.float64] = hits.sum(axis=0) / np.maximum(count, 1)
    spread: NDArray[np.float64] = np.convolve(share, [0.8, 1.0, 0.8], "same")
    return np.maximum(share, spread)


def _outermost(positions: NDArray[np.int_]) -> tuple[int, int]:
    """First and last column of the outermost group of columns that lie close together."""
    gaps = np.nonzero(np.diff(positions) > _CLUSTER_PX)[0]
    return int(positions[0]), int(positions[gaps[0]] if len(gaps) else positions[-1])


def _sheet_begins(mean_slope: NDArray[np.floating]) -> bool:
    """True for a step to brighter, or a shadow: soft towards the lid, sharp towards the sheet.

    A printed rule is as sharp on both sides, and a step to darker may be a printed band:
    both belong to the page.
    """
    rise, fall = float(mean_slope.max(initial=0)), float(-mean_slope.min(initial=0))
    return rise > _GRADIENT and rise > _SOFT * fall
