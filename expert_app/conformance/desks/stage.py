# SPDX-License-Identifier: GPL-3.0-only
"""The stage of a desk under test: our kiosk, and the scenes that every story needs."""

from __future__ import annotations

import contextlib

from expert_app.conformance.driver import CannotDo, Driver
from expert_app.conformance.findings import Findings
from expert_app.conformance.instructions import Accept, AskGrant, CloseTicket, EndCall
from expert_app.conformance.kiosk_end import KioskEnd
from expert_app.conformance.stage import Stage, TriedTalk
from expert_app.conformance.throw_away_hub import ThrowAwayHub
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.protocol.conversation.chat_and_privacy import WordsSaid
from session.protocol.conversation.messages import Grant, GrantRequested
from session.protocol.hub.requests import AcceptRequest
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.ids import new_id


class DeskStage(Stage):
    """See `Stage`; the other end is `kiosk`."""

    letter = "D"

    def __init__(
        self, world: ThrowAwayHub, driver: Driver, *, findings: Findings, tasks: Tasks
    ) -> None:
        super().__init__(world, driver, findings=findings, tasks=tasks)
        self.kiosk = KioskEnd(world, tasks=tasks)

    async def begin(self, code: str) -> None:
        """See `Stage`."""
        await self.kiosk.open()
        await self.enrols(code, "agent")

    async def close(self) -> None:
        """See `Stage`."""
        await self.kiosk.close()
        await super().close()

    async def converse(self) -> TriedTalk:
        """See `Stage`."""
        began, kiosk = self.traffic.mark(), self.kiosk
        kiosk.answers = dict.fromkeys(Grant, True)
        await kiosk.press()
        ticket = kiosk.link.ticket
        await self.instruct(Accept())

        def is_accepted() -> bool:
            tickets = [request.ticket_id for request in self.traffic.asked(AcceptRequest, began)]
            return ticket is not None and ticket.id in tickets

        otherwise = "no `accept` of the ticket came"
        await self.findings.eventually("D-103", is_accepted, within_s=10, otherwise=otherwise)
        self.findings.check("D-102", bool(self.traffic.requests("queue")), "it was never asked")
        return await self.opened(began)

    async def opened(self, began: int) -> TriedTalk:
        """Return the session that the hub has opened. Raises `CannotDo`."""
        facts = await self.findings.seen(lambda: self.kiosk.facts, 15)
        if facts is None:
            raise CannotDo("the hub opened no session")
        return TriedTalk(self, self.kiosk, facts.id, began)

    async def until_shown(self) -> None:
        """Wait until the desk has taken all that our kiosk said. Raises `CannotDo`."""
        words = new_id()
        await self.kiosk.send("beside", WordsSaid(words_id=words, text="Vous m’entendez ?"))
        await self.until(lambda: self.shows(words), "the desk shows no words")

    def asks(self, talk: TriedTalk, grant: Grant, since: int | None = None) -> list[GrantRequested]:
        """Return the desk's requests for a grant."""
        return [
            request
            for request in talk.sent(GrantRequested, since)
            if grant in (request.grant, *request.together)
        ]

    async def ask(self, talk: TriedTalk, grant: Grant) -> None:
        """Let the agent ask for a grant and get its answer. Raises `RuleBroken`."""
        if not self.kiosk.given.get(grant):
            await self.begins_to_ask(talk, grant)
            await self.until(lambda: grant in self.kiosk.given, "our kiosk did not answer")

    async def begins_to_ask(self, talk: TriedTalk, grant: Grant) -> GrantRequested:
        """Let the agent ask for a grant. Raises `RuleBroken`."""
        since = self.traffic.mark()
        await self.instruct(AskGrant(grant=grant))
        await self.findings.eventually(
            "D-201",
            lambda: self.asks(talk, grant, since),
            within_s=10,
            otherwise=f"no GrantRequested for {grant.value} came",
        )
        request = self.asks(talk, grant, since)[-1]
        self.findings.check("D-201", bool(request.request_id), "it had no request_id")
        return request

    async def finish(self, talk: TriedTalk) -> None:
        """See `Stage`."""
        since = await self.end(talk)
        await self.wrap_up(talk, since)

    async def end(self, talk: TriedTalk) -> int:
        """Let the agent end the conversation; how much the desk had said before."""
        since = self.traffic.mark()
        await self.instruct(EndCall())
        await self.until(
            lambda: talk.id in [end.session_id for end in self.kiosk.ended],
            "the hub did not end the session",
        )
        return since

    async def wrap_up(self, talk: TriedTalk, since: int) -> None:
        """Let the agent finish the wrap-up. Raises `RuleBroken`."""
        await self._asks_of(talk, "hang_up", since)
        await self.kiosk.wipe()
        await self.instruct(CloseTicket())
        await self._asks_of(talk, "close", since)

    async def _asks_of(self, talk: TriedTalk, verb: str, since: int) -> None:
        def is_asked() -> bool:
            requests = self.traffic.requests(verb, since)
            return any(talk.id.encode() in request.payload for request in requests)

        otherwise = f"no `{verb}` of the session came"
        await self.findings.eventually("D-120", is_asked, within_s=10, otherwise=otherwise)

    async def tidy(self) -> None:
        """See `Stage`."""
        kiosk, ticket = self.kiosk, self.kiosk.link.ticket
        if ticket is None:
            return
        with contextlib.suppress(SessionError):
            if ticket.state is TicketState.IN_SESSION and kiosk.facts is not None:
                await kiosk.link.hang_up(kiosk.facts.id)
                await kiosk.wipe()
            else:
                await kiosk.link.leave(ticket.id)
        with contextlib.suppress(CannotDo):
            await self.instruct(CloseTicket())
