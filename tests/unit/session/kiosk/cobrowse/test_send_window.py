# SPDX-License-Identifier: GPL-3.0-only
"""How fast the shared page may go:
on a narrow line as slow as allowed, on a wide one as fast as it answers.
"""

from __future__ import annotations

import pytest

from session.core.clock import ManualClock
from session.kiosk.cobrowse.send_window import LOST_S, MIN_WINDOW_BYTES, SendWindow

PART = 2000


class Line:
    """A line of `kbps` with a fixed delay; it answers every part that asks. Time is the clock's."""

    def __init__(self, kbps: float, delay_s: float, allowed_kbps: int | None = 240) -> None:
        self.clock = ManualClock()
        self.room = SendWindow(allowed_kbps, self.clock)
        self._byte_s, self._delay_s = 8 / (kbps * 1000), delay_s
        self._free_at_s = 0.0
        self._answers: list[tuple[float, int]] = []
        self.queues_s: list[float] = []

    def send(self, parts: int) -> float:
        """Seconds until the last of so many parts was on the line."""
        begun_s = self.clock.monotonic_s()
        for _ in range(parts):
            while (wait_s := self.room.wait_s(PART)) > 0:
                self._pass(wait_s)
            now_s = self.clock.monotonic_s()
            self._free_at_s = max(self._free_at_s, now_s) + PART * self._byte_s
            self.queues_s.append(self._free_at_s - PART * self._byte_s - now_s)
            if ack := self.room.sent(PART, more=True):
                self._answers.append((self._free_at_s + self._delay_s, ack))
        return self.clock.monotonic_s() - begun_s

    def _pass(self, wait_s: float) -> None:
        now_s = self.clock.monotonic_s()
        step_s = min([wait_s, *(max(0.0, at_s - now_s) for at_s, _ in self._answers[:1])])
        self.clock.advance(max(step_s, 1e-4))
        while self._answers and self._answers[0][0] <= self.clock.monotonic_s():
            self.room.received(self._answers.pop(0)[1])


def test_a_wide_line_takes_a_large_page_at_once() -> None:
    assert Line(kbps=1_000_000, delay_s=0.002).send(70) < 0.05


def test_a_narrow_line_never_queues_more_than_a_voice_packet_bears() -> None:
    line = Line(kbps=512, delay_s=0.02)
    took_s = line.send(70)
    assert max(line.queues_s) <= 0.065
    assert took_s <= 70 * PART * 8 / 240_000  # never slower than what is always allowed


def test_a_desk_that_never_answers_gets_the_page_at_the_allowed_rate() -> None:
    clock = ManualClock()
    room = SendWindow(240, clock)
    for _ in range(60):
        while (wait_s := room.wait_s(PART)) > 0:
            clock.advance(wait_s)
        room.sent(PART, more=True)
    assert clock.monotonic_s() == pytest.approx(60 * PART * 8 / 240_000, rel=0.15)


def test_answers_that_never_come_close_the_window() -> None:
    line = Line(kbps=1_000_000, delay_s=0.002)
    line.send(70)
    assert line.room.window_bytes > 50_000
    line.room.sent(PART, more=True)
    line.clock.advance(LOST_S + 0.1)
    line.room.wait_s(PART)
    assert line.room.window_bytes == MIN_WINDOW_BYTES


def test_a_trickle_asks_for_no_answers() -> None:
    clock = ManualClock()
    room = SendWindow(240, clock)
    for _ in range(50):
        assert room.wait_s(300) == 0.0
        assert room.sent(300, more=False) == 0
        clock.advance(0.1)


def test_a_steady_flow_of_small_messages_asks_too() -> None:
    clock = ManualClock()
    room = SendWindow(240, clock)
    assert any(room.sent(1500, more=False) for _ in range(6))


def test_answers_nobody_asked_for_change_nothing() -> None:
    room = SendWindow(240, ManualClock())
    before = room.window_bytes
    room.received(77)
    assert room.window_bytes == before


def test_without_a_limit_nothing_waits() -> None:
    assert Line(kbps=1, delay_s=1, allowed_kbps=None).send(50) == 0.0
