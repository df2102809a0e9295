# SPDX-License-Identifier: GPL-3.0-only
"""A program that fails where nobody reads what it says: a box says it."""

from __future__ import annotations

import sys

import pytest

from expert_app.without_console import MAX_LETTERS, run_without_console


def fails() -> int:
    print("Le dossier est pris.", file=sys.stderr)
    return 2


def test_last_words_are_shown_where_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    shown: list[str] = []
    assert run_without_console(fails, shown.append) == 2
    assert shown == ["Le dossier est pris."]


def test_a_word_that_the_program_does_not_know_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    shown: list[str] = []

    def refuses() -> int:
        sys.stderr.write("x" * 3 * MAX_LETTERS + "unrecognized arguments")
        raise SystemExit(2)

    assert run_without_console(refuses, shown.append) == 2
    assert shown[0].endswith("unrecognized arguments")
    assert len(shown[0]) == MAX_LETTERS


def test_nothing_is_shown_where_a_console_says_it(capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[str] = []
    assert run_without_console(fails, shown.append) == 2
    assert shown == []
    assert "pris" in capsys.readouterr().err


def test_a_program_that_ends_well_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    shown: list[str] = []

    def works() -> int:
        print("done")
        sys.stdout.flush()
        return 0

    assert run_without_console(works, shown.append) == 0
    assert shown == []
