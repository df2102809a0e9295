# SPDX-License-Identifier: GPL-3.0-only
"""Checks by a tone whether the microphone hears the loudspeaker, and what a canceller leaves.
Pure; used by the desk's media settings.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from session.media.audio.sound import BLOCK, RATE_HZ, Pcm
from session.media.audio.voice_filter import VoiceFilter

TONE_HZ = 800.0
"""Sixteen whole waves in a block of 20 ms: blocks need no window."""

TONE_PEAK = 0.2
PAUSE_BLOCKS, TONE_BLOCKS, LATE_BLOCKS = 25, 50, 15
"""Half a second of rest, one of tone; a loudspeaker's and a microphone's buffers come late."""

TIMES_LOUDER, LEAST = 4.0, 0.0005
"""An echo is this much louder than the same pitch at rest (12 dB), and not lost in the microphone's
own noise.
"""


class EchoFinding(StrEnum):
    """The finding of a check."""

    NONE = "none"
    HEARD = "heard"
    DEAF = "deaf"


def tone(number: int) -> Pcm:
    """Block `number` of the tone."""
    time_s = (np.arange(BLOCK) + number * BLOCK) / RATE_HZ
    return np.asarray(TONE_PEAK * 32767 * np.sin(2 * np.pi * TONE_HZ * time_s), np.int16)


def pitch_level(block: Pcm) -> float:
    """Return how much of the tone's pitch is in a block,
    0..1 (one bin of a Fourier transform).
    """
    time_s = np.arange(block.size) / RATE_HZ
    part = np.dot(block.astype(np.float64), np.exp(-2j * np.pi * TONE_HZ * time_s))
    return float(2 * abs(part) / max(1, block.size) / 32768)


class EchoCheck:
    """Takes each block that the microphone brought, and gives what to play next."""

    def __init__(self) -> None:
        self._number = 0
        self._rest: list[float] = []
        self._played: list[float] = []
        self._silent = True

    @property
    def done(self) -> bool:
        """True if there is a result."""
        return self._number >= PAUSE_BLOCKS + TONE_BLOCKS + LATE_BLOCKS

    def step(self, heard: Pcm) -> Pcm | None:
        """One block of 20 ms; gives what to play now, if anything."""
        number, self._number = self._number, self._number + 1
        self._silent = self._silent and not heard.any()
        playing = PAUSE_BLOCKS <= number < PAUSE_BLOCKS + TONE_BLOCKS
        if number < PAUSE_BLOCKS:
            self._rest.append(pitch_level(heard))
        elif number >= PAUSE_BLOCKS + LATE_BLOCKS:
            self._played.append(pitch_level(heard))
        if playing:
            return tone(number)
        return None

    def result(self) -> EchoFinding:
        """`DEAF`: the microphone brought nothing at all."""
        if self._silent:
            return EchoFinding.DEAF
        rest, played = float(np.median(self._rest)), float(np.median(self._played))
        if played > max(LEAST, TIMES_LOUDER * rest):
            return EchoFinding.HEARD
        return EchoFinding.NONE


LEARN_BLOCKS, JUDGED_BLOCKS = 75, 75
"""A canceller learns the room in a second and a half; then it is judged for as long."""

ENOUGH_DB = 20.0
"""From here on callers do not notice their voice coming back."""


class CancelCheck:
    """Plays syllables of noise, which are new to a canceller in each block, and has it measure
    itself.

    A steady tone would be taken for noise and say nothing about echo.
    Play what `step` gives, 50 blocks a second.
    """

    def __init__(self, voice: VoiceFilter) -> None:
        self._voice = voice
        self._number = 0
        self._dice = np.random.default_rng(800)

    @property
    def done(self) -> bool:
        """True if there is a result."""
        return self._number >= LEARN_BLOCKS + JUDGED_BLOCKS

    def step(self) -> Pcm:
        """The next block to be played."""
        if self._number == LEARN_BLOCKS:
            self._voice.measure()
        loud = 0.3 + 0.7 * abs(np.sin(np.pi * self._number / 9))
        self._number += 1
        return np.asarray(TONE_PEAK * 32767 * loud * self._dice.uniform(-1, 1, BLOCK), np.int16)

    def removed_db(self) -> float:
        """Return how much quieter the echo has become; 0 when nothing was heard at all."""
        return max(0.0, self._voice.removed_db or 0.0)
