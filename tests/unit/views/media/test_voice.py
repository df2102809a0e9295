# SPDX-License-Identifier: GPL-3.0-only
"""The voice: the text comes by standard input in the language of the screen, and it is quiet at
once when told.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from resources import texts
from views.media import voice
from views.media.voice import ESPEAK, EspeakVoice, open_voice

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


def _stand_in(folder: Path, then: str = "") -> Path:
    """A program that writes down how it was called, what it was told, and then goes on as long as
    it is asked to.
    """
    program = folder / ESPEAK
    told = folder / "said"
    lines = [
        "#!/bin/sh",
        f'echo "$@" > "{told}"',
        f'cat >> "{told}"',
        f'echo $$ > "{folder}/pid"',
        then,
    ]
    program.write_text("\n".join(lines) + "\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def test_a_text_is_said_slowly_in_the_language_of_the_screen(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "_language", ["fr"])
    made = EspeakVoice(str(_stand_in(tmp_path)), 70)
    made.say("--help ; il y a « deux » personnes")
    qtbot.waitUntil(lambda: (tmp_path / "pid").exists())
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert said.startswith("-v fr-fr -s 145 -a 70 --stdin\n")
    assert said.endswith("--help ; il y a « deux » personnes")
    made.stop()


def test_it_is_quiet_at_once(tmp_path: Path, qtbot: QtBot) -> None:
    made = EspeakVoice(str(_stand_in(tmp_path, "exec sleep 60")), 70)
    made.say("one")
    qtbot.waitUntil(lambda: (tmp_path / "pid").exists())
    pid = int((tmp_path / "pid").read_text())
    made.stop()

    def is_gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    qtbot.waitUntil(is_gone)
    made.stop()


def test_a_program_that_cannot_run_speaks_nothing_and_breaks_nothing(
    tmp_path: Path, qtbot: QtBot
) -> None:
    made = EspeakVoice(str(tmp_path / "gone"), 70)
    made.say("one")
    qtbot.wait(50)
    made.say("two")
    made.stop()


def test_without_a_voice_texts_are_shown_only(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def no_engine(volume: int, parent: object = None) -> None:
        raise LookupError("no engine is ready")

    monkeypatch.setattr(shutil, "which", lambda program: None)
    monkeypatch.setattr(voice, "QtVoice", no_engine)
    assert open_voice(70) is None
