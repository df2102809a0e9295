# SPDX-License-Identifier: GPL-3.0-only
"""The line's measurements for the log: what was received, ten seconds in one event.
Used by the event logs of both ends.
"""

from __future__ import annotations

from collections.abc import Callable

from session.log.events import AnyEvent, LineGoverned, LineMeasured, Writer
from session.protocol.conversation import line as line_messages
from session.protocol.conversation.line import LineSeen

SEEN_S = 2.0
"""How long one `LineSeen` lasts."""

JOINED = 5


class LineSeries:
    """Joins what is seen every two seconds; each new rule of the governor is written at once.

    Args:
        write: takes an event for the log.
        by: whose end this is.
    """

    def __init__(self, write: Callable[[AnyEvent], None], by: Writer) -> None:
        self._write, self._by = write, by
        self._seen: list[LineSeen] = []
        self._last: LineGoverned | None = None

    def on_seen(self, seen: LineSeen) -> None:
        """What this end received in two seconds."""
        self._seen.append(seen)
        if len(self._seen) >= JOINED:
            self.flush()

    def on_governed(self, rule: line_messages.LineGoverned) -> None:
        """A rule of this end; one that was only repeated is not written again."""
        event = LineGoverned(
            by=self._by,
            step=rule.step.value,
            document=rule.document,
            budget_kbps=rule.budget_kbps,
            face_kbps=rule.face_kbps,
            page_kbps=rule.page_kbps,
            motion=rule.motion,
        )
        before = self._last
        if before is None or (before.step, before.document, before.motion) != (
            event.step,
            event.document,
            event.motion,
        ):
            self._last = event
            self._write(event)

    def flush(self) -> None:
        """Writes what was collected."""
        seen, self._seen = self._seen, []
        if seen:
            self._write(_joined(seen, self._by))


def _joined(seen: list[LineSeen], by: Writer) -> LineMeasured:
    """Means; loss, round trip and guessed sound as in the worst two seconds, the picture as in the
    smallest.
    """
    rtts = [one.rtt_ms for one in seen if one.rtt_ms is not None]
    heights = [one.height_px for one in seen if one.height_px]
    return LineMeasured(
        by=by,
        over_s=SEEN_S * len(seen),
        kbps=round(sum(one.kbps for one in seen) / len(seen), 1),
        loss_percent=max(one.loss_percent for one in seen),
        rtt_ms=max(rtts, default=None),
        height_px=min(heights, default=0),
        fps=round(sum(one.fps for one in seen) / len(seen), 1),
        freezes=sum(one.freezes for one in seen),
        concealed_percent=max(one.concealed_percent for one in seen),
    )
