# SPDX-License-Identifier: GPL-3.0-only
"""The shapes of the invented person and of the office behind: drawn once, large, and scaled down.
Used by `person`.

All lengths are in units of a 640 x 360 picture, whatever its real size.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
Point = tuple[float, float]

SMOOTHING = 3
"""Shapes are drawn this many times larger, because Pillow draws without anti-aliasing."""

SKIN: Colour = (233, 190, 160)
SKIN_SHADE: Colour = (214, 163, 132)
SKIN_LIGHT: Colour = (242, 206, 180)
CHEEK: Colour = (226, 158, 134)
HAIR: Colour = (78, 54, 42)
HAIR_LIGHT: Colour = (104, 74, 57)
JACKET: Colour = (58, 78, 112)
JACKET_SHADE: Colour = (46, 63, 93)
BLOUSE: Colour = (244, 242, 238)
EYE_WHITE: Colour = (250, 248, 245)
IRIS: Colour = (74, 96, 90)
LIPS: Colour = (186, 98, 92)
MOUTH_INSIDE: Colour = (102, 42, 44)
HEADSET: Colour = (52, 56, 66)


class ShapePen:
    """Draws shapes given in units on one transparent picture."""

    def __init__(self, box: Box, scale: float) -> None:
        self._left = box[0]
        self._top = box[1]
        self._unit = scale * SMOOTHING
        self._size = (round((box[2] - box[0]) * scale), round((box[3] - box[1]) * scale))
        self.picture = Image.new(
            "RGBA", (self._size[0] * SMOOTHING, self._size[1] * SMOOTHING), (0, 0, 0, 0)
        )

    def _at(self, point: Point) -> Point:
        return ((point[0] - self._left) * self._unit, (point[1] - self._top) * self._unit)

    def ellipse(
        self, centre: Point, rx: float, ry: float, *, colour: Colour, soft: float = 0.0
    ) -> None:
        """An ellipse; `soft` > 0 blurs its edge by so many units."""
        box = [
            self._at((centre[0] - rx, centre[1] - ry)),
            self._at((centre[0] + rx, centre[1] + ry)),
        ]
        self._layer(lambda draw: draw.ellipse(box, fill=(*colour, 255)), colour, soft)

    def shape(self, points: list[Point], colour: Colour, soft: float = 0.0) -> None:
        """A closed shape whose outline is a smooth curve through `points`."""
        outline = [self._at(point) for point in smooth(points)]
        self._layer(lambda draw: draw.polygon(outline, fill=(*colour, 255)), colour, soft)

    def polygon(self, points: list[Point], colour: Colour) -> None:
        """A closed shape with straight edges."""
        outline = [self._at(point) for point in points]
        self._layer(lambda draw: draw.polygon(outline, fill=(*colour, 255)), colour, 0.0)

    def arc(
        self,
        centre: Point,
        rx: float,
        ry: float,
        *,
        degrees: tuple[float, float],
        width: float,
        colour: Colour,
    ) -> None:
        """Part of an ellipse's outline, clockwise from 3 o'clock."""
        box = [
            self._at((centre[0] - rx, centre[1] - ry)),
            self._at((centre[0] + rx, centre[1] + ry)),
        ]
        thick = max(1, round(width * self._unit))
        self._layer(
            lambda draw: draw.arc(box, *degrees, fill=(*colour, 255), width=thick), colour, 0.0
        )

    def _layer(
        self, paint: Callable[[ImageDraw.ImageDraw], None], colour: Colour, soft: float
    ) -> None:
        if not soft:
            paint(ImageDraw.Draw(self.picture))
            return
        layer = Image.new("RGBA", self.picture.size, (*colour, 0))
        paint(ImageDraw.Draw(layer))
        reach = soft * self._unit
        left_px, top, right, bottom = layer.getbbox() or (0, 0, 1, 1)
        near = (
            int(left_px - 3 * reach),
            int(top - 3 * reach),
            int(right + 3 * reach),
            int(bottom + 3 * reach),
        )
        near = (
            max(near[0], 0),
            max(near[1], 0),
            min(near[2], layer.width),
            min(near[3], layer.height),
        )
        self.picture.alpha_composite(
            layer.crop(near).filter(ImageFilter.GaussianBlur(reach)), near[:2]
        )

    def finished(self) -> Image.Image:
        """The picture at its real size, RGBA."""
        return self.picture.resize(self._size, Image.Resampling.BOX)


def smooth(points: list[Point], steps: int = 12) -> list[Point]:
    """A closed Catmull-Rom curve through `points`."""
    curve: list[Point] = []
    for index in range(len(points)):
        near = [points[(index + offset) % len(points)] for offset in (-1, 0, 1, 2)]
        xs, ys = [point[0] for point in near], [point[1] for point in near]
        for step in range(steps):
            curve.append((_between(xs, step / steps), _between(ys, step / steps)))
    return curve


def _between(near: list[float], t: float) -> float:
    """The curve's place at `t`, 0..1, between the second and the third of four values."""
    a, b, c, d = near
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3
    )


