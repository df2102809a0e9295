# SPDX-License-Identifier: GPL-3.0-only
"""The stage that a story plays on, whichever end is tried: the hub, the second desk, the end under
test, and the scenes that every story needs. `kiosks.stage` and `desks.stage` add our own end.
"""

from __future__ import annotations

import abc
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from expert_app.conformance.desk_end import DeskEnd
from expert_app.conformance.driver import CannotDo, Driver
from expert_app.conformance.findings import Findings
from expert_app.conformance.instructions import Instruction
from expert_app.conformance.our_end import OurEnd
from expert_app.conformance.throw_away_hub import COLLEAGUE, ORGANISATION, ThrowAwayHub, Traffic
from session.core.tasks import Tasks
from session.protocol.conversation.chat_and_privacy import WordsShown
from session.protocol.conversation.messages import MessageRefused, SessionMessage
from session.protocol.endpoints.chunks import INDEX_HEADER, ITEM_HEADER
from session.protocol.endpoints.chunks import TOPIC as CHUNK

BEAT_GAP_S = 12.0
"""Longest time between two signs of life: twice and a bit of what the document asks."""

BACK_S = 130.0
"""A minute without the key, and a client that asks rarely."""


@dataclass(frozen=True)
class TriedTalk:
    """An open session of the end under test with ours.

    Attributes:
        ours: our end.
        began: how much the end under test had said before.
    """

    stage: Stage
    ours: OurEnd
    id: str
    began: int

    async def say(self, topic: str, message: SessionMessage) -> None:
        """Let our end say something. Raises `BusUnreachable`."""
        await self.ours.say(self.id, topic, message)

    def sent[Kind: SessionMessage](
        self, kind: type[Kind], since: int | None = None, **fields: object
    ) -> list[Kind]:
        """Return what of this kind, and with these values in it, the end under test said."""
        messages = self.stage.traffic.messages(
            self.id, kind, self.began if since is None else since
        )
        return [
            message
            for message in messages
            if all(getattr(message, name) == value for name, value in fields.items())
        ]

    async def comes[Kind: SessionMessage](
        self,
        kind: type[Kind],
        since: int | None = None,
        *,
        within_s: float = 5,
        **fields: object,
    ) -> list[Kind]:
        """Return what `sent` does, once that is something, or when the time is over."""
        return await self.stage.findings.seen(lambda: self.sent(kind, since, **fields), within_s)

    async def says[Kind: SessionMessage](
        self,
        rule: str,
        kind: type[Kind],
        since: int | None = None,
        *,
        within_s: float = 15,
        otherwise: str = "",
    ) -> Kind:
        """Return the newest message of a kind that must come. Raises `RuleBroken`."""
        messages = await self.comes(kind, since, within_s=within_s)
        self.stage.findings.demand(rule, bool(messages), otherwise or f"no {kind.__name__} came")
        return messages[-1]

    async def answers[Kind: SessionMessage](
        self,
        topic: str,
        message: SessionMessage,
        kind: type[Kind],
        *,
        within_s: float = 5,
        **fields: object,
    ) -> list[Kind]:
        """Let our end say something, and return what comes of this kind, and with these values."""
        since = self.stage.traffic.mark()
        await self.say(topic, message)
        return await self.comes(kind, since, within_s=within_s, **fields)

    async def refusals(self, since: int) -> list[str]:
        """Return the codes with which the end under test refuses what was said to it."""
        return [refusal.code for refusal in await self.comes(MessageRefused, since)]

    def chunks(self, item: str, since: int = 0) -> dict[int, bytes]:
        """Return what the end under test sent of an item, by number."""
        return {
            int(record.headers.get(INDEX_HEADER, "-1")): record.payload
            for record in self.stage.traffic.raw(self.id, CHUNK, since)
            if record.headers.get(ITEM_HEADER) == item
        }


@dataclass(frozen=True)
class Case[On: Stage]:
    """A story and the rules that it tries; `slow` ones take more than ten seconds."""

    name: str
    rules: tuple[str, ...]
    play: Callable[[On], Awaitable[None]]
    slow: bool = False


def numbers(letter: str, *spans: int | tuple[int, int]) -> tuple[str, ...]:
    """Return the rules' numbers, of an end, for single ones and for spans with both ends."""
    singles: list[int] = []
    for span in spans:
        first, last = (span, span) if isinstance(span, int) else span
        singles += range(first, last + 1)
    return tuple(f"{letter}-{number}" for number in singles)


