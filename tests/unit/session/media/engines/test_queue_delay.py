# SPDX-License-Identifier: GPL-3.0-only
"""The judge of the line against a simulated line: a rate, a queue, a busy machine at its end."""

from __future__ import annotations

import random
from collections.abc import Callable

from session.media.engines.queue_delay import MIN_BPS, QueueDelayEstimator
from tests.support.object_graph import most_kept

PACKET = 1000
BASE_MS = 700_000


class Simulated:
    """A sender that follows what it is told, a line of `kbps` and a receiver that is busy at
    times.
    """

    def __init__(self, kbps: float, start_kbps: int, *, max_kbps: int) -> None:
        self.kbps, self.told_bps = kbps, start_kbps * 1000
        self.estimator = QueueDelayEstimator(start_kbps * 1000, max_kbps * 1000)
        self.now_ms = self.free_ms = 0.0
        self.worst_queue_ms = 0.0
        self.told: list[int] = []

    def run(
        self, seconds: float, busy_ms: Callable[[], float] = lambda: 0.0, share: float = 1.0
    ) -> None:
        end_ms = self.now_ms + seconds * 1000
        while self.now_ms < end_ms:
            self.now_ms += PACKET * 8 / (self.told_bps * share) * 1000
            self.free_ms = max(self.free_ms, self.now_ms) + PACKET * 8 / self.kbps
            self.worst_queue_ms = max(self.worst_queue_ms, self.free_ms - self.now_ms)
            sent = round(self.now_ms / 1000 * (1 << 18)) % (1 << 24)
            found = self.estimator.add(round(BASE_MS + self.free_ms + busy_ms()), sent, PACKET, 7)
            if found is not None:
                self.told_bps = found[0]
                self.told.append(found[0])


def test_a_line_that_is_wide_enough_is_used_to_the_bound() -> None:
    line = Simulated(kbps=5000, start_kbps=300, max_kbps=2000)
    line.run(60)
    assert line.told_bps > 1_800_000
    assert max(line.told) <= 2_000_000


def test_a_line_that_is_too_narrow_is_not_filled_for_long() -> None:
    line = Simulated(kbps=250, start_kbps=400, max_kbps=400)
    line.run(5)
    line.worst_queue_ms = 0
    line.run(60)
    assert line.worst_queue_ms < 400
    assert 150_000 < sum(line.told[-50:]) / 50 < 260_000


def test_a_line_that_becomes_narrow_is_noticed_within_two_seconds() -> None:
    line = Simulated(kbps=1000, start_kbps=320, max_kbps=320)
    line.run(20)
    assert line.told_bps == 320_000
    line.kbps = 150
    line.run(3)
    assert line.told_bps < 150_000
    line.kbps = 1000
    line.run(15)
    assert line.told_bps > 250_000


def test_a_busy_machine_is_not_taken_for_a_full_line() -> None:
    dice = random.Random(3)
    line = Simulated(kbps=1000, start_kbps=320, max_kbps=320)
    line.run(60, lambda: dice.choice([0, 0, 5, 20, 150, 200]))
    assert min(line.told) == 320_000


def test_a_picture_that_needs_little_keeps_what_the_line_has_proved() -> None:
    line = Simulated(kbps=1000, start_kbps=320, max_kbps=320)
    line.run(10)
    line.run(30, share=0.2)
    assert line.told_bps == 320_000


def test_an_encoder_that_makes_more_than_it_is_told_does_not_spoil_what_comes_after() -> None:
    line = Simulated(kbps=430, start_kbps=320, max_kbps=320)
    line.run(2)
    stubborn_s = line.now_ms / 1000 + 5
    while line.now_ms / 1000 < stubborn_s:  # 640 kb/s, whatever it is told
        line.run(0.05, share=640_000 / line.told_bps)
        line.free_ms = min(line.free_ms, line.now_ms + 300)  # the queue is full: the rest is lost
    assert line.told_bps > 0.5 * 430_000, "less would not make it send less"
    line.run(2, share=0.4)
    assert line.told_bps == 320_000, "the way back is short"


def test_clocks_that_jump_leave_it_able_to_judge() -> None:
    line = Simulated(kbps=1000, start_kbps=320, max_kbps=320)
    line.run(5)
    line.estimator.add(10, 5, PACKET, 7)
    line.estimator.add(99_000_000, 9_000_000, PACKET, 7)
    line.run(40)
    assert MIN_BPS < line.told_bps <= 320_000
    assert most_kept(line.estimator) < 200
