# SPDX-License-Identifier: GPL-3.0-only
"""Which way do a page's letters stand? Used by skew.

Every connected piece of ink of a letter's size is looked at in four positions by a small network,
which learnt from many printed and written alphabets (Latin, Cyrillic, Arabic) how letters, capitals
and figures stand (`tests/benchmarks/paper/letter_shapes.py`). What each piece says is summed up; o,
x, a stamp or a photograph say next to nothing.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from documents.imaging.masks import Mask, pieces
from resources import resource_path

type Levels = NDArray[np.uint8]
type Shapes = NDArray[np.float32]

SIDE_PX = 16
_SMALLEST_PX, _LARGEST_PX, _THINNEST_PX = 7, 70, 2
_MOST_LETTERS = 600
_NEVER = 1e-4
_CERTAIN_LEAD, _CERTAIN_EACH = 50.0, 0.33
_LIKELY_LEAD, _LIKELY_EACH = 30.0, 0.28
_LEANING_EACH = 0.1
"""How much likelier (natural logarithm) the best position must be than the next: in all, and for
each letter. Chosen on drawn pages in fonts that taught the network nothing: see the table of pages
in four positions in docs/benchmarks.md.
"""
CONTRAST = 4.0
"""Shapes have length 1; the network learnt them this much longer."""


class LetterStanding(NamedTuple):
    """How a page's letters stand.

    Attributes:
        quarters: turns clockwise after which they stand upright, 0 to 3.
        lean: enough of them lean to it to be a witness beside a strong one.
        likely: they lean to it together.
        certain: so plainly that no second witness is asked.
    """

    quarters: int = 0
    lean: bool = False
    likely: bool = False
    certain: bool = False


class _Network(NamedTuple):
    """Two layers: weights (pixels, features), the features' thresholds, and what each of them
    speaks for.
    """

    weights: Shapes
    thresholds: Shapes
    upright: Shapes


def standing(darkness: Levels, ink: Mask) -> LetterStanding:
    """Looks at the letters of a page.

    Args:
        darkness: how much darker than its surroundings each pixel is, (height, width).
        ink: True where there is writing, without rules; same size.
    """
    upright = likely_upright(shapes(darkness, ink))
    if not len(upright):
        return LetterStanding()
    together = np.log(upright + _NEVER).sum(axis=0)
    *_others, second, first = np.sort(together)
    quarters, lead = int(together.argmax()), float(first - second)
    lean = lead >= _LEANING_EACH * len(upright)
    likely = lead >= max(_LIKELY_LEAD, _LIKELY_EACH * len(upright))
    certain = lead >= max(_CERTAIN_LEAD, _CERTAIN_EACH * len(upright))
    return LetterStanding(quarters, lean, likely, certain)


def shapes(darkness: Levels, ink: Mask, most: int = _MOST_LETTERS) -> Shapes:
    """Pieces of a letter's size, evenly from the whole page, each drawn into the same square;
    (number, `SIDE_PX`, `SIDE_PX`), each of length 1.
    """
    boxes = pieces(ink)
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    longer = np.maximum(width, height)
    boxes = boxes[
        (longer >= _SMALLEST_PX)
        & (longer <= _LARGEST_PX)
        & (np.minimum(width, height) >= _THINNEST_PX)
    ]
    if len(boxes) > most:
        boxes = boxes[np.linspace(0, len(boxes) - 1, most).astype(np.intp)]
    flat = _drawn(darkness, boxes).reshape(len(boxes), SIDE_PX**2).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6
    return flat.reshape(-1, SIDE_PX, SIDE_PX)


def likely_upright(letters: Shapes) -> Shapes:
    """Return how likely each letter stands upright after 0, 1, 2, 3 quarter turns clockwise,
    (number, 4); each row sums up to 1.
    """
    network = _network()
    scores = np.empty((len(letters), 4), np.float32)
    for quarters in range(4):
        turned = (
            np.rot90(letters, -quarters, axes=(1, 2)).reshape(len(letters), SIDE_PX**2) * CONTRAST
        )
        features = np.maximum(turned @ network.weights + network.thresholds, 0)
        scores[:, quarters] = features @ network.upright
    likely: Shapes = np.exp(scores - scores.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    return likely


@cache
def _network() -> _Network:
    with np.load(resource_path("letters.npz")) as learnt:
        weights, thresholds, upright = (
            learnt[name].astype(np.float32) for name in ("weights", "thresholds", "upright")
        )
    return _Network(weights, thresholds, upright)


def _drawn(darkness: Levels, boxes: NDArray[np.int32]) -> Levels:
    """Draw each part of the page as large as its square allows, in its middle;
    (number, `SIDE_PX`, `SIDE_PX`).

    The squares are one picture, below each other: Pillow gives away a picture's bytes much more
    slowly than it draws a letter.
    """
    page = Image.fromarray(darkness)
    column = Image.new("L", (SIDE_PX, SIDE_PX * len(boxes)))
    for number, (left_edge, top, right, bottom) in enumerate(boxes.tolist()):
        scale = SIDE_PX / max(right - left_edge, bottom - top)
        width = max(1, round((right - left_edge) * scale))
        height = max(1, round((bottom - top) * scale))
        if scale < 1:
            resampling = Image.Resampling.BOX
        else:
            resampling = Image.Resampling.BILINEAR
        letter = page.resize((width, height), resampling, (left_edge, top, right, bottom))
        x, y = (SIDE_PX - width) // 2, (SIDE_PX - height) // 2
        column.paste(letter, (x, SIDE_PX * number + y))
    return np.asarray(column)
