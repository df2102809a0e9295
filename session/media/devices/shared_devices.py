# SPDX-License-Identifier: GPL-3.0-only
"""One camera, one microphone and one loudspeaker for two calls at once.
Built by `expert_app.runtime.media_engines`, given to two engines.

A microphone's blocks go to every reader, the sound of several calls is mixed for the one
loudspeaker, and a device is closed with its last user.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

import av
import numpy as np

from session.media.audio.sound import LevelMeter, Pcm, SoundSink, SoundSource
from session.media.devices.sources import FrameSource

QUEUED = 5
"""Blocks (0.1 s) that a slow reader or writer may lag behind; older ones give way."""

ACTIVE_S = 0.1
"""The mixer does not wait for a call that brought nothing for so long."""


class _Users:
    """Closes a device with its last user; `close` finds the device only then, because it may have
    been swapped.
    """

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close
        self._count = 0
        self._lock = threading.Lock()

    def add(self) -> None:
        with self._lock:
            self._count += 1

    def leave(self) -> None:
        with self._lock:
            self._count -= 1
            is_last = self._count == 0
        if is_last:
            self._close()


class _Share:
    """One call's part in a shared device."""

    def __init__(self, users: _Users) -> None:
        self._users = users

    def close(self) -> None:
        """Gives the device back when no other call uses it."""
        self._users.leave()


class SharedMicrophone:
    """Hands each block of a microphone to every tap."""

    def __init__(self, source: SoundSource) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._waiting: list[deque[Pcm]] = []
        self._meter = LevelMeter()
        self.users = _Users(lambda: self._source.close())

    @property
    def level(self) -> float:
        """RMS of the last 0.2 s that was read, 0..1."""
        return self._meter.level

    @property
    def there(self) -> bool:
        """False when no sound is to be expected."""
        return self._source.there

    def tap(self) -> SoundSource:
        """A microphone for one more call."""
        mine: deque[Pcm] = deque(maxlen=QUEUED)
        self._waiting.append(mine)
        self.users.add()
        return _Tap(self, mine)

    def read_for(self, mine: deque[Pcm]) -> Pcm:
        """The next block for one tap; a new one is kept for the others."""
        with self._lock:
            if mine:
                return mine.popleft()
            block = self._source.read()
            self._meter.add(block)
            for other in self._waiting:
                if other is not mine:
                    other.append(block)
            return block

    def swap(self, source: SoundSource) -> SoundSource:
        """Takes another device; returns the one before, which the caller closes."""
        with self._lock:
            before, self._source = self._source, source
        return before


class _Tap(_Share):
    """A `SoundSource`."""

    def __init__(self, shared: SharedMicrophone, mine: deque[Pcm]) -> None:
        super().__init__(shared.users)
        self._shared = shared
        self._mine = mine
        self._read_at_s = 0.0

    @property
    def there(self) -> bool:
        """False when no sound is to be expected."""
        return self._shared.there

    def read(self) -> Pcm:
        """The next block. What piled up while nobody read is old and is left out."""
        now_s = time.monotonic()
        if now_s - self._read_at_s > ACTIVE_S:
            self._mine.clear()
        self._read_at_s = now_s
        return self._shared.read_for(self._mine)


class SharedSpeaker:
    """Mixes what several calls bring."""

    def __init__(self, sink: SoundSink) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self._inputs: list[_Input] = []
        self.users = _Users(lambda: self._sink.close())

    def input(self) -> SoundSink:
        """A loudspeaker for one more call."""
        speaker_input = _Input(self)
        self._inputs.append(speaker_input)
        self.users.add()
        return speaker_input

    def write_from(self, source: _Input, block: Pcm) -> None:
        """Takes a block in, and writes as soon as every call that brings something has brought
        one.
        """
        with self._lock:
            now_s = time.monotonic()
            source.blocks.append(block)
            source.written_at_s = now_s
            active = [each for each in self._inputs if now_s - each.written_at_s <= ACTIVE_S]
            while active and all(each.blocks for each in active):
                self._sink.write(mixed([each.blocks.popleft() for each in active]))

    def swap(self, sink: SoundSink) -> SoundSink:
        """Takes another device; returns the one before, which the caller closes."""
        with self._lock:
            before, self._sink = self._sink, sink
        return before


class _Input(_Share):
    """A `SoundSink`."""

    def __init__(self, shared: SharedSpeaker) -> None:
        super().__init__(shared.users)
        self.blocks: deque[Pcm] = deque(maxlen=QUEUED)
        self.written_at_s = 0.0
        self._shared = shared

    def write(self, block: Pcm) -> None:
        """The next block of this call."""
        self._shared.write_from(self, block)


def mixed(blocks: list[Pcm]) -> Pcm:
    """The sum of blocks, cut off at full scale."""
    if len(blocks) == 1:
        return blocks[0]
    total = np.sum(np.stack(blocks).astype(np.int32), axis=0)
    return np.asarray(np.clip(total, -32768, 32767), np.int16)


class SharedCamera:
    """One camera for several calls."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._lock = threading.Lock()
        self.users = _Users(lambda: self._source.close())

    def view(self) -> FrameSource:
        """A camera for one more call."""
        self.users.add()
        return _View(self)

    @property
    def simulated(self) -> bool:
        """True when the picture is drawn."""
        return self._source.simulated

    @property
    def there(self) -> bool:
        """False when no picture is to be expected."""
        return self._source.there

    def read(self) -> av.VideoFrame:
        """The picture of this moment, nobody else's object: each call writes its own time on it."""
        with self._lock:
            frame = self._source.read()
            if frame.format.name != "yuv420p":
                return frame  # made anew by whoever sends it
            return av.VideoFrame.from_ndarray(frame.to_ndarray(), format="yuv420p")

    def swap(self, source: FrameSource) -> FrameSource:
        """Takes another device; returns the one before, which the caller closes."""
        with self._lock:
            before, self._source = self._source, source
        return before


class _View(_Share):
    """A `FrameSource`."""

    def __init__(self, shared: SharedCamera) -> None:
        super().__init__(shared.users)
        self._shared = shared

    @property
    def simulated(self) -> bool:
        """True when the picture is drawn."""
        return self._shared.simulated

    @property
    def there(self) -> bool:
        """False when no picture is to be expected."""
        return self._shared.there

    def read(self) -> av.VideoFrame:
        """The picture of this moment."""
        return self._shared.read()
