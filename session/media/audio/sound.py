# SPDX-License-Identifier: GPL-3.0-only
"""Sound in and out of a call, as arrays.
Used by the engines; `views.media.sound` brings the real devices.

All sound here is int16, one channel, 48 000 samples a second, in blocks of 960 (20 ms), the shape
of one Opus packet.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import Protocol

import numpy as np
import numpy.typing as npt

RATE_HZ = 48_000
BLOCK = 960
BLOCK_S = BLOCK / RATE_HZ

MAX_QUEUED = 10 * BLOCK
"""0.2 s: older samples are dropped when a device is slow, so that the voice never lags."""

Pcm = npt.NDArray[np.int16]


class SoundSource(Protocol):
    """The source of our voice. `read` is called every 20 ms in the media thread and never
    waits.
    """

    @property
    def there(self) -> bool:
        """False when no sound is to be expected: there is no microphone."""
        ...

    def read(self) -> Pcm:
        """The next `BLOCK` samples; silence when there is nothing."""
        ...

    def close(self) -> None:
        """Gives the device back."""
        ...


class SoundSink(Protocol):
    """The place where the caller's voice goes.
    `write` is called every 20 ms in the media thread and never waits.
    """

    def write(self, block: Pcm) -> None:
        """The next `BLOCK` samples."""
        ...

    def close(self) -> None:
        """Gives the device back."""
        ...


def silence() -> Pcm:
    """A block of nothing."""
    return np.zeros(BLOCK, np.int16)


def rms(block: Pcm) -> float:
    """Root mean square of a block, 0..1 of full scale."""
    if block.size:
        return float(np.sqrt(np.mean(np.square(block.astype(np.float32))))) / 32768.0
    return 0.0


class SampleQueue:
    """Samples between two threads; the oldest are dropped when the reader is slow."""

    def __init__(self, max_samples: int = MAX_QUEUED) -> None:
        self._parts: deque[Pcm] = deque()
        self._held = 0
        self._max = max_samples
        self._lock = threading.Lock()

    def put(self, samples: Pcm) -> None:
        """Adds samples at the end."""
        with self._lock:
            self._parts.append(samples)
            self._held += samples.size
            while self._held > self._max:
                self._held -= self._parts.popleft().size

    def take(self, count: int) -> Pcm:
        """At most `count` samples from the beginning."""
        with self._lock:
            parts: list[Pcm] = []
            while self._parts and count > 0:
                part = self._parts.popleft()
                parts.append(part[:count])
                if part.size > count:
                    self._parts.appendleft(part[count:])
                count -= parts[-1].size
                self._held -= parts[-1].size
        if parts:
            return np.concatenate(parts)
        return np.zeros(0, np.int16)

    @property
    def held(self) -> int:
        """Samples waiting."""
        return self._held


class LevelMeter:
    """Mean level of the last 0.2 s."""

    def __init__(self) -> None:
        self._squares: deque[float] = deque(maxlen=10)

    def add(self, block: Pcm) -> None:
        """Takes a block in."""
        self._squares.append(rms(block) ** 2)

    @property
    def level(self) -> float:
        """RMS, 0..1."""
        squares = list(self._squares)
        if squares:
            return math.sqrt(sum(squares) / len(squares))
        return 0.0


class NullSink:
    """A loudspeaker for machines without a sound card: measures the level, plays nothing."""

    def __init__(self) -> None:
        self._meter = LevelMeter()

    @property
    def level(self) -> float:
        """RMS of the last 0.2 s, 0..1."""
        return self._meter.level

    def write(self, block: Pcm) -> None:
        """Measures the block."""
        self._meter.add(block)

    def close(self) -> None:
        """Nothing to give back."""


class SilentSource:
    """A microphone that is not there."""

    there = False

    def read(self) -> Pcm:
        """Nothing."""
        return silence()

    def close(self) -> None:
        """Nothing to give back."""


class ToneSource:
    """A quiet tone that swells and fades three times a second:
    a simulated voice that proves the way is open.

    Args:
        pitch_hz: of the tone.
        level: peak, 0..1.
    """

    there = True

    def __init__(self, pitch_hz: float = 220.0, level: float = 0.08) -> None:
        self._pitch_hz = pitch_hz
        self._peak = level * 32767
        self._position = 0

    def read(self) -> Pcm:
        """The next block of the tone."""
        time_s = (np.arange(BLOCK) + self._position) / RATE_HZ
        self._position += BLOCK
        swell = 0.6 + 0.4 * np.sin(2 * np.pi * 3.0 * time_s)
        return np.asarray(
            self._peak * swell * np.sin(2 * np.pi * self._pitch_hz * time_s), np.int16
        )

    def close(self) -> None:
        """Nothing to give back."""
