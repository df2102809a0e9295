# SPDX-License-Identifier: GPL-3.0-only
"""The share of packets that never came is told of enough packets, or not at all."""

from __future__ import annotations

import random

from session.media.line.sent_loss import ENOUGH, SentLoss


def test_one_lost_of_three_is_no_third_of_the_line() -> None:
    loss = SentLoss()
    assert loss.share(40, 0) == 0.0
    assert loss.share(43, 1) is None
    assert loss.share(80, 1) == 1 / 40


def test_each_packet_counts_once() -> None:
    loss = SentLoss()
    told = [loss.share(packets, packets // 10) for packets in range(0, 3001, 7)]
    shares = [share for share in told if share is not None]
    assert abs(sum(shares) / len(shares) - 0.1) < 0.005
    assert len(shares) <= 3000 / ENOUGH


def test_a_line_of_three_percent_seldom_looks_full_however_often_it_is_reported() -> None:
    dice = random.Random(3)
    loss = SentLoss()
    packets = 0
    missed = 0
    full = 0
    for _ in range(10_000):
        for _ in range(dice.choice((2, 5, 12, 40))):
            packets += 1
            missed += dice.random() < 0.03
        share = loss.share(packets, missed)
        full += share is not None and share > 0.1
    assert full < 100, "of some four thousand shares"


def test_a_new_beginning_and_a_late_packet_are_no_loss() -> None:
    loss = SentLoss()
    loss.share(500, 50)
    assert loss.share(10, 1) is None
    assert loss.share(60, 1) == 0.0
    assert loss.share(100, 0) == 0.0  # one came after all
