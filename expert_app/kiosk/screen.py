# SPDX-License-Identifier: GPL-3.0-only
"""The screen as the kiosk's job needs it, without Qt; `KioskVisit` of
`expert_app.kiosk.wiring.visit` is one. Used by the job's modules, each of which sees only its part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from session.kiosk.appointment_acts import AppointmentQuestion, Asked, Telling
from session.protocol.conversation.messages import KioskWiped
from session.protocol.hub.requests import ServicesAnswer, SessionFacts, TicketAnswer, TicketChanged
from session.protocol.hub.third_parties import PassingAnswer
from session.protocol.hub.waiting import AwayTicket


class ElsewhereScreen(Protocol):
    """The part of the screen for callers who do not stay; used by `KioskElsewhere`."""

    def number_refused(self) -> None: ...  # noqa: D102
    def number_again(self) -> None: ...  # noqa: D102
    def show_start(self) -> None: ...  # noqa: D102
    def show_place(self) -> None: ...  # noqa: D102
    def show_kept(self, answer: TicketAnswer | TicketChanged, *, prints: bool) -> None: ...  # noqa: D102
    def show_callback(self, due: str) -> None: ...  # noqa: D102
    def show_returns(self, tickets: Sequence[AwayTicket] | None) -> None: ...  # noqa: D102
    def show_trouble(self, code: str) -> None: ...  # noqa: D102
    def clear_trouble(self) -> None: ...  # noqa: D102


class AppointmentScreen(Protocol):
    """The part of the screen for appointments; used by `KioskAppointments`."""

    def show_bookable(self, services: frozenset[str]) -> None: ...  # noqa: D102
    def ask_words(self, asked: Asked, kind: str) -> None: ...  # noqa: D102
    def offer(self, choice: AppointmentQuestion) -> None: ...  # noqa: D102
    def tell(self, telling: Telling) -> None: ...  # noqa: D102
    def leave_appointment(self) -> None: ...  # noqa: D102
    def show_trouble(self, code: str) -> None: ...  # noqa: D102
    def clear_trouble(self) -> None: ...  # noqa: D102


class KioskScreen(ElsewhereScreen, AppointmentScreen, Protocol):
    """All that the kiosk's window can show; used by `KioskApp`."""

    def forget_caller(self) -> None: ...  # noqa: D102
    def show_services(self, answer: ServicesAnswer) -> None: ...  # noqa: D102
    def ask_number(self, kind: str) -> None: ...  # noqa: D102
    def show_calling(self) -> None: ...  # noqa: D102
    def show_ticket(self, answer: TicketAnswer | TicketChanged) -> None: ...  # noqa: D102
    def show_session(self, facts: SessionFacts) -> None: ...  # noqa: D102
    def show_passing(self, answer: PassingAnswer) -> None: ...  # noqa: D102
    def show_goodbye(self, wiped: KioskWiped | None) -> None: ...  # noqa: D102
