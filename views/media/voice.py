# SPDX-License-Identifier: GPL-3.0-only
"""Reads aloud what the screen shows, by the voice that comes with the program, or the system's.
Used by kiosk and display.

The voice is a synthetic one (eSpeak NG, in every language of the screen) and says so when it first
speaks to a caller. Where its library cannot be loaded, Qt speaks with a voice of the system; where
there is none either, texts are shown only, and `expert-app doctor` says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast

from PyQt6.QtCore import QBuffer, QIODevice, QLocale, QObject, QProcess, pyqtSignal

from resources.texts import language
from session.core.child_process import own_python

if TYPE_CHECKING:
    from PyQt6.QtMultimedia import QAudioDevice, QAudioFormat, QAudioSink

log = logging.getLogger(__name__)

BUNDLED = "eSpeak NG"
WORDS_PER_MINUTE = 145
"""Slower than usual (175): for people who hear it once, in a noisy room."""

VOLUME_STEP = 15

_VOICES = {"fr_easy": "fr"}
"""Of eSpeak NG, where it is not called like the language."""

_LOCALES = {"fr": "fr_FR", "en": "en_GB", "fr_easy": "fr_FR"}


class Voice(Protocol):
    """Speaks one text at a time."""

    name: str

    def speak(self, text: str) -> None:
        """Says `text` in the language of the screen; what was being said stops."""
        ...

    def stop(self) -> None:
        """Quiet at once."""
        ...

    def change_volume(self, steps: int) -> None:
        """Louder (1) or less loud (-1), from now on."""
        ...

    def when_quiet(self, then: Callable[[], None]) -> None:
        """Calls `then` each time a text has been said to its end."""
        ...


class SoundPlayer(QObject):
    """Plays samples on the caller's earphone while it is plugged in, else on the system's output.
    When the earphone is pulled out it is quiet: what was meant for one person is not said to all.
    Raises `ImportError` on a machine whose sound library is not there.

    Args:
        earphone: a part of the name of the output that is there only while an earphone is plugged
            in; "" for none.

    Signals:
        ended(): all was played, or the earphone was pulled out.
    """

    ended = pyqtSignal()

    def __init__(self, parent: QObject | None = None, *, earphone: str = "") -> None:
        super().__init__(parent)
        from PyQt6.QtMultimedia import QAudio, QAudioFormat, QMediaDevices

        from views.media.speech_program import RATE_HZ

        self._format = QAudioFormat()
        self._format.setSampleRate(RATE_HZ)
        self._format.setChannelCount(1)
        self._format.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        self._make: Callable[[QAudioDevice], QAudioSink] = partial(_open_sink, self._format, self)
        self._earphone = earphone
        self._is_private = False
        self._devices = QMediaDevices(self)
        self._devices.audioOutputsChanged.connect(self._on_outputs)
        self._idle = QAudio.State.IdleState
        self._sink: QAudioSink | None = None
        self._samples = QBuffer(self)
        self._volume = 1.0

    def play(self, samples: bytes) -> None:
        """Plays these from their beginning."""
        self.stop()
        self._samples.setData(samples)
        self._samples.open(QIODevice.OpenModeFlag.ReadOnly)
        output, self._is_private = chosen_output(self._earphone)
        self._sink = self._make(output)
        self._sink.setVolume(self._volume)
        self._sink.stateChanged.connect(self._on_state)
        self._sink.start(self._samples)

    def _on_state(self, state: object) -> None:
        if state == self._idle:
            self.ended.emit()

    def _on_outputs(self) -> None:
        if self._sink is not None and self._is_private and not chosen_output(self._earphone)[1]:
            self.stop()
            self.ended.emit()

    def stop(self) -> None:
        """Quiet at once."""
        if self._sink is not None:
            self._sink.stop()
            self._sink.deleteLater()
            self._sink = None
        self._samples.close()

    def set_volume(self, volume: float) -> None:
        """0..1, for what is being said too."""
        self._volume = volume
        if self._sink is not None:
            self._sink.setVolume(volume)


def chosen_output(earphone: str) -> tuple[QAudioDevice, bool]:
    """Return where the voice comes out, and True if that is the earphone
    (a part of its name).
    """
    from PyQt6.QtMultimedia import QMediaDevices

    for output in QMediaDevices.audioOutputs() if earphone else ():
        if earphone.casefold() in output.description().casefold():
            return output, True
    return QMediaDevices.defaultAudioOutput(), False


def _open_sink(form: QAudioFormat, parent: QObject, output: QAudioDevice) -> QAudioSink:
    from PyQt6.QtMultimedia import QAudioSink

    return QAudioSink(output, form, parent)


class BundledVoice(QObject):
    """eSpeak NG, which comes with the program; a process for each text makes its sound.

    Args:
        volume: 0..100.
        player: plays the sound; the machine's loudspeaker by default.

    Signals:
        made(bytes): the samples of a text are about to be played.
    """

    made = pyqtSignal(bytes)

    def __init__(
        self, volume: int, player: SoundPlayer | None = None, *, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.name = BUNDLED
        self._player = player or SoundPlayer(self)
        self._player.setParent(self)
        self._process: QProcess | None = None
        self._volume = volume
        self._player.set_volume(volume / 100)

    def speak(self, text: str) -> None:
        """See `Voice`."""
        self.stop()
        process = self._process = QProcess(self)
        process.finished.connect(self._on_made)
        process.errorOccurred.connect(
            lambda error: log.info("the voice does not speak: %s", error.name)
        )
        voice = _VOICES.get(language(), language())
        program, *words = own_python()
        words += ["-m", "views.media.speech_program", voice, str(WORDS_PER_MINUTE)]
        process.start(program, words)
        process.write(text.encode())
        process.closeWriteChannel()

    def _on_made(self) -> None:
        process = cast(QProcess, self.sender())
        process.deleteLater()
        if process is not self._process:  # it was stopped
            return
        self._process = None
        samples = process.readAllStandardOutput().data()
        if samples:
            self.made.emit(samples)
            self._player.play(samples)

    def stop(self) -> None:
        """See `Voice`."""
        self._player.stop()
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def change_volume(self, steps: int) -> None:
        """See `Voice`."""
        self._volume = min(100, max(VOLUME_STEP, self._volume + steps * VOLUME_STEP))
        self._player.set_volume(self._volume / 100)

    def when_quiet(self, then: Callable[[], None]) -> None:
        """See `Voice`."""
        self._player.ended.connect(then)


class QtVoice(QObject):
    """Qt's text to speech; raises `LookupError` where no engine of the system is ready."""

    def __init__(self, volume: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from PyQt6.QtTextToSpeech import QTextToSpeech

        for engine in QTextToSpeech.availableEngines():
            if engine == "mock":
                speech = None
            else:
                speech = QTextToSpeech(engine, self)
            if speech is not None and speech.state() is QTextToSpeech.State.Ready:
                self._speech = speech
                self._volume = volume
                self._speech.setVolume(volume / 100)
                self.name = engine
                return
        raise LookupError("no engine is ready")

    def speak(self, text: str) -> None:
        """See `Voice`."""
        self._speech.stop()
        self._speech.setLocale(QLocale(_LOCALES.get(language(), language())))
        self._speech.say(text)

    def stop(self) -> None:
        """See `Voice`."""
        self._speech.stop()

    def change_volume(self, steps: int) -> None:
        """See `Voice`."""
        self._volume = min(100, max(VOLUME_STEP, self._volume + steps * VOLUME_STEP))
        self._speech.setVolume(self._volume / 100)

    def when_quiet(self, then: Callable[[], None]) -> None:
        """See `Voice`."""
        ready = type(self._speech).State.Ready
        self._speech.stateChanged.connect(lambda state: then() if state == ready else None)


def open_voice(volume: int, parent: QObject | None = None, *, earphone: str = "") -> Voice | None:
    """The machine's voice; None where there is none.

    Args:
        volume: 0..100.
        earphone: see `SoundPlayer`; a voice of the system speaks where the system has chosen.
    """
    if find_spec("espeakng_loader") is not None:
        try:
            return BundledVoice(volume, SoundPlayer(earphone=earphone), parent=parent)
        except ImportError as error:
            log.info("no sound for the voice of the program: %s", error)
    try:
        return QtVoice(volume, parent)
    except (ImportError, LookupError) as error:
        log.info("no voice: %s", error)
        return None
