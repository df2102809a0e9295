# SPDX-License-Identifier: GPL-3.0-only
"""The place and scale of the kiosk's page in the mirror's pane. Used by the pane and its parts."""

from __future__ import annotations

from PyQt6.QtCore import QObject, QPointF, QRectF, QSize, Qt
from PyQt6.QtWidgets import QScrollBar, QWidget

from resources.texts import _
from views.desk.shared_page.mirror_engine import MirrorEngine
from views.desk.shared_page.overlay import MirrorOverlay

_BAR_PX, _LINE_PX, _LARGEST = 12, 40, 2.0
"""Width of the bar that scrolls, one step of it, and how much a page is enlarged at most."""


class Placement(QObject):
    """Puts the kiosk's viewport into the pane: whole and in its middle, or as wide as the pane.

    Args:
        fits_width: the page is as wide as the pane and is scrolled here; its scale then changes
            with the pane's width only, never by itself.
    """

    def __init__(
        self, pane: QWidget, engine: MirrorEngine, *, overlay: MirrorOverlay, fits_width: bool
    ) -> None:
        super().__init__(pane)
        self._pane = pane
        self._engine = engine
        self._overlay = overlay
        self._fits_width = fits_width
        self._viewport = QSize()
        self._scale = 0.0
        self._bar = QScrollBar(Qt.Orientation.Vertical, pane)
        self._bar.setObjectName("mirror_scroll")
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(_("Scroll the page at this desk"))
        self._bar.valueChanged.connect(lambda _down: self.draw())
        self._bar.hide()

    @property
    def viewport(self) -> QSize:
        """Size of the kiosk's viewport in its own pixels; empty while nothing is shown."""
        return self._viewport

    def show_viewport(self, size: QSize) -> None:
        """The kiosk's viewport has this size."""
        if size != self._viewport:
            self._viewport = size
            self.draw()

    def clear(self) -> None:
        """Nothing is shown."""
        self._viewport = QSize()
        self._scale = 0.0
        self._bar.setValue(0)
        self._pane.updateGeometry()

    def fit(self, *, anew: bool) -> None:
        """The pane has another size; `anew`: another width, so another scale."""
        if not self._fits_width:
            return
        self._bar.setGeometry(self._pane.width() - _BAR_PX, 0, _BAR_PX, self._pane.height())
        self._bar.raise_()
        if anew:
            self._scale = 0.0
        self.draw()

    def draw(self) -> None:
        """Tells the shell where to draw; the scale stays while the page fits."""
        if not self._fits_width or self._viewport.isEmpty():
            return
        widest = min((self._pane.width() - _BAR_PX) / self._viewport.width(), _LARGEST)
        if not self._scale or self._scale > widest:
            self._scale = widest
        below = max(0, round(self._viewport.height() * self._scale) - self._pane.height())
        self._bar.setPageStep(max(1, self._pane.height()))
        self._bar.setSingleStep(_LINE_PX)
        if self._bar.maximum() != below:
            self._bar.setRange(0, below)
        self._bar.setVisible(below > 0)
        self._pane.updateGeometry()
        drawn = self._drawn()
        self._engine.run(f"mirror.place({drawn.x()}, {drawn.y()}, {self._scale})")
        self._overlay.update()

    def _drawn(self) -> QRectF:
        """Return where the kiosk's viewport is drawn, in the pane's pixels; unless it fits the
        width, the same sum as `fit()` in mirror.js.
        """
        if self._viewport.isEmpty():
            return QRectF()
        width, height = self._viewport.width(), self._viewport.height()
        if self._fits_width:
            scale, room = self._scale, self._pane.width() - _BAR_PX
            left_px = max(0.0, (room - width * scale) / 2)
            return QRectF(left_px, -self._bar.value(), width * scale, height * scale)
        scale = min(self._pane.width() / width, self._pane.height() / height, 1.0)
        left_px = max(0.0, (self._pane.width() - width * scale) / 2)
        top = max(0.0, (self._pane.height() - height * scale) / 2)
        return QRectF(left_px, top, width * scale, height * scale)

    @property
    def scale(self) -> float:
        """Pixels here for one of the kiosk's page."""
        return self._drawn().width() / max(1, self._viewport.width())

    @property
    def filled_px(self) -> int:
        """Return how high the page is drawn, as a whole; 0 while there is none."""
        return round(self._drawn().height())

    def scroll_here(self, down_px: float) -> bool:
        """Moves the page at this desk only; whether it moved."""
        before = self._bar.value()
        self._bar.setValue(before + round(down_px))
        return self._bar.value() != before

    def bring_into_view(self, box: QRectF) -> None:
        """Scrolls the pane as little as needed to show a box of it."""
        if box.bottom() > self._pane.height():
            self.scroll_here(min(box.top(), box.bottom() - self._pane.height() + _LINE_PX))
        elif box.top() < 0:
            self.scroll_here(box.top() - _LINE_PX)

    def pick(self, point: QPointF) -> tuple[float, float] | None:
        """The fraction (x, y), 0..1, of the kiosk's viewport under a point of the pane;
        None outside it.
        """
        drawn = self._drawn()
        if drawn.isEmpty() or not drawn.contains(point):
            return None
        return (
            (point.x() - drawn.left()) / drawn.width(),
            (point.y() - drawn.top()) / drawn.height(),
        )

    def place(self, x: float, y: float) -> QPointF:
        """The point of the pane that shows a fraction (0..1) of the kiosk's viewport."""
        drawn = self._drawn()
        return QPointF(drawn.left() + x * drawn.width(), drawn.top() + y * drawn.height())
