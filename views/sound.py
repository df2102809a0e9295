# SPDX-License-Identifier: GPL-3.0-only
"""The machine's microphone and loudspeaker, for a call's engine. Built by compose; silent where there is no device.

Qt's sound objects live in a thread of their own: their callbacks come every few milliseconds and must not wait for the
window. The engine's thread only puts blocks into a queue, or takes them out.
"""

from __future__ import annotations

import logging
import threading
from collections import deque

import numpy as np
from PyQt6.QtCore import QIODevice, QObject, QThread, pyqtSignal
from PyQt6.QtMultimedia import QAudio, QAudioDevice, QAudioFormat, QAudioSink, QAudioSource, QMediaDevices

from session.media.sound import BLOCK, RATE_HZ, NullSink, Pcm, SilentSource, SoundSink, SoundSource, silence

log = logging.getLogger(__name__)

BYTES_PER_SAMPLE = 2
DEVICE_BUFFER_BYTES = BLOCK * BYTES_PER_SAMPLE * 2
MAX_QUEUED_BLOCKS = 10
"""0.2 s: what a slow device leaves behind is dropped, so that the voice never lags."""


def sound_format() -> QAudioFormat:
    """int16, one channel, 48 kHz."""
    made = QAudioFormat()
    made.setSampleRate(RATE_HZ)
    made.setChannelCount(1)
    made.setSampleFormat(QAudioFormat.SampleFormat.Int16)
    return made


class SampleQueue:
    """Samples between two threads; the oldest are dropped when the reader is slow."""

    def __init__(self, max_samples: int = MAX_QUEUED_BLOCKS * BLOCK) -> None:
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
            taken: list[Pcm] = []
            while self._parts and count > 0:
                part = self._parts.popleft()
                taken.append(part[:count])
                if part.size > count:
                    self._parts.appendleft(part[count:])
                count -= taken[-1].size
                self._held -= taken[-1].size
        return np.concatenate(taken) if taken else np.zeros(0, np.int16)

    @property
    def held(self) -> int:
        """Samples waiting."""
        return self._held


class _QueueDevice(QIODevice):
    """What Qt's sound objects read from and write to."""

    def __init__(self, queue: SampleQueue) -> None:
        super().__init__()
        self._queue = queue

    def isSequential(self) -> bool:
        """A stream has no positions."""
        return True

    def bytesAvailable(self) -> int:
        """Always something: silence, when there is nothing else."""
        return DEVICE_BUFFER_BYTES + super().bytesAvailable()

    def readData(self, maxlen: int) -> bytes:
        """Sound for the loudspeaker, filled up with silence."""
        wanted = min(maxlen, DEVICE_BUFFER_BYTES) // BYTES_PER_SAMPLE
        samples = self._queue.take(wanted)
        return samples.tobytes() + bytes((wanted - samples.size) * BYTES_PER_SAMPLE)

    def writeData(self, data: bytes | None) -> int:  # type: ignore[override]  # PyQt6 gives bytes, its stub says otherwise
        """Sound from the microphone."""
        heard = bytes(data or b"")
        self._queue.put(np.frombuffer(heard[: len(heard) // 2 * 2], np.int16))
        return len(heard)


class _DeviceThread(QThread):
    """Runs one of Qt's sound objects in its own event loop, from start to end."""

    def __init__(self, device: QAudioDevice, queue: SampleQueue, mode: QIODevice.OpenModeFlag) -> None:
        super().__init__()
        self._device = device
        self._queue = queue
        self._mode = mode
        self.fault = ""

    def run(self) -> None:
        """Makes the sound object, and deletes it in the same thread."""
        stream = _QueueDevice(self._queue)
        stream.open(self._mode)
        kind = QAudioSink if self._mode == QIODevice.OpenModeFlag.ReadOnly else QAudioSource
        sound = kind(self._device, sound_format())
        sound.setBufferSize(DEVICE_BUFFER_BYTES)
        sound.start(stream)
        if sound.error() != QAudio.Error.NoError:
            self.fault = sound.error().name
            log.warning("sound device does not start: %s", self.fault)
        self.exec()
        sound.stop()
        stream.close()

    def end(self) -> None:
        """Stops and waits."""
        self.quit()
        self.wait(3000)


class Speaker:
    """A `SoundSink`: the given loudspeaker."""

    def __init__(self, device: QAudioDevice) -> None:
        self._queue = SampleQueue()
        self._thread = _DeviceThread(device, self._queue, QIODevice.OpenModeFlag.ReadOnly)
        self._thread.start(QThread.Priority.TimeCriticalPriority)

    def write(self, block: Pcm) -> None:
        """Queues a block."""
        self._queue.put(block)

    def close(self) -> None:
        """Gives the device back."""
        self._thread.end()


class Microphone:
    """A `SoundSource`: the given microphone."""

    def __init__(self, device: QAudioDevice) -> None:
        self._queue = SampleQueue()
        self._thread = _DeviceThread(device, self._queue, QIODevice.OpenModeFlag.WriteOnly)
        self._thread.start(QThread.Priority.TimeCriticalPriority)

    def read(self) -> Pcm:
        """The next block, or silence when the microphone has given none yet."""
        if self._queue.held < BLOCK:
            return silence()
        return self._queue.take(BLOCK)

    def close(self) -> None:
        """Gives the device back."""
        self._thread.end()


class SoundDevices(QObject):
    """Finds the devices to use; says when one is missing.

    Signals:
        missing(kind): "speaker" or "microphone": there is none, the call goes on without.
    """

    missing = pyqtSignal(str)

    def speaker(self, name: str = "") -> SoundSink:
        """The loudspeaker called `name`, or the system's own; a silent one where there is none."""
        device = _chosen(QMediaDevices.audioOutputs(), QMediaDevices.defaultAudioOutput(), name)
        if device is None or not device.isFormatSupported(sound_format()):
            self.missing.emit("speaker")
            return NullSink()
        return Speaker(device)

    def microphone(self, name: str = "") -> SoundSource:
        """The microphone called `name`, or the system's own; silence where there is none."""
        device = _chosen(QMediaDevices.audioInputs(), QMediaDevices.defaultAudioInput(), name)
        if device is None or not device.isFormatSupported(sound_format()):
            self.missing.emit("microphone")
            return SilentSource()
        return Microphone(device)


def _chosen(devices: list[QAudioDevice], default: QAudioDevice, name: str) -> QAudioDevice | None:
    named = [device for device in devices if name and device.description() == name]
    if named:
        return named[0]
    return None if default.isNull() else default
