# SPDX-License-Identifier: GPL-3.0-only
"""Desk and kiosk about the caller's consent, both real ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from session.clock import ManualClock
from session.desk.grants import DeskGrants
from session.errors import BusUnreachable
from session.kiosk.grants import SILENCE_S, KioskGrants
from session.protocol.session_messages import Grant
from session.tasks import Tasks
from tests.talks.memory_channel import MemoryChannel, channel_pair


class Talk:
    """Both ends of one session, and what the desk heard."""

    def __init__(self, tasks: Tasks) -> None:
        self.clock = ManualClock()
        self.tasks = tasks
        self.kiosk_line: MemoryChannel
        self.desk_line: MemoryChannel
        self.kiosk_line, self.desk_line = channel_pair()
        self.kiosk = KioskGrants(self.kiosk_line, self.clock, tasks)
        self.desk = DeskGrants(self.desk_line, self.clock)
        self.heard: list[tuple[Grant, bool]] = []
        self.desk.changed.connect(lambda change: self.heard.append((change.grant, change.allowed)))


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    tasks = Tasks()
    yield Talk(tasks)
    await tasks.close()


async def test_agent_asks_caller_agrees_agent_may(talk: Talk) -> None:
    talk.kiosk.asked.connect(lambda grant: talk.kiosk.answer(grant, True))
    await talk.desk.request(Grant.SCAN)
    await settle()
    assert talk.heard == [(Grant.SCAN, True)]
    assert talk.desk.allowed(Grant.SCAN)
    assert not talk.desk.allowed(Grant.PRINT)


async def test_agent_hears_the_silence_as_no(talk: Talk) -> None:
    await talk.desk.request(Grant.PRINT)
    await settle()
    talk.clock.advance(SILENCE_S)
    await asyncio.sleep(0.25)
    await settle()
    assert talk.heard == [(Grant.PRINT, False)]
    assert not talk.desk.allowed(Grant.PRINT)


async def test_agent_loses_every_power_at_stop(talk: Talk) -> None:
    talk.kiosk.asked.connect(lambda grant: talk.kiosk.answer(grant, True))
    for grant in Grant:
        await talk.desk.request(grant)
    await settle()
    assert all(talk.desk.all().values())
    talk.kiosk.withdraw_all()
    await settle()
    assert not any(talk.desk.all().values())


async def test_restarted_desk_learns_the_powers_again(talk: Talk) -> None:
    talk.kiosk.asked.connect(lambda grant: talk.kiosk.answer(grant, True))
    await talk.desk.request(Grant.SEE_PAGE)
    await settle()
    talk.desk.close()
    assert not talk.desk.allowed(Grant.SEE_PAGE)
    restarted = DeskGrants(talk.desk_line, talk.clock)
    await restarted.ask_all()
    await settle()
    assert restarted.all() == talk.kiosk.all()
    assert restarted.allowed(Grant.SEE_PAGE)


async def test_power_withdrawn_while_the_line_was_away_is_learnt_afterwards(talk: Talk) -> None:
    talk.kiosk.asked.connect(lambda grant: talk.kiosk.answer(grant, True))
    await talk.desk.request(Grant.SCAN)
    await settle()
    talk.kiosk_line.cut = True
    talk.kiosk.withdraw(Grant.SCAN)
    await settle()
    assert talk.desk.allowed(Grant.SCAN), "the desk has not heard it yet"
    talk.kiosk_line.cut = False
    talk.kiosk.repeat_all()
    await settle()
    assert not talk.desk.allowed(Grant.SCAN)


async def test_request_without_a_line_is_an_error_for_the_agent(talk: Talk) -> None:
    talk.desk_line.cut = True
    with pytest.raises(BusUnreachable):
        await talk.desk.request(Grant.SCAN)


async def test_leave_to_keep_outlives_the_conversation_and_a_restart_in_the_wrap_up(talk: Talk, tmp_path: Path) -> None:
    memory = tmp_path / "keep" / "s1"
    desk = DeskGrants(talk.desk_line, talk.clock, memory)
    talk.kiosk.asked.connect(lambda grant: talk.kiosk.answer(grant, True))
    assert not desk.may_keep
    await desk.request(Grant.KEEP)
    await settle()
    desk.close()
    assert (desk.may_keep, desk.allowed(Grant.KEEP)) == (True, False)
    again = DeskGrants(talk.desk_line, talk.clock, memory)
    assert again.may_keep
    talk.kiosk.withdraw(Grant.KEEP)
    await settle()
    assert not DeskGrants(talk.desk_line, talk.clock, memory).may_keep


async def test_the_time_that_is_left_does_not_depend_on_the_desks_clock(talk: Talk) -> None:
    other = ManualClock()
    other.advance(1000)
    desk = DeskGrants(talk.desk_line, other)
    talk.kiosk.asked.connect(lambda grant: talk.kiosk.answer(grant, True))
    await desk.request(Grant.SCAN)
    await settle()
    assert desk.left_s(Grant.SCAN) == talk.kiosk.left_s(Grant.SCAN)
