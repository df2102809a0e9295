# SPDX-License-Identifier: GPL-3.0-only
"""The series of a call's line, both directions, and its worst minute.
Pure; used by quality panel and replay.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from session.protocol.conversation.line import LineSeen

KEPT = 1800
"""Points of a direction: an hour of two seconds each."""

MINUTE_S = 60.0


class LineDirection(StrEnum):
    """Direction, as the agent sees it."""

    FROM_CALLER = "from_caller"
    TO_CALLER = "to_caller"


@dataclass(frozen=True)
class LinePoint:
    """The data that one end received in the seconds that ended at `at_s`, on any one clock."""

    at_s: float
    seen: LineSeen


@dataclass(frozen=True, kw_only=True)
class WorstMinute:
    """The sixty seconds that were the hardest to bear, of one direction."""

    way: LineDirection
    start_s: float
    end_s: float
    loss_percent: float
    rtt_ms: float | None
    freezes: int
    concealed_percent: float


@dataclass
class LineHistory:
    """Takes points in the order of time."""

    points: dict[LineDirection, deque[LinePoint]] = field(
        default_factory=lambda: {way: deque(maxlen=KEPT) for way in LineDirection}
    )

    def add(self, way: LineDirection, at_s: float, line_seen: LineSeen) -> None:
        """A direction's newest point."""
        self.points[way].append(LinePoint(at_s, line_seen))

    def clear(self) -> None:
        """Forgets all points, for another caller."""
        for points in self.points.values():
            points.clear()

    def worst_minute(self) -> WorstMinute | None:
        """The worst minute of both directions; None while nothing was bad enough to be marked."""
        minutes = [
            worst
            for way in LineDirection
            if (worst := _worst(way, list(self.points[way]))) is not None
        ]
        return max(minutes, key=lambda worst: _burden(worst), default=None)


NOTICED = 3.0
"""Burden from which a minute is worth a mark: three per cent lost, or one freeze."""


def _worst(way: LineDirection, points: list[LinePoint]) -> WorstMinute | None:
    best: WorstMinute | None = None
    first = 0
    for last, point in enumerate(points):
        while points[first].at_s <= point.at_s - MINUTE_S:
            first += 1
        minute = _joined(way, points[first : last + 1])
        if _burden(minute) >= NOTICED and (best is None or _burden(minute) > _burden(best)):
            best = minute
    return best


def _joined(way: LineDirection, points: list[LinePoint]) -> WorstMinute:
    samples = [point.seen for point in points]
    rtts = [sample.rtt_ms for sample in samples if sample.rtt_ms is not None]
    # A short call counts by its share of a minute: ten seconds with a bad one are no bad minute.
    share = min(1.0, len(points) * _step_s(points) / MINUTE_S)
    return WorstMinute(
        way=way,
        start_s=points[0].at_s,
        end_s=points[-1].at_s,
        loss_percent=round(
            share * sum(sample.loss_percent for sample in samples) / len(samples), 1
        ),
        rtt_ms=max(rtts, default=None),
        freezes=sum(sample.freezes for sample in samples),
        concealed_percent=round(
            share * sum(sample.concealed_percent for sample in samples) / len(samples), 1
        ),
    )


def _step_s(points: list[LinePoint]) -> float:
    if len(points) < 2:
        return 2.0
    return (points[-1].at_s - points[0].at_s) / (len(points) - 1)


def _burden(minute: WorstMinute) -> float:
    """Return how much people suffer: from guessed sound most, then from a picture that stands,
    lost packets, delay.
    """
    delay = max(0.0, (minute.rtt_ms or 0.0) - 200.0) / 100.0
    return 2 * minute.concealed_percent + 3 * minute.freezes + minute.loss_percent + delay
