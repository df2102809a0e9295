# SPDX-License-Identifier: GPL-3.0-only
"""Catches errors that nothing else caught: writes them to the developer log and shows them in
words. Each leaves a report on the disk, which the next start tells the person about.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from session.core.program_version import program_version

log = logging.getLogger(__name__)

REPORTS = 10
"""As many crashes are kept; the oldest goes first."""
NEW, TOLD = "new-crash", "crash"
FATAL = "fatal.txt"
"""Where Python writes what took the whole process down (`faulthandler`)."""


class CrashReports(logging.Handler):
    """Writes each critical record into a file of its own.

    Args:
        folder: where, private to this account.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.CRITICAL)
        self._folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler.emit`; a disk that is full keeps no report."""
        with contextlib.suppress(OSError):
            write_report(self._folder, self.format(record))


def write_report(folder: Path, text: str) -> Path:
    """Keeps a report that nobody has been told about; takes the oldest away."""
    at = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    file = folder / f"{NEW}-{at}.txt"
    file.write_text(f"expert-app {program_version()}\n{text}\n", encoding="utf-8")
    for old in sorted(reports(folder), key=lambda path: path.stat().st_mtime)[:-REPORTS]:
        old.unlink()
    return file


def reports(folder: Path) -> list[Path]:
    """Every report that is kept, by name."""
    return sorted(folder.glob(f"*{TOLD}-*.txt"))


def keep_fatal_end(folder: Path) -> None:
    """Makes a report of what took the process down the last time, if something did."""
    file = folder / FATAL
    with contextlib.suppress(OSError):
        text = file.read_text(encoding="utf-8", errors="replace")
        if text.strip():
            write_report(folder, text)
            file.unlink()


def unreported_crash(folder: Path) -> Path | None:
    """The newest report that the person was not told about, which is told from now on."""
    newest = None
    for file in sorted(folder.glob(f"{NEW}-*.txt")):
        newest = file.rename(file.with_name(file.name.removeprefix("new-")))
    return newest


def report_text(report: Path) -> str:
    """Return what is in a report; "" when somebody has taken it away."""
    try:
        return report.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def install(show: Callable[[str], None]) -> None:
    """Catches what reaches the top of any thread.

    Args:
        show: tells the person, given the name of the error's class;
            called in the thread that failed.
    """

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("uncaught %s", kind.__name__, exc_info=(kind, error, trace))
        show(kind.__name__)

    def thread_hook(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            hook(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    sys.excepthook = hook
    threading.excepthook = thread_hook
