# SPDX-License-Identifier: GPL-3.0-only
"""A log that is open: what a window must know of each record at once, as columns, and the records
themselves, read from the file when they are looked at. Made by `opening`; used by the replay and
its window.

Records that differ only in ids, sizes and times have one `Meaning`: one sentence, one row of the
timeline and one answer to "is it a trouble". A log of a million records has some hundred meanings,
so that filters and searches look at these, and numpy does the rest.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from session.core.clock import instant
from session.core.errors import LogUnreadable
from session.log.codec import decode_record
from session.log.events import Event, Lane, LineMeasured, MirrorChunk, Record, TroubleShown, Writer
from session.log.merge import WRITERS
from session.log.playback.state import CHANGING, SessionState, StateFold
from session.log.text import LogText

_RECORDS_KEPT = 4096
_PIECE_BYTES = 256 * 1024


class Meaning(NamedTuple):
    """Records that mean the same.

    Attributes:
        event: the first of them.
        is_mark: a mark of the timeline; chunks of the page and measurements of the line are none.
    """

    label: str
    lane: Lane
    is_trouble: bool
    is_mark: bool
    event: Event


class PageStretch(NamedTuple):
    """A chunk of the shared page: its rows, when its first event happened, when it was written."""

    rows: tuple[int, ...]
    start_s: float
    written_s: float
    is_snapshot: bool


class Missing(NamedTuple):
    """Records of a writer that should stand before `at_s` and are not in the log."""

    writer: Writer
    at_s: float
    records: int


class Damage(NamedTuple):
    """The parts of the file that could not be read.

    Attributes:
        lines: how many lines are no records.
        first_line: the first of them, counted from 1; 0: none.
        cut: the file ends in the middle of a line, or cannot be unpacked to its end.
    """

    lines: int = 0
    first_line: int = 0
    cut: bool = False


class Columns(NamedTuple):
    """A value per record, in order of corrected time.

    Attributes:
        at_s: seconds from the first record.
        clock_s: how far the corrected time is behind the writer's own clock.
        writer: place in `session.log.merge.WRITERS`.
        number: the writer's own count.
        meaning: place in `OpenedLog.meanings`.
        start, length: of its line in the text.
    """

    at_s: npt.NDArray[np.float64]
    writer: npt.NDArray[np.uint8]
    number: npt.NDArray[np.int64]
    meaning: npt.NDArray[np.int32]
    start: npt.NDArray[np.int64]
    length: npt.NDArray[np.int32]


class Checkpoints(NamedTuple):
    """The session's state before every `every`-th row."""

    every: int
    states: list[SessionState]


class Groups:
    """The rows of each meaning: those of a rare one are found without a look at all others."""

    def __init__(self, meaning: npt.NDArray[np.int32], meanings: int) -> None:
        self._rows = np.argsort(meaning, kind="stable").astype(np.int32)
        self._ends = np.cumsum(np.bincount(meaning, minlength=meanings))

    def of(self, place: int) -> npt.NDArray[np.int64]:
        """The rows of a meaning, in order."""
        if place:
            begin = int(self._ends[place - 1])
        else:
            begin = 0
        return self._rows[begin : int(self._ends[place])].astype(np.int64)


