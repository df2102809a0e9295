# SPDX-License-Identifier: GPL-3.0-only
"""A voice becomes shorter or longer by whole periods."""

from __future__ import annotations

import numpy as np
import pytest

from session.media.audio.sound import RATE_HZ, Pcm
from session.media.audio.stretch import longer, shorter


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
