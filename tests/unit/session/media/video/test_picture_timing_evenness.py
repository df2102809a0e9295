# SPDX-License-Identifier: GPL-3.0-only
"""Pictures follow each other evenly, and wait no longer than that needs."""

from __future__ import annotations

import itertools

from session.media.video.picture_timing import PictureSmoother


def evenness(delays_s: list[float]) -> tuple[float, float]:
    """(longest pause, mean wait) of the last two hundred pictures when each is complete that long
    after its time.
    """
    smoother, shown, waits = PictureSmoother(), [], []
    for index, delay_s in enumerate(delays_s):
        complete_s = 500.0 + index * 0.04 + delay_s
        waits.append(smoother.wait_s((index * 3600 + 0xFFFFF000) & 0xFFFFFFFF, complete_s))
        shown.append(complete_s + waits[-1])
    last = shown[-200:]
    return max(b - a for a, b in itertools.pairwise(last)), sum(waits[-200:]) / 200


def test_on_a_good_line_pictures_do_not_wait() -> None:
    assert evenness([0.05] * 400)[1] < 0.002


def test_packets_sent_again_do_not_stop_the_picture() -> None:
    delays = [0.05 + (0.1 if index % 20 == 7 else 0.0) for index in range(400)]
    pause_s, wait_s = evenness(delays)
    assert pause_s < 0.06  # without waiting: 0.14
    assert wait_s < 0.11


def test_a_rare_late_picture_is_no_reason_to_wait() -> None:
    delays = [0.05 + (0.3 if index % 100 == 7 else 0.0) for index in range(400)]
    assert evenness(delays)[1] < 0.02


def test_a_clock_that_jumps_does_not_hold_pictures_back() -> None:
    smoother = PictureSmoother()
    for index in range(100):
        smoother.wait_s(index * 3600, 10 + index * 0.04)
    assert smoother.wait_s(100 * 3600, -5000.0) == 0.0
    assert smoother.wait_s(2_000_000_000, -4999.9) <= 0.15
    assert (
        max(
            smoother.wait_s(2_000_000_000 + index * 3600, -4999 + index * 0.04)
            for index in range(1, 60)
        )
        <= 0.15
    )
