# SPDX-License-Identifier: GPL-3.0-only
"""Signs that turn, hide or steer: neither windows nor papers draw them, no terminal gets them."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from expert_app.__main__ import main
from expert_app.hub.example_convention import EXAMPLE
from resources.plain_text import plain_text, terminal_text

STEERING = "\x1b]0;Taken\x07\x1b[2J\u202e\x9b31m\U000e0041\r"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Camille \u202eR.", "Camille R."),
        ("\u2066Léa\u2069", "Léa"),
        ("a\U000e0062\U000e0063d", "ad"),
        ("\x1b[31mred\x07", "[31mred"),
        ("two\nlines\tand a tab\r\n", "two\nlines\tand a tab\r\n"),
        ("محمد\u200f (2)", "محمد\u200f (2)"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 👩\u200d🌾",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 👩\u200d🌾",
        ),
    ],
)
def test_only_what_turns_hides_or_steers_is_left_out(written: str, plain: str) -> None:
    assert plain_text(written) == plain


def test_in_a_terminal_such_signs_are_seen_and_json_stays_the_same() -> None:
    assert terminal_text("a\x1b[2Jb") == "a\\u001b[2Jb"
    told = {"name": "\u202eLéa\U000e0041\x9b"}
    assert json.loads(terminal_text(json.dumps(told, ensure_ascii=False))) == told


@pytest.fixture
def convention(tmp_path: Path) -> Path:
    """A hub whose agent's name steers a terminal."""
    steering = json.dumps(STEERING).removeprefix('"').removesuffix('"')
    steering = steering.replace("\\udb40\\udc41", "\\U000E0041")  # TOML knows no surrogates
    text = EXAMPLE.replace("Camille R.", f"Camille{steering} R.")
    assert text != EXAMPLE
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    line = f'catalogue = "{(tmp_path / "c.toml").as_posix()}"\n'
    (tmp_path / "hub.toml").write_text(line, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("words", [("people",), ("people", "--json"), ("check",)])
def test_no_command_steers_the_terminal(
    words: tuple[str, ...], convention: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["hub", *words, "--folder", str(convention)])
    said = "".join(capsys.readouterr())
    assert "Camille" in said or words == ("check",)
    assert said == terminal_text(said)


def test_what_a_program_logs_does_not_steer_it_either(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.root, "handlers", [])
    assert main(["hub", "check", "--folder", f"gone{STEERING}"]) != 0
    said = "".join(capsys.readouterr())
    assert "gone" in said
    assert said == terminal_text(said)
