# SPDX-License-Identifier: GPL-3.0-only
"""Can this page be read by whoever decides? Asked while the caller is still there.
Used by clean; views say the words.

Looked at is the page as it was scanned, straightened and cut to the sheet but not lit:
blur, a side that the glass cut off, darkness, a finger, the lamp's reflection. A finding is a
warning with its place, never a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from documents.imaging.edits import Edits
from documents.imaging.masks import apart, grown, shrunk, softened, widest
from documents.imaging.page_box import PageBox
from documents.imaging.planes import Planes
from resources.texts import N_, _

type Mask = NDArray[np.bool_]
type Levels = NDArray[np.uint8]
type Signed = NDArray[np.int16]

_TILE = 16
_WORK_DPI = 100
_CONTRAST = 40
_SOFT = 1.22
_REBLUR_STEPS = 2
_BLURRED_SHARE = 0.35
_BLURRED_TILES = 12
_DARK = 95
_DARK_SHARE = 0.08
_COARSE = 4
_FINGER = (0.004, 0.2)
_GLARE = (0.0015, 0.2)
_FADES = 0.65
_CUT_STROKES = 7
_STROKE_PX = 12


class Flaw(StrEnum):
    """A defect that keeps a page from being read."""

    BLURRED = "blurred"
    CUT_EDGE = "cut_edge"
    TOO_DARK = "too_dark"
    FINGER = "finger"
    GLARE = "glare"


class Doubt(StrEnum):
    """A point that the cleaning could not decide, and therefore left as it came. Way: which
    side is up. Edge: whether the dark around is the lid or the page.
    """

    WAY = "way"
    EDGE = "edge"


class LegibilityFinding(msgspec.Struct, frozen=True):
    """One flaw and where it is, as fractions of the page as it is shown, origin top left."""

    flaw: Flaw
    box: PageBox


FLAW_WORDS: dict[Flaw, tuple[str, str]] = {
    Flaw.BLURRED: (N_("Blurred {place}"), N_("Press the lid down and scan again.")),
    Flaw.CUT_EDGE: (
        N_("Text is cut off {place}"),
        N_("Move the sheet inwards on the glass and scan again."),
    ),
    Flaw.TOO_DARK: (N_("Too dark {place}"), N_("Close the lid and scan again.")),
    Flaw.FINGER: (N_("A finger covers the page {place}"), N_("Take the hand away and scan again.")),
    Flaw.GLARE: (
        N_("A reflection hides the page {place}"),
        N_("Take the card out of its cover and scan again."),
    ),
}
"""What is seen, and what to do now."""

DOUBT_WORDS: dict[Doubt, str] = {
    Doubt.WAY: N_("Which way up? The page was left as it came: turn it if it is not upright."),
    Doubt.EDGE: N_("Is the dark edge part of the page? Nothing was cut off: cut it if it is not."),
}
"""What the agent is asked about a page."""

_PLACES = (
    (N_("at the top left"), N_("at the top"), N_("at the top right")),
    (N_("at the left"), N_("in the middle"), N_("at the right")),
    (N_("at the bottom left"), N_("at the bottom"), N_("at the bottom right")),
)


def sentence(finding: LegibilityFinding) -> str:
    """A finding in words: what, where, and what to do."""
    flaw_words, advice = FLAW_WORDS[finding.flaw]
    return f"{_(flaw_words).format(place=place_words(finding.box))}. {_(advice)}"


def place_words(box: PageBox) -> str:
    """Return the place of a box in words; one that covers most of the page is everywhere."""
    if (box.right - box.left) > 0.66 and (box.bottom - box.top) > 0.66:
        return _("on the whole page")
    if (box.right - box.left) > 0.6:
        across = 1
    else:
        across = _third((box.left + box.right) / 2)
    if (box.bottom - box.top) > 0.6:
        down = 1
    else:
        down = _third((box.top + box.bottom) / 2)
    return _(_PLACES[down][across])


def find_flaws(page: Planes, dpi: int, blank: bool = False) -> tuple[LegibilityFinding, ...]:
    """Find what is wrong with a page.

    Args:
        page: straightened, not lit, at `dpi`.
        blank: nothing is written on it, so nothing can be blurred.
    """
    factor = max(1, dpi // _WORK_DPI)
    small = page.grey.reduce(factor)
    if min(small.size) < 4 * _TILE:
        return ()
    coarse = page.coarse(_COARSE * factor).convert("RGB")
    findings = [*_too_dark(small), *_finger(coarse), *_glare(coarse)]
    if not blank:
        findings += _blurred(small)
    return tuple(findings)


def _third(centre: float) -> int:
    return min(2, int(3 * max(0.0, centre)))


# ---- blur and darkness: tile by tile ----


def _of_tiles(grey: Levels, what: np.ufunc) -> Levels:
    """Return `what` (maximum, minimum) of each tile; the remainder at right and bottom is not
    looked at.
    """
    rows, columns = grey.shape[0] // _TILE, grey.shape[1] // _TILE
    cut = grey[: rows * _TILE, : columns * _TILE].reshape(rows, _TILE, columns * _TILE)
    tiles: Levels = what.reduce(what.reduce(cut, axis=1).reshape(rows, columns, _TILE), axis=2)
    return tiles


def _blurred(small: Image.Image) -> Iterator[LegibilityFinding]:
    """Find where blurring once more changes little: a sharp stroke loses more than half of its
    steepest step, a soft one hardly any. Independent of what is printed and of how black it is.
    """
    grey = np.asarray(small)
    written = _of_tiles(grey, np.maximum) - _of_tiles(grey, np.minimum) > _CONTRAST
    before, after = (
        _of_tiles(_steps(picture), np.maximum) for picture in (grey, softened(grey, _REBLUR_STEPS))
    )
    soft = written & (before < _SOFT * after)
    if soft.sum() >= _BLURRED_TILES and soft.sum() >= _BLURRED_SHARE * _near(soft, written).sum():
        yield LegibilityFinding(Flaw.BLURRED, _around(soft))


def _steps(grey: Levels) -> Levels:
    """The larger of the steps to the left and upper neighbour."""
    step = np.zeros_like(grey)
    step[:, 1:] = apart(grey[:, 1:], grey[:, :-1])
    np.maximum(step[1:], apart(grey[1:], grey[:-1]), out=step[1:])
    return step


def _near(soft: Mask, written: Mask) -> Mask:
    """The writing in the same part of the page as the soft tiles:
    half a page may be sharp and the other not.
    """
    box = _around(soft)
    rows, columns = written.shape
    inside = np.zeros_like(written)
    inside[
        int(box.top * rows) : round(box.bottom * rows),
        int(box.left * columns) : round(box.right * columns),
    ] = True
    near: Mask = written & inside
    return near


def _too_dark(small: Image.Image) -> Iterator[LegibilityFinding]:
    """Find where even the brightest of the surroundings, the paper, is dark, and ink hardly
    differs from it.
    """
    bright = small.crop((0, 0, small.width // 8 * 8, small.height // 8 * 8)).reduce(8)
    dark = widest(np.asarray(bright), 5) < _DARK
    if dark.mean() > _DARK_SHARE:
        yield LegibilityFinding(Flaw.TOO_DARK, _around(dark))


# ---- finger and reflection: blobs of colour ----


def _finger(coarse: Image.Image) -> Iterator[LegibilityFinding]:
    """Skin that comes in from a side: a photograph's face lies inside its page."""
    _luma, blue, red = (
        np.asarray(band).astype(np.int16) for band in coarse.convert("YCbCr").split()
    )
    skin = (blue > 85) & (blue < 124) & (red > 136) & (red < 172) & (_luma > 60)
    if not _FINGER[0] < skin.mean() <= _FINGER[1]:
        return
    blob = _from_rim(skin)
    if blob.mean() > _FINGER[0] and _is_thick(blob):
        yield LegibilityFinding(Flaw.FINGER, _around(blob))


