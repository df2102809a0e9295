# SPDX-License-Identifier: GPL-3.0-only
"""The place and size of a painted face, so that it is as large as in a room, under the camera.
Pure; used by the panes of the call.

A camera sees, at the distance of a face, a width of 2 · d · tan(fov / 2).
Painted that wide on the screen, the face has the size it would have if the person sat there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PyQt6.QtCore import QRectF

from session.protocol.conversation.line import Geometry

EYES_OF_PICTURE = 0.40
"""How far below the top of the picture the eyes are, when somebody sits well before a camera."""

EYES_OF_PANE = 0.30
"""How far below the top of the pane they shall be: near the camera on top of the screen."""

LEAST_SHARE = 0.3
"""A picture smaller than this share of the pane is fitted into the pane instead."""


@dataclass(frozen=True, kw_only=True)
class ScreenFacts:
    """The desk's screen and camera.

    Attributes:
        px_per_mm: device-independent pixels; 0.0 when the screen was never measured. A person
            measures it with a bank card: the sizes that systems report are wrong too often.
        camera_x: where the camera is, of the screen's width from the left, 0..1.
        camera_fov_deg, distance_mm: of the agent's own camera; how far away the agent sits.
    """

    px_per_mm: float = 0.0
    camera_x: float = 0.5
    camera_fov_deg: float = 70.0
    distance_mm: float = 650.0

    @property
    def geometry(self) -> Geometry:
        """The geometry that the other end needs."""
        return Geometry(camera_fov_deg=self.camera_fov_deg, distance_mm=self.distance_mm)


def seen_width_mm(geometry: Geometry) -> float:
    """Width of the scene that the camera sees at the person's distance."""
    return 2 * geometry.distance_mm * math.tan(math.radians(geometry.camera_fov_deg) / 2)


def life_size_rect(
    size_px: tuple[int, int], space: QRectF, width: float, camera_x: float | None = None
) -> QRectF | None:
    """The picture `width` wide, its eyes near the top of `space`; None when that is too small.

    Args:
        size_px: of the picture.
        camera_x: where the camera is, in the pane's own coordinates; None for its middle.
    """
    height = width * size_px[1] / size_px[0]
    if width < LEAST_SHARE * space.width() and height < LEAST_SHARE * space.height():
        return None
    if camera_x is None:
        centre = space.center().x()
    else:
        centre = camera_x
    left_x = centre - width / 2
    if width >= space.width():
        left_x = min(space.left(), max(space.right() - width, left_x))
    else:
        left_x = min(space.right() - width, max(space.left(), left_x))
    top = space.top() + EYES_OF_PANE * space.height() - EYES_OF_PICTURE * height
    if height >= space.height():
        top = min(space.top(), max(space.bottom() - height, top))
    else:
        top = space.top()
    return QRectF(left_x, top, width, height)


def under_camera(fitted: QRectF, space: QRectF, camera_x: float) -> QRectF:
    """Moves a picture that is smaller than its space towards the camera."""
    left_x = min(space.right() - fitted.width(), max(space.left(), camera_x - fitted.width() / 2))
    return QRectF(left_x, space.top(), fitted.width(), fitted.height())
