# SPDX-License-Identifier: GPL-3.0-only
"""Finds where the sheet ends on the flatbed.
Used by clean, on a levelled picture; never cuts where there is ink outside.

Per side, the sheet's edge is the outermost long straight line with nothing drawn outside it. A
side with no such line is left alone. A thin printed rule and a step to darker (a printed band)
stay inside the page: when in doubt, keep. On a dark lid the sheet is all that is not lid, so
that a card is found too, whose sides are short; a dark page with bright writing is no sheet on
a lid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from documents.imaging.masks import Bytes, Mask, apart, grown, shrunk, softened
from documents.imaging.page_box import WHOLE, PageBox

type Steps = NDArray[np.int16]

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
_COLOURED = 40
_DARK_LID, _UNLIKE_LID = 64, 26
_RIM_PX = 4
_AROUND_SHEET = 0.5
_SHEET_FILLS = 0.55
_SPECK_PX = 3
_HOLDS_PX, _HOLDS = 60, 0.6


@dataclass(frozen=True, slots=True)
class SheetFound:
    """The place of the sheet; `doubtful`: dark all around, and whether that is the lid or the
    page itself cannot be told, so nothing was cut.
    """

    box: PageBox = WHOLE
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class _Strip:
    """One side, seen from outside: rows run along the edge, columns inward."""

    grey: Steps
    valid: Mask
    ink: Mask

    def from_behind(self) -> _Strip:
        """The opposite side."""
        return _Strip(self.grey[:, ::-1], self.valid[:, ::-1], self.ink[:, ::-1])


def find_sheet(level: Image.Image, coverage: Image.Image) -> SheetFound:
    """Finds the sheet in a levelled picture.

    Args:
        level: mode "RGB" or "L", at about `WORK_DPI`; colours show marks that are as dark as the
            page.
        coverage: mode "L", same size, 255 where the picture was really scanned, 0 in the corners
            that levelling added.
    """
    pixels, inside = np.asarray(level), np.asarray(coverage) > 0
    if pixels.ndim == 2:
        bands = pixels[..., None]
    else:
        bands = pixels
    lid = _dark_lid(bands, inside)
    if lid is not None:
        box = _all_but_lid(bands, inside, lid)
        if box is not None:
            return SheetFound(box)
    box = _between_edges(level, inside)
    return SheetFound(box, doubtful=lid is not None and box == WHOLE)


def _dark_lid(bands: Bytes, inside: Mask) -> Bytes | None:
    """The lid's levels, (bands,), where the rim of the glass is dark and without colour."""
    within = shrunk(np.pad(inside, 1), 2 * _RIM_PX + 1)[1:-1, 1:-1]
    rim = bands[inside & ~within]
    if not len(rim):
        return None
    dark = rim[(rim.max(axis=1) < _DARK_LID) & (np.ptp(rim, axis=1) < _COLOURED // 2)]
    if len(dark) < _AROUND_SHEET * len(rim):
        return None
    lid: Bytes = np.median(dark, axis=0).astype(np.uint8)
    return lid


def _all_but_lid(bands: Bytes, inside: Mask, lid: Bytes) -> PageBox | None:
    """The box around everything that differs from the lid; None where most of it is lid too: bright
    writing on a dark page, two cards far from each other.
    """
    unlike = np.zeros(inside.shape, np.bool_)
    for band, level in enumerate(lid):  # numpy's own maximum over three is five times as slow
        unlike |= apart(bands[..., band], level) > _UNLIKE_LID
    # where levelling added corners the picture's own rim is half white
    unlike = grown(shrunk(unlike & shrunk(inside, 5), _SPECK_PX), _SPECK_PX)
    columns, rows = np.nonzero(unlike.any(axis=0))[0], np.nonzero(unlike.any(axis=1))[0]
    if not len(columns) or not len(rows):
        return None
    left_edge, right, top, bottom = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
    if unlike[top:bottom, left_edge:right].mean() < _SHEET_FILLS:
        return None
    height, width = unlike.shape
    return PageBox(
        float(left_edge) / width, float(top) / height, float(right) / width, float(bottom) / height
    )


def _between_edges(level: Image.Image, inside: Mask) -> PageBox:
    """The box between the outermost long lines."""
    soft = softened(np.asarray(level.convert("L")), _SOFTENING)
    valid = shrunk(inside, 7)
    ink = _marks(level, soft) & shrunk(inside, _MEDIAN_PX + 1)
    grey = soft.astype(np.int16)
    height, width = grey.shape
    across = _Strip(grey, valid, ink)
    down = _Strip(grey.T, valid.T, ink.T)
    left_edge, right, top, bottom = (
        _edge(side) for side in (across, across.from_behind(), down, down.from_behind())
    )
    box = PageBox(left_edge / width, top / height, 1 - right / width, 1 - bottom / height)
    if box.right - box.left < _SMALLEST or box.bottom - box.top < _SMALLEST:
        return WHOLE
    return box


def _marks(level: Image.Image, soft: Bytes) -> Mask:
    """Return the pixels that differ from their surroundings, darker or brighter: writing on the
    sheet, another sheet on a dark lid; and all that have a colour, which no lid has.
    """
    coarse = level.convert("L").reduce(4).filter(ImageFilter.MedianFilter(_MEDIAN_PX // 4))
    around = np.asarray(coarse.resize(level.size, Image.Resampling.BILINEAR))
    marks: Mask = apart(around, soft) > _INK_LEVELS
    if level.mode == "RGB":
        red, green, blue = level.split()
        darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
        brightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        marks |= np.asarray(ImageChops.subtract(brightest, darkest)) > _COLOURED
    return marks


def _edge(strip: _Strip) -> int:
    """Return the number of columns outside the sheet; 0 when that is not certain."""
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
    if not _sheet_goes_on(strip, first, last):
        return 0
    mean = slope[:, first : last + 1].sum(axis=0) / np.maximum(count[first : last + 1], 1)
    if _sheet_begins(mean):
        return first + int(np.argmax(mean)) + 2
    return max(first - 1, 0)


def _sheet_goes_on(strip: _Strip, first: int, last: int) -> bool:
    """False where dark lies on both sides of a bright line: large letters on a dark cover."""
    outside = strip.grey[:, : max(first - _RAMP_PX, 1)]
    dark = float(np.median(outside))
    if dark > 128:
        return True
    within = np.median(strip.grey[:, last + _RAMP_PX : last + _RAMP_PX + _HOLDS_PX], axis=0)
    return float((within > dark + _UNLIKE_LID).mean()) > _HOLDS


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
