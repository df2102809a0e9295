# SPDX-License-Identifier: GPL-3.0-only
"""The developer log for machines: one object per line."""

from __future__ import annotations

import json
import logging

from expert_app.runtime.json_log import JsonLines


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
