# SPDX-License-Identifier: GPL-3.0-only
"""Records of several writers on one line of time, whose clocks do not agree.
Pure; used by reader and replay.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from session.log.events import (
    CallAnswered,
    CallOffered,
    Event,
    PageReceived,
    PageTaken,
    PrintChanged,
    PrintRequested,
    Record,
    ScanRequested,
    ScanStarted,
    Writer,
)

WRITERS = (Writer.DESK, Writer.HUB, Writer.KIOSK)
"""The first present is the reference; also the order of records of the same instant."""
_INSTANT_S = 0.001
"""Between a cause and its effect at least so much time passes."""


class Placed(NamedTuple):
    """A record and its corrected time, seconds since 1970."""

    at_s: float
    record: Record


class Merged(NamedTuple):
    """All records in order of corrected time.

    `skew_s`: how far each writer's clock was found ahead of the reference (the desk's, else the
    hub's), seconds; only what the order of causes proves, so 0.0 does not mean exact.
    """

    placed: list[Placed]
    skew_s: dict[Writer, float]


class Times(NamedTuple):
    """The times at which the records of a log were written,
    by row in the order in which they were read.

    Attributes:
        at_s: by the writer's own clock, seconds since 1970.
        writer: place in `WRITERS`.
        number: the writer's own count.
    """

    at_s: npt.NDArray[np.float64]
    writer: npt.NDArray[np.uint8]
    number: npt.NDArray[np.int64]


class Order(NamedTuple):
    """All rows in order of corrected time, repeats left out.

    `skew_s`: as in `Merged`.
    """

    rows: npt.NDArray[np.int64]
    at_s: npt.NDArray[np.float64]
    skew_s: dict[Writer, float]


def _cause_key(event: Event) -> tuple[str, bool] | None:
    """(what ties two events, whether this one is the cause);
    the cause happens before its effect, on any clock.
    """
    match event:
        case CallOffered(call_id=name):
            return f"call {name}", True
        case CallAnswered(call_id=name):
            return f"call {name}", False
        case ScanRequested(scan_id=name):
            return f"scan {name}", True
        case ScanStarted(scan_id=name):
            return f"scan {name}", False
        case PageTaken(page_id=name):
            return f"page {name}", True
        case PageReceived(page_id=name):
            return f"page {name}", False
        case PrintRequested(print_id=name):
            return f"print {name}", True
        case PrintChanged(print_id=name):
            return f"print {name}", False
        case _:
            return None


CAUSES: frozenset[type[Event]] = frozenset(
    (
        *(CallOffered, CallAnswered, ScanRequested, ScanStarted),
        *(PageTaken, PageReceived, PrintRequested, PrintChanged),
    )
)
"""The kinds of events that `Evidence` wants."""


class Evidence:
    """Which event of one end caused which of the other: what the order of causes proves of the
    clocks.
    """

    def __init__(self) -> None:
        self._causes: dict[str, tuple[Writer, float]] = {}
        self._effects: dict[str, tuple[Writer, float]] = {}

    def add(self, event: Event, writer: Writer, at_s: float) -> None:
        """An event and when it was, by its writer's clock."""
        if (key := _cause_key(event)) is not None:
            (self._causes if key[1] else self._effects).setdefault(key[0], (writer, at_s))

    def skew_s(self, reference: Writer, writer: Writer) -> float:
        """Return how far `writer`'s clock is ahead, as far as causes and effects prove it;
        0.0 when they allow it.

        With s = writer's clock minus the reference's:
        a cause here at c and its effect there at e prove s >= c - e; a cause there at c and its
        effect here at e prove s <= e - c.
        """
        least, most = float("-inf"), float("inf")
        for name in self._causes.keys() & self._effects.keys():
            (cause, cause_s), (effect, effect_s) = self._causes[name], self._effects[name]
            if (cause, effect) == (writer, reference):
                least = max(least, cause_s - effect_s)
            elif (cause, effect) == (reference, writer):
                most = min(most, effect_s - cause_s)
        if least <= 0.0 <= most:
            return 0.0
        if least == float("-inf"):
            return most - _INSTANT_S
        if most == float("inf"):
            return least + _INSTANT_S
        # also when least > most: a clock was set during the session, the middle errs least
        return (least + most) / 2


def order_of(times: Times, evidence: Evidence) -> Order:
    """Orders rows of any writers by corrected time;
    each writer's own order is kept, repeats are dropped.

    A writer's clock may have been set back, its count never goes back.
    """
    rows = np.lexsort((times.number, times.writer))
    writer, number = times.writer[rows], times.number[rows]
    repeats = (writer[1:] == writer[:-1]) & (number[1:] == number[:-1])
    if len(rows):
        rows = rows[np.concatenate([[True], ~repeats])]
    at_s = times.at_s[rows]
    present = np.unique(times.writer[rows])
    skew_s: dict[Writer, float] = {}
    for place in present:
        own_rows = times.writer[rows] == place
        name, reference = WRITERS[place], WRITERS[present[0]]
        skew_s[name] = 0.0 if name is reference else evidence.skew_s(reference, name)
        at_s[own_rows] = np.maximum.accumulate(at_s[own_rows] - skew_s[name])
    # of the same instant: in the order of writers, and of their numbers
    order = np.argsort(at_s, kind="stable")
    return Order(rows[order], at_s[order], skew_s)


def merge(records: Iterable[Record]) -> Merged:
    """Orders records of any writers; see `order_of`."""
    all_records = list(records)
    evidence = Evidence()
    at_s = [record.at_utc.timestamp() for record in all_records]
    for when_s, record in zip(at_s, all_records, strict=True):
        evidence.add(record.event, record.writer, when_s)
    order = order_of(
        Times(
            np.array(at_s, dtype=np.float64),
            np.array([WRITERS.index(record.writer) for record in all_records], dtype=np.uint8),
            np.array([record.number for record in all_records], dtype=np.int64),
        ),
        evidence,
    )
    placed = [
        Placed(when_s, all_records[row])
        for when_s, row in zip(order.at_s.tolist(), order.rows.tolist(), strict=True)
    ]
    return Merged(placed, order.skew_s)
