# SPDX-License-Identifier: GPL-3.0-only
"""The engine's small rules: sizes by rate, the line's parts, pace, freezes, lips, and the voice's
length.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from session.media.audio.sound import RATE_HZ, Pcm
from session.media.audio.stretch import longer, shorter
from session.media.line.budget import WIDE_KBPS, cheap_first, picture_kbps
from session.media.video.freezes import FreezeCount
from session.media.video.lip_sync import LIPS_MAY_LEAD_S, LipSync
from session.media.video.packet_pacer import REPEATED_BURST_BYTES, PacketPacer
from session.media.video.send_rate import MIN_BPS, SendRate
from session.media.video.size_ladder import LADDERS, SizeLadder
from session.media.video.smoother import PictureSmoother


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


@pytest.mark.parametrize(
    ("line", "expected"),
    [(512, 317), (256, 138), (4000, 2759), (0, 777), (20, 20), (100_000, 4000)],
)
def test_the_pictures_part_is_never_more_than_the_line(line: int, expected: int) -> None:
    assert picture_kbps(line, 777) == expected
    assert line == 0 or picture_kbps(line, 777) <= line


def test_bits_are_spared_on_a_narrow_line_and_processors_on_a_wide_one() -> None:
    assert cheap_first(("av1", "vp9", "vp8"), 512) == ("av1", "vp9", "vp8")
    assert cheap_first(("av1", "vp9", "vp8"), WIDE_KBPS) == ("vp8", "av1", "vp9")
    assert cheap_first(("av1",), WIDE_KBPS) == ("av1",)


def test_1080_rows_are_kept_at_the_best_rate_that_the_governor_gives() -> None:
    for codec in LADDERS:
        ladder = SizeLadder(LADDERS[codec])
        assert ladder.height(2_000_000, 0.0) == 1080
        assert ladder.height(1_200_000, 1.0) in (720, 1080)
        ladder.height(1_900_000, 2.0)
        assert ladder.height(1_900_000, 7.0) == 1080


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


def test_freezes_are_counted_as_the_standard_counts_them() -> None:
    freezes, now_s = FreezeCount(), 0.0
    for pause_s in [0.04] * 50 + [0.12] + [0.04] * 20 + [0.5] + [0.04] * 20:
        now_s += pause_s
        freezes.add(now_s)
    assert freezes.count == 1
    assert freezes.total_s == pytest.approx(0.5)
    for _photo in range(40):
        now_s += 4.0
        freezes.add(now_s)
    assert freezes.count < 15


NTP = 3_990_000_000


def synced(voice_s: float) -> LipSync:
    """Both streams begin at RTP time 0 at the same moment;
    at 100 s of our clock the voice of `voice_s` is heard.
    """
    lips = LipSync()
    lips.on_report("audio", NTP << 32, 0)
    lips.on_report("video", NTP << 32, 0)
    lips.on_heard(round(voice_s * RATE_HZ), 100.0)
    return lips


def test_a_picture_that_is_early_waits_for_its_voice() -> None:
    lips = synced(voice_s=7.0)
    assert lips.wait_s(round(7.16 * 90_000), 100.0) == pytest.approx(0.1, abs=0.001)
    assert lips.lag_s == pytest.approx(-LIPS_MAY_LEAD_S, abs=0.001)
    assert lips.wait_s(round(7.16 * 90_000), 100.06) == pytest.approx(0.04, abs=0.001)
    assert lips.wait_s(round(7.04 * 90_000), 100.0) == 0.0


def test_a_picture_that_is_late_is_shown_at_once_and_the_voice_learns_to_wait() -> None:
    lips = synced(voice_s=7.0)
    for _picture in range(200):
        assert lips.wait_s(round(6.8 * 90_000), 100.0) == 0.0
    assert lips.lag_s == pytest.approx(0.2, abs=0.001)
    assert 0.05 < lips.extra_s <= 0.1


def test_without_reports_or_with_a_mad_clock_nothing_waits() -> None:
    assert LipSync().wait_s(1000, 1.0) == 0.0
    lips = synced(voice_s=7.0)
    assert lips.wait_s(500 * 90_000, 100.0) == 0.0
    assert lips.lag_s is None
    assert lips.wait_s(round(7.1 * 90_000), 105.0) == 0.0  # no voice for five seconds


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


def tone(pitch_hz: float, samples: int = 960) -> Pcm:
    return np.asarray(8000 * np.sin(2 * np.pi * pitch_hz * np.arange(samples) / RATE_HZ), np.int16)


@pytest.mark.parametrize("pitch_hz", [120.0, 210.0, 330.0])
def test_a_voice_becomes_shorter_and_longer_without_a_click(pitch_hz: float) -> None:
    sound = tone(pitch_hz)
    steepest = int(np.abs(np.diff(sound.astype(int))).max())
    for changed in (shorter(sound), longer(sound)):
        assert changed.size != sound.size
        periods = abs(changed.size - sound.size) / (RATE_HZ / pitch_hz)
        assert abs(periods - round(periods)) < 0.1
        assert int(np.abs(np.diff(changed.astype(int))).max()) < steepest * 1.5
    assert shorter(sound).size < 960 < longer(sound).size


def test_what_has_no_period_is_left_as_it_is() -> None:
    noise = np.random.default_rng(1).integers(-8000, 8000, 960).astype(np.int16)
    assert shorter(noise).size == 960
    assert longer(noise).size == 960
    assert shorter(np.zeros(960, np.int16)).size < 960
    assert shorter(tone(200, 480)).size == 480


def test_the_rate_stays_between_its_bounds() -> None:
    rate = SendRate(300_000, 800_000)
    rate.on_estimate(10)
    assert rate.bps == MIN_BPS
    rate.on_estimate(9_000_000)
    assert rate.bps == 800_000
    rate.set_max(1, line_known=False)
    assert rate.bps == MIN_BPS


def test_on_a_known_line_a_low_estimate_needs_a_proof() -> None:
    rate = SendRate(320_000, 320_000, line_known=True)
    for _report in range(5):
        rate.on_report(0.02, 0.05)
        rate.on_estimate(70_000)
    assert rate.bps == 320_000
    rate.on_report(0.02, 0.14)
    rate.on_estimate(250_000)
    assert rate.bps == 320_000  # one long round trip may be a busy machine's
    rate.on_report(0.02, 0.14)
    rate.on_estimate(250_000)
    assert rate.bps == 250_000
    rate.on_estimate(50_000)
    assert rate.bps == 150_000  # not all at once
    for _report in range(7):
        rate.on_report(0.01, 0.05)
    assert rate.bps > 280_000  # what held before comes back soon
    for _report in range(10):
        rate.on_report(0.01, 0.05)
    assert rate.bps == 320_000


def test_a_report_of_too_few_packets_neither_lowers_the_rate_nor_takes_back_what_was_said() -> None:
    rate = SendRate(320_000, 320_000, line_known=True)
    rate.on_report(None, 0.05)
    rate.on_estimate(100_000)
    assert rate.bps == 320_000
    rate.on_report(0.2, 0.05)
    rate.on_report(None, 0.05)
    rate.on_estimate(250_000)
    assert rate.bps == 250_000


def test_a_page_in_the_other_direction_does_not_lower_our_picture() -> None:
    rate = SendRate(320_000, 320_000, line_known=True)
    rate.on_report(0.01, 0.05)
    for _report in range(10):
        rate.on_estimate(330_000)
        rate.on_report(0.02, 0.4)
    assert rate.bps == 320_000


def test_on_an_unknown_line_every_estimate_is_believed() -> None:
    rate = SendRate(300_000, 2_000_000)
    rate.on_estimate(120_000)
    assert rate.bps == 120_000


def test_a_queue_that_overflows_lowers_the_rate_but_a_lossy_line_does_not() -> None:
    rate = SendRate(300_000, 2_000_000)
    rate.on_report(0.05, None)
    assert rate.bps == 300_000
    rate.on_report(0.4, None)
    assert rate.bps == 240_000
    rate.on_report(0.0, 0.04)
    rate.on_report(0.0, 0.4)
    rate.on_report(0.0, 0.4)
    assert rate.bps == 204_000
    rate.on_report(0.0, -3.0)
    assert rate.bps < 204_000  # the last sane round trip still holds
