# SPDX-License-Identifier: GPL-3.0-only
"""Waiting elsewhere without losing the place: come back, or be called by telephone.
Used by the kiosk window.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout

from resources.texts import _
from session.kiosk.caller_acts import Step, StepAway
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, KioskPage, TouchButton, label
from views.kiosk.widgets.theme import BLUE, SKY, spaced


class ChoiceCard(TouchButton):
    """A large card: an icon, what it does, and what follows."""

    def __init__(self, icon: str) -> None:
        super().__init__("card")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.words = label("large", heavy=True, centred=True)
        self.detail = label("lead", tone="grey", centred=True)
        box = spaced(QVBoxLayout(self), (3, 2, 3, 2), 1.6)
        box.addStretch(1)
        box.addWidget(IconView(icon, 20, colour=BLUE, disc=SKY), 0, Qt.AlignmentFlag.AlignCenter)
        box.addWidget(self.words)
        box.addWidget(self.detail)
        box.addStretch(1)
        for text in (self.words, self.detail):
            text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_words(self, words: str, detail: str) -> None:
        """Both texts; together they are the accessible name."""
        self.words.setText(words)
        self.detail.setText(detail)
        self.setAccessibleName(f"{words}. {detail}")


class AwayPage(KioskPage):
    """The page that asks how the caller wants to wait."""

    def __init__(self) -> None:
        super().__init__()
        self._title = label("title", centred=True)
        self._kept = label("lead", tone="grey", centred=True)
        self.come_back = ChoiceCard("walk")
        self.phone = ChoiceCard("phone-in-talk")
        self.come_back.clicked.connect(lambda: self.acted.emit(StepAway("back")))
        self.phone.clicked.connect(lambda: self.acted.emit(Step.PHONE))
        self.stay = BigButton("plain", "arrow-left")
        self.stay.clicked.connect(lambda: self.acted.emit(Step.STAY))
        self._cards: QBoxLayout = spaced(QHBoxLayout(), (0,), 3)
        self._cards.addWidget(self.come_back, 1)
        self._cards.addWidget(self.phone, 1)
        foot = spaced(QHBoxLayout(), (0,), 2)
        foot.addWidget(self.stay)
        foot.addStretch(1)
        box = spaced(QVBoxLayout(self), (6, 4, 6, 4), 2)
        box.addWidget(self._title)
        box.addWidget(self._kept)
        box.addLayout(self._cards, 1)
        box.addLayout(foot)
        self.retranslate()

    def show_ways(self, ways: Sequence[str]) -> None:
        """Which of "back" and "phone" the service offers."""
        self.come_back.setVisible("back" in ways)
        self.phone.setVisible("phone" in ways)

    def set_portrait(self, portrait: bool) -> None:
        """The cards one above the other."""
        directions = QBoxLayout.Direction
        self._cards.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken."""
        cards = (card for card in (self.come_back, self.phone) if card.isVisibleTo(self))
        return [self._title.text(), self._kept.text(), *(card.accessibleName() for card in cards)]

    def retranslate(self) -> None:
        """Says every text again."""
        self._title.setText(_("How do you want to wait?"))
        self._kept.setText(_("You keep your place."))
        self.come_back.set_words(
            _("I will come back to this kiosk"),
            _("Your number is called on the screen of the room."),
        )
        self.phone.set_words(
            _("Call me by telephone"), _("An adviser calls you when it is your turn.")
        )
        self.stay.set_words(_("I will stay here"))
