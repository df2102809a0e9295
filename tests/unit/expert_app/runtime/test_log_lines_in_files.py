# SPDX-License-Identifier: GPL-3.0-only
"""The developer log on the disk: it turns, it says who runs, and it holds nobody's number."""

from __future__ import annotations

import errno
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from expert_app.runtime import log_lines
from expert_app.runtime.log_lines import log_in_files

NUMBER = "1 85 05 974 06 084 36"


def test_what_is_said_is_in_the_file_masked_and_others_chatter_is_not(tmp_path: Path) -> None:
    level = logging.getLogger().level
    with log_in_files(tmp_path, "desk"):
        logging.getLogger("session.test").info("a page of %s", NUMBER)
        logging.getLogger("aioice").info("candidate 192.0.2.7")
        logging.getLogger("aioice").warning("nothing answers")
    text = (tmp_path / "desk.log").read_text("utf-8")
    assert "desk" in text.splitlines()[0]
    assert "begins: Python" in text.splitlines()[0]
    assert "session.test: a page of" in text
    assert "nothing answers" in text
    assert NUMBER not in text
    assert "192.0.2.7" not in text
    assert logging.getLogger().level == level
    assert list(tmp_path.glob("*crash*")) == []


def test_the_oldest_lines_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_lines, "FILE_BYTES", 1000)
    with log_in_files(tmp_path, "desk"):
        for count in range(400):
            logging.getLogger("session.test").info("line %d", count)
    files = sorted(tmp_path.glob("desk.log*"))
    assert len(files) == log_lines.FILES
    assert sum(file.stat().st_size for file in files) <= 1000 * log_lines.FILES
    assert "line 399" in (tmp_path / "desk.log").read_text("utf-8")


def test_a_full_disk_is_not_told_by_a_trace_for_each_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_self: RotatingFileHandler) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(RotatingFileHandler, "flush", full)
    with log_in_files(tmp_path, "desk"):
        logging.getLogger("session.test").info("no room")
        monkeypatch.undo()
    assert capsys.readouterr().err == ""
