# SPDX-License-Identifier: GPL-3.0-only
"""The caller's consent at the kiosk: silence, STOP, late touches, a line that is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from session.clock import ManualClock
from session.kiosk.grants import SILENCE_S, KioskGrants
from session.protocol.session_messages import Grant, GrantChanged, GrantRequested
from session.tasks import Tasks
from tests.talks.memory_channel import MemoryChannel, channel_pair


class Caller:
    """What the screen was told to ask, and what changed."""

    def __init__(self, grants: KioskGrants) -> None:
        self.asked: list[Grant] = []
        self.settled: list[Grant] = []
        self.changes: list[tuple[Grant, bool]] = []
        grants.asked.connect(self.asked.append)
        grants.settled.connect(self.settled.append)
        grants.changed.connect(lambda change: self.changes.append((change.grant, change.allowed)))


class Scene:
    """A kiosk's grants with the desk's bare end of the line."""

    def __init__(self, tasks: Tasks) -> None:
        self.clock = ManualClock()
        self.kiosk: MemoryChannel
        self.desk: MemoryChannel
        self.kiosk, self.desk = channel_pair()
        self.grants = KioskGrants(self.kiosk, self.clock, tasks)
        self.caller = Caller(self.grants)

    async def desk_asks(self, *grants: Grant) -> None:
        for grant in grants:
            await self.desk.send("grant", GrantRequested(grant=grant))
        await settle()

    def told(self) -> list[tuple[Grant, bool]]:
        return [(message.grant, message.allowed) for message in self.kiosk.sent if isinstance(message, GrantChanged)]


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    tasks = Tasks()
    yield Scene(tasks)
    await tasks.close()


async def test_nothing_is_allowed_before_the_caller_says_yes(scene: Scene) -> None:
    assert not any(scene.grants.all().values())
    await scene.desk_asks(Grant.SCAN)
    assert scene.caller.asked == [Grant.SCAN]
    assert not scene.grants.allowed(Grant.SCAN)


async def test_yes_gives_the_power_and_tells_the_desk(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.grants.answer(Grant.SCAN, True)
    await settle()
    assert scene.grants.allowed(Grant.SCAN)
    assert scene.told() == [(Grant.SCAN, True)]


async def test_no_is_told_to_the_desk_as_well(scene: Scene) -> None:
    await scene.desk_asks(Grant.PRINT)
    scene.grants.answer(Grant.PRINT, False)
    await settle()
    assert scene.told() == [(Grant.PRINT, False)]


async def test_silence_is_no(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.clock.advance(SILENCE_S - 1)
    await asyncio.sleep(0.25)
    assert scene.caller.settled == []
    scene.clock.advance(1)
    await asyncio.sleep(0.25)
    assert scene.caller.settled == [Grant.SCAN]
    assert scene.caller.changes == [(Grant.SCAN, False)]
    assert scene.told() == [(Grant.SCAN, False)]


async def test_the_pointer_comes_with_the_page_in_one_question(scene: Scene) -> None:
    await scene.desk_asks(Grant.SEE_PAGE, Grant.POINT)
    assert scene.caller.asked == [Grant.SEE_PAGE]
    scene.grants.answer(Grant.SEE_PAGE, True)
    assert scene.grants.allowed(Grant.SEE_PAGE)
    assert scene.grants.allowed(Grant.POINT)
    scene.grants.withdraw(Grant.SEE_PAGE)
    assert not scene.grants.allowed(Grant.POINT)


async def test_questions_come_one_at_a_time(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN, Grant.PRINT, Grant.SCAN)
    assert scene.caller.asked == [Grant.SCAN]
    scene.clock.advance(SILENCE_S - 1)
    scene.grants.answer(Grant.SCAN, True)
    assert scene.caller.asked == [Grant.SCAN, Grant.PRINT]
    scene.clock.advance(SILENCE_S - 1)
    await asyncio.sleep(0.25)
    assert scene.grants.question is Grant.PRINT, "the second question has its own thirty seconds"


async def test_a_late_touch_gives_nothing(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.clock.advance(SILENCE_S)
    await asyncio.sleep(0.25)
    scene.grants.answer(Grant.SCAN, True)
    assert not scene.grants.allowed(Grant.SCAN)


async def test_an_answer_to_another_question_gives_nothing(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.grants.answer(Grant.PRINT, True)
    assert not any(scene.grants.all().values())
    assert scene.grants.question is Grant.SCAN


async def test_stop_takes_everything_back_and_ends_the_question(scene: Scene) -> None:
    await scene.desk_asks(Grant.SEE_PAGE, Grant.SCAN)
    scene.grants.answer(Grant.SEE_PAGE, True)
    scene.grants.withdraw_all()
    await settle()
    assert not any(scene.grants.all().values())
    assert scene.grants.question is None
    assert scene.caller.settled == [Grant.SEE_PAGE, Grant.SCAN]
    assert scene.told()[-3:] == [(Grant.SEE_PAGE, False), (Grant.POINT, False), (Grant.SCAN, False)]


async def test_asking_for_a_given_power_is_answered_without_a_question(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.grants.answer(Grant.SCAN, True)
    await scene.desk_asks(Grant.SCAN)
    assert scene.caller.asked == [Grant.SCAN]
    assert scene.told() == [(Grant.SCAN, True), (Grant.SCAN, True)]


async def test_power_is_taken_back_at_the_kiosk_even_when_the_line_is_away(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.grants.answer(Grant.SCAN, True)
    await settle()
    scene.kiosk.cut = True
    scene.grants.withdraw(Grant.SCAN)
    await settle()
    assert not scene.grants.allowed(Grant.SCAN)
    scene.kiosk.cut = False
    scene.grants.repeat_all()
    await settle()
    assert (Grant.SCAN, False) in scene.told()[-4:]


async def test_after_the_end_nothing_can_be_given(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.grants.close()
    scene.grants.answer(Grant.SCAN, True)
    await scene.desk_asks(Grant.PRINT)
    assert not any(scene.grants.all().values())
    assert scene.caller.asked == [Grant.SCAN]
