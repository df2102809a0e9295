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
        self._write = write
        self._by = by
        self._seen: list[LineSeen] = []
        self._last: LineGoverned | None = None

    def on_seen(self, sample: LineSeen) -> None:
        """Take what this end received in two seconds."""
        self._seen.append(sample)
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
        samples, self._seen = self._seen, []
        if samples:
            self._write(_joined(samples, self._by))


def _joined(samples: list[LineSeen], by: Writer) -> LineMeasured:
    """Means; loss, round trip and guessed sound as in the worst two seconds, the picture as in the
    smallest.
    """
    rtts = [sample.rtt_ms for sample in samples if sample.rtt_ms is not None]
    heights = [sample.height_px for sample in samples if sample.height_px]
    return LineMeasured(
        by=by,
        over_s=SEEN_S * len(samples),
        kbps=round(sum(sample.kbps for sample in samples) / len(samples), 1),
        loss_percent=max(sample.loss_percent for sample in samples),
        rtt_ms=max(rtts, default=None),
        height_px=min(heights, default=0),
        fps=round(sum(sample.fps for sample in samples) / len(samples), 1),
        freezes=sum(sample.freezes for sample in samples),
        concealed_percent=max(sample.concealed_percent for sample in samples),
    )
