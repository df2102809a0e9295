# SPDX-License-Identifier: GPL-3.0-only
"""The statement of accessibility that the law asks for, in the caller's language. Used by the
kiosk window; the start page leads to it.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout

from resources.texts import N_, _
from session.kiosk.caller_acts import Step
from views.kiosk.widgets.page_base import BigButton, KioskPage, label
from views.kiosk.widgets.theme import spaced
from views.words.accessibility import statement, statement_title

_HAS = N_(
    "This kiosk offers letters up to twice as large, strong contrasts, a voice that reads each "
    "page, everything by keyboard or with two switches, and a conversation in writing."
)
_TELL = N_("If something keeps you from using this kiosk, tell the reception.")


class StatementPage(KioskPage):
    """The page that says what callers can count on, what is missing, and whom they can tell."""

    def __init__(self) -> None:
        super().__init__()
        self._title = label("title")
        self._paragraphs = [label("body") for _each in statement(has=_HAS, tell=_TELL)]
        self.back = BigButton("plain", "arrow-left")
        self.back.clicked.connect(lambda: self.acted.emit(Step.BACK))
        foot = spaced(QHBoxLayout(), (0,), 2)
        foot.addWidget(self.back)
        foot.addStretch(1)
        box = spaced(QVBoxLayout(self), (8, 3, 8, 3), 1.8)
        box.addWidget(self._title)
        for paragraph in self._paragraphs:
            box.addWidget(paragraph)
        box.addStretch(1)
        box.addLayout(foot)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every text again."""
        self._title.setText(statement_title())
        for paragraph, words in zip(self._paragraphs, statement(has=_HAS, tell=_TELL), strict=True):
            paragraph.setText(words)
        self.back.set_words(_("Back"))

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken."""
        return [statement_title(), *statement(has=_HAS, tell=_TELL)]
