# SPDX-License-Identifier: GPL-3.0-only
"""The document that the agent shows the caller, at the desk:
the same page as at the kiosk, turned and marked here.

Used by the shared page's view. It shows what it is given and emits requests, which
`session.desk.cobrowse.shown_document` carries out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import StrEnum

from PyQt6.QtCore import QEvent, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QButtonGroup, QFrame, QProgressBar, QToolButton, QWidget

from resources.texts import N_, _
from session.protocol.conversation.shown_document import MAX_POINTS, Mark, MarkKind
from views.desk.shared_page.acts import (
    DocumentAct,
    DocumentPress,
    MarkDocument,
    PointInDocument,
    TurnDocument,
)
from views.widgets.document_sheet import DocumentSheet, SheetView, page_image
from views.widgets.page_marks import paint_spot
from views.widgets.parts import Chip, ElidedLabel, column, label, push_button, row, tool_button
from views.widgets.theme import SPACE

SPOT_RADIUS = 9.0
_LEAST_PX = 6.0
"""A shorter movement is no mark."""
_NEAR_PX = 2.5
"""Points of a line that are nearer to each other are left out."""


class Pen(StrEnum):
    """The pen that the mouse draws on the page with."""

    LASER = "laser"
    ARROW = "arrow"
    FRAME = "frame"
    LINE = "line"


_PENS: dict[Pen, tuple[str, str]] = {
    Pen.LASER: (N_("Laser pointer"), "point"),
    Pen.ARROW: (N_("Draw an arrow"), "arrow_tool"),
    Pen.FRAME: (N_("Draw a frame"), "frame"),
    Pen.LINE: (N_("Draw by hand"), "pen"),
}


class DrawingSheet(DocumentSheet):
    """The page on which the agent draws.

    Args:
        act: told where the laser is, and each mark that is finished.
    """

    def __init__(self, act: Callable[[DocumentAct], None]) -> None:
        super().__init__(SPOT_RADIUS)
        self._act = act
        self._pen = Pen.LASER
        self._places: list[QPointF] = []
        self._laser: QPointF | None = None
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.BlankCursor)

    def take(self, pen: Pen) -> None:
        """Another pen."""
        self._pen = pen
        self._places = []
        self.setCursor(
            Qt.CursorShape.BlankCursor if pen is Pen.LASER else Qt.CursorShape.CrossCursor
        )
        self._leave()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """A mark begins."""
        if (
            event is not None
            and event.button() == Qt.MouseButton.LeftButton
            and self._pen is not Pen.LASER
        ):
            self._places = [event.position()]

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """The laser moves, or a mark grows."""
        if event is None or self.page < 0:
            return
        at = event.position()
        if self._pen is Pen.LASER:
            self._laser = at
            self._act(PointInDocument(*self.fraction(at)))
        elif self._places:
            self._grow(at)
        self.update()

    def _grow(self, at: QPointF) -> None:
        if self._pen is not Pen.LINE:
            self._places = [self._places[0], at]
        elif _distance(self._places[-1], at) >= _NEAR_PX and len(self._places) < MAX_POINTS:
            self._places.append(at)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """The mark is finished; a click is none."""
        mark, self._places = self._mark(), []
        if mark is not None:
            self._act(MarkDocument(mark))
        self.update()

    def _mark(self) -> Mark | None:
        long_enough = len(self._places) > 1 and (
            len(self._places) > 2 or _distance(self._places[0], self._places[-1]) >= _LEAST_PX
        )
        if not long_enough or self._pen is Pen.LASER:
            return None
        points = [round(part, 4) for place in self._places for part in self.fraction(place)]
        return Mark(kind=MarkKind(self._pen.value), points=points)

    def leaveEvent(self, event: QEvent | None) -> None:
        """The laser goes with the mouse."""
        self._leave()

    def _leave(self) -> None:
        if self._laser is not None:
            self._laser = None
            self._act(DocumentPress.HIDE_POINTER)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The page and, over it, what is being drawn."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        growing = self._mark()
        if growing is not None:
            self.paint_mark(painter, growing)
        if self._laser is not None:
            paint_spot(painter, self._laser, SPOT_RADIUS)
        painter.end()


def _distance(point: QPointF, other: QPointF) -> float:
    return math.hypot(point.x() - other.x(), point.y() - other.y())


class ShownDocumentView(QWidget):
    """Turns and marks the document.

    Signals:
        acted(object): what the agent does, a `DocumentAct`.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("shown_document")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._page = 0
        self._pages = 0
        self.sheet = DrawingSheet(self.acted.emit)
        self._view = SheetView(self.sheet, wide=False)
        self._title = ElidedLabel("", "strong", name="shown_title")
        self._state = Chip("shown_state")
        self._progress = QProgressBar()
        self._progress.setObjectName("shown_progress")
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(6)
        self._stop = push_button(_("Stop showing"), "close", "plain", name="shown_stop")
        self._stop.clicked.connect(lambda: self.acted.emit(DocumentPress.STOP))
        column(self, self._build_bar(), self._progress, space=0).addWidget(self._view, 1)

    def _build_bar(self) -> QFrame:
        bar = QFrame()
        bar.setObjectName("page_bar")
        self._back = tool_button(_("Page before"), "arrow_left", "shown_back", keys="PgUp")
        self._next = tool_button(_("Next page"), "arrow_right", "shown_next", keys="PgDown")
        self._back.clicked.connect(lambda: self._turn(self._page - 1))
        self._next.clicked.connect(lambda: self._turn(self._page + 1))
        self._place = label("", "body", "shown_place")
        self._group = QButtonGroup(self)
        self.pens = {pen: self._make_pen(pen) for pen in _PENS}
        self.pens[Pen.LASER].setChecked(True)
        self.remove_button = tool_button(
            _("Remove the marks of this page"), "remove", "shown_clear"
        )
        self.remove_button.clicked.connect(lambda: self.acted.emit(DocumentPress.REMOVE_MARKS))
        names = row(None, self._title, self._state, self._stop)
        names.setStretch(0, 1)
        acts = row(
            None,
            self._back,
            self._place,
            self._next,
            SPACE[2],
            *self.pens.values(),
            self.remove_button,
            0,
            space=4,
        )
        column(bar, names, acts, space=6, margins=(SPACE[2], SPACE[1], SPACE[2], SPACE[1]))
        return bar

    def _make_pen(self, pen: Pen) -> QToolButton:
        words, icon_name = _PENS[pen]
        button = tool_button(_(words), icon_name, f"shown_{pen.value}", checkable=True)
        self._group.addButton(button)
        button.clicked.connect(lambda: self.sheet.take(pen))
        return button

    # ---- facts ----

    def show_document(self, title: str, pages: int, page: int) -> None:
        """This page of this document is shown."""
        turned = (page, pages) != (self._page, self._pages)
        self._page = page
        self._pages = pages
        self._title.setText(title)
        self._place.setText(_("Page {page} of {pages}").format(page=page + 1, pages=pages))
        for button in (self._back, self._next, self._place):
            button.setVisible(pages > 1)
        self._back.setEnabled(page > 0)
        self._next.setEnabled(page + 1 < pages)
        if turned or self.sheet.page < 0:
            self.sheet.clear()
        self.remove_button.setEnabled(bool(self.sheet.marks))

    def show_picture(self, page: int, data: bytes) -> None:
        """The page's picture, as the caller gets it."""
        image = page_image(data)
        if image is not None and page == self._page:
            marks = list(self.sheet.marks)
            self.sheet.show_picture(page, image)
            self.sheet.show_marks(marks)
            self._view.fit()
            self._view.to_top()

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """All marks of the page."""
        self.sheet.show_marks(marks)
        self.remove_button.setEnabled(bool(marks))

    def show_progress(self, percent: int) -> None:
        """Show how much of the page is at the kiosk."""
        self._progress.setVisible(percent < 100)
        self._progress.setValue(percent)
        if percent < 100:
            words = _("On its way to the caller: {percent} %").format(percent=percent)
            self._state.show_state(words, "time", "accent")

    def show_painted(self, page: int) -> None:
        """The caller has this page on the screen."""
        if page == self._page:
            self._progress.hide()
            self._state.show_state(_("The caller sees this page"), "see_page", "good")

    def clear(self) -> None:
        """Nothing is shown."""
        self._page = self._pages = 0
        self._title.clear()
        self.sheet.clear()
        self._state.show_state("")

    # ---- what the agent does ----

    def _turn(self, page: int) -> None:
        if 0 <= page < self._pages and page != self._page:
            self.acted.emit(TurnDocument(page))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Page up and down turn, Home and End go to the ends; arrows scroll."""
        if event is None:
            return
        turns = {
            Qt.Key.Key_PageUp: self._page - 1,
            Qt.Key.Key_PageDown: self._page + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self._pages - 1,
        }
        if event.key() in turns:
            self._turn(turns[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._view.step(-0.2 if event.key() == Qt.Key.Key_Up else 0.2)
        else:
            event.ignore()
