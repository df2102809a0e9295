# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's guard over the agent's commands, with the caller's real grants:
time, pause, words in the log.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.desk.cobrowse.remote_control import DeskRemoteControl, Spot
from session.kiosk.call.consent import LASTS_S, KioskGrants
from session.kiosk.cobrowse.browser_messages import PageTouched
from session.kiosk.cobrowse.remote_control import PAUSE_S, KioskRemoteControl
from session.kiosk.event_log import EventLog
from session.log.codec import decode_record
from session.log.events import PageActed, Writer
from session.log.writer import LogWriter
from session.protocol.conversation.messages import Grant, GrantRequested
from session.protocol.conversation.remote_control import FieldKind
from tests.support.memory.channel import channel_pair
from tests.support.program_parts import QuietPage, QuietSignal, invented_session
from tests.support.waiting import until

SPOT = Spot(1, 5, 0.5, 0.5)


class Touches(QuietSignal):
    """The caller's touches."""

    def __init__(self) -> None:
        self.listeners: list[Callable[..., Any]] = []

    def connect(self, slot: Callable[..., Any], /) -> Any:
        self.listeners.append(slot)

    def disconnect(self, slot: Callable[..., Any], /) -> Any:
        self.listeners.remove(slot)

    def tell(self) -> None:
        for listener in list(self.listeners):
            listener(PageTouched(), b"")


class Field(QuietPage):
    """A page with one text field that has the keyboard; keeps what is done to it."""

    def __init__(self) -> None:
        super().__init__()
        self.typed: list[str] = []
        self.clicks = self.clicked = 0
        self.looks_before_click = 0
        self.acting: list[bool] = []
        self.reported = self.touches = Touches()
        self.written, self.waits = 0, 0
        self.takes_text, self.is_there = True, True

    def touch(self) -> None:
        self.touches.tell()

    def ask(
        self, document: str, what: str, values: Sequence[object], on_answer: Callable[[str], None]
    ) -> None:
        wait, self.waits = self.waits > 0, self.waits - 1
        if self.clicks > self.clicked:
            self.looks_before_click -= 1
            self.clicked += self.looks_before_click < 0
        field = "text" if what == "locate" or self.clicked == self.clicks else "none"
        facts = {"x": 3, "y": 4, "field": field, "wait": wait}
        facts |= {"written": self.written, "clicked": self.clicked}
        on_answer(json.dumps(facts) if self.is_there else "")

    def click(self, x: float, y: float) -> None:
        self.clicks += 1

    def commit(self, text: str) -> None:
        assert self.waits <= 0, "the engine drops what comes before a page was painted"
        self.typed.append(text)
        self.written += self.takes_text

    def show_acting(self, may_act: bool) -> None:
        self.acting.append(may_act)


class SharedPage:
    """A page that is shared, always the first."""

    sharing, epoch, document = True, 1, "d1"


class Scene:
    """Desk and kiosk, with grants that a caller gives at once."""

    def __init__(self, tasks: Tasks, folder: Path) -> None:
        self.clock, self.field = ManualClock(), Field()
        kiosk_line, self.desk_line = channel_pair()
        self.grants = KioskGrants(kiosk_line, self.clock, tasks=tasks)
        self.grants.asked.connect(lambda question: self.grants.answer(question, question))
        self.kiosk = KioskRemoteControl(
            kiosk_line,
            self.field,
            page=SharedPage(),
            grants=self.grants,
            clock=self.clock,
            tasks=tasks,
        )
        self.desk = DeskRemoteControl(self.desk_line, lambda: 1, tasks=tasks)
        self.codes: list[tuple[str, FieldKind]] = []
        self.desk.answered.connect(lambda answer: self.codes.append((answer.code, answer.field)))
        self.lines: list[bytes] = []
        self.log = LogWriter(
            "s1", Writer.KIOSK, folder=folder, clock=self.clock, send=self._keep, tasks=tasks
        )
        self.event_log = EventLog(invented_session(), self.log, clock=self.clock)
        self.kiosk.acted.connect(self.event_log._on_acted)

    async def give(self, *grants: Grant) -> None:
        for grant in grants:
            await self.desk_line.send("grant", GrantRequested(grant=grant))
        await until(lambda: all(self.grants.allowed(grant) for grant in grants))

    async def _keep(self, first: int, records: list[bytes]) -> int:
        self.lines += records
        return first + len(records)

    async def answered(self, answers: int) -> None:
        await until(lambda: len(self.codes) >= answers)

    async def settle(self) -> None:
        for _turn in range(40):  # many turns, however long one of them takes
            await asyncio.sleep(0.005)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    tasks = Tasks()
    yield Scene(tasks, tmp_path)
    await tasks.close()


