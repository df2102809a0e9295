# SPDX-License-Identifier: GPL-3.0-only
"""A leader that dies takes what it was asked along.
Once there is another nobody waits for the dead one's answer.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from session.bus.jetstream.streams import ELECTED, NEW_LEADER, Streams
from session.bus.transport.connection import Incoming
from session.core.errors import HubUnreachable, SessionError, StoreUnreachable
from session.hub.storage.ticket_store import BUCKET
from tests.support.hub_world import hub_world


def elected(stream: str) -> str:
    return ELECTED.replace("*", stream)


async def test_what_waits_for_a_dead_leader_fails_when_there_is_another_and_nothing_else_does(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        assert world.connection is not None
        connection = world.connection.bus
        streams = Streams(connection, timeout_s=20.0)
        asked = asyncio.Queue[Incoming]()
        # answers nobody
        ends = [
            await connection.subscribe("quiet.*", asked.put_nowait),
            await streams.watch_leaders(),
        ]
        appending = asyncio.create_task(streams.append("quiet.append", b""))
        other = asyncio.create_task(connection.request("quiet.other", b"", 20.0))
        await asyncio.wait_for(asked.get(), 30)
        await asyncio.wait_for(asked.get(), 30)
        await connection.publish(elected("ANY"), b"{}")
        with pytest.raises(StoreUnreachable) as caught:
            await asyncio.wait_for(appending, 30)
        assert caught.value.detail["why"] == NEW_LEADER
        assert not other.done()
        connection.fail_pending(lambda subject: subject == "quiet.other", "gone")
        with pytest.raises(HubUnreachable, match="gone"):
            await asyncio.wait_for(other, 30)
        assert (await streams.state(BUCKET)).has_leader, "the next question has an answer"
        for end in ends:
            end()


@pytest.mark.parametrize("number", ["1234567", ""])
async def test_a_caller_whose_ticket_was_being_stored_has_it_when_the_kiosk_asks_again(
    tmp_path: Path, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        assert world.connection is not None
        streams = world.connection.streams
        really, lost, troubles = streams.append, list[str](), list[SessionError]()

        async def append(subject: str, payload: bytes, **how: Any) -> int:
            revision = await really(subject, payload, **how)
            # stored, and the answer is lost with its leader
            if subject.startswith("$KV.tk.") and not lost:
                lost.append(subject)
                raise StoreUnreachable(why=NEW_LEADER)
            return revision

        monkeypatch.setattr(streams, "append", append)
        kiosk = await world.kiosk("kiosk1")
        answer = await kiosk.bus.keep_asking(
            lambda: kiosk.call_once("housing", number, "r1"), troubles.append
        )
        assert lost == [f"$KV.tk.valdore.{answer.ticket.id}"]
        assert [ticket.id for ticket in world.hub.queue.view.open_tickets("valdore")] == [
            answer.ticket.id
        ]
        assert [error.code for error in troubles] == ["store_unreachable"]
