# SPDX-License-Identifier: GPL-3.0-only
"""The preview of the scanner's flatbed, with the parts to scan marked on it: one page each.
Used by the devices view.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from resources.texts import _
from session.protocol.conversation.messages import MAX_AREAS, Area
from views.desk.devices.area_marks import KEY_STEP, UNITS_PER_MM, AreaMarks
from views.widgets.parts import FlowLayout, column, label, push_button, tool_button
from views.widgets.theme import SPACE, Tokens, tokens_for

_FINE_STEP = round(1 * UNITS_PER_MM)
_GRIP_PX = 9
_BADGE_PX = 20
_SHADE = QColor(10, 14, 20, 120)


class PreviewPage(QWidget):
    """Picture of the flatbed above, words and buttons below."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = PreviewArea()
        self._words = label(role="small", name="preview_area")
        self._add = tool_button(_("One more area"), "add", "preview_add", keys="Ins")
        self._remove = tool_button(_("Remove the area"), "remove", "preview_remove", keys="Del")
        self._found = push_button(_("As found"), "cleaned", "quiet", name="preview_found")
        self._whole = push_button(_("Whole glass"), kind="quiet", name="preview_whole", keys="Esc")
        self._add.clicked.connect(self.picture.add_mark)
        self._remove.clicked.connect(self.picture.remove_mark)
        self._found.clicked.connect(self.picture.take_proposal)
        self._whole.clicked.connect(self.picture.clear_marks)
        self.picture.areas_changed.connect(lambda _areas: self._show())
        box = column(self, space=SPACE[0])
        box.addWidget(self.picture, 1)
        box.addLayout(
            FlowLayout(self._words, self._add, self._remove, self._found, self._whole, space=2)
        )
        self._show()

    def _show(self) -> None:
        marks = self.picture.areas()
        self._words.setText(self.picture.words())
        self._remove.setEnabled(bool(marks))
        self._whole.setEnabled(bool(marks))
        self._found.setVisible(self.picture.has_proposal)


