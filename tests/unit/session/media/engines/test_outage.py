# SPDX-License-Identifier: GPL-3.0-only
"""When a line counts as cut, and when silence tells nothing."""

from __future__ import annotations

from session.media.engines.outage import CUT_AFTER_S, CutLine


def test_a_line_that_was_never_heard_is_not_cut() -> None:
    assert not CutLine().is_cut(100.0)


def test_a_voice_that_says_nothing_keeps_the_line() -> None:
    line = CutLine()
    for beat in range(20):
        line.hear_voice(beat * 0.4)
        assert not line.is_cut(beat * 0.4 + 0.39)


def test_a_line_is_cut_when_voice_and_picture_stop_together() -> None:
    line = CutLine()
    line.hear_voice(10.0)
    line.hear_picture(10.04)
    assert not line.is_cut(10.04 + CUT_AFTER_S)
    assert line.is_cut(10.05 + CUT_AFTER_S)
    line.hear_picture(14.0)
    assert not line.is_cut(14.1)


def test_photos_of_somebody_without_a_microphone_are_no_cut_line() -> None:
    line = CutLine()
    line.hear_picture(10.0)
    assert not line.is_cut(13.9)


def test_a_microphone_pulled_out_while_photos_come_is_no_cut_line() -> None:
    line = CutLine()
    for second in (10, 14):
        line.hear_picture(second)
    line.hear_voice(14.3)  # and then no more
    assert line.is_cut(17.9), "until a photo shows that the line holds"
    line.hear_picture(18.0)
    assert not line.is_cut(21.9)
