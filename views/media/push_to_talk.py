# SPDX-License-Identifier: GPL-3.0-only
"""Push-to-talk: while Ctrl+Space is held, a microphone that is off is on. Used by the desk's
wiring.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication

KEYS = "Ctrl+Space"
_HOLDS = (Qt.Key.Key_Space, Qt.Key.Key_Control)


class PushToTalk(QObject):
    """Gets every key of the program before the widgets do.

    Signals:
        held(bool): the keys are down, or one of them is up again.
    """

    held = pyqtSignal(bool)

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._is_held = False
        application.installEventFilter(self)
        application.applicationStateChanged.connect(self._on_state)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Takes Ctrl+Space away from buttons and fields; lets every other key pass."""
        if not isinstance(event, QKeyEvent):
            return False
        pressed = event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
        is_ours = (
            event.key() == Qt.Key.Key_Space
            and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        )
        if pressed and is_ours:
            event.accept()
            self._set(True)
            return True
        if event.type() == QEvent.Type.KeyRelease and self._is_held and event.key() in _HOLDS:
            if not event.isAutoRepeat():
                self._set(False)
            return event.key() == Qt.Key.Key_Space
        return False

    def _on_state(self, state: Qt.ApplicationState) -> None:
        """Another program has the keyboard: its release would never be heard."""
        if state != Qt.ApplicationState.ApplicationActive:
            self._set(False)

    def _set(self, is_held: bool) -> None:
        if is_held != self._is_held:
            self._is_held = is_held
            self.held.emit(is_held)
