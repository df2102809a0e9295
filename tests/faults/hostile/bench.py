# SPDX-License-Identifier: GPL-3.0-only
"""A hostile kiosk in a conversation with the real desk's program: `python -m tests.faults.hostile
[SECONDS]`; `make test-faults` gives each topic 30 s, a test asks for a few bursts and looks at what
is kept.

The kiosk's key is true and its conversation too. It says every message that it may say a thousand
times at once, then fills each topic faster than the hub passes it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import msgspec
import psutil

from expert_app.conformance.desks.instructions import Accept
from expert_app.conformance.desks.kiosk_end import KioskEnd
from expert_app.conformance.site import page_site
from expert_app.conformance.throw_away_hub import KIOSK, LOOPBACK, TRIED_DESK, ThrowAwayHub
from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import sign
from session.core.tasks import Tasks
from session.hub.access import flood_watch
from session.protocol.codec import encode_session
from session.protocol.conversation.chat_and_privacy import WordsSaid, WordsShown
from session.protocol.conversation.messages import Grant, PageOffered, SessionMessage
from session.protocol.conversation.page_signing import words_of
from session.protocol.topics import RAW_TOPICS, MessageRow, SendingEnd
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.conformance.desk_program import DeskProgram
from tests.faults.hostile.samples import rows_of, sample
from tests.support.waiting import until

BURST = 1000
STREAM_AT_ONCE, STREAM_PAUSE_S = 100, 0.02
"""5,000 a second: more than twice what the hub passes of any topic."""

PROBE_S = 0.02
SETTLED_S = 60.0
"""So long the window has to come to rest; it means only that it does not hang."""


@dataclass
class WindowWatch:
    """How the window fared.

    Attributes:
        slowest_s: the longest that it answered nothing, by what was done meanwhile.
        grown_mb: memory of its process, by the same.
        flooded: the agent reads that the kiosk sends too much.
        heard: words of the caller reached the screen afterwards.
    """

    slowest_s: dict[str, float]
    grown_mb: dict[str, float]
    flooded: bool = False
    heard: bool = False


class HostileKiosk:
    """The kiosk's end of a conversation, and a connection that says what it likes."""

    def __init__(
        self, kiosk: KioskEnd, connection: Connection, *, desk: DeskProgram, world: ThrowAwayHub
    ) -> None:
        self._kiosk, self._connection, self._desk = kiosk, connection, desk
        self._seed, self._relay = world.seeds[KIOSK], world.hub.network.relay
        self._number = self._said = 0
        self.watch = WindowWatch({}, {})

    @property
    def _session_id(self) -> str:
        assert self._kiosk.facts is not None
        return self._kiosk.facts.id

    async def burst(self, row: MessageRow, count: int = BURST) -> None:
        """Says a message so often at once, on the first of its topics, with a new id each time."""
        payloads = [encode_session(self._sample(row.message)) for _time in range(count)]
        async with self._watched(row.message.__name__):
            for payload in payloads:
                await self._say(row.topics[0], payload)

    async def stream(self, topic: str, seconds: float) -> None:
        """Fills a topic for so long, faster than the hub passes it."""
        payloads = [
            encode_session(self._sample(row.message))
            for row in rows_of(SendingEnd.KIOSK)
            if topic in row.topics
        ] or [b"x" * 64]
        async with self._watched(f"stream {topic}"):
            until_s = time.monotonic() + seconds
            while time.monotonic() < until_s:
                for number in range(STREAM_AT_ONCE):
                    headers = {"Item": f"item{number}", "Index": "0"} if topic in RAW_TOPICS else {}
                    await self._say(topic, payloads[number % len(payloads)], headers)
                await asyncio.sleep(STREAM_PAUSE_S)  # the hub runs in this process, too

    async def talk_on(self) -> None:
        """The caller writes once more, and reads that it stands on the agent's screen."""
        words_id = f"after{self._number}"

        async def say() -> None:
            while words_id not in self._shown():
                words = WordsSaid(words_id=words_id, text="Vous êtes encore là ?")
                await self._kiosk.send("beside", words)
                await asyncio.sleep(1.0)

        await asyncio.wait_for(say(), SETTLED_S)
        self.watch.heard = True

    def _shown(self) -> set[str]:
        return {said.words_id for said in self._kiosk.received if isinstance(said, WordsShown)}

    def _sample(self, message: type[SessionMessage]) -> SessionMessage:
        self._number += 1
        made = sample(message, self._number)
        if not isinstance(made, PageOffered):
            return made
        page = msgspec.structs.replace(made, signer=self._kiosk.key)
        signature = sign(self._seed, words_of(self._session_id, page))
        return msgspec.structs.replace(page, signature=signature)

    async def _say(self, topic: str, payload: bytes, headers: dict[str, str] | None = None) -> None:
        subject = subjects.session_out(Role.KIOSK, KIOSK, self._session_id, topic)
        await self._connection.publish(subject, payload, headers)
        self._said += 1

    @asynccontextmanager
    async def _watched(self, name: str) -> AsyncIterator[None]:
        """Asks the window all the while, and until it is at rest."""
        process = psutil.Process(self._desk.program.pid)
        before_mb = process.memory_info().rss / 2**20
        times: list[float] = []
        watching = asyncio.create_task(self._probe(times))
        try:
            yield
            await until(lambda: self._relay.passed + self._relay.dropped >= self._said, SETTLED_S)
            count = len(times)
            await until(lambda: len(times) >= count + 5, SETTLED_S)
        finally:
            watching.cancel()
        self.watch.slowest_s[name] = max(times)
        facts = await self._desk.program.ask("facts", timeout_s=SETTLED_S)
        self.watch.flooded = "flooded" in facts
        self.watch.grown_mb[name] = process.memory_info().rss / 2**20 - before_mb

    async def _probe(self, times: list[float]) -> None:
        while True:
            began_s = time.monotonic()
            await self._desk.program.ask("visible", timeout_s=SETTLED_S)
            times.append(time.monotonic() - began_s)
            await asyncio.sleep(PROBE_S)


@asynccontextmanager
async def hostile_kiosk(folder: Path) -> AsyncIterator[HostileKiosk]:
    """A real hub, the real desk's program, and a kiosk in conversation with it."""
    tasks, place = Tasks(), folder / "hub"
    place.mkdir(parents=True)
    desk = DeskProgram(folder)
    # the hub would shut the kiosk out in the first second, and the desk would meet no flood
    endless = patch.object(flood_watch, "DROPS_BURST", float("inf"))
    with endless, page_site(LOOPBACK) as pages:
        world = ThrowAwayHub(place, pages, tried=TRIED_DESK, address=LOOPBACK)
        async with world.running():
            kiosk = KioskEnd(world, tasks)
            connection = Connection(
                [world.url],
                world.seeds[KIOSK],
                tasks=tasks,
                inbox=subjects.inbox(Role.KIOSK, KIOSK),
                name="hostile",
            )
            try:
                await kiosk.open()
                await connection.open()
                await desk.instruct(world.begin(world.invite()))
                kiosk.answers = dict.fromkeys(Grant, True)
                await kiosk.press()
                await desk.instruct(Accept())
                await until(lambda: kiosk.facts is not None, SETTLED_S)
                yield HostileKiosk(kiosk, connection, desk=desk, world=world)
            finally:
                await connection.close()
                await kiosk.close()
                await desk.close()
                await tasks.close()
