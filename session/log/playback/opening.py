# SPDX-License-Identifier: GPL-3.0-only
"""Opens a log of any size: read once from begin to end, in blocks, so that a worker thread can do
it while a window lives. Used by the helpdesk's programs.

Of most records only what tells their `Meaning` is decoded; ids, hashes and the page stay where they
are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_type_hints

import msgspec
import numpy as np
import numpy.typing as npt

from session.core.errors import LogUnreadable
from session.core.field_types import NOT_DECODED
from session.log.codec import check_format, decode_record, encode_record, format_of
from session.log.events import (
    FORMAT,
    AnyEvent,
    Event,
    LineMeasured,
    MirrorChunk,
    Record,
    TroubleShown,
    Writer,
    is_trouble,
    label_of,
    lane_of,
)
from session.log.merge import CAUSES, WRITERS, Evidence, Times, order_of
from session.log.playback.opened import (
    Checkpoints,
    Columns,
    Damage,
    Groups,
    Meaning,
    Missing,
    OpenedLog,
    PageStretch,
)
from session.log.playback.state import CHANGING, SessionState, StateFold
from session.log.reader import MAX_LINE_BYTES, Header, header_of
from session.log.text import HeldText, LogText, open_text

_NEW_LINE = ord("\n")
CHECKPOINT_ROWS = 1000
MOST_CHECKPOINTS = 256
MOST_DAMAGED = 10_000
"""A file with more lines that are no records is no log."""

Progress = Callable[[float], object]
"""Told now and then which share of the file is read, 0 to 1; called in the reading thread."""

_WORD_NUMBERS = {"pages", "page", "times", "left_over", "simulated_camera"}
"""Whole numbers that a sentence may tell; the others are ids, sizes and places."""


def _makes_words(name: str, kind: object) -> bool:
    """True if a field makes a difference in words."""
    if get_args(kind):
        kind = get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, StrEnum | bool):
        return True
    return name in _WORD_NUMBERS or (kind is str and not name.endswith(("id", "sha256", "agent")))


def _word_fields(kind: type[Event]) -> dict[str, Any]:
    """The fields of an event that make a difference in words, with their types."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        field.name: hints[field.name]
        for field in msgspec.structs.fields(kind)
        if _makes_words(field.name, hints[field.name])
    }


class _Chunk(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag=MirrorChunk.__name__):
    """A `MirrorChunk` without the page."""

    started_at_utc: datetime
    is_snapshot: bool
    part: int = 0
    parts: int = 1


_WHOLE: frozenset[type[Event]] = frozenset((*CHANGING, *CAUSES, LineMeasured))
"""Events that are decoded with all their fields: their ids matter."""


def _light(kind: type[Event]) -> type[msgspec.Struct]:
    """A struct that takes of an event what is told, and leaves the rest in the file."""
    optional = {field.name: field for field in msgspec.structs.fields(kind) if not field.required}
    fields = [
        (name, hint, optional[name].default) if name in optional else (name, hint)
        for name, hint in _word_fields(kind).items()
    ]
    return msgspec.defstruct(
        kind.__name__,
        fields,
        frozen=True,
        gc=False,
        kw_only=True,
        tag_field="type",
        tag=kind.__name__,
    )


_KINDS: tuple[type[Event], ...] = get_args(AnyEvent)
_LIGHT = {kind: _light(kind) for kind in _KINDS if kind not in _WHOLE and kind is not MirrorChunk}
_KEYS: dict[type[Event], Callable[[Any], object]] = {
    kind: attrgetter(*told) for kind in _WHOLE if (told := list(_word_fields(kind)))
}
_AnyLight: Any = Union[(*_LIGHT.values(), *_WHOLE, _Chunk)]


class _Line(msgspec.Struct, gc=False):
    """A record, most of its event left in the file."""

    at_utc: datetime
    writer: Writer
    number: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    event: _AnyLight
    format: int


_one = msgspec.json.Decoder(_Line)
_many = msgspec.json.Decoder(list[_Line])


