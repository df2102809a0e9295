# SPDX-License-Identifier: GPL-3.0-only
"""A page of text as three layers: ink's shape in full detail, ink's colour, and the paper behind.
Used by clean.

Mixed raster content (ISO/IEC 16485):
the shape is a lossless fax picture (ITU-T T.6, "G4"), the paper a small JPEG, the colour one mean
per connected piece of ink. A page that does not look the same afterwards is refused, never
degraded.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from documents.imaging.light import blurred
from documents.imaging.masks import apart, grown, widest

type Mask = NDArray[np.bool_]
type Bytes = NDArray[np.uint8]
type Field = NDArray[np.float32]
type Numbers = NDArray[np.int64]

INK_BELOW = 150
"""Darkest channel of a pixel that is ink, on paper that was made white."""
PAPER_DPI = 100
INK_COLOUR_DPI = 75
MAX_COLOURS = 15

_PAPER_QUALITY = 55
_SPECK_PX = 3
_HALO_PX = 2
_COLOUR_STEP = 24
_UNEVEN = 42.0
_LARGE_PX, _SOLID = 50, 0.35
_WHITE, _WHITE_SHARE = 247, 0.9995
_ENOUGH = 0.15
_COARSE = 4
_DIFFERENT, _ROUGHLY_DIFFERENT, _BLOCK_PX = 36, 54, 4
_FINE_DPI = 250
_DETAIL = 12
_CELL_PX = 8
_BUSY = 110
_PICTURE_SHARE = 0.004
_DARK = 102
_STRIP_PX = 240
"""Rows that are worked on at once; a multiple of every factor by which a page is reduced."""


class Layers(msgspec.Struct, frozen=True, kw_only=True):
    """One page in layers; all pictures fill the whole page.

    Attributes:
        shape: G4 bytes of `width_px` x `height_px`; black is ink.
        paper: JPEG, RGB or grey; empty when the paper is plain white.
        colours: RGB triples of the ink's palette, one to `MAX_COLOURS`.
        tint: a byte per cell, the ink's place in `colours`; `tint_size` is (width, height), (1, 1)
            for one colour.
    """

    width_px: int
    height_px: int
    dpi: int
    shape: bytes
    paper: bytes
    colours: bytes
    tint: bytes
    tint_size: tuple[int, int]

    @property
    def is_bilevel(self) -> bool:
        """Black on white and nothing else: the shape alone is the page."""
        return not self.paper and len(self.colours) == 3 and max(self.colours) < _DARK

    @property
    def size_bytes(self) -> int:
        """About what a document grows by."""
        return len(self.shape) + len(self.paper) + len(self.colours) + len(self.tint) // 20


class _Runs(NamedTuple):
    """Ink in each row: where it starts and ends (not included), in reading order;
    `piece` numbers what is connected.
    """

    row: Numbers
    start: Numbers
    end: Numbers
    piece: Numbers


def in_layers(page: Image.Image, dpi: int) -> Layers | None:
    """The page in layers, or None when it would not look the same.

    Args:
        page: lit evenly, on white paper; mode "RGB" or "L".
    """
    mask = _ink(page)
    runs = _pieces(mask)
    if not len(runs.row):
        return None
    means, keep = _colours(page, runs)
    is_kept = keep[runs.piece]
    _erase(mask, _Runs(*(column[~is_kept] for column in runs)))
    runs = _Runs(*(column[is_kept] for column in runs))
    if not len(runs.row):
        return None
    palette, places = _palette(means, runs)
    tint, tint_size = _tint(mask.shape, places[runs.piece], runs, colours=len(palette), dpi=dpi)
    paper = _paper(page, mask, dpi)
    if _shows_picture(paper):
        return None
    layers = Layers(
        width_px=page.width,
        height_px=page.height,
        dpi=dpi,
        shape=g4(mask),
        paper=_paper_jpeg(paper),
        colours=palette.astype(np.uint8).tobytes(),
        tint=tint,
        tint_size=tint_size,
    )
    if _is_alike(page, layers, mask):
        return layers
    return None


def compose(layers: Layers, size: tuple[int, int] | None = None) -> Image.Image:
    """The page as a reader draws it, mode "RGB".

    Args:
        size: in pixels; all of them when not given.
    """
    full = (layers.width_px, layers.height_px)
    ink = Image.fromarray(shape_of(layers).astype(np.uint8) * np.uint8(255))
    return _Drawing(layers).part(
        ink if size in (None, full) else ink.resize(size), 0, layers.height_px
    )


class _Drawing:
    """A page in layers as it is drawn, all of it or a strip:
    a whole page in full detail is 35 MB.
    """

    def __init__(self, layers: Layers) -> None:
        self._height = layers.height_px
        self._paper = Image.open(io.BytesIO(layers.paper)).convert("RGB") if layers.paper else None
        palette = np.frombuffer(layers.colours, np.uint8).reshape(-1, 3)
        width, height = layers.tint_size
        self._tint = Image.fromarray(
            palette[np.frombuffer(layers.tint, np.uint8).reshape(height, width)]
        )

    def part(self, ink: Image.Image, top: int, bottom: int) -> Image.Image:
        """Return the strip between two rows of the page, mode "RGB", at the size of its ink
        (mode "1" or "L").
        """
        page = Image.new("RGB", ink.size, "white")
        if self._paper is not None:
            page = self._stretched(
                self._paper, ink, top=top, bottom=bottom, resampling=Image.Resampling.BILINEAR
            )
        page.paste(
            self._stretched(
                self._tint, ink, top=top, bottom=bottom, resampling=Image.Resampling.NEAREST
            ),
            (0, 0),
            ink,
        )
        return page

    def _stretched(
        self,
        layer: Image.Image,
        ink: Image.Image,
        *,
        top: int,
        bottom: int,
        resampling: Image.Resampling,
    ) -> Image.Image:
        down = layer.height / self._height
        return layer.resize(
            ink.size, resampling, (0, top * down, layer.width, min(bottom * down, layer.height))
        )


def shape_of(layers: Layers) -> Mask:
    """The shape, unpacked; True is ink. For layers of our own making only."""
    height, width = layers.height_px, layers.width_px
    with Image.open(
        io.BytesIO(_tiff_header(width, height, len(layers.shape)) + layers.shape)
    ) as picture:
        return np.asarray(picture)


def g4(mask: Mask) -> bytes:
    """The mask as one strip of a fax picture (ITU-T T.6), whose black is the mask's True."""
    file = io.BytesIO()
    # As it is, not with the tag for inverted pictures:
    # Pillow would turn them round pixel by pixel, in half a second.
    Image.fromarray(mask).save(
        file, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: mask.shape[0]}
    )
    data = file.getvalue()
    with Image.open(io.BytesIO(data)) as written:
        tags: Any = written.tag_v2  # type: ignore[attr-defined]
        (offset,), (length,) = tags[_STRIP_OFFSETS], tags[_STRIP_LENGTHS]
    return data[offset : offset + length]


