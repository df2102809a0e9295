# SPDX-License-Identifier: GPL-3.0-only
"""Conversations: accept, resume, hang up, close, give back.
The rules behind the desk's requests; used by the hub.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from session.bus.request_context import answered_request
from session.core.errors import (
    AgentBusy,
    ServiceUnknown,
    SkillMissing,
    TicketAway,
    TicketKept,
    TicketOffered,
    TicketTaken,
    TicketUnknown,
)
from session.hub.access.handlers import Asker, handles
from session.hub.convention.entries import ServiceEntry
from session.hub.queue.core import QueueCore
from session.hub.queue.eligibility import Eligibility
from session.hub.queue.notifications import notify_both, notify_kiosk
from session.hub.queue.ticket_changes import ENDED, Decide, new_session_id, ticket_of
from session.hub.queue.view import WAITING
from session.hub.storage.interfaces import CallerRecord, StoredTicket
from session.protocol.hub.line_rates import IceRules, LineRates
from session.protocol.hub.requests import (
    AcceptRequest,
    CloseRequest,
    Done,
    HangUpRequest,
    ResumeRequest,
    SessionAnswer,
    SessionFacts,
    SessionOpened,
    SessionsAnswer,
    TicketChanged,
)
from session.protocol.hub.tickets import LIVE, Ticket, TicketState
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

HEAD = 1000
"""Priority of a ticket that an agent lost: before all others."""


class LogOpener(Protocol):
    """The part of the log's keeper that is needed here."""

    async def open(self, organisation: str, session_id: str, ends: Sequence[str]) -> None:
        """Begins a session's log; again is no harm."""
        ...


async def _nobody(_ticket: Ticket, _number: str) -> None:
    """Nobody wants to know whom an agent served."""


def _unmeasured(_home: str, _kiosk: str) -> LineRates | None:
    """Nobody knows the kiosks' lines."""
    return None


def _direct(_session: str) -> IceRules | None:
    """There are no relays."""
    return None


