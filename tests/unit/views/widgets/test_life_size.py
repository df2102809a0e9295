# SPDX-License-Identifier: GPL-3.0-only
"""A face as large as in the room: the geometry, and where it is painted."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRectF

from session.protocol.conversation.line import Geometry
from views.widgets.life_size import (
    EYES_OF_PANE,
    EYES_OF_PICTURE,
    life_size_rect,
    seen_width_mm,
    under_camera,
)

ROOM = QRectF(0, 0, 1000, 700)
SIZE = (1280, 720)


@pytest.mark.parametrize(
    ("fov", "distance", "width"), [(90, 500, 1000), (60, 700, 808.29), (53.13, 1000, 1000)]
)
def test_the_width_that_a_camera_sees(fov: float, distance: float, width: float) -> None:
    geometry = Geometry(camera_fov_deg=fov, distance_mm=distance)
    assert seen_width_mm(geometry) == pytest.approx(width, abs=0.1)


def test_a_head_of_150_mm_is_150_mm_on_the_screen() -> None:
    """A head takes 150 of the 808 mm that the camera sees;
    on a screen of 3.78 px a millimetre that is 567 px.
    """
    px_per_mm = 3.78
    width = seen_width_mm(Geometry(camera_fov_deg=60, distance_mm=700)) * px_per_mm
    rect = life_size_rect(SIZE, ROOM, width)
    assert rect is not None
    assert rect.width() * (150 / 808.29) == pytest.approx(150 * px_per_mm, abs=1)


def test_eyes_are_near_the_top_and_the_pane_is_covered() -> None:
    rect = life_size_rect(SIZE, ROOM, 3000.0)
    assert rect is not None
    assert rect.top() + EYES_OF_PICTURE * rect.height() == pytest.approx(
        EYES_OF_PANE * ROOM.height()
    )
    assert rect.contains(ROOM)


def test_the_picture_goes_to_the_cameras_side_but_never_shows_an_empty_edge() -> None:
    for camera_x in (-500.0, 0.0, 300.0, 1000.0, 4000.0):
        rect = life_size_rect(SIZE, ROOM, 1400.0, camera_x)
        assert rect is not None
        assert rect.left() <= 0
        assert rect.right() >= 1000
    left = life_size_rect(SIZE, ROOM, 800.0, 200.0)
    assert left is not None
    assert (left.left(), left.top()) == (0, 0)


def test_a_face_too_small_to_be_read_is_not_shown_so() -> None:
    assert life_size_rect(SIZE, ROOM, 150.0) is None


def test_a_fitted_picture_goes_up_under_the_camera() -> None:
    room = QRectF(0, 0, 1000, 900)
    moved = under_camera(QRectF(0, 168, 1000, 563), room, 500.0)
    assert (moved.left(), moved.top()) == (0, 0)
    aside = under_camera(QRectF(250, 0, 500, 281), room, 900.0)
    assert (aside.left(), aside.right()) == (500, 1000)
