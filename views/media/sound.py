# SPDX-License-Identifier: GPL-3.0-only
"""Opens a call's microphone and loudspeaker; where there is none it is silent and signals that.
Used by the wiring of desk and board.
"""

from __future__ import annotations

import logging
from types import ModuleType

from PyQt6.QtCore import QObject, pyqtSignal

from session.media.audio.sound import NullSink, SilentSource, SoundSink, SoundSource
from session.media.audio.voice_filter import VoiceFilter

log = logging.getLogger(__name__)


class SoundDevices(QObject):
    """Opens devices by name, or the system's own.

    Signals:
        missing(kind): "speaker" or "microphone": there is none, the call goes on without.
    """

    missing = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._qt = _qt_sound()

    def speaker(self, name: str = "", voice: VoiceFilter | None = None) -> SoundSink:
        """The loudspeaker called `name`, or the system's own; a silent one where there is none."""
        sink: SoundSink | None = self._qt.open_speaker(name, voice) if self._qt else None
        if sink is None:
            self.missing.emit("speaker")
        return sink or NullSink()

    def microphone(self, name: str = "", voice: VoiceFilter | None = None) -> SoundSource:
        """The microphone called `name`, or the system's own; silence where there is none."""
        source: SoundSource | None = self._qt.open_microphone(name, voice) if self._qt else None
        if source is None:
            self.missing.emit("microphone")
        return source or SilentSource()


def _qt_sound() -> ModuleType | None:
    """Qt's sound needs a library of the system (libpulse) that a bare machine lacks."""
    try:
        from views.media import sound_device
    except ImportError as error:
        log.warning("no sound: %s", error)
        return None
    return sound_device