def _strips(height: int) -> Iterator[tuple[int, int]]:
    """Top and bottom of each strip of the page's work."""
    return ((top, min(top + _STRIP_PX, height)) for top in range(0, height, _STRIP_PX))


# ---- the ink


def _ink(page: Image.Image) -> Mask:
    """Return the pixels whose darkest channel is that of ink."""
    mask = np.empty((page.height, page.width), np.bool_)
    for top, bottom in _strips(page.height):
        darkest, *others = page.crop((0, top, page.width, bottom)).split()
        for other in others:
            darkest = ImageChops.darker(darkest, other)
        np.less(np.asarray(darkest), np.uint8(INK_BELOW), out=mask[top:bottom])
    return mask


def _pieces(mask: Mask) -> _Runs:
    """The ink's rows and which of them touch, corners included."""
    height, width = mask.shape
    run_ends = []
    for top, bottom in _strips(height):
        framed = np.zeros((bottom - top, width + 2), np.bool_)
        framed[:, 1:-1] = mask[top:bottom]
        flat = framed.ravel()
        run_ends.append(np.flatnonzero(flat[1:] != flat[:-1]) + top * (width + 2))
    ends = np.concatenate(run_ends)
    row, start = np.divmod(ends[::2], width + 2)
    end = ends[1::2] - row * (width + 2)
    above, below = _touching(row, start, end, height)
    return _Runs(row, start, end, _joined(len(row), above, below))


