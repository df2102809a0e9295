# SPDX-License-Identifier: GPL-3.0-only
"""The host's window: the kiosks of its sites, whether somebody is there, and calls for help.
Used by `expert_app.board.wiring.site`.

It shows no name, no number and no service: what everybody in the room can see anyway.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from resources.texts import N_, _
from session.protocol.hub.site import CallerState, KioskFacts
from session.protocol.hub.tickets import HelpFrom, HelpState
from views.site.expected_list import ExpectedList
from views.widgets.connection_gate import ConnectionGate
from views.widgets.message_bar import MessageBar
from views.widgets.parts import (
    Card,
    Chip,
    EmptyState,
    column,
    label,
    push_button,
    row,
    scroll_area,
)
from views.widgets.theme import SPACE
from views.words.places import kiosk_words
from views.workplace.connection_chip import ConnectionChip
from views.workplace.role_tools import RoleTools

_CALLERS = {
    CallerState.NONE: ("available", N_("Nobody"), "soft"),
    CallerState.WAITING: ("time", N_("Somebody waits"), "accent"),
    CallerState.IN_SESSION: ("call", N_("In conversation"), "good"),
}
_UNKNOWN = ("retry", N_("Connection lost"), "warn")
_HELP = {
    HelpState.NONE: ("", "", ""),
    HelpState.WANTED: ("bell", N_("The caller calls for you"), "bad"),
    HelpState.COMING: ("time", N_("You said that you are coming"), "warn"),
    HelpState.HERE: ("kept", N_("You are with the caller"), "accent"),
}

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

_AGENT_CALLS = N_("The adviser calls for you, for the caller")


class KioskCard(Card):
    """One kiosk.

    Args:
        answer: called with the kiosk and what the host says.
    """

    def __init__(self, facts: KioskFacts, answer: Callable[[str, HelpState], object]) -> None:
        super().__init__()
        self.facts = facts
        self._known = True
        self.setObjectName(f"kiosk_{facts.id}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._name = label(role="title", name=f"name_{facts.id}")
        self._site = label(role="soft")
        self.there = Chip()
        self.caller = Chip()
        self.help = Chip()
        self.coming = push_button(
            _("I am coming"), "arrow_right", "primary", name=f"coming_{facts.id}"
        )
        self.here = push_button(_("I am with the caller"), "kept", name=f"here_{facts.id}")
        self.done = push_button(_("I have finished"), name=f"done_{facts.id}")
        self.coming.clicked.connect(lambda: answer(self.facts.id, HelpState.COMING))
        self.here.clicked.connect(lambda: answer(self.facts.id, HelpState.HERE))
        self.done.clicked.connect(lambda: answer(self.facts.id, HelpState.NONE))
        self.body.addLayout(
            row(None, self._name, self._site, 0, self.there, self.caller, space=SPACE[1])
        )
        self.body.addLayout(
            row(None, self.help, 0, self.coming, self.here, self.done, space=SPACE[1])
        )
        self.show_facts(facts)

    def show_lost(self) -> None:
        """The hub does not answer: whether somebody is there is not known."""
        self._known = False
        self.show_facts(self.facts)
        self._known = True

    def show_facts(self, facts: KioskFacts) -> None:
        """The kiosk as it is now; only the answers that are possible now can be pressed."""
        self.facts = facts
        self._name.setText(kiosk_words("" if facts.place else facts.name, facts.place))
        self._site.setText(facts.site)
        self.there.setVisible(not facts.there or facts.closed)
        if not facts.there:
            words = _("Gives no sign of life")
        else:
            words = _("Closed by the operator")
        self.there.show_state(words, "disconnected" if not facts.there else "forbidden", "bad")
        icon, words, tone = _CALLERS[facts.caller] if self._known else _UNKNOWN
        self.caller.show_state(_(words), icon, tone)
        icon, words, tone = _HELP[facts.help]
        if facts.help is HelpState.WANTED and facts.help_from is HelpFrom.AGENT:
            words = _AGENT_CALLS
        self.help.setVisible(bool(words))
        if words:
            self.help.show_state(_(words), icon, tone)
        self.coming.setVisible(facts.help is HelpState.WANTED)
        somebody = facts.caller is not CallerState.NONE or facts.help is not HelpState.NONE
        self.here.setVisible(somebody and facts.help is not HelpState.HERE)
        self.done.setVisible(facts.help is not HelpState.NONE)
        parts = (self._name, self._site, self.there, self.caller, self.help)
        self.setAccessibleName(", ".join(part.text() for part in parts if not part.isHidden()))

    def take_keyboard(self) -> None:
        """The keyboard goes to what a host says next here, or to the kiosk itself."""
        next_act = self._next_act()
        (next_act if next_act is not None else self).setFocus()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter says what is to be said next."""
        next_act = self._next_act()
        if event is not None and next_act is not None and event.key() in ENTER:
            next_act.click()
        else:
            super().keyPressEvent(event)

    def _next_act(self) -> QPushButton | None:
        acts = (self.coming, self.here, self.done)
        return next((act for act in acts if not act.isHidden()), None)


