# SPDX-License-Identifier: GPL-3.0-only
"""An end that sends far too much, in a conversation with a real program, and the hostile kiosk:
`python -m tests.faults.hostile [SECONDS]`; `make test-faults` gives each topic 30 s, a test asks
for a few bursts and looks at what is kept. The hostile desk is in `desk`.

Its key is true and its conversation too. It says every message that it may say a thousand times at
once, then fills each topic faster than the hub passes it.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

import msgspec
import psutil

from expert_app.conformance.instructions import (
    Accept,
    AskGrant,
)
from expert_app.conformance.kiosk_end import EPOCH, PICTURE, KioskEnd
from expert_app.conformance.site import page_site
from expert_app.conformance.throw_away_hub import KIOSK, LOOPBACK, TRIED_DESK, ThrowAwayHub
from expert_app.runtime.child_programs import Child
from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import sign
from session.core.tasks import Tasks
from session.hub.access import flood_watch
from session.hub.access.identities import Identity
from session.protocol.codec import encode_session
from session.protocol.conversation import mirror
from session.protocol.conversation.chat_and_privacy import WordsSaid, WordsShown
from session.protocol.conversation.messages import Grant, PageOffered, SessionMessage
from session.protocol.conversation.page_signing import words_of
from session.protocol.topics import MESSAGE_ROWS, RAW_TOPICS, MessageRow, SendingEnd
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.conformance.desk_program import DeskProgram
from tests.faults.hostile.samples import sample
from tests.support.waiting import until

BURST = 1000
LARGEST = "the largest page"
STREAM_AT_ONCE, STREAM_PAUSE_S = 100, 0.02
"""5,000 a second: more than twice what the hub passes of any topic."""

CALM_S, CALM_MS = 0.5, 50.0
"""At rest again: for so long its window did not stand still longer."""
SETTLED_S = 60.0
"""So long the window has to come to rest; it means only that it does not hang."""

type Said = tuple[bytes, dict[str, str]]
"""A payload and its headers."""


@dataclass
class WindowWatch:
    """How the window fared.

    Attributes:
        still_ms: the longest that it stood still, by what was done meanwhile.
        grown_mb: memory of its process, by the same.
        dropped: how many messages the hub dropped; a busy machine sends too slowly for any.
        flooded: the agent read that the kiosk sends too much.
        heard: words of the caller reached the screen afterwards.
    """

    still_ms: dict[str, float]
    grown_mb: dict[str, float]
    dropped: int = 0
    flooded: bool = False
    heard: bool = False


class HostileEnd:
    """One end of a conversation with a real program, and a connection that says what it likes.

    Args:
        me: which end it is.
        connection: its own, beside the one on which it behaves.
        program: the real one at the other end.
        out: of a topic, the subject on which this end says something.
    """

    def __init__(
        self,
        me: SendingEnd,
        connection: Connection,
        *,
        program: Child,
        out: Callable[[str], str],
        world: ThrowAwayHub,
    ) -> None:
        self._me, self._connection, self._program, self._out = me, connection, program, out
        self._relay = world.hub.network.relay
        self._number = self._said = 0
        self.watch = WindowWatch({}, {})

    async def burst(self, row: MessageRow, count: int = BURST) -> None:
        """Says a message so often at once, on the first of its topics, with a new id each time."""
        payloads = [encode_session(self.sample(row.message)) for _time in range(count)]
        async with self.watched(row.message.__name__):
            for payload in payloads:
                await self.say(row.topics[0], payload)

    async def stream(self, topic: str, seconds: float) -> None:
        """Fills a topic for so long, faster than the hub passes it."""
        await self.pour(topic, itertools.cycle(self._payloads(topic)), f"stream {topic}", seconds)

    async def pour(self, topic: str, said: Iterator[Said], name: str, seconds: float) -> None:
        """The same with payloads of one's own."""
        async with self.watched(name):
            until_s = time.monotonic() + seconds
            while time.monotonic() < until_s:
                for payload, headers in itertools.islice(said, STREAM_AT_ONCE):
                    await self.say(topic, payload, headers)
                await asyncio.sleep(STREAM_PAUSE_S)  # the hub runs in this process, too

    def _payloads(self, topic: str) -> list[Said]:
        """What an end may say on a topic, in turn."""
        if topic in RAW_TOPICS:
            return [
                (b"x" * 64, {"Item": f"item{number}", "Index": "0"})
                for number in range(STREAM_AT_ONCE)
            ]
        messages = [
            row.message
            for row in MESSAGE_ROWS
            if topic in row.topics and row.by is not self._me.other
        ]
        return [
            (encode_session(self.sample(message)), {})
            for message in messages
            for _time in range(STREAM_AT_ONCE)
        ] or [(b"{}", {})]

    def sample(self, message: type[SessionMessage]) -> SessionMessage:
        """A message with ids of its own."""
        self._number += 1
        return sample(message, self._number)

    async def say(self, topic: str, payload: bytes, headers: dict[str, str] | None = None) -> None:
        """Says it."""
        await self._connection.publish(self._out(topic), payload, headers)
        self._said += 1

    @asynccontextmanager
    async def watched(self, name: str) -> AsyncIterator[None]:
        """Until the window is at rest again; its own clock says how long it stood still."""
        process = psutil.Process(self._program.pid)
        before_mb = process.memory_info().rss / 2**20
        await self._program.ask("still", timeout_s=SETTLED_S)
        yield
        await until(lambda: self._relay.passed + self._relay.dropped >= self._said, SETTLED_S)
        still_ms, newest_ms, calm = 0.0, CALM_MS, 0
        while newest_ms >= CALM_MS or calm < 2:
            await asyncio.sleep(CALM_S)
            newest_ms = await self._program.ask("still", timeout_s=SETTLED_S)
            still_ms = max(still_ms, newest_ms)
            calm += 1
        self.watch.still_ms[name] = still_ms
        facts = await self._program.ask("facts", timeout_s=SETTLED_S)
        self.watch.flooded = self.watch.flooded or "flooded" in facts
        self.watch.dropped = self._relay.dropped
        self.watch.grown_mb[name] = process.memory_info().rss / 2**20 - before_mb


