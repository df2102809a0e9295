# SPDX-License-Identifier: GPL-3.0-only
"""The developer log: one object per line for machines, and nobody's number in either form."""

from __future__ import annotations

import json
import logging
import re

import pytest

from expert_app.runtime.log_lines import JsonLines, MaskedLines, keep_recent_lines


def _record(text: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error is not None else None
    return logging.LogRecord("session.hub", logging.WARNING, "f.py", 1, text, arguments, info)


def test_a_record_is_one_line_whatever_is_in_it() -> None:
    line = JsonLines().format(_record('two\nlines and "%s"', "quotes"))
    assert "\n" not in line
    found = json.loads(line)
    assert (found["level"], found["logger"], found["text"]) == (
        "warning",
        "session.hub",
        'two\nlines and "quotes"',
    )
    assert found["at_utc"].endswith("+00:00")


def test_an_error_brings_its_name_and_its_trace() -> None:
    try:
        raise ValueError("seven")
    except ValueError as error:
        found = json.loads(JsonLines().format(_record("failed", error=error)))
    assert found["error"] == "ValueError"
    assert "seven" in found["trace"]


@pytest.mark.parametrize("lines", [JsonLines(), MaskedLines("%(asctime)s %(name)s: %(message)s")])
@pytest.mark.parametrize(
    "secret",
    [
        "1 85 05 974 06 084 36",
        "FR76 3000 6000 0112 3456 7890 189",
        "4970 1012 3456 7893",
        "jeanne.dupont@exemple.fr",
        "06 12 34 56 78",
        "05/05/1985",
        "12 rue de la Paix",
    ],
)
def test_nobodys_number_is_in_a_line_nor_in_what_was_raised(
    lines: logging.Formatter, secret: str
) -> None:
    try:
        raise ValueError(f"cannot read {secret!r}")
    except ValueError as error:
        line = lines.format(_record("of %s", secret, error=error))
    assert secret not in line
    assert "ValueError" in line
    assert "session.hub" in line


def test_a_line_for_people_keeps_its_time() -> None:
    line = MaskedLines("%(asctime)s %(message)s").format(_record("started"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} started", line)


def test_a_window_that_is_built_again_has_the_same_last_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    kept = keep_recent_lines(3)
    assert keep_recent_lines(3) is kept
    assert logging.getLogger().handlers == [kept]
