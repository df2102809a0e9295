# SPDX-License-Identifier: GPL-3.0-only
"""What goes wrong on a kiosk's flatbed, drawn over a scan: each function spoils it in one way."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def blurred(scan: Image.Image, radius: float = 6.0) -> Image.Image:
    """The sheet did not touch the flatbed."""
    return scan.filter(ImageFilter.GaussianBlur(radius))


def half_blurred(scan: Image.Image, radius: float = 6.0) -> Image.Image:
    """The lower half did not touch the flatbed."""
    half = scan.height // 2
    below = blurred(scan.crop((0, half, scan.width, scan.height)), radius)
    spoiled = scan.copy()
    spoiled.paste(below, (0, half))
    return spoiled


def cut_at_left(scan: Image.Image, part: float = 0.16) -> Image.Image:
    """The sheet hung over the flatbed: its left side is not on it."""
    away = round(part * scan.width)
    spoiled = Image.new("RGB", scan.size, (238, 238, 238))
    spoiled.paste(scan.crop((away, 0, scan.width, scan.height)), (0, 0))
    return spoiled


def dark(scan: Image.Image, level: float = 0.22) -> Image.Image:
    """The lamp hardly shone."""
    return scan.point(lambda value: int(value * level))


def with_finger(scan: Image.Image) -> Image.Image:
    """A thumb at the lower right."""
    unit = scan.width / 100
    layer = Image.new("L", scan.size)
    pen = ImageDraw.Draw(layer)
    pen.rounded_rectangle(
        (78 * unit, scan.height - 26 * unit, 120 * unit, scan.height - 12 * unit),
        round(7 * unit),
        fill=255,
    )
    spoiled = scan.copy()
    spoiled.paste((206, 152, 124), (0, 0), layer.filter(ImageFilter.GaussianBlur(unit / 3)))
    return spoiled


def with_glare(
    scan: Image.Image, centre: tuple[float, float] = (0.45, 0.32), radius: float = 0.07
) -> Image.Image:
    """The lamp mirrored in the plastic of a card."""
    y, x = np.mgrid[0 : scan.height, 0 : scan.width].astype(np.float32)
    away = np.hypot(x - centre[0] * scan.width, y - centre[1] * scan.height) / (radius * scan.width)
    lamp = 400 * np.exp(-(away**2))
    seen = np.asarray(scan, np.float32) + lamp[..., None]
    return Image.fromarray(seen.clip(0, 255).astype(np.uint8))
