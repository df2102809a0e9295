# SPDX-License-Identifier: GPL-3.0-only
"""Even light on a page, and what the lit page looks like: blank, grey, coloured or a photograph.
Used by clean.

The light that fell on the paper is read from the paper itself, on a picture of 12 dots per inch,
and divided out: shadow, fold and tint go, ink stays. A page that shows little paper (a photograph)
is left as it is.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from documents.imaging.masks import mean_around, narrowest, widest
from documents.imaging.planes import Planes

type Field = NDArray[np.float32]
type Tones = tuple[tuple[float, float], ...]

_LIGHT_DPI = 12.5
_ENOUGH_PAPER = 0.25
_MAX_GAIN = 3.5
_TONES = ((0.06, 0.0), (0.5, 0.56), (0.7, 0.79), (0.8, 0.84), (0.955, 1.0))
"""Brightness on evenly lit paper, and what it becomes.
Middle tones are lifted: thin grey rules of a table, which a reading program would see in pieces,
stay lighter than its threshold; ink stays black, pale tints and pencil stay.
"""
_EVEN = ((0.06, 0.0), (0.955, 1.0))
"""The same for the colours, whose hues would change else."""
_BLANK_SHARE = 0.0012
_CHROMA, _CHROMA_DPI = 36, 50
_COLOUR_MM2 = 1.0
_LUMA = np.array((0.299, 0.587, 0.114), np.float32)
"""ITU-R BT.601, as in JPEG."""


class PageKind(StrEnum):
    """The look of a page; blank pages are marked, never dropped."""

    BLANK = "blank"
    GREY = "grey"
    COLOUR = "colour"
    PHOTO = "photo"


def shows_paper(page: Planes, dpi: int) -> bool:
    """True when enough of the page is paper to read the light from."""
    return float(_paper(_reduced(page, dpi)).mean()) >= _ENOUGH_PAPER


def lit_evenly(page: Planes, dpi: int) -> Planes:
    """The page as if lit evenly, on white paper."""
    small = _reduced(page, dpi)
    light = _light(small, _paper(small))
    if light.shape[2] == 3:
        luma = light @ _LUMA
    else:
        luma = light
    grey = _divided(page.grey, luma, _TONES)
    return Planes(grey, page.colour and _divided(page.colour, light, _EVEN))


def kind_of(lit: Planes, paper: bool, dpi: int) -> PageKind:
    """Return the kind of a lit page.

    Args:
        lit: the page after `lit_evenly`, at `dpi`.
        paper: the answer of `shows_paper`.
    """
    if not paper:
        return PageKind.PHOTO
    if lit.colour is not None and _has_colour(lit.colour, dpi // 2):
        return PageKind.COLOUR
    if _ink_share(lit.grey.reduce(2).point(_straight())) < _BLANK_SHARE:
        return PageKind.BLANK
    return PageKind.GREY


def _has_colour(colour: Image.Image, dpi: int) -> bool:
    """True where a square millimetre or more of the page is coloured, however large the page: a
    stamp, a mark, a signature in ink. The fringes beside black letters are thinner than the
    half-millimetres that are looked at.
    """
    factor = max(1, round(dpi / _CHROMA_DPI))
    red, green, blue = colour.reduce(factor).split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    brightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    coloured = np.asarray(ImageChops.subtract(brightest, darkest)) > _CHROMA
    return float(np.count_nonzero(coloured)) > _COLOUR_MM2 * (dpi / factor / 25.4) ** 2


def _ink_share(grey: Image.Image) -> float:
    """Part of the page, without a border of 3 %, that is darker than its surroundings."""
    ink = np.asarray(ImageChops.subtract(mean_around(grey, 10), grey)) > 40
    border = max(1, int(0.03 * min(ink.shape)))
    inner = ink[border:-border, border:-border]
    if inner.size:
        return float(np.count_nonzero(inner)) / inner.size
    return 0.0


def _reduced(page: Planes, dpi: int) -> Field:
    """The page at about `_LIGHT_DPI`, float32 (height, width, 3), or 1 for a page without
    colours.
    """
    small = np.asarray(page.coarse(2 * max(1, round(dpi / _LIGHT_DPI / 2))), np.float32)
    if small.ndim == 3:
        return small
    return small[..., None]


def _divided(picture: Image.Image, light: Field, tones: Tones) -> Image.Image:
    """The picture without the light (levels, one or one for each channel) that fell on it, its
    paper made white.
    """
    gain = np.clip(255 / np.maximum(light, 60), 1, _MAX_GAIN)
    unit = 255 / float(gain.max())
    field = Image.fromarray((gain * unit + 0.5).astype(np.uint8).squeeze())
    dimmed = ImageChops.multiply(picture, field.resize(picture.size, Image.Resampling.BILINEAR))
    return dimmed.point(_levels(unit, tones) * len(picture.getbands()))


def _paper(small: Field) -> Field:
    """1 where the page shows bare paper, else 0, (height, width):
    bright for its place, and without colour.
    """
    darkest, brightest = small.min(axis=2), small.max(axis=2)
    local = narrowest(widest(darkest.astype(np.uint8), 9), 9).astype(np.float32)
    bright = (
        (darkest >= local - 14) & (darkest > np.percentile(darkest, 60) * 0.72) & (darkest > 70)
    )
    return (bright & (brightest - darkest < 28)).astype(np.float32)


def _light(small: Field, paper: Field) -> Field:
    """The paper's brightness everywhere, float32 (height, width, 3);
    under ink it is that of the paper around.
    """
    weighed = np.concatenate([small * paper[..., None], paper[..., None]], axis=2)
    near, far = blurred(weighed, 13), blurred(weighed, 81)
    near_weight, far_weight = near[..., -1:], far[..., -1:]
    light = np.where(
        near_weight > 0.05,
        near[..., :-1] / (near_weight + 1e-9),
        far[..., :-1] / (far_weight + 1e-6),
    )
    return light.astype(np.float32)


def blurred(field: Field, window: int) -> Field:
    """A box blur, twice along each axis; `window` is odd and in pixels of the field."""
    for axis in (0, 1, 0, 1):
        pad = [(window // 2 + 1, window // 2) if k == axis else (0, 0) for k in range(3)]
        sums = np.pad(field, pad, mode="edge").cumsum(axis=axis, dtype=np.float64)
        length = sums.shape[axis]
        high = np.take(sums, range(window, length), axis)
        low = np.take(sums, range(length - window), axis)
        field = ((high - low) / window).astype(np.float32)
    return field


def _levels(unit: float, tones: Tones = _TONES) -> list[int]:
    """Return the levels from the dimmed picture, whose full brightness is `unit`, to full
    range, for one channel.
    """
    before, after = zip(*tones, strict=True)
    return [int(255 * tone + 0.5) for tone in np.interp(np.arange(256) / unit, before, after)]


def _straight() -> list[int]:
    """Return the levels from `_TONES` back to `_EVEN`, for one channel."""
    before, after = zip(*_TONES, strict=True)
    (black, _), (white, _) = _EVEN
    even = [(tone - black) / (white - black) for tone in before]
    return [int(255 * tone + 0.5) for tone in np.interp(np.arange(256) / 255, after, even)]