class OpenedLog(msgspec.Struct, kw_only=True, eq=False):
    """A log on one line of time.

    Attributes:
        session_id: whose it is.
        start_s: corrected time of the first record, seconds since 1970.
        columns: what is known of each record ("row").
        groups: the rows of each meaning.
        meanings: what the rows mean.
        checkpoints: the session's state, now and then.
        line: the measurements of the line, each with its offset.
        stretches: the chunks of the shared page, in order.
        skew_s: how far each writer's clock was found ahead, already corrected in all offsets.
        missing: gaps in the writers' counts.
        damage: what could not be read.
    """

    session_id: str
    text: LogText
    start_s: float
    columns: Columns
    groups: Groups
    meanings: list[Meaning]
    checkpoints: Checkpoints
    line: list[tuple[float, LineMeasured]]
    stretches: list[PageStretch]
    skew_s: dict[Writer, float]
    missing: list[Missing]
    damage: Damage
    _records: OrderedDict[int, Record] = msgspec.field(default_factory=OrderedDict)
    _kept: dict[str, Any] = msgspec.field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.columns.at_s)

    @property
    def duration_s(self) -> float:
        """The time from the first record to the last."""
        if len(self):
            return float(self.columns.at_s[-1])
        return 0.0

    # ---- all rows at once

    def rows_of(self, is_wanted: Callable[[Meaning], bool]) -> npt.NDArray[np.int64]:
        """The rows whose meaning is wanted, in order."""
        places = np.flatnonzero(self.each_meaning(is_wanted)).tolist()
        groups = [self.groups.of(place) for place in places]
        rows = sum(map(len, groups))
        if rows > len(self) // 4:
            return np.flatnonzero(self.each(is_wanted))
        return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *groups]))

    def each(self, is_wanted: Callable[[Meaning], bool]) -> npt.NDArray[np.bool_]:
        """Return for each row whether its meaning is wanted."""
        return self.spread(self.each_meaning(is_wanted))

    def spread(self, table: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return for each row what is said here of its meaning."""
        if len(table):
            return table.take(self.columns.meaning)
        return np.zeros(0, dtype=np.bool_)

    @property
    def marks(self) -> npt.NDArray[np.int64]:
        """The rows that are marks of the timeline."""
        return self.once("marks", lambda: self.rows_of(lambda meaning: meaning.is_mark))

    @property
    def troubles(self) -> npt.NDArray[np.int64]:
        """The rows of troubles."""
        return self.once("troubles", lambda: self.rows_of(lambda meaning: meaning.is_trouble))

    @property
    def happens_s(self) -> npt.NDArray[np.float64]:
        """The times at which anything but a measurement of the line happened."""
        return self.once("happens", self._happens_s)

    def _happens_s(self) -> npt.NDArray[np.float64]:
        return self.columns.at_s[
            self.rows_of(lambda meaning: not isinstance(meaning.event, LineMeasured))
        ]

    def once[Made](self, name: str, make: Callable[[], Made]) -> Made:
        """Something of this log that is made once, best in the thread that reads it."""
        if name not in self._kept:
            self._kept[name] = make()
        value: Made = self._kept[name]
        return value

    def count_until(self, offset_s: float, rows: npt.NDArray[np.int64] | None = None) -> int:
        """Return how many rows (of these, in order) are at or before an offset."""
        at_s = self.columns.at_s
        if rows is None:
            return int(np.searchsorted(at_s, offset_s, side="right"))
        return int(np.searchsorted(rows, self.count_until(offset_s), side="left"))

    # ---- one row

    def offset_s(self, row: int) -> float:
        """Return when a row happened, in seconds from the first record."""
        return float(self.columns.at_s[row])

    def meaning(self, row: int) -> Meaning:
        """Return what a row means."""
        return self.meanings[int(self.columns.meaning[row])]

    def writer(self, row: int) -> Writer:
        """Return whose row it is."""
        return WRITERS[self.columns.writer[row]]

    def line_of(self, row: int) -> bytes:
        """The record as it is kept. Raises `LogUnreadable`."""
        start, length = int(self.columns.start[row]), int(self.columns.length[row])
        try:
            return self.text.read(start, length)
        except OSError as error:
            raise LogUnreadable(line=0) from error

    def record(self, row: int) -> Record:
        """The record, read now. In place of one that cannot be read stands one that says so."""
        if row in self._records:
            self._records.move_to_end(row)
            return self._records[row]
        try:
            record = decode_record(self.line_of(row))
        except LogUnreadable:
            record = self._unreadable(row)
        self._records[row] = record
        while len(self._records) > _RECORDS_KEPT:
            self._records.popitem(last=False)
        return record

    def records(self, rows: npt.NDArray[np.int64] | None = None) -> Iterator[tuple[int, Record]]:
        """These rows or all, each with its record, in the order in which they lie in the text: it
        is read a piece at a time, in any thread, and nothing of it is kept. What cannot be read is
        left out.
        """
        if rows is None:
            rows = np.arange(len(self))
        starts, lengths = self.columns.start, self.columns.length
        rows = rows[np.argsort(starts[rows], kind="stable")]
        pieces = np.flatnonzero(np.diff(starts[rows] // _PIECE_BYTES, prepend=-1)).tolist()
        for begin, end in pairwise([*pieces, len(rows)]):
            first, last = int(rows[begin]), int(rows[end - 1])
            start = int(starts[first])
            text = self.text.read(start, int(starts[last]) + int(lengths[last]) - start)
            for row in rows[begin:end].tolist():
                at = int(starts[row]) - start
                try:
                    yield row, decode_record(text[at : at + int(lengths[row])])
                except LogUnreadable:
                    continue

    def _unreadable(self, row: int) -> Record:
        writer = self.writer(row)
        return Record(
            at_utc=instant(self.start_s + self.offset_s(row)),
            writer=writer,
            number=int(self.columns.number[row]),
            event=TroubleShown(by=writer, code=LogUnreadable.code),
        )

    # ---- what it had come to

    def state_at(self, offset_s: float) -> SessionState:
        """Return what the session had come to at `offset_s`,
        events of that very instant included.
        """
        return self.state_before(self.count_until(offset_s))

    def state_before(self, count: int) -> SessionState:
        """The state after the first `count` rows."""
        place = min(count // self.checkpoints.every, len(self.checkpoints.states) - 1)
        if place < 0:
            return SessionState()
        fold = StateFold(self.checkpoints.states[place])
        begin = place * self.checkpoints.every
        changing = self.each_meaning(lambda meaning: type(meaning.event) in CHANGING)
        for row in np.flatnonzero(changing[self.columns.meaning[begin:count]]).tolist():
            fold.add(self.record(begin + row).event)
        return fold.state(self.label_before(count))

    def each_meaning(self, is_wanted: Callable[[Meaning], bool]) -> npt.NDArray[np.bool_]:
        """Return for each meaning whether it is wanted."""
        return np.array([is_wanted(meaning) for meaning in self.meanings], dtype=np.bool_)

    def label_before(self, count: int) -> str:
        """The name of the last mark among the first `count` rows, "" when there is none."""
        past = int(np.searchsorted(self.marks, count, side="left"))
        if past:
            return self.meaning(int(self.marks[past - 1])).label
        return ""

    # ---- the page

    def chunk(self, stretch: PageStretch) -> MirrorChunk | None:
        """A stretch with its parts joined; None when a part cannot be read."""
        parts = [self.record(row).event for row in stretch.rows]
        chunks = [part for part in parts if isinstance(part, MirrorChunk)]
        for row in stretch.rows:
            self._records.pop(row, None)  # large, and decoded once
        if len(chunks) < len(parts) or not all(part.data for part in chunks):
            return None
        return joined(chunks)


def joined(parts: Sequence[MirrorChunk]) -> MirrorChunk:
    """The parts of one frame as one chunk."""
    data = b"".join(part.data for part in parts)
    return msgspec.structs.replace(parts[0], data=data, part=0, parts=1)
