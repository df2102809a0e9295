# SPDX-License-Identifier: GPL-3.0-only
"""The agent's talk beyond two people, without Qt: hold, pass on, call in, come in.
`wiring.third_parties` connects it with the window.

The hub's ticket is the truth: this job follows it and sends the agent's requests. It stands beside
`expert_app.desk.app`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from expert_app.desk.app import DeskApp, DeskTrouble
from session.core.errors import SessionError, TicketUnknown
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.call.visit import Visit
from session.desk.hub.client import DeskClient
from session.desk.hub.third_parties import ThirdPartyClient
from session.desk.session import DeskSession
from session.log.events import AnyEvent, CallerPassedOn, HeldChanged, ThirdChanged
from session.protocol.hub.talk_state import HoldReason, PassReason, Talk, Third, ThirdState
from session.protocol.hub.third_parties import PassedOnAnswer, TalkAnswer, TargetsAnswer
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

PASSED_ON = "passed_on"

FIND = "find colleagues"
"""Key of the trouble that nobody knows who is there."""

AGAIN_S = 1.0
"""Who calls is asked again after so long, while the hub does not say it."""

OpenVisit = Callable[[str], Visit]


class Invitation(NamedTuple):
    """A colleague calls us."""

    ticket: Ticket
    by_name: str


class ThirdPartyJob:
    """Hold, pass on, third people.

    Args:
        app: the desk's job.
        link: the queue.
        third_party_client: the hub's answers.
        open_visit: makes our end of a visit.

    Attributes:
        talk_changed: the own conversation's talk, with names.
        note_received: what the agent before said.
        targets_found: whom the caller can be passed on to.
        invited: a colleague calls; None when the call is over.
        visit_began, visit_ended: we are in somebody's talk.
        came_back: a caller we passed on was not taken.
        troubled: as of the desk's job.
    """

    def __init__(
        self,
        app: DeskApp,
        link: DeskClient,
        *,
        third_party_client: ThirdPartyClient,
        open_visit: OpenVisit,
        tasks: Tasks,
    ) -> None:
        self.talk_changed: Signal[TalkAnswer] = Signal()
        self.note_received: Signal[PassedOnAnswer] = Signal()
        self.targets_found: Signal[TargetsAnswer] = Signal()
        self.invited: Signal[Invitation | None] = Signal()
        self.visit_began: Signal[Visit] = Signal()
        self.visit_ended: Signal[Ticket | None] = Signal()
        self.came_back: Signal[Ticket] = Signal()
        self.troubled: Signal[DeskTrouble] = Signal()
        self._app = app
        self._link = link
        self._client = third_party_client
        self._open_visit = open_visit
        self._tasks = tasks
        self._invitation = ""
        self._visit: Visit | None = None
        self._known_back: set[str] = set()
        self._finished: set[str] = set()
        link.queue_changed.connect(self._on_queue)
        app.session_opened.connect(self._on_opened)

    @property
    def visit(self) -> Visit | None:
        """Our visit in somebody else's conversation."""
        return self._visit

    # ---- the own conversation

    def hold(self, reason: HoldReason) -> None:
        """The caller waits a moment."""
        self._with_session(lambda session: self._client.hold(session, True, reason), "hold")

    def resume(self) -> None:
        """The talk goes on."""
        self._with_session(lambda session: self._client.hold(session, False), "hold")

    def find_targets(self) -> None:
        """Asks the hub what is possible now; `targets_found` follows."""
        self._with_session(self._find_targets, FIND)

    async def _find_targets(self, session_id: str) -> None:
        self.targets_found.emit(await self._client.targets(session_id))

    def pass_on(self, agent: str, service: str, reason: PassReason, note: str) -> None:
        """Passes the caller on; wrap-up begins."""

        async def pass_on(session_id: str) -> None:
            await self._client.pass_on(
                session_id,
                reason,
                agent=agent,
                service=service,
                note=note,
                pieces_missing=self._missing(),
            )
            self._write(CallerPassedOn(reason=reason.value, to_agent=bool(agent)))

        self._with_session(pass_on, "pass on")

    def invite(self, agent: str, is_on_hold: bool) -> None:
        """Calls a colleague in; the caller may wait meanwhile."""
        self._with_session(
            lambda session: self._client.invite(session, agent, is_on_hold),
            "call a colleague",
        )

    def dismiss(self) -> None:
        """Ends the call of, or the talk with, the colleague."""
        self._with_session(self._client.leave, "end the colleague's call")

    def hand_over(self, note: str = "") -> None:
        """The colleague goes on with the caller; wrap-up begins."""

        async def hand_over(session_id: str) -> None:
            await self._client.hand_over(session_id, PassReason.SPECIALIST, note, self._missing())
            self._write(CallerPassedOn(reason=PassReason.SPECIALIST.value, to_agent=True))

        self._with_session(hand_over, "hand over")

    def _missing(self) -> int:
        dossier = self._app.dossier
        if dossier is None:
            return -1
        return sum(1 for piece in dossier.pieces if piece.is_missing)

    def _write(self, event: AnyEvent) -> None:
        if self._app.session is not None:
            self._app.session.event_log.write(event)

    def _on_opened(self, session: DeskSession) -> None:
        session.third_parties.changed.connect(self.talk_changed.emit)
        session.third_parties.held_changed.connect(lambda talk: self._on_held(session, talk))
        session.third_parties.third_changed.connect(lambda third: self._on_third(session, third))
        ticket = self._ticket(session.facts.ticket_id)
        if ticket is not None:
            session.third_parties.on_ticket(ticket)
            if ticket.passed is not None:
                self._with_session(self._ask_note, "ask what the caller was passed on for")

    async def _ask_note(self, session_id: str) -> None:
        answer = await self._client.passed_on(session_id)
        if answer.by_name:
            self.note_received.emit(answer)

    def _on_held(self, session: DeskSession, talk: Talk) -> None:
        if talk.hold_reason is not None:
            reason = talk.hold_reason.value
        else:
            reason = ""
        session.event_log.write(HeldChanged(held=talk.held, reason=reason))

    def _on_third(self, session: DeskSession, third: Third | None) -> None:
        if third is None:
            session.event_log.write(ThirdChanged(role="", state="gone"))
        elif third.state is not ThirdState.CALLED:
            if third.role is Role.SUPERVISOR:
                role = "supervisor"
            else:
                role = "agent"
            session.event_log.write(ThirdChanged(role=role, state=third.state.value))

    # ---- what the queue says

    def _ticket(self, ticket_id: str) -> Ticket | None:
        return next((ticket for ticket in self._link.queue if ticket.id == ticket_id), None)

    def _on_queue(self, tickets: list[Ticket]) -> None:
        _, me = self._client.me
        session = self._app.session
        invitation: Ticket | None = None
        visited: Ticket | None = None
        for ticket in tickets:
            if session is not None and ticket.session == session.facts.id:
                session.third_parties.on_ticket(ticket)
            if ticket.talk is not None:
                third = ticket.talk.third
            else:
                third = None
            if third is not None and (third.role, third.user) == self._client.me:
                if third.state is ThirdState.CALLED:
                    invitation = ticket
                elif self._visit is None:
                    self._begin_visit(ticket)
            if self._visit is not None and ticket.session == self._visit.session_id:
                visited = ticket
            if ticket.passed is not None and ticket.passed.by == me and ticket.passed.lapsed:
                self._on_back(ticket)
            self._finish_forgotten(ticket, me)
            if self._is_handed_to(ticket, me) and self._visit is None:
                self._app.accept(ticket.id)
        self._show_invitation(invitation)
        if self._visit is not None:
            self._visit.on_ticket(visited or self._visited_elsewhere(self._visit))

    def _is_handed_to(self, ticket: Ticket, me: str) -> bool:
        """True when a colleague has left this caller to us: the hub has made it our conversation
        already.
        """
        passed = ticket.passed
        is_ours = (
            ticket.state is TicketState.IN_SESSION and ticket.agent == me and passed is not None
        )
        return is_ours and passed is not None and passed.agent == me and self._app.session is None

    def _finish_forgotten(self, ticket: Ticket, me: str) -> None:
        """Finishes a wrap-up after passing on that an earlier run of this desk did not finish."""
        passed = ticket.passed
        if (
            passed is None
            or passed.by != me
            or not passed.wrapping
            or passed.session in self._finished
        ):
            return
        if self._app.session is None and self._app.resumed.is_set():
            self._finished.add(passed.session)
            self._do(self._link.close(passed.session), "finish an earlier wrap-up")

    def _on_back(self, ticket: Ticket) -> None:
        if ticket.state is TicketState.WAITING and ticket.id not in self._known_back:
            self._known_back.add(ticket.id)
            self.came_back.emit(ticket)

    # ---- in somebody else's conversation

    def answer_invitation(self, accept: bool) -> None:
        """Accepts or declines the colleague's call."""
        session_id, self._invitation = self._invitation, ""
        if session_id:
            self._do(self._client.answer_invitation(session_id, accept), "answer the call")

    def leave_visit(self) -> None:
        """Leaves the colleague's conversation."""
        if self._visit is not None:
            self._do(self._client.leave(self._visit.session_id), "leave the conversation")

    def _show_invitation(self, ticket: Ticket | None) -> None:
        if ticket is not None:
            session_id = ticket.session or ""
        else:
            session_id = ""
        if session_id == self._invitation:
            return
        self._invitation = session_id
        if ticket is None:
            self.invited.emit(None)
        else:
            self._do(self._name_invitation(ticket, session_id), "who calls")

    async def _name_invitation(self, ticket: Ticket, session_id: str) -> None:
        while self._invitation == session_id:
            try:
                answer = await self._client.talk(session_id)
            except TicketUnknown:
                return  # the call is over; the queue says so, too
            except SessionError as error:
                log.info("who calls is not known yet: %s", error.code)
                await asyncio.sleep(AGAIN_S)
            else:
                if self._invitation == session_id:
                    self.invited.emit(Invitation(ticket, answer.by_name))
                return

    def _begin_visit(self, ticket: Ticket) -> None:
        if ticket.session is None:
            return
        self._invitation = ""
        self.invited.emit(None)
        visit = self._visit = self._open_visit(ticket.session)
        visit.ended.connect(self._on_visit_ended)
        self.visit_began.emit(visit)

    def _on_visit_ended(self, ticket: Ticket | None) -> None:
        self._visit = None
        self.visit_ended.emit(ticket)
        if ticket is not None and self.is_handed(ticket):
            self._app.accept(ticket.id)

    def is_handed(self, ticket: Ticket | None) -> bool:
        """Return True if this caller was left to us by the colleague."""
        return ticket is not None and self._is_handed_to(ticket, self._client.me[1])

    def _visited_elsewhere(self, visit: Visit) -> Ticket | None:
        """The ticket of a visit whose session is over: the caller may have another session now."""
        return self._ticket(visit.session_id.rpartition("_")[0])

    async def stop(self) -> None:
        """Ends a visit when the window closes."""
        if self._visit is not None:
            visit, self._visit = self._visit, None
            try:
                await self._client.leave(visit.session_id)
            except SessionError as error:
                log.info("the hub was not told that we leave: %s", error.code)
            await visit.close()

    # ---- doing

    def _with_session(self, work: Callable[[str], Coroutine[Any, Any, Any]], name: str) -> None:
        if self._app.session is not None:
            self._do(work(self._app.session.facts.id), name)

    def _do(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        self._tasks.start(self._guarded(work, name), name=f"desk {name}")

    async def _guarded(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        try:
            await work
        except SessionError as error:
            self.troubled.emit(DeskTrouble(error.code, dict(error.detail), key=name))
