# SPDX-License-Identifier: GPL-3.0-only
"""When a line counts as cut, and when silence tells nothing."""

from __future__ import annotations

from session.media.engines.aiortc_call import OUTAGE_AFTER_S, OutageWatch


def test_a_line_that_was_never_heard_is_not_cut() -> None:
    assert not OutageWatch().is_out(100.0)


def test_a_voice_that_says_nothing_keeps_the_line() -> None:
    line = OutageWatch()
    for beat in range(20):
        line.on_voice_packet(beat * 0.4)
        assert not line.is_out(beat * 0.4 + 0.39)


def test_a_line_is_out_when_voice_and_picture_stop_together() -> None:
    line = OutageWatch()
    line.on_voice_packet(10.0)
    line.on_picture_packet(10.04)
    assert not line.is_out(10.04 + OUTAGE_AFTER_S)
    assert line.is_out(10.05 + OUTAGE_AFTER_S)
    line.on_picture_packet(14.0)
    assert not line.is_out(14.1)


def test_photos_of_somebody_without_a_microphone_are_no_cut_line() -> None:
    line = OutageWatch()
    line.on_picture_packet(10.0)
    assert not line.is_out(13.9)


def test_a_microphone_pulled_out_while_photos_come_is_no_cut_line() -> None:
    line = OutageWatch()
    for second in (10, 14):
        line.on_picture_packet(second)
    line.on_voice_packet(14.3)  # and then no more
    assert line.is_out(17.9), "until a photo shows that the line holds"
    line.on_picture_packet(18.0)
    assert not line.is_out(21.9)
