# SPDX-License-Identifier: GPL-3.0-only
"""A kiosk that plays a caller's whole visit: the real window and what it announces; agent and hub
answer at once. Keys or switches are the only hands. Used by `tests.accessibility.windows`, over a
real AT-SPI bus, and by `tests/unit/views/kiosk/test_window_whole_visit.py`.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.kiosk.caller_acts import (
    AnswerQuestion,
    CallerAct,
    CallService,
    EnterNumber,
    Touch,
)
from session.kiosk.devices.print_preview import ShownPrint
from session.protocol.conversation.messages import Grant
from session.protocol.endpoints.chat import ChatLine
from tests.support.screens.kiosk_fingers import CallerTouches
from tests.support.screens.kiosk_gallery import (
    WIPED,
    kiosk_visit,
    session_facts,
    ticket_answer,
)
from views.kiosk.widgets.hold_off import HOLD_OFF_S

FILL = (Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE)
PAPERS = (Grant.SCAN, Grant.KEEP)

Step = tuple[str, str, tuple[str, ...]]

VISIT: tuple[Step, ...] = (
    # what happens, what the caller takes then, and what is heard of it in French, in this order
    ("", "service", ("numéro d’allocataire",)),
    *(("", digit, ()) for digit in "1234567"),
    ("", "send", ("C’est bientôt votre tour",)),
    ("accepted", "", ("Vous parlez avec Claire Vasseur",)),
    ("asks_to_fill", "yes", ("voir la page et la remplir avec vous", "Il voit votre page")),
    ("writes", "", ("Posez votre document",)),
    ("asks_for_papers", "yes", ("numériser votre document et le garder",)),
    ("scanned", "", ("Votre document est numérisé",)),
    ("asks_to_print", "print", ("Récépissé",)),
    ("", "stop", ("Tout est arrêté",)),
    ("ended", "", ("L’entretien est terminé",)),
    ("wiped", "finish", ()),
)
"""A caller types a number, fills in a page and has a paper scanned with an adviser, prints, stops
everything and goes.
"""


class StoryKiosk:
    """The window and what answers it.

    Attributes:
        touches: what the caller asked for, in order.
    """

    def __init__(self, visit: KioskVisit | None = None, clock: ManualClock | None = None) -> None:
        self._clock = clock or ManualClock()
        self._visit = visit or kiosk_visit(self._clock)
        self.window = self._visit.window
        self.touches = CallerTouches(self._visit)
        for part in self.window.parts():
            part.acted.connect(self._on_act)

    def part(self, name: str) -> QWidget:
        """What the caller takes, by the name of a step."""
        page = self.window.session_page
        if name.isdigit():
            return self.window.number_page.pad.digits.keys[name]
        return {
            "service": self.window.start_page.cards[0],
            "send": self.window.number_page.send,
            "yes": page.consent.yes,
            "print": page.printing.yes,
            "stop": page.bar.stop,
            "finish": self.window.goodbye_page.finish,
        }[name]

    # ---- what happens ----

    def accepted(self) -> None:
        """An agent takes the caller."""
        self._visit.show_session(session_facts())

    def asks_to_fill(self) -> None:
        """The agent wants to fill in a page with the caller."""
        self.window.session_page.stage.show_page(True)
        self._ask(FILL)

    def writes(self) -> None:
        """The agent writes."""
        line = ChatLine("w1", "Posez votre document sur la vitre.", mine=False)
        self.window.session_page.chat.show_lines((line,))

    def asks_for_papers(self) -> None:
        """The agent wants to scan."""
        self._ask(PAPERS)

    def scanned(self) -> None:
        """A page was scanned."""
        self.window.session_page.face.notice.show_notice("scanned")

    def asks_to_print(self) -> None:
        """The receipt is shown before it is printed."""
        self.window.session_page.face.notice.show_notice("")
        self.window.session_page.show_print(ShownPrint("p1", "Récépissé", b"", pages=1, copies=1))
        self.window.session_page.stage.finish_slides()
        self._read()

    def ended(self) -> None:
        """The conversation is over."""
        self._visit.show_goodbye(None)

    def wiped(self) -> None:
        """Nothing of the caller is left."""
        self._visit.show_goodbye(WIPED)

    def _ask(self, powers: tuple[Grant, ...]) -> None:
        self.window.session_page.ask(powers)
        self.window.session_page.stage.finish_slides()
        self._read()

    def _read(self) -> None:
        """The caller has read the question: a yes counts."""
        self._clock.advance(HOLD_OFF_S * 2)

    def _on_act(self, act: CallerAct) -> None:
        match act:
            case CallService():
                self._visit.ask_number("allocataire")
            case EnterNumber():
                self._visit.show_ticket(ticket_answer(1, 60))
            case AnswerQuestion(given=given):
                self.window.session_page.show_grants(dict.fromkeys(given, True))
            case Touch.STOP:
                self.window.session_page.show_grants(dict.fromkeys(Grant, False))
