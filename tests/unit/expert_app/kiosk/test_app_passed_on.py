# SPDX-License-Identifier: GPL-3.0-only
"""A caller is passed on, as the kiosk's whole job lives it:
wiped, waiting again, and with somebody else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from session.bus.client import BusClient
from session.desk.hub.client import DeskClient
from session.desk.hub.third_parties import ThirdPartyClient
from session.protocol.hub.talk_state import HoldReason, PassReason
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from tests.support.town_hall import Hall
from tests.support.waiting import until


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with hub_world(tmp_path / "hub") as world:
        made = Hall(world, tmp_path)
        yield made
        await made.close()


async def agent(hall: Hall, user: str) -> tuple[DeskClient, ThirdPartyClient, BusClient]:
    client = await hall.world.client(Role.AGENT, user)
    link = DeskClient(client, hall.world.clock, tasks=hall.world.tasks)
    await link.start()
    await until(lambda: link.is_ready)
    return link, ThirdPartyClient(client), client


async def test_a_caller_who_is_passed_on_is_wiped_waits_and_meets_the_colleague(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    (alice, alice_talk, _), (bob, _, _) = await agent(hall, "alice"), await agent(hall, "bob")
    ticket = await hall.waiting(kiosk)
    first = await alice.accept(ticket)
    await until(lambda: kiosk.screen.page == "session with Alice M.")
    await alice_talk.hold(first.id, True, HoldReason.PAPERS)
    await until(lambda: kiosk.sessions[0].third_parties.talk.held)
    await until(lambda: len(bob.queue) == 1)
    await alice_talk.pass_on(first.id, PassReason.SPECIALIST, agent="bob", note="loyer")
    await until(lambda: kiosk.screen.page == "waiting" and kiosk.browser.wiped == 1)
    await until(
        lambda: kiosk.screen.passing is not None and kiosk.screen.passing.agent_name == "Bob T."
    )
    assert kiosk.screen.ticket == ticket
    second = await bob.accept(ticket)
    await until(lambda: kiosk.screen.page == "session with Bob T.")
    assert [session.facts.id for session in kiosk.sessions] == [first.id, second.id]
    assert "goodbye" not in kiosk.screen.story
    await kiosk.link.hang_up(second.id)
    await until(lambda: kiosk.screen.page == "goodbye")


async def test_a_caller_left_to_the_colleague_goes_straight_to_the_new_conversation(
    hall: Hall,
) -> None:
    kiosk = await hall.kiosk()
    (alice, alice_talk, _) = await agent(hall, "alice")
    (bob, bob_talk, _) = await agent(hall, "bob")
    ticket = await hall.waiting(kiosk)
    first = await alice.accept(ticket)
    await until(lambda: kiosk.screen.page == "session with Alice M.")
    hub = hall.world.hub
    assert hub is not None
    await until(lambda: hub.queue.presence.is_there("valdore", Role.AGENT, "bob"))
    await alice_talk.invite(first.id, "bob", is_on_hold=True)
    await bob_talk.answer_invitation(first.id, accept=True)
    await alice_talk.hand_over(first.id, PassReason.SPECIALIST)
    await until(lambda: kiosk.screen.page == "session with Bob T.")
    second = await bob.accept(ticket)
    assert kiosk.sessions[-1].facts.id == second.id
    assert kiosk.browser.wiped == 1
    assert "goodbye" not in kiosk.screen.story
