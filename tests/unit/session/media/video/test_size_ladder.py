# SPDX-License-Identifier: GPL-3.0-only
"""Which height a rate gets, without flickering."""

from __future__ import annotations

from session.media.video.size_ladder import LADDERS, SizeLadder


def test_the_reference_line_carries_720_rows() -> None:
    for rungs in LADDERS.values():
        assert SizeLadder(rungs).height(320_000 * 88 // 100, 0.0) == 720


def test_an_estimate_that_breathes_does_not_change_the_size() -> None:
    ladder = SizeLadder(LADDERS["av1"])
    heights = {
        ladder.height(bps, second)
        for second, bps in enumerate((185_000, 195_000, 186_000, 200_000) * 10)
    }
    assert heights == {540}


def test_a_rate_that_stays_high_lifts_the_size_after_four_seconds() -> None:
    ladder = SizeLadder(LADDERS["vp8"])
    ladder.height(100_000, 0.0)
    found = [ladder.height(900_000, float(second)) for second in range(1, 8)]
    assert found[:4] == [270] * 4
    assert found[-1] == 720


def test_1080_rows_are_kept_at_the_best_rate_that_the_governor_gives() -> None:
    for codec in LADDERS:
        ladder = SizeLadder(LADDERS[codec])
        assert ladder.height(2_000_000, 0.0) == 1080
        assert ladder.height(1_200_000, 1.0) in (720, 1080)
        ladder.height(1_900_000, 2.0)
        assert ladder.height(1_900_000, 7.0) == 1080
