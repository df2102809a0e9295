# SPDX-License-Identifier: GPL-3.0-only
"""The developer log's lines, for people, and as one JSON object each for machines that collect
logs, and the files in which a program with a window keeps it. Used by `expert_app.__main__`.

No line holds a number, an address or a birth date of anybody, whatever was raised with it: the
patterns are those of what is kept (`session.masking`). Names have no pattern: of what was raised,
what stands in quotes is left out, as a value that was wrong does.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import logging
import platform
import re
import sys
from collections import deque
from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from expert_app.runtime.crash import CrashReports, keep_fatal_end
from session.core.program_version import other_packages, program_version
from session.masking.numbers import KEPT, mask

LOG_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
FILE_BYTES, FILES = 5_000_000, 10
"""A program's log takes 50 MB at most; the oldest lines go first."""
OURS = ("expert_app", "session", "views", "documents")

log = logging.getLogger(__name__)

_QUOTED = re.compile(r"""(?<![A-Za-z])'(?:[^'\\\n]|\\.)*'?|"(?:[^"\\\n]|\\.)*(?:"|$)""")
_IDENTIFIER = re.compile(r"""['"](?:[a-z0-9]+_[a-z0-9_]+|[A-Za-z]+Type|utf-8)['"]""")
_FRAME, _SOURCE = '  File "', "    "
_OF_CODE = {"AttributeError", "NameError", "TypeError", "ImportError", "ModuleNotFoundError"}
"""What a program's own code did wrong: quotes are of its names."""

_OF_ROWS = ("DETAIL:", "CONTEXT:")

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class MaskedLines(logging.Formatter):
    """A line as `logging` writes it."""

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record; the time and the logger's name stay as they are."""
        masked = copy(record)
        masked.msg = mask(record.getMessage(), KEPT)
        masked.args = None
        masked.exc_text = None
        return super().format(masked)

    def formatException(self, ei: _Raised) -> str:  # noqa: N802  (logging's name)
        """Return what was raised, and where."""
        return mask("\n".join(_without_values(super().formatException(ei))), KEPT)


def _without_values(trace: str) -> Iterator[str]:
    """The lines of a trace, its messages without the values in them."""
    is_frame = False
    for line in trace.split("\n"):
        is_frame = line.startswith(_FRAME) or (is_frame and line.startswith(_SOURCE))
        if is_frame or line.partition(":")[0] in _OF_CODE:
            yield line
        elif line.startswith(_OF_ROWS):  # PostgreSQL tells the row that was wrong
            yield line.partition(":")[0] + ": …"
        else:
            yield _QUOTED.sub(
                lambda text: text[0] if _IDENTIFIER.fullmatch(text[0]) else "'…'", line
            )


class RecentLines(logging.Handler):
    """Keeps the last lines in memory, masked, for the helpdesk."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._lines: deque[str] = deque(maxlen=most)
        self.setFormatter(MaskedLines("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps a record as one line."""
        self._lines.append(" ".join(self.format(record).split()))

    def lines(self) -> list[str]:
        """The oldest first."""
        return list(self._lines)


def keep_recent_lines(most: int) -> RecentLines:
    """Keeps the program's last lines from now on; the same ones where its window is built again."""
    root = logging.getLogger()
    recent = next((handler for handler in root.handlers if isinstance(handler, RecentLines)), None)
    if recent is None:
        recent = RecentLines(most)
        root.addHandler(recent)
    return recent


class JsonLines(MaskedLines):
    """at_utc, level, logger, text; and error and trace where something was raised."""

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record as one line, whatever its text holds."""
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        line = {
            "at_utc": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": mask(record.getMessage(), KEPT),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line |= {
                "error": record.exc_info[0].__name__,
                "trace": self.formatException(record.exc_info),
            }
        return json.dumps(line, ensure_ascii=False)


def _is_kept(record: logging.LogRecord) -> bool:
    """Ours from INFO on; others' only what is wrong: they tell addresses on the way."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] in OURS


class _LogFile(RotatingFileHandler):
    """The file of the log. A disk that is full is told by the program itself, in a sentence, not
    by a trace on standard error for each line that has no room.
    """

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Leaves the line out."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


acts = logging.getLogger("expert_app.acts")
"""What the operator does, in the hub's log: who was invited, let in, revoked; backups, and the
like. Identities, never names.
"""


@contextlib.contextmanager
def acts_beside(folder: Path, program: str) -> Iterator[None]:
    """Adds the acts of a command to the log of the program, which may run meanwhile: each is one
    line, and the file is not turned here.
    """
    file = logging.FileHandler(folder / f"{program}.log", encoding="utf-8", delay=True)
    file.setFormatter(MaskedLines(LOG_LINE))
    level = acts.level
    acts.addHandler(file)
    acts.setLevel(logging.INFO)
    try:
        yield
    finally:
        acts.setLevel(level)
        acts.removeHandler(file)
        file.close()


@contextlib.contextmanager
def log_in_files(folder: Path, program: str) -> Iterator[None]:
    """Keeps the developer log in `folder` while the program runs: PROGRAM.log and nine older ones,
    and a report of its own for each crash.

    Only the program that owns its data folder may do so: two would turn each other's files.
    """
    file = _LogFile(
        folder / f"{program}.log",
        maxBytes=FILE_BYTES,
        backupCount=FILES - 1,
        encoding="utf-8",
        delay=True,
    )
    file.setLevel(logging.INFO)
    file.addFilter(_is_kept)
    reports = CrashReports(folder)
    root, level = logging.getLogger(), logging.getLogger().level
    for handler in (file, reports):
        handler.setFormatter(MaskedLines(LOG_LINE))
        root.addHandler(handler)
    root.setLevel(min(level, logging.INFO))
    log.info(
        "%s %s begins: Python %s, %s",
        program,
        program_version(),
        platform.python_version(),
        platform.platform(),
    )
    for name, version in other_packages().items():
        log.warning("package %s is of another version: %s", name, version)
    keep_fatal_end(folder)
    try:
        with (folder / "fatal.txt").open("w", encoding="utf-8") as fatal:
            faulthandler.enable(fatal)
            yield
    finally:
        faulthandler.disable()
        root.setLevel(level)
        for handler in (file, reports):
            root.removeHandler(handler)
            handler.close()
