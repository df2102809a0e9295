# SPDX-License-Identifier: GPL-3.0-only
"""The stage of a kiosk under test: our desk, and the scenes that every story needs."""

from __future__ import annotations

import contextlib
from functools import partial

from expert_app.conformance.desk_end import DeskEnd
from expert_app.conformance.driver import CannotDo, Driver
from expert_app.conformance.findings import Findings
from expert_app.conformance.instructions import AnswerGrant, Press
from expert_app.conformance.stage import Stage, TriedTalk
from expert_app.conformance.throw_away_hub import (
    AGENT,
    CALLER_NUMBER,
    KIOSK,
    SERVICE,
    ThrowAwayHub,
)
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.protocol.conversation.chat_and_privacy import WordsSaid
from session.protocol.conversation.messages import (
    CallOffered,
    Grant,
    GrantChanged,
    GrantRequested,
    KioskWiped,
)
from session.protocol.hub.requests import TicketRequested
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import new_id

OPEN = (TicketState.WAITING, TicketState.OFFERED, TicketState.IN_SESSION)


class KioskStage(Stage):
    """See `Stage`; the other end is `desk`."""

    letter = "P"

    def __init__(
        self, world: ThrowAwayHub, driver: Driver, *, findings: Findings, tasks: Tasks
    ) -> None:
        super().__init__(world, driver, findings=findings, tasks=tasks)
        self.desk = DeskEnd(world, AGENT, tasks=tasks)
        self._talking = ""

    async def begin(self, code: str) -> None:
        """See `Stage`."""
        await self.desk.open()
        await self.enrols(code, "kiosk")

    async def close(self) -> None:
        """See `Stage`."""
        await self.desk.close()
        await super().close()

    async def desk_comes_back(self) -> None:
        """Start the first agent's desk again after it was lost. Raises `CannotDo`."""
        self.desk = DeskEnd(self.world, AGENT, tasks=self.tasks)
        await self.desk.open()
        await self.until(lambda: self.desk.link.is_ready, "the desk has no queue")

    def ticket(self) -> Ticket | None:
        """Return the kiosk's caller in the queue, as our desk sees it."""
        queue = self.desk.link.queue
        tickets = [ticket for ticket in queue if ticket.kiosk == KIOSK and ticket.state in OPEN]
        return next(iter(tickets), None)

    async def press(self) -> Ticket:
        """Let the caller call; the ticket. Raises `CannotDo`, `RuleBroken`."""
        began = self.traffic.mark()
        await self.instruct(Press(service=SERVICE, number=CALLER_NUMBER))

        def has_called() -> bool:
            requests = self.traffic.asked(TicketRequested, began)
            return SERVICE in [request.service for request in requests]

        otherwise = "no such request came"
        await self.findings.eventually("P-103", has_called, within_s=10, otherwise=otherwise)
        is_asked = bool(self.traffic.requests("services"))
        self.findings.check("P-102", is_asked, "`services` was never asked")
        ticket = await self.findings.seen(self.ticket, 15)
        if ticket is None:
            raise CannotDo("the hub has no ticket of the kiosk")
        return ticket

    async def converse(self) -> TriedTalk:
        """See `Stage`. The kiosk has time to offer a call."""
        began = self.traffic.mark()
        talk = await self.accept(await self.press(), began)
        await self.findings.seen(lambda: talk.sent(CallOffered), 15)
        return talk

    async def accept(self, ticket: Ticket, began: int) -> TriedTalk:
        """Let our agent take this caller."""
        facts = await self.desk.accept(ticket)
        self._talking = facts.id
        return TriedTalk(self, self.desk, facts.id, began)

    async def greet(self, talk: TriedTalk) -> None:
        """Let our agent, who has neither picture nor voice, write: a kiosk may ask nobody who has
        not met the agent.
        """
        await talk.say("beside", WordsSaid(words_id=new_id(), text="Bonjour"))

    async def ask(self, talk: TriedTalk, grant: Grant, *, yes: bool) -> GrantChanged | None:
        """Let our agent ask and the caller answer; the change with our request's id, if it came."""
        await self.greet(talk)
        request = new_id()
        await talk.say("grant", GrantRequested(grant=grant, request_id=request))
        await self.instruct(AnswerGrant(grant=grant, yes=yes))
        changes = await talk.comes(GrantChanged, within_s=10, grant=grant, request_id=request)
        return next(reversed(changes), None)

    async def allow(self, talk: TriedTalk, grant: Grant) -> None:
        """Let the caller give a grant. Raises `RuleBroken`."""
        change = await self.ask(talk, grant, yes=True)
        good = change is not None and change.allowed and change.left_s > 0
        self.findings.demand("P-205", good, f"after yes to {grant.value} it said {change}")

    async def finish(self, talk: TriedTalk) -> None:
        """See `Stage`."""
        await self.end(talk)

    async def end(self, talk: TriedTalk) -> KioskWiped:
        """Let our agent hang up; the kiosk's report. Raises `RuleBroken`."""
        await self.desk.link.hang_up(talk.id)
        return await self.wiped(talk)

    async def wiped(self, talk: TriedTalk) -> KioskWiped:
        """Return the kiosk's report after the end of a conversation. Raises `RuleBroken`."""
        wiped = await talk.says("P-120", KioskWiped, within_s=20)
        self.findings.check("P-120", wiped.left_over == 0, f"left_over was {wiped.left_over}")
        await self._close_ticket(talk.id)
        return wiped

    async def _close_ticket(self, session: str) -> None:
        """Let our agent finish the wrap-up, if there is one."""
        self._talking = ""
        await self.desk.close_call()
        try:
            await self.desk.link.close(session)
        except SessionError:
            self.desk.link.bus.drop_channel(session)

    async def tidy(self) -> None:
        """See `Stage`."""
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
        await self._close_ticket(session)
