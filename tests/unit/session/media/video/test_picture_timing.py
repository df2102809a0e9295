# SPDX-License-Identifier: GPL-3.0-only
"""Pictures wait for their voice, and the voice for late pictures."""

from __future__ import annotations

import pytest

from session.media.audio.sound import RATE_HZ
from session.media.video.picture_timing import LIPS_MAY_LEAD_S, LipSync

NTP = 3_990_000_000


def synced(voice_s: float) -> LipSync:
    """Both streams begin at RTP time 0 at the same moment;
    at 100 s of our clock the voice of `voice_s` is heard.
    """
    lips = LipSync()
    lips.on_report("audio", NTP << 32, 0)
    lips.on_report("video", NTP << 32, 0)
    lips.on_played(round(voice_s * RATE_HZ), 100.0)
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
