# SPDX-License-Identifier: GPL-3.0-only
"""The estimate against lines whose rate the test knows:
a queue of 300 ms, what is too much gets lost.
"""

from __future__ import annotations

import pytest

from session.media.line.estimate import (
    LEAST_KBPS,
    QUEUE_LEAST_KBPS,
    LineEstimate,
    LineObservation,
)
from session.media.line.governor import Demand, Governor
from session.protocol.conversation.line import LineStep

QUEUE_MS = 300.0


class NarrowLine:
    """A drop-tail queue before a fixed rate; looked at once a second."""

    def __init__(self, kbps: float, loss_percent: float = 1.0) -> None:
        self.kbps, self.loss_percent, self.queue_ms = kbps, loss_percent, 0.0

    def second(self, sent_kbps: float) -> tuple[float, float]:
        """(loss in per cent, round trip in ms) after a second of sending."""
        self.queue_ms = max(0.0, self.queue_ms + (sent_kbps - self.kbps) / self.kbps * 1000)
        lost_ms, self.queue_ms = max(0.0, self.queue_ms - QUEUE_MS), min(self.queue_ms, QUEUE_MS)
        lost_share = lost_ms * self.kbps / 1000 / max(sent_kbps, 1)
        return 100 * lost_share + self.loss_percent, 40 + self.queue_ms


def run(
    line: NarrowLine, estimate: LineEstimate, seconds: range, page: range = range(0)
) -> list[tuple[float, LineStep, float]]:
    """Governor and estimate on the line: (estimate, step, loss) of each second."""
    governor, found = Governor(), []
    loss, rtt_ms = line.loss_percent, 40.0
    for now_s in seconds:
        shares = governor.shares(now_s, estimate.kbps, Demand(page=now_s in page))
        other_kbps = shares.page_kbps if now_s in page else 0
        media_kbps = 44 + shares.face.kbps
        loss, rtt_ms = line.second(media_kbps + other_kbps)
        look = LineObservation(
            media_kbps=media_kbps, other_kbps=other_kbps, loss_percent=min(100, loss), rtt_ms=rtt_ms
        )
        estimate.observe(now_s, look)
        found.append((estimate.kbps, shares.step, loss))
    return found


@pytest.mark.parametrize("kbps", [210.0, 420.0, 900.0])
def test_a_guess_far_too_high_comes_down_and_stays_near_the_line(kbps: float) -> None:
    found = run(NarrowLine(kbps), LineEstimate(1500), range(120))
    settled = [estimate for estimate, _, _ in found[20:]]
    assert 0.6 * kbps < min(settled)
    assert max(settled) < 1.35 * kbps
    assert sum(loss for _, _, loss in found[20:]) / 100 < 4


def test_a_guess_too_low_rises_while_it_is_used() -> None:
    found = run(NarrowLine(2000), LineEstimate(300), range(60))
    assert found[-1][0] > 1400


def test_loss_of_the_radio_is_not_a_full_line() -> None:
    found = run(NarrowLine(1000, loss_percent=3.0), LineEstimate(400), range(20))
    assert found[-1][0] >= 400


def test_a_line_that_gets_narrow_costs_the_picture_its_size_not_the_voice() -> None:
    line, estimate = NarrowLine(420), LineEstimate(400)
    run(line, estimate, range(30))
    line.kbps = 130
    found = run(line, estimate, range(30, 90))
    assert found[-1][1] in (LineStep.SMALL, LineStep.FEW)
    assert sum(loss for _, _, loss in found[15:]) / 45 < 5
    line.kbps = 420
    assert run(line, estimate, range(90, 150))[-1][1] is LineStep.FULL


def test_a_page_crosses_without_crowding_the_line() -> None:
    found = run(NarrowLine(420), LineEstimate(400), range(60), page=range(20, 50))
    assert max(loss for _, _, loss in found[20:50]) < 12
    assert found[-1][1] is LineStep.FULL


def test_the_transports_word_counts_only_where_it_is_the_bound_and_a_queue_stands() -> None:
    estimate = LineEstimate(400)
    estimate.observe(1, LineObservation(media_kbps=100, transport_kbps=150, rtt_ms=40))
    assert estimate.kbps == 400, "it is low because nobody tried"
    for second in range(2, 12):
        estimate.observe(second, LineObservation(media_kbps=145, transport_kbps=150, rtt_ms=100))
    assert estimate.kbps < 250
    for second in range(12, 30):
        estimate.observe(second, LineObservation(media_kbps=145, transport_kbps=900))
    assert estimate.kbps == 900


