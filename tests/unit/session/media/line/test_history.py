# SPDX-License-Identifier: GPL-3.0-only
"""Which minute was the worst."""

from __future__ import annotations

from session.media.line.history import KEPT, LineDirection, LineHistory
from session.protocol.conversation.line import LineSeen


def filled(bad: range, **badness: float) -> LineHistory:
    history = LineHistory()
    for index in range(200):
        seen = LineSeen(kbps=300, rtt_ms=40, **(badness if index in bad else {}))  # type: ignore[arg-type]
        history.add(LineDirection.FROM_CALLER, index * 2.0, seen)
        history.add(
            LineDirection.TO_CALLER, index * 2.0, LineSeen(kbps=280, rtt_ms=40, loss_percent=0.5)
        )
    return history


def test_a_quiet_call_has_no_worst_minute() -> None:
    assert filled(range(0)).worst_minute() is None


def test_the_minute_with_the_loss_is_found() -> None:
    worst = filled(range(60, 90), loss_percent=12.0).worst_minute()
    assert worst is not None
    assert worst.way is LineDirection.FROM_CALLER
    assert (worst.start_s, worst.end_s) == (120.0, 178.0)
    assert worst.loss_percent == 12.0


def test_guessed_sound_weighs_more_than_lost_packets() -> None:
    history = filled(range(20, 50), loss_percent=8.0)
    for index in range(200, 260):
        history.add(
            LineDirection.TO_CALLER,
            index * 2.0,
            LineSeen(kbps=280, rtt_ms=40, concealed_percent=6.0),
        )
    worst = history.worst_minute()
    assert worst is not None
    assert worst.way is LineDirection.TO_CALLER


def test_one_bad_moment_of_a_call_that_has_just_begun_is_no_bad_minute() -> None:
    history = LineHistory()
    history.add(LineDirection.FROM_CALLER, 2.0, LineSeen(loss_percent=30.0))
    assert history.worst_minute() is None


def test_an_hour_is_kept_and_a_new_caller_begins_anew() -> None:
    history = LineHistory()
    for index in range(KEPT + 50):
        history.add(LineDirection.TO_CALLER, index * 2.0, LineSeen())
    assert len(history.points[LineDirection.TO_CALLER]) == KEPT
    history.clear()
    assert not history.points[LineDirection.TO_CALLER]
