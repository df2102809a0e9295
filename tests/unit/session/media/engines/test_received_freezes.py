# SPDX-License-Identifier: GPL-3.0-only
"""Freezes, counted as W3C webrtc-stats counts them."""

from __future__ import annotations

import pytest

from session.media.engines.received import FreezeCount


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
