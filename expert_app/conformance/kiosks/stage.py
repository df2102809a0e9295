# SPDX-License-Identifier: GPL-3.0-only
"""One run's hub, desk, kiosk and findings, and the scenes that every case needs.
Used by the cases.
"""

from __future__ import annotations

import contextlib
from functools import partial
from typing import NamedTuple

from expert_app.conformance.desk_end import DeskEnd
from expert_app.conformance.driver import AnswerGrant, CannotDo, Driver, Press
from expert_app.conformance.findings import Findings
from expert_app.conformance.throw_away_hub import (
    AGENT,
    CALLER_NUMBER,
    KIOSK,
    SERVICE,
    RecordedMessage,
    ThrowAwayHub,
)
from expert_app.conformance.trial import Trial
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.protocol.codec import decode_request
from session.protocol.conversation.messages import (
    Grant,
    GrantChanged,
    GrantRequested,
    KioskWiped,
    SessionMessage,
)
from session.protocol.hub.requests import SessionFacts, TicketRequested
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import new_id

OPEN = (TicketState.WAITING, TicketState.OFFERED, TicketState.IN_SESSION)


class Conversation(NamedTuple):
    """An open session of the kiosk with our desk. `began`: how much the kiosk had said before."""

    facts: SessionFacts
    began: int

    @property
    def id(self) -> str:
        """The session's."""
        return self.facts.id


class Stage(Trial):
    """The stage that a case plays on."""

    def __init__(
        self, world: ThrowAwayHub, driver: Driver, *, findings: Findings, tasks: Tasks
    ) -> None:
        super().__init__(world, driver, findings=findings, tasks=tasks)
        self.desk = DeskEnd(world, AGENT, tasks=tasks)
        self._talking = ""

    # ---- beginning and end

    async def begin(self, code: str) -> None:
        """The desk is there, the kiosk enrols. Raises `RuleBroken`, `CannotDo`."""
        await self.desk.open()
        await self.enrols(code, "P-101", "kiosk")

    async def close(self) -> None:
        """Everybody of ours goes."""
        await self.desk.close()
        await self.colleague.close()

    async def desk_comes_back(self) -> None:
        """The first agent's desk starts again after it was lost."""
        self.desk = DeskEnd(self.world, AGENT, tasks=self.tasks)
        await self.desk.open()

    # ---- scenes

    def ticket(self) -> Ticket | None:
        """The kiosk's caller in the queue, as our desk sees it."""
        return next(
            (
                ticket
                for ticket in self.desk.link.queue
                if ticket.kiosk == KIOSK and ticket.state in OPEN
            ),
            None,
        )

    async def press(self) -> Ticket:
        """The caller calls; the ticket. Raises `CannotDo`, `RuleBroken`."""
        began = self.traffic.mark()
        await self.instruct(Press(service=SERVICE, number=CALLER_NUMBER))
        await self.findings.eventually(
            "P-103",
            lambda: any(_is_call(record) for record in self.traffic.requests("call", began)),
            within_s=10,
            otherwise="no such request came",
        )
        self.findings.check(
            "P-102",
            bool(self.traffic.requests("services")),
            "`services` was never asked",
        )
        await self.until(self.ticket, "the hub has no ticket of the kiosk")
        ticket = self.ticket()
        if ticket is None:
            raise CannotDo("the ticket is gone")
        return ticket

    async def converse(self) -> Conversation:
        """The caller calls and our agent accepts."""
        began = self.traffic.mark()
        talk = Conversation(await self.desk.accept(await self.press()), began)
        self._talking = talk.id
        return talk

    async def send(self, talk: Conversation, topic: str, message: SessionMessage) -> None:
        """Our agent's desk says something."""
        await self.desk.send(talk.id, topic, message)

    def changes(
        self, talk: Conversation, grant: Grant, since: int | None = None
    ) -> list[GrantChanged]:
        """Return what the kiosk said of a power."""
        return [change for change in self.sent(talk, GrantChanged, since) if change.grant is grant]

    async def ask(self, talk: Conversation, grant: Grant, *, yes: bool) -> GrantChanged | None:
        """Our agent asks, the caller answers; the change with our request's id, if it came."""
        request = new_id()
        await self.send(talk, "grant", GrantRequested(grant=grant, request_id=request))
        await self.instruct(AnswerGrant(grant=grant, yes=yes))

        def reported() -> list[GrantChanged]:
            return [change for change in self.changes(talk, grant) if change.request_id == request]

        await self.findings.seen(reported, 10)
        if reported():
            return reported()[-1]
        return None

    async def allow(self, talk: Conversation, grant: Grant) -> None:
        """The caller gives a power. Raises `RuleBroken`."""
        change = await self.ask(talk, grant, yes=True)
        self.findings.demand(
            "P-205",
            change is not None and change.allowed and change.left_s > 0,
            f"after yes to {grant.value} it said {change}",
        )

    async def end(self, talk: Conversation) -> KioskWiped:
        """Our agent hangs up; the kiosk's report. Raises `RuleBroken`."""
        await self.desk.link.hang_up(talk.id)
        return await self.wiped(talk)

    async def wiped(self, talk: Conversation) -> KioskWiped:
        """The kiosk's report after the end of a conversation. Raises `RuleBroken`."""
        await self.findings.eventually(
            "P-120",
            lambda: self.sent(talk, KioskWiped),
            within_s=20,
            otherwise="no KioskWiped came",
        )
        wiped = self.sent(talk, KioskWiped)[-1]
        self.findings.check("P-120", wiped.left_over == 0, f"left_over was {wiped.left_over}")
        await self.desk.close_call()
        await self.close_ticket(talk.id)
        return wiped

    async def close_ticket(self, session: str) -> None:
        """Our agent finishes the wrap-up, if there is one."""
        self._talking = ""
        try:
            await self.desk.link.close(session)
        except SessionError:
            self.desk.forget(session)

    async def tidy(self) -> None:
        """Whatever a case left: nobody waits, nobody talks, no wrap-up is open."""
        if self._talking:
            await self._end_quietly(self._talking)
        while (ticket := self.ticket()) is not None:
            try:
                await self._end_quietly(ticket.session or (await self.desk.accept(ticket)).id)
            except SessionError:
                return
            await self.findings.seen(partial(self._is_gone, ticket), 2)

    def _is_gone(self, ticket: Ticket) -> bool:
        return self.ticket() != ticket

    async def _end_quietly(self, session: str) -> None:
        with contextlib.suppress(SessionError):
            await self.desk.link.hang_up(session)
        await self.findings.seen(lambda: self.traffic.messages(session, KioskWiped), 10)
        await self.desk.close_call()
        await self.close_ticket(session)


def _is_call(sent: RecordedMessage) -> bool:
    try:
        return decode_request(TicketRequested, sent.payload).service == SERVICE
    except SessionError:
        return False
