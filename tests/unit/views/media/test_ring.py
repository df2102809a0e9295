# SPDX-License-Identifier: GPL-3.0-only
"""The ring stops when told, stops by itself, and is a real sound that starts and ends softly."""

from __future__ import annotations

import struct
import wave

from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from resources import resource_path
from resources.sounds.make_ring import RATE_HZ, level
from views.media.ring import MAX_RINGS, Ring


def test_ring_goes_on_until_it_is_stopped(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    ring = Ring(window)
    ring.start()
    assert ring.is_ringing()
    ring.stop()
    assert not ring.is_ringing()


def test_ring_gives_up_after_a_while(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    ring = Ring(window)
    ring.start()
    ring._again.setInterval(1)
    qtbot.waitUntil(lambda: not ring.is_ringing())
    assert ring._left == 0
    assert MAX_RINGS > 1


def test_shipped_sound_is_the_one_its_maker_makes() -> None:
    with wave.open(str(resource_path("sounds/ring.wav"))) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, RATE_HZ)
        samples = struct.unpack(f"<{sound.getnframes()}h", sound.readframes(sound.getnframes()))
    assert samples[5000] == round(32767 * level(5000 / RATE_HZ))
    assert 0.15 < max(map(abs, samples)) / 32767 < 0.9
    assert max(abs(samples[0]), abs(samples[-1])) < 200
