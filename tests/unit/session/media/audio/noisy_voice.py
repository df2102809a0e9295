# SPDX-License-Identifier: GPL-3.0-only
"""A voice in noise, for tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from session.media.audio.sound import RATE_HZ

Sound = npt.NDArray[np.float64]


def voice(seconds: float, seed: int, pitch_hz: float = 140.0) -> Sound:
    """An invented voice: 24 harmonics of a pitch that wanders, in syllables, with breath between
    them.
    """
    dice, count = np.random.default_rng(seed), int(seconds * RATE_HZ)
    time_s = np.arange(count) / RATE_HZ

    def wandering(every_s: float) -> Sound:
        places = np.arange(0, seconds + 1, every_s)
        return np.asarray(np.interp(time_s, places, dice.random(places.size)))

    phase = 2 * np.pi * np.cumsum(pitch_hz * (0.85 + 0.3 * wandering(0.25))) / RATE_HZ
    sound = sum(wandering(0.12) * np.sin(k * phase) / k**0.8 for k in range(1, 25))
    sound = (sound + dice.normal(0, 0.3, count) * wandering(0.09) ** 3) * np.clip(
        1.6 * wandering(0.15) - 0.4, 0, 1
    )
    return np.asarray(9000 * sound / np.abs(sound).max())
