# SPDX-License-Identifier: GPL-3.0-only
"""A caller who comes back waits here for a moment, or reads that nobody is expected.
Used by the kiosk window.

Callers type their number on the number page:
a list of numbers would let anybody touch the number of somebody else.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout

from resources.texts import _
from session.kiosk.caller_acts import Step
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, KioskPage, label
from views.kiosk.widgets.theme import BLUE, SKY, spaced


class ComeBackPage(KioskPage):
    """Before a ticket number is typed, or instead of it."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = True
        self._words = label("large", centred=True)
        self.back = BigButton("plain", "arrow-left")
        self.back.clicked.connect(lambda: self.acted.emit(Step.BACK))
        foot = spaced(QHBoxLayout(), (0,), 2)
        foot.addWidget(self.back)
        foot.addStretch(1)
        box = spaced(QVBoxLayout(self), (6, 4, 6, 4), 2.4)
        box.addStretch(1)
        box.addWidget(
            IconView("ticket-confirmation-outline", 18, colour=BLUE, disc=SKY),
            0,
            Qt.AlignmentFlag.AlignCenter,
        )
        box.addWidget(self._words)
        box.addStretch(1)
        box.addLayout(foot)
        self.retranslate()

    def show_nobody(self, *, is_asked: bool) -> None:
        """Nobody is expected back; or (`is_asked`) the hub is still being asked who is."""
        self._asked = is_asked
        self.retranslate()

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken."""
        return [self._words.text()]

    def retranslate(self) -> None:
        """Says every text again."""
        self.back.set_words(_("Back"))
        self._words.setText(
            _("One moment, please")
            if self._asked
            else _("No number is expected at this kiosk. Touch “Back” and choose a service.")
        )
