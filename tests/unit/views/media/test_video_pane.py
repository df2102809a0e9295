# SPDX-License-Identifier: GPL-3.0-only
"""The painted call at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QRectF, Qt
from PyQt6.QtGui import QColor, QContextMenuEvent, QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from expert_app.driven.window_driver import WindowDriver
from session.media.engine import MediaState
from session.media.frames import VideoFrame, to_screen
from session.media.ice import IcePlan
from views.media.video_pane import OwnPlace, VideoPane, fitted

RED, BLUE = (200, 30, 30), (30, 30, 200)


def plain(
    colour: tuple[int, int, int], number: int = 1, size: tuple[int, int] = (160, 90)
) -> VideoFrame:
    pixels = np.full((size[1], size[0], 3), colour, np.uint8)
    return to_screen(av.VideoFrame.from_ndarray(pixels, format="rgb24"), number)


class Engine:
    """Frames that the test sets."""

    def __init__(self) -> None:
        self.latest: VideoFrame | None = None
        self.own: VideoFrame | None = None
        self.asked = 0

    def prepare(self) -> None: ...
    def set_ice(self, plan: IcePlan) -> None: ...

    def set_line(self, line_kbps: int) -> None: ...

    def set_picture_limit(
        self, kbps: int, *, height_px: int = 0, fps: float = 0.0, motion: bool = False
    ) -> None: ...

    def latest_frame(self) -> VideoFrame | None:
        self.asked += 1
        return self.latest

    def own_frame(self) -> VideoFrame | None:
        return self.own


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def pane(qtbot: QtBot, engine: Engine) -> Iterator[VideoPane]:
    made = VideoPane()
    qtbot.addWidget(made)
    made.resize(640, 360)
    made.set_source(engine.latest_frame, engine.own_frame)
    made.show()
    yield made
    made.hide()


def colour_at(pane: VideoPane, x: float, y: float) -> QColor:
    """Colour at fractions of the pane."""
    image = pane.grab().toImage()
    return image.pixelColor(int(x * (image.width() - 1)), int(y * (image.height() - 1)))


def is_like(colour: QColor, wanted: tuple[int, int, int]) -> bool:
    return all(
        abs(a - b) < 12
        for a, b in zip((colour.red(), colour.green(), colour.blue()), wanted, strict=True)
    )


def test_the_newest_picture_is_painted(pane: VideoPane, engine: Engine, qtbot: QtBot) -> None:
    engine.latest = plain(RED)
    qtbot.waitUntil(lambda: is_like(colour_at(pane, 0.5, 0.5), RED))
    engine.latest = plain(BLUE)
    qtbot.waitUntil(lambda: is_like(colour_at(pane, 0.5, 0.5), BLUE))


def test_a_picture_keeps_its_shape_and_is_never_cut(
    pane: VideoPane, engine: Engine, qtbot: QtBot
) -> None:
    engine.latest = plain(RED, size=(90, 90))
    qtbot.waitUntil(lambda: is_like(colour_at(pane, 0.5, 0.5), RED))
    assert is_like(colour_at(pane, 0.5, 0.02), RED)
    assert not is_like(colour_at(pane, 0.1, 0.5), RED)
    assert fitted(160, 90, QRectF(0, 0, 300, 300)) == QRectF(0, 65.625, 300, 168.75)


def test_our_own_picture_lies_in_the_corner_and_not_on_the_face(
    pane: VideoPane, engine: Engine, qtbot: QtBot
) -> None:
    engine.latest, engine.own = plain(RED), plain(BLUE)
    qtbot.waitUntil(lambda: is_like(colour_at(pane, 0.9, 0.8), BLUE))
    for x in (0.3, 0.5, 0.7):
        for y in (0.1, 0.5, 0.9):
            assert is_like(colour_at(pane, x, y), RED)


def test_our_own_picture_may_lie_below_or_nowhere(
    pane: VideoPane, engine: Engine, qtbot: QtBot
) -> None:
    engine.latest, engine.own = plain(RED), plain(BLUE)
    pane.set_own_place(OwnPlace.BELOW)
    qtbot.waitUntil(lambda: is_like(colour_at(pane, 0.5, 0.84), BLUE))
    assert is_like(colour_at(pane, 0.5, 0.6), RED)
    pane.set_own_place(OwnPlace.HIDDEN)
    assert is_like(colour_at(pane, 0.9, 0.8), RED)


def test_an_unstable_line_veils_the_last_picture(
    pane: VideoPane, engine: Engine, qtbot: QtBot
) -> None:
    engine.latest = plain(RED)
    qtbot.waitUntil(lambda: is_like(colour_at(pane, 0.5, 0.5), RED))
    pane.show_state(MediaState.UNSTABLE)
    veiled = colour_at(pane, 0.5, 0.5)
    assert 80 < veiled.red() < 180
    pane.show_state(MediaState.CONNECTED)
    assert is_like(colour_at(pane, 0.5, 0.5), RED)


def test_our_own_picture_says_that_there_is_no_camera(pane: VideoPane) -> None:
    assert pane.own_words() == "You"
    pane.show_own_camera(False)
    assert pane.own_words() == "You, without a camera"
    pane.show_simulated(caller=False, own_simulated=True)
    pane.show_own_camera(True)
    assert pane.own_words() == "You, simulated"


def test_a_simulated_picture_is_labelled(pane: VideoPane, engine: Engine, qtbot: QtBot) -> None:
    engine.latest = plain(RED)
    qtbot.waitUntil(lambda: is_like(colour_at(pane, 0.5, 0.5), RED))
    before = colour_at(pane, 0.025, 0.05)
    pane.show_simulated(caller=True, own_simulated=False)
    assert is_like(before, RED)
    assert not is_like(colour_at(pane, 0.025, 0.05), RED)


def test_after_the_call_no_picture_is_left(pane: VideoPane, engine: Engine, qtbot: QtBot) -> None:
    engine.latest = plain(RED)
    qtbot.waitUntil(lambda: is_like(colour_at(pane, 0.2, 0.2), RED))
    pane.show_state(MediaState.CLOSED)
    assert not is_like(colour_at(pane, 0.2, 0.2), RED)
    assert pane._empty_text() == "No call at the moment"


def test_what_to_expect_is_said_while_there_is_no_picture(
    pane: VideoPane, engine: Engine, qtbot: QtBot
) -> None:
    said = []
    for state in (MediaState.NEW, MediaState.CONNECTING, MediaState.LOST):
        pane.show_state(state)
        said.append(pane._empty_text())
    assert len(set(said)) == 3
    assert "No call at the moment" not in said
    pane.show_state(MediaState.CONNECTED)
    engine.latest = plain(RED)
    qtbot.waitUntil(lambda: is_like(colour_at(pane, 0.2, 0.2), RED))
    pane.show_peer_camera(False)
    assert not is_like(colour_at(pane, 0.2, 0.2), RED)
    assert "camera" in pane._empty_text()


def test_nothing_is_asked_while_nobody_can_see_it(
    pane: VideoPane, engine: Engine, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: engine.asked > 2)
    pane.hide()
    asked = engine.asked
    qtbot.wait(120)
    assert engine.asked == asked


def test_a_face_can_be_neither_copied_nor_dragged_nor_saved_by_hand(qtbot: QtBot) -> None:
    pane = VideoPane()
    window = QMainWindow()
    window.setCentralWidget(pane)
    qtbot.addWidget(window)
    # a main window has a menu of its own for what does not take the click
    window.addToolBar("tools")
    window.show()
    pane.set_source(lambda: plain(RED))
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    clipboard.clear()
    menu = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, QPoint(20, 20), pane.mapToGlobal(QPoint(20, 20))
    )
    QApplication.sendEvent(pane, menu)
    assert QApplication.activePopupWidget() is None
    fingers: Any = QTest  # whose stubs take static methods for bound ones
    for keys in ("Ctrl+C", "Ctrl+S", "Ctrl+P", "Print"):
        fingers.keySequence(pane, QKeySequence(keys))
    fingers.mousePress(pane, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    fingers.mouseMove(pane, QPoint(150, 90))
    fingers.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=QPoint(150, 90))
    assert clipboard.image().isNull()
    assert (QApplication.activePopupWidget(), QApplication.activeModalWidget()) == (None, None)
    assert not [
        action
        for widget in (pane, window)
        for action in widget.actions()
        if action.shortcut().toString()
    ]


def test_a_scripts_picture_of_the_window_is_refused_while_somebody_real_is_seen(
    qtbot: QtBot, tmp_path: Path
) -> None:
    pane, box = VideoPane(), QWidget()
    pane.setParent(box)
    pane.resize(320, 180)
    qtbot.addWidget(box)
    box.show()
    driver = WindowDriver(box)
    driver.shot(str(tmp_path / "empty.png"))
    pane.set_source(lambda: plain(RED), lambda: plain(BLUE))
    pane.show_simulated(caller=True, own_simulated=True)
    driver.shot(str(tmp_path / "drawn.png"))
    for caller, own in ((True, False), (False, True)):
        pane.show_simulated(caller=caller, own_simulated=own)
        with pytest.raises(PermissionError):
            driver.shot(str(tmp_path / "face.png"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drawn.png", "empty.png"]
