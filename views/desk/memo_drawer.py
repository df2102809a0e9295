# SPDX-License-Identifier: GPL-3.0-only
"""Where an agent reads and writes memos: on the page between two callers, or during a conversation
in a drawer that the window's head opens. Used by the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from views.desk.header import DeskHeader
from views.desk.layouts.columns import SIDE_PART
from views.desk.my_day.page import IdlePage
from views.widgets.edge_drawer import EdgeDrawer
from views.widgets.parts import column, label, row, tool_button
from views.widgets.theme import SPACE
from views.workplace.memos import MemoView

WIDTH_PX = 380


class MemoDrawer(EdgeDrawer):
    """Lies over the dossier until it is closed; nothing is left for it.

    Args:
        over: the window's body.
        idle: where they are read between two callers.

    Attributes:
        views: both places.
    """

    def __init__(self, over: QWidget, header: DeskHeader, *, idle: IdlePage) -> None:
        super().__init__(over, header, name="memo_drawer", width_px=WIDTH_PX, part=SIDE_PART)
        self.setAccessibleName(_("Colleagues"))
        self._idle = idle
        self.memos = MemoView(idle.acted.emit)
        self.views = (idle.memos, self.memos)
        close = tool_button(_("Close"), "close", "memo_drawer_close", keys="Esc")
        close.clicked.connect(self.hide)
        box = column(self, row(None, label(_("Colleagues"), "title"), 0, close), space=SPACE[1])
        box.setContentsMargins(*(SPACE[2],) * 4)
        box.addWidget(self.memos, 1)
        header.colleagues.clicked.connect(self.open)
        idle.installEventFilter(self)

    def open(self) -> None:
        """Goes to what colleagues write; the second time the drawer is closed."""
        if self._idle.isVisible():
            self._idle.memos.take_keyboard()
        elif self.isVisible():
            self.hide()
        else:
            self._show()

    def open_thread(self, thread: str, words: str = "") -> None:
        """Shows what was written with somebody, ready to answer; `words` begin the answer."""
        if self._idle.isVisible():
            self._idle.memos.open_thread(thread, words)
        else:
            self._show()
            self.memos.open_thread(thread, words)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Closes between two callers, when the page shows the same."""
        if event is not None and event.type() == QEvent.Type.Show and watched is self._idle:
            self.hide()
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        self.bring()
        self.memos.take_keyboard()
