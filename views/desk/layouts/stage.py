# SPDX-License-Identifier: GPL-3.0-only
"""The middle of a conversation: puts face, shared page and scanned page where the layout wants
them. Used by the desk's window.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QPoint, QRect, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QApplication, QWidget

from views.desk.call_controls import CallForm
from views.desk.call_view import CallView
from views.desk.layouts.layout import (
    Layout,
    LayoutMemory,
    below_page,
    card_place,
    card_share,
    clear_of,
    side_by_side,
)
from views.desk.layouts.page_window import PageWindow
from views.widgets.parts import PageStack

_FORMS = {
    Layout.FACE: CallForm.LARGE,
    Layout.PAGE: CallForm.CARD,
    Layout.SIDE: CallForm.COLUMN,
    Layout.WINDOW: CallForm.LARGE,
    Layout.PAPER: CallForm.CARD,
}
LOWER_HALF = 0.5
"""Of the room in which the small face moves."""


class WorkStage(QWidget):
    """Places its two parts itself: no part has another parent in another layout, but the page while
    it has a window of its own.

    Args:
        call: the face and its controls.
        page: the shared page.
        paper: a scanned page at full size.
        bar: what the shared page's window has above the page; None for nothing.
        memory: what the screen remembers.
        window: holds the page in a window of its own.
        below: gives the room that the shared page does not fill, below it.

    Signals:
        window_closed(): the agent closed the page's own window.
    """

    window_closed = pyqtSignal()

    def __init__(
        self,
        call: CallView,
        page: QWidget,
        *,
        paper: QWidget,
        bar: QWidget | None,
        memory: LayoutMemory,
        window: PageWindow,
        below: Callable[[], QRect],
    ) -> None:
        super().__init__()
        self.setObjectName("work_stage")
        self.setMinimumSize(340, 190)
        self._call = call
        self._page = page
        self._paper = paper
        self._bar = bar
        self._memory = memory
        self._window = window
        self._below = below
        self._window.closed.connect(self.window_closed)
        self._layout = Layout.FACE
        self._busy = QRect()
        self._focused = QRect()
        self._parts = PageStack(self)
        self._parts.setObjectName("work_parts")
        self._parts.addWidget(page)
        self._parts.addWidget(paper)
        call.setParent(self)
        call.moved_by.connect(self._on_moved)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)
        self.show_layout(Layout.FACE)

    @property
    def layout_now(self) -> Layout:
        """The layout that is seen."""
        return self._layout

    def show_layout(self, layout: Layout) -> None:
        """Puts everything where this layout wants it."""
        self._layout = layout
        self._call.set_form(_FORMS[layout])
        self._parts.setCurrentWidget(self._paper if layout is Layout.PAPER else self._page)
        if layout is Layout.WINDOW:
            self._window.open_with(self._bar, self._parts)
        elif self._parts.parent() is not self:
            self._window.close_now()
            self._parts.setParent(self)
        self._call.show()
        self._place()

    def parts_in_order(self) -> list[QWidget]:
        """Page, then face."""
        return [self._parts, self._call]

    def take_paper(self) -> None:
        """The scanned page was shown elsewhere and comes back."""
        self._parts.addWidget(self._paper)

    def keep_clear(self, busy: QRect) -> None:
        """Keep the small face off what is in use (pixels of this stage)."""
        if busy != self._busy:
            self._busy = busy
            self._place()

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """A field of the desk's own that has the keyboard, as the library's."""
        focused = QRect()
        if now is not None and self.isAncestorOf(now) and self._parts.isAncestorOf(now):
            place = QRect(now.mapTo(self, QPoint(0, 0)), now.size())
            # the page as a whole is in use all the time
            if place.height() < self.height() // 2:
                focused = place
            else:
                focused = QRect()
        if focused != self._focused:
            self._focused = focused
            self._place()

    def place_of_card(self) -> QRect:
        """Return where the small face lies; empty in other layouts."""
        if _FORMS[self._layout] is not CallForm.CARD:
            return QRect()
        return self._call.geometry()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Places anew."""
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent | None) -> bool:
        """Places anew when what the page fills is another size."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def _place(self) -> None:
        stage_area, layout = self.rect(), self._layout
        if layout is not Layout.WINDOW:
            self._parts.setVisible(layout is not Layout.FACE)
        if layout in (Layout.FACE, Layout.WINDOW):
            self._call.setGeometry(stage_area)
        elif layout is Layout.SIDE:
            page, face = side_by_side(self.size())
            self._parts.setGeometry(page)
            self._call.setGeometry(face)
        else:
            self._parts.setGeometry(stage_area)
            self._call.setGeometry(self._card_area())
        self._call.raise_()

    def _card_area(self) -> QRect:
        """Return where the small face lies: below the page where that leaves room, unless the
        agent put it higher; else over the page, clear of what is in use.
        """
        now = self._memory.now
        if self._layout is Layout.PAGE and now.card_y >= LOWER_HALF:
            area = below_page(self._below(), now.card_x)
            if not area.isEmpty():
                return area
        card_area = card_place(self.size(), now.card_x, now.card_y)
        return clear_of(self.size(), card_area, (self._busy, self._focused))

    def _on_moved(self, by: QPoint) -> None:
        """The agent's hand decides, until something else is in use."""
        self._busy = self._focused = QRect()
        x, y = card_share(self.size(), self._call.geometry().topLeft() + by)
        self._memory.keep(card_x=x, card_y=y)
        self._place()
