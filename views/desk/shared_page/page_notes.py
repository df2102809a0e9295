# SPDX-License-Identifier: GPL-3.0-only
"""Sentences over the caller's page: what was opened there, why an address was refused, where what
is typed goes.

Used by `views.desk.shared_page.view`. They take no room: the page must not move under the agent's
mouse when one comes or goes.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PyQt6.QtGui import QCursor
from PyQt6.QtWidgets import QFrame, QLabel, QWidget

from resources.texts import _
from session.protocol.conversation.messages import PageShown
from views.desk.shared_page.page_bar import shown_address
from views.widgets.announcer import announce
from views.widgets.parts import ElidedLabel, column, label, restyle
from views.widgets.theme import SPACE

PLACE_MS = 100
"""Between two looks at where the mouse is: what shows the page keeps its moves to itself."""
_SPOKEN = ("warn", "bad")
"""What kind of sentence a screen reader is told: the field itself is told by the page's reader."""


OPENED_STAYS_MS = 6_000


def _seen_by_caller(page: PageShown) -> str:
    return _("The caller sees “{title}”").format(title=page.title or shown_address(page.address))


class UnseenPage(ElidedLabel):
    """Says which page the caller sees while the agent does not see it."""

    def __init__(self) -> None:
        super().__init__(role="strong", name="cobrowse_unseen")
        restyle(self, tone="good")
        self.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], 0)
        self.hide()

    def show_page(self, page: PageShown | None) -> None:
        """Show what the caller sees; None for nothing that the agent does not see."""
        self.setText(_seen_by_caller(page) if page is not None else "")
        self.setVisible(page is not None)


class PageNotes(QFrame):
    """The sentences; at the lower edge of the widget they are given, at the upper one while mouse
    or keyboard are where they would be. A click goes through them to the page.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("page_notes")
        self.setProperty("card", True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._keyboard = QRect()
        self._placing = QTimer(self)
        self._placing.setInterval(PLACE_MS)
        self._placing.timeout.connect(self._place)
        self._refusal = label("", "small", "cobrowse_refusal", wrap=True)
        self._hint = label("", "small", "cobrowse_hint", wrap=True)
        self._opened = label("", "small", "cobrowse_opened", wrap=True)
        self._opened_timer = QTimer(self)
        self._opened_timer.setSingleShot(True)
        self._opened_timer.setInterval(OPENED_STAYS_MS)
        self._opened_timer.timeout.connect(lambda: self.show_opened(None))
        self._lines = (self._opened, self._refusal, self._hint)
        column(self, *self._lines, margins=(SPACE[2], SPACE[0], SPACE[2], SPACE[0]))
        for words in self._lines:
            words.hide()
        over.installEventFilter(self)
        self.hide()

    def show_refusal(self, words: str) -> None:
        """Why an address was not opened; "" for none."""
        self._show(self._refusal, words, "bad")

    def show_opened(self, page: PageShown | None) -> None:
        """Show for a moment what the agent has opened for the caller; None for nothing."""
        self._show(self._opened, _seen_by_caller(page) if page is not None else "", "good")
        if page is not None:
            self._opened_timer.start()

    def show_hint(self, words: str, tone: str) -> None:
        """Show what the agent should know of the tool in hand; "" for nothing."""
        self._show(self._hint, words, tone)

    def keep_clear_of(self, box: QRect) -> None:
        """The field that has the keyboard is here in the pane; empty for none."""
        self._keyboard = QRect(box)
        self._place()

    def _show(self, part: QLabel, words: str, tone: str) -> None:
        if words and tone in _SPOKEN:
            announce(self, words)
        part.setText(words)
        part.setVisible(bool(words))
        restyle(part, tone=tone)
        is_shown = any(not note.isHidden() for note in self._lines)
        self.setVisible(is_shown)
        if is_shown:
            self._placing.start()
            self._place()
            self.raise_()
        else:
            self._placing.stop()

    def _place(self) -> None:
        over, layout = self.parentWidget(), self.layout()
        if over is None or layout is None or self.isHidden():
            return
        width = over.width()
        height = min(layout.totalHeightForWidth(width), over.height())
        below = QRect(0, over.height() - height, width, height)
        mouse = over.mapFromGlobal(QCursor.pos())
        is_needed = below.contains(mouse) or below.intersects(self._keyboard)
        self.setGeometry(QRect(0, 0, width, height) if is_needed else below)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Keeps to the edge when the pane changes its size."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
