# SPDX-License-Identifier: GPL-3.0-only
"""What the benches' microphones hear: something that Opus takes for speech.
Used by the peers in Python.

A plain tone is coded as music (CELT), which has no in-band error correction (RFC 6716, section
2.1.7): then every lost packet counts as guessed voice, whatever an engine does. `material.js` makes
the same for browsers.
"""

from __future__ import annotations

import numpy as np

from session.media.audio.sound import BLOCK, RATE_HZ, Pcm

LENGTH_S = 5
PITCH_HZ, SYLLABLES_HZ = 120.0, 3.6
FORMANTS = ((600.0, 90.0), (1200.0, 130.0), (2500.0, 200.0))
"""Middle and width in Hz: an open vowel."""

LOUDNESS = 0.25


class Speech:
    """A `session.media.audio.sound.SoundSource`:
    a vowel that rises and falls, syllable by syllable.
    """

    there = True

    def __init__(self) -> None:
        self._wave = _wave()
        self._at = 0

    def read(self) -> Pcm:
        """The next block."""
        self._at = (self._at + BLOCK) % len(self._wave)
        return self._wave[self._at : self._at + BLOCK].copy()

    def close(self) -> None:
        """Nothing to give back."""


def _wave() -> Pcm:
    time_s = np.arange(LENGTH_S * RATE_HZ) / RATE_HZ
    pitch_hz = PITCH_HZ * (
        1 + 0.12 * np.sin(2 * np.pi * 0.6 * time_s) + 0.03 * np.sin(2 * np.pi * 5 * time_s)
    )
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    voiced = np.zeros_like(time_s)
    for harmonic in range(1, 30):
        hz = harmonic * PITCH_HZ
        strength = sum(1 / (1 + ((hz - middle) / width) ** 2) for middle, width in FORMANTS)
        voiced += strength / harmonic**0.5 * np.sin(harmonic * phase)
    syllable = np.sin(2 * np.pi * SYLLABLES_HZ * time_s)
    breath = np.random.default_rng(3).normal(0, 0.05, len(time_s)) * np.clip(-syllable, 0, 1)
    whole = voiced / np.abs(voiced).max() * np.clip(syllable, 0.02, 1) + breath
    return np.asarray(whole * LOUDNESS * 32767, np.int16)
