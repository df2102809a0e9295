# SPDX-License-Identifier: GPL-3.0-only
"""Reads aloud what the screen shows, by the system's voice or the program espeak-ng. Used by kiosk
and display.

Windows has voices that Qt speaks with;
a bare Linux has none, and `espeak-ng` is a small package with French. Where there is no voice,
texts are shown only, and `expert-app doctor` says so.
"""

from __future__ import annotations

import logging
import shutil
from typing import Protocol

from PyQt6.QtCore import QLocale, QObject, QProcess

from resources.texts import language

log = logging.getLogger(__name__)

ESPEAK = "espeak-ng"
WORDS_PER_MINUTE = 145
"""Slower than usual (175): for people who hear it once, in a noisy room."""

_ESPEAK_VOICES = {"fr": "fr-fr", "en": "en-gb"}
_LOCALES = {"fr": "fr_FR", "en": "en_GB"}


class Voice(Protocol):
    """Speaks one text at a time."""

    name: str

    def say(self, text: str) -> None:
        """Says `text` in the language of the screen; what was being said stops."""
        ...

    def stop(self) -> None:
        """Quiet at once."""
        ...


class EspeakVoice(QObject):
    """Runs `espeak-ng` for each text; it is killed to be quiet.

    Args:
        program: its path.
        volume: 0..100.
    """

    def __init__(self, program: str, volume: int, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = ESPEAK
        self._program, self._volume = program, volume
        self._process: QProcess | None = None

    def say(self, text: str) -> None:
        """See `Voice`."""
        self.stop()
        process = self._process = QProcess(self)
        process.finished.connect(process.deleteLater)
        process.errorOccurred.connect(
            lambda error: log.info("the voice does not speak: %s", error.name)
        )
        voice = _ESPEAK_VOICES.get(language(), "fr-fr")
        # 100 is espeak-ng's usual amplitude;
        # the text comes by standard input, so it is no option whatever it says.
        process.start(
            self._program,
            ["-v", voice, "-s", str(WORDS_PER_MINUTE), "-a", str(self._volume), "--stdin"],
        )
        process.write(text.encode())
        process.closeWriteChannel()

    def stop(self) -> None:
        """See `Voice`."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            if process.state() is not QProcess.ProcessState.NotRunning:
                process.kill()
        except RuntimeError:
            log.debug("the voice had finished")  # Qt has deleted the process already


class QtVoice(QObject):
    """Qt's text to speech; raises `LookupError` where no engine of the system is ready."""

    def __init__(self, volume: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from PyQt6.QtTextToSpeech import QTextToSpeech

        for engine in QTextToSpeech.availableEngines():
            speech = None if engine == "mock" else QTextToSpeech(engine, self)
            if speech is not None and speech.state() is QTextToSpeech.State.Ready:
                self._speech = speech
                self._speech.setVolume(volume / 100)
                self.name = engine
                return
        raise LookupError("no engine is ready")

    def say(self, text: str) -> None:
        """See `Voice`."""
        self._speech.stop()
        self._speech.setLocale(QLocale(_LOCALES.get(language(), "fr_FR")))
        self._speech.say(text)

    def stop(self) -> None:
        """See `Voice`."""
        self._speech.stop()


def open_voice(volume: int, parent: QObject | None = None) -> Voice | None:
    """The machine's voice; None where there is none.

    Args:
        volume: 0..100.
    """
    program = shutil.which(ESPEAK)
    if program is not None:
        return EspeakVoice(program, volume, parent=parent)
    try:
        return QtVoice(volume, parent)
    except (ImportError, LookupError) as error:
        log.info("no voice: %s", error)
        return None
