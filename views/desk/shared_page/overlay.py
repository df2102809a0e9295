# SPDX-License-Identifier: GPL-3.0-only
"""The overlay over the mirror of the caller's page:
it keeps the mouse and the keyboard off the page, and does what the chosen tool does.

Used by `views.desk.shared_page.mirror_pane`.
It emits places in its own pixels and typed text; what they mean is decided elsewhere.
"""

from __future__ import annotations

from enum import StrEnum

from PyQt6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, QVariant, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PyQt6.QtWidgets import QApplication, QWidget

from session.protocol.conversation.remote_control import PageKey
from views.widgets.page_marks import paint_arrow, paint_frame, paint_spot

SPOT_RADIUS = 9.0
_DRAG_PX = 8
_EDGE_PX = 3
_WHEEL_STEP_PX = 100.0
"""What a page moves at one notch of a wheel (120 of Qt's units)."""


class Tool(StrEnum):
    """The use of the agent's mouse and keyboard over the mirror."""

    LOOK = "look"
    POINT = "point"
    HIGHLIGHT = "highlight"
    ARROW = "arrow"
    PROPOSE = "propose"
    CONTROL = "control"


_CURSORS = {
    Tool.LOOK: Qt.CursorShape.ArrowCursor,
    Tool.POINT: Qt.CursorShape.BlankCursor,
    Tool.HIGHLIGHT: Qt.CursorShape.CrossCursor,
    Tool.ARROW: Qt.CursorShape.CrossCursor,
    Tool.PROPOSE: Qt.CursorShape.IBeamCursor,
    Tool.CONTROL: Qt.CursorShape.PointingHandCursor,
}

_KEYS: dict[int, PageKey] = {
    Qt.Key.Key_Return: PageKey.ENTER,
    Qt.Key.Key_Enter: PageKey.ENTER,
    Qt.Key.Key_Tab: PageKey.TAB,
    Qt.Key.Key_Backtab: PageKey.BACK_TAB,
    Qt.Key.Key_Backspace: PageKey.BACKSPACE,
    Qt.Key.Key_Delete: PageKey.DELETE,
    Qt.Key.Key_Escape: PageKey.ESCAPE,
    Qt.Key.Key_Left: PageKey.LEFT,
    Qt.Key.Key_Right: PageKey.RIGHT,
    Qt.Key.Key_Up: PageKey.UP,
    Qt.Key.Key_Down: PageKey.DOWN,
    Qt.Key.Key_Home: PageKey.HOME,
    Qt.Key.Key_End: PageKey.END,
    Qt.Key.Key_PageUp: PageKey.PAGE_UP,
    Qt.Key.Key_PageDown: PageKey.PAGE_DOWN,
}


_SCROLLS: dict[int, tuple[int, float]] = {
    Qt.Key.Key_PageUp: (-1, 0),
    Qt.Key.Key_PageDown: (1, 0),
    Qt.Key.Key_Up: (0, -0.5),
    Qt.Key.Key_Down: (0, 0.5),
    Qt.Key.Key_Home: (-100, 0),
    Qt.Key.Key_End: (100, 0),
}
"""Heights of this pane, and notches of a wheel."""


