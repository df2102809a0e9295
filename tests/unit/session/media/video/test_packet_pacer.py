# SPDX-License-Identifier: GPL-3.0-only
"""The pace of a picture's packets, first and repeated ones."""

from __future__ import annotations

import pytest

from session.media.video.packet_pacer import REPEATED_BURST_BYTES, PacketPacer


def test_a_large_picture_leaves_at_the_pace_of_the_line() -> None:
    now_s = 5.0
    pacer = PacketPacer(lambda: 400_000, clock=lambda: now_s)
    waits = [pacer.delay_s(1140) for _packet in range(10)]
    assert waits[0] == 0.0
    assert waits[-1] == pytest.approx(9 * 1200 * 8 / 400_000, abs=0.01)
    now_s = 6.0
    assert pacer.delay_s(1140) == 0.0


def test_a_busy_computer_does_not_slow_the_packets_down_and_idleness_saves_nothing() -> None:
    now_s = 10.0
    pacer = PacketPacer(lambda: 2_000_000, clock=lambda: now_s)  # 5 ms a packet
    begun_s, sent = now_s, 0
    while now_s < begun_s + 1:
        delay_s = pacer.delay_s(1190)
        sent += 1
        if delay_s > 0.002:
            due_s, now_s = now_s + delay_s, now_s + delay_s + 0.03  # woken 30 ms late, each time
            pacer.woke(due_s)
    assert 190 <= sent <= 212
    now_s += 5
    assert sum(pacer.delay_s(1190) == 0 for _packet in range(10)) <= 2


def test_a_flood_of_questions_gets_a_part_of_the_rate_only() -> None:
    now_s = 5.0
    pacer = PacketPacer(lambda: 400_000, clock=lambda: now_s)
    sent = 0
    for _question in range(5000):
        now_s += 0.001
        sent += 1200 if pacer.may_repeat(1140) else 0
    assert sent * 8 / 5 < 400_000 * 0.3 + REPEATED_BURST_BYTES * 8 / 5 + 5000
