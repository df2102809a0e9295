# SPDX-License-Identifier: GPL-3.0-only
"""The preview of the scanner's glass, on which the agent marks the part to scan. Used by the devices view."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from resources.texts import _
from session.protocol.session_messages import Area
from views.theme import tokens_for

UNITS_PER_MM = 300 / 25.4
"""Areas are in 1/300 inch (PWG 5100.3)."""

MIN_SIDE = round(10 * UNITS_PER_MM)
"""A smaller mark than 10 mm is a slip of the mouse: it means the whole glass."""

_KEY_STEP = round(5 * UNITS_PER_MM)


class PreviewArea(QWidget):
    """Shows the glass and one rectangle on it; mouse: draw or drag, keys: arrows move, Shift+arrows size, Escape all.

    Signals:
        area_changed(object): the marked `Area`, in 1/300 inch; the whole glass when nothing is marked.
    """

    area_changed = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scan_preview_picture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 150)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._image: QImage | None = None
        self._glass = Area()
        self._marked: Area | None = None
        self._drag_from: QPoint | None = None
        self._moved_area: tuple[QPoint, Area] | None = None
        self._tell()

    def sizeHint(self) -> QSize:
        """Room for an A4 sheet that can be recognised."""
        return QSize(180, 250)

    def show_picture(self, image: QImage | None, glass: Area | None = None) -> None:
        """Shows a preview of `glass` (what the picture covers); the earlier mark goes."""
        self._image = image
        self._glass = glass or Area()
        self._mark(None)

    def has_picture(self) -> bool:
        """Whether there is something to mark on."""
        return self._image is not None

    def area(self) -> Area:
        """The marked part, or the whole glass."""
        return self._marked or self._glass

    def clear_mark(self) -> None:
        """Back to the whole glass."""
        self._mark(None)

    def words(self) -> str:
        """The marked part in words."""
        if self._marked is None:
            return _("Whole glass")
        width, height = (round(side / UNITS_PER_MM) for side in (self._marked.width, self._marked.height))
        return _("Area {width} × {height} mm").format(width=width, height=height)

    # ---- geometry ----

    def picture_rect(self) -> QRect:
        """Where the glass is painted, in widget pixels."""
        space = self.rect().adjusted(4, 4, -4, -4)
        scale = min(space.width() / self._glass.width, space.height() / self._glass.height)
        size = QSize(max(1, round(self._glass.width * scale)), max(1, round(self._glass.height * scale)))
        place = QRect(QPoint(0, 0), size)
        place.moveCenter(space.center())
        return place

    def _to_glass(self, at: QPoint) -> tuple[int, int]:
        frame = self.picture_rect()
        x = (at.x() - frame.left()) / frame.width() * self._glass.width
        y = (at.y() - frame.top()) / frame.height() * self._glass.height
        return (
            self._glass.left + round(min(max(x, 0.0), self._glass.width)),
            self._glass.top + round(min(max(y, 0.0), self._glass.height)),
        )

    def _to_widget(self, area: Area) -> QRectF:
        frame = self.picture_rect()
        scale = frame.width() / self._glass.width
        return QRectF(
            frame.left() + (area.left - self._glass.left) * scale,
            frame.top() + (area.top - self._glass.top) * scale,
            area.width * scale,
            area.height * scale,
        )

    def _mark(self, area: Area | None) -> None:
        small = area is not None and (area.width < MIN_SIDE or area.height < MIN_SIDE)
        self._marked = None if small or area == self._glass else area
        self._tell()
        self.update()
        self.area_changed.emit(self.area())

    def _inside(self, left: int, top: int, width: int, height: int) -> Area:
        glass = self._glass
        width, height = min(max(width, MIN_SIDE), glass.width), min(max(height, MIN_SIDE), glass.height)
        left = min(max(left, glass.left), glass.left + glass.width - width)
        top = min(max(top, glass.top), glass.top + glass.height - height)
        return Area(left=left, top=top, width=width, height=height)

    def _tell(self) -> None:
        self.setAccessibleName(_("Preview of the glass: {area}").format(area=self.words()))

    # ---- mouse and keys ----

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Starts a new mark, or takes the one there."""
        if event is None or self._image is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        if self._marked is not None and self._to_widget(self._marked).contains(event.position()):
            self._moved_area = (at, self._marked)
        else:
            self._drag_from = at

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Draws or drags the mark."""
        if event is None:
            return
        at = event.position().toPoint()
        if self._moved_area is not None:
            start, area = self._moved_area
            (x0, y0), (x1, y1) = self._unclamped(start), self._unclamped(at)
            self._marked = self._inside(area.left + x1 - x0, area.top + y1 - y0, area.width, area.height)
        elif self._drag_from is not None:
            (x0, y0), (x1, y1) = self._to_glass(self._drag_from), self._to_glass(at)
            self._marked = Area(left=min(x0, x1), top=min(y0, y1), width=abs(x1 - x0), height=abs(y1 - y0))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Ends the mark and tells it."""
        if self._drag_from is not None or self._moved_area is not None:
            self._drag_from, self._moved_area = None, None
            self._mark(self._marked)

    def _unclamped(self, at: QPoint) -> tuple[int, int]:
        scale = self._glass.width / self.picture_rect().width()
        return round(at.x() * scale), round(at.y() * scale)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Arrows move the mark by 5 mm, with Shift they size it; Escape takes the whole glass."""
        if event is None:
            return
        keys = Qt.Key
        steps = {keys.Key_Left: (-1, 0), keys.Key_Right: (1, 0), keys.Key_Up: (0, -1), keys.Key_Down: (0, 1)}
        key = keys(event.key())
        if key == keys.Key_Escape and self._marked is not None:
            self.clear_mark()
        elif key in steps and self._image is not None:
            self._step(*steps[key], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    def _step(self, across: int, down: int, sizing: bool) -> None:
        area, glass = self.area(), self._glass
        if self._marked is None:  # the first key makes a mark a little smaller than the glass, so that it can be moved
            inset = 4 * _KEY_STEP
            area = self._inside(
                glass.left + inset, glass.top + inset, glass.width - 2 * inset, glass.height - 2 * inset
            )
        across, down = across * _KEY_STEP, down * _KEY_STEP
        if sizing:
            self._mark(self._inside(area.left, area.top, area.width + across, area.height + down))
        else:
            self._mark(self._inside(area.left + across, area.top + down, area.width, area.height))

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Glass, shade around the mark, its frame and its size."""
        tokens, painter = tokens_for(self.palette()), QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(tokens.sunken))
        frame = self.picture_rect()
        if self._image is not None:
            painter.drawImage(frame, self._image)
        painter.setPen(QPen(QColor(tokens.line_strong), 1))
        painter.drawRect(frame)
        if self._marked is not None:
            self._paint_mark(painter, frame, self._to_widget(self._marked))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_mark(self, painter: QPainter, frame: QRect, mark: QRectF) -> None:
        tokens = tokens_for(self.palette())
        shade = QColor(10, 14, 20, 120)
        outer = QRectF(frame)
        painter.fillRect(QRectF(outer.left(), outer.top(), outer.width(), mark.top() - outer.top()), shade)
        painter.fillRect(QRectF(outer.left(), mark.bottom(), outer.width(), outer.bottom() - mark.bottom()), shade)
        painter.fillRect(QRectF(outer.left(), mark.top(), mark.left() - outer.left(), mark.height()), shade)
        painter.fillRect(QRectF(mark.right(), mark.top(), outer.right() - mark.right(), mark.height()), shade)
        painter.setPen(QPen(QColor("#ffffff"), 3))
        painter.drawRect(mark)
        painter.setPen(QPen(QColor(tokens.accent), 2, Qt.PenStyle.DashLine))
        painter.drawRect(mark)
        for corner in (mark.topLeft(), mark.topRight(), mark.bottomLeft(), mark.bottomRight()):
            painter.fillRect(QRectF(corner.x() - 3, corner.y() - 3, 7, 7), QColor(tokens.accent))
