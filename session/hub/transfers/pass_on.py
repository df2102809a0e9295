# SPDX-License-Identifier: GPL-3.0-only
"""Passing a caller on: to a colleague, a queue, or the colleague who was called in.
Rules used by the hub.

The ticket keeps its number and arrival and waits at the head;
what the next agent should know lies beside the ticket.
"""

from __future__ import annotations

import logging

import msgspec

from session.core.errors import AgentBusy, ColleagueBusy, NotAllowed, QueueClosed, TicketUnknown
from session.hub.access.handlers import Asker, handles
from session.hub.queue.agent_states import AgentStates
from session.hub.queue.core import QueueCore
from session.hub.queue.moved_tickets import MovedTickets
from session.hub.queue.notifications import notify_both, notify_kiosk
from session.hub.queue.place_notifications import wait_fields
from session.hub.queue.sessions import HEAD, Sessions
from session.hub.queue.ticket_changes import Decide, new_session_id
from session.hub.queue.wait_estimates import WaitEstimates
from session.hub.transfers.moves import PASSED_ON, Moves
from session.protocol.hub.board import AgentState
from session.protocol.hub.requests import Done, TicketChanged
from session.protocol.hub.talk_state import Passed, PassReason, Third, ThirdState
from session.protocol.hub.third_parties import (
    HandOverRequest,
    PassedOnAnswer,
    PassedOnRequest,
    PassingAnswer,
    PassingRequest,
    PassOnRequest,
    TargetAgent,
    TargetsAnswer,
    TargetService,
    TargetsRequest,
)
from session.protocol.hub.tickets import KEPT, Ticket, TicketState
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)


