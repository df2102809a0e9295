# SPDX-License-Identifier: GPL-3.0-only
"""One run's hub, kiosk, desk under test and findings, and the scenes that every case needs.
Used by the cases.
"""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from expert_app.conformance.desks.instructions import Accept, AskGrant, CloseTicket, EndCall
from expert_app.conformance.desks.kiosk_end import KioskEnd
from expert_app.conformance.driver import CannotDo, Driver
from expert_app.conformance.findings import Findings
from expert_app.conformance.throw_away_hub import ThrowAwayHub
from expert_app.conformance.trial import Trial
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.protocol.codec import decode_request
from session.protocol.conversation.chat_and_privacy import WordsSaid, WordsShown
from session.protocol.conversation.messages import Grant, GrantRequested
from session.protocol.hub.requests import AcceptRequest
from session.protocol.hub.tickets import TicketState


class DeskTalk(NamedTuple):
    """An open session of the desk with our kiosk. `began`: how much the desk had said before."""

    id: str
    began: int


class DeskStage(Trial):
    """The stage that a case plays on."""

    def __init__(
        self, world: ThrowAwayHub, driver: Driver, *, findings: Findings, tasks: Tasks
    ) -> None:
        super().__init__(world, driver, findings=findings, tasks=tasks)
        self.kiosk = KioskEnd(world, tasks)

    # ---- beginning and end

    async def begin(self, code: str) -> None:
        """The kiosk is there, the desk enrols. Raises `RuleBroken`, `CannotDo`."""
        await self.kiosk.open()
        await self.enrols(code, "D-101", "agent")

    async def close(self) -> None:
        """Everybody of ours goes."""
        await self.kiosk.close()
        await self.colleague.close()

    # ---- scenes

    async def converse(self) -> DeskTalk:
        """The caller calls and the desk's agent accepts. Raises `CannotDo`, `RuleBroken`."""
        began, kiosk = self.traffic.mark(), self.kiosk
        kiosk.answers = dict.fromkeys(Grant, True)
        await kiosk.press()
        ticket = kiosk.link.ticket
        accepting = Accept()
        await self.instruct(accepting)
        await self.findings.eventually(
            "D-103",
            lambda: any(
                _accepts(record.payload, ticket.id if ticket is not None else "")
                for record in self.traffic.requests("accept", began)
            ),
            within_s=10,
            otherwise="no `accept` of the ticket came",
        )
        self.findings.check("D-102", bool(self.traffic.requests("queue")), "it was never asked")
        await self.until(lambda: kiosk.facts is not None, "the hub opened no session")
        return DeskTalk(kiosk.facts.id if kiosk.facts is not None else "", began)

    async def until_shown(self, talk: DeskTalk, words_id: str) -> None:
        """The desk has taken all that our kiosk said until now. Raises `CannotDo`."""
        await self.kiosk.send("beside", WordsSaid(words_id=words_id, text="Vous m’entendez ?"))
        await self.until(
            lambda: words_id in [message.words_id for message in self.sent(talk, WordsShown)],
            "the desk shows no words",
        )

    def asks(self, talk: DeskTalk, grant: Grant, since: int | None = None) -> list[GrantRequested]:
        """The desk's requests for a power."""
        return [
            request
            for request in self.sent(talk, GrantRequested, since)
            if grant in (request.grant, *request.together)
        ]

    async def ask(self, talk: DeskTalk, grant: Grant) -> GrantRequested:
        """The desk's agent asks for a power and gets its answer. Raises `RuleBroken`."""
        if self.kiosk.given.get(grant):
            return self.asks(talk, grant)[-1]
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
        await self.until(lambda: grant in self.kiosk.given, "our kiosk did not answer")
        return request

    async def end(self, talk: DeskTalk) -> None:
        """The desk's agent ends the conversation and its wrap-up. Raises `RuleBroken`."""
        since = self.traffic.mark()
        await self.instruct(EndCall())
        await self.until(lambda: self.is_over(talk), "the hub did not end the session")
        await self.finish(talk, since)

    async def finish(self, talk: DeskTalk, since: int) -> None:
        """The agent has ended the conversation, now the wrap-up. Raises `RuleBroken`."""
        await self._ends(talk, "hang_up", since)
        await self.kiosk.wipe()
        await self.instruct(CloseTicket())
        await self._ends(talk, "close", since)

    async def _ends(self, talk: DeskTalk, verb: str, since: int) -> None:
        await self.findings.eventually(
            "D-120",
            lambda: any(
                talk.id.encode() in record.payload for record in self.traffic.requests(verb, since)
            ),
            within_s=10,
            otherwise=f"no `{verb}` of the session came",
        )

    def is_over(self, talk: DeskTalk) -> bool:
        """True if the hub has told our kiosk of the end."""
        return any(session.session_id == talk.id for session in self.kiosk.ended)

    async def tidy(self) -> None:
        """Whatever a case left: nobody waits, nobody talks, no wrap-up is open."""
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


def _accepts(payload: bytes, ticket_id: str) -> bool:
    try:
        return decode_request(AcceptRequest, payload).ticket_id == ticket_id
    except SessionError:
        return False
