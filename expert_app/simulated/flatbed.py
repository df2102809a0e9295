# SPDX-License-Identifier: GPL-3.0-only
"""The picture that a flatbed gives of a clean sheet:
laid askew, a lid behind it, shadows, folds, paper, dust and noise.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from expert_app.simulated.sheets import HEIGHT_PX, WIDTH_PX, Colour

type Grey = NDArray[np.float32]


class Lying(msgspec.Struct, frozen=True, kw_only=True):
    """The lie of a sheet on the flatbed.

    Attributes:
        skew_deg: anticlockwise, as Pillow turns.
        shift_px: of the sheet's centre, right and down.
        lid: colour behind the sheet.
        paper: colour of the paper under white light.
        shadow: 0..1, how dark the right edge gets where the lid does not close.
        folds: heights of the folds, 0..1 of the sheet.
        noise: standard deviation of the sensor, in 1/255.
    """

    skew_deg: float
    shift_px: tuple[int, int] = (0, 0)
    lid: Colour = (226, 227, 225)
    paper: Colour = (251, 249, 243)
    shadow: float = 0.14
    folds: tuple[float, ...] = ()
    noise: float = 2.6


def lay_on_flatbed(sheet: Image.Image, lying: Lying, random: np.random.Generator) -> Image.Image:
    """The scan of a sheet, RGB, of the size of the sheet.
    The same generator gives the same pixels.
    """
    paper = ImageChops.multiply(sheet, Image.new("RGB", sheet.size, lying.paper))
    paper = _times(paper, _texture(random) * _folds(lying.folds))
    mask = Image.new("L", sheet.size, 255)
    turned, mask = _turn(paper, lying), _turn(mask, lying)
    bed = _times(
        Image.new("RGB", sheet.size, lying.lid), _lid_around(mask) * _texture(random, depth=0.003)
    )
    scan = Image.composite(turned, bed, mask.filter(ImageFilter.GaussianBlur(1.0)))
    scan = _times(scan, _light(lying.shadow))
    scan = _specks(scan.filter(ImageFilter.GaussianBlur(0.7)), random)
    return _noisy(scan, lying.noise, random)


def _turn(image: Image.Image, lying: Lying) -> Image.Image:
    return image.rotate(lying.skew_deg, Image.Resampling.BICUBIC, translate=lying.shift_px)


def _times(image: Image.Image, factors: Grey) -> Image.Image:
    """Multiplies all channels by a small map of factors (0..1), stretched over the picture."""
    small = Image.fromarray((factors * 255).clip(0, 255).astype(np.uint8))
    grey = small.resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(image, Image.merge("RGB", (grey, grey, grey)))


def _texture(random: np.random.Generator, depth: float = 0.006) -> Grey:
    """Fibres: a soft grain of about a millimetre."""
    grain = random.normal(0, 1, (HEIGHT_PX // 6, WIDTH_PX // 6))
    grain = (
        grain + np.roll(grain, 1, 0) + np.roll(grain, 1, 1) + np.roll(grain, (1, 1), (0, 1))
    ) / 2
    return (1 - depth * np.abs(grain)).astype(np.float32)


def _folds(heights: tuple[float, ...]) -> Grey:
    """A fold across: dark on one side of the crease, not at all on the other."""
    rows, columns = HEIGHT_PX // 6, WIDTH_PX // 6
    y = np.arange(rows)
    profile = np.ones(rows)
    for height in heights:
        away = y - height * rows
        profile *= (
            1
            - 0.07 * np.exp(-((away / 5) ** 2))
            - 0.045 * np.exp(-(((away - 14) / 22) ** 2)) * (away > 0)
        )
    return np.repeat(profile[:, None], columns, axis=1).astype(np.float32)


def _lid_around(mask: Image.Image) -> Grey:
    """The shadow that the sheet throws on the lid, right and below."""
    small = mask.resize((WIDTH_PX // 6, HEIGHT_PX // 6))
    moved = Image.new("L", small.size, 0)
    moved.paste(small, (2, 2))
    dark = np.asarray(moved.filter(ImageFilter.GaussianBlur(3.2)), np.float64) / 255
    return (1 - 0.34 * dark).astype(np.float32)


def _light(shadow: float) -> Grey:
    """The lamp is weaker at the ends, and the lid leaves a gap at the right and at the top."""
    y, x = np.mgrid[0:1:292j, 0:1:206j].astype(np.float32)
    right = np.clip((x - 0.72) / 0.28, 0, 1) ** 2
    top = np.clip((0.10 - y) / 0.10, 0, 1)
    lamp = 0.03 * (2 * y - 1) ** 2
    light: Grey = (1 - shadow * right - 0.5 * shadow * top - lamp).astype(np.float32)
    return light


def _specks(scan: Image.Image, random: np.random.Generator) -> Image.Image:
    """Dust on the flatbed: a few dots and a hair's breadth of grey."""
    for _ in range(14):
        x, y = int(random.integers(20, WIDTH_PX - 20)), int(random.integers(20, HEIGHT_PX - 20))
        size = int(random.integers(2, 6))
        shade = int(random.integers(120, 190))
        scan.paste((shade, shade, shade), (x, y, x + size, y + int(random.integers(2, 6))))
    return scan


def _noisy(scan: Image.Image, sigma: float, random: np.random.Generator) -> Image.Image:
    """Sensor noise, mostly the same in the three colours; by bands, to spare memory."""
    pixels = np.array(scan)
    for top in range(0, HEIGHT_PX, 256):
        band = pixels[top : top + 256]
        grey = random.standard_normal(band.shape[:2], np.float32)[..., None] * np.float32(sigma)
        colour_noise = random.standard_normal(band.shape, np.float32) * np.float32(sigma * 0.45)
        pixels[top : top + 256] = (band + grey + colour_noise).clip(0, 255).astype(np.uint8)
    return Image.fromarray(pixels)
