# SPDX-License-Identifier: GPL-3.0-only
"""A session's log played on one timeline: play, pause, faster, jump.
Pure but for its clock; used by the replay window.

The window calls `tick()` many times a second and shows what it returns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from session.core.clock import Clock
from session.log.events import (
    Event,
    Lane,
    LineMeasured,
    MirrorChunk,
    Record,
    Writer,
    label_of,
    lane_of,
)
from session.log.merge import merge
from session.log.state import SessionState, state_after

MAX_SPEED = 8.0


class TimelineEvent(NamedTuple):
    """One mark of the timeline: `offset_s` from the first record, row, sentence code, and the event
    itself.
    """

    offset_s: float
    lane: Lane
    label: str
    writer: Writer
    event: Event


def _join_parts(parts: list[MirrorChunk]) -> MirrorChunk:
    whole = b"".join(part.data for part in parts)
    return msgspec.structs.replace(parts[0], data=whole, part=0, parts=1)


class Replay:
    """A log being played.

    Args:
        records: of one session, any order, any writers (`read_log(path).records`).
        clock: gives the pace; the window passes `SystemClock()`.

    Attributes:
        duration_s: from the first record to the last.
        events: every mark of the timeline, in order;
            the mirror's chunks and the line's series are not marks.
        line: the line's series, each with its offset, in order.
        skew_s: how far each writer's clock was found ahead, seconds, already corrected in all
            offsets.
    """

    def __init__(self, records: Iterable[Record], clock: Clock) -> None:
        merged = merge(records)
        start_s = merged.placed[0].at_s if merged.placed else 0.0
        self._records = [moment.record for moment in merged.placed]
        self._offsets = [moment.at_s - start_s for moment in merged.placed]
        self._clock = clock
        self._speed = 1.0
        self._position_s = 0.0
        self._shown = 0
        self._playing_since_s: float | None = None
        self.skew_s = merged.skew_s
        self.duration_s = self._offsets[-1] if self._offsets else 0.0
        self.events = [
            TimelineEvent(
                offset_s, lane_of(record.event), label_of(record.event), record.writer, record.event
            )
            for offset_s, record in zip(self._offsets, self._records, strict=True)
            if not isinstance(record.event, MirrorChunk | LineMeasured)
        ]
        self.line = [
            (offset_s, record.event)
            for offset_s, record in zip(self._offsets, self._records, strict=True)
            if isinstance(record.event, LineMeasured)
        ]

    # ---- playing

    @property
    def playing(self) -> bool:
        """Whether the log is playing."""
        return self._playing_since_s is not None

    @property
    def speed(self) -> float:
        """Times real time."""
        return self._speed

    @property
    def position_s(self) -> float:
        """Where the replay is, 0 to `duration_s`."""
        if self._playing_since_s is None:
            return self._position_s
        played_s = (self._clock.monotonic_s() - self._playing_since_s) * self._speed
        return min(self._position_s + played_s, self.duration_s)

    def play(self) -> None:
        """Starts or goes on; at the end, starts over."""
        if self.playing:
            return
        if self._position_s >= self.duration_s and self._shown == len(self._records):
            self.jump(0.0)
        self._playing_since_s = self._clock.monotonic_s()

    def pause(self) -> None:
        """Stops playing; `tick` still returns what was due until now."""
        self._position_s, self._playing_since_s = self.position_s, None

    def set_speed(self, speed: float) -> None:
        """1.0 to 8.0 times real time. Raises `ValueError`."""
        if not 1.0 <= speed <= MAX_SPEED:
            raise ValueError(f"speed {speed} is not within 1 and {MAX_SPEED}")
        was_playing = self.playing
        self.pause()
        self._speed = speed
        if was_playing:
            self._playing_since_s = self._clock.monotonic_s()

    def tick(self) -> list[Record]:
        """The records that became due since the last call, in order;
        pauses by itself at the end.
        """
        position_s = self.position_s
        until = bisect_right(self._offsets, position_s)
        due, self._shown = self._records[self._shown : until], max(until, self._shown)
        if self.playing and position_s >= self.duration_s:
            self.pause()
        return due

    def jump(self, offset_s: float) -> list[MirrorChunk]:
        """Goes to `offset_s`, playing or paused as before.

        Returns:
            What the mirror needs to look right there: whole chunks of the shared page from the
            last snapshot at or before `offset_s` up to it, none without a snapshot. The next
            `tick` goes on after it. At 0.0 nothing is past yet: the list is empty and `tick`
            returns the first records.
        """
        offset_s = min(max(offset_s, 0.0), self.duration_s)
        self._position_s = offset_s
        if self.playing:
            self._playing_since_s = self._clock.monotonic_s()
        self._shown = bisect_right(self._offsets, offset_s) if offset_s > 0 else 0
        return self._chunks(self._shown)

    # ---- looking

    def state_at(self, offset_s: float) -> SessionState:
        """What the session had come to at `offset_s`, events of that very instant included."""
        return state_after(
            record.event for record in self._records[: bisect_right(self._offsets, offset_s)]
        )

    def _chunks(self, count: int) -> list[MirrorChunk]:
        chunks = whole_chunks(self._records[:count])
        starts = [index for index, chunk in enumerate(chunks) if chunk.is_snapshot]
        return chunks[starts[-1] :] if starts else []


def whole_chunks(records: Iterable[Record]) -> list[MirrorChunk]:
    """The mirror's chunks among `records` (as `Replay.tick` returned them), parts joined;
    broken ones are left out.
    """
    chunks: list[MirrorChunk] = []
    parts: list[MirrorChunk] = []
    for record in records:
        if isinstance(record.event, MirrorChunk) and record.event.data:
            parts = [record.event] if record.event.part == 0 else [*parts, record.event]
            if len(parts) == record.event.parts:
                chunks.append(_join_parts(parts))
    return chunks
