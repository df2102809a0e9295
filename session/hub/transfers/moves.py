# SPDX-License-Identifier: GPL-3.0-only
"""A caller goes to another organisation: the one ticket ends there, a new one waits here.
Rules used by the hub.

Two writes, in this order: the old ticket ends with `moved_to`, then the new one is made from what
the old one says, under an id that follows from it. A hub that dies in between loses nobody: the
same request, the kiosk's next question or any hub's timer makes the new ticket, once, because its
id is the same for all. At no moment may two organisations accept.
"""

from __future__ import annotations

import logging

import msgspec

from session.core.errors import NotAllowed, TicketTaken, TicketUnknown
from session.hub.access.handlers import Asker, handles
from session.hub.queue.calls import Calls
from session.hub.queue.core import QueueCore
from session.hub.queue.moved_tickets import MovedTickets, Partners
from session.hub.queue.notifications import notify_both
from session.hub.queue.place_notifications import wait_fields
from session.hub.queue.ticket_changes import change_each
from session.hub.queue.view import WAITING
from session.hub.queue.wait_estimates import WaitEstimates
from session.protocol.hub.board import TicketResult, TicketsActed, TicketSeen
from session.protocol.hub.network import (
    MoveRequest,
    MoveTarget,
    MoveTargets,
    MoveTargetsRequest,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import split_service
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

MOVED = "moved"
OVERFLOW = "overflow"
"""Reason of a move by the convention's own rule."""

PASSED_ON = "passed_on"
"""Reason of a conversation that ended because its caller was passed on: the kiosk waits again."""


MOST_WAITS = 50
"""Of more targets no wait is estimated: each organisation's line is played for it."""


class Moves:
    """Moves callers from one organisation to another."""

    def __init__(
        self,
        core: QueueCore,
        *,
        calls: Calls,
        moved: MovedTickets,
        partners: Partners,
        waits: WaitEstimates,
    ) -> None:
        self._changes = core.changes
        self._catalogue = core.catalogue
        self._closures = core.closures
        self._notifications = core.notifications
        self._clock = core.clock
        self._calls = calls
        self._moved = moved
        self._partners = partners
        self._waits = waits

    # ---- where to

    @handles(MoveTargetsRequest)
    async def move_targets(self, asker: Asker, request: MoveTargetsRequest) -> MoveTargets:
        """Return where a supervisor may move callers of a service. Raises `ServiceUnknown`."""
        return MoveTargets(targets=self.targets(asker.organisation, request.service))

    def targets(self, organisation: str, service: str) -> list[MoveTarget]:
        """Services of other organisations that callers of this one may be moved to.
        Raises `ServiceUnknown`.
        """
        targets = []
        allowed = self._catalogue.transfer_targets(organisation, service)
        for owner, name in allowed:
            entry = self._catalogue.service(owner, name)
            is_known = len(allowed) <= MOST_WAITS and not self._catalogue.network_of(owner)
            wait = self._waits.of_newcomer(owner, name) if is_known else None
            least_s, most_s = wait_fields(wait)
            targets.append(
                MoveTarget(
                    ref=f"{owner}/{name}",
                    organisation_name=self._catalogue.organisation(owner).name,
                    service_name=entry.name,
                    closed=self._closures.is_queue_closed(owner, name),
                    wait_s=least_s,
                    wait_most_s=most_s,
                )
            )
        return targets

    def _check(self, ticket: Ticket, target: str) -> None:
        """Raises `NotAllowed`, `QueueClosed`, `ServiceClosed`."""
        destination = organisation, _service = split_service(target, ticket.organisation)
        if destination not in self._catalogue.transfer_targets(ticket.organisation, ticket.service):
            raise NotAllowed(why="transfer")
        # nobody could notify a caller who left with a printed number or waits for a phone call
        if ticket.away:
            raise NotAllowed(why="the caller is away")
        if not self._catalogue.network_of(organisation):  # a partner's hub was asked before
            self._calls.check_open(*destination, ticket.kiosk_home, ticket.kiosk)

    # ---- moving

    @handles(MoveRequest)
    async def move(self, asker: Asker, request: MoveRequest) -> TicketsActed:
        """A supervisor sends waiting callers to another organisation; again is the same move.
        Raises `StoreUnreachable`, `HubUnreachable`.
        """

        async def move(seen: TicketSeen) -> TicketResult:
            return await self._move(asker, seen, request)

        return await change_each(request.tickets, move)

    async def _move(self, asker: Asker, seen: TicketSeen, request: MoveRequest) -> TicketResult:
        """Move one caller.

        Raises:
            TicketTaken: the ticket is not what the supervisor saw.
            NotAllowed: the conventions do not allow it.
                QueueClosed, ServiceClosed, TicketUnknown, StoreUnreachable.
        """
        by = f"{Role.SUPERVISOR}.{asker.user}"

        def decide(now: Ticket) -> Ticket | None:
            if (now.moved_to, now.changed_by, now.reason) == (request.target, by, request.reason):
                return None  # the first answer was lost and the act is asked again
            if now.state not in WAITING or TicketSeen.of(now) != seen:
                raise TicketTaken
            self._check(now, request.target)
            ended = self._ended(
                now, TicketState.CLOSED, target=request.target, by=by, reason=request.reason
            )
            return msgspec.structs.replace(ended, act=request.act_id, undoes=None)

        before = await self._changes.read(asker.organisation, seen.ticket_id)
        await self._ask_partner(before.ticket, request.target)
        stored, _ = await self._changes.change(asker.organisation, seen.ticket_id, decide)
        arrived = await self._moved.arrive(stored.ticket)
        return TicketResult(ticket_id=seen.ticket_id, number=arrived.ticket.number)

    async def pass_on(
        self, organisation: str, agent: str, session_id: str, *, target: str, reason: str
    ) -> Ticket:
        """An agent passes its caller on to another organisation and goes to the wrap-up;
        the new ticket.

        Raises:
            TicketUnknown: not this agent's running session. Others as `move`.
        """
        by = f"{Role.AGENT}.{agent}"

        def decide(now: Ticket) -> Ticket | None:
            if (now.session, now.agent, now.moved_to) == (session_id, agent, target):
                return None
            if (
                now.session != session_id
                or now.agent != agent
                or now.state is not TicketState.IN_SESSION
            ):
                raise TicketUnknown
            self._check(now, target)
            return self._ended(now, TicketState.WRAP_UP, target=target, by=by, reason=reason)

        before = await self._changes.by_session(organisation, session_id)
        await self._ask_partner(before.ticket, target)
        stored, changed = await self._changes.change(organisation, before.ticket.id, decide)
        arrived = await self._moved.arrive(stored.ticket)
        if changed:
            await notify_both(
                self._notifications, stored.ticket, session_id, by="agent", reason=PASSED_ON
            )
        return arrived.ticket

    async def overflow(self, ticket: Ticket, target: str) -> None:
        """A rule of the convention sends a waiting caller on;
        nothing happens when the ticket is another one meanwhile.

        Raises:
            StoreUnreachable: the ticket that is missing then is made by `MovedTickets.complete`.
        """

        def decide(now: Ticket) -> Ticket | None:
            if (
                now.state is not TicketState.WAITING
                or now.service != ticket.service
                or now.moved_to
                or now.away
            ):
                return None
            return self._ended(now, TicketState.CLOSED, target=target, by="hub", reason=OVERFLOW)

        stored, changed = await self._changes.change(ticket.organisation, ticket.id, decide)
        if changed:
            await self._moved.arrive(stored.ticket)

    async def _ask_partner(self, ticket: Ticket, target: str) -> None:
        """Nothing is written for a partner who does not answer, or who does not take this
        caller.
        """
        organisation, service = split_service(target, ticket.organisation)
        if not self._catalogue.network_of(organisation) or ticket.moved_to == target:
            return
        if (organisation, service) not in self._catalogue.transfer_targets(
            ticket.organisation, ticket.service
        ):
            raise NotAllowed(why="transfer")
        await self._partners.check(ticket, organisation, service)

    def _ended(
        self, ticket: Ticket, state: TicketState, *, target: str, by: str, reason: str
    ) -> Ticket:
        now_utc = self._clock.utc_now()
        return msgspec.structs.replace(
            ticket, state=state, ended_at_utc=now_utc, moved_to=target, changed_by=by, reason=reason
        )
