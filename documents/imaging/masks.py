# SPDX-License-Identifier: GPL-3.0-only
"""Windows that slide over a picture: the widest, the narrowest, nearly full.
Used by whoever looks at ink or paper.

Pillow's own filters take every pixel of every window.
Here a window of n is put together from log2 n steps, and a mask has eight pixels in a byte, so a
page's ink is looked through in a millisecond.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

type Mask = NDArray[np.bool_]
type Bytes = NDArray[np.uint8]
type Counts = tuple[Bytes, Bytes, Bytes]
type Places = NDArray[np.intp]

_MISSING = 2


def windowed(field: Bytes, window: int, join: np.ufunc) -> Bytes:
    """Apply `join` (maximum, minimum, bitwise_or, bitwise_and) to the `window` rows around each
    row.

    Args:
        field: uint8, (rows, ...); beyond its ends it goes on as its first and last row.
        window: odd.
    """
    height, joined_rows = len(field), 1
    joined = _padded(field, window // 2)
    while 2 * joined_rows <= window:
        joined = join(joined[:-joined_rows], joined[joined_rows:])
        joined_rows *= 2
    rest = window - joined_rows
    if rest:
        joined = join(joined[:-rest], joined[rest:])
    return joined[:height]


def widest(field: Bytes, window: int) -> Bytes:
    """The largest value of the square of `window` (odd) pixels around each pixel;
    uint8, (height, width).
    """
    return windowed(windowed(field, window, np.maximum).T, window, np.maximum).T


def narrowest(field: Bytes, window: int) -> Bytes:
    """The smallest value, likewise."""
    return windowed(windowed(field, window, np.minimum).T, window, np.minimum).T


def grown(mask: Mask, window: int) -> Mask:
    """True where the square of `window` (odd) pixels has any True."""
    return widest(mask.view(np.uint8), window).view(np.bool_)


def shrunk(mask: Mask, window: int) -> Mask:
    """True where the square of `window` (odd) pixels has nothing else."""
    return narrowest(mask.view(np.uint8), window).view(np.bool_)


def softened(grey: Bytes, steps: int) -> Bytes:
    """Blur as a lens out of focus does: `steps` times 1 : 2 : 1 each way, a standard deviation
    of sqrt(`steps` / 2) pixels.
    """
    soft, sums = grey.astype(np.uint16), np.empty(grey.shape, np.uint16)
    for _step in range(steps):
        for new, old in ((sums, soft), (soft.T, sums.T)):
            np.left_shift(old, 1, out=new)
            new[1:] += old[:-1]
            new[:-1] += old[1:]
            new[0] += old[0]
            new[-1] += old[-1]
        soft += 8
        soft >>= 4
    return soft.astype(np.uint8)


def mean_around(grey: Image.Image, radius_px: int) -> Image.Image:
    """The mean of a square about twice `radius_px` wide around each pixel (mode "L"), read from
    every second one.
    """
    coarse = grey.reduce(2).filter(ImageFilter.BoxBlur(radius_px / 2 - 0.25))
    return coarse.resize(grey.size, Image.Resampling.NEAREST)


def apart(pixels: Bytes, other: Bytes) -> Bytes:
    """Return the distance of each pixel from the other's."""
    far: Bytes = np.maximum(pixels, other) - np.minimum(pixels, other)
    return far


def packed(mask: Mask) -> Bytes:
    """The mask with eight columns in a byte;
    `windowed` works on it with `bitwise_or` and `bitwise_and`.
    """
    return np.packbits(np.ascontiguousarray(mask), axis=1)


def long_runs(mask: Mask, length: int) -> Mask:
    """Return the pixels of runs down the columns of `length` (odd) and more, with at most two
    gaps of a pixel in them.
    """
    middles = _nearly_full(packed(mask), length)
    return np.unpackbits(
        windowed(middles, length, np.bitwise_or), axis=1, count=mask.shape[1]
    ).view(np.bool_)


def _nearly_full(bits: Bytes, window: int) -> Bytes:
    """Bits whose `window` rows around have at most `_MISSING` zeros;
    counted in as many bits as that needs.
    """
    height = len(bits)
    once = ~_padded(bits, window // 2)
    block = (once, np.zeros_like(once), np.zeros_like(once))
    counted: Counts | None = None
    covered, length = 0, 1
    while True:
        if window & length:
            if counted is None:
                counted = block
            else:
                counted = _summed(counted, block, covered)
            covered += length
        if covered == window:
            assert counted is not None
            return ~counted[_MISSING][:height]
        block = _summed(block, block, length)
        length *= 2


def _summed(first: Counts, then: Counts, after: int) -> Counts:
    """At least one, two, three zeros:
    in the rows of the one and in those of the other, which begin `after` later.
    """
    many = min(len(first[0]), len(then[0]) - after)
    a, b, c = (count[:many] for count in first)
    d, e, f = (count[after : after + many] for count in then)
    return a | d, b | e | (a & d), c | f | (a & e) | (b & d)


def _padded(field: Bytes, rows: int) -> Bytes:
    """`rows` more of the first and of the last row."""
    return np.concatenate(
        [np.repeat(field[:1], rows, axis=0), field, np.repeat(field[-1:], rows, axis=0)]
    )


def pieces(mask: Mask) -> Places:
    """Left, top, right, bottom of each connected piece, (number, 4); corners connect.

    Runs of a row are the nodes; each is connected with the runs that it touches in the next row.
    """
    height, width = mask.shape
    stride = width + 2
    apart_rows = np.zeros((height, stride), np.int8)
    apart_rows[:, 1:-1] = mask
    steps = np.diff(apart_rows.ravel())
    starts, ends = np.nonzero(steps == 1)[0] + 1, np.nonzero(steps == -1)[0] + 1
    if not len(starts):
        return np.zeros((0, 4), np.intp)
    label = _connected(*_touching(starts, ends, stride), len(starts))
    order = np.argsort(label, kind="stable")
    begins = np.nonzero(np.diff(label[order], prepend=-1))[0]
    rows = starts // stride
    sides = ((np.minimum, starts % stride - 1), (np.minimum, rows))
    far_sides = ((np.maximum, ends % stride - 1), (np.maximum, rows + 1))
    return np.stack(
        [furthest.reduceat(side[order], begins) for furthest, side in (*sides, *far_sides)], axis=1
    )


def _touching(starts: Places, ends: Places, stride: int) -> tuple[Places, Places]:
    """Pairs of runs that touch, the one in the row above first."""
    first = np.searchsorted(ends, starts + stride, "left")
    behind = np.searchsorted(starts, ends + stride, "right")
    count = np.maximum(behind - first, 0)
    above = np.repeat(np.arange(len(starts)), count)
    below = np.arange(len(above)) + np.repeat(first - (np.cumsum(count) - count), count)
    return above, below


def _connected(above: Places, below: Places, count: int) -> Places:
    """A label for each of `count` nodes, the same for all that are connected."""
    label = np.arange(count)
    while True:
        lowest = np.minimum(label[above], label[below])
        lower = label.copy()
        np.minimum.at(lower, label[above], lowest)
        np.minimum.at(lower, label[below], lowest)
        lower = lower[lower]
        if np.array_equal(lower, label):
            return label
        label = lower