def office(width_px: int, height_px: int) -> Image.Image:
    """A calm office out of focus, RGB: a wall, a window with daylight, a shelf, a plant."""
    rows = np.linspace(0.0, 1.0, 36)[:, None]
    columns = np.linspace(0.0, 1.0, 64)[None, :]
    light = 1.0 - 0.16 * rows - 0.12 * columns
    wall = np.stack([light * 222, light * 224, light * 222], axis=-1)
    picture = Image.fromarray(wall.astype(np.uint8)).resize((640, 360), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((36, -10, 176, 196), fill=(242, 247, 250))
    draw.rectangle((36, 110, 176, 196), fill=(205, 221, 205))
    draw.line((106, -10, 106, 196), fill=(208, 208, 204), width=6)
    draw.rectangle((30, 194, 184, 204), fill=(196, 190, 180))
    for left_px, top, height, colour in _books():
        draw.rectangle((left_px, top - height, left_px + 15, top), fill=colour)
    draw.rectangle((470, 118, 650, 126), fill=(158, 132, 106))
    draw.rectangle((470, 228, 650, 236), fill=(158, 132, 106))
    draw.rectangle((576, 190, 622, 228), fill=(196, 150, 120))
    for x, y, rx, ry in (
        (598, 160, 13, 36),
        (577, 166, 11, 30),
        (620, 168, 11, 30),
        (588, 146, 10, 26),
    ):
        draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=(106, 146, 108))
    blurred = picture.filter(ImageFilter.GaussianBlur(6))
    return blurred.resize((width_px, height_px), Image.Resampling.BICUBIC)


def _books() -> list[tuple[int, int, int, Colour]]:
    palette: list[Colour] = [
        (150, 104, 92),
        (104, 124, 146),
        (186, 168, 130),
        (120, 138, 116),
        (96, 104, 124),
    ]
    upper = [(480 + 18 * i, 118, 58 + (i * 17) % 26, palette[i % 5]) for i in range(6)]
    return upper + [(480 + 18 * i, 228, 60 + (i * 23) % 22, palette[(i + 2) % 5]) for i in range(5)]


def draw_body(pen: ShapePen) -> None:
    """Shoulders, jacket, blouse and neck."""
    pen.shape(
        [
            (140, 420),
            (146, 356),
            (170, 314),
            (236, 288),
            (300, 274),
            (340, 274),
            (404, 288),
            (470, 314),
            (494, 356),
            (500, 420),
        ],
        JACKET,
    )
    pen.shape([(140, 420), (148, 350), (184, 318), (196, 372), (204, 420)], JACKET_SHADE, soft=5)
    pen.shape([(500, 420), (492, 350), (456, 318), (444, 372), (436, 420)], JACKET_SHADE, soft=5)
    pen.polygon([(276, 276), (364, 276), (334, 366), (306, 366)], BLOUSE)
    pen.shape(
        [(289, 226), (351, 226), (352, 268), (346, 288), (320, 306), (294, 288), (288, 268)], SKIN
    )
    pen.shape(
        [(290, 226), (350, 226), (350, 246), (330, 266), (310, 266), (290, 246)], SKIN_SHADE, soft=4
    )
    pen.polygon([(282, 270), (262, 284), (302, 366), (310, 366)], JACKET_SHADE)
    pen.polygon([(358, 270), (378, 284), (338, 366), (330, 366)], JACKET_SHADE)


def draw_head(pen: ShapePen, mouth: float, eyes: float, gaze: int) -> None:
    """Hair, face and headset.

    Args:
        pen: over a box that holds (226..414, 20..290).
        mouth: 0 closed to 1 wide open.
        eyes: 0 closed to 1 open.
        gaze: -1 left, 0 straight, 1 right.
    """
    _draw_hair_behind(pen)
    _draw_face(pen)
    _draw_eyes(pen, eyes, gaze)
    _draw_nose(pen)
    _draw_mouth(pen, mouth)
    _draw_hair_over(pen)
    _draw_headset(pen)


def _draw_hair_behind(pen: ShapePen) -> None:
    pen.shape(
        [
            (320, 44),
            (382, 62),
            (404, 124),
            (402, 190),
            (392, 238),
            (366, 250),
            (274, 250),
            (248, 238),
            (238, 190),
            (236, 124),
            (258, 62),
        ],
        HAIR,
    )


