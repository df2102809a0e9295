# SPDX-License-Identifier: GPL-3.0-only
"""Where an agent reads and writes memos: on the page between two callers, or during a conversation
in a drawer that the window's head opens. Used by the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QWidget

from resources.texts import _
from views.desk.header import DeskHeader
from views.desk.layouts.columns import SIDE_PART
from views.desk.my_day.page import IdlePage
from views.widgets.parts import column, label, row, tool_button
from views.widgets.theme import SPACE, text_scale
from views.workplace.memos import MemoView

WIDTH_PX, LEAST_PX = 380, 320


class MemoDrawer(QFrame):
    """Lies at the right edge, over the dossier, until it is closed; nothing is left for it.

    Args:
        over: the window's body.
        idle: where they are read between two callers.

    Attributes:
        views: both places.
    """

    def __init__(self, over: QWidget, header: DeskHeader, *, idle: IdlePage) -> None:
        super().__init__(over)
        self.setObjectName("memo_drawer")
        self.setProperty("card", True)
        self.setAccessibleName(_("Colleagues"))
        self._over = over
        self._header = header
        self._idle = idle
        self._back: QWidget | None = None
        self.memos = MemoView(idle.acted.emit)
        self.views = (idle.memos, self.memos)
        close = tool_button(_("Close"), "close", "memo_drawer_close", keys="Esc")
        close.clicked.connect(self.hide)
        box = column(self, row(None, label(_("Colleagues"), "title"), 0, close), space=SPACE[1])
        box.setContentsMargins(*(SPACE[2],) * 4)
        box.addWidget(self.memos, 1)
        header.colleagues.clicked.connect(self.open)
        over.installEventFilter(self)
        idle.installEventFilter(self)
        self.hide()

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
        """Stays at the edge of the window; between two callers the page shows the same."""
        if event is not None and event.type() == QEvent.Type.Resize and not self.isHidden():
            self._fit()
        elif event is not None and event.type() == QEvent.Type.Show and watched is self._idle:
            self.hide()
        return False

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape closes."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QEvent | None) -> None:
        """The keyboard goes back to where it was."""
        back, self._back = self._back, None
        if back is not None and back.isVisible():
            back.setFocus()

    def _show(self) -> None:
        window = self.window()
        if window is not None:
            self._back = window.focusWidget()
        self._fit()
        self.show()
        self.raise_()
        self.memos.take_keyboard()

    def _fit(self) -> None:
        usual_px = round(WIDTH_PX * max(1.0, text_scale()))
        width_px = max(LEAST_PX, min(usual_px, round(self._over.width() * SIDE_PART)))
        top_px = self._header.height()
        self.setGeometry(
            self._over.width() - width_px, top_px, width_px, self._over.height() - top_px
        )
