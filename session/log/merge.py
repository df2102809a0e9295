# SPDX-License-Identifier: GPL-3.0-only
"""Records of several writers on one line of time, whose clocks do not agree.
Pure; used by reader and replay.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

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

_ORDER = (Writer.DESK, Writer.HUB, Writer.KIOSK)
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


def _skew(records: list[Record], reference: Writer, writer: Writer) -> float:
    """How far `writer`'s clock is ahead, as far as causes and effects prove it;
    0.0 when they allow it.

    With s = writer's clock minus the reference's:
    a cause here at c and its effect there at e prove s >= c - e; a cause there at c and its effect
    here at e prove s <= e - c.
    """
    causes: dict[str, Record] = {}
    effects: dict[str, Record] = {}
    for record in records:
        if (key := _cause_key(record.event)) is not None:
            (causes if key[1] else effects).setdefault(key[0], record)
    least, most = float("-inf"), float("inf")
    for name in causes.keys() & effects.keys():
        cause, effect = causes[name], effects[name]
        lead_s = (cause.at_utc - effect.at_utc).total_seconds()
        if (cause.writer, effect.writer) == (writer, reference):
            least = max(least, lead_s)
        elif (cause.writer, effect.writer) == (reference, writer):
            most = min(most, -lead_s)
    if least <= 0.0 <= most:
        return 0.0
    if least == float("-inf"):
        return most - _INSTANT_S
    if most == float("inf"):
        return least + _INSTANT_S
    # also when least > most: a clock was set during the session, the middle errs least
    return (least + most) / 2


def _place(records: list[Record], skew_s: float) -> list[Placed]:
    """One writer's records in its own order:
    its clock may have been set back, its count never goes back.
    """
    placed: list[Placed] = []
    latest = float("-inf")
    for record in sorted(records, key=lambda record: record.number):
        latest = max(latest, record.at_utc.timestamp() - skew_s)
        placed.append(Placed(latest, record))
    return placed


def merge(records: Iterable[Record]) -> Merged:
    """Orders records of any writers by corrected time;
    each writer's own order is kept, repeats are dropped.
    """
    unique = {(record.writer, record.number): record for record in reversed(list(records))}
    by_writer: dict[Writer, list[Record]] = {}
    for record in unique.values():
        by_writer.setdefault(record.writer, []).append(record)
    if not by_writer:
        return Merged([], {})
    reference = next(writer for writer in _ORDER if writer in by_writer)
    skew_s = {
        w: _skew(list(unique.values()), reference, w) if w != reference else 0.0 for w in by_writer
    }
    placed = [moment for writer, its in by_writer.items() for moment in _place(its, skew_s[writer])]
    placed.sort(
        key=lambda moment: (moment.at_s, _ORDER.index(moment.record.writer), moment.record.number)
    )
    return Merged(placed, skew_s)