class PreviewArea(QWidget):
    """Shows the flatbed and rectangles on it.

    Mouse: draw one, drag it, pull its lower right corner.
    Keys: Insert makes one, Page Up and Down choose, arrows move (with Ctrl by 1 mm), Shift+arrows
    size, Delete removes, Escape takes the whole flatbed, Enter scans.

    Signals: areas_changed(object): the marked `Area`s, a tuple, in 1/300 inch; empty for the whole
        flatbed. scan_pressed(): scan what is marked.
    """

    areas_changed = pyqtSignal(object)
    scan_pressed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scan_preview_picture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 150)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._image: QImage | None = None
        self._marks = AreaMarks()
        self._drawn_from: QPoint | None = None
        self._held: tuple[QPoint, Area, bool] | None = None
        self._name_areas()

    def sizeHint(self) -> QSize:
        """Enough for an A4 sheet to be recognised."""
        return QSize(180, 250)

    # ---- facts ----

    def show_picture(
        self, image: QImage | None, flatbed: Area | None = None, proposed: Sequence[Area] = ()
    ) -> None:
        """Shows a preview of `flatbed` (what the picture covers) with the areas found on it;
        earlier marks go.
        """
        self._image = image
        self._marks.begin(flatbed or Area(), proposed)
        self._show_marks()

    def has_picture(self) -> bool:
        """True if there is something to mark on."""
        return self._image is not None

    def areas(self) -> tuple[Area, ...]:
        """The marked parts in their order; empty: the whole flatbed."""
        return tuple(self._marks.areas)

    def current(self) -> int:
        """Which mark the keys act on, from 0; -1 when there is none."""
        return self._marks.current

    @property
    def has_proposal(self) -> bool:
        """True if areas were found on the flatbed that are not what is marked now."""
        return self._marks.has_proposal

    def words(self) -> str:
        """Return what is marked, in words."""
        return self._marks.words()

    # ---- acts ----

    def take_proposal(self) -> None:
        """Marks the areas that were found."""
        self._marks.take_proposal()
        self._show_marks()

    def clear_marks(self) -> None:
        """Back to the whole flatbed."""
        self._marks.clear()
        self._show_marks()

    def add_mark(self) -> None:
        """Adds a mark of the size of a card where there is space."""
        if self._image is not None:
            self._marks.add()
            self._show_marks()

    def remove_mark(self) -> None:
        """Removes the current mark."""
        self._marks.remove()
        self._show_marks()

    def _show_marks(self) -> None:
        self._name_areas()
        self.update()
        self.areas_changed.emit(self.areas())

    def _name_areas(self) -> None:
        words = self._marks.words()
        self.setAccessibleName(_("Preview of the glass: {area}").format(area=words))
        self.setAccessibleDescription(self._marks.current_words())

    # ---- geometry ----

    def picture_rect(self) -> QRect:
        """Return where the flatbed is painted, in widget pixels."""
        space = self.rect().adjusted(4, 4, -4, -4)
        scale = min(
            space.width() / self._marks.flatbed.width, space.height() / self._marks.flatbed.height
        )
        size = QSize(
            max(1, round(self._marks.flatbed.width * scale)),
            max(1, round(self._marks.flatbed.height * scale)),
        )
        place = QRect(QPoint(0, 0), size)
        place.moveCenter(space.center())
        return place

    def _to_flatbed(self, at: QPoint) -> tuple[int, int]:
        frame = self.picture_rect()
        x = (at.x() - frame.left()) / frame.width() * self._marks.flatbed.width
        y = (at.y() - frame.top()) / frame.height() * self._marks.flatbed.height
        return (
            self._marks.flatbed.left + round(min(max(x, 0.0), self._marks.flatbed.width)),
            self._marks.flatbed.top + round(min(max(y, 0.0), self._marks.flatbed.height)),
        )

    def to_widget(self, area: Area) -> QRectF:
        """Return where an area is painted, in widget pixels."""
        frame = self.picture_rect()
        scale = frame.width() / self._marks.flatbed.width
        return QRectF(
            frame.left() + (area.left - self._marks.flatbed.left) * scale,
            frame.top() + (area.top - self._marks.flatbed.top) * scale,
            area.width * scale,
            area.height * scale,
        )

    # ---- mouse ----

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Takes a mark or its corner, or starts a new one."""
        if event is None or self._image is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        areas, current = self._marks.areas, self._marks.current
        for place in sorted(range(len(areas)), key=lambda place: place != current):
            mark = self.to_widget(areas[place])
            at_corner = _near(mark.bottomRight(), event.position())
            if at_corner or mark.contains(event.position()):
                self._held = (at, areas[place], at_corner)
                self._marks.choose(place)
                self._show_marks()
                return
        if len(areas) < MAX_AREAS:
            self._drawn_from = at
            left_edge, top = self._to_flatbed(at)
            self._marks.begin_mark(Area(left=left_edge, top=top, width=0, height=0))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Draws, drags or sizes the mark."""
        if event is None:
            return
        at = event.position().toPoint()
        if self._held is not None:
            start, area, at_corner = self._held
            scale = self._marks.flatbed.width / self.picture_rect().width()
            across, down = round((at.x() - start.x()) * scale), round((at.y() - start.y()) * scale)
            self._marks.change(area, across, down, sizing=at_corner)
        elif self._drawn_from is not None:
            (x0, y0), (x1, y1) = self._to_flatbed(self._drawn_from), self._to_flatbed(at)
            drawn = Area(left=min(x0, x1), top=min(y0, y1), width=abs(x1 - x0), height=abs(y1 - y0))
            self._marks.areas[self._marks.current] = drawn
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Ends the mark and emits the areas."""
        if self._drawn_from is None and self._held is None:
            return
        drawn, self._drawn_from, self._held = self._drawn_from is not None, None, None
        if drawn:
            self._marks.end_drawing()
        self._show_marks()

    # ---- keys ----

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """See the class."""
        if event is None:
            return
        keys, key, modifiers = Qt.Key, Qt.Key(event.key()), event.modifiers()
        steps = {
            keys.Key_Left: (-1, 0),
            keys.Key_Right: (1, 0),
            keys.Key_Up: (0, -1),
            keys.Key_Down: (0, 1),
        }
        if self._image is None or not self._act(key):
            if key in steps and self._image is not None:
                if modifiers & Qt.KeyboardModifier.ControlModifier:
                    size = _FINE_STEP
                else:
                    size = KEY_STEP
                across, down = (step * size for step in steps[key])
                sizing = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
                self._marks.step(across, down, sizing=sizing)
                self._show_marks()
            else:
                super().keyPressEvent(event)

    def _act(self, key: Qt.Key) -> bool:
        """Does what a key without a size means; False when the key means nothing."""
        keys = Qt.Key
        if key == keys.Key_Escape and self._marks.areas:
            self.clear_marks()
        elif key == keys.Key_Insert:
            self.add_mark()
        elif key in (keys.Key_Delete, keys.Key_Backspace) and self._marks.areas:
            self.remove_mark()
        elif key in (keys.Key_PageDown, keys.Key_PageUp) and self._marks.areas:
            if key == keys.Key_PageDown:
                step = 1
            else:
                step = -1
            self._marks.choose((self._marks.current + step) % len(self._marks.areas))
            self._show_marks()
        elif key in (keys.Key_Return, keys.Key_Enter):
            self.scan_pressed.emit()
        else:
            return False
        return True

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Flatbed, shade around the marks, their frames and numbers."""
        tokens, painter = tokens_for(self.palette()), QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.fillRect(self.rect(), QColor(tokens.sunken))
        frame = self.picture_rect()
        if self._image is not None:
            painter.drawImage(frame, self._image)
        painter.setPen(QPen(QColor(tokens.line_strong), 1))
        painter.drawRect(frame)
        if self._marks.areas:
            _paint_marks(
                painter,
                QRectF(frame),
                [self.to_widget(mark) for mark in self._marks.areas],
                current=self._marks.current,
                tokens=tokens,
            )
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()


