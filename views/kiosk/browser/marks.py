# SPDX-License-Identifier: GPL-3.0-only
"""The agent's marks over the caller's page:
a frame around an element, an arrow, and the edge that says "in charge".

Used by `views.kiosk.browser.page_view`. It lies over the page and lets every touch through; it
is no part of the page, so nobody records or moves it there. Marks follow the page when it
scrolls.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from views.kiosk.browser.input_injection import InputInjector
from views.widgets.page_marks import paint_arrow, paint_frame

FOLLOW_MS = 120
"""Between two looks where the marked element is now."""
MARK_STAYS_MS = 15_000

_AMBER = QColor(255, 182, 39)
_EDGE_PX = 6


class MarksLayer(QWidget):
    """The marks over the kiosk's page.

    Args:
        injector: tells where an element is.
        zoom: gives the page's zoom factor.
    """

    def __init__(
        self, parent: QWidget, injector: InputInjector, *, zoom: Callable[[], float]
    ) -> None:
        super().__init__(parent)
        self._injector = injector
        self._zoom = zoom
        self._document = ""
        self._node = 0
        self._frame: QRectF | None = None
        self._arrow: tuple[QPointF, QPointF] | None = None
        self._arrow_at: QPointF | None = None
        self._shift = QPointF()
        self._acting = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._follow = QTimer(self)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self._tick)
        self._stays = QTimer(self)
        self._stays.setSingleShot(True)
        self._stays.setInterval(MARK_STAYS_MS)
        self._stays.timeout.connect(self.remove)
        parent.installEventFilter(self)
        self.hide()

    @property
    def frame(self) -> QRectF | None:
        """The place where the frame is painted, in pixels of this layer; None without one."""
        return self._frame

    @property
    def arrow(self) -> tuple[QPointF, QPointF] | None:
        """Start and tip of the arrow, in pixels of this layer; None without one."""
        if self._arrow is None:
            return None
        return (self._arrow[0] + self._shift, self._arrow[1] + self._shift)

    def set_acting(self, acting: bool) -> None:
        """The agent may act in the page: an edge around it says so."""
        self._acting = acting
        self._refresh()

    def highlight(self, document: str, node: int) -> None:
        """Keeps a frame around a node of a document."""
        self._document = document
        self._node = node
        self._arrow = None
        self._start()

    def draw_arrow(
        self, document: str, start: tuple[float, float], end: tuple[float, float]
    ) -> None:
        """An arrow between fractions (0..1) of the layer; it moves with the page."""
        self._document = document
        self._node = 0
        self._frame = None
        width, height = self.width(), self.height()
        self._arrow = (
            QPointF(start[0] * width, start[1] * height),
            QPointF(end[0] * width, end[1] * height),
        )
        self._arrow_at = None
        self._shift = QPointF()
        self._start()

    def remove(self) -> None:
        """No frame and no arrow."""
        self._follow.stop()
        self._stays.stop()
        self._node = 0
        self._frame = None
        self._arrow = None
        self._refresh()

    def _start(self) -> None:
        self._stays.start()
        self._follow.start()
        self._tick()
        self._refresh()

    def _tick(self) -> None:
        if self._node:
            self._injector.ask(self._document, "rect", (self._node,), self._on_rect)
        elif self._arrow is not None:
            self._injector.ask(self._document, "scrolled", (), self._on_scrolled)

    def _on_rect(self, text: str) -> None:
        place = json.loads(text) if text else {}
        if not self._node:
            return
        if not place or place.get("code"):
            self.remove()
            return
        zoom = self._zoom()
        box = QRectF(
            place["x"] * zoom, place["y"] * zoom, place["width"] * zoom, place["height"] * zoom
        )
        if box != self._frame:
            self._frame = box
            self._refresh()

    def _on_scrolled(self, text: str) -> None:
        if self._arrow is None:
            return
        if not text:
            self.remove()
            return
        place = json.loads(text)
        now = QPointF(place["x"], place["y"]) * self._zoom()
        if self._arrow_at is None:
            self._arrow_at = now
        shift = self._arrow_at - now
        if shift != self._shift:
            self._shift = shift
            self._refresh()

    def _refresh(self) -> None:
        self.setVisible(self._acting or self._frame is not None or self._arrow is not None)
        self.raise_()
        self.update()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Keeps to the size of the page, and above it when it gets another window."""
        if event is not None and event.type() in (QEvent.Type.Resize, QEvent.Type.ChildPolished):
            parent = self.parentWidget()
            if parent is not None:
                self.setGeometry(parent.rect())
                self.raise_()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The edge, the frame, the arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._acting:
            painter.setPen(QPen(_AMBER, _EDGE_PX))
            half = _EDGE_PX / 2
            painter.drawRect(QRectF(self.rect()).adjusted(half, half, -half, -half))
        if self._frame is not None:
            paint_frame(painter, self._frame)
        arrow = self.arrow
        if arrow is not None:
            paint_arrow(painter, *arrow)
        painter.end()
