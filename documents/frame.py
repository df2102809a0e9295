# SPDX-License-Identifier: GPL-3.0-only
"""The geometry of straightening: a scan, levelled by its skew, seen through a box. Used by clean and edges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
from PIL import Image

type Size = tuple[int, int]
type Colour = int | tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle as fractions of a frame, origin top left."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


WHOLE = Box()


class PageBox(msgspec.Struct, frozen=True):
    """A rectangle that is told to others, as fractions of a page, origin top left."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The smallest level frame around a picture whose text runs `skew_deg` down to the right."""

    width_px: int
    height_px: int
    skew_deg: float

    @property
    def level_size(self) -> tuple[float, float]:
        """Width and height of the level frame, in pixels of the picture."""
        cos, sin = self._turn()
        return self.width_px * cos + self.height_px * abs(sin), self.width_px * abs(sin) + self.height_px * cos

    def size_at(self, box: Box, scale: float) -> Size:
        """Pixels that the box fills when each pixel of the picture becomes `scale` pixels."""
        width, height = self.level_size
        wide, high = (box.right - box.left) * width * scale, (box.bottom - box.top) * height * scale
        return max(1, round(wide)), max(1, round(high))

    def level(self, picture: Image.Image, box: Box, size: Size, fill: Colour) -> Image.Image:
        """The part of the levelled picture inside the box, at `size`; what lies outside the picture is `fill`."""
        cos, sin = self._turn()
        width, height = self.level_size
        step_x = (box.right - box.left) * width / size[0]
        step_y = (box.bottom - box.top) * height / size[1]
        off_x, off_y = box.left * width - width / 2, box.top * height - height / 2
        back = (
            cos * step_x,
            -sin * step_y,
            cos * off_x - sin * off_y + self.width_px / 2,
            sin * step_x,
            cos * step_y,
            sin * off_x + cos * off_y + self.height_px / 2,
        )
        return picture.transform(size, Image.Transform.AFFINE, back, Image.Resampling.BILINEAR, fillcolor=fill)

    def _turn(self) -> tuple[float, float]:
        angle = math.radians(self.skew_deg)
        return math.cos(angle), math.sin(angle)
