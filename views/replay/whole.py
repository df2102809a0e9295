# SPDX-License-Identifier: GPL-3.0-only
"""The parts of a whole log that the window shows, made once: a program makes them in the thread
that reads the log, so that the window does not stand still over a million events. Pure.
"""

from __future__ import annotations

from typing import NamedTuple

from session.log.playback.opened import OpenedLog
from session.media.line.history import LineHistory
from views.replay.curves import line_history
from views.replay.events_model import EventLines, lines_of
from views.replay.gaps import Gap, gaps_of
from views.replay.marks import LaneSpan, TimelineRow, rows_of, spans_of


class WholeLog(NamedTuple):
    """Gaps, what lasted, the timeline's rows, the table's lines, the curves; nothing left out."""

    gaps: list[Gap]
    spans: list[LaneSpan]
    rows: list[TimelineRow]
    lines: EventLines
    history: LineHistory


def whole_log(log: OpenedLog) -> WholeLog:
    """See `WholeLog`."""
    return log.once("whole", lambda: _made(log))


def _made(log: OpenedLog) -> WholeLog:
    gaps = gaps_of(log)
    rows = rows_of(log, log.marks, two_ends=False)
    lines = lines_of(log, log.marks, gaps)
    return WholeLog(gaps, spans_of(log), rows, lines, line_history(log.line))