class Stage(abc.ABC):
    """One run with one end.

    Attributes:
        letter: with which the numbers of this end's rules begin.
        away_s: moments at which it could say nothing, because a case kept it away.
    """

    letter: ClassVar[str]

    def __init__(
        self, world: ThrowAwayHub, driver: Driver, *, findings: Findings, tasks: Tasks
    ) -> None:
        self.world = world
        self.findings = findings
        self.tasks = tasks
        self.colleague = DeskEnd(world, COLLEAGUE, tasks=tasks)
        self._driver = driver
        self.away_s: list[float] = []
        self._colleague_is_there = False

    # ---- what our own end does

    @abc.abstractmethod
    async def begin(self, code: str) -> None:
        """Open our ends and let the end under test enrol. Raises `RuleBroken`, `CannotDo`."""

    @abc.abstractmethod
    async def converse(self) -> TriedTalk:
        """Let the caller call and the agent accept. Raises `CannotDo`, `RuleBroken`."""

    @abc.abstractmethod
    async def finish(self, talk: TriedTalk) -> None:
        """Let the agent end the conversation and its wrap-up. Raises `RuleBroken`."""

    @abc.abstractmethod
    async def tidy(self) -> None:
        """End whatever a case left. Raises `SessionError`, `CannotDo`."""

    async def close(self) -> None:
        """Close our ends."""
        await self.colleague.close()

    # ---- what the end under test says

    def rule(self, number: int) -> str:
        """Return the number of a rule that both ends have."""
        return f"{self.letter}-{number}"

    @property
    def traffic(self) -> Traffic:
        """The messages that the end under test said."""
        return self.world.traffic

    def shows(self, words: str) -> bool:
        """Return True if the end under test has said that the words stand on its screen."""
        return any(
            isinstance(message := record.message(), WordsShown) and message.words_id == words
            for record in self.traffic.sent
        )

    # ---- scenes

    async def instruct(self, instruction: Instruction) -> None:
        """Let the person at the end under test do it. Raises `CannotDo`."""
        await self._driver.instruct(instruction)

    async def can(self, instruction: Instruction, *rules: str) -> bool:
        """Return True once the person has done it; otherwise these rules stay untried."""
        try:
            await self.instruct(instruction)
        except CannotDo as cannot:
            self.findings.leave_untried(rules, str(cannot))
            return False
        return True

    async def until(self, condition: Callable[[], object], why: str, within_s: float = 15) -> None:
        """Wait for something that no rule asks of the end under test. Raises `CannotDo`."""
        if not await self.findings.seen(condition, within_s):
            raise CannotDo(why)

    async def enrols(self, code: str, role: str) -> None:
        """Let the end under test come with its code. Raises `RuleBroken`, `CannotDo`."""
        before = self.world.key()
        await self.instruct(self.world.begin(code))
        await self.findings.eventually(
            self.rule(101),
            lambda: self.world.key() != before and self.traffic.sent,
            within_s=30,
            otherwise=f"no key enrolled with the code, or it never connected as the {role}",
        )

    async def colleague_comes(self) -> None:
        """Connect the second agent."""
        colleague = self.colleague
        if not self._colleague_is_there:
            self._colleague_is_there = True
            await colleague.open()
            await self.until(lambda: colleague.link.is_ready, "the second desk has no queue")
        presence = self.world.hub.queue.presence
        await self.until(
            lambda: presence.is_there(ORGANISATION, colleague.talk.me[0], COLLEAGUE),
            "the colleague is not there",
        )

    async def is_shut_out(self) -> None:
        """Take the end's key for a minute, as from who floods the hub, until it comes back. Raises
        `RuleBroken`, `CannotDo`.
        """

        def quiet_s() -> float:
            return time.monotonic() - self.traffic.beats()[-1].at_s

        self.world.shut_out()
        await self.until(lambda: quiet_s() > BEAT_GAP_S, "the hub did not shut it out", 30)
        self.away_s.append(time.monotonic())
        await self.findings.eventually(
            self.rule(129),
            lambda: quiet_s() < BEAT_GAP_S / 2,
            within_s=BACK_S,
            otherwise="no sign of life came after it was shut out for a minute",
        )