def _draw_face(pen: ShapePen) -> None:
    pen.shape(
        [
            (320, 72),
            (368, 88),
            (386, 138),
            (382, 190),
            (364, 232),
            (334, 256),
            (306, 256),
            (276, 232),
            (258, 190),
            (254, 138),
            (272, 88),
        ],
        SKIN,
    )
    pen.shape(
        [(386, 138), (382, 190), (364, 232), (334, 256), (322, 256), (356, 226), (370, 180)],
        SKIN_SHADE,
        soft=6,
    )
    pen.ellipse((312, 112), 38, 18, colour=SKIN_LIGHT, soft=9)
    pen.ellipse((280, 196), 15, 11, colour=CHEEK, soft=6)
    pen.ellipse((360, 196), 15, 11, colour=CHEEK, soft=6)


def _draw_nose(pen: ShapePen) -> None:
    pen.shape(
        [(320, 160), (327, 190), (333, 202), (320, 208), (307, 202), (313, 190)],
        SKIN_SHADE,
        soft=2.5,
    )
    pen.ellipse((318, 199), 7, 5, colour=SKIN_LIGHT, soft=3)


def _draw_hair_over(pen: ShapePen) -> None:
    pen.shape(
        [
            (320, 48),
            (372, 62),
            (394, 108),
            (394, 152),
            (382, 130),
            (362, 100),
            (330, 88),
            (292, 104),
            (262, 132),
            (246, 154),
            (246, 108),
            (268, 62),
        ],
        HAIR,
    )
    pen.shape(
        [(300, 56), (346, 62), (372, 88), (340, 76), (300, 80), (272, 98), (280, 70)],
        HAIR_LIGHT,
        soft=4,
    )


def _draw_eyes(pen: ShapePen, eyes: float, gaze: int) -> None:
    for centre in (289.0, 351.0):
        inner = 1 if centre < 320 else -1
        pen.shape(
            [(centre - 17, 140), (centre, 133 + inner), (centre + 17, 140), (centre, 137.5)], HAIR
        )
        height = 9.0 * eyes
        if height > 1:
            pen.ellipse((centre, 163), 14, height, colour=EYE_WHITE)
            iris = min(height, 8.0)
            pen.ellipse((centre + 4 * gaze, 163), 7, iris, colour=IRIS)
            pen.ellipse((centre + 4 * gaze, 163), 3.4, min(iris, 3.4), colour=(28, 28, 30))
            pen.ellipse(
                (centre + 4 * gaze + 2.4, 160), 1.6, min(1.6, height / 3), colour=(255, 255, 255)
            )
        pen.arc(
            (centre, 163 + 1.5),
            15,
            max(height + 1.5, 3.0),
            degrees=(195, 345) if eyes > 0.2 else (10, 170),
            width=2.6,
            colour=(70, 46, 38),
        )


def _draw_mouth(pen: ShapePen, mouth: float) -> None:
    drop = 11 * mouth
    wide = 24 - 4 * mouth
    pen.shape(
        [
            (320 - wide, 222),
            (309, 220.5),
            (320, 222),
            (331, 220.5),
            (320 + wide, 222),
            (332, 231 + drop),
            (320, 233 + drop),
            (308, 231 + drop),
        ],
        LIPS,
    )
    if mouth > 0.1:
        pen.shape(
            [
                (320 - wide + 5, 223),
                (320, 224.5),
                (320 + wide - 5, 223),
                (330, 227 + drop),
                (320, 228.5 + drop),
                (310, 227 + drop),
            ],
            MOUTH_INSIDE,
        )
        pen.shape(
            [
                (308, 225),
                (320, 224.5),
                (332, 225),
                (328, 227 + drop * 0.2),
                (312, 227 + drop * 0.2),
            ],
            EYE_WHITE,
        )
    else:
        pen.shape([(299, 222.6), (320, 226), (341, 222.6), (320, 227.5)], MOUTH_INSIDE)


def _draw_headset(pen: ShapePen) -> None:
    pen.arc((320, 142), 80, 100, degrees=(182, 358), width=5, colour=HEADSET)
    for x in (242.0, 398.0):
        pen.shape(
            [(x - 10, 142), (x, 136), (x + 10, 142), (x + 11, 172), (x, 182), (x - 11, 172)],
            HEADSET,
        )
    pen.arc((308, 172), 66, 66, degrees=(95, 178), width=3, colour=HEADSET)
    pen.shape([(288, 236), (296, 234), (304, 238), (303, 243), (294, 243)], HEADSET)