class MirrorOverlay(QWidget):
    """Takes the agent's mouse and keyboard over the mirror.

    Signals:
        moved(at), left(): the laser.
        pressed(at): a click with a tool that means something in the page.
        turned(at, right_px, down_px): the wheel, or keys that scroll while nothing is controlled.
        drawn(start, end): an arrow.
        typed(text), key_pressed(PageKey): while controlling and with the keyboard here.
        keyboard_changed(): the keyboard has come here, or has gone elsewhere.
    """

    moved = pyqtSignal(QPointF)
    left = pyqtSignal()
    pressed = pyqtSignal(QPointF)
    turned = pyqtSignal(QPointF, float, float)
    drawn = pyqtSignal(QPointF, QPointF)
    typed = pyqtSignal(str)
    key_pressed = pyqtSignal(object)
    keyboard_changed = pyqtSignal()

    def __init__(self, parent: QWidget, *, takes_keys: bool = False) -> None:
        super().__init__(parent)
        self._takes_keys = takes_keys
        if takes_keys:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._tool = Tool.LOOK
        self._spot: QPointF | None = None
        self._start: QPointF | None = None
        self._frame: QRectF | None = None
        self._arrow: tuple[QPointF, QPointF] | None = None
        self._focused = QRectF()
        self._caret = QLineF()
        self.setMouseTracking(True)
        self.setObjectName("mirror_overlay")

    @property
    def tool(self) -> Tool:
        """The tool in hand."""
        return self._tool

    @property
    def has_marks(self) -> bool:
        """True while a frame or an arrow is shown."""
        return self._frame is not None or self._arrow is not None

    @property
    def has_keyboard(self) -> bool:
        """True while keys come here: an open menu takes them, and leaves the focus."""
        return self.hasFocus() and QApplication.activePopupWidget() is None

    def set_tool(self, tool: Tool) -> None:
        """Another tool. Control takes the keyboard, where there is a page to be seen: the caller's
        yes may come while the agent still looks for one.
        """
        self._tool = tool
        self._start = None
        self.setCursor(_CURSORS[tool])
        if tool is not Tool.POINT:
            self._spot = None
        controls = tool is Tool.CONTROL
        takes = controls or self._takes_keys
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if takes else Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, controls)
        if controls and self.isVisible():
            self.setFocus()
        elif self.hasFocus() and not takes:
            self.clearFocus()
        self.update()

    def show_frame(self, box: QRectF | None) -> None:
        """The frame around what the caller is shown."""
        self._frame = box
        self.update()

    def show_arrow(self, arrow: tuple[QPointF, QPointF] | None) -> None:
        """The arrow that the caller is shown."""
        self._arrow = arrow
        self.update()

    def show_focus(self, box: QRectF, caret: QLineF | None) -> bool:
        """Show where the keyboard is in the caller's page, empty for nowhere;
        return True if that is new.
        """
        line = caret or QLineF()
        if box == self._focused and line == self._caret:
            return False
        self._focused = box
        self._caret = line
        self.update()
        return True

    def caret_x(self) -> float:
        """Return where the caret is drawn; 0 for none."""
        return self._caret.x1()

    # ---- mouse ----

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """The laser moves, or an arrow grows."""
        assert event is not None
        if self._tool is Tool.POINT:
            self._spot = event.position()
            self.moved.emit(event.position())
            self.update()
        elif self._start is not None:
            self._arrow = (self._start, event.position())
            self.update()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """A click means something in the page; with the arrow it only begins."""
        assert event is not None
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._tool is Tool.ARROW:
            self._start = event.position()
        elif self._tool in (Tool.HIGHLIGHT, Tool.PROPOSE, Tool.CONTROL):
            if self._tool is Tool.CONTROL:
                self.setFocus()
            self.pressed.emit(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Two clicks are two clicks."""
        self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Ends the arrow."""
        assert event is not None
        start, self._start = self._start, None
        if start is not None:
            end = event.position()
            if (end - start).manhattanLength() >= _DRAG_PX:
                self.drawn.emit(start, end)
            else:
                self.show_arrow(None)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Scrolls the caller's page, with any tool in hand; whether it may is decided elsewhere."""
        if event is None:
            return
        if self._tool is Tool.LOOK and not self._takes_keys:
            event.ignore()
            return
        exact = event.pixelDelta()
        if exact.isNull():
            angle = event.angleDelta()
            right, down = -angle.x() * _WHEEL_STEP_PX / 120, -angle.y() * _WHEEL_STEP_PX / 120
        else:
            right, down = float(-exact.x()), float(-exact.y())
        self.turned.emit(event.position(), right, down)
        event.accept()

    def leaveEvent(self, event: QEvent | None) -> None:
        """The laser leaves with the mouse."""
        if self._spot is not None:
            self._spot = None
            self.left.emit()
            self.update()

    # ---- keyboard ----

    def event(self, event: QEvent | None) -> bool:
        """While controlling, Tab and single letters belong to the page, not to this window's
        shortcuts.
        """
        if self._tool is Tool.CONTROL and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and _belongs_to_page(event):
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() in (
                Qt.Key.Key_Tab,
                Qt.Key.Key_Backtab,
            ):
                if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    return super().event(event)
                self.keyPressEvent(event)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Text and keys for the page. Function keys and shortcuts stay the window's."""
        if event is None:
            return
        if self._tool is not Tool.CONTROL and self._takes_keys and event.key() in _SCROLLS:
            pages, lines = _SCROLLS[Qt.Key(event.key())]
            middle = QPointF(self.rect().center())
            self.turned.emit(middle, 0.0, pages * self.height() * 0.9 + lines * _WHEEL_STEP_PX)
            return
        if self._tool is not Tool.CONTROL or not _belongs_to_page(event):
            event.ignore()
            return
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.key_pressed.emit(PageKey.SELECT_ALL)
        elif event.key() in _KEYS:
            self.key_pressed.emit(_KEYS[Qt.Key(event.key())])
        else:
            self.typed.emit(event.text())
        event.accept()

    def inputMethodEvent(self, event: QInputMethodEvent | None) -> None:
        """Letters that are composed of several keys, and other scripts."""
        if event is not None and event.commitString() and self._tool is Tool.CONTROL:
            self.typed.emit(event.commitString())

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> QVariant:
        """Allows composed letters while controlling."""
        if query == Qt.InputMethodQuery.ImEnabled:
            return QVariant(self._tool is Tool.CONTROL)
        return QVariant(super().inputMethodQuery(query))

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint what the caller is shown, and an edge while the agent has the page in hand."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._tool is Tool.CONTROL or self.has_keyboard:
            strong = self.palette().highlight().color()
            strong.setAlphaF(1.0 if self.has_keyboard else 0.45)
            painter.setPen(QPen(strong, _EDGE_PX))
            half = _EDGE_PX / 2
            painter.drawRect(QRectF(self.rect()).adjusted(half, half, -half, -half))
        if not self._focused.isEmpty():
            self._paint_focus(painter)
        if self._frame is not None:
            paint_frame(painter, self._frame)
        if self._arrow is not None:
            paint_arrow(painter, *self._arrow)
        if self._spot is not None:
            paint_spot(painter, self._spot, SPOT_RADIUS)
        painter.end()

    def _paint_focus(self, painter: QPainter) -> None:
        """A ring with a light rim, so that it is seen on any page; the caret only while what is
        typed here goes there.
        """
        ring = self._focused.adjusted(-3, -3, 3, 3)
        for colour, width in ((QColor("#ffffff"), 5.0), (QColor("#1a5fb4"), 2.5)):
            painter.setPen(QPen(colour, width))
            painter.drawRoundedRect(ring, 4, 4)
        if not self._caret.isNull() and self._tool is Tool.CONTROL and self.has_keyboard:
            painter.setPen(QPen(QColor("#1a5fb4"), 2.0))
            painter.drawLine(self._caret)

    def focusInEvent(self, event: object) -> None:
        """The edge shows where the keyboard is."""
        self.update()
        self.keyboard_changed.emit()

    def focusOutEvent(self, event: object) -> None:
        """The edge shows where the keyboard is."""
        self.update()
        self.keyboard_changed.emit()


def _belongs_to_page(event: QKeyEvent) -> bool:
    """True for text and for the keys of a field, Ctrl+A too, with which its words are replaced;
    AltGr makes letters, Ctrl and Alt make shortcuts.
    """
    if event.matches(QKeySequence.StandardKey.SelectAll):
        return True
    modifiers = event.modifiers() & ~(
        Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
    )
    text = event.text()
    if event.key() in _KEYS:
        return modifiers == Qt.KeyboardModifier.NoModifier
    is_text = bool(text) and text.isprintable()
    alt_gr = Qt.KeyboardModifier.GroupSwitchModifier
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    return is_text and modifiers in (Qt.KeyboardModifier.NoModifier, alt_gr, both)
