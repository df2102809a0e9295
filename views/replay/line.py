# SPDX-License-Identifier: GPL-3.0-only
"""The line's series of a log as the quality panel draws it. Pure; used by the replay window."""

from __future__ import annotations

from collections.abc import Iterable

from session.log.events import LineMeasured, Writer
from session.media.line.history import LineDirection, LineHistory
from session.protocol.conversation.line import LineSeen


def line_history(series: Iterable[tuple[float, LineMeasured]]) -> LineHistory:
    """What the desk received came from the caller, what the kiosk received went there;
    times are the log's offsets.
    """
    history = LineHistory()
    for offset_s, event in series:
        way = LineDirection.FROM_CALLER if event.by is Writer.DESK else LineDirection.TO_CALLER
        seen = LineSeen(
            kbps=event.kbps,
            loss_percent=event.loss_percent,
            rtt_ms=event.rtt_ms,
            height_px=event.height_px,
            fps=event.fps,
            freezes=event.freezes,
            concealed_percent=event.concealed_percent,
        )
        history.add(way, offset_s, seen)
    return history
