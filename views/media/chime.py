# SPDX-License-Identifier: GPL-3.0-only
"""One sound when a number is called. Silent where there is no loudspeaker.
Used by the waiting room's display.
"""

from __future__ import annotations

import logging

from PyQt6.QtCore import QObject, QUrl
from PyQt6.QtMultimedia import QMediaDevices, QSoundEffect

from resources import ResourceMissing, resource_path

log = logging.getLogger(__name__)


class Chime(QObject):
    """Plays the sound of a call, once each time.

    Args:
        volume: 0..100.
    """

    def __init__(self, volume: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.played = 0
        self._effect = self._load(volume)

    def play(self) -> None:
        """Once, now."""
        self.played += 1
        if self._effect is not None:
            self._effect.play()

    def _load(self, volume: int) -> QSoundEffect | None:
        if not QMediaDevices.audioOutputs():
            log.info("no loudspeaker: calls are silent")
            return None
        try:
            source = resource_path("sounds/ring.wav")
        except ResourceMissing:
            log.warning("the sound of a call is missing")
            return None
        effect = QSoundEffect(self)
        effect.setSource(QUrl.fromLocalFile(str(source)))
        effect.setVolume(volume / 100)
        return effect