def session_in(path: Path) -> str:
    """Return whose log a file is, told by its first line. Raises as `open_log`."""
    for block, _done in open_text(path).blocks():
        return header_of(block.partition(b"\n")[0]).session_id
    raise LogUnreadable(line=1)


def open_log(path: Path, progress: Progress = lambda share: None) -> OpenedLog:
    """Open a log file. What is damaged is left out, and told in `damage`.

    Raises:
        LogUnreadable: no log at all. LogFormatUnknown: of another version. OSError.
    """
    return _open(open_text(path), progress)


def open_lines(
    session_id: str, lines: Iterable[bytes], progress: Progress = lambda share: None
) -> OpenedLog:
    """Opens the records of a log as its keeper gives them. Raises as `open_log`."""
    return _open(HeldText(_text_of(session_id, lines)), progress)


def open_held(text: bytes) -> OpenedLog:
    """Opens a log whose whole text is in memory. Raises as `open_log`."""
    return _open(HeldText(text), lambda share: None)


def open_records(session_id: str, records: Iterable[Record]) -> OpenedLog:
    """Opens records that are in memory."""
    return open_lines(session_id, map(encode_record, records))


def _text_of(session_id: str, lines: Iterable[bytes]) -> bytes:
    header = msgspec.json.encode(Header(format=FORMAT, session_id=session_id))
    return b"".join(line + b"\n" for line in (header, *lines))


def _open(text: LogText, progress: Progress) -> OpenedLog:
    scan = _Scan(text)
    scan.read(progress)
    return scan.opened()