def test_what_the_transport_thinks_of_a_picture_that_made_room_is_not_added_to_the_page() -> None:
    """The bound was 320 kb/s while nothing else crossed;
    the transport still says so, and the page takes 300 now.
    """
    estimate = LineEstimate(512)
    for now_s in range(5):
        estimate.observe(
            now_s, LineObservation(media_kbps=60, other_kbps=250, rtt_ms=50, transport_kbps=320)
        )
    # a packet of the page was lost: it waits
    estimate.observe(5, LineObservation(media_kbps=60, rtt_ms=50, transport_kbps=700))
    assert estimate.kbps == 512
    for now_s in range(6, 12):
        estimate.observe(now_s, LineObservation(media_kbps=60, rtt_ms=50, transport_kbps=700))
    assert estimate.kbps == 700, "the page is across"
    alone = LineEstimate(420)
    for now_s in range(5):
        alone.observe(now_s, LineObservation(media_kbps=150, rtt_ms=50, transport_kbps=1500))
    assert alone.kbps > 800


def test_a_transport_that_repeats_our_own_bound_takes_nothing_from_the_line() -> None:
    estimate = LineEstimate(512)
    # the picture's bound on 512 kb/s is 320, and a key frame of it may stand in the queue
    for second in range(1, 60):
        rtt_ms = 95.0 if second % 5 == 0 else 45.0
        estimate.observe(
            second,
            LineObservation(media_kbps=330, transport_kbps=320, loss_percent=1, rtt_ms=rtt_ms),
        )
    assert estimate.kbps >= 512


def test_one_bad_look_is_hardly_news_and_nothing_falls_through_the_floor() -> None:
    estimate = LineEstimate(400)
    estimate.observe(1, LineObservation(media_kbps=300, loss_percent=30))
    assert estimate.kbps > 380
    for second in range(2, 60):
        estimate.observe(second, LineObservation(media_kbps=0, loss_percent=100))
    assert estimate.kbps == LEAST_KBPS


def test_a_line_that_somebody_declared_wide_is_not_doubted_for_a_busy_machine() -> None:
    estimate = LineEstimate(420, least_kbps=7000)
    for now_s in range(30):
        estimate.observe(
            float(now_s), LineObservation(media_kbps=200, rtt_ms=20.0 if now_s < 2 else 900.0)
        )
    assert estimate.kbps == 7000


def test_a_look_without_news_neither_adds_to_the_trouble_nor_ends_it() -> None:
    estimate = LineEstimate(400)
    for now_s, loss in enumerate((1.0, 20.0, None, None)):
        estimate.observe(now_s, LineObservation(media_kbps=380, loss_percent=loss, rtt_ms=40))
    assert estimate.kbps >= 400, "one report is one report, however often it is read"
    estimate.observe(4, LineObservation(media_kbps=380, loss_percent=20.0, rtt_ms=40))
    assert estimate.kbps < 350


@pytest.mark.parametrize("extra_ms", [120.0, 200.0, 900.0])
def test_a_busy_computer_at_the_other_end_does_not_stop_a_page(extra_ms: float) -> None:
    """Answers take long, nothing is lost: a quarter of an hour long."""
    estimate = LineEstimate(420)
    for now_s in range(900):
        estimate.observe(
            now_s,
            LineObservation(
                media_kbps=100, loss_percent=1, rtt_ms=30.0 + (extra_ms if now_s % 20 else 0.0)
            ),
        )
    assert estimate.kbps >= QUEUE_LEAST_KBPS
    assert Governor().shares(0, estimate.kbps, Demand(page=True)).page_kbps >= 50


def test_a_late_computer_says_nothing_of_the_line_unless_packets_get_lost() -> None:
    estimate = LineEstimate(420)
    for now_s in range(60):
        estimate.observe(
            now_s,
            LineObservation(
                media_kbps=100, loss_percent=1, rtt_ms=900.0 if now_s else 30.0, late=True
            ),
        )
    assert estimate.kbps == 420
    for now_s in range(60, 70):
        estimate.observe(now_s, LineObservation(media_kbps=400, loss_percent=30, late=True))
    assert estimate.kbps < 350