def _from_rim(mask: Mask) -> Mask:
    """The parts of a mask that are connected with the picture's rim, from run to run of its rows
    and columns.
    """
    places = np.flatnonzero(mask)
    rim = np.ones_like(mask)
    rim[2:-2, 2:-2] = False
    reached = rim.ravel()[places]
    across = _runs(mask).ravel()[places]
    down = _runs(mask.T).T.ravel()[places]
    count = 0
    while reached.any() and (more := int(np.count_nonzero(reached))) > count:
        count = more
        for runs in (across, down):
            hit = np.zeros(int(runs.max()) + 1, np.bool_)
            hit[runs[reached]] = True
            reached = hit[runs]
    rim_parts = np.zeros(mask.size, np.bool_)
    rim_parts[places] = reached
    return rim_parts.reshape(mask.shape)


def _runs(mask: Mask) -> NDArray[np.int32]:
    """A number for each run of a row, at its pixels."""
    starts = mask.copy()
    starts[:, 1:] &= ~mask[:, :-1]
    return np.cumsum(starts, dtype=np.int32).reshape(mask.shape)


def _is_thick(blob: Mask) -> bool:
    """A finger is some millimetres wide; the shadow along a sheet's side is not."""
    return bool(shrunk(blob, 7).any())


def _glare(coarse: Image.Image) -> Iterator[LegibilityFinding]:
    """White without any drawing that fades softly into something darker, away from the rim:
    a lamp in plastic.
    """
    grey = np.asarray(coarse).min(axis=2)
    white = grey >= 250
    if white.mean() <= _GLARE[0]:
        return
    blob = white & ~_from_rim(white)
    share = float(blob.mean())
    if not _GLARE[0] < share < _GLARE[1] or not _is_thick(blob):
        return
    core = shrunk(blob, 5)
    near, far = _ring(core, 2, 4), _ring(core, 10, 13)
    if not near.any() or not far.any():
        return
    fade_near, fade_far = (255 - float(np.percentile(grey[ring], 35)) for ring in (near, far))
    if fade_far > 30 and fade_near < _FADES * fade_far:
        yield LegibilityFinding(Flaw.GLARE, _around(core))