class Sessions:
    """Tickets from the agent's accept to the end.

    Args:
        served: told each closed ticket with its caller's number.
        rates: what the line of a kiosk (home, id) carries.
        relays: how a session's call may find its way.
        kiosk_key: the public key of a kiosk (home, id), "" for one that is not ours;
            by default the convention's.
    """

    def __init__(
        self,
        core: QueueCore,
        *,
        log_opener: LogOpener,
        eligibility: Eligibility | None = None,
        served: Callable[[Ticket, str], Awaitable[None]] = _nobody,
        rates: Callable[[str, str], LineRates | None] = _unmeasured,
        relays: Callable[[str], IceRules | None] = _direct,
        kiosk_key: Callable[[str, str], str] | None = None,
    ) -> None:
        self._changes = core.changes
        self._callers = core.callers
        self._catalogue = core.catalogue
        self._notifications = core.notifications
        self._clock = core.clock
        self._log_opener = log_opener
        self._eligibility = eligibility or Eligibility(core.catalogue)
        self._served = served
        self._rates = rates
        self._relays = relays
        self._kiosk_key = kiosk_key or core.catalogue.kiosk_key

    @handles(AcceptRequest)
    async def accept(self, asker: Asker, request: AcceptRequest) -> SessionAnswer:
        """The agent has chosen a ticket. Raises as `take_ticket`."""
        facts = await self.take_ticket(asker.organisation, asker.user, request.ticket_id)
        return SessionAnswer(session=facts)

    async def take_ticket(self, organisation: str, agent: str, ticket_id: str) -> SessionFacts:
        """An agent takes a ticket; one wins, and the winner may ask again.

        Raises:
            TicketTaken: somebody else has it, or it does not wait any more.
            TicketKept: a supervisor keeps it for another agent, for a minute.
            TicketOffered: another agent is being asked.
            SkillMissing: not this agent's service, or not yet.
            AgentBusy: it has another ticket in hand.
            TicketAway: its caller waits elsewhere and has not come back yet.
            TicketUnknown, StoreUnreachable.
        """

        def decide(ticket: Ticket) -> Ticket | None:
            if ticket.state is TicketState.IN_SESSION and ticket.agent == agent:
                return None
            if ticket.state not in WAITING:
                raise TicketTaken
            if ticket.away == "back":
                raise TicketAway
            self._check_agent(ticket, agent, self._clock.utc_now())
            return msgspec.structs.replace(
                ticket,
                state=TicketState.IN_SESSION,
                agent=agent,
                assigned_to=None,
                assigned_at_utc=None,
                offer_until_utc=None,
                declined_by=(),
                declined_at_utc=None,
                session=new_session_id(ticket.id),
                accepted_at_utc=self._clock.utc_now(),
                talk=None,
                changed_by=f"{Role.AGENT}.{agent}",
                reason="",
            )

        await self._refresh_view(organisation, agent, ticket_id)
        stored, _ = await self._changes.change(organisation, ticket_id, decide)
        ticket = stored.ticket
        trace = answered_request().trace
        log.info("ticket %s is in session %s, trace %s", ticket_id, ticket.session, trace)
        # A repeated request does both again: its first answer may have been lost before they were
        # done.
        await self._log_opener.open(
            organisation, _session_of(ticket), [kiosk_writer(ticket), f"a.{agent}"]
        )
        await notify_kiosk(
            self._notifications, ticket, SessionOpened(session=self.kiosk_facts(ticket))
        )
        return await self._agent_facts(ticket)

    async def _refresh_view(self, organisation: str, agent: str, ticket_id: str) -> None:
        """Brings the view of the agent's tickets up to date: they may have ended a moment ago at
        another hub.
        """
        for ticket in self._changes.view.of_agent(organisation, agent):
            if ticket.state in LIVE and ticket.id != ticket_id:
                stored = await self._changes.store.get(organisation, ticket.id)
                if stored is not None:
                    self._changes.view.apply(stored)

    def _check_agent(self, ticket: Ticket, agent: str, now_utc: datetime) -> None:
        """Raises when this agent may not take the waiting ticket. `_refresh_view` comes before."""
        reserved_agent, offered = ticket.kept_for(now_utc), ticket.offered_to(now_utc)
        if reserved_agent not in (None, agent):
            raise TicketKept
        if offered not in (None, agent):
            raise TicketOffered
        person = self._catalogue.agent(ticket.organisation, agent)
        service = self._service(ticket)
        is_named = agent in (reserved_agent, offered)  # by name, so its skills are not looked at
        if (
            not is_named
            and service is not None
            and not self._eligibility.is_eligible(person, service, ticket, now_utc)
        ):
            raise SkillMissing
        in_hand = self._changes.view.of_agent(ticket.organisation, agent)
        if any(other.state in LIVE and other.id != ticket.id for other in in_hand):
            raise AgentBusy

    @handles(ResumeRequest)
    async def resume(self, asker: Asker, _request: ResumeRequest) -> SessionsAnswer:
        """Sessions that are still this agent's, after its desk was restarted or an accept had no
        answer.

        A view that is behind the store could miss a caller of this agent, and nobody would come to
        that caller.

        Raises:
            StoreUnreachable: what is stored cannot be known now; ask again.
        """
        await self._changes.store.wait_current()
        mine = [
            t
            for t in self._changes.view.of_agent(asker.organisation, asker.user)
            if t.state in LIVE
        ]
        current = [await self._changes.read(asker.organisation, ticket.id) for ticket in mine]
        live = [
            stored.ticket
            for stored in current
            if stored.ticket.agent == asker.user and stored.ticket.state in LIVE
        ]
        live.sort(key=lambda ticket: ticket.arrived_at_utc)
        facts = [await self._agent_facts(ticket) for ticket in live]
        return SessionsAnswer(sessions=facts, states=[ticket.state.value for ticket in live])

    @handles(HangUpRequest)
    async def hang_up(self, asker: Asker, request: HangUpRequest) -> Done:
        """Either end ends the conversation.
        Raises `TicketUnknown` for a session that is not its own.
        """

        def decide(ticket: Ticket) -> Ticket | None:
            _check_end(
                ticket,
                asker.organisation,
                role=asker.role,
                user=asker.user,
                session_id=request.session_id,
            )
            if ticket.state is not TicketState.IN_SESSION:
                return None
            return msgspec.structs.replace(
                ticket,
                state=TicketState.WRAP_UP,
                ended_at_utc=self._clock.utc_now(),
                wrap_up_until_utc=self._wrap_up_until(ticket),
                talk=None,
                changed_by=asker.writer,
                reason=request.reason,
            )

        stored = await self._change_session(
            asker.organisation,
            request.session_id,
            decide,
            asker.user if asker.role is Role.KIOSK else "",
        )
        if stored.ticket.changed_by.startswith(f"{Role.KIOSK}."):
            by = "kiosk"
        else:
            by = "agent"
        await notify_both(
            self._notifications,
            stored.ticket,
            request.session_id,
            by=by,
            reason=stored.ticket.reason,
        )
        return Done()

    def _wrap_up_until(self, ticket: Ticket) -> datetime | None:
        service = self._service(ticket)
        if service is None or not service.wrap_up_s:
            return None
        return self._clock.utc_now() + timedelta(seconds=service.wrap_up_s)

    def _service(self, ticket: Ticket) -> ServiceEntry | None:
        """The ticket's service; None when it was taken out of the catalogue meanwhile."""
        try:
            return self._catalogue.service(ticket.organisation, ticket.service)
        except ServiceUnknown:
            return None

    @handles(CloseRequest)
    async def close(self, asker: Asker, request: CloseRequest) -> Done:
        """The agent has finished. Raises as `close_session`."""
        await self.close_session(
            asker.organisation, asker.user, request.session_id, request.outcome
        )
        return Done()

    async def close_session(
        self, organisation: str, agent: str, session_id: str, outcome: str
    ) -> None:
        """The agent has finished. Raises `TicketUnknown` for a session that is not its own."""
        passed = await self._of_session(organisation, session_id)
        if _passed_on(passed, agent, session_id):
            await self._end_passed(passed, agent, session_id)
            return
        was_live = False

        def decide(ticket: Ticket) -> Ticket | None:
            nonlocal was_live
            _check_end(ticket, organisation, role=Role.AGENT, user=agent, session_id=session_id)
            was_live = ticket.state is TicketState.IN_SESSION
            if ticket.state in LIVE:
                return self._closed(ticket, outcome, f"{Role.AGENT}.{agent}")
            return None

        stored = await self._change_session(organisation, session_id, decide)
        if stored.ticket.caller_number_given:
            record = await self._callers.get(organisation, stored.ticket.id)
            await self._served(stored.ticket, record.number)
        await self._callers.forget(organisation, stored.ticket.id)
        if was_live:
            await notify_both(
                self._notifications, stored.ticket, session_id, by="agent", reason=outcome
            )

    async def _end_passed(self, ticket: Ticket, agent: str, session_id: str) -> None:
        """The caller has been passed on: only this agent's wrap-up ends."""

        def decide(now: Ticket) -> Ticket | None:
            if now.state in ENDED or now.passed is None or not now.passed.wrapping:
                return None
            if not _passed_on(now, agent, session_id):
                return None
            return msgspec.structs.replace(
                now, passed=msgspec.structs.replace(now.passed, wrapping=False)
            )

        await self._changes.change(ticket.organisation, ticket.id, decide)

    async def close_forgotten(self, ticket: Ticket) -> None:
        """Ends a wrap-up that nobody finished."""

        def decide(now: Ticket) -> Ticket | None:
            if now.state is TicketState.WRAP_UP:
                return self._closed(now, "forgotten", "hub")
            return None

        await self._changes.change(ticket.organisation, ticket.id, decide)
        await self._callers.forget(ticket.organisation, ticket.id)

    async def give_back(self, ticket: Ticket) -> None:
        """The desk is gone: the caller goes to the head of the queue."""

        def decide(now: Ticket) -> Ticket | None:
            if now.state is not TicketState.IN_SESSION or now.session != ticket.session:
                return None
            return msgspec.structs.replace(
                now,
                state=TicketState.WAITING,
                priority=HEAD,
                agent=None,
                session=None,
                accepted_at_utc=None,
                talk=None,
                changed_by="hub",
                reason="desk_lost",
            )

        stored, changed = await self._changes.change(ticket.organisation, ticket.id, decide)
        if changed:
            await notify_both(
                self._notifications, ticket, _session_of(ticket), by="hub", reason="desk_lost"
            )
            waiting = TicketChanged(
                ticket=stored.ticket, position=self._changes.view.position(stored.ticket)
            )
            await notify_kiosk(self._notifications, ticket, waiting)

    async def give_up(self, ticket: Ticket) -> None:
        """The kiosk did not come back: the conversation is over, the agent finishes alone."""

        def decide(now: Ticket) -> Ticket | None:
            if now.state is not TicketState.IN_SESSION or now.session != ticket.session:
                return None
            return msgspec.structs.replace(
                now,
                state=TicketState.WRAP_UP,
                ended_at_utc=self._clock.utc_now(),
                talk=None,
                changed_by="hub",
                reason="kiosk_lost",
            )

        stored, changed = await self._changes.change(ticket.organisation, ticket.id, decide)
        if changed:
            await notify_both(
                self._notifications,
                stored.ticket,
                _session_of(ticket),
                by="hub",
                reason="kiosk_lost",
            )

    async def owned(
        self, organisation: str, agent: str, session_id: str
    ) -> tuple[Ticket, CallerRecord]:
        """The ticket and the caller of an agent's own live session, or of one whose caller it has
        passed on: then the ticket is told as that session left it.

        Raises:
            TicketUnknown.
        """
        ticket = await self._of_session(organisation, session_id)
        is_own = ticket.session == session_id and ticket.agent == agent and ticket.state in LIVE
        if not is_own:
            ticket = _as_left(ticket, agent, session_id)
        return ticket, await self._callers.get(organisation, ticket.id)

    def kiosk_facts(self, ticket: Ticket) -> SessionFacts:
        """Return what the kiosk may know of the session: neither number nor dossier."""
        assert ticket.agent is not None
        assert ticket.accepted_at_utc is not None
        serving = self._catalogue.organisation(ticket.organisation)
        return SessionFacts(
            id=_session_of(ticket),
            ticket_id=ticket.id,
            organisation=ticket.organisation,
            service=ticket.service,
            kiosk=ticket.kiosk,
            site=ticket.site,
            agent=ticket.agent,
            agent_name=self._catalogue.person_name(ticket.organisation, ticket.agent),
            opened_at_utc=ticket.accepted_at_utc,
            allowed_addresses=serving.allowed_addresses,
            record_text=serving.record_text,
            contact=serving.contact,
            organisation_name=serving.name,
            home_address=serving.home_address,
            seal=self._catalogue.card(ticket.organisation),
            line=self._rates(ticket.kiosk_home, ticket.kiosk),
            ice=self._relays(_session_of(ticket)),
            host=self._catalogue.kiosk_has_host(ticket.kiosk_home, ticket.kiosk),
        )

    async def _agent_facts(self, ticket: Ticket) -> SessionFacts:
        record = await self._callers.get(ticket.organisation, ticket.id)
        return msgspec.structs.replace(
            self.kiosk_facts(ticket),
            caller_number=record.number,
            sealed_number=record.sealed,
            dossier=record.dossier,
            phone=record.phone,
            kiosk_key=self._kiosk_key(ticket.kiosk_home, ticket.kiosk),
            scan_profiles=self._catalogue.organisation(ticket.organisation).scan_profiles,
        )

    async def _change_session(
        self, organisation: str, session_id: str, decide: Decide, kiosk: str = ""
    ) -> StoredTicket:
        """`kiosk` is given when a kiosk asks: another organisation may serve its caller."""
        if kiosk:
            current = await self._changes.session_at_kiosk(organisation, kiosk, session_id)
        else:
            current = await self._changes.by_session(organisation, session_id)
        stored, _ = await self._changes.change(
            current.ticket.organisation, current.ticket.id, decide
        )
        return stored

    async def _of_session(self, organisation: str, session_id: str) -> Ticket:
        """The ticket that a session was opened for, whether or not it is the ticket's session
        still.
        """
        return (await self._changes.read(organisation, ticket_of(session_id))).ticket

    def _closed(self, ticket: Ticket, outcome: str, by: str) -> Ticket:
        return msgspec.structs.replace(
            ticket,
            state=TicketState.CLOSED,
            ended_at_utc=ticket.ended_at_utc or self._clock.utc_now(),
            changed_by=by,
            reason=outcome,
        )