async def test_a_power_whose_time_is_over_does_nothing_any_more(scene: Scene) -> None:
    await scene.give(Grant.CONTROL, Grant.TYPE)
    scene.desk.type("avant")
    await scene.settle()
    scene.clock.advance(LASTS_S[Grant.TYPE])
    scene.desk.type("après")
    await scene.settle()
    assert scene.field.typed == ["avant"]
    assert [code for code, _field in scene.codes] == ["", "grant_missing"]
    assert scene.field.acting[-1] is False, "and the caller sees that nobody acts"


async def test_what_a_click_has_reached_is_told_once_the_page_has_the_click(scene: Scene) -> None:
    await scene.give(Grant.CONTROL)
    scene.field.looks_before_click = 5  # a busy kiosk
    scene.desk.click(SPOT)
    await scene.answered(1)
    assert scene.codes == [("", FieldKind.TEXT)]
    scene.field.looks_before_click = 1000  # a page that hides its clicks
    scene.desk.click(SPOT)
    await scene.answered(2)
    assert scene.codes[-1] == ("", FieldKind.NONE)


async def test_text_is_never_lost_in_silence_right_after_a_navigation(scene: Scene) -> None:
    await scene.give(Grant.CONTROL, Grant.TYPE)
    scene.field.waits = 2  # the new page is not painted yet
    scene.desk.type("Garrigue")
    await scene.settle()
    assert scene.field.typed == ["Garrigue"]
    assert [code for code, _field in scene.codes] == [""]
    scene.field.takes_text = False  # the engine, or the page, dropped it
    scene.desk.type("perdu")
    await scene.answered(2)
    assert scene.codes[-1][0] == "field_not_ready"
    commit = scene.field.commit

    def commit_and_leave(text: str) -> None:
        commit(text)
        scene.field.is_there = False

    scene.field.commit = commit_and_leave  # type: ignore[method-assign]
    scene.desk.type("parti")
    await scene.answered(3)
    assert scene.codes[-1][0] == "page_changed"


async def test_typing_needs_its_own_power(scene: Scene) -> None:
    await scene.give(Grant.CONTROL)
    scene.desk.type("x")
    scene.desk.click(SPOT)
    await scene.settle()
    assert (scene.field.typed, scene.field.clicks) == ([], 1)


async def test_a_touch_holds_the_agent_for_exactly_a_second(scene: Scene) -> None:
    await scene.give(Grant.CONTROL)
    scene.field.touch()
    scene.clock.advance(PAUSE_S - 0.01)
    scene.desk.click(SPOT)
    await scene.settle()
    assert (scene.codes[-1][0], scene.field.clicks) == ("control_paused", 0)
    scene.clock.advance(0.01)
    scene.desk.click(SPOT)
    await scene.settle()
    assert (scene.codes[-1], scene.field.clicks) == (("", FieldKind.TEXT), 1)


async def test_touches_of_a_caller_who_gave_no_power_are_told_to_nobody(scene: Scene) -> None:
    await scene.give(Grant.SEE_PAGE)
    paused: list[float] = []
    scene.desk.paused.connect(paused.append)
    scene.field.touch()
    await scene.settle()
    assert paused == []


async def test_a_burst_is_one_event_with_its_number_and_what_was_typed_is_nowhere(
    scene: Scene,
) -> None:
    await scene.give(Grant.CONTROL, Grant.TYPE)
    for answers, word in enumerate(("Secret", "Confidentiel", "Prive"), start=1):
        scene.desk.type(word)
        await scene.answered(answers)
    scene.clock.advance(2)
    scene.desk.type("Encore")
    await scene.settle()
    scene.event_log.page_closed()
    await scene.log.close(1)
    acted = [decode_record(line).event for line in scene.lines]
    assert acted == [PageActed(command="text_requested", code="", times=times) for times in (1, 3)]
    assert not any(
        word in b"".join(scene.lines) for word in (b"Secret", b"Confidentiel", b"Prive", b"Encore")
    )


async def test_after_the_end_nothing_is_done(scene: Scene) -> None:
    await scene.give(Grant.CONTROL)
    scene.kiosk.close()
    scene.desk.click(SPOT)
    await scene.settle()
    assert (scene.field.clicks, scene.codes, scene.field.acting[-1]) == (0, [], False)
