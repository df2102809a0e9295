# SPDX-License-Identifier: GPL-3.0-only
"""What an end says wrongly comes back to it: from the other end, and from the hub for what it does
not pass on. Real server, real hub; one end lies.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from session.core.errors import NotAllowed
from session.kiosk.hub.client import KioskClient
from session.protocol.codec import encode_session
from session.protocol.conversation.messages import (
    Grant,
    GrantRequested,
    MessageRefused,
    SessionMessage,
)
from session.protocol.endpoints.refusals import MOST
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world
from tests.support.waiting import until

pytestmark = pytest.mark.filterwarnings("default")


class Lying:
    """A kiosk's own connection and what comes back on its channel, with an honest desk."""

    def __init__(self, kiosk: KioskClient, publish: Callable[..., object], session_id: str) -> None:
        self.session_id, self.publish = session_id, publish
        self.told: list[MessageRefused] = []
        kiosk.bus.channel(session_id).on_message("end", self._on_end)

    def _on_end(self, message: SessionMessage) -> None:
        assert isinstance(message, MessageRefused)
        self.told.append(message)

    async def said(self, topic: str, payload: bytes, **headers: str) -> MessageRefused:
        """Says it; what comes back."""
        count = len(self.told)
        await self.publish(f"ses.k.kiosk1.{self.session_id}.{topic}", payload, headers)  # type: ignore[misc]
        await until(lambda: len(self.told) > count)
        return self.told[-1]


async def _lying(world: World) -> tuple[Lying, str]:
    kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
    facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
    for topic in ("call", "device", "end"):
        desk.bus.channel(facts.id).on_message(topic, lambda message: None)
    connection = await world.connect_as(Role.KIOSK, "kiosk1")
    return Lying(kiosk, connection.publish, facts.id), facts.id


async def test_the_hub_and_the_desk_say_what_they_do_not_take(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        lying, _session_id = await _lying(world)
        hub = await lying.said("chunk", b"x" * 60_000)
        assert (hub.topic, hub.code) == ("chunk", "message_too_large")
        assert "60000" in hub.why
        assert (await lying.said("chunk", b"x" * 1_000_000)).code == "message_too_large"
        assert (await lying.said("chunk", b"x", Big="y" * 3000)).code == "message_too_large"
        assert (await lying.said("nonsense", b"x")).code == "message_malformed"
        desk = await lying.said("call", b"not json")
        assert (desk.topic, desk.code) == ("call", "message_malformed")
        future = json.dumps({"type": "Foretold", "v": 1}).encode()
        desk = await lying.said("device", future)
        assert (desk.topic, desk.code, desk.of) == ("device", "message_malformed", "Foretold")
        newer = json.dumps({"type": "PageShown", "v": 9}).encode()
        assert (await lying.said("call", newer)).code == "protocol_version_unknown"
        negative = json.dumps(
            {
                "type": "KioskWiped",
                "pages_removed": -5,
                "files_removed": 0,
                "profile_removed": True,
                "left_over": 0,
            }
        ).encode()
        assert (await lying.said("end", negative)).of == "KioskWiped"
        assert world.hub is not None
        assert dict(world.hub.network.relay.dropped_by_code) == {
            "message_too_large": 3,
            "message_malformed": 1,
        }


async def test_who_talks_in_a_session_of_nobody_or_one_that_is_over_is_told(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        lying, session_id = await _lying(world)
        kiosk = await world.kiosk("kiosk1")
        nobody = Lying(kiosk, lying.publish, "nobody_1234")
        assert (await nobody.said("chunk", b"x")).code == "ticket_unknown"
        desk = await world.desk("alice")
        await desk.hang_up(session_id)
        await desk.close(session_id, "done")
        assert (await lying.said("chunk", b"x")).code == "ticket_unknown"


async def test_a_refusal_is_not_answered_and_a_flood_is_told_ten_times(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        lying, session_id = await _lying(world)
        refusal = encode_session(MessageRefused(topic="call", code="not_allowed"))
        await lying.publish(f"ses.k.kiosk1.{session_id}.end", refusal)  # type: ignore[misc]
        for _ in range(3 * MOST):
            await lying.publish(f"ses.k.kiosk1.{session_id}.call", b"not json")  # type: ignore[misc]
        desk = await world.desk("alice")
        asked = GrantRequested(grant=Grant.SCAN)
        got: list[SessionMessage] = []
        (await world.kiosk("kiosk1")).bus.channel(session_id).on_message("grant", got.append)
        await desk.bus.channel(session_id).send("grant", asked)
        await until(lambda: len(lying.told) == MOST)
        assert {one.topic for one in lying.told} == {"call"}


async def test_nobody_writes_into_the_log_in_another_name(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        for writer in ("hub", "desk"):
            with pytest.raises(NotAllowed):
                await kiosk.append_log(facts.id, 0, [json.dumps({"writer": writer}).encode()])
        assert await kiosk.append_log(facts.id, 0, [b'{"writer":"kiosk"}']) == 1
        assert await desk.append_log(facts.id, 0, [b'{"writer":"desk"}']) == 1
