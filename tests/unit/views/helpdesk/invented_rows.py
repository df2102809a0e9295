# SPDX-License-Identifier: GPL-3.0-only
"""Invented rows of the list of conversations, and what a keeper counts of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from session.core.spoken_letters import short_number
from session.protocol.helpdesk.log_list import (
    CountOf,
    LogCounts,
    LogRow,
    LogState,
    TroubleBar,
    TroubleCount,
    TroublePart,
)

NOW = datetime(2026, 11, 28, 15, 30, tzinfo=UTC)
SITES = ("Mairie de Valdoré", "Saint-Oyen", "Pont-Rivière")
JAM = TroubleCount(part=TroublePart.SCAN, code="scanner_jammed", count=2)
CUT = TroubleCount(part=TroublePart.LINE, code="line_lost")


def log_row(place: int = 0, **facts: object) -> LogRow:
    """The conversation that began `place` quarters of an hour ago."""
    session_id = f"s{place:019d}_{place:08x}"
    began = NOW - timedelta(minutes=15 * place)
    known: dict[str, object] = {
        "session_id": session_id,
        "short_number": short_number(session_id),
        "state": LogState.ENDED,
        "started_at_utc": began,
        "ended_at_utc": began + timedelta(minutes=12),
        "organisation": "caf",
        "ticket_number": f"A{place % 1000:03}",
        "site": SITES[place % 3],
        "kiosk": f"borne-{place % 3 + 1}",
        "service": "logement",
        "agent": "agent-1",
        "outcome": "done",
        "troubles": (JAM, CUT) if place % 4 == 1 else (),
    }
    return LogRow(**{**known, **facts})  # type: ignore[arg-type]


def log_rows(number: int) -> tuple[LogRow, ...]:
    """So many conversations, the newest first."""
    return tuple(log_row(place) for place in range(number))


def counts_of(rows: Sequence[LogRow]) -> LogCounts:
    """What a keeper counts of them."""
    troubles = Counter((one.part, one.code) for row in rows for one in row.troubles)
    return LogCounts(
        conversations=len(rows),
        kiosks=_counted(rows, lambda row: row.kiosk),
        sites=_counted(rows, lambda row: row.site),
        services=_counted(rows, lambda row: row.service),
        days=_counted(rows, lambda row: row.started_at_utc.date().isoformat()),
        troubles=tuple(
            TroubleBar(part=part, code=code, count=count)
            for (part, code), count in troubles.most_common()
        ),
    )


def _counted(rows: Sequence[LogRow], key: Callable[[LogRow], str]) -> tuple[CountOf, ...]:
    found = Counter(map(key, rows)).most_common()
    return tuple(CountOf(name=name, count=count) for name, count in found)
