# SPDX-License-Identifier: GPL-3.0-only
"""The stretch of time on the screen: closer, farther, on, back, and never beyond the log."""

from __future__ import annotations

import pytest

from views.replay.shown_time import LEAST_S, ShownTime


@pytest.fixture
def time() -> ShownTime:
    made = ShownTime()
    made.set_duration(1000.0)
    return made


def stretch(time: ShownTime) -> tuple[float, float]:
    return round(time.begin_s, 3), round(time.end_s, 3)


def test_what_is_under_the_pointer_stays_there_when_it_comes_closer(time: ShownTime) -> None:
    time.zoom(2.0, 250.0)
    assert stretch(time) == (125.0, 625.0)
    time.zoom(0.5, 250.0)
    assert time.is_all


def test_no_closer_than_some_seconds_and_no_farther_than_all(time: ShownTime) -> None:
    time.zoom(1e9, 500.0)
    assert time.length_s == pytest.approx(LEAST_S)
    time.zoom(1e-9, 500.0)
    assert stretch(time) == (0.0, 1000.0)


def test_it_moves_up_to_the_ends(time: ShownTime) -> None:
    time.show(100.0, 200.0)
    time.pan(-500.0)
    assert stretch(time) == (0.0, 100.0)
    time.pan(5000.0)
    assert stretch(time) == (900.0, 1000.0)


def test_a_moment_elsewhere_is_brought_in_and_one_that_is_seen_moves_nothing(
    time: ShownTime,
) -> None:
    time.show(100.0, 200.0)
    changes: list[bool] = []
    time.changed.connect(lambda: changes.append(True))
    time.reveal(150.0)
    assert changes == []
    for at_s in (210.0, 90.0, 950.0, 3.0):
        time.reveal(at_s)
        assert time.begin_s <= at_s <= time.end_s
        assert time.length_s == pytest.approx(100.0)


def test_an_empty_log_has_a_second() -> None:
    made = ShownTime()
    made.set_duration(0.0)
    made.zoom(3.0, 0.0)
    made.pan(5.0)
    assert stretch(made) == (0.0, 1.0)
