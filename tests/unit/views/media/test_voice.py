# SPDX-License-Identifier: GPL-3.0-only
"""The voice that comes with the program: it speaks without anything of the system, and it is quiet
at once when told.
"""

from __future__ import annotations

import array
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from PyQt6.QtCore import QObject, pyqtSignal
from pytestqt.qtbot import QtBot

from resources.texts import use_language
from views.media import voice
from views.media.speech_program import RATE_HZ
from views.media.voice import BundledVoice, SoundPlayer, chosen_output, open_voice


class Sink(QObject):
    """Keeps where it plays."""

    stateChanged = pyqtSignal(object)  # noqa: N815, as Qt calls it

    def __init__(self, output: object) -> None:
        super().__init__()
        self.output, self.stopped = output, False

    def setVolume(self, volume: float) -> None:  # noqa: N802, as Qt calls it
        """As loud as it is told."""

    def start(self, samples: object) -> None:
        """Plays."""

    def stop(self) -> None:
        self.stopped = True


class Loudspeaker(QObject):
    """Keeps what it is given to play."""

    def __init__(self) -> None:
        super().__init__()
        self.played: list[bytes] = []
        self.stops = 0
        self.volume = 0.0

    def play(self, samples: bytes) -> None:
        self.played.append(samples)

    def stop(self) -> None:
        self.stops += 1

    def set_volume(self, volume: float) -> None:
        self.volume = volume


@dataclass
class Output:
    """A sound output."""

    name: str

    def description(self) -> str:
        return self.name


class Outputs:
    """What is plugged in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
        from PyQt6.QtMultimedia import QMediaDevices

        self.there = [Output(name) for name in names]
        monkeypatch.setattr(QMediaDevices, "audioOutputs", lambda: self.there)
        monkeypatch.setattr(QMediaDevices, "defaultAudioOutput", lambda: Output("Built-in"))


def chosen(earphone: str) -> tuple[str, bool]:
    output, private = chosen_output(earphone)
    return output.description(), private


def test_the_voice_is_in_the_earphone_alone_while_it_is_plugged_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outputs = Outputs(monkeypatch, "Built-in", "USB Headset, analog")
    assert chosen("usb headset") == ("USB Headset, analog", True)
    assert chosen("") == ("Built-in", False)
    outputs.there.pop()
    assert chosen("usb headset") == ("Built-in", False)


def test_it_is_quiet_when_the_earphone_is_pulled_out(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    outputs = Outputs(monkeypatch, "USB")
    player, ended = SoundPlayer(earphone="usb"), []
    player.ended.connect(lambda: ended.append(True))
    sinks: list[Sink] = []

    def sink(output: object) -> Sink:
        sinks.append(Sink(output))
        return sinks[-1]

    monkeypatch.setattr(player, "_make", sink)
    player.play(b"\0" * 100)
    assert sinks[0].output == Output("USB")
    player._on_outputs()
    assert not ended, "it is still there"
    outputs.there.clear()
    player._on_outputs()
    assert (sinks[0].stopped, ended) == (True, [True])
    player.deleteLater()


@pytest.fixture
def loudspeaker() -> Loudspeaker:
    return Loudspeaker()


@pytest.fixture
def speaking(loudspeaker: Loudspeaker) -> BundledVoice:
    return BundledVoice(70, loudspeaker)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["fr", "en", "ar", "ru", "tr", "uk"])
def test_it_speaks_the_language_of_the_screen(
    speaking: BundledVoice,
    loudspeaker: Loudspeaker,
    qtbot: QtBot,
    language: str,
) -> None:
    use_language(language)
    with qtbot.waitSignal(speaking.made, timeout=20_000):
        speaking.speak("--help ; 12 345")
    samples = array.array("h", loudspeaker.played[0])
    assert RATE_HZ / 2 < len(samples) < RATE_HZ * 15
    assert max(samples) > 2_000
    assert loudspeaker.volume == 0.7


def test_it_is_quiet_at_once_and_what_was_stopped_is_never_heard(
    speaking: BundledVoice, loudspeaker: Loudspeaker, qtbot: QtBot
) -> None:
    speaking.speak("one")
    speaking.stop()
    with qtbot.waitSignal(speaking.made, timeout=20_000):
        speaking.speak("two")
    assert len(loudspeaker.played) == 1
    assert loudspeaker.stops >= 2


def test_it_becomes_louder_while_it_speaks(
    speaking: BundledVoice, loudspeaker: Loudspeaker
) -> None:
    speaking.change_volume(1)
    assert loudspeaker.volume == 0.85
    for _touch in range(9):
        speaking.change_volume(1)
    assert loudspeaker.volume == 1.0
    for _touch in range(9):
        speaking.change_volume(-1)
    assert loudspeaker.volume == 0.15, "never so low that nobody knows why it is quiet"


def test_a_program_that_cannot_run_speaks_nothing_and_breaks_nothing(
    speaking: BundledVoice,
    loudspeaker: Loudspeaker,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    speaking.speak("one")
    qtbot.wait(50)
    speaking.speak("two")
    speaking.stop()
    assert loudspeaker.played == []


def test_without_a_voice_texts_are_shown_only(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def no_sound(*_given: object, **_named: object) -> None:
        raise ImportError("no libpulse")

    def no_engine(*_given: object, **_named: object) -> None:
        raise LookupError("no engine is ready")

    monkeypatch.setattr(voice, "BundledVoice", no_sound)
    monkeypatch.setattr(voice, "QtVoice", no_engine)
    assert open_voice(70) is None
