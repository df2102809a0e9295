# SPDX-License-Identifier: GPL-3.0-only
"""The calibration page gives back what was measured; the pane paints the caller by it."""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from session.media.frames import VideoFrame
from views.media.calibration_page import CARD_MM, CalibrationPage, CardRuler
from views.media.video_pane import VideoPane
from views.widgets.life_size import ScreenFacts

KNOWN = ScreenFacts(px_per_mm=3.5, camera_x=0.25, camera_fov_deg=78, distance_mm=600)


@pytest.fixture
def page(qtbot: QtBot, desk_theme: QApplication) -> CalibrationPage:
    made = CalibrationPage(KNOWN, 3.8, own_frame=lambda: None)
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_is_known_is_shown_and_given_back(page: CalibrationPage, qtbot: QtBot) -> None:
    assert page.facts() == KNOWN
    save = page.findChild(QPushButton, "calibration_save")
    assert save is not None
    with qtbot.waitSignal(page.facts_changed) as told:
        save.click()
    assert told.args == [KNOWN]
    assert not page.isVisible()


def test_an_unmeasured_screen_begins_with_the_systems_guess(page: CalibrationPage) -> None:
    page.show_facts(ScreenFacts(), 3.8)
    assert page.facts().px_per_mm == pytest.approx(3.8)
    page.show_facts(ScreenFacts(), 90.0)
    assert page.facts().px_per_mm == 12.0


def test_the_card_grows_with_the_slider(page: CalibrationPage) -> None:
    scale, ruler = page.findChild(QSlider, "calibration_scale"), page.findChild(CardRuler)
    assert scale is not None
    assert ruler is not None
    scale.setValue(1200)
    picture = ruler.grab().toImage()
    # inside the outline, half way down
    accent = picture.pixelColor(12 + 3, 8 + round(CARD_MM[1] * 3))
    outside = picture.pixelColor(12 + round(CARD_MM[0] * 6) + 6, 8 + round(CARD_MM[1] * 3))
    assert accent != outside


def painted(pane: VideoPane) -> QImage:
    return pane.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_a_life_size_picture_is_cut_at_the_pane_and_a_wish_taken_back_fits_again(
    qtbot: QtBot, desk_theme: QApplication
) -> None:
    image = QImage(320, 180, QImage.Format.Format_RGB32)
    image.fill(0xFF204060)
    for x in range(320):
        for y in range(180):
            if x < 20:
                image.setPixel(x, y, 0xFFF0F0F0)
    bits = image.constBits()
    assert bits is not None
    pixels = memoryview(bits.asstring(320 * 180 * 4))
    frame = VideoFrame(number=1, width_px=320, height_px=180, stride_bytes=1280, pixels=pixels)
    pane = VideoPane()
    qtbot.addWidget(pane)
    pane.resize(640, 480)
    pane.set_source(lambda: frame)
    pane.show()
    pane._tick()
    edge = painted(pane).pixelColor(4, 240).name()
    assert edge == "#f0f0f0", "fitted: the picture's left edge is at the pane's"
    pane.set_life_size(1600.0)
    assert painted(pane).pixelColor(4, 240).name() == "#204060", "life-size: the edge is outside"
    assert painted(pane).pixelColor(320, 4).name() == "#204060", (
        "and the pane is covered to the top"
    )
    pane.set_life_size(None, 320.0)
    assert painted(pane).pixelColor(320, 4).name() == "#204060", "fitted, but up under the camera"
