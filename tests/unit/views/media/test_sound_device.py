# SPDX-License-Identifier: GPL-3.0-only
"""Qt's sound, where the system has it (libpulse; `make setup` brings it)."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QIODevice
from pytestqt.qtbot import QtBot

from session.media.audio.sound import BLOCK, RATE_HZ, Pcm, SampleQueue
from session.media.audio.voice_filter import make_filter
from tests.unit.session.media.audio.noisy_voice import voice as caller

pytest.importorskip(
    "PyQt6.QtMultimedia", reason="no libpulse on this machine", exc_type=ImportError
)

from PyQt6.QtMultimedia import QMediaDevices

from views.media.sound_device import (
    QueueDevice,
    _MicrophoneThread,
    open_microphone,
    open_speaker,
    sound_format,
)


def numbered(start: int, count: int) -> Pcm:
    return np.arange(start, start + count, dtype=np.int16)


def test_the_loudspeaker_gets_silence_when_nothing_is_there() -> None:
    queue = SampleQueue()
    device = QueueDevice(queue)
    device.open(QIODevice.OpenModeFlag.ReadOnly)
    queue.put(numbered(1, 10))
    heard = np.frombuffer(device.read(100), np.int16)
    assert heard.tolist() == [*range(1, 11), *([0] * 40)]
    device.close()


@pytest.mark.skipif(bool(QMediaDevices.audioOutputs()), reason="this machine has a sound card")
def test_without_a_sound_card_there_is_nothing_to_open(qtbot: QtBot) -> None:
    assert open_speaker("") is None
    assert open_microphone("Desk headset") is None
    assert sound_format().bytesForDuration(20_000) == 1920


def test_what_the_loudspeaker_takes_is_kept_out_of_what_the_microphone_brings(qtbot: QtBot) -> None:
    far, voice = caller(4, 1), make_filter()
    assert voice is not None
    to_speaker, from_microphone = SampleQueue(), SampleQueue(max_samples=far.size)
    loudspeaker = QueueDevice(to_speaker, voice.played)
    loudspeaker.open(QIODevice.OpenModeFlag.ReadOnly)
    microphone = _MicrophoneThread(QMediaDevices.defaultAudioInput(), from_microphone, voice=voice)
    came = np.zeros(0)
    for at in range(0, far.size - BLOCK, BLOCK):
        to_speaker.put(far[at : at + BLOCK].astype(np.int16))
        # the very samples that the card would get
        played = np.frombuffer(loudspeaker.read(2 * BLOCK), np.int16)
        came = np.concatenate((came, 0.4 * played))
        late = np.concatenate((np.zeros(3 * BLOCK), came))[at : at + BLOCK]
        microphone._take(late.astype(np.int16).tobytes())
    sent = from_microphone.take(far.size).astype(np.float64)
    last = slice(3 * RATE_HZ, sent.size)
    heard_db, sent_db = (10 * np.log10(np.mean(sound[last] ** 2)) for sound in (came, sent))
    assert heard_db - sent_db > 20
    loudspeaker.close()
