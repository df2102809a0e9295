# SPDX-License-Identifier: GPL-3.0-only
"""The machine's microphone and loudspeaker by QtMultimedia. Loaded by `views.media.sound`, where
QtMultimedia can be loaded.

Qt's sound objects live in threads of their own:
their callbacks come every few milliseconds and must not wait for the window. The engine's thread
only puts blocks into a queue, or takes them out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QIODevice, QThread
from PyQt6.QtMultimedia import (
    QAudio,
    QAudioDevice,
    QAudioFormat,
    QAudioSink,
    QAudioSource,
    QMediaDevices,
)

from session.media.audio.sound import BLOCK, RATE_HZ, Pcm, SampleQueue, silence
from session.media.audio.voice_filter import VoiceFilter

log = logging.getLogger(__name__)

BYTES_PER_SAMPLE = 2
DEVICE_BUFFER_BYTES = BLOCK * BYTES_PER_SAMPLE * 2


def sound_format() -> QAudioFormat:
    """int16, one channel, 48 kHz."""
    audio_format = QAudioFormat()
    audio_format.setSampleRate(RATE_HZ)
    audio_format.setChannelCount(1)
    audio_format.setSampleFormat(QAudioFormat.SampleFormat.Int16)
    return audio_format


class QueueDevice(QIODevice):
    """The device that the loudspeaker reads from.

    Args:
        on_played: gets what the loudspeaker takes, silence included; only here it is known
            exactly.
    """

    def __init__(self, queue: SampleQueue, on_played: Callable[[Pcm], None] | None = None) -> None:
        super().__init__()
        self._queue = queue
        self._on_played = on_played

    def isSequential(self) -> bool:
        """A stream has no positions."""
        return True

    def bytesAvailable(self) -> int:
        """Always something: silence, when there is nothing else."""
        return DEVICE_BUFFER_BYTES + super().bytesAvailable()

    def readData(self, maxlen: int) -> bytes:
        """Sound for the loudspeaker, filled up with silence."""
        sample_count = min(maxlen, DEVICE_BUFFER_BYTES) // BYTES_PER_SAMPLE
        queued = self._queue.take(sample_count)
        samples = np.concatenate((queued, np.zeros(sample_count - queued.size, np.int16)))
        if self._on_played is not None:
            self._on_played(samples)
        return samples.tobytes()


class _DeviceThread(QThread):
    """Runs one of Qt's sound objects in an event loop of its own; makes and deletes it there."""

    def __init__(
        self, device: QAudioDevice, queue: SampleQueue, *, voice: VoiceFilter | None
    ) -> None:
        super().__init__()
        self._device = device
        self._queue = queue
        self._voice = voice

    def end(self) -> None:
        """Stops and waits."""
        self.quit()
        self.wait(3000)


class _SpeakerThread(_DeviceThread):
    def run(self) -> None:
        stream = QueueDevice(self._queue, self._voice.played if self._voice is not None else None)
        stream.open(QIODevice.OpenModeFlag.ReadOnly)
        sink = QAudioSink(self._device, sound_format())
        sink.setBufferSize(DEVICE_BUFFER_BYTES)
        sink.start(stream)
        _log_fault("loudspeaker", sink.error())
        self.exec()
        sink.stop()
        stream.close()


class _MicrophoneThread(_DeviceThread):
    def run(self) -> None:
        source = QAudioSource(self._device, sound_format())
        source.setBufferSize(DEVICE_BUFFER_BYTES)
        stream = source.start()
        _log_fault("microphone", source.error())
        if stream is not None:
            stream.readyRead.connect(lambda: self._take(stream.readAll().data()))
        self.exec()
        source.stop()

    def _take(self, heard: bytes) -> None:
        samples = np.frombuffer(
            heard[: len(heard) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE], np.int16
        )
        self._queue.put(samples if self._voice is None else self._voice.clean(samples))


def _log_fault(which: str, error: QAudio.Error) -> None:
    if error != QAudio.Error.NoError:
        log.warning("%s does not start: %s", which, error.name)


class Speaker:
    """A `SoundSink`: the given loudspeaker. `voice` gets what it plays and keeps it out of a
    microphone.
    """

    def __init__(self, device: QAudioDevice, voice: VoiceFilter | None = None) -> None:
        self._queue = SampleQueue()
        self._thread = _SpeakerThread(device, self._queue, voice=voice)
        self._thread.start(QThread.Priority.TimeCriticalPriority)

    def write(self, block: Pcm) -> None:
        """Queues a block."""
        self._queue.put(block)

    def close(self) -> None:
        """Gives the device back."""
        self._thread.end()


class Microphone:
    """A `SoundSource`: the given microphone, cleaned by `voice`."""

    there = True

    def __init__(self, device: QAudioDevice, voice: VoiceFilter | None = None) -> None:
        self._queue = SampleQueue()
        self._thread = _MicrophoneThread(device, self._queue, voice=voice)
        self._thread.start(QThread.Priority.TimeCriticalPriority)

    def read(self) -> Pcm:
        """The next block, or silence when the microphone has given none yet."""
        if self._queue.held < BLOCK:
            return silence()
        return self._queue.take(BLOCK)

    def close(self) -> None:
        """Gives the device back."""
        self._thread.end()


def open_speaker(name: str, voice: VoiceFilter | None = None) -> Speaker | None:
    """The loudspeaker called `name`, or the system's own;
    None where there is none that takes our sound.
    """
    device = _chosen(QMediaDevices.audioOutputs(), QMediaDevices.defaultAudioOutput(), name)
    if device is not None:
        return Speaker(device, voice)
    return None


def open_microphone(name: str, voice: VoiceFilter | None = None) -> Microphone | None:
    """The microphone called `name`, or the system's own;
    None where there is none that gives our sound.
    """
    device = _chosen(QMediaDevices.audioInputs(), QMediaDevices.defaultAudioInput(), name)
    if device is not None:
        return Microphone(device, voice)
    return None


def _chosen(devices: list[QAudioDevice], default: QAudioDevice, name: str) -> QAudioDevice | None:
    named = [device for device in devices if name and device.description() == name]
    device = named[0] if named else default
    if device.isNull() or not device.isFormatSupported(sound_format()):
        return None
    return device
