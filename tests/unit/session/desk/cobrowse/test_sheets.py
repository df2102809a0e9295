# SPDX-License-Identifier: GPL-3.0-only
"""A desk waits for style sheets while its kiosk's slow line brings anything, and not for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from session.desk.cobrowse.sheets import (
    AGAIN_S,
    LONGEST_S,
    MOST_ASKED,
    HeldEvents,
    PublicFiles,
    SheetWait,
)
from session.protocol.conversation.sheets import sheet_name

SITE = "/* site */ .fr-btn { color: #000091; margin: 4px } " * 60


class Timer:
    """One call that is due."""

    def __init__(self, due_s: float, call: Callable[[], None]) -> None:
        self.due_s, self.call, self.cancelled = due_s, call, False

    def cancel(self) -> None:
        self.cancelled = True


class LoopTime:
    """The loop's clock and its calls, moved by hand."""

    def __init__(self) -> None:
        self._now_s = 100.0
        self._timers: list[Timer] = []

    def time(self) -> float:
        return self._now_s

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Timer:
        self._timers.append(Timer(self._now_s + delay_s, call))
        return self._timers[-1]

    def advance(self, seconds: float) -> None:
        until_s = self._now_s + seconds
        while due := [t for t in self._timers if not t.cancelled and t.due_s <= until_s]:
            timer = min(due, key=lambda each: each.due_s)
            self._timers.remove(timer)
            self._now_s = timer.due_s
            timer.call()
        self._now_s = until_s


class Waiting:
    """A desk that lacks one sheet of a page."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.shown: list[HeldEvents] = []
        self.given_up = 0
        self.wait = SheetWait(
            "s1",
            PublicFiles(),
            show=lambda events, _sheets: self.shown.append(events),
            ask=self.asked.append,
            give_up=self._on_given_up,
        )
        self.wait.take_events(HeldEvents(b"[]", True, 1, 1, [sheet_name(SITE)]))

    def _on_given_up(self) -> None:
        self.given_up += 1


@pytest.fixture
def loop_time(monkeypatch: pytest.MonkeyPatch) -> LoopTime:
    made = LoopTime()
    monkeypatch.setattr("session.desk.cobrowse.sheets.asyncio.get_running_loop", lambda: made)
    return made


def test_a_slow_line_that_brings_parts_is_not_asked_twice(loop_time: LoopTime) -> None:
    desk = Waiting()
    for _part in range(6):
        loop_time.advance(0.6 * AGAIN_S)
        desk.wait.hear()
    assert (len(desk.asked), desk.shown, desk.given_up) == (1, [], 0)
    desk.wait.take_texts([SITE])
    assert (len(desk.shown), desk.given_up) == (1, 0)


def test_a_silent_kiosk_is_asked_again_and_then_given_up(loop_time: LoopTime) -> None:
    desk = Waiting()
    loop_time.advance(MOST_ASKED * AGAIN_S)
    assert (len(desk.asked), len(desk.shown), desk.given_up) == (MOST_ASKED, 1, 1)


def test_a_kiosk_that_sends_all_but_the_sheet_is_given_up_too(loop_time: LoopTime) -> None:
    desk = Waiting()
    for _part in range(round(3 * MOST_ASKED * (LONGEST_S + AGAIN_S))):
        loop_time.advance(0.5)
        desk.wait.hear()
    assert (len(desk.asked), len(desk.shown), desk.given_up) == (MOST_ASKED, 1, 1)
