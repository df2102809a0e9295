# SPDX-License-Identifier: GPL-3.0-only
"""Keeps a Yes back until its question can have been read. Used by every question of the kiosk that
hands a power to the agent.

A Yes counts when its press begins `HOLD_OFF_S` after the question stands still on the screen and
no finger lies on it from before; who goes on touching something else, or drums on the Yes itself,
is given the time anew. No and STOP never wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PyQt6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QEventPoint, QKeyEvent, QMouseEvent, QTouchEvent
from PyQt6.QtWidgets import QWidget

from session.core.clock import Clock
from views.kiosk.widgets.page_base import restyle

HOLD_OFF_S = 0.7
POLL_MS = 50

LONGEST_TOUCH_S = 10.0
"""A finger that says nothing for so long has left where nobody saw it: its window is gone."""

TAP_S = 0.3
"""How long a touch lasts whose end nobody tells."""

_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
_TAKING_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select)


class FingerWatch(QObject):
    """A watch for a finger or a mouse button that is down anywhere in the program.

    Signals:
        pressed(QPoint): something is touched there (global pixels). released(): nothing is now.
    """

    pressed = pyqtSignal(QPoint)
    released = pyqtSignal()

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self._mouse = self._touch = False
        self._seen_s = 0.0
        self._elsewhere_s = float("-inf")
        application = QCoreApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    @property
    def is_down(self) -> bool:
        """True from the press to the release."""
        now_s = self.clock.monotonic_s()
        if now_s - self._elsewhere_s < TAP_S:
            return True
        return (self._mouse or self._touch) and now_s - self._seen_s < LONGEST_TOUCH_S

    def note_tap(self) -> None:
        """A touch in a part of the screen that another program draws; its end is not known."""
        self._elsewhere_s = self.clock.monotonic_s()
        self.pressed.emit(QPoint(-1, -1))

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """Sees every event of the program, and takes none."""
        if isinstance(a1, QMouseEvent) and isinstance(a0, QWidget):
            self._on_mouse(a1)
        elif isinstance(a1, QTouchEvent) and isinstance(a0, QWidget):
            self._on_touch(a1)
        return False

    def _on_mouse(self, mouse: QMouseEvent) -> None:
        is_press = mouse.type() in _PRESSES
        if is_press or mouse.type() == QEvent.Type.MouseButtonRelease:
            self._note(mouse=mouse.buttons() != Qt.MouseButton.NoButton)
        if is_press:
            self.pressed.emit(mouse.globalPosition().toPoint())

    def _on_touch(self, touch: QTouchEvent) -> None:
        points = touch.points()
        is_cancelled = touch.type() == QEvent.Type.TouchCancel
        down = not is_cancelled and any(
            point.state() != QEventPoint.State.Released for point in points
        )
        self._note(touch=down)
        if touch.type() == QEvent.Type.TouchBegin and points:
            self.pressed.emit(points[0].globalPosition().toPoint())

    def _note(self, *, mouse: bool | None = None, touch: bool | None = None) -> None:
        self._seen_s = self.clock.monotonic_s()
        if mouse is not None:
            self._mouse = mouse
        if touch is not None:
            self._touch = touch
        if not (self._mouse or self._touch):
            self.released.emit()


class HoldOff(QObject):
    """Keeps the buttons of one question back.

    Args:
        question: what has to be read; a touch on it does not begin the time anew.
        buttons: those that hand something out.
    """

    def __init__(
        self, question: QWidget, buttons: Sequence[QWidget], *, clock: Clock, fingers: FingerWatch
    ) -> None:
        super().__init__(question)
        self._question = question
        self._buttons = list(buttons)
        self._clock = clock
        self._fingers = fingers
        self._is_holding = self._is_shown = False
        self._since_s: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.check)
        fingers.pressed.connect(self._on_pressed)
        fingers.released.connect(self.check)
        for button in self._buttons:
            button.installEventFilter(self)

    @property
    def is_over(self) -> bool:
        """True when a Yes counts now."""
        self.check()
        return not self._is_holding

    def begin(self, *, is_shown: bool = False) -> None:
        """A question is put; the time starts when it stands still."""
        self._since_s = None
        self._is_shown = is_shown
        self._hold(True)
        self.check()

    def shown(self) -> None:
        """The question stands still on the screen."""
        self._is_shown = True
        self.check()

    def end(self) -> None:
        """The question is over."""
        self._hold(False)

    def check(self) -> None:
        """A moment has passed."""
        if not self._is_holding or not self._is_shown:
            return
        now_s = self._clock.monotonic_s()
        if self._since_s is None:
            if self._fingers.is_down:
                self._since_s = None
            else:
                self._since_s = now_s
        elif now_s - self._since_s >= HOLD_OFF_S:
            self._hold(False)

    def _hold(self, holding: bool) -> None:
        self._is_holding = holding
        self._timer.start() if holding else self._timer.stop()
        for button in self._buttons:
            if button.property("on_hold") != holding:
                button.setProperty("on_hold", holding)
                for part in (button, *button.findChildren(QWidget)):
                    restyle(part)

    def _on_pressed(self, at: QPoint) -> None:
        place = QRect(self._question.mapToGlobal(QPoint(0, 0)), self._question.size())
        if self._is_holding and not place.contains(at):
            self._since_s = None

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """Presses that begin too early reach no button, nor does a key that was held before."""
        if a1 is None:
            return False
        if a1.type() == QEvent.Type.KeyPress:
            key = cast(QKeyEvent, a1)
            return key.key() in _TAKING_KEYS and (key.isAutoRepeat() or not self.is_over)
        if a1.type() not in _PRESSES or self.is_over:
            return False
        self._since_s = None
        return True
