# SPDX-License-Identifier: GPL-3.0-only
"""The geometry of straightening: a scan, levelled by its skew, seen through a box.
Used by clean and edges.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

from documents.imaging.page_box import WHOLE, PageBox

type Size = tuple[int, int]
type Affine = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class LevelFrame:
    """The smallest level frame around a picture whose text runs `skew_deg` down to the right."""

    width_px: int
    height_px: int
    skew_deg: float

    @property
    def level_size(self) -> tuple[float, float]:
        """Width and height of the level frame, in pixels of the picture."""
        cos, sin = self._turn()
        return self.width_px * cos + self.height_px * abs(sin), self.width_px * abs(
            sin
        ) + self.height_px * cos

    def size_at(self, box: PageBox, scale: float) -> Size:
        """Pixels that the box fills when each pixel of the picture becomes `scale` pixels."""
        width, height = self.level_size
        wide, high = (box.right - box.left) * width * scale, (box.bottom - box.top) * height * scale
        return max(1, round(wide)), max(1, round(high))

    def level(self, picture: Image.Image) -> Image.Image:
        """The whole of a levelled picture, mode "L" or "RGB", on white."""
        white = 255 if picture.mode == "L" else (255, 255, 255)
        return self._whole(picture, Image.Resampling.BILINEAR, white)

    def seen(self) -> Image.Image:
        """Mode "L": 255 where the levelled picture has pixels, 0 in the corners that levelling
        adds.
        """
        return self._whole(
            Image.new("L", (self.width_px, self.height_px), 255), Image.Resampling.NEAREST, 0
        )

    def _whole(
        self,
        picture: Image.Image,
        resampling: Image.Resampling,
        fill: int | tuple[int, int, int],
    ) -> Image.Image:
        size = self.size_at(WHOLE, 1.0)
        return picture.transform(
            size, Image.Transform.AFFINE, self.back(WHOLE, size), resampling, fillcolor=fill
        )

    def back(self, box: PageBox, size: Size, turn_deg: int = 0) -> Affine:
        """The way from a pixel of the levelled box, drawn at `size`, to the place in the picture.

        Args:
            turn_deg: clockwise quarter turns by which the picture would come into this frame;
                the way ends in the picture as it was before them.
        """
        cos, sin = self._turn()
        width, height = self.level_size
        step_x = (box.right - box.left) * width / size[0]
        step_y = (box.bottom - box.top) * height / size[1]
        off_x, off_y = box.left * width - width / 2, box.top * height - height / 2
        x = (cos * step_x, -sin * step_y, cos * off_x - sin * off_y + self.width_px / 2)
        y = (sin * step_x, cos * step_y, sin * off_x + cos * off_y + self.height_px / 2)
        match turn_deg % 360:
            case 90:
                return (*y, *_from(self.width_px, x))
            case 180:
                return (*_from(self.width_px, x), *_from(self.height_px, y))
            case 270:
                return (*_from(self.height_px, y), *x)
            case _:
                return (*x, *y)

    def _turn(self) -> tuple[float, float]:
        angle = math.radians(self.skew_deg)
        return math.cos(angle), math.sin(angle)


def _from(end: int, way: tuple[float, float, float]) -> tuple[float, float, float]:
    """The same way counted from the other side."""
    return -way[0], -way[1], end - way[2]
