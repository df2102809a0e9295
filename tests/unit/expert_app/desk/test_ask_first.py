# SPDX-License-Identifier: GPL-3.0-only
"""An act that lacks a power asks for it, is done on the yes, and never after a no."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from expert_app.desk.ask_first import FILL, KEEP, POINT, SCAN, AskFirst, Powers
from session.core.clock import ManualClock
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.call.consent import DeskGrants
from session.kiosk.call.consent import SILENCE_S, KioskGrants, Question
from session.protocol.conversation.messages import Grant, GrantChanged, GrantReason
from tests.support.memory.channel import channel_pair
from tests.support.waiting import until

PAPERS = (Grant.SCAN, Grant.PRINT, Grant.KEEP)


class Desk:
    """The part of the desk's job that is used here, with the real consent of both ends."""

    def __init__(self, tasks: Tasks) -> None:
        self.clock = ManualClock()
        kiosk_line, desk_line = channel_pair()
        self.kiosk = KioskGrants(kiosk_line, self.clock, tasks=tasks)
        grants = DeskGrants(desk_line, self.clock, tasks=tasks)
        self.session: Any = SimpleNamespace(grants=grants)
        self.session_opened: Signal[Any] = Signal()
        self.session_ended: Signal[Any] = Signal()
        self._tasks = tasks
        self.first = AskFirst(cast(Any, self))
        self.session_opened.emit(self.session)
        grants.changed.connect(lambda change: self.first.settle(self.session, change))
        self.done: list[str] = []
        self.is_away = False
        self.refused: list[tuple[tuple[Grant, ...], bool]] = []
        self.first.refused.connect(self.refused.append)

    def request_grants(self, *grants: Grant) -> None:
        if not self.is_away:
            self._tasks.start(self.session.grants.request(*grants), name="ask")

    def act(self, powers: Powers, name: str) -> None:
        self.first.do(powers, lambda: self.done.append(name))

    async def answers(self, question: Question, given: Question) -> None:
        await until(lambda: self.kiosk.question == question)
        self.kiosk.answer(question, given)
        await until(lambda: not any(self.session.grants.asking(grant) for grant in question))


def told(grant: Grant) -> GrantChanged:
    """The kiosk says how a power stands, which nobody has asked for yet."""
    return GrantChanged(
        grant=grant, allowed=False, at_utc=ManualClock().utc_now(), reason=GrantReason.TOLD
    )


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    tasks = Tasks()
    yield Desk(tasks)
    await tasks.close()


async def test_an_act_asks_for_what_is_missing_in_one_question_and_is_done_on_the_yes(
    desk: Desk,
) -> None:
    desk.act(SCAN, "scan")
    assert desk.done == []
    await desk.answers(PAPERS, (Grant.SCAN,))
    assert desk.done == ["scan"], "what is asked along is not needed"
    desk.act(SCAN, "again")
    assert desk.done == ["scan", "again"], "a power that is given is not asked for"
    assert desk.kiosk.question == ()


async def test_an_act_with_several_powers_is_done_when_all_are_given(desk: Desk) -> None:
    desk.act(FILL, "fill")
    question = (Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE)
    await desk.answers(question, question)
    assert desk.done == ["fill"]
    assert desk.refused == []


@pytest.mark.parametrize("answered", [True, False])
async def test_after_a_no_or_silence_it_is_not_done_and_that_is_told(
    desk: Desk, answered: bool
) -> None:
    desk.act(SCAN, "scan")
    if answered:
        await desk.answers(PAPERS, ())
    else:
        await until(lambda: desk.kiosk.question != ())
        desk.clock.advance(SILENCE_S)
        await until(lambda: not desk.session.grants.asking(Grant.KEEP))
    assert desk.refused[-1] == (PAPERS, answered)
    desk.first.ask(Grant.SCAN)
    await desk.answers((Grant.SCAN,), (Grant.SCAN,))
    assert desk.done == [], "a later yes is to another question"


async def test_what_the_kiosk_tells_before_it_heard_the_question_is_no_answer(desk: Desk) -> None:
    for grant in FILL.needed:
        desk.session.grants.changed.emit(told(grant))
    desk.act(FILL, "fill")
    for grant in FILL.needed:  # as at the begin of each conversation
        desk.session.grants.changed.emit(told(grant))
    question = (Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE)
    await desk.answers(question, question)
    assert desk.done == ["fill"]


async def test_the_next_act_takes_the_place_of_the_one_that_waits(desk: Desk) -> None:
    desk.act(SCAN, "scan")
    await until(lambda: desk.kiosk.question != ())
    desk.act(KEEP, "file")
    await asyncio.sleep(0.02)
    assert desk.kiosk.question == PAPERS, "it is not asked twice"
    await desk.answers(PAPERS, PAPERS)
    assert desk.done == ["file"]


async def test_an_act_that_needs_no_question_leaves_the_one_that_waits(desk: Desk) -> None:
    desk.first.ask(Grant.SEE_PAGE, Grant.POINT)
    await desk.answers((Grant.SEE_PAGE, Grant.POINT), (Grant.SEE_PAGE, Grant.POINT))
    desk.act(SCAN, "scan")
    await until(lambda: desk.kiosk.question != ())
    desk.act(POINT, "point")
    await desk.answers(PAPERS, PAPERS)
    assert desk.done == ["point", "scan"]


async def test_an_act_whose_question_was_never_put_is_not_done_by_a_later_yes(desk: Desk) -> None:
    desk.is_away = True
    desk.act(SCAN, "scan")
    desk.is_away = False
    desk.first.ask(Grant.SCAN)
    await desk.answers((Grant.SCAN,), (Grant.SCAN,))
    assert desk.done == []


async def test_what_waits_is_forgotten_when_the_conversation_is_over(desk: Desk) -> None:
    desk.act(SCAN, "scan")
    await until(lambda: desk.kiosk.question != ())
    desk.session_ended.emit(None)
    await desk.answers(PAPERS, PAPERS)
    assert desk.done == []
