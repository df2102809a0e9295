# SPDX-License-Identifier: GPL-3.0-only
"""Which rows of the timeline there are, and where their marks stand: one mark per pixel and row,
and no trouble hidden by others. Pure; used by the timeline.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from session.log import events
from session.log.events import Event, Lane, Writer
from session.log.merge import WRITERS
from session.log.playback.opened import OpenedLog
from views.replay.words import LANES

APART_PX = 9
"""Marks closer than this are drawn as one bar."""

Places = npt.NDArray[np.int64]


class TimelineRow(NamedTuple):
    """A row: its part, whose it is (None: both ends'), and its marks as rows of the log."""

    lane: Lane
    writer: Writer | None
    marks: Places
    troubles: Places


class Bars(NamedTuple):
    """Marks as they are drawn: pixels, and how many marks stand there."""

    px: Places
    counts: Places
    alone: npt.NDArray[np.bool_]


class LaneSpan(NamedTuple):
    """Something that lasted, drawn as a band on its row; offsets in seconds. `writer`: who told
    it.
    """

    lane: Lane
    begin_s: float
    end_s: float
    writer: Writer | None = None


def rows_of(log: OpenedLog, marks: Places, *, two_ends: bool) -> list[TimelineRow]:
    """The timeline's rows: one per part; or the kiosk's parts, then the desk's, those that have
    marks.
    """
    troubles = marks[np.isin(marks, log.troubles, assume_unique=True)]
    its_marks, its_troubles = (_by_row(log, rows, two_ends=two_ends) for rows in (marks, troubles))
    writers = (Writer.KIOSK, Writer.DESK, Writer.HUB) if two_ends else (None,)
    rows = [
        TimelineRow(lane, writer, its_marks[place], its_troubles[place])
        for writer in writers
        for lane in LANES
        for place in (_place(lane, writer),)
    ]
    return [row for row in rows if len(row.marks)] if two_ends else rows


def _place(lane: Lane, writer: Writer | None) -> int:
    """Return the place of a row among those of all ends."""
    return list(LANES).index(lane) + len(LANES) * (WRITERS.index(writer) if writer else 0)


def _by_row(log: OpenedLog, rows: Places, *, two_ends: bool) -> list[Places]:
    """Rows of a log by their place; sorted once, not looked through for each place."""
    lanes = np.array([_place(meaning.lane, None) for meaning in log.meanings], dtype=np.uint8)
    if len(lanes):
        its_place = lanes[log.columns.meaning[rows]]
    else:
        its_place = np.zeros(0, dtype=np.uint8)
    if two_ends:
        its_place = its_place + np.uint8(len(LANES)) * log.columns.writer[rows]
    places = len(LANES) * len(WRITERS)
    ends = np.cumsum(np.bincount(its_place, minlength=places))
    return np.split(rows[np.argsort(its_place, kind="stable")], ends[:-1])


def bars_of(at_s: npt.NDArray[np.float64], begin_s: float, px_per_s: float) -> Bars:
    """Return where marks stand, in whole pixels from the left; `at_s` in order."""
    if not len(at_s):
        nothing = np.zeros(0, dtype=np.int64)
        return Bars(nothing, nothing, np.zeros(0, dtype=np.bool_))
    px = ((at_s - begin_s) * px_per_s).astype(np.int64)
    first = np.flatnonzero(np.diff(px, prepend=px[0] - 1))
    counts = np.diff(first, append=len(px))
    px = px[first]
    before = np.diff(px, prepend=-APART_PX - 1)
    after = np.diff(px, append=px[-1] + APART_PX)
    return Bars(px, counts, (before >= APART_PX) & (after >= APART_PX))


def shown(log: OpenedLog, rows: Places, begin_s: float, end_s: float) -> Places:
    """Return those rows that are within a stretch of time."""
    return rows[log.count_until(begin_s - 1e-9, rows) : log.count_until(end_s, rows)]


def nearest(log: OpenedLog, row: TimelineRow, at_s: float, reach_s: float) -> int | None:
    """The mark of a row that is nearest to a moment, a trouble before all others."""
    for rows in (row.troubles, row.marks):
        near = shown(log, rows, at_s - reach_s, at_s + reach_s)
        if len(near):
            away_s = np.abs(log.columns.at_s[near] - at_s)
            return int(near[np.argmin(away_s)])
    return None


_LASTING: tuple[tuple[Lane, tuple[type[Event], ...], tuple[type[Event], ...]], ...] = (
    (Lane.QUEUE, (events.CallRequestedAtKiosk,), (events.TicketAccepted, events.CallerLeft)),
    (Lane.CALL, (events.VideoSeen,), (events.HungUp, events.SessionEnded, events.CallFailed)),
    (Lane.SCANNER, (events.ScanStarted,), (events.ScanEnded,)),
)


def spans_of(log: OpenedLog) -> list[LaneSpan]:
    """Everything that lasted: waiting, conversation, sharing, scanning, a lost line. What has no
    end in the log lasts to the end.
    """
    spans = [
        span
        for lane, begins, ends in _LASTING
        for span in _pairs(log, lane, _one_of(begins), _one_of(ends))
    ]
    spans += _pairs(log, Lane.PAGE, _begins_sharing, _ends_sharing)
    for writer in WRITERS:
        lost, back = _of(events.LineLost, writer), _of(events.LineBack, writer)
        spans += _pairs(log, Lane.LINE, lost, back)
    return spans


def _one_of(kinds: tuple[type[Event], ...]) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, kinds)


def _of(kind: type[events.LineLost | events.LineBack], writer: Writer) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, kind) and event.by is writer


def _begins_sharing(event: Event) -> bool:
    return isinstance(event, events.SharingChanged) and event.sharing


def _ends_sharing(event: Event) -> bool:
    ends = isinstance(event, events.SharingChanged | events.HungUp | events.SessionEnded)
    return ends and not _begins_sharing(event)


def _pairs(
    log: OpenedLog,
    lane: Lane,
    begins: Callable[[Event], bool],
    ends: Callable[[Event], bool],
) -> list[LaneSpan]:
    spans: list[LaneSpan] = []
    begun: int | None = None
    for row in log.rows_of(lambda meaning: begins(meaning.event) or ends(meaning.event)).tolist():
        begin = begins(log.meaning(row).event)
        if begin and begun is None:
            begun = row
        elif not begin and begun is not None:
            spans.append(_span(log, lane, begun, log.offset_s(row)))
            begun = None
    if begun is None:
        return spans
    return [*spans, _span(log, lane, begun, log.duration_s)]


def _span(log: OpenedLog, lane: Lane, begun: int, end_s: float) -> LaneSpan:
    return LaneSpan(lane, log.offset_s(begun), end_s, log.writer(begun))
