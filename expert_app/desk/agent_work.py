# SPDX-License-Identifier: GPL-3.0-only
"""An agent's work around the conversations, without Qt:
its state, offers, the next caller, the wrap-up's time.

`wiring.agent_work` connects it with the window; conversations are the work of
`expert_app.desk.app`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from expert_app.desk.app import DeskApp
from expert_app.desk.dossier.owed_notes import OwedNotes
from session.bus.request_context import new_trace
from session.core.clock import Clock, full_minute
from session.core.dossier_model import OwnWork
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.protocol.dossier.identity import ProvisionalRequest
from session.protocol.hub.board import (
    SHIFT_CHECK,
    AgentState,
    AgentStateRequest,
    AskSupervisorRequest,
)
from session.protocol.hub.history import (
    CorrectOutcomeRequest,
    OwnTalk,
    OwnTalksAnswer,
    OwnTalksRequest,
    OwnWorkRequest,
    TakeBackDocumentRequest,
    TakeBackNoteRequest,
)
from session.protocol.hub.requests import AgentChanged
from session.protocol.hub.routing import (
    CallerPreview,
    DeclineRequest,
    NextRequest,
    NoteRequest,
    PreviewRequest,
    ProlongRequest,
    ServiceMode,
    ServiceWork,
    WorkRequest,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.hub.waiting import CallNowRequest, PromisedCall, PromisedCallsRequest
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

ASK_S = 60.0
"""The convention may change what an agent serves; a desk follows within a minute."""


PASSED_ON_S = 0.5
"""From the end of an offer until the hub has noted why."""


CALL_LATER = "call_later"
"""Outcome of a conversation after which the caller is called."""

CORRECTION = "correct an outcome"

TAKEN_BACK_FOR = timedelta(minutes=10)
"""How long after a conversation the hub may still let its agent take back a note or a document; the
hub knows it to the second.
"""

LAST_WORD_S = 2.0
DESK_CLOSED = "desk_closed"
"""Reason code of an agent whose program was closed while it was available."""


class ReportedState(NamedTuple):
    """The agent's state: available, or why not (a short code) and until when."""

    available: bool
    reason: str = ""
    until_utc: datetime | None = None


class WrapUpTime(NamedTuple):
    """The time when the wrap-up ends by itself (None: never), and how often that may be put
    off.
    """

    until_utc: datetime | None
    more: int = 0


