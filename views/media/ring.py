# SPDX-License-Identifier: GPL-3.0-only
"""The sounds of a call: a ring for a new caller at a desk, a chime in a waiting room.
Used by the desk's wiring and the display; silent where there is no loudspeaker.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, QUrl
from PyQt6.QtWidgets import QApplication, QWidget

from resources import ResourceMissing, resource_path

if TYPE_CHECKING:
    from PyQt6.QtMultimedia import QSoundEffect

log = logging.getLogger(__name__)

REPEAT_S = 4.0
"""Seconds from one ring to the next."""

MAX_RINGS = 8
"""Then it is quiet; the row in the queue still stands out."""


class Ring(QObject):
    """Rings for `window` until told to stop.

    Args:
        window: whose sign in the task bar blinks.
        volume: 0..1.
    """

    def __init__(self, window: QWidget, volume: float = 0.6) -> None:
        super().__init__(window)
        self._window = window
        self._volume = volume
        self._left = 0
        self._wanted = True
        self._effect: QSoundEffect | None = None
        self._again = QTimer(self)
        self._again.setInterval(round(REPEAT_S * 1000))
        self._again.timeout.connect(self._sound)

    def choose(self, *, sounds: bool, volume: float) -> None:
        """Set whether a new caller is heard, and how loud (0..1);
        the sign blinks in any case.
        """
        self._wanted = sounds
        self._volume = volume
        if self._effect is not None:
            self._effect.setVolume(volume)

    def sound_once(self) -> None:
        """One ring, to hear how loud it is."""
        if self._effect is None:
            self._effect = _loaded(self, self._volume)
        if self._effect is not None:
            self._effect.play()

    def start(self) -> None:
        """Rings now and every few seconds."""
        QApplication.alert(self._window)
        if self._effect is None:
            self._effect = _loaded(self, self._volume)
        self._left = MAX_RINGS
        self._again.start()
        self._sound()

    def stop(self) -> None:
        """Quiet at once."""
        self._again.stop()
        if self._effect is not None:
            self._effect.stop()

    def is_ringing(self) -> bool:
        """True between `start` and `stop`, or the last ring."""
        return self._again.isActive()

    def _sound(self) -> None:
        if self._left <= 0:
            self._again.stop()
            return
        self._left -= 1
        if self._effect is not None and self._wanted:
            self._effect.play()


class Chime(QObject):
    """Plays the sound when a number is called, once each time.

    Args:
        volume: 0..100.
    """

    def __init__(self, volume: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.played = 0
        self._effect = _loaded(self, volume / 100)

    def play(self) -> None:
        """Plays it once, now."""
        self.played += 1
        if self._effect is not None:
            self._effect.play()


def _loaded(parent: QObject, volume: float) -> QSoundEffect | None:
    """The sound, or None where it cannot be played. `volume`: 0..1."""
    from PyQt6.QtMultimedia import QMediaDevices, QSoundEffect

    if not QMediaDevices.audioOutputs():
        log.info("no loudspeaker: calls are silent")
        return None
    try:
        source = resource_path("sounds/ring.wav")
    except ResourceMissing:
        log.warning("the sound of a call is missing")
        return None
    effect = QSoundEffect(parent)
    effect.setSource(QUrl.fromLocalFile(str(source)))
    effect.setVolume(volume)
    return effect
