# SPDX-License-Identifier: GPL-3.0-only
"""The common parts of the stages of both ends: the hub, the second desk, the end under test.
Used by `stage` and `desks.stage`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Protocol

from expert_app.conformance.desk_end import DeskEnd
from expert_app.conformance.driver import CannotDo, Driver, Instruction
from expert_app.conformance.findings import Findings
from expert_app.conformance.throw_away_hub import COLLEAGUE, ThrowAwayHub, Traffic, is_whole
from session.bus.sealing.box import SEAL_HEADER
from session.core.tasks import Tasks
from session.protocol.conversation.messages import SessionMessage
from session.protocol.endpoints.refusals import HUB_TOPIC
from session.protocol.topics import RAW_TOPICS

BEAT_GAP_S = 12.0
"""Longest time between two signs of life: twice and a bit of what the document asks."""

BACK_S = 130.0
"""A minute without the key, and a client that asks rarely."""


class OpenTalk(Protocol):
    """An open session; `began`: how much the end under test had said before."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def began(self) -> int: ...  # noqa: D102


class Trial:
    """One run with one end.

    Attributes:
        away_s: moments at which it could say nothing, because a case kept it away.
    """

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

    @property
    def traffic(self) -> Traffic:
        """The messages that the end under test said."""
        return self.world.traffic

    async def instruct(self, instruction: Instruction) -> None:
        """The person at the end under test does it. Raises `CannotDo`."""
        await self._driver.instruct(instruction)

    async def enrols(self, code: str, rule: str, role: str) -> None:
        """The end under test comes with its code. Raises `RuleBroken`, `CannotDo`."""
        before = self.world.key()
        await self.instruct(self.world.begin(code))
        await self.findings.eventually(
            rule,
            lambda: self.world.key() != before and self.traffic.sent,
            within_s=30,
            otherwise=f"no key enrolled with the code, or it never connected as the {role}",
        )

    async def colleague_comes(self) -> None:
        """The second agent is connected."""
        if not self._colleague_is_there:
            self._colleague_is_there = True
            await self.colleague.open()
            await self.until(lambda: self.colleague.link.is_ready, "the second desk has no queue")

    async def until(self, condition: Callable[[], object], why: str, within_s: float = 15) -> None:
        """Waits for something that no rule asks of the end under test. Raises `CannotDo`."""
        if not await self.findings.seen(condition, within_s):
            raise CannotDo(why)

    async def is_shut_out(self, rule: str) -> None:
        """The end loses its key for a minute, as who floods the hub does, and comes back. Raises
        `RuleBroken`, `CannotDo`.
        """

        def quiet_s() -> float:
            return time.monotonic() - self.traffic.beats()[-1].at_s

        self.world.shut_out()
        await self.until(lambda: quiet_s() > BEAT_GAP_S, "the hub did not shut it out", 30)
        self.away_s.append(time.monotonic())
        await self.findings.eventually(
            rule,
            lambda: quiet_s() < BEAT_GAP_S / 2,
            within_s=BACK_S,
            otherwise="no sign of life came after it was shut out for a minute",
        )

    def sent[Kind: SessionMessage](
        self, talk: OpenTalk, kind: type[Kind], since: int | None = None
    ) -> list[Kind]:
        """Return what of this kind the end under test said in the conversation."""
        return self.traffic.messages(talk.id, kind, talk.began if since is None else since)

    async def comes(
        self, talk: OpenTalk, kind: type[SessionMessage], since: int, within_s: float = 5.0
    ) -> bool:
        """Return True if the end under test says something of this kind in time."""
        return await self.findings.seen(lambda: self.sent(talk, kind, since), within_s)


def check_all_sent(trial: Trial, *, beats: str, complete: str, right: str) -> None:
    """Check what holds for everything that the end under test has said; the rules' numbers."""
    findings, traffic = trial.findings, trial.traffic
    came = [record.at_s for record in traffic.beats()]
    times = [traffic.sent[0].at_s, *came, time.monotonic()]
    gaps = [
        later - earlier
        for earlier, later in pairwise(times)
        if not any(earlier <= away <= later for away in trial.away_s)
    ]
    if came:
        worst = max(gaps, default=0.0)
    else:
        worst = math.inf
    findings.check(
        beats, worst <= BEAT_GAP_S * max(1.0, findings.patience), f"none for {worst:.0f} s"
    )
    requests = [record for record in traffic.sent if record.subject.startswith(("svc.", "all."))]
    spoken = [
        record
        for record in traffic.sent
        if record.session and record.topic not in RAW_TOPICS and SEAL_HEADER not in record.headers
    ]
    bare = [record for record in requests if not is_whole(record)]
    bare += [record for record in spoken if record.payload[:1] == b"{" and not is_whole(record)]
    findings.check(complete, not bare, f"not so on {sorted({record.topic for record in bare})}")
    wrong = {f"{record.topic}: {record.why_not()}" for record in spoken if record.message() is None}
    refused = [
        record.payload
        for record in traffic.received
        # a session may be over before this end has heard of it
        if record.topic == HUB_TOPIC
        and record.payload not in trial.world.injected
        and b'"ticket_unknown"' not in record.payload
    ]
    findings.check(
        right,
        not wrong and not refused,
        f"wrong on {sorted(wrong)[:3]}; the hub refused {refused[:2]!r}"[:500],
    )
