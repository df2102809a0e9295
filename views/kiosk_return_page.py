# SPDX-License-Identifier: GPL-3.0-only
"""Who comes back touches the own ticket number. Used by the kiosk window."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout

from resources.texts import _
from session.protocol.waiting_messages import AwayTicket
from views.kiosk_icons import IconView
from views.kiosk_page import BigButton, KioskPage, TouchButton, label
from views.kiosk_theme import BLUE, GREEN, SKY, spaced

COLUMNS, ROWS = 4, 3
"""Numbers on the page; those who are called come first."""


class NumberCard(TouchButton):
    """One ticket number; "It is your turn" when it was called."""

    def __init__(self, ticket: AwayTicket) -> None:
        super().__init__("card")
        self.number = ticket.number
        self.setObjectName(f"return_{ticket.number}")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        number = label("number", tone="blue", centred=True, wrap=False)
        number.setText(ticket.number)
        look, tone = ("lead", "") if ticket.called else ("body", "grey")
        turn = label(look, tone=tone, centred=True, heavy=ticket.called)
        turn.setText(_("It is your turn.") if ticket.called else ticket.service_name)
        box = spaced(QVBoxLayout(self), (1, 1, 1, 1), 0.6)
        box.addStretch(1)
        box.addWidget(number)
        if ticket.called:
            box.addWidget(IconView("bullhorn", 4, GREEN), 0, Qt.AlignmentFlag.AlignCenter)
        box.addWidget(turn)
        box.addStretch(1)
        self.setAccessibleName(f"{ticket.number}. {turn.text()}")
        for text in (number, turn):
            text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class ReturnPage(KioskPage):
    """The numbers whose callers wait elsewhere.

    Signals:
        number_chosen(str): the caller of this number is here. back_requested: back to the services.
    """

    number_chosen = pyqtSignal(str)
    back_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._tickets: list[AwayTicket] | None = None
        self.cards: list[NumberCard] = []
        self._portrait = False
        self._title = label("title", centred=True)
        self._none = label("large", centred=True)
        self._icon = IconView("ticket-confirmation-outline", 18, BLUE, disc=SKY)
        self._grid = spaced(QGridLayout(), (0,), 2)
        self.back = BigButton("plain", "arrow-left")
        self.back.clicked.connect(self.back_requested)
        foot = spaced(QHBoxLayout(), (0,), 2)
        foot.addWidget(self.back)
        foot.addStretch(1)
        box = spaced(QVBoxLayout(self), (6, 4, 6, 4), 2.4)
        box.addWidget(self._title)
        box.addStretch(1)
        box.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignCenter)
        box.addWidget(self._none)
        box.addLayout(self._grid, 8)
        box.addStretch(1)
        box.addLayout(foot)
        self.retranslate()

    def show_tickets(self, tickets: Sequence[AwayTicket] | None) -> None:
        """The numbers; None while they are asked for."""
        self._tickets = None if tickets is None else list(tickets)[: COLUMNS * ROWS]
        self.retranslate()

    def set_portrait(self, portrait: bool) -> None:
        """Fewer columns."""
        if portrait != self._portrait:
            self._portrait = portrait
            self.retranslate()

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken."""
        return [self._none.text() if self._none.isVisibleTo(self) else self._title.text()]

    def retranslate(self) -> None:
        """Says every text again."""
        self._title.setText(_("Touch your ticket number"))
        self.back.set_words(_("Back"))
        self._none.setText(
            _("One moment, please")
            if self._tickets is None
            else _("Nobody is expected back here. Touch “Back” and choose a service.")
        )
        self._none.setVisible(not self._tickets)
        self._icon.setVisible(not self._tickets)
        for card in self.cards:
            self._grid.removeWidget(card)
            card.setParent(None)
            card.deleteLater()
        self.cards = [NumberCard(ticket) for ticket in self._tickets or ()]
        columns = min(len(self.cards), 2 if self._portrait else COLUMNS) or 1
        for place, card in enumerate(self.cards):
            card.clicked.connect(lambda _checked, card=card: self.number_chosen.emit(card.number))
            self._grid.addWidget(card, *divmod(place, columns))