class HostView(QWidget):
    """All kiosks of the host; kiosks that call for help come first.

    Attributes:
        tools: settings, theme, help.

    Signals:
        answered(str, HelpState): the kiosk, and what the host says.
    """

    answered = pyqtSignal(str, HelpState)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("site")
        self.messages = MessageBar()
        self.cards: dict[str, KioskCard] = {}
        self._title = label(role="large", name="site_title")
        self._words = label(role="soft", name="site_words", wrap=True)
        self._line = ConnectionChip("site_connection")
        self.tools = RoleTools(self, "site")
        self._empty = EmptyState(
            "site",
            _("No kiosk yet"),
            advice=_("The kiosks of your sites appear here as soon as the network answers."),
        )
        body = QWidget()
        self._list = QVBoxLayout(body)
        self._list.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._list.setSpacing(SPACE[2])
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.addWidget(self._empty)
        self.expected = ExpectedList()
        self._list.addWidget(self.expected)
        kiosks = QWidget()
        column(kiosks, self._words, scroll_area(body), space=SPACE[2])
        self._gate, pad = ConnectionGate(kiosks), SPACE[3]
        column(
            self,
            row(None, self._title, 0, self._line, *self.tools.buttons),
            self.messages,
            self._gate,
            space=SPACE[2],
            margins=(pad, pad, pad, pad),
        ).setStretch(2, 1)
        self.show_kiosks("", [])

    def show_not_connected(self, words: str) -> None:
        """Why the hub has never answered yet; nothing happens once it has."""
        self._gate.wait(words)

    def show_connection(self, connected: bool) -> None:
        """Show whether the bus answers."""
        self._line.show_connection(connected)
        if connected:
            return
        for card in self.cards.values():
            card.show_lost()
        if self._gate.is_open:
            self._words.setText(
                _("Connection lost. Your kiosks are shown as soon as the network answers.")
            )

    def show_answer(self, name: str, kiosks: list[KioskFacts]) -> None:
        """The hub has answered: the kiosks as they are now."""
        first = self._gate.open()
        self.show_kiosks(name, kiosks)
        cards = self.shown()
        calling = bool(cards) and cards[0].facts.help is HelpState.WANTED
        # who has begun something else goes on with that
        if cards and (first or (calling and isinstance(self.focusWidget(), KioskCard))):
            cards[0].take_keyboard()

    def show_kiosks(self, name: str, kiosks: list[KioskFacts]) -> None:
        """The kiosks as they are now; the focus stays where it is."""
        self._title.setText(
            _("Hello {name}").format(name=name) if name else _("The kiosks of your site")
        )
        calling = sum(1 for kiosk in kiosks if kiosk.help is HelpState.WANTED)
        self._words.setText(
            _("You are needed at a kiosk.")
            if calling
            else _("When a caller or an adviser calls the host, this window rings.")
        )
        self._empty.setVisible(not kiosks)
        for gone in [
            kiosk_id for kiosk_id in self.cards if kiosk_id not in [kiosk.id for kiosk in kiosks]
        ]:
            card = self.cards.pop(gone)
            self._list.removeWidget(card)
            card.deleteLater()
        for facts in kiosks:
            if facts.id in self.cards:
                self.cards[facts.id].show_facts(facts)
            else:
                card = self.cards[facts.id] = KioskCard(facts, self.answered.emit)
                self._list.insertWidget(self._list.indexOf(self.expected), card)
                card.show()  # it may get the keyboard at once
        self._put_first([kiosk.id for kiosk in kiosks if kiosk.help is HelpState.WANTED])

    def shown(self) -> list[KioskCard]:
        """The cards from top to bottom."""
        items = [self._list.itemAt(place) for place in range(self._list.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [card for card in widgets if isinstance(card, KioskCard)]

    def _put_first(self, calling: list[str]) -> None:
        """Puts kiosks that call for help on top; the others keep their order."""
        order = calling + [name for name in self.cards if name not in calling]
        if self.shown() == [self.cards[name] for name in order]:
            return
        for name in order:
            self._list.removeWidget(self.cards[name])
            self._list.insertWidget(self._list.indexOf(self.expected), self.cards[name])
