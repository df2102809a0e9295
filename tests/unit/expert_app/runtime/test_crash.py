# SPDX-License-Identifier: GPL-3.0-only
"""What took a program down is on the disk, and the next start tells it once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from expert_app.runtime.crash import (
    REPORTS,
    keep_fatal_end,
    reports,
    unreported_crash,
    write_report,
)

NUMBER = "1 85 05 974 06 084 36"

UNCAUGHT = f"""
from pathlib import Path
from expert_app.runtime import crash
from expert_app.runtime.log_lines import log_in_files
with log_in_files(Path.cwd(), "desk"):
    crash.install(lambda kind: None)
    import sys
    try:
        raise ValueError("cannot read {NUMBER}")
    except ValueError:
        sys.excepthook(*sys.exc_info())
"""

KILLED = """
import faulthandler
from pathlib import Path
from expert_app.runtime.log_lines import log_in_files
with log_in_files(Path.cwd(), "desk"):
    faulthandler._sigsegv()
"""


def _run(code: str, folder: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, check=False, timeout=60
    )
    return done.returncode


def test_an_error_that_nobody_caught_leaves_a_report_without_anybodys_number(
    tmp_path: Path,
) -> None:
    assert _run(UNCAUGHT, tmp_path) == 0
    report = unreported_crash(tmp_path)
    assert report is not None
    text = report.read_text("utf-8")
    assert text.startswith("expert-app ")
    assert "ValueError: cannot read" in text
    assert NUMBER not in text


def test_a_process_that_was_taken_down_is_told_once_at_the_next_start(tmp_path: Path) -> None:
    assert _run(KILLED, tmp_path) == -signal.SIGSEGV
    keep_fatal_end(tmp_path)
    report = unreported_crash(tmp_path)
    assert report is not None
    assert "Segmentation fault" in report.read_text("utf-8")
    assert unreported_crash(tmp_path) is None
    keep_fatal_end(tmp_path)
    assert reports(tmp_path) == [report]


def test_an_orderly_end_leaves_no_report(tmp_path: Path) -> None:
    assert _run(KILLED.replace("faulthandler._sigsegv()", "pass"), tmp_path) == 0
    keep_fatal_end(tmp_path)
    assert unreported_crash(tmp_path) is None


def test_only_the_newest_reports_are_kept(tmp_path: Path) -> None:
    for count in range(REPORTS + 3):
        os.utime(write_report(tmp_path, str(count)), (count, count))
    kept = [path.read_text("utf-8").splitlines()[1] for path in reports(tmp_path)]
    assert kept == [str(count) for count in range(3, REPORTS + 3)]
