# SPDX-License-Identifier: GPL-3.0-only
"""The plain page that the caller sees in the place of a page that does not answer, or has died.
Used by `views.kiosk.browser.pane`: it is painted by the kiosk's screen, not by the browser.
"""

from __future__ import annotations

from enum import StrEnum

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from resources.texts import N_, _
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, WHITE, spaced


class WebPageTrouble(StrEnum):
    """The trouble with the page."""

    SILENT = "silent"
    DIED = "died"
    GREEDY = "greedy"


_WORDS: dict[WebPageTrouble, tuple[str, str]] = {
    WebPageTrouble.SILENT: (
        N_("This page does not answer"),
        N_("Wait a moment: it will come back when it can. Or leave it."),
    ),
    WebPageTrouble.DIED: (
        N_("This page has stopped"),
        N_("You can open it again. What you had typed in it has to be typed again."),
    ),
    WebPageTrouble.GREEDY: (
        N_("This page was closed"),
        N_("This page is too heavy for the kiosk. Tell your adviser."),
    ),
}


class CalmPage(QFrame):
    """Says what is wrong with the page, and offers a way on.

    Signals:
        left(): the caller wants the page before, or this one again.
        closed(): the caller wants no more of this page.
    """

    left = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("calm")
        self.trouble: WebPageTrouble | None = None
        self._title = label("title", heavy=True, centred=True)
        self._advice = label("lead", centred=True)
        self._safe = label("body", tone="grey", centred=True)
        self.leave = BigButton("primary", "mdi6.arrow-left", colour=WHITE, icon_u=3.6, size="lead")
        self.close_page = BigButton("plain", "mdi6.close", colour=BLUE, icon_u=3.6, size="lead")
        row = spaced(QHBoxLayout(), (0,), 2)
        row.addStretch(1)
        for button, name in ((self.leave, "calm_leave"), (self.close_page, "calm_close")):
            button.setObjectName(name)
            button.setMinimumSize(64, 64)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            row.addWidget(button)
        row.addStretch(1)
        self.leave.clicked.connect(self.left)
        self.close_page.clicked.connect(self.closed)
        column = spaced(QVBoxLayout(self), (3,), 2)
        column.addStretch(1)
        column.addWidget(
            IconView("mdi6.coffee-outline", 10, colour=BLUE), 0, Qt.AlignmentFlag.AlignCenter
        )
        for words in (self._title, self._advice, self._safe):
            column.addWidget(words)
        column.addLayout(row)
        column.addStretch(1)
        self.retranslate()

    def show_trouble(self, trouble: WebPageTrouble, *, may_leave: bool) -> None:
        """Says this; `may_leave`: there is a page to go to."""
        self.trouble = trouble
        self.leave.setVisible(may_leave)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every text again, in the language in use."""
        trouble = self.trouble or WebPageTrouble.SILENT
        title, advice = _WORDS[trouble]
        self._title.setText(_(title))
        self._advice.setText(_(advice))
        self._safe.setText(_("Your conversation goes on."))
        has_died = trouble is WebPageTrouble.DIED
        self.leave.set_words(_("Open the page again") if has_died else _("Back"))
        self.close_page.set_words(_("Close the page"))
        self.setAccessibleName(f"{self._title.text()}. {self._advice.text()}")
