# SPDX-License-Identifier: GPL-3.0-only
"""One end says far too much: the hub passes a part, the other end takes less, and each tells it
once. Real server, real hub.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from session.bus.channel import BusChannel
from session.bus.transport.connection import Connection
from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.desk.cobrowse.shared_page import DeskSharedPage
from session.hub.network.relay import Relay
from session.protocol.codec import encode_session
from session.protocol.conversation.chat_and_privacy import WordsSaid
from session.protocol.conversation.line import LineSeen
from session.protocol.conversation.messages import MessageRefused, SessionMessage
from session.protocol.conversation.mirror import MirrorEvents, Packer, parts_of
from session.protocol.message_rates import (
    MIRROR_BYTES,
    MIRROR_PICTURES,
    RAW_RATES,
    TOPIC_RATES,
    rate_of,
)
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from tests.support.waiting import until

pytestmark = pytest.mark.filterwarnings("default")

BURST = 1000


@dataclass
class Flood:
    """A kiosk that floods, and what its desk takes.

    Attributes:
        told: what comes back to the kiosk.
        flooded: topics of which the desk was told.
    """

    desk: BusChannel
    kiosk: BusChannel
    connection: Connection
    relay: Relay
    told: list[MessageRefused]
    flooded: list[str]

    def hear(self, topic: str) -> list[SessionMessage]:
        """What the desk takes of a topic, from now on."""
        taken: list[SessionMessage] = []
        self.desk.on_message(topic, taken.append)
        return taken

    async def burst(self, topic: str, payloads: list[bytes], **headers: str) -> None:
        """Says all of it at once."""
        session_id = self.desk.session_id
        for payload in payloads:
            subject = f"ses.k.kiosk1.{session_id}.{topic}"
            await self.connection.publish(subject, payload, headers)


@pytest.fixture
async def flood(tmp_path: Path) -> AsyncIterator[Flood]:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        connection = await world.connect_as(Role.KIOSK, "kiosk1")
        assert world.hub is not None
        ends = desk.bus.channel(facts.id), kiosk.bus.channel(facts.id)
        flood = Flood(*ends, connection, world.hub.network.relay, [], [])

        def on_end(message: SessionMessage) -> None:
            assert isinstance(message, MessageRefused)
            flood.told.append(message)

        flood.kiosk.on_message("end", on_end)
        flood.desk.flooded.connect(flood.flooded.append)
        yield flood


def words(count: int = BURST) -> list[bytes]:
    return [
        encode_session(WordsSaid(words_id=f"w{number}", text="Bonjour")) for number in range(count)
    ]


async def test_a_burst_of_words_is_cut_and_told_once_by_the_hub_and_once_by_the_desk(
    flood: Flood,
) -> None:
    taken, line = flood.hear("beside"), flood.hear("line")
    for _time in range(2):
        await flood.burst("beside", words())
    await flood.burst("line", [encode_session(LineSeen())])
    await until(lambda: len(line) == 1)
    assert rate_of(WordsSaid).burst <= len(taken) < 2 * rate_of(WordsSaid).burst
    passed = TOPIC_RATES["beside"].burst
    assert flood.relay.passed < 2 * passed
    assert flood.relay.dropped_by_code["rate_limited"] > 2 * BURST - 2 * passed
    await until(lambda: len(flood.told) == 2)
    assert {(refused.topic, refused.code) for refused in flood.told} == {("beside", "rate_limited")}
    assert {refused.of for refused in flood.told} == {"", "WordsSaid"}
    assert flood.flooded == ["beside"]
    assert flood.desk.refused["rate_limited"] >= passed - 2 * rate_of(WordsSaid).burst


async def test_what_nobody_understands_is_cut_too(flood: Flood) -> None:
    flood.hear("device")
    line = flood.hear("line")
    await flood.burst("device", [b'{"type": "Foretold", "v": 1}'] * BURST)
    await flood.burst("line", [encode_session(LineSeen())])
    await until(lambda: len(line) == 1)
    await until(lambda: "rate_limited" in [refused.code for refused in flood.told])
    assert flood.flooded == ["device"]
    assert flood.desk.refused["message_malformed"] < BURST


async def test_bytes_are_counted_too_however_small(flood: Flood) -> None:
    taken: list[bytes] = []
    flood.desk.on_raw("mirror", lambda payload, headers: taken.append(payload))
    line = flood.hear("line")
    allowed = RAW_RATES["mirror"].burst
    await flood.burst("mirror", [b"x"] * (2 * allowed))
    await flood.burst("line", [encode_session(LineSeen())])
    await until(lambda: len(line) == 1)
    assert len(taken) < 2 * allowed
    assert flood.flooded == ["mirror"]
    assert flood.relay.dropped_by_code["rate_limited"] == 0  # the hub passes more than a desk takes


async def test_pictures_that_are_small_on_the_line_are_counted_by_what_they_hold(
    flood: Flood,
) -> None:
    tasks = Tasks()
    page = DeskSharedPage(flood.desk, ManualClock(), tasks=tasks)
    shown: list[MirrorEvents] = []
    page.events_received.connect(shown.append)
    seq = itertools.count()

    async def pictures(text: bytes, count: int) -> int:
        """How many of them are shown."""
        data, before = Packer().pack(text, start=True), len(shown)
        line = flood.hear("line")
        for _time in range(count):
            for payload, headers in parts_of(data, epoch=1, seq=next(seq), start=True):
                await flood.burst("mirror", [payload], **headers)
        await flood.burst("line", [encode_session(LineSeen())])
        await until(lambda: len(line) == 1)
        return len(shown) - before

    whole = msgspec.json.encode(
        [{"type": 4, "data": {}, "timestamp": 1}, {"type": 2, "data": {}, "timestamp": 1}]
    )
    large = whole[:-1] + b',{"type":3,"data":"%s","timestamp":1}]' % (b"a" * (7 << 20))
    assert await pictures(large, 4) == MIRROR_BYTES.burst // len(large)
    assert 10 < await pictures(whole, 2 * MIRROR_PICTURES.burst) <= MIRROR_PICTURES.burst
    assert flood.flooded == ["mirror", "mirror"]  # bytes, then pictures
    page.close()
    await tasks.close()