def _touching(row: Numbers, start: Numbers, end: Numbers, height: int) -> tuple[Numbers, Numbers]:
    """Pairs of runs of neighbouring rows that touch, as places in the list."""
    wide = int(end.max(initial=0)) + 3
    first = np.searchsorted(row * wide + end, (row - 1) * wide + start, side="left")
    last = np.searchsorted(row * wide + start, (row - 1) * wide + end, side="right")
    many = np.maximum(last - first, 0)
    below = np.repeat(np.arange(len(row)), many)
    within = np.arange(len(below)) - np.repeat(np.cumsum(many) - many, many)
    return np.repeat(first, many) + within, below


def _joined(count: int, above: Numbers, below: Numbers) -> Numbers:
    """A number per run, the same for all that hang together (hooking and pointer jumping), from 0
    without gaps.
    """
    root = np.arange(count)
    while len(above):
        high, low = np.maximum(root[above], root[below]), np.minimum(root[above], root[below])
        apart = high != low
        if not apart.any():
            break
        above, below = above[apart], below[apart]
        np.minimum.at(root, high[apart], low[apart])
        while True:
            jumped = root[root]
            if (jumped == root).all():
                break
            root = jumped
    return np.unique(root, return_inverse=True)[1]


def _colours(page: Image.Image, runs: _Runs) -> tuple[NDArray[np.float64], Mask]:
    """Mean colour of each piece, float64 (pieces, 3), and which pieces are ink of one colour and no
    speck.

    The colour is read in the middle of each run, where no edge blurs it; wide runs count more.
    """
    length = runs.end - runs.start
    middle = _seen(page, runs).astype(np.float64)
    weight = length.astype(np.float64) ** 2
    total = np.bincount(runs.piece, weight)
    means = (
        np.stack([np.bincount(runs.piece, weight * middle[:, band]) for band in range(3)], 1)
        / total[:, None]
    )
    away = np.abs(middle - means[runs.piece]).mean(axis=1)
    uneven = np.bincount(runs.piece, weight * away) / total
    size = np.bincount(runs.piece, length)
    wide, high = _sides(runs)
    picture = (
        (uneven > _UNEVEN) & (np.minimum(wide, high) > _LARGE_PX) & (size > _SOLID * wide * high)
    )
    return means, ~picture & (size > _SPECK_PX)


def _sides(runs: _Runs) -> tuple[Numbers, Numbers]:
    """Width and height of the upright box around each piece, in pixels."""
    count = int(runs.piece.max()) + 1
    low, high = np.full((2, count), np.iinfo(np.int64).max), np.zeros((2, count), np.int64)
    for side, (first, last) in enumerate(((runs.row, runs.row + 1), (runs.start, runs.end))):
        np.minimum.at(low[side], runs.piece, first)
        np.maximum.at(high[side], runs.piece, last)
    return high[1] - low[1], high[0] - low[0]


def _seen(page: Image.Image, runs: _Runs) -> Bytes:
    """The colour in the middle of each run, (runs, 3)."""
    colours = np.empty((len(runs.row), 3), np.uint8)
    places = (runs.start + runs.end) // 2
    for top, bottom in _strips(page.height):
        first, last = np.searchsorted(runs.row, (top, bottom))
        pixels = np.asarray(page.crop((0, top, page.width, bottom)).convert("RGB"))
        colours[first:last] = pixels[runs.row[first:last] - top, places[first:last]]
    return colours


def _erase(mask: Mask, runs: _Runs) -> None:
    """Takes runs out of the mask."""
    for row, start, end in zip(
        runs.row.tolist(), runs.start.tolist(), runs.end.tolist(), strict=True
    ):
        mask[row, start:end] = False


