# SPDX-License-Identifier: GPL-3.0-only
"""Desk and kiosk about the caller's consent, both real ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from session.core.clock import ManualClock
from session.core.errors import BusUnreachable
from session.core.tasks import Tasks
from session.desk.call import consent
from session.desk.call.consent import ASKED_FOR_S, DeskGrants
from session.kiosk.call.consent import LASTS_S, SILENCE_S, KioskGrants, Question
from session.protocol.conversation.messages import (
    Grant,
    GrantChanged,
    GrantRequested,
    SessionMessage,
)
from tests.support.memory.channel import MemoryChannel, channel_pair
from tests.support.waiting import until


class Talk:
    """Both ends of one session, and what the desk heard."""

    def __init__(self, tasks: Tasks) -> None:
        self.clock = ManualClock()
        self.tasks = tasks
        self.kiosk_line: MemoryChannel
        self.desk_line: MemoryChannel
        self.kiosk_line, self.desk_line = channel_pair()
        self.kiosk = KioskGrants(self.kiosk_line, self.clock, tasks=tasks)
        self.desk = DeskGrants(self.desk_line, self.clock, tasks=tasks)
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
    talk.kiosk.asked.connect(lambda question: talk.kiosk.answer(question, question))
    await talk.desk.request(Grant.SCAN)
    await settle()
    assert talk.heard == [(Grant.SCAN, True)]
    assert talk.desk.allowed(Grant.SCAN)
    assert not talk.desk.allowed(Grant.PRINT)


async def test_agent_hears_the_silence_as_no(talk: Talk) -> None:
    await talk.desk.request(Grant.PRINT)
    await settle()
    talk.clock.advance(SILENCE_S)
    await until(lambda: bool(talk.heard))
    assert talk.heard == [(Grant.PRINT, False)]
    assert not talk.desk.allowed(Grant.PRINT)


async def test_agent_loses_every_power_at_stop(talk: Talk) -> None:
    talk.kiosk.asked.connect(lambda question: talk.kiosk.answer(question, question))
    for grant in Grant:
        await talk.desk.request(grant)
    await settle()
    assert all(talk.desk.all().values())
    talk.kiosk.withdraw_all()
    await settle()
    assert not any(talk.desk.all().values())


async def test_restarted_desk_learns_the_powers_again(talk: Talk) -> None:
    talk.kiosk.asked.connect(lambda question: talk.kiosk.answer(question, question))
    await talk.desk.request(Grant.SEE_PAGE)
    await settle()
    talk.desk.close()
    assert not talk.desk.allowed(Grant.SEE_PAGE)
    restarted = DeskGrants(talk.desk_line, talk.clock, tasks=talk.tasks)
    await restarted.ask_all()
    await settle()
    assert restarted.all() == talk.kiosk.all()
    assert restarted.allowed(Grant.SEE_PAGE)


async def test_power_withdrawn_while_the_line_was_away_is_learnt_afterwards(talk: Talk) -> None:
    talk.kiosk.asked.connect(lambda question: talk.kiosk.answer(question, question))
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


async def test_leave_to_keep_outlives_the_conversation_and_a_restart_in_the_wrap_up(
    talk: Talk, tmp_path: Path
) -> None:
    memory = tmp_path / "keep" / "s1"
    desk = DeskGrants(talk.desk_line, talk.clock, tasks=talk.tasks, memory=memory)
    talk.kiosk.asked.connect(lambda question: talk.kiosk.answer(question, question))
    assert not desk.may_keep
    await desk.request(Grant.KEEP)
    await settle()
    desk.close()
    assert (desk.may_keep, desk.allowed(Grant.KEEP)) == (True, False)
    again = DeskGrants(talk.desk_line, talk.clock, tasks=talk.tasks, memory=memory)
    assert again.may_keep
    talk.kiosk.withdraw(Grant.KEEP)
    await settle()
    assert not DeskGrants(talk.desk_line, talk.clock, tasks=talk.tasks, memory=memory).may_keep


async def test_several_powers_are_asked_for_in_one_question(talk: Talk) -> None:
    asked: list[Question] = []
    talk.kiosk.asked.connect(asked.append)
    await talk.desk.request(Grant.SCAN, Grant.KEEP)
    await settle()
    assert asked == [(Grant.SCAN, Grant.KEEP)]
    talk.clock.advance(10)
    assert talk.desk.answer_left_s(Grant.KEEP) == SILENCE_S - 10
    talk.kiosk.answer(asked[0], (Grant.SCAN,))
    await settle()
    assert (talk.desk.allowed(Grant.SCAN), talk.desk.allowed(Grant.KEEP)) == (True, False)
    assert not any(talk.desk.asking(grant) for grant in Grant)
    assert talk.desk.answer_left_s(Grant.KEEP) == 0


async def test_the_desk_knows_each_yes_once_also_after_a_restart(talk: Talk) -> None:
    talk.kiosk.asked.connect(lambda question: talk.kiosk.answer(question, question))
    await talk.desk.request(Grant.SCAN, Grant.KEEP)
    await settle()
    await talk.desk.ask_all()
    await settle()
    papers = [Grant.SCAN, Grant.KEEP]
    assert [change.asked for change in talk.desk.given] == [papers]
    talk.clock.advance(LASTS_S[Grant.SCAN])
    await talk.desk.request(Grant.SCAN)
    await settle()
    assert [change.asked for change in talk.desk.given] == [papers, [Grant.SCAN]]
    restarted = DeskGrants(talk.desk_line, talk.clock, tasks=talk.tasks)
    await restarted.ask_all()
    await settle()
    assert sorted(change.asked for change in restarted.given) == [[Grant.SCAN], papers]


async def test_a_question_of_several_powers_that_missed_the_kiosk_is_one_again(talk: Talk) -> None:
    asked: list[Question] = []
    talk.kiosk.asked.connect(asked.append)
    talk.kiosk_line.deaf = True
    await talk.desk.request(Grant.SCAN, Grant.KEEP)
    await settle()
    talk.kiosk_line.deaf = False
    talk.kiosk.repeat_all()
    await settle()
    assert asked == [(Grant.SCAN, Grant.KEEP)]


async def test_a_kiosk_that_asks_for_one_power_only_is_asked_for_the_others_alone(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent, "ALONE_AFTER_S", 0.01)
    talk.kiosk.close()
    asked: list[Grant] = []

    def on_message(message: SessionMessage) -> None:
        if isinstance(message, GrantRequested):
            asked.append(message.grant)
            answer = GrantChanged(
                grant=message.grant,
                allowed=True,
                at_utc=talk.clock.utc_now(),
                left_s=60,
                request_id=message.request_id,
            )
            talk.tasks.start(talk.kiosk_line.send("grant", answer), name="answer")

    talk.kiosk_line.on_message("grant", on_message)
    await talk.desk.request(Grant.SCAN, Grant.KEEP)
    await until(lambda: talk.desk.allowed(Grant.KEEP))
    assert asked == [Grant.SCAN, Grant.KEEP]


async def test_the_time_that_is_left_does_not_depend_on_the_desks_clock(talk: Talk) -> None:
    other = ManualClock()
    other.advance(1000)
    desk = DeskGrants(talk.desk_line, other, tasks=talk.tasks)
    talk.kiosk.asked.connect(lambda question: talk.kiosk.answer(question, question))
    await desk.request(Grant.SCAN)
    await settle()
    assert desk.left_s(Grant.SCAN) == talk.kiosk.left_s(Grant.SCAN)


async def test_request_that_missed_the_kiosk_is_asked_when_its_line_is_back(talk: Talk) -> None:
    asked: list[Question] = []
    talk.kiosk.asked.connect(asked.append)
    talk.kiosk_line.deaf = True
    await talk.desk.request(Grant.PRINT)
    await settle()
    assert (asked, talk.desk.asking(Grant.PRINT)) == ([], True)
    talk.kiosk_line.deaf = False
    talk.kiosk.repeat_all()
    await settle()
    assert asked == [(Grant.PRINT,)]
    talk.kiosk.answer((Grant.PRINT,), (Grant.PRINT,))
    await settle()
    assert talk.desk.allowed(Grant.PRINT)
    assert not talk.desk.asking(Grant.PRINT)


async def test_caller_is_asked_once_however_often_the_line_comes_back(talk: Talk) -> None:
    asked: list[Question] = []
    talk.kiosk.asked.connect(asked.append)
    await talk.desk.request(Grant.SCAN)
    await settle()
    for _ in range(3):
        talk.kiosk.repeat_all()
        await settle()
    assert (asked, talk.desk.asking(Grant.SCAN)) == ([(Grant.SCAN,)], True)


@pytest.mark.parametrize("answer", ["no", "yes", "nothing", "stop"])
async def test_answer_that_missed_the_desk_is_learnt_and_nobody_is_asked_again(
    talk: Talk, answer: str
) -> None:
    asked: list[Question] = []
    talk.kiosk.asked.connect(asked.append)
    await talk.desk.request(Grant.SCAN)
    await settle()
    talk.desk_line.deaf = True
    if answer == "stop":
        talk.kiosk.withdraw_all()
    elif answer == "nothing":
        talk.clock.advance(SILENCE_S)
        await until(lambda: not talk.kiosk.question)
    else:
        talk.kiosk.answer((Grant.SCAN,), (Grant.SCAN,) if answer == "yes" else ())
    await settle()
    assert talk.desk.asking(Grant.SCAN)
    talk.desk_line.deaf = False
    await talk.desk.ask_all()
    await settle()
    assert (asked, talk.desk.asking(Grant.SCAN)) == ([(Grant.SCAN,)], False)
    assert talk.desk.allowed(Grant.SCAN) is (answer == "yes")


async def test_kiosk_that_lost_the_question_in_a_restart_asks_it_again(talk: Talk) -> None:
    await talk.desk.request(Grant.KEEP)
    await settle()
    talk.kiosk.close()
    restarted = KioskGrants(talk.kiosk_line, talk.clock, tasks=talk.tasks)
    restarted.repeat_all()
    await settle()
    assert restarted.question == (Grant.KEEP,)


async def test_old_request_is_not_asked_out_of_the_blue(talk: Talk) -> None:
    talk.kiosk_line.deaf = True
    await talk.desk.request(Grant.PRINT)
    await settle()
    talk.kiosk_line.deaf = False
    talk.clock.advance(ASKED_FOR_S)
    talk.kiosk.repeat_all()
    await settle()
    assert not talk.kiosk.question
    assert not talk.desk.asking(Grant.PRINT)


async def test_request_without_a_line_is_not_repeated_later(talk: Talk) -> None:
    talk.desk_line.cut = True
    with pytest.raises(BusUnreachable):
        await talk.desk.request(Grant.SCAN)
    talk.desk_line.cut = False
    talk.kiosk.repeat_all()
    await settle()
    assert not talk.kiosk.question


async def test_renewal_in_the_air_survives_the_end_of_the_power(talk: Talk) -> None:
    talk.kiosk.asked.connect(lambda question: talk.kiosk.answer(question, question))
    await talk.desk.request(Grant.SCAN)
    await settle()
    talk.clock.advance(LASTS_S[Grant.SCAN] - 1)
    talk.kiosk_line.deaf = True
    await talk.desk.request(Grant.SCAN)
    talk.clock.advance(2)
    await asyncio.sleep(0.25)
    await settle()
    assert not talk.desk.allowed(Grant.SCAN)
    talk.kiosk_line.deaf = False
    talk.kiosk.repeat_all()
    await settle()
    assert talk.desk.allowed(Grant.SCAN), "the renewal was asked, and given"
