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
        its = [one for one in series if (one[1].by is Writer.DESK) is from_caller]
        step = -(-len(its) // MOST_POINTS) or 1
        history.points[way].extend(
            _point(its[begin : begin + step]) for begin in range(0, len(its), step)
        )
    return history


def _point(measured: Sequence[tuple[float, LineMeasured]]) -> LinePoint:
    seen = [one for _at_s, one in measured]
    heights = [one.height_px for one in seen if one.height_px]
    rtts = [one.rtt_ms for one in seen if one.rtt_ms is not None]
    return LinePoint(
        measured[-1][0],
        LineSeen(
            kbps=min(one.kbps for one in seen),
            loss_percent=max(one.loss_percent for one in seen),
            rtt_ms=max(rtts, default=None),
            height_px=min(heights, default=0),
            fps=min(one.fps for one in seen),
            freezes=sum(one.freezes for one in seen),
            concealed_percent=max(one.concealed_percent for one in seen),
        ),
    )
