# SPDX-License-Identifier: GPL-3.0-only
"""Makes a voice a little shorter or longer without changing its pitch. Used by `voice_playout`.

One period of the voice is left out or repeated, with a soft passage between (the overlap-add of
WSOLA: Verhelst and Roelands, ICASSP 1993). Listeners do not notice one period in twenty
milliseconds; they notice a missing block.
"""

from __future__ import annotations

import numpy as np

from session.media.audio.sound import Pcm

SHORTEST, LONGEST = 120, 480
"""Samples: periods of voices from 400 Hz down to 100 Hz at 48 kHz."""

STEP = 4
ALIKE = 0.6
QUIET = 100.0
"""Below this amplitude nobody hears where it was cut."""


def shorter(sound: Pcm, *, at_any_price: bool = False) -> Pcm:
    """`sound`, int16 of at least 960 samples, less one period;
    unchanged where it has none to spare.
    """
    period = _period(sound, at_any_price)
    if period == 0:
        return sound
    passage = _faded(sound[:period], sound[period : 2 * period])
    return np.concatenate((passage, sound[2 * period :]))


def longer(sound: Pcm) -> Pcm:
    """`sound`, int16 of at least 960 samples, with one period twice;
    unchanged where it has none.
    """
    period = _period(sound, False)
    if period == 0:
        return sound
    passage = _faded(sound[period : 2 * period], sound[:period])
    return np.concatenate((sound[:period], passage, sound[period:]))


def _faded(out: Pcm, into: Pcm) -> Pcm:
    weight = np.linspace(0.0, 1.0, out.size, dtype=np.float32)
    return np.asarray(out * (1 - weight) + into * weight, np.int16)


def _period(sound: Pcm, at_any_price: bool) -> int:
    """Samples after which the sound is most like itself, or 0 when it is not."""
    if sound.size < 2 * LONGEST:
        return 0
    coarse = sound[: 2 * LONGEST : STEP].astype(np.float32)
    if float(np.abs(coarse).max()) < QUIET:
        return LONGEST
    window = LONGEST // STEP
    first = coarse[:window]
    best, likeness = 0, -1.0
    for lag in range(SHORTEST // STEP, window + 1):
        other = coarse[lag : lag + window]
        alike = float(first @ other) / (float(np.linalg.norm(first) * np.linalg.norm(other)) + 1.0)
        if alike > likeness:
            best, likeness = lag * STEP, alike
    if likeness >= ALIKE or at_any_price:
        return best
    return 0
