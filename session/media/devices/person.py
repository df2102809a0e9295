# SPDX-License-Identifier: GPL-3.0-only
"""An invented person who breathes, looks about, blinks and talks: the simulated camera's picture.
Used by `sources`.

The shapes are drawn once (`person_drawing`);
a frame only puts three small pictures on the background, so that 25 of them a second cost little.
"""

from __future__ import annotations

import math

from PIL import Image

from session.media.devices.person_drawing import Box, ShapePen, draw_body, draw_head, office

HEAD_BOX: Box = (222, 32, 418, 264)
BODY_BOX: Box = (132, 220, 508, 372)
"""Left, top, right, bottom of each part's picture, in units of a 640 x 360 picture."""

NECK = (320.0, 262.0)
"""The point the head turns about."""

MOUTHS = (0.0, 0.35, 0.7, 1.0)
EYES = (1.0, 0.45, 0.0)


class SyntheticPerson:
    """An agent in an office, head and shoulders.

    Args:
        width_px, height_px: size of the pictures, even numbers, 16:9.
    """

    def __init__(self, width_px: int = 640, height_px: int = 360) -> None:
        self.width_px = width_px
        self.height_px = height_px
        self._scale = height_px / 360
        self._office = office(width_px, height_px)
        body = ShapePen(BODY_BOX, self._scale)
        draw_body(body)
        self._body = body.finished()
        self._bodies: dict[tuple[int, int], Image.Image] = {}
        self._heads: dict[tuple[float, float, int], Image.Image] = {}

    def draw(self, time_s: float) -> Image.Image:
        """The person at `time_s` seconds: an RGB picture of the given size.
        The same time gives the same picture.
        """
        picture = self._office.copy()
        breath = 1.3 * math.sin(time_s * 1.5)
        sway = 5.0 * math.sin(time_s * 0.55) + 1.5 * math.sin(time_s * 1.31)
        self._paste_body(picture, sway * 0.35, breath)
        tilt = 0.035 * math.sin(time_s * 0.7) + 0.012 * math.sin(time_s * 2.3)
        nod = breath + 2.0 * math.sin(time_s * 0.93)
        head = self._head(mouth_at(time_s), eyes_at(time_s), gaze_at(time_s))
        self._paste_head(picture, head, (sway * 0.8, nod), tilt)
        return picture

    def _head(self, mouth: float, eyes: float, gaze: int) -> Image.Image:
        """One of at most 36 expressions, kept."""
        expression = (mouth, eyes, gaze)
        if expression not in self._heads:
            pen = ShapePen(HEAD_BOX, self._scale)
            draw_head(pen, mouth, eyes, gaze)
            self._heads[expression] = pen.finished()
        return self._heads[expression]

    def _paste_head(
        self, picture: Image.Image, head: Image.Image, moved: tuple[float, float], tilt: float
    ) -> None:
        """Turns the head about the neck by `tilt` radians and moves it by fractions of a pixel, so
        that it glides.
        """
        corner, part = self._corner(HEAD_BOX, *moved)
        x, y = (NECK[0] - HEAD_BOX[0]) * self._scale, (NECK[1] - HEAD_BOX[1]) * self._scale
        turned = _turned(head, (x, y), part, tilt)
        picture.paste(turned, corner, turned)

    def _paste_body(self, picture: Image.Image, right: float, down: float) -> None:
        """Moves the body by quarters of a pixel; the sixteen pictures for that are kept."""
        corner, part = self._corner(BODY_BOX, right, down)
        quarters = (int(part[0] * 4), int(part[1] * 4))
        if quarters not in self._bodies:
            self._bodies[quarters] = _turned(
                self._body, (0.0, 0.0), (quarters[0] / 4, quarters[1] / 4), 0.0
            )
        body = self._bodies[quarters]
        picture.paste(body, corner, body)

    def _corner(
        self, box: Box, right: float, down: float
    ) -> tuple[tuple[int, int], tuple[float, float]]:
        """Return where the part's top left pixel comes to lie:
        whole pixels, and the fractions that are left over.
        """
        left_edge, top = (box[0] + right) * self._scale, (box[1] + down) * self._scale
        pixels = (math.floor(left_edge), math.floor(top))
        return pixels, (left_edge - pixels[0], top - pixels[1])


def _turned(
    part: Image.Image, pivot: tuple[float, float], moved: tuple[float, float], tilt: float
) -> Image.Image:
    """`part` turned by `tilt` radians about a point and moved;
    Pillow asks for the way back, from new to old.
    """
    (x, y), (dx, dy) = pivot, moved
    cos, sin = math.cos(tilt), math.sin(tilt)
    back = (
        cos,
        sin,
        x - cos * (x + dx) - sin * (y + dy),
        -sin,
        cos,
        y + sin * (x + dx) - cos * (y + dy),
    )
    return part.transform(part.size, Image.Transform.AFFINE, back, Image.Resampling.BILINEAR)


def mouth_at(time_s: float) -> float:
    """Return how far the mouth is open: talks for six seconds of nine, then listens."""
    if time_s % 9.0 > 6.0:
        return MOUTHS[0]
    wave = 0.5 + 0.32 * math.sin(time_s * 11.3) + 0.26 * math.sin(time_s * 17.9 + 1.0)
    return MOUTHS[max(0, min(len(MOUTHS) - 1, int(wave * len(MOUTHS))))]


def eyes_at(time_s: float) -> float:
    """Return how far the eyes are open: a blink of a sixth of a second about every four
    seconds.
    """
    since_blink_s = time_s % 4.1
    if since_blink_s < 0.16:
        if 0.04 < since_blink_s < 0.12:
            return EYES[2]
        return EYES[1]
    return EYES[0]


def gaze_at(time_s: float) -> int:
    """Return where the eyes look: mostly straight at the caller,
    now and then at the screen beside.
    """
    part = time_s % 13.0
    if 6.5 < part < 8.0:
        return -1
    if 10.5 < part < 11.4:
        return 1
    return 0