class PassOn:
    """The way of a caller from one agent to the next."""

    def __init__(
        self,
        core: QueueCore,
        *,
        sessions: Sessions,
        agents: AgentStates,
        moves: Moves,
        moved: MovedTickets,
        waits: WaitEstimates,
    ) -> None:
        self._changes = core.changes
        self._callers = core.callers
        self._catalogue = core.catalogue
        self._closures = core.closures
        self._presence = core.presence
        self._notifications = core.notifications
        self._clock = core.clock
        self._sessions = sessions
        self._agents = agents
        self._moves = moves
        self._moved = moved
        self._waits = waits

    @handles(TargetsRequest)
    async def targets(self, asker: Asker, request: TargetsRequest) -> TargetsAnswer:
        """Colleagues who are there, queues, and other organisations' that both allow.
        Raises `TicketUnknown`.
        """
        ticket, _record = await self._sessions.owned(
            asker.organisation, asker.user, request.session_id
        )
        colleagues = [
            TargetAgent(id=agent.id, name=agent.name, state=agent.state)
            for agent in self._agents.all_facts(asker.organisation)
            if agent.id != asker.user and agent.state is not AgentState.OFFLINE
        ]
        waiting = [ticket.service for ticket in self._changes.view.waiting(asker.organisation)]
        services = []
        for service in self._catalogue.services(asker.organisation):
            wait = self._waits.of_newcomer(asker.organisation, service.id)
            least_s, most_s = wait_fields(wait)
            services.append(
                TargetService(
                    id=service.id,
                    name=service.name,
                    waiting=waiting.count(service.id),
                    closed=self._closures.is_queue_closed(asker.organisation, service.id),
                    wait_s=least_s,
                    wait_most_s=most_s,
                )
            )
        elsewhere = [
            target
            for target in self._moves.targets(asker.organisation, ticket.service)
            if not target.closed
        ]
        return TargetsAnswer(agents=colleagues, services=services, elsewhere=elsewhere)

    @handles(PassOnRequest)
    async def pass_on(self, asker: Asker, request: PassOnRequest) -> Done:
        """The caller waits again, at the head, for one agent or for a queue.

        Raises:
            ColleagueBusy: that agent is not there.
                QueueClosed, ServiceUnknown, NotAllowed, TicketUnknown.
        """
        if not request.agent and not request.service:
            raise NotAllowed(why="to nobody")
        if "/" in request.service:
            await self._moves.pass_on(
                asker.organisation,
                asker.user,
                request.session_id,
                target=request.service,
                reason=request.reason.value,
            )
            return Done()
        self._check_target(asker, request)

        def decide(ticket: Ticket) -> Ticket | None:
            if _is_passed(ticket, asker.user, request.session_id):
                return None
            _check_own(ticket, asker.user, request.session_id)
            return self._waiting_again(ticket, asker, request)

        await self._pass(
            asker.organisation,
            asker.user,
            request.session_id,
            decide=decide,
            note=request.note,
            pieces_missing=request.pieces_missing,
        )
        return Done()

    def _check_target(self, asker: Asker, request: PassOnRequest) -> None:
        """Raise why that colleague or queue cannot take a caller now."""
        if request.agent:
            self._catalogue.agent(asker.organisation, request.agent)
            if request.agent == asker.user or not self._presence.is_there(
                asker.organisation, Role.AGENT, request.agent
            ):
                raise ColleagueBusy
        if request.service:
            self._catalogue.service(asker.organisation, request.service)
            if self._closures.is_queue_closed(asker.organisation, request.service):
                raise QueueClosed(service=request.service)

    def _waiting_again(self, ticket: Ticket, asker: Asker, request: PassOnRequest) -> Ticket:
        """Return the ticket at the head of the queue, kept for the colleague, if one is named."""
        service = request.service or ticket.service
        return msgspec.structs.replace(
            ticket,
            state=TicketState.WAITING,
            service=service,
            skills=self._catalogue.skills_for(ticket.organisation, service, ticket.needs),
            priority=max(HEAD, ticket.priority),
            agent=None,
            session=None,
            accepted_at_utc=None,
            assigned_to=request.agent or None,
            assigned_at_utc=self._clock.utc_now() if request.agent else None,
            declined_by=(),
            talk=None,
            passed=self._passed(asker.user, request.session_id, request.reason, request.agent),
            changed_by=f"{Role.AGENT}.{asker.user}",
            reason=PASSED_ON,
        )

    @handles(HandOverRequest)
    async def hand_over(self, asker: Asker, request: HandOverRequest) -> Done:
        """The colleague who was called in has the caller from now on, in a conversation of its own.

        Raises:
            ColleagueBusy: nobody is there to take over, or not any more. TicketUnknown.
        """

        def decide(ticket: Ticket) -> Ticket | None:
            if _is_passed(ticket, asker.user, request.session_id):
                return None
            _check_own(ticket, asker.user, request.session_id)
            third = _colleague(ticket)
            if third is None:
                raise ColleagueBusy
            return msgspec.structs.replace(
                ticket,
                agent=third.user,
                session=new_session_id(ticket.id),
                accepted_at_utc=self._clock.utc_now(),
                talk=None,
                passed=self._passed(asker.user, request.session_id, request.reason, third.user),
                changed_by=f"{Role.AGENT}.{asker.user}",
                reason=PASSED_ON,
            )

        try:
            after = await self._pass(
                asker.organisation,
                asker.user,
                request.session_id,
                decide=decide,
                note=request.note,
                pieces_missing=request.pieces_missing,
            )
        except AgentBusy:  # the colleague has taken somebody else meanwhile
            raise ColleagueBusy from None
        if after.agent is not None and after.state is TicketState.IN_SESSION:
            # opens its log, tells the kiosk
            await self._sessions.take_ticket(asker.organisation, after.agent, after.id)
        return Done()

    async def _pass(
        self,
        organisation: str,
        agent: str,
        session_id: str,
        *,
        decide: Decide,
        note: str,
        pieces_missing: int,
    ) -> Ticket:
        before, _ = await self._sessions.owned(organisation, agent, session_id)
        # before the ticket's change, so that nobody accepts without it
        await self._callers.change(
            organisation,
            before.id,
            lambda record: msgspec.structs.replace(
                record, note=note.strip(), pieces_missing=pieces_missing
            ),
        )
        stored, changed = await self._changes.change(organisation, before.id, decide)
        if changed:
            ended = msgspec.structs.replace(before, agent=agent)
            await notify_both(self._notifications, ended, session_id, by="agent", reason=PASSED_ON)
            position = self._changes.view.position(stored.ticket)
            await notify_kiosk(
                self._notifications,
                stored.ticket,
                TicketChanged(ticket=stored.ticket, position=position),
            )
        return stored.ticket

    def _passed(self, agent: str, session_id: str, reason: PassReason, to_agent: str) -> Passed:
        return Passed(
            by=agent,
            session=session_id,
            at_utc=self._clock.utc_now(),
            reason=reason,
            agent=to_agent,
        )

    @handles(PassedOnRequest)
    async def passed_on(self, asker: Asker, request: PassedOnRequest) -> PassedOnAnswer:
        """Return what the agent before wanted the next one to know. Raises `TicketUnknown`."""
        ticket, record = await self._sessions.owned(
            asker.organisation, asker.user, request.session_id
        )
        if ticket.passed is None or ticket.passed.session == request.session_id:
            return PassedOnAnswer()
        return PassedOnAnswer(
            by_name=self._catalogue.person_name(asker.organisation, ticket.passed.by),
            reason=ticket.passed.reason,
            note=record.note,
            pieces_missing=record.pieces_missing,
        )

    @handles(PassingRequest)
    async def passing(self, asker: Asker, request: PassingRequest) -> PassingAnswer:
        """Return for whom a kiosk's caller waits, with names. Raises `TicketUnknown`."""
        ticket = (
            await self._moved.at_kiosk(asker.organisation, asker.user, request.ticket_id)
        ).ticket
        if ticket.passed is None:
            return PassingAnswer()
        if ticket.passed.lapsed:
            agent = ""
        else:
            agent = ticket.passed.agent
        if agent:
            name = self._catalogue.person_name(ticket.organisation, agent)
        else:
            name = ""
        service = self._catalogue.service(ticket.organisation, ticket.service).name
        return PassingAnswer(agent_name=name, service_name=service)

    async def check(self, ticket: Ticket) -> None:
        """A colleague who did not take the caller in time: anybody may, and the kiosk says so."""
        if not self._is_lapsed(ticket):
            return

        def decide(now: Ticket) -> Ticket | None:
            if not self._is_lapsed(now) or now.passed is None:
                return None
            passed = msgspec.structs.replace(now.passed, lapsed=True)
            return msgspec.structs.replace(
                now,
                passed=passed,
                assigned_to=None,
                assigned_at_utc=None,
                changed_by="hub",
                reason="not_taken",
            )

        stored, changed = await self._changes.change(ticket.organisation, ticket.id, decide)
        if changed:
            position = self._changes.view.position(stored.ticket)
            await notify_kiosk(
                self._notifications,
                stored.ticket,
                TicketChanged(ticket=stored.ticket, position=position),
            )

    def _is_lapsed(self, ticket: Ticket) -> bool:
        passed = ticket.passed
        if (
            ticket.state is not TicketState.WAITING
            or passed is None
            or not passed.agent
            or passed.lapsed
        ):
            return False
        return self._clock.utc_now() - passed.at_utc >= KEPT


def _is_passed(ticket: Ticket, agent: str, session_id: str) -> bool:
    """True when this was done already and is asked again."""
    return ticket.passed is not None and (ticket.passed.by, ticket.passed.session) == (
        agent,
        session_id,
    )


def _check_own(ticket: Ticket, agent: str, session_id: str) -> None:
    if (
        ticket.session != session_id
        or ticket.agent != agent
        or ticket.state is not TicketState.IN_SESSION
    ):
        raise TicketUnknown


def _colleague(ticket: Ticket) -> Third | None:
    """The agent who was called in and has come."""
    if ticket.talk is not None:
        third = ticket.talk.third
    else:
        third = None
    if third is None or third.role is not Role.AGENT or third.state is ThirdState.CALLED:
        return None
    return third