def _palette(means: NDArray[np.float64], runs: _Runs) -> tuple[NDArray[np.float64], Numbers]:
    """At most `MAX_COLOURS` colours, the most frequent first, and the place in it of each piece.

    What is dark and nearly without colour is black: scanners see no pure black, readers do.
    """
    plain = np.ptp(means, axis=1) < 30
    means = np.where(plain[:, None], means.mean(axis=1, keepdims=True), means)
    means = np.where((plain & (means[:, 0] < _DARK))[:, None], 0.0, means)
    weight = np.bincount(runs.piece, runs.end - runs.start, minlength=len(means))
    key = (means // _COLOUR_STEP).astype(np.int64) @ np.array([10_000, 100, 1])
    _keys, group = np.unique(key, return_inverse=True)
    mass = np.bincount(group, weight)
    shades = np.stack([np.bincount(group, weight * means[:, band]) for band in range(3)], 1)
    shades /= np.maximum(mass, 1)[:, None]
    chosen = np.argsort(-mass, kind="stable")[:MAX_COLOURS]
    chosen = chosen[mass[chosen] > 0]
    near = np.abs(shades[:, None] - shades[chosen][None]).sum(axis=2).argmin(axis=1)
    return shades[chosen].round(), near[group]


def _tint(
    shape: tuple[int, int], place: Numbers, runs: _Runs, *, colours: int, dpi: int
) -> tuple[bytes, tuple[int, int]]:
    """The palette's place for each cell of `INK_COLOUR_DPI`;
    where colours meet in a cell the rarer one has it.
    """
    if colours == 1:
        return b"\0", (1, 1)
    side = max(1, round(dpi / INK_COLOUR_DPI))
    height, width = -(-shape[0] // side), -(-shape[1] // side)
    first = runs.row // side * width + runs.start // side
    many = (runs.end - 1) // side - runs.start // side + 1
    cell = np.repeat(first - (np.cumsum(many) - many), many) + np.arange(int(many.sum()))
    flat = np.zeros(height * width, np.uint8)
    np.maximum.at(flat, cell, np.repeat((place + 1).astype(np.uint8), many))
    cells = flat.reshape(height, width)
    filled = np.where(cells > 0, cells, widest(cells, 5))
    return (np.maximum(filled, 1) - 1).astype(np.uint8).tobytes(), (width, height)


# ---- the paper


def _paper(page: Image.Image, mask: Mask, dpi: int) -> Bytes:
    """Return the picture behind the ink, which is filled with the paper around it, at about
    `PAPER_DPI`.
    """
    factor = max(1, round(dpi / PAPER_DPI))
    weights, sights = [], []
    for top, bottom in _strips(page.height):
        bare = Image.fromarray((~_thickened(mask, top, bottom)).astype(np.uint8) * np.uint8(255))
        channels = page.crop((0, top, page.width, bottom)).split()
        weights.append(np.asarray(bare.reduce(factor)))
        bare_channels = [
            np.asarray(ImageChops.multiply(channel, bare).reduce(factor)) for channel in channels
        ]
        sights.append(np.stack(bare_channels, axis=-1))
    weight = np.concatenate(weights)[..., None].astype(np.float32) / np.float32(255)
    paper = np.concatenate(sights).astype(np.float32)
    around = _around(paper, weight)
    paper /= np.maximum(weight, _ENOUGH)
    np.copyto(paper, around, where=weight <= _ENOUGH)
    return np.minimum(paper, 255, out=paper).astype(np.uint8)


def _shows_picture(paper: Bytes) -> bool:
    """A face on a card, a photograph:
    detail that is no ink and would be lost at this resolution.
    """
    grey = Image.fromarray(paper.mean(axis=2).astype(np.uint8))
    detail = np.asarray(ImageChops.difference(grey, grey.filter(ImageFilter.BoxBlur(3)))) > _DETAIL
    cells = np.asarray(Image.fromarray(detail.astype(np.uint8) * np.uint8(255)).reduce(_CELL_PX))
    # the edge of a tinted field is a line, not an area
    return float((cells > _BUSY).mean()) > _PICTURE_SHARE


def _paper_jpeg(paper: Bytes) -> bytes:
    """Empty for plain white."""
    if float((paper > _WHITE).mean()) > _WHITE_SHARE:
        return b""
    file = io.BytesIO()
    Image.fromarray(paper.squeeze()).save(file, "JPEG", quality=_PAPER_QUALITY, optimize=True)
    return file.getvalue()


def _thickened(mask: Mask, top: int, bottom: int) -> Mask:
    """A strip of the mask grown to all sides: the blur at an edge of ink is no paper."""
    first = max(0, top - _HALO_PX)
    near = mask[first : bottom + _HALO_PX]
    return grown(near, 2 * _HALO_PX + 1)[top - first : top - first + bottom - top]


def _around(paper: Field, weight: Field) -> Bytes:
    """The paper's colour from the nearest bare paper, white where there is none;
    same shape as `paper`.
    """
    height, width = paper.shape[:2]
    coarse = [_summed(field) for field in (paper, weight)]
    fill = np.full_like(coarse[0], 255.0)
    for window in (31, 11, 5):
        mass = blurred(coarse[1], window)
        fill = np.where(mass > 0.2, blurred(coarse[0], window) / np.maximum(mass, 0.2), fill)
    small = Image.fromarray(fill.clip(0, 255).astype(np.uint8).squeeze())
    large = small.resize(
        (fill.shape[1] * _COARSE, fill.shape[0] * _COARSE), Image.Resampling.BILINEAR
    )
    around = np.asarray(large)[:height, :width]
    if around.ndim == 3:
        return around
    return around[..., None]


def _summed(field: Field) -> Field:
    """Sums of squares of `_COARSE` by `_COARSE` cells."""
    height, width, bands = field.shape
    high, wide = -(-height // _COARSE), -(-width // _COARSE)
    padded = np.zeros((high * _COARSE, wide * _COARSE, bands), np.float32)
    padded[:height, :width] = field
    sums: Field = padded.reshape(high, _COARSE, wide, _COARSE, bands).sum(axis=(1, 3))
    return sums


def _is_alike(page: Image.Image, layers: Layers, mask: Mask) -> bool:
    """No part of the page of a few millimetres has another brightness than before."""
    side = max(1, round(layers.dpi / INK_COLOUR_DPI)) * _BLOCK_PX
    if layers.dpi >= _FINE_DPI:
        most = _DIFFERENT
    else:
        most = _ROUGHLY_DIFFERENT
    draw = _Drawing(layers)
    for top, bottom in _rows_of_blocks(page.height, side):
        before = page.crop((0, top, page.width, bottom)).convert("RGB")
        after = draw.part(Image.fromarray(mask[top:bottom]), top, bottom)
        if any(
            _most_apart(before.reduce(side, part), after.reduce(side, part)) >= most
            for part in _parts(before, side)
        ):
            return False
    return True


def _rows_of_blocks(height: int, side: int) -> Iterator[tuple[int, int]]:
    """Strips of whole blocks from the top on, and the last block at the bottom.

    A sliver of a block at the sheet's edge is no part that anybody sees.
    """
    rows = max(1, _STRIP_PX // side) * side
    blocks_height = height // side * side or height
    yield from ((top, min(top + rows, blocks_height)) for top in range(0, blocks_height, rows))
    yield max(0, height - side), height


def _parts(strip: Image.Image, side: int) -> list[tuple[int, int, int, int]]:
    """The same from left to right: what is whole blocks, and the last block."""
    width, height = strip.size
    return [(0, 0, width // side * side or width, height), (max(0, width - side), 0, width, height)]


def _most_apart(picture: Image.Image, other: Image.Image) -> int:
    return int(apart(np.asarray(picture), np.asarray(other)).max(initial=0))


# ---- the fax picture

_STRIP_OFFSETS, _STRIP_LENGTHS, _ROWS_PER_STRIP = 273, 279, 278


def _tiff_header(width: int, height: int, size_bytes: int) -> bytes:
    """Return the header that Pillow's decoder expects before a single strip (TIFF 6.0, section
    2).
    """
    entries = [
        (256, width),
        (257, height),
        (258, 1),
        (259, 4),
        (262, 1),
        (_STRIP_OFFSETS, 8 + 2 + 9 * 12 + 4),
        (277, 1),
        (_ROWS_PER_STRIP, height),
        (_STRIP_LENGTHS, size_bytes),
    ]
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + table + struct.pack("<I", 0)
