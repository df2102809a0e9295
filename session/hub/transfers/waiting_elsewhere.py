# SPDX-License-Identifier: GPL-3.0-only
"""Callers who wait elsewhere and keep their place:
they come back when called, or are called by telephone.

The rules behind the kiosk's requests and the hub's timer; used by `session.hub.composition`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import msgspec

from session.core.errors import NotAllowed, TicketTaken, TicketUnknown
from session.hub.access.handlers import Asker, handles
from session.hub.convention.caller_numbers import checked_phone
from session.hub.parts import COME_S
from session.hub.queue.calls import Calls
from session.hub.queue.core import QueueCore
from session.hub.queue.moved_tickets import MovedTickets
from session.hub.queue.ticket_changes import ENDED
from session.hub.queue.view import WAITING
from session.hub.queue.wait_estimates import WaitEstimates
from session.protocol.hub.requests import TicketAnswer
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.hub.waiting import (
    MOST_AWAY,
    AwayAnswer,
    AwayRequest,
    AwayTicket,
    ComeBackRequest,
    StepAwayRequest,
)
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

NEAR_S = 180
"""A caller is called back to the kiosk when it may be the turn within so many seconds."""

AT_KIOSK = frozenset({TicketState.WAITING, TicketState.OFFERED, TicketState.IN_SESSION})

Place = tuple[str, str]


class WaitingElsewhere:
    """Leaving the kiosk, being called, coming back.

    Args:
        come_s: see `COME_S`.
    """

    def __init__(
        self,
        core: QueueCore,
        *,
        calls: Calls,
        moved: MovedTickets,
        waits: WaitEstimates,
        come_s: float = COME_S,
    ) -> None:
        self._changes = core.changes
        self._callers = core.callers
        self._catalogue = core.catalogue
        self._clock = core.clock
        self._tasks = core.tasks
        self._calls = calls
        self._moved = moved
        self._waits = waits
        self._come_s = come_s
        self._turn_since_s: dict[str, float] = {}

    # ---- the kiosk's requests

    @handles(StepAwayRequest)
    async def step_away(self, asker: Asker, request: StepAwayRequest) -> TicketAnswer:
        """The caller leaves and keeps the place.

        Raises:
            TicketUnknown: not this kiosk's ticket, or over.
            TicketTaken: an agent has it already.
            NotAllowed: the service does not offer this.
                CallerNumberInvalid: not a telephone number.
        """
        waiting_ticket = (
            await self._moved.at_kiosk(asker.organisation, asker.user, request.ticket_id)
        ).ticket
        if (
            request.how
            not in self._catalogue.service(waiting_ticket.organisation, waiting_ticket.service).away
        ):
            raise NotAllowed(why="away")
        if request.how == "phone":
            phone = checked_phone(request.phone)
        else:
            phone = ""

        def decide(ticket: Ticket) -> Ticket | None:
            _check_waits(ticket)
            if ticket.away == request.how:
                return None
            return msgspec.structs.replace(
                ticket,
                away=request.how,
                called_at_utc=None,
                changed_by=f"{Role.KIOSK}.{asker.user}",
                reason="away",
            )

        if phone:  # before the ticket, so that whoever takes it always has the number
            await self._announce(waiting_ticket)
            await self._callers.change(
                waiting_ticket.organisation,
                waiting_ticket.id,
                lambda record: msgspec.structs.replace(record, phone=phone),
            )
        stored, _ = await self._changes.change(
            waiting_ticket.organisation, waiting_ticket.id, decide
        )
        return await self._calls.answer(stored)

    async def _announce(self, waiting_ticket: Ticket) -> None:
        """Mark that from now on the ticket is not as its kiosk has made it:
        whoever ends it looks for a telephone number too.
        """

        def decide(ticket: Ticket) -> Ticket | None:
            _check_waits(ticket)
            if ticket.reason:
                return None
            return msgspec.structs.replace(
                ticket, changed_by=f"{Role.KIOSK}.{ticket.kiosk}", reason="asked_away"
            )

        await self._changes.change(waiting_ticket.organisation, waiting_ticket.id, decide)

    @handles(AwayRequest)
    async def away(self, asker: Asker, _request: AwayRequest) -> AwayAnswer:
        """Return whose callers may come back to this kiosk."""
        tickets = sorted(
            self._coming(asker.organisation, asker.user),
            key=lambda ticket: (ticket.called_at_utc is None, ticket.number),
        )
        return AwayAnswer(
            tickets=[
                AwayTicket(
                    number=ticket.number,
                    service_name=self._catalogue.service(ticket.organisation, ticket.service).name,
                    called=ticket.called_at_utc is not None,
                )
                for ticket in tickets[:MOST_AWAY]
            ]
        )

    def _coming(self, home: str, kiosk: str) -> Iterator[Ticket]:
        """Tickets of the kiosk's site whose callers said that they come back."""
        site = self._catalogue.site_of(home, kiosk).id
        kiosks = {entry.id for entry in self._catalogue.kiosks_of(home, site)}
        for stored in self._changes.view.all_open():
            ticket = stored.ticket
            comes_back = ticket.away == "back" and ticket.state in WAITING
            if comes_back and ticket.kiosk_home == home and ticket.kiosk in kiosks:
                yield ticket

    @handles(ComeBackRequest)
    async def come_back(self, asker: Asker, request: ComeBackRequest) -> TicketAnswer:
        """The caller is there again: the ticket is this kiosk's, at its old place.
        Raises `TicketUnknown`.
        """
        mine = [
            t
            for t in self._changes.view.at_kiosk(kiosk=asker.user, home=asker.organisation)
            if t.number == request.number and not t.away
        ]
        tickets = mine or [
            ticket
            for ticket in self._coming(asker.organisation, asker.user)
            if ticket.number == request.number
        ]
        if not tickets:
            raise TicketUnknown

        def decide(ticket: Ticket) -> Ticket | None:
            if ticket.state not in WAITING:
                raise TicketUnknown
            if not ticket.away:
                return None  # the first answer was lost
            by = f"{Role.KIOSK}.{asker.user}"
            return msgspec.structs.replace(
                ticket,
                away="",
                called_at_utc=None,
                kiosk=asker.user,
                changed_by=by,
                reason="came_back",
            )

        stored, _ = await self._changes.change(tickets[0].organisation, tickets[0].id, decide)
        if not stored.ticket.is_at(asker.organisation, asker.user):
            raise TicketUnknown  # another kiosk was faster
        await self._calls.abandon_older(stored.ticket)
        return await self._calls.answer(stored)

    # ---- the hub's timer

    async def tick(self, organisation: str) -> None:
        """Calls those whose turn is near, and gives up those who do not come."""
        somebody_here = False
        away: list[tuple[int, bool, Ticket]] = []
        for position, ticket in enumerate(self._changes.view.waiting(organisation), start=1):
            if ticket.away == "back":
                away.append((position, not somebody_here, ticket))
            else:
                somebody_here = somebody_here or not ticket.away
        await self._tasks.for_each(away, self._check, name="callers who wait elsewhere")
        away_ids = {ticket.id for _position, _turn, ticket in away}
        self._turn_since_s = {
            ticket: since
            for ticket, since in self._turn_since_s.items()
            if ticket in away_ids or self._changes.view.get(organisation, ticket) is None
        }

    async def _check(self, place: tuple[int, bool, Ticket]) -> None:
        position, its_turn, ticket = place
        if ticket.called_at_utc is None:
            wait = self._waits.of(ticket)
            if wait is not None and (position == 1 or wait.least_s <= NEAR_S):
                await self._call(ticket)
        elif self._is_missed(ticket, its_turn=its_turn):
            log.info("a called caller did not come back: ticket %s", ticket.id)
            await self._calls.abandon(ticket, "not_back")

    async def _call(self, ticket: Ticket) -> None:
        now = self._clock.utc_now()

        def decide(current: Ticket) -> Ticket | None:
            if (
                current.state is not TicketState.WAITING
                or current.away != "back"
                or current.called_at_utc
            ):
                return None
            return msgspec.structs.replace(
                current, called_at_utc=now, changed_by="hub", reason="called"
            )

        await self._changes.change(ticket.organisation, ticket.id, decide)

    def _is_missed(self, ticket: Ticket, *, its_turn: bool) -> bool:
        """The time to come runs only while it is the caller's turn and the kiosk is free."""
        occupied = any(
            other.state in AT_KIOSK and not other.away
            for other in self._changes.view.at_kiosk(home=ticket.kiosk_home, kiosk=ticket.kiosk)
        )
        now_s = self._clock.monotonic_s()
        if occupied or not its_turn:
            self._turn_since_s.pop(ticket.id, None)
            return False
        return now_s - self._turn_since_s.setdefault(ticket.id, now_s) > self._come_s


def _check_waits(ticket: Ticket) -> None:
    """Raises `TicketUnknown` when it is over, `TicketTaken` when an agent has it."""
    if ticket.state in ENDED:
        raise TicketUnknown
    if ticket.state is not TicketState.WAITING:
        raise TicketTaken
