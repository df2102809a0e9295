# SPDX-License-Identifier: GPL-3.0-only
"""A script's hands at the desk: beside clicks, the laser on the mirrored page and the choice of a file. For compose."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QComboBox, QFileDialog, QWidget

from views.desk_window import DeskWindow
from views.hands import Hands
from views.mirror_pane import MirrorPane

MIRROR_MIDDLE = "mirror_middle"


class DeskHands(Hands):
    """Acts on the desk's window."""

    def __init__(self, window: DeskWindow, mirror: MirrorPane) -> None:
        super().__init__(window)
        self._desk, self._mirror = window, mirror

    def click(self, name: str) -> None:
        """As a person; "mirror_middle" moves the mouse to the middle of the mirrored page."""
        if name != MIRROR_MIDDLE:
            super().click(name)
            return
        if not self._mirror.isVisible():
            raise LookupError("the mirror is not on screen")
        place = self._mirror.place(0.5, 0.5)
        target = self._mirror.childAt(place.toPoint()) or self._mirror
        local = QPointF(target.mapFrom(self._mirror, place.toPoint()))
        none = Qt.MouseButton.NoButton
        away = QPointF(self._mirror.mapToGlobal(place.toPoint()))
        event = QMouseEvent(QEvent.Type.MouseMove, local, away, none, none, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.sendEvent(target, event)

    def type_text(self, name: str, text: str) -> None:
        """Types; into a file dialog: chooses the file; into a box: replaces its text, or chooses the entry."""
        dialogs = [dialog for dialog in self._desk.findChildren(QFileDialog, name) if dialog.isVisible()]
        if dialogs:
            dialogs[0].fileSelected.emit(text)
            dialogs[0].close()
            return
        boxes: list[QComboBox] = [box for box in self._desk.findChildren(QComboBox, name) if box.isVisible()]
        if boxes:
            act = boxes[0].setEditText if boxes[0].isEditable() else boxes[0].setCurrentText
            act(text)
            return
        super().type_text(name, text)

    def visible(self) -> list[str]:
        """Names of what can be clicked, and of open dialogs."""
        dialogs = [w.objectName() for w in self._desk.findChildren(QWidget) if w.isWindow() and w.isVisible()]
        return super().visible() + [name for name in dialogs if name]
