# SPDX-License-Identifier: GPL-3.0-only
"""The parts of a whole log that the window shows, made once: a program makes them in the thread
that reads the log, so that the window does not stand still over a million events. Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from session.log.events import LineMeasured, Writer
from session.log.playback.opened import OpenedLog
from session.media.line.history import LineDirection, LineHistory, LinePoint
from session.protocol.conversation.line import LineSeen
from views.replay.events_model import EventLines, lines_of
from views.replay.gaps import Gap, gaps_of
from views.replay.marks import LaneSpan, TimelineRow, rows_of, spans_of

MOST_POINTS = 600
"""Of a direction, ten seconds each at first. Of a longer log several measurements are one point, as
bad as the worst of them.
"""


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


def line_history(series: Sequence[tuple[float, LineMeasured]]) -> LineHistory:
    """The line's measurements as the quality panel draws them: what the desk received came from the
    caller, what the kiosk received went to the caller. Times are the log's offsets.
    """
    history = LineHistory(points={way: deque() for way in LineDirection})
    for way in LineDirection:
        from_caller = way is LineDirection.FROM_CALLER
        measurements = [entry for entry in series if (entry[1].by is Writer.DESK) is from_caller]
        step = -(-len(measurements) // MOST_POINTS) or 1
        history.points[way].extend(
            _point(measurements[begin : begin + step])
            for begin in range(0, len(measurements), step)
        )
    return history


def _point(measured: Sequence[tuple[float, LineMeasured]]) -> LinePoint:
    measures = [measure for _at_s, measure in measured]
    heights = [measure.height_px for measure in measures if measure.height_px]
    rtts = [measure.rtt_ms for measure in measures if measure.rtt_ms is not None]
    return LinePoint(
        measured[-1][0],
        LineSeen(
            kbps=min(measure.kbps for measure in measures),
            loss_percent=max(measure.loss_percent for measure in measures),
            rtt_ms=max(rtts, default=None),
            height_px=min(heights, default=0),
            fps=min(measure.fps for measure in measures),
            freezes=sum(measure.freezes for measure in measures),
            concealed_percent=max(measure.concealed_percent for measure in measures),
        ),
    )
