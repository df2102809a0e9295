# SPDX-License-Identifier: GPL-3.0-only
"""A log's measurements of the line as the curves draw them. Pure; used by the replay window."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from session.log.events import LineMeasured, Writer
from session.media.line.history import LineDirection, LineHistory, LinePoint
from session.protocol.conversation.line import LineSeen

MOST_POINTS = 600
"""Of a direction, ten seconds each at first. Of a longer log several measurements are one point, as
bad as the worst of them.
"""


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
