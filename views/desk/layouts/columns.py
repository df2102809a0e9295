# SPDX-License-Identifier: GPL-3.0-only
"""The three columns of the desk's window: the queue or its rail, what is worked at, and the right
side. Used by the window and by the page of a conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QSplitter, QWidget

from views.desk.layouts.side import LEAST_PX as SIDE_LEAST_PX
from views.desk.layouts.side import WIDTH_PX as SIDE_WIDTH_PX
from views.desk.layouts.side import SidePanel
from views.desk.queue.rail import QueueRail, rail_width
from views.desk.queue.view import DeskQueueView
from views.widgets.keyboard.tab_order import order_by_sight
from views.widgets.parts import PageStack
from views.widgets.theme import text_scale

QUEUE_PX, QUEUE_PART = 380, 0.36
SIDE_PART = 0.38
"""The most of the window that larger letters may take for the side."""
CENTRE_PX = 340
ROOM_FOR_SIDE_PX = 1100
"""From this width on dossier and devices stand beside a shared page."""
WIDE_PX = 1200
"""From this width on the commands in the header have words; larger letters need more."""


class DeskColumns(QSplitter):
    """Gives each column its width; the middle gets what the other two leave.

    Args:
        above, below: parts of the window before and after these, in the order of Tab.

    Attributes:
        left: the queue, or its rail.
        centre: what is worked at, a page at a time.
        side: guide, dossier, devices and chat of a caller.
        has_caller: True from the begin of a session to the end of its wrap-up: only then the side
            is seen, and the queue is small.
    """

    def __init__(
        self,
        queue: DeskQueueView,
        side: SidePanel,
        *,
        above: Sequence[QWidget],
        below: Sequence[QWidget],
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName("desk_columns")
        self.setChildrenCollapsible(False)
        self._queue = queue
        self.rail = QueueRail()
        self.side = side
        self._above = above
        self._below = below
        self._in_order: list[Callable[[], list[QWidget]]] = []
        self._ordering = QTimer(self)
        self._ordering.setSingleShot(True)
        self._ordering.setInterval(0)
        self._ordering.timeout.connect(self._order_tabs)
        self.has_caller = False
        self._side_px = 0
        self._covered_px = 0
        self.left = PageStack()
        self.left.addWidget(queue)
        self.left.addWidget(self.rail)
        self.centre = PageStack()
        self.centre.setObjectName("desk_centre")
        self.centre.setMinimumWidth(CENTRE_PX)
        for part in (self.left, self.centre, side):
            self.addWidget(part)
        self.setStretchFactor(1, 1)
        self.setSizes([QUEUE_PX, 800, SIDE_WIDTH_PX])
        self.rail.expand_requested.connect(self.toggle_queue)
        queue.summary_changed.connect(self.rail.show_summary)

    def add_page(self, page: QWidget, in_order: Callable[[], list[QWidget]] | None = None) -> None:
        """Add a page to the middle; `in_order` gives its parts in the order of reading."""
        self.centre.addWidget(page)
        self._in_order.append(in_order or (lambda: [page]))

    def fold_queue(self, fold: bool) -> None:
        """Show the queue as its rail, or whole."""
        self.left.setCurrentWidget(self.rail if fold else self._queue)
        self.left.setMinimumWidth(rail_width() if fold else 264)
        self.left.setMaximumWidth(rail_width() if fold else 640)
        self.fit()

    def toggle_queue(self) -> None:
        """Fold the queue, or show it with the keyboard on it."""
        self.fold_queue(not self._is_folded())
        if not self._is_folded():
            self._queue.setFocus()

    def show_side(self, visible: bool = True) -> None:
        """Show or fold the right side."""
        self.side.setVisible(visible)
        self.fit()

    def open_tab(self, view: QWidget) -> None:
        """Show this view of the right side; nothing without a caller."""
        if self.has_caller:
            self.show_side()
            self.side.open_tab(view)

    def open_chat(self) -> None:
        """Show the chat with the keyboard in its line; nothing without a caller."""
        if self.has_caller:
            self.open_tab(self.side.chat)
            self.side.chat.entry.setFocus()

    def show_unread(self, count: int) -> None:
        """Show how many lines of the chat nobody has seen yet;
        the right side opens for the first.
        """
        if count == 1 and self.side.isHidden():
            self.show_side()
        self.side.show_unread(count)

    def has_room_for_side(self) -> bool:
        """True if the right side fits beside a shared page."""
        return self._window_px() >= ROOM_FOR_SIDE_PX

    def follow_letters(self) -> None:
        """The letters have another size now."""
        self.fold_queue(self._is_folded())

    def follow_window(self) -> None:
        """The window has another width now."""
        if self._side_width() != self._side_px:
            self._side_px = self._side_width()
            self.fit()

    def show_covered(self, covered_px: int) -> None:
        """This much of the right side lies under a drawer: the middle stays beside it."""
        self._covered_px = covered_px
        self.fit()

    def fit(self) -> None:
        """Divide the width anew."""
        self._ordering.start()
        if self._is_folded():
            left_px = rail_width()
        else:
            left_px = self._queue_width()
        if self.side.isHidden():
            side_px = 0
        else:
            side_px = max(self._side_width(), self._covered_px)
        self.setSizes([left_px, max(CENTRE_PX, self.width() - left_px - side_px), side_px])

    def _order_tabs(self) -> None:
        """Tab goes as the eye does, whatever is seen now."""
        middle = self._in_order[self.centre.currentIndex()]()
        order_by_sight([*self._above, self.left, *middle, self.side, *self._below])

    def _is_folded(self) -> bool:
        return self.left.currentWidget() is self.rail

    def _window_px(self) -> int:
        window = self.window()
        assert window is not None  # at least this widget itself
        return window.width()

    def _side_width(self) -> int:
        if self._window_px() >= WIDE_PX * 1.2:
            usual = SIDE_WIDTH_PX
        else:
            usual = SIDE_LEAST_PX
        larger = min(round(usual * text_scale()), round(self._window_px() * SIDE_PART))
        return max(usual, larger)

    def _queue_width(self) -> int:
        """Between callers the queue is what is worked with."""
        if self.has_caller:
            return QUEUE_PX - 50
        return max(QUEUE_PX, min(640, round(self._window_px() * QUEUE_PART)))