class AgentWork:
    """One agent's work.

    Args:
        owed: notes that are written after their conversation.
        user: who the agent is.

    Attributes:
        clock: of this desk.
        services: what this agent may serve, once it is known.
        services_changed: that is known now, or has changed.
        state_changed: what the hub takes the agent to be doing, when that is not what the screen
            shows, or when its end was just set.
        offered: the ticket offered to this agent; None when it is not any more.
        rang: a new caller that this agent may take itself.
        wrap_up_changed: how much time the wrap-up has.
        previewed: (ticket id, what is known of its caller before the conversation).
        calls_changed: whom this agent has promised to call, the first first.
        provisional_changed: numbers of dossiers that this agent made and nobody has matched yet.
        talks_changed: this agent's own conversations of today, the last ones first.
        own: by session, what this agent wrote and filed and may still take back.
        note_failed: the note on this session was not taken, by the error's code.
        supervisor_asked: the board shows that this agent needs help, for this reason; "" no longer.
    """

    def __init__(
        self,
        app: DeskApp,
        link: DeskClient,
        *,
        owed: OwedNotes,
        user: str,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self.services: list[ServiceWork] = []
        self.services_changed: Signal[list[ServiceWork]] = Signal()
        self.state_changed: Signal[ReportedState] = Signal()
        self.offered: Signal[Ticket | None] = Signal()
        self.rang: Signal[Ticket] = Signal()
        self.wrap_up_changed: Signal[WrapUpTime] = Signal()
        self.supervisor_asked: Signal[str] = Signal()
        self.previewed: Signal[tuple[str, CallerPreview]] = Signal()
        self.calls_changed: Signal[Sequence[PromisedCall]] = Signal()
        self.provisional_changed: Signal[list[str]] = Signal()
        self.talks_changed: Signal[OwnTalksAnswer] = Signal()
        self.note_failed: Signal[tuple[str, str]] = Signal()
        self.own: dict[str, OwnWork] = {}
        self._app = app
        self._link = link
        self._bus = link.bus
        self.owed = owed
        self._user = user
        self.clock = clock
        self._tasks = tasks
        self._reported = ReportedState(True)
        self._unreported: ReportedState | None = None
        self._is_known = False
        self._offer: Ticket | None = None
        self._answered = ""
        self._known: set[str] | None = None
        self._wrap_up = WrapUpTime(None)
        self._help = ""
        self._calls: Sequence[PromisedCall] = ()
        self._provisional: list[str] = []

    def start(self) -> None:
        """Subscribes to the signals of queue and conversation."""
        self._link.connection_changed.connect(self._on_connection)
        self._link.queue_changed.connect(self._on_queue)
        self._link.agent_changed.connect(self._on_agent_changed)
        self._app.session_closed.connect(self._on_closed)
        self._tasks.keep(self._asking, name="ask what I serve")

    async def stop(self) -> None:
        """Reports a pause when the program ends, so that no caller is offered to a desk that goes
        silent. An agent who pauses already stays in that pause.
        """
        if not (self._reported.available and self._link.is_ready):
            return
        try:
            async with asyncio.timeout(LAST_WORD_S):
                await self._bus.ask(AgentStateRequest(available=False, reason=DESK_CLOSED))
        except (SessionError, TimeoutError):
            log.info("the hub was not told that this desk closes")

    # ---- the agent's state

    def set_state(self, available: bool, reason: str = "", minutes: int = 0) -> None:
        """The agent is available, or pauses for so many minutes (0: without an end); reported to
        the hub as soon as it answers.
        """
        until_utc = None
        if minutes and not available:
            until_utc = full_minute(self.clock.utc_now()) + timedelta(minutes=minutes)
        state = ReportedState(available, reason, until_utc)
        self._reported = self._unreported = state
        self._app.do(self._report(), "report my state")
        if until_utc is not None:
            self.state_changed.emit(state)

    async def _report(self) -> None:
        state = self._unreported
        if state is None:
            return
        request = AgentStateRequest(
            available=state.available, reason=state.reason, until_utc=state.until_utc
        )
        await self._bus.ask(request)
        if self._unreported == state:
            self._unreported = None

    def _on_agent_changed(self, _change: AgentChanged) -> None:
        """A supervisor's word is the later one: what was not reported yet is not any more."""
        self._unreported = None
        self._app.do(self._ask(), "report my state")

    def _on_connection(self, connected: bool) -> None:
        if connected:
            self._app.do(self._ask(), "report my state")
            self._tasks.start(self._ask_talks(), name="ask for my conversations")

    async def _asking(self) -> None:
        while True:
            await asyncio.sleep(ASK_S)
            if self._link.is_ready:
                try:
                    await self._ask()
                    await self._ask_talks()
                except SessionError as error:
                    log.info("what this desk serves is not known: %s", error.code)

    async def _ask(self) -> None:
        """Reports first what the agent chose while the hub was away; else takes the hub's state,
        as after a restart.
        """
        await self._report()
        answer = await self._bus.ask(WorkRequest())
        if answer.services != self.services:
            self.services = answer.services
            self.services_changed.emit(self.services)
        available = answer.said is AgentState.AVAILABLE
        self._take(ReportedState(available, answer.reason, answer.until_utc))
        await self._ask_calls()

    def _take(self, state: ReportedState) -> None:
        """Takes the hub's state, unless the agent has chosen another meanwhile. What a run before
        this one has left there is over; a desk that is checked says so to a hub that takes it to be
        available.
        """
        before, first = self._reported, not self._is_known
        self._is_known = True
        if self._unreported is not None or state == before:
            return
        checks = before.reason == SHIFT_CHECK
        if state.reason in (DESK_CLOSED, SHIFT_CHECK) or (first and checks and state.available):
            self.set_state(not checks, SHIFT_CHECK if checks else "")
            return
        self._reported = state
        self.state_changed.emit(state)
        if checks:
            self._on_queue(self._link.queue)  # what was offered meanwhile was not told

    def hold(self) -> None:
        """Takes no caller until `release`; an agent who pauses anyway stays in that pause."""
        if not self._reported.available:
            return
        self._reported = ReportedState(False, SHIFT_CHECK)
        if self._is_known:
            self.set_state(False, SHIFT_CHECK)
        self.state_changed.emit(self._reported)

    def release(self) -> None:
        """Is available after `hold`."""
        if self._reported.reason == SHIFT_CHECK:
            self.set_state(True)
            self.state_changed.emit(self._reported)

    def ask_supervisor(self, reason: str) -> None:
        """Asks a supervisor for help (a short code); "" takes it back."""
        self._app.do(self._ask_supervisor(reason), "ask a supervisor")

    async def _ask_supervisor(self, reason: str) -> None:
        await self._bus.ask(AskSupervisorRequest(reason=reason))
        self._help = reason
        self.supervisor_asked.emit(reason)

    def _on_closed(self, _outcome: str) -> None:
        """End the call for help with the conversation in which it was asked for."""
        self._set_wrap_up(WrapUpTime(None))
        if self._help:
            self.ask_supervisor("")
        self._tasks.start(self._ask_calls(), name="ask for promised calls")
        self._tasks.start(self._ask_talks(), name="ask for my conversations")

    async def _ask_calls(self) -> None:
        """An older hub knows of no promises."""
        try:
            calls = (await self._bus.ask(PromisedCallsRequest())).calls
        except SessionError as error:
            log.info("promised calls are not known: %s", error.code)
            return
        if calls != self._calls:
            self._calls = calls
            self.calls_changed.emit(calls)
        await self._ask_provisional()

    async def _ask_provisional(self) -> None:
        """An older hub tells this to supervisors only."""
        try:
            answer = await self._bus.ask(ProvisionalRequest())
        except SessionError as error:
            log.info("provisional dossiers are not known: %s", error.code)
            return
        numbers = [dossier.number for dossier in answer.dossiers]
        if numbers != self._provisional:
            self._provisional = numbers
            self.provisional_changed.emit(numbers)

    async def _ask_talks(self) -> None:
        """Without an answer what was shown stays: a hub may be older, or its history away."""
        try:
            answer = await self._bus.ask(OwnTalksRequest())
        except SessionError as error:
            log.info("my conversations are not known: %s", error.code)
            return
        await self._ask_own_work(answer.talks)
        self.talks_changed.emit(answer)

    async def _ask_own_work(self, talks: Sequence[OwnTalk]) -> None:
        now, own = self.clock.utc_now(), dict[str, OwnWork]()
        for talk in talks:
            ended_at_utc = talk.began_at_utc + timedelta(seconds=talk.talked_s)
            if now - ended_at_utc < TAKEN_BACK_FOR:
                try:
                    work = await self._bus.ask(OwnWorkRequest(session_id=talk.session_id))
                except SessionError as error:
                    log.info("what I wrote and filed is not known: %s", error.code)
                    continue
                own[talk.session_id] = OwnWork(
                    notes=tuple(work.notes), papers=tuple(work.papers), places=tuple(work.places)
                )
        self.own = own

    # ---- corrections and notes after the conversation

    def take_back_note(self, session_id: str, note_id: str, text: str) -> None:
        """Withdraws a note of a conversation that is over; `text` stands instead, "" for none."""
        request = TakeBackNoteRequest(
            session_id=session_id, note_id=note_id, request_id=new_id(), text=text
        )
        self._app.do(self._take_back(request), CORRECTION)

    def take_back_document(
        self, session_id: str, document_id: str, reason: str, *, dossier: str, piece_id: str
    ) -> None:
        """Takes a document of a conversation that is over out of its dossier, or files it in this
        one instead.
        """
        request = TakeBackDocumentRequest(
            session_id=session_id,
            document_id=document_id,
            request_id=new_id(),
            reason=reason,
            dossier=dossier,
            piece_id=piece_id,
        )
        self._app.do(self._take_back(request), CORRECTION)

    async def _take_back(self, request: TakeBackNoteRequest | TakeBackDocumentRequest) -> None:
        await self._bus.ask(request)
        self._app.clear_trouble(CORRECTION)
        await self._ask_talks()

    def correct_outcome(self, session_id: str, outcome: str) -> None:
        """Gives a conversation that is over another outcome."""
        self._app.do(self._correct(session_id, outcome), CORRECTION)

    async def _correct(self, session_id: str, outcome: str) -> None:
        await self._bus.ask(CorrectOutcomeRequest(session_id=session_id, outcome=outcome))
        self._app.clear_trouble(CORRECTION)
        await self._ask_talks()

    def write_owed(self, session_id: str, text: str) -> None:
        """Keeps a note on a session that is over."""
        self._tasks.start(self._write_owed(session_id, text), name="write an owed note")

    async def _write_owed(self, session_id: str, text: str) -> None:
        try:
            await self._bus.ask(_note(session_id, text))
        except SessionError as error:
            self.note_failed.emit((session_id, error.code))
            return
        self.owed.drop(session_id)

    def preview(self, ticket_id: str) -> None:
        """Looks at the caller who is next for this agent; nothing is shown of anybody else."""
        self._tasks.start(self._preview(ticket_id), name="look at the next caller")

    async def _preview(self, ticket_id: str) -> None:
        try:
            preview = await self._bus.ask(PreviewRequest(ticket_id=ticket_id))
        except SessionError as error:  # the agent accepts without having looked
            log.info("the next caller cannot be looked at: %s", error.code)
            return
        self.previewed.emit((ticket_id, preview))

    # ---- the queue

    def _on_queue(self, tickets: list[Ticket]) -> None:
        is_held = self._reported.reason == SHIFT_CHECK  # the hub hears it in a moment
        mine = next(
            (
                ticket
                for ticket in tickets
                if ticket.state is TicketState.OFFERED
                and ticket.agent == self._user
                and not is_held
            ),
            None,
        )
        if mine != self._offer:
            self._on_offer(mine)
        self._ring_new(tickets)
        session = self._app.session
        if session is not None:
            ticket = next(
                (ticket for ticket in tickets if ticket.id == session.facts.ticket_id), None
            )
            if ticket is not None and ticket.state is TicketState.WRAP_UP:
                self._set_wrap_up(WrapUpTime(ticket.wrap_up_until_utc, self._more(ticket)))

    def _on_offer(self, offer: Ticket | None) -> None:
        before, self._offer = self._offer, offer
        self.offered.emit(offer)
        if offer is not None and (before is None or before.id != offer.id):
            self.preview(offer.id)
        if offer is None and before is not None and before.id != self._answered:
            self._app.do(self._ask_soon(), "report my state")

    async def _ask_soon(self) -> None:
        """Asks a moment later: a hub that takes this agent for silent passes the caller on first
        and sets the state afterwards.
        """
        await asyncio.sleep(PASSED_ON_S)
        await self._ask()

    def _ring_new(self, tickets: list[Ticket]) -> None:
        """Emits `rang` for each new caller, not for those who waited before this desk came."""
        waiting = {ticket.id: ticket for ticket in tickets if ticket.state is TicketState.WAITING}
        if self._known is None:
            self._known = set(waiting)
        for ticket_id in waiting.keys() - self._known:
            self.rang.emit(waiting[ticket_id])
        self._known |= waiting.keys()
        self._known &= {ticket.id for ticket in tickets}

    def accept_next(self, service: str) -> None:
        """Takes whoever is next for this agent, of one service or ("") of all."""
        self._app.do(self._enter(NextRequest(service=service or None)), "accept")

    def call_now(self, ticket_id: str) -> None:
        """Calls a caller whom this agent has promised to call."""
        self._app.do(self._enter(CallNowRequest(ticket_id=ticket_id)), "accept")

    async def _enter(self, request: NextRequest | CallNowRequest) -> None:
        if self._app.session is None:
            trace = new_trace()
            answer = await self._bus.ask(request, trace=trace)
            await self._app.enter(answer.session, trace)

    def answers_by_itself(self, ticket: Ticket) -> bool:
        """Return True if an offer of this ticket's service is taken without a press."""
        work = next((service for service in self.services if service.id == ticket.service), None)
        return work is not None and work.auto_answer

    def offers_callers(self) -> bool:
        """Return True if callers are offered to this agent at all."""
        return any(
            service.mode is ServiceMode.PUSH and service.after_s is not None
            for service in self.services
        )

    def accept_offer(self, ticket_id: str) -> None:
        """Takes the offered caller."""
        self._answered = ticket_id
        self._app.accept(ticket_id)

    def decline(self, ticket_id: str, reason: str) -> None:
        """Does not take the offered caller."""
        self._answered = ticket_id
        self._app.do(self._bus.ask(DeclineRequest(ticket_id=ticket_id, reason=reason)), "decline")

    # ---- wrap-up

    @property
    def wrap_up(self) -> WrapUpTime:
        """The time that the wrap-up in hand has."""
        return self._wrap_up

    def prolong(self) -> None:
        """Asks for more time for this wrap-up."""
        session, until_utc = self._app.session, self._wrap_up.until_utc
        if session is not None and until_utc is not None:
            self._app.do(self._prolong(session.facts.id, until_utc), "prolong")

    async def _prolong(self, session_id: str, until_utc: datetime) -> None:
        answer = await self._bus.ask(ProlongRequest(session_id=session_id, until_utc=until_utc))
        self._set_wrap_up(WrapUpTime(answer.until_utc, answer.more))

    def finish(self, outcome: str, note: str, later: str = "") -> None:
        """The wrap-up is done; a note is kept first, and when that fails nothing is finished.

        Args:
            later: the agent writes the note later: what the session is called then.
        """
        self._owe(later)
        self._app.do(self._finish(outcome, note), "finish")

    def _owe(self, words: str) -> None:
        session = self._app.session
        if session is not None and words:
            self.owed.add(session.facts.id, words)

    def call_back(self, phone: str, minutes: int, note: str, later: str = "") -> None:
        """The wrap-up is done, and the caller is called after `minutes`; as `finish`."""
        self._owe(later)
        self._app.do(self._finish(CALL_LATER, note, minutes, phone), "finish")

    async def _finish(self, outcome: str, note: str, later_min: int = 0, phone: str = "") -> None:
        session = self._app.session
        if session is not None and note:
            await self._bus.ask(_note(session.facts.id, note))
        await self._app.close(outcome, later_min, phone)

    def _more(self, ticket: Ticket) -> int:
        """Return how often this wrap-up may still be prolonged, as the hub counts it."""
        work = next((service for service in self.services if service.id == ticket.service), None)
        ends, began = ticket.wrap_up_until_utc, ticket.ended_at_utc
        if work is None or not work.wrap_up_s or ends is None or began is None:
            return 0
        return work.wrap_up_more - (round((ends - began).total_seconds() / work.wrap_up_s) - 1)

    def _set_wrap_up(self, time: WrapUpTime) -> None:
        if time != self._wrap_up:
            self._wrap_up = time
            self.wrap_up_changed.emit(time)


def _note(session_id: str, text: str) -> NoteRequest:
    """Return the one note of a session, in the dossier of its caller."""
    return NoteRequest(session_id=session_id, note_id=session_id, text=text)