def _session_of(ticket: Ticket) -> str:
    assert ticket.session is not None
    return ticket.session


def kiosk_writer(ticket: Ticket) -> str:
    """The name of the ticket's kiosk among the writers of the session's log, with its home when it
    lives in another account.
    """
    if ticket.home:
        return f"k.{ticket.home}/{ticket.kiosk}"
    return f"k.{ticket.kiosk}"


def _check_end(
    ticket: Ticket, organisation: str, *, role: Role, user: str, session_id: str
) -> None:
    if role is Role.KIOSK:
        is_end = ticket.is_at(organisation, user)
    else:
        is_end = ticket.agent == user
    if ticket.session != session_id or not is_end:
        raise TicketUnknown


def _as_left(ticket: Ticket, agent: str, session_id: str) -> Ticket:
    """A ticket that was passed on, as the conversation that ended with it left it: whoever has
    passed it on has a wrap-up of that conversation, whoever has the caller now.

    Raises:
        TicketUnknown: this agent did not end this session so, or all of it is over.
    """
    passed = ticket.passed
    if passed is None or ticket.state in ENDED or not _passed_on(ticket, agent, session_id):
        raise TicketUnknown
    return msgspec.structs.replace(
        ticket,
        state=TicketState.WRAP_UP,
        session=session_id,
        agent=agent,
        accepted_at_utc=passed.at_utc,
        ended_at_utc=passed.at_utc,
    )


def _passed_on(ticket: Ticket, agent: str, session_id: str) -> bool:
    """True when this agent ended this session by passing its caller on."""
    return ticket.passed is not None and (ticket.passed.by, ticket.passed.session) == (
        agent,
        session_id,
    )
