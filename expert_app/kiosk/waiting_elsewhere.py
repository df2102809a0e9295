# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's part for callers who do not stay:
waiting elsewhere, coming back, a call by telephone, the slip. No Qt.

Used by `expert_app.kiosk.app`, which owns the ticket in front of the screen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from expert_app.kiosk.screen import ElsewhereScreen
from session.bus.client import UNDELIVERED
from session.core.clock import Clock
from session.core.errors import CallerNumberInvalid, SessionError, TicketTaken
from session.core.signals import Signal
from session.kiosk.caller_acts import HowAway
from session.kiosk.drivers.printer import Printer
from session.kiosk.hub.client import KioskClient
from session.protocol.hub.requests import ServicesAnswer, TicketAnswer, TicketChanged
from session.protocol.hub.tickets import Ticket
from session.protocol.hub.waiting import AwayRequest
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

SHOWN_S = 6.0
PRINT_S = 20.0


def _slip(ticket: Ticket, offer: ServicesAnswer, at: datetime) -> bytes:
    """In a thread: what prints is loaded with the first slip."""
    from documents.printed.slip import SlipFacts, make_slip

    names = [s.name for s in offer.services if s.id.rpartition("/")[2] == ticket.service]
    return make_slip(
        SlipFacts(
            number=ticket.number,
            organisation=offer.organisation_name,
            service=names[0] if names else "",
            site=offer.site,
            printed_at=at,
        )
    )


class KioskElsewhere:
    """Serves callers who do not stay in front of the screen.

    Args:
        printer: the kiosk's, for slips; None when there is none.
        offer: what the site offers now, for the slip.
        release: called when the caller in front of the screen has gone and the ticket is kept.
        show_ticket: called with the ticket of a caller who came back.

    Attributes:
        stepped_away: the caller of this ticket waits elsewhere.
        returns_shown: so many tickets are shown whose callers may come back.
        slip_printed: (ticket number, the printer's job id).
    """

    def __init__(
        self,
        link: KioskClient,
        screen: ElsewhereScreen,
        *,
        printer: Printer | None,
        offer: Callable[[], ServicesAnswer | None],
        release: Callable[[], None],
        show_ticket: Callable[[TicketAnswer], None],
        clock: Clock,
    ) -> None:
        self.stepped_away: Signal[Ticket] = Signal()
        self.returns_shown: Signal[int] = Signal()
        self.slip_printed: Signal[tuple[str, int]] = Signal()
        self._link = link
        self._screen = screen
        self._printer = printer
        self._offer = offer
        self._release = release
        self._show_ticket = show_ticket
        self._clock = clock
        self._kept: Ticket | None = None
        self._caller = 0

    def forget(self) -> None:
        """Forget the caller who asked and has left the screen: answers that come later are
        shown to nobody.
        """
        self._caller += 1

    async def step_away(self, ticket: str, how: HowAway, phone: str) -> None:
        """The caller goes and keeps the place;
        when that is not possible, the place is shown again.
        """
        if not ticket:
            return
        try:
            answer = await self._link.step_away(ticket, how, phone)
        except CallerNumberInvalid:
            self._screen.number_refused()
        except TicketTaken:
            log.info("an agent was faster than the caller, who wanted to go")
        except SessionError as error:
            self._screen.show_place()
            await self._show_for_a_moment(error.code)
        else:
            self.show_kept(answer)

    def show_kept(self, answer: TicketAnswer | TicketChanged) -> None:
        """The ticket's caller waits elsewhere from now on; the kiosk is free."""
        ticket = answer.ticket
        self._kept = ticket
        self._release()
        self._screen.show_kept(answer, prints=self._printer is not None)
        self.stepped_away.emit(ticket)

    async def ask_callback(self, service: str, phone: str) -> None:
        """A caller of a closed service wants to be called; asked until the hub has it."""
        request_id, caller = new_id(), self._caller
        try:
            due = await self._link.bus.keep_asking(
                lambda: self._link.ask_callback(service, phone, request_id),
                lambda error: self._screen.show_trouble(error.code),
            )
        except CallerNumberInvalid:
            self._screen.clear_trouble()
            self._screen.number_refused()
            return
        except SessionError as error:
            await self._back_to_start(caller, error.code)
            return
        self._screen.clear_trouble()
        if caller == self._caller:
            self._screen.show_callback(due)

    async def show_returns(self) -> None:
        """Show whose callers may come back to this kiosk."""
        caller = self._caller
        try:
            tickets = (await self._link.bus.ask(AwayRequest())).tickets
        except SessionError as error:
            await self._back_to_start(caller, error.code)
            return
        if caller == self._caller:
            self._screen.show_returns(tickets)
            self.returns_shown.emit(len(tickets))

    async def come_back(self, number: str) -> None:
        """The caller of this number is here. The number stays typed while nobody knows whether it
        has arrived.
        """
        caller = self._caller
        try:
            answer = await self._link.come_back(number)
        except UNDELIVERED as error:
            self._screen.number_again()
            await self._show_for_a_moment(error.code)
            return
        except SessionError as error:
            await self._back_to_start(caller, error.code)
            return
        self._show_ticket(answer)

    async def print_slip(self) -> None:
        """Prints the number that was kept last."""
        ticket, printer, offer = self._kept, self._printer, self._offer()
        if ticket is None or printer is None or offer is None:
            return
        try:
            slip = await asyncio.to_thread(_slip, ticket, offer, self._clock.utc_now().astimezone())
            async with asyncio.timeout(PRINT_S):
                job = await printer.submit(slip, ticket.number)
        except TimeoutError:
            await self._show_for_a_moment("printer_gone")
        except SessionError as error:
            await self._show_for_a_moment(error.code)
        else:
            self.slip_printed.emit((ticket.number, job))

    async def _back_to_start(self, caller: int, code: str) -> None:
        """Go back to the start: what was asked for is not possible; says so to the caller who
        asked, and to nobody else.
        """
        if caller == self._caller:
            self._screen.show_start()
            await self._show_for_a_moment(code)

    async def _show_for_a_moment(self, code: str) -> None:
        self._screen.show_trouble(code)
        await asyncio.sleep(SHOWN_S)
        self._screen.clear_trouble()
