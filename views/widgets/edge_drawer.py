# SPDX-License-Identifier: GPL-3.0-only
"""A drawer that lies at the right edge of a window, over what is there, until it is closed.
Used by the desk for memos and appointments.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QWidget

from views.widgets.theme import text_scale

LEAST_PX = 320
"""A drawer is never narrower."""


class EdgeDrawer(QFrame):
    """Takes the keyboard when it opens and gives it back when it is closed; Escape closes.

    Args:
        over: the window's body.
        below: the part of it under which the drawer begins.
        width_px: with letters of the usual size; never more than this `part` of the body.

    Signals:
        covered(int): how much of the window's right lies under it now, in px; 0 once it is closed.
    """

    covered = pyqtSignal(int)

    def __init__(
        self, over: QWidget, below: QWidget, *, name: str, width_px: int, part: float
    ) -> None:
        super().__init__(over)
        self.setObjectName(name)
        self.setProperty("card", True)
        self._over = over
        self._below = below
        self._width_px = width_px
        self._part = part
        self._back: QWidget | None = None
        over.installEventFilter(self)
        self.hide()

    def bring(self) -> None:
        """Lies in front from now on; whoever calls gives the keyboard to a part of it."""
        window = self.window()
        if window is not None and not self.isVisible():
            self._back = window.focusWidget()
        self._fit()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Stays at the edge of the window."""
        if event is not None and event.type() == QEvent.Type.Resize and not self.isHidden():
            self._fit()
        return False

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape closes."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QEvent | None) -> None:
        """The keyboard goes back to where it was."""
        back, self._back = self._back, None
        if back is not None and back.isVisible():
            back.setFocus()
        self.covered.emit(0)

    def _fit(self) -> None:
        usual_px = round(self._width_px * max(1.0, text_scale()))
        most_px = round(self._over.width() * self._part)
        width_px = max(LEAST_PX, min(usual_px, most_px))
        top_px = self._below.height()
        self.setGeometry(
            self._over.width() - width_px, top_px, width_px, self._over.height() - top_px
        )
        self.covered.emit(width_px)
