# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's requests to the hub and what the hub tells it: services, ticket, session, log.
Used by the kiosk's program.

The other end is `session.hub.queue`; the desk's counterpart is `session.desk.hub.client`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from typing import Literal

import msgspec

from session.bus.client import BusClient
from session.core.clock import Clock
from session.core.errors import SessionError, TicketTaken, TicketUnknown
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.appointments.booking import CheckInAnswer, CheckInRequest
from session.protocol.helpdesk.remote_help import RemoteHelpDone, RemoteResult
from session.protocol.hub.log import LogAppend
from session.protocol.hub.requests import (
    HangUpRequest,
    HubEvent,
    LeaveRequest,
    NeedsRequest,
    PeerPresence,
    RemoteHelpWanted,
    ServicesChanged,
    SessionEnded,
    SessionFacts,
    SessionOpened,
    StatusRequest,
    TicketAnswer,
    TicketChanged,
    TicketRequested,
)
from session.protocol.hub.talk_state import Third
from session.protocol.hub.third_parties import (
    BannerShown,
    TalkAnswer,
    TalkRequest,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.hub.waiting import (
    CallbackRequest,
    ComeBackRequest,
    StepAwayRequest,
)
from session.protocol.wire.ids import split_service

log = logging.getLogger(__name__)

POLL_S = 10.0
"""Between two questions after our ticket: notifications may get lost, questions do not."""

ASKS = 3
"""Questions in a row whose answers are overtaken by notifications; then those are believed until
the next poll.
"""

OPEN = frozenset({TicketState.WAITING, TicketState.OFFERED, TicketState.IN_SESSION})


WAITS_AGAIN = frozenset({"desk_lost", "passed_on"})
"""Reasons of a session's end after which our ticket goes on:
it waits again, or somebody else has it.
"""


class KioskClient:
    """A kiosk's requests to the hub, and what the hub tells it.

    Attributes:
        bus: our connection, for what a job asks itself.
        ticket_changed: our ticket's place or state.
        session_opened: an agent has accepted (once per session).
        session_ended: the session is over (once).
        peer_presence: the desk is silent or back.
        connection_changed: the bus came or went.
        connection_failed: why it is not there, after each try.
        services_changed: ask for the services again.
        help_wanted: the helpdesk wants something of this kiosk.
        needs: what the caller in front of the screen needs of the agent (`Ticket.needs`); sent with
            the call.
    """

    def __init__(
        self, bus: BusClient, clock: Clock, *, tasks: Tasks, poll_s: float = POLL_S
    ) -> None:
        self.ticket_changed: Signal[TicketChanged] = Signal()
        self.session_opened: Signal[SessionFacts] = Signal()
        self.session_ended: Signal[SessionEnded] = Signal()
        self.peer_presence: Signal[PeerPresence] = Signal()
        self.connection_changed: Signal[bool] = bus.connected
        self.connection_failed: Signal[SessionError] = bus.failed
        self.services_changed: Signal[ServicesChanged] = Signal()
        self.help_wanted: Signal[RemoteHelpWanted] = Signal()
        self.bus = bus
        self._clock = clock
        self._tasks = tasks
        self._poll_s = poll_s
        self.needs: tuple[str, ...] = ()
        self._ticket: Ticket | None = None
        self._session: str | None = None
        self._early: SessionFacts | None = None
        self._opened: set[str] = set()
        self._ended: set[str] = set()
        self._events = 0

    async def start(self) -> None:
        """Listens and gives signs of life."""
        self.bus.notifications.connect(self._on_event)
        self.bus.connected.connect(self._on_connected)
        self.bus.beat()
        self._tasks.keep(self._poll, name="ask after the ticket")

    @property
    def ticket(self) -> Ticket | None:
        """Our open ticket as the hub told it last, or None."""
        return self._ticket

    # ---- asking

    async def report_help(self, help_id: str, result: RemoteResult) -> None:
        """Tells the hub what came of what the helpdesk wanted."""
        request = RemoteHelpDone(help_id=help_id, result=result)
        await self.bus.ask(request)

    async def call(self, service: str, caller_number: str, request_id: str) -> TicketAnswer:
        """Ask for an agent until the hub has answered. Raises what it refused, as `call_once`."""
        return await self.bus.keep_asking(
            partial(self.call_once, service, caller_number, request_id)
        )

    async def call_once(self, service: str, caller_number: str, request_id: str) -> TicketAnswer:
        """Ask once for an agent. The same `request_id`, which is also the trace of the press, is
        the same ticket however often it is sent.

        Raises:
            ServiceUnknown, CallerNumberInvalid, and as `BusClient.ask_once`.
        """
        request = TicketRequested(
            request_id=request_id,
            service=service,
            caller_number=caller_number,
            needs=self.needs,
        )
        if caller_number:
            sealed = await self.bus.sealed_number(split_service(service, "")[0], caller_number)
            if sealed is not None:  # the hub has no use for it in clear
                request = msgspec.structs.replace(request, caller_number="", sealed_number=sealed)
        answer = await self.bus.ask_once(request, trace=request_id)
        self._take(answer)
        return answer

    async def send_needs(self, ticket_id: str) -> TicketAnswer:
        """The caller who waits needs something else than when the ticket was made."""
        request = NeedsRequest(ticket_id=ticket_id, needs=self.needs)
        answer = await self.bus.ask(request)
        self._take(answer)
        return answer

    async def status(self, ticket_id: str) -> TicketAnswer:
        """Return where the ticket is; also after a restart. Raises `TicketUnknown`."""
        answer = await self.bus.ask(StatusRequest(ticket_id=ticket_id))
        self._take(answer)
        return answer

    async def step_away(
        self, ticket_id: str, how: Literal["back", "phone"], phone: str = ""
    ) -> TicketAnswer:
        """The caller goes and keeps the place; this kiosk is free for the next one.

        Raises:
            TicketTaken: an agent has just accepted. NotAllowed, CallerNumberInvalid, TicketUnknown.
        """
        request = StepAwayRequest(ticket_id=ticket_id, how=how, phone=phone)
        answer = await self.bus.ask(request)
        self.drop_ticket()
        return answer

    async def come_back(self, number: str) -> TicketAnswer:
        """The caller of this ticket number is here. Raises `TicketUnknown`."""
        answer = await self.bus.ask(ComeBackRequest(number=number))
        self._take(answer)
        return answer

    async def check_in(self, request: CheckInRequest) -> CheckInAnswer:
        """The caller of an appointment is here; the ticket is ours, where there is one."""
        answer = await self.bus.ask(request)
        if answer.ticket is not None:
            self._take(answer.ticket)
        return answer

    async def ask_callback(self, service: str, phone: str, request_id: str) -> str:
        """Ask once to call a caller of a closed service;
        from when on (ISO 8601), "" when unknown.

        Raises:
            CallerNumberInvalid, NotAllowed, ServiceUnknown.
        """
        request = CallbackRequest(
            request_id=request_id, service=service, phone=phone, needs=self.needs
        )
        return (await self.bus.ask_once(request, trace=request_id)).due_at

    async def leave(self, ticket_id: str) -> None:
        """Leaves the queue. Raises `TicketTaken` when an agent has just accepted: hang up
        instead.
        """
        await self.bus.ask(LeaveRequest(ticket_id=ticket_id))
        if self._ticket is not None and self._ticket.id == ticket_id:
            self._ticket = None

    async def leave_for_good(self, ticket_id: str) -> None:
        """End a ticket whose caller has gone already, also when an agent has accepted it
        meanwhile; returns once the hub knows it.
        """
        try:
            await self.bus.deliver(LeaveRequest(ticket_id=ticket_id))
        except TicketTaken:
            answer = await self.bus.deliver(StatusRequest(ticket_id=ticket_id))
            if answer.ticket.state is TicketState.IN_SESSION and answer.ticket.session is not None:
                await self.hang_up_for_good(answer.ticket.session)

    async def hang_up_for_good(self, session_id: str) -> None:
        """End the conversation of a caller who has gone; returns once the hub knows it."""
        await self.bus.deliver(HangUpRequest(session_id=session_id, reason="caller"))

    def drop_ticket(self) -> None:
        """This kiosk's caller has gone: what the hub still tells of the ticket concerns nobody
        here.
        """
        self._ticket = self._session = self._early = None

    async def hang_up(self, session_id: str, reason: str = "done") -> None:
        """Ends the conversation."""
        await self.bus.ask(HangUpRequest(session_id=session_id, reason=reason))

    async def append_log(self, session_id: str, first: int, records: Sequence[bytes]) -> int:
        """Give records to the log's keeper once, the spool repeats; returns the number below which
        it has all of ours.
        """
        request = LogAppend(
            session_id=session_id, first=first, records=[msgspec.Raw(record) for record in records]
        )
        return (await self.bus.ask_once(request)).next

    async def talk(self, session_id: str) -> TalkAnswer:
        """Return who is in the conversation, with names."""
        return await self.bus.ask(TalkRequest(session_id=session_id))

    async def banner_shown(self, session_id: str, third: Third) -> None:
        """Our screen names the third person now."""
        await self.bus.ask(
            BannerShown(session_id=session_id, role=third.role, user=third.user),
        )

    # ---- hearing

    def _on_event(self, event: HubEvent) -> None:
        self._events += 1
        match event:
            case TicketChanged():
                self._on_ticket(event)
            case SessionOpened():
                self._open(event.session)
            case SessionEnded():
                self._end(event)
            case PeerPresence():
                self.peer_presence.emit(event)
            case ServicesChanged():
                self.services_changed.emit(event)
            case RemoteHelpWanted():
                self.help_wanted.emit(event)

    def _on_ticket(self, event: TicketChanged) -> None:
        if self._ticket is None or self._ticket.id not in (
            event.ticket.id,
            event.ticket.moved_from,
        ):
            return
        if event.ticket.state in OPEN:
            self._ticket = event.ticket
        else:
            self._ticket = None
        if event.ticket.state is TicketState.WAITING:
            self._session = None
        self.ticket_changed.emit(event)

    def _open(self, facts: SessionFacts) -> None:
        if self._ticket is None or facts.ticket_id != self._ticket.id:
            self._early = facts  # an agent may be faster than the answer to our call
            return
        if facts.id not in self._opened:
            self._opened.add(facts.id)
            self._session = facts.id
            self.session_opened.emit(facts)

    def _end(self, event: SessionEnded) -> None:
        if event.session_id in self._ended:
            return
        self._ended.add(event.session_id)
        if self._session == event.session_id:
            self._session = None
        is_ours = self._ticket is not None and event.session_id.startswith(f"{self._ticket.id}_")
        if is_ours and event.reason not in WAITS_AGAIN:
            self._ticket = None
        self.session_ended.emit(event)

    def _on_connected(self, connected: bool) -> None:
        if connected and self._ticket is not None:
            self._tasks.start(self._ask(self._ticket.id), name="ask after the ticket now")

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            if self._ticket is not None:
                await self._ask(self._ticket.id)

    async def _ask(self, ticket_id: str) -> None:
        """Compares what we know with what the hub says;
        an answer that a notification has overtaken is asked for again.
        """
        answer: TicketAnswer | None
        for _ in range(ASKS):
            events = self._events
            try:
                answer = await self.bus.ask_once(StatusRequest(ticket_id=ticket_id))
            except TicketUnknown:
                answer = None
            except SessionError as error:
                log.info("no answer about the ticket: %s", error.code)
                return
            if self._ticket is None or self._ticket.id != ticket_id:
                return  # another caller is here by now
            if answer is None:
                self._ticket = None
                return
            if events == self._events:
                self._compare(answer)
                return

    def _compare(self, answer: TicketAnswer) -> None:
        """Emits from an answer what notifications would have told."""
        before, ticket = self._ticket, answer.ticket
        if self._session is not None and (
            ticket.state not in OPEN or ticket.session != self._session
        ):
            by = {"k": "kiosk", "a": "agent"}.get(ticket.changed_by[:1], "hub")
            self._end(SessionEnded(session_id=self._session, by=by, reason=ticket.reason))
        self._take(answer)
        if before != ticket:
            self.ticket_changed.emit(
                TicketChanged(ticket=ticket, position=answer.position, wait_s=answer.wait_s)
            )

    def _take(self, answer: TicketAnswer) -> None:
        if answer.ticket.state in OPEN:
            self._ticket = answer.ticket
        else:
            self._ticket = None
        early, self._early = self._early, None
        for facts in (answer.session, early):
            if (
                facts is not None
                and self._ticket is not None
                and facts.ticket_id == self._ticket.id
            ):
                self._open(facts)
