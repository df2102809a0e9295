# SPDX-License-Identifier: GPL-3.0-only
"""Which way do a page's letters stand? Used by skew.

Every connected piece of ink of a letter's size is looked at in four positions by a small network,
which learnt from many printed and written alphabets (Latin, Cyrillic, Arabic) how letters, capitals
and figures stand (`tests/benchmarks/paper/letter_shapes.py`). What each piece says is summed up; o,
x, a stamp or a photograph say next to nothing.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from documents.imaging.masks import Mask, pieces
from resources import resource_path

type Levels = NDArray[np.uint8]
type Boxes = NDArray[np.intp]
type Shapes = NDArray[np.float32]

SIDE_PX = 16
_SMALLEST_PX, _LARGEST_PX, _THINNEST_PX = 7, 70, 2
_MOST_LETTERS = 300
_NEVER = 1e-4
_CERTAIN_LEAD, _CERTAIN_EACH, _PLAIN_EACH = 50.0, 0.6, 0.33
_LIKELY_LEAD, _LIKELY_EACH = 30.0, 0.28
_LEANING_EACH = 0.1
"""How much likelier (natural logarithm) the best position must be than the next: in all, and for
each letter. Chosen on drawn pages in fonts that taught the network nothing: see the table of pages
in four positions in docs/benchmarks.md.
"""
CONTRAST = 4.0
"""Shapes have length 1; the network learnt them this much longer."""
_ROWS_AT_ONCE = 20
"""Of a product of matrices. OpenBLAS, numpy's library, gives a larger one to threads, which then
wait actively: 4 to 20 ms of processor for work of 0.6 ms.
"""


class LetterStanding(NamedTuple):
    """How a page's letters stand.

    Attributes:
        quarters: turns clockwise after which they stand upright, 0 to 3.
        lean: enough of them lean to it to be a witness beside a strong one.
        likely: they lean to it together.
        plain: so much that a second witness need not agree, if only none disagrees.
        certain: so much that no second witness is asked.
    """

    quarters: int = 0
    lean: bool = False
    likely: bool = False
    plain: bool = False
    certain: bool = False


class _Network(NamedTuple):
    """Two layers: weights (pixels, features), the features' thresholds, and what each of them
    speaks for.
    """

    weights: Shapes
    thresholds: Shapes
    upright: Shapes


def standing(darkness: Image.Image, ink: Mask, skew_deg: float) -> LetterStanding:
    """Looks at the letters of a page.

    Args:
        darkness: mode "L", how much darker than its surroundings each pixel is.
        ink: True where there is writing, without rules; same size, level.
        skew_deg: by how much `darkness` is not level, clockwise.
    """
    upright = likely_upright(shapes(darkness, ink, skew_deg=skew_deg))
    if not len(upright):
        return LetterStanding()
    together = np.log(upright + _NEVER).sum(axis=0)
    *_others, second, first = np.sort(together)
    quarters, lead = int(together.argmax()), float(first - second)
    lean = lead >= _LEANING_EACH * len(upright)
    likely = lead >= max(_LIKELY_LEAD, _LIKELY_EACH * len(upright))
    plain, certain = (
        lead >= max(_CERTAIN_LEAD, each * len(upright)) for each in (_PLAIN_EACH, _CERTAIN_EACH)
    )
    return LetterStanding(quarters, lean, likely, plain, certain)


def shapes(
    darkness: Image.Image, ink: Mask, *, skew_deg: float = 0.0, most: int = _MOST_LETTERS
) -> Shapes:
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
    flat = _drawn(darkness, boxes, skew_deg).reshape(len(boxes), SIDE_PX**2).astype(np.float32)
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
        for first in range(0, len(letters), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            features = np.maximum(turned[rows] @ network.weights + network.thresholds, 0)
            scores[rows, quarters] = features @ network.upright
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


def _drawn(darkness: Image.Image, boxes: Boxes, skew_deg: float) -> Levels:
    """Draw each part of the levelled page as large as its square allows, in its middle;
    (number, `SIDE_PX`, `SIDE_PX`).

    Only these parts are levelled: to turn the whole page costs three times as much.

    The squares are one picture, below each other: Pillow gives away a picture's bytes much more
    slowly than it draws a letter.
    """
    column = Image.new("L", (SIDE_PX, SIDE_PX * len(boxes)))
    cos, sin = math.cos(math.radians(skew_deg)), math.sin(math.radians(skew_deg))
    middle_x, middle_y = darkness.width / 2, darkness.height / 2
    for number, (left_edge, top, right, bottom) in enumerate(boxes.tolist()):
        scale = SIDE_PX / max(right - left_edge, bottom - top)
        width = max(1, round((right - left_edge) * scale))
        height = max(1, round((bottom - top) * scale))
        if scale < 1:
            resampling = Image.Resampling.BOX
        else:
            resampling = Image.Resampling.BILINEAR
        # with a pixel around it, which drawing larger looks at
        size = (right - left_edge + 2, bottom - top + 2)
        off_x, off_y = left_edge - 1 - middle_x, top - 1 - middle_y
        way = (
            *(cos, -sin, cos * off_x - sin * off_y + middle_x),
            *(sin, cos, sin * off_x + cos * off_y + middle_y),
        )
        level = darkness.transform(size, Image.Transform.AFFINE, way, Image.Resampling.BILINEAR)
        letter = level.resize((width, height), resampling, (1, 1, size[0] - 1, size[1] - 1))
        x, y = (SIDE_PX - width) // 2, (SIDE_PX - height) // 2
        column.paste(letter, (x, SIDE_PX * number + y))
    return np.asarray(column)
