# SPDX-License-Identifier: GPL-3.0-only
"""The rate of our picture, by estimates and by reports."""

from __future__ import annotations

from session.media.video.send_rate import MIN_BPS, SendRate


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