class HostileKiosk(HostileEnd):
    """The kiosk's end, beside a real desk."""

    def __init__(
        self, kiosk: KioskEnd, connection: Connection, *, desk: DeskProgram, world: ThrowAwayHub
    ) -> None:
        assert kiosk.facts is not None
        self._kiosk, self._seed, self._session_id = kiosk, world.seeds[KIOSK], kiosk.facts.id
        out = partial(subjects.session_out, Role.KIOSK, KIOSK, self._session_id)
        super().__init__(SendingEnd.KIOSK, connection, program=desk.program, out=out, world=world)

    async def stream(self, topic: str, seconds: float) -> None:
        """See `HostileEnd`; the shared page is filled with full pictures."""
        if topic == mirror.TOPIC:
            await self.pour(topic, self._pictures(PICTURE), f"stream {topic}", seconds)
        else:
            await super().stream(topic, seconds)

    async def show_largest(self) -> None:
        """Shows the largest page that there may be, once."""
        async with self.watched(LARGEST):
            text = _heavy_picture()
            count = -(-len(mirror.Packer().pack(text, start=True)) // mirror.PART_BYTES)
            for payload, headers in itertools.islice(self._pictures(text), count):
                await self.say(mirror.TOPIC, payload, headers)

    async def stream_largest(self, seconds: float) -> None:
        """Shows it again and again: small on the line, and as large as allowed when unpacked."""
        name = f"stream {LARGEST}"
        await self.pour(mirror.TOPIC, self._pictures(_heavy_picture()), name, seconds)

    def _pictures(self, text: bytes) -> Iterator[Said]:
        """Full pictures of the shared page, numbered as they must be."""
        data = mirror.Packer().pack(text, start=True)
        while True:
            self._number += 1
            yield from mirror.parts_of(data, epoch=EPOCH, seq=self._number, start=True)

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

    def sample(self, message: type[SessionMessage]) -> SessionMessage:
        """See `HostileEnd`; a page is signed."""
        made = super().sample(message)
        if not isinstance(made, PageOffered):
            return made
        page = msgspec.structs.replace(made, signer=self._kiosk.key)
        signature = sign(self._seed, words_of(self._session_id, page))
        return msgspec.structs.replace(page, signature=signature)


def _heavy_picture() -> bytes:
    """As much as one payload may hold, and like itself: some kilobytes when packed."""
    meta, full = msgspec.json.decode(PICTURE)
    texts = [{"type": 3, "textContent": "a", "id": number} for number in range(6, 180_000)]
    full["data"]["node"]["childNodes"][0]["childNodes"][0]["childNodes"] += texts
    picture = msgspec.json.encode([meta, full])
    assert len(picture) <= mirror.MAX_EVENTS_BYTES, len(picture)
    return picture


@asynccontextmanager
async def hub_for(folder: Path, tried: Identity) -> AsyncIterator[ThrowAwayHub]:
    """A real hub that shuts nobody out: it would do so in the first second, and the program at the
    other end would meet no flood.
    """
    place = folder / "hub"
    place.mkdir(parents=True)
    endless = patch.object(flood_watch, "DROPS_BURST", float("inf"))
    with endless, page_site(LOOPBACK) as pages:
        world = ThrowAwayHub(place, pages, tried=tried, address=LOOPBACK)
        async with world.running():
            yield world


def connection_beside(world: ThrowAwayHub, role: Role, user: str, tasks: Tasks) -> Connection:
    """A second connection with the key of somebody who is there already."""
    inbox = subjects.inbox(role, user)
    return Connection([world.url], world.seeds[user], tasks=tasks, inbox=inbox, name="hostile")


@asynccontextmanager
async def hostile_kiosk(folder: Path) -> AsyncIterator[HostileKiosk]:
    """A real hub, the real desk's program, and a kiosk in conversation with it."""
    tasks, desk = Tasks(), DeskProgram(folder)
    async with hub_for(folder, TRIED_DESK) as world:
        kiosk = KioskEnd(world, tasks=tasks)
        connection = connection_beside(world, Role.KIOSK, KIOSK, tasks)
        try:
            await kiosk.open()
            await connection.open()
            await desk.instruct(world.begin(world.invite()))
            kiosk.answers = dict.fromkeys(Grant, True)
            await kiosk.press()
            await desk.instruct(Accept())
            await until(lambda: kiosk.facts is not None, SETTLED_S)
            for grant in (Grant.SEE_PAGE, Grant.SCAN):
                await desk.instruct(AskGrant(grant=grant))
                await until(partial(kiosk.given.get, grant), SETTLED_S)
            yield HostileKiosk(kiosk, connection, desk=desk, world=world)
        finally:
            await connection.close()
            await kiosk.close()
            await desk.close()
            await tasks.close()
