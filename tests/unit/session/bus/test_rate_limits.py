# SPDX-License-Identifier: GPL-3.0-only
"""Buckets of tokens, and the first of a burst."""

from __future__ import annotations

from session.bus.rate_limits import FORGET_FROM, Bursts, RateLimits
from session.core.clock import ManualClock
from tests.support.object_graph import most_kept


def test_a_burst_is_taken_and_then_so_many_a_second() -> None:
    clock = ManualClock()
    rates = RateLimits(clock, 2, burst=3)
    assert [rates.take("kiosk1") for _try in range(5)] == [True, True, True, False, False]
    assert rates.take("kiosk2")
    clock.advance(1)
    assert [rates.take("kiosk1") for _try in range(3)] == [True, True, False]


def test_names_that_are_as_good_as_new_are_forgotten_and_others_not() -> None:
    clock = ManualClock()
    rates = RateLimits(clock, 1, burst=2)
    for number in range(10 * FORGET_FROM):
        clock.advance(0.01)
        assert rates.take(f"kiosk{number}")
    assert most_kept(rates) <= FORGET_FROM
    assert rates.take("busy", 2)
    for number in range(FORGET_FROM):
        clock.advance(0.0001)
        assert rates.take(f"desk{number}")
    assert not rates.take("busy")


def test_the_first_of_a_burst_is_told_from_the_others() -> None:
    clock = ManualClock()
    bursts = Bursts(clock, quiet_s=10)
    assert [bursts.begins("words") for _time in range(3)] == [True, False, False]
    assert bursts.begins("pages")
    for _second in range(30):
        clock.advance(1)
        assert not bursts.begins("words")
    clock.advance(10)
    assert bursts.begins("words")
    for number in range(2 * FORGET_FROM):
        bursts.begins(f"name{number}")
    assert most_kept(bursts) == FORGET_FROM
