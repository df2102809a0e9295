# SPDX-License-Identifier: GPL-3.0-only
"""Qt's sound, where the system has it (libpulse; `make setup` brings it)."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QIODevice
from pytestqt.qtbot import QtBot

from session.media.sound import Pcm, SampleQueue

pytest.importorskip("PyQt6.QtMultimedia", reason="no libpulse on this machine", exc_type=ImportError)

from PyQt6.QtMultimedia import QMediaDevices

from views.sound_device import QueueDevice, open_microphone, open_speaker, sound_format


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