class _Scan:
    """One reading of a text, from its first line to its last."""

    def __init__(self, text: LogText) -> None:
        self._text = text
        self._session_id = ""
        self._line = 0
        self._damaged: list[int] = []
        self._cut = False
        self._rows = 0
        self._columns: list[tuple[npt.NDArray[Any], ...]] = []
        self._numbers: dict[object, int] = {}
        self._meanings: list[Meaning] = []
        self._evidence = Evidence()
        self._changes: list[tuple[int, Event]] = []
        self._measured: list[tuple[int, LineMeasured]] = []
        self._chunks: list[tuple[int, _Chunk, float]] = []

    # ---- reading

    def read(self, progress: Progress) -> None:
        """Read all. Raises as `open_log`."""
        for start, lines, read_bytes in self._blocks():
            if self._line == 0:
                header, more, lines = lines.partition(b"\n")
                self._session_id = header_of(header).session_id
                start, self._line = start + len(header) + 1, 1
                if not more:
                    continue
            self._take(start, lines)
            progress(read_bytes / max(1, self._text.size_bytes))
        if self._line == 0:
            raise LogUnreadable(line=1)
        self._cut = self._cut or self._text.is_cut

    def _blocks(self) -> Iterator[tuple[int, bytes, int]]:
        """Yield where some whole lines begin, the lines, and how much of the file is behind."""
        rest, start, read_bytes = b"", 0, 0
        for block, read_bytes in self._text.blocks():
            complete, end, after = (rest + block).rpartition(b"\n")
            if end:
                yield start, complete, read_bytes
                start += len(complete) + 1
            if len(after) > MAX_LINE_BYTES:
                raise LogUnreadable(line=self._line + 1)
            rest = after
        if rest:
            self._cut = not _is_whole(rest)
            if not self._cut or self._line == 0:
                yield start, rest, read_bytes

    def _take(self, start: int, text: bytes) -> None:
        """Records of one block."""
        breaks = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _NEW_LINE)
        starts, ends = np.append(0, breaks + 1), np.append(breaks, len(text))
        count = len(starts)
        try:
            records = _many.decode(b"[" + text.replace(b"\n", b",") + b"]")
        except NOT_DECODED:
            records = []
        for number in {record.format for record in records}:
            check_format(number)
        if len(records) != count:
            records, good = self._one_by_one(text)
            starts, ends = starts[good], ends[good]
        if records:
            noted = self._note(records, lambda place: text[starts[place] : ends[place]])
            self._columns.append((*noted, start + starts, (ends - starts).astype(np.int32)))
        self._line += count

    def _one_by_one(self, text: bytes) -> tuple[list[_Line], list[int]]:
        """The lines of a block that are records, and their places."""
        records: list[_Line] = []
        good: list[int] = []
        for place, line in enumerate(text.split(b"\n")):
            try:
                record = _one.decode(line)
            except NOT_DECODED:
                self._note_damage(line, self._line + place + 1)
                continue
            check_format(record.format)
            records.append(record)
            good.append(place)
        return records, good

    def _note_damage(self, line: bytes, number: int) -> None:
        """Note a line that is no record. Raises `LogFormatUnknown` for one of another version."""
        theirs = format_of(line)
        if theirs is not None:
            check_format(theirs)
        self._damaged.append(number)
        if len(self._damaged) > MOST_DAMAGED:
            raise LogUnreadable(line=self._damaged[0])

    def _note(
        self,
        records: list[_Line],
        line_of: Callable[[int], bytes],
    ) -> tuple[npt.NDArray[Any], ...]:
        """Return what is known of records: when, whose, their numbers and meanings."""
        numbers = self._numbers
        at_s = [record.at_utc.timestamp() for record in records]
        meanings = [numbers.get(record.event) for record in records]
        for place, number in enumerate(meanings):
            if number is None:
                line = line_of(place)
                meanings[place] = self._meaning_of(records[place], at_s[place], place, line)
        self._rows += len(records)
        return (
            np.array(at_s, dtype=np.float64),
            np.array([_PLACES[record.writer] for record in records], dtype=np.uint8),
            np.array([record.number for record in records], dtype=np.int64),
            np.array(meanings, dtype=np.int32),
        )

    def _meaning_of(self, record: _Line, at_s: float, place: int, line: bytes) -> int:
        """The meaning of a record that is not known by its event alone: it is new, or all of it is
        wanted.
        """
        event, row = record.event, self._rows + place
        kind = type(event)
        key: object = event
        if kind in _WHOLE:
            keyed = _KEYS.get(kind)
            if keyed is None:
                key = kind
            else:
                key = (kind, keyed(event))
            self._note_whole(row, event, record.writer, at_s)
        elif kind is _Chunk:
            key = kind
            self._chunks.append((row, event, at_s))
        number = self._numbers.get(key)
        if number is None:
            return self._new_meaning(key, line, record.writer)
        return number

    def _new_meaning(self, key: object, line: bytes, writer: Writer) -> int:
        """The place of the meaning that a line is the first of. One whose hidden part is damaged
        says nothing of those that follow.
        """
        try:
            event: Event = decode_record(line).event
        except LogUnreadable:
            key = (LogUnreadable, writer)
            if (number := self._numbers.get(key)) is not None:
                return number
            event = TroubleShown(by=writer, code=LogUnreadable.code)
        self._meanings.append(_meaning(event))
        self._numbers[key] = len(self._meanings) - 1
        return self._numbers[key]

    def _note_whole(self, row: int, event: Event, writer: Writer, at_s: float) -> None:
        kind = type(event)
        if kind in CHANGING:
            self._changes.append((row, event))
        if kind in CAUSES:
            self._evidence.add(event, writer, at_s)
        if isinstance(event, LineMeasured):
            self._measured.append((row, event))

    # ---- when all is read

    def opened(self) -> OpenedLog:
        """The log, in order of corrected time."""
        empty = tuple(np.zeros(0, dtype=kind) for kind in _TYPES)
        at_s, writer, number, meaning, start, length = (
            np.concatenate(parts) for parts in zip(empty, *self._columns, strict=True)
        )
        order = order_of(Times(at_s, writer, number), self._evidence)
        rows = order.rows
        if len(rows):
            first_s = float(order.at_s[0])
        else:
            first_s = 0.0
        columns = Columns(
            at_s=order.at_s - first_s,
            writer=writer[rows],
            number=number[rows],
            meaning=meaning[rows],
            start=start[rows],
            length=length[rows],
        )
        place = np.full(len(at_s), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        log = OpenedLog(
            session_id=self._session_id,
            text=self._text,
            start_s=first_s,
            columns=columns,
            groups=Groups(columns.meaning, len(self._meanings)),
            meanings=self._meanings,
            checkpoints=self._checkpoints(columns, place),
            line=[
                (float(columns.at_s[row]), measured)
                for row, measured in _placed(self._measured, place)
            ],
            stretches=self._stretches(columns, place),
            skew_s=order.skew_s,
            missing=_missing(columns),
            damage=Damage(len(self._damaged), self._damaged[0] if self._damaged else 0, self._cut),
        )
        for _made_here in (log.marks, log.troubles, log.happens_s):  # not in the window's thread
            pass
        return log

    def _checkpoints(self, columns: Columns, place: npt.NDArray[np.int64]) -> Checkpoints:
        rows = len(columns.at_s)
        every = max(CHECKPOINT_ROWS, rows // MOST_CHECKPOINTS)
        changes, self._changes = _placed(self._changes, place), []
        marks = np.array([meaning.is_mark for meaning in self._meanings], dtype=np.bool_)
        if len(marks):
            is_mark = np.flatnonzero(marks[columns.meaning])
        else:
            is_mark = np.zeros(0, np.int64)
        states: list[SessionState] = []
        fold, next_change = StateFold(SessionState()), 0
        for begin in range(0, rows, every):
            while next_change < len(changes) and changes[next_change][0] < begin:
                fold.add(changes[next_change][1])
                next_change += 1
            past = int(np.searchsorted(is_mark, begin))
            if past:
                label = self._meanings[columns.meaning[is_mark[past - 1]]].label
            else:
                label = ""
            states.append(fold.state(label))
        return Checkpoints(every, states)

    def _stretches(self, columns: Columns, place: npt.NDArray[np.int64]) -> list[PageStretch]:
        """Whole chunks of the page: those of which a part is missing are left out."""
        stretches: list[PageStretch] = []
        waiting: list[int] = []
        latest_s = 0.0
        chunks = [(row, (chunk, at_s)) for row, chunk, at_s in self._chunks]
        for row, (chunk, at_s) in _placed(chunks, place):
            if chunk.part == 0:
                waiting = [row]
            else:
                waiting = [*waiting, row]
            if len(waiting) != chunk.parts:
                continue
            written_s = float(columns.at_s[row])
            age_s = max(0.0, at_s - chunk.started_at_utc.timestamp())
            # time never goes back from one stretch to the next
            start_s = min(max(written_s - age_s, latest_s), written_s)
            stretches.append(PageStretch(tuple(waiting), start_s, written_s, chunk.is_snapshot))
            latest_s, waiting = written_s, []
        self._chunks = []
        return stretches


_PLACES = {writer: place for place, writer in enumerate(WRITERS)}
_TYPES = (np.float64, np.uint8, np.int64, np.int32, np.int64, np.int32)


def _placed[Kind](
    entries: list[tuple[int, Kind]], place: npt.NDArray[np.int64]
) -> list[tuple[int, Kind]]:
    """By the rows of the opened log, in order; repeats are left out."""
    placed = ((int(place[row]), value) for row, value in entries)
    return sorted((pair for pair in placed if pair[0] >= 0), key=itemgetter(0))


def _is_whole(line: bytes) -> bool:
    return format_of(line) is not None


def _meaning(event: Event) -> Meaning:
    is_mark = not isinstance(event, MirrorChunk | LineMeasured)
    return Meaning(label_of(event), lane_of(event), is_mark and is_trouble(event), is_mark, event)


def _missing(columns: Columns) -> list[Missing]:
    """Gaps in the counts of the writers, in order of time."""
    gaps: list[Missing] = []
    for place, writer in enumerate(WRITERS):
        rows = np.flatnonzero(columns.writer == place)
        numbers = columns.number[rows]
        steps = np.diff(numbers, prepend=-1) - 1
        gaps += [
            Missing(writer, float(columns.at_s[rows[at]]), int(steps[at]))
            for at in np.flatnonzero(steps > 0)
        ]
    return sorted(gaps, key=attrgetter("at_s"))