def _near(corner: QPointF, at: QPointF) -> bool:
    return abs(corner.x() - at.x()) <= _GRIP_PX and abs(corner.y() - at.y()) <= _GRIP_PX


def _paint_marks(
    painter: QPainter, flatbed: QRectF, marks: Sequence[QRectF], *, current: int, tokens: Tokens
) -> None:
    """`marks` in widget pixels; the one at place `current` has corners and the stronger frame."""
    shade, clear = QPainterPath(), QPainterPath()
    shade.addRect(flatbed)
    for mark in marks:
        mark_path = QPainterPath()
        mark_path.addRect(mark)
        clear = clear.united(mark_path)
    painter.fillPath(shade.subtracted(clear), _SHADE)
    for place, mark in enumerate(marks):
        _paint_frame(painter, mark, tokens, chosen=place == current)
        if len(marks) > 1:
            _paint_badge(painter, mark, str(place + 1), tokens, chosen=place == current)


def _paint_frame(painter: QPainter, mark: QRectF, tokens: Tokens, *, chosen: bool) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("#ffffff"), 3))
    painter.drawRect(mark)
    if chosen:
        style = Qt.PenStyle.SolidLine
    else:
        style = Qt.PenStyle.DashLine
    painter.setPen(QPen(QColor(tokens.accent), 2, style))
    painter.drawRect(mark)
    if chosen:
        for corner in (mark.topLeft(), mark.topRight(), mark.bottomLeft(), mark.bottomRight()):
            painter.fillRect(QRectF(corner.x() - 4, corner.y() - 4, 8, 8), QColor(tokens.accent))


def _paint_badge(
    painter: QPainter, mark: QRectF, text: str, tokens: Tokens, *, chosen: bool
) -> None:
    place = QRectF(mark.left() + 5, mark.top() + 5, _BADGE_PX, _BADGE_PX)
    painter.setPen(QPen(QColor("#ffffff"), 1.5))
    painter.setBrush(QColor(tokens.accent if chosen else tokens.text))
    painter.drawEllipse(place)
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.Bold)
    painter.setFont(font)
    painter.setPen(QColor(tokens.on_accent if chosen else tokens.raised))
    painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)