def _ring(core: Mask, inner: int, outer: int) -> Mask:
    """Return the ring between `inner` and `outer` pixels away."""
    return grown(core, 2 * outer + 1) & ~grown(core, 2 * inner + 1)


# ---- a side that was cut off ----

_SIDES = (
    PageBox(0.0, 0.0, 1.0, 0.06),
    PageBox(0.94, 0.0, 1.0, 1.0),
    PageBox(0.0, 0.94, 1.0, 1.0),
    PageBox(0.0, 0.0, 0.06, 1.0),
)
"""Top, right, bottom, left: clockwise, as quarter turns move them."""


def cut_sides(scan: Image.Image, turn_deg: int) -> tuple[LegibilityFinding, ...]:
    """Sides where strokes run into the end of the glass; a band that fills a side is one stroke.

    Args:
        scan: mode "L", as it came from the glass, at about 150 dpi.
        turn_deg: how the page is turned to stand upright; findings name its sides then.
    """
    grey = np.asarray(scan)
    if min(grey.shape) < 4 * _TILE:
        return ()
    strips = (grey[1:4].T, grey[:, -4:-1], grey[-4:-1].T, grey[:, 1:4])
    quarters = turn_deg // 90
    return tuple(
        LegibilityFinding(Flaw.CUT_EDGE, _SIDES[(place + quarters) % 4])
        for place, strip in enumerate(strips)
        if _strokes(strip.astype(np.int16)) >= _CUT_STROKES
    )


def _strokes(strip: Signed) -> int:
    """Count the short dark strokes that cross this strip, (length, depth), through its whole
    depth.
    """
    line = strip.max(axis=1)
    paper = -_widest(-_widest(line))
    ink = np.concatenate([[0], (line < paper - 60).astype(np.int8), [0]])
    steps = np.diff(ink)
    lengths = np.nonzero(steps == -1)[0] - np.nonzero(steps == 1)[0]
    return int((lengths >= 2).sum())


def _widest(line: Signed) -> Signed:
    """The largest value within a stroke's width of each place."""
    around = np.pad(line, _STROKE_PX, mode="edge")
    return sliding_window_view(around, 2 * _STROKE_PX + 1).max(axis=1)


def _around(mask: Mask) -> PageBox:
    """The box around a mask, without its loneliest twentieth at each side."""
    rows, columns = np.nonzero(mask)
    height, width = mask.shape
    top, bottom = np.percentile(rows, (2, 98))
    left_edge, right = np.percentile(columns, (2, 98))
    return PageBox(
        float(left_edge) / width,
        float(top) / height,
        float(right + 1) / width,
        float(bottom + 1) / height,
    )


def seen_flaws(flaws: Iterable[LegibilityFinding], edits: Edits) -> tuple[LegibilityFinding, ...]:
    """The findings of a page as they lie on it after the agent's edits;
    those that were cut away are gone.
    """
    boxes = ((finding.flaw, edits.seen(finding.box)) for finding in flaws)
    return tuple(LegibilityFinding(flaw, box) for flaw, box in boxes if box is not None)
