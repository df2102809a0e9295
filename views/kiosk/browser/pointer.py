# SPDX-License-Identifier: GPL-3.0-only
"""The agent's laser over the caller's page. Used by `views.kiosk.browser.page_view`."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRect, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from views.widgets.page_marks import paint_spot

_SPOT_RADIUS = 15.0


class PointerLayer(QWidget):
    """Lies over the page and lets every touch through.
    It is no part of the page: nobody records or moves it there.
    """

    painted = pyqtSignal(int, int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._at: QPointF | None = None
        self._reported = True
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_at(self, x: float, y: float) -> None:
        """Moves the pointer to a fraction (0..1) of this layer."""
        before, self._at, self._reported = (
            self._at,
            QPointF(x * (self.width() - 1), y * (self.height() - 1)),
            False,
        )
        self.show()
        self.raise_()
        for place in (before, self._at):
            if place is not None:
                self.update(self._around(place))

    @staticmethod
    def _around(place: QPointF) -> QRect:
        reach = _SPOT_RADIUS * 2.5
        return QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach).toAlignedRect()

    def remove(self) -> None:
        """Takes the pointer away."""
        self._at = None
        self.hide()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paints the spot, and tells when it is really on the screen."""
        if self._at is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_spot(painter, self._at, _SPOT_RADIUS)
        painter.end()
        if not self._reported:
            self._reported = True
            self.painted.emit(round(self._at.x()), round(self._at.y()))
