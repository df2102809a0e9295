# SPDX-License-Identifier: GPL-3.0-only
"""An answer that was on its way for long, as from a hub that was cut off, does not undo what the
kiosk heard since.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from session.core.signals import Signal
from session.hub.access.handlers import Asker
from session.hub.queue.calls import Calls
from session.protocol.hub.requests import HubMessage, SessionEnded, SessionFacts, StatusRequest
from tests.support.hub_world import Answer, answer_around, hub_world
from tests.support.waiting import until

POLL_S = 0.05
"""The kiosk asks after its ticket so often."""


class LateStatus:
    """A hub's answers about tickets, of which the first one is kept back until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.known: list[HubMessage] = []
        self.go = asyncio.Event()
        answer_around(monkeypatch, Calls, StatusRequest, around=self._answer)

    async def _answer(self, answer: Answer, asker: Asker, request: StatusRequest) -> HubMessage:
        late = await answer(asker, request)
        self.known.append(late)
        await self.go.wait()
        return late

    async def arrive(self) -> None:
        """Let the answer go; returns once the kiosk has heard it and asked twice more."""
        before = len(self.known)
        self.go.set()
        await until(lambda: len(self.known) > before + 1)


async def test_a_late_answer_about_an_earlier_ticket_leaves_the_kiosk_its_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = LateStatus(monkeypatch)
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1", poll_s=POLL_S)
        old = (await kiosk.call("housing", "", "r1")).ticket
        await until(lambda: late.known)
        await kiosk.leave(old.id)
        new = (await kiosk.call("housing", "", "r2")).ticket
        await late.arrive()
        assert kiosk.ticket is not None
        assert kiosk.ticket.id == new.id


async def test_an_answer_older_than_the_beginning_of_a_conversation_does_not_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = LateStatus(monkeypatch)
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1", poll_s=POLL_S)
        desk = await world.desk("alice")
        opened: list[SessionFacts] = []
        ended: list[SessionEnded] = []
        kiosk.session_opened.connect(opened.append)
        kiosk.session_ended.connect(ended.append)
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        await until(lambda: late.known)  # it says: waiting
        facts = await desk.accept(ticket.id)
        await until(lambda: opened)
        await late.arrive()
        assert ended == []
        assert [session.id for session in opened] == [facts.id]
        assert kiosk.ticket is not None
        assert kiosk.ticket.session == facts.id
        await desk.hang_up(facts.id)
        await desk.close(facts.id)


async def test_what_no_news_has_told_is_still_learned_by_asking(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1", poll_s=POLL_S), await world.desk("alice")
        opened: list[SessionFacts] = []
        ended: list[SessionEnded] = []
        kiosk.session_opened.connect(opened.append)
        kiosk.session_ended.connect(ended.append)
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        facts = await desk.accept(ticket.id)
        await until(lambda: opened)
        kiosk.bus.notifications = Signal()  # the kiosk listens to the one before
        await desk.hang_up(facts.id)
        await desk.close(facts.id)
        await until(lambda: ended and kiosk.ticket is None)
        assert [one.session_id for one in ended] == [facts.id]
