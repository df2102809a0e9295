# SPDX-License-Identifier: GPL-3.0-only
"""A line's quality from the engine's counts: each sample tells the last ten seconds only."""

from __future__ import annotations

from session.media.engine import MediaStats
from session.media.line.meter import LineMeasure, LineMeter


def play(
    meter: LineMeter, call: str, start_s: float, seconds: list[MediaStats]
) -> list[LineMeasure]:
    found = (meter.measure(call, stats, start_s + at) for at, stats in enumerate(seconds))
    return [sample for sample in found if sample is not None]


def counts(second: int, lost: int = 0, frames: int | None = None) -> MediaStats:
    shown = second * 12 if frames is None else frames
    return MediaStats(
        frames=shown, packets=second * 90, bytes=second * 25_000, lost=lost, rtt_ms=80.0
    )


def test_every_ten_seconds_there_is_a_sample_of_those_ten() -> None:
    samples = play(
        LineMeter("s1"),
        "c1",
        100.0,
        [counts(second, lost=100 if second > 10 else 0) for second in range(21)],
    )
    assert [(one.loss_percent, one.rtt_ms, one.kbps, one.freezes) for one in samples] == [
        (0.0, 80.0, 200.0, 0),
        (10.0, 80.0, 200.0, 0),
    ]


def test_a_picture_that_stands_still_is_one_freeze() -> None:
    frames = [0, 12, 24, 24, 24, 24, 36, 48, 48, 60, 72]
    (sample,) = play(
        LineMeter("s1"), "c1", 0.0, [counts(at, frames=count) for at, count in enumerate(frames)]
    )
    assert sample.freezes == 2


def test_a_line_on_which_nothing_came_lost_everything() -> None:
    (sample,) = play(LineMeter("s1"), "c1", 0.0, [MediaStats(packets=500, frames=60)] * 11)
    assert (sample.loss_percent, sample.kbps) == (100.0, None)


def test_a_new_call_is_measured_from_its_own_beginning() -> None:
    meter = LineMeter("s1")
    play(meter, "c1", 0.0, [counts(second) for second in range(8)])
    samples = play(meter, "c2", 8.0, [counts(second, lost=second) for second in range(11)])
    assert [one.loss_percent for one in samples] == [1.1]


def test_photos_that_stand_still_are_no_freeze() -> None:
    meter = LineMeter("s1")
    for second in range(10):
        assert meter.measure("c1", counts(second, frames=7), float(second), photos=True) is None
    measured = meter.measure("c1", counts(10, frames=8), 10.0, photos=True)
    assert measured is not None
    assert (measured.freezes, measured.fps) == (0, 0.1)


def test_sound_that_was_guessed_is_told_as_a_share() -> None:
    meter = LineMeter("s1", 2.0)
    meter.measure("c1", MediaStats(packets=1, voice_blocks=100, voice_made_up=4), 0.0)
    measured = meter.measure("c1", MediaStats(packets=9, voice_blocks=200, voice_made_up=9), 2.0)
    assert measured is not None
    assert meter.line_seen(measured).concealed_percent == 5.0
    assert meter.line_sample(measured, 420.04).carries_kbps == 420.0
