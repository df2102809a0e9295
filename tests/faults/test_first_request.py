# SPDX-License-Identifier: GPL-3.0-only
"""A request in the moment in which a hub starts:
it is answered, without a word to whoever asked.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from session.bus.transport.connection import NOBODY, Incoming
from session.core.errors import HubUnreachable
from session.core.tasks import Tasks
from session.protocol.codec import encode
from session.protocol.hub.requests import Done, Request, ServicesRequest
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from tests.support.waiting import LONGEST_S


class OnlyDone(Request[Done], frozen=True, kw_only=True, tag="ServicesRequest", verb="services"):
    """A kiosk's question to a hub that only says "done"."""


class LongOnlyDone(OnlyDone, frozen=True, kw_only=True, tag="ServicesRequest", answer_s=LONGEST_S):
    """The same, with more patience than a test has."""


async def test_a_hub_that_says_it_has_started_is_heard_by_the_very_next_request(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        client = await world.client(Role.KIOSK, "kiosk1")
        for _ in range(5):
            await world.start_hub()
            answer = await client._connection.request(
                "svc.k.kiosk1.services", encode(ServicesRequest()), 2.0
            )
            assert answer.status == ""
            await world.stop_hub()


async def test_a_request_that_nobody_hears_is_asked_once_more_and_then_said(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        client = await world.client(Role.KIOSK, "kiosk1")
        assert world.connection is not None
        connection, asked = world.connection, asyncio.Event()
        assert world.hub is not None
        await world.hub.server.stop()
        await connection.settle()
        tasks = Tasks()

        def answer(message: Incoming) -> None:
            asked.set()
            tasks.start(connection.bus.publish(message.reply, encode(Done())), name="answer")

        async def begin_late() -> None:
            await asyncio.sleep(0.05)
            await connection.hear("svc.*.*.*.*", answer)

        late = tasks.start(begin_late(), name="begin late")
        assert await client.ask_once(OnlyDone()) == Done()
        assert asked.is_set()
        await late
        await tasks.close()


async def test_without_any_hub_the_answer_is_still_a_quick_no(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        client = await world.client(Role.KIOSK, "kiosk1")
        with pytest.raises(HubUnreachable) as said:
            async with asyncio.timeout(LONGEST_S / 2):
                await client.ask_once(LongOnlyDone())
        assert said.value.detail["why"] == NOBODY
