# SPDX-License-Identifier: GPL-3.0-only
"""An answer that was on its way for long, as from a hub that was cut off, does not undo what the
kiosk heard since.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from session.hub.access.handlers import Asker
from session.protocol.hub.requests import HubMessage, SessionEnded
from tests.support.hub_world import World, hub_world
from tests.support.waiting import until


class LateStatus:
    """The hub's answers about tickets, kept back until they are let go."""

    def __init__(self, world: World) -> None:
        assert world.hub is not None
        self._handlers = world.hub.server._handlers
        self._really = self._handlers["status"]
        self._handlers["status"] = self._answer
        self.known: list[HubMessage] = []
        self.go = asyncio.Event()

    async def _answer(self, asker: Asker, request: Any) -> HubMessage:
        answer = await self._really(asker, request)
        self.known.append(answer)
        await self.go.wait()
        return answer

    def let_go(self) -> None:
        self._handlers["status"] = self._really
        self.go.set()


async def test_a_late_answer_about_an_earlier_ticket_leaves_the_kiosk_its_new_one(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, late = await world.kiosk("kiosk1"), LateStatus(world)
        old = (await kiosk.call("housing", "", "r1")).ticket
        asked = asyncio.create_task(kiosk._ask(old.id))
        await until(lambda: late.known)
        await kiosk.leave(old.id)
        new = (await kiosk.call("housing", "", "r2")).ticket
        late.let_go()
        await asked
        assert kiosk.ticket is not None
        assert kiosk.ticket.id == new.id


async def test_an_answer_older_than_the_beginning_of_a_conversation_does_not_end_it(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        desk = await world.desk("alice")
        late = LateStatus(world)
        ended: list[SessionEnded] = []
        kiosk.session_ended.connect(ended.append)
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        asked = asyncio.create_task(kiosk._ask(ticket.id))
        await until(lambda: late.known)  # it says: waiting
        facts = await desk.accept(ticket.id)
        await until(lambda: kiosk._session == facts.id)
        late.let_go()
        await asked
        assert ended == []
        assert kiosk._session == facts.id
        await desk.hang_up(facts.id)
        await desk.close(facts.id)


async def test_what_no_news_has_told_is_still_learned_by_asking(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        ended: list[SessionEnded] = []
        kiosk.session_ended.connect(ended.append)
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        facts = await desk.accept(ticket.id)
        await until(lambda: kiosk._session == facts.id)
        kiosk.bus.notifications._listeners.clear()
        await desk.hang_up(facts.id)
        await desk.close(facts.id)
        await kiosk._ask(ticket.id)
        assert [one.session_id for one in ended] == [facts.id]
        assert kiosk.ticket is None
