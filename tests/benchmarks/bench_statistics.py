# SPDX-License-Identifier: GPL-3.0-only
"""`make bench-statistics`: questions over 100,000 finished tickets of one organisation.

The peer answers the same question in the same run by replaying the audit's events in Python, as
without a projection: each ticket's final event is decoded (msgspec), put in its group, and median
and 90th percentile taken.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from documents.printed.report.pdf import report
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import paths_for
from expert_app.stores.report_facts import ReportReader
from session.hub.convention.catalogue import Catalogue
from session.hub.history.counts import count
from session.hub.history.database import History
from session.hub.parts import TIME_ZONE
from session.protocol.hub.statistics import StatisticsBy
from session.protocol.hub.tickets import Ticket, TicketState
from tests.benchmarks.table import Row, publish
from tests.support.invented_tickets import days_of_work, entry
from tests.unit.expert_app.stores.invented_year import convention

TICKETS = 100_000
DAYS = 250
ROUNDS = 7
GOAL_MS = 100.0
REPORT_GOAL_MS = 5000.0
FIRST, LAST = date(2026, 3, 1), date(2027, 3, 31)
BATCH = 1000

_ticket = msgspec.json.Decoder(Ticket)


def median_ms(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(ROUNDS):
        before = time.perf_counter()
        work()
        spent.append((time.perf_counter() - before) * 1000)
    return statistics.median(spent)


def key_of(ended: Ticket, by: StatisticsBy, zone: ZoneInfo) -> str:
    match by:
        case StatisticsBy.DAY:
            return ended.arrived_at_utc.astimezone(zone).date().isoformat()
        case StatisticsBy.HOUR:
            return f"{ended.arrived_at_utc.astimezone(zone).hour:02}"
        case StatisticsBy.MONTH:
            return f"{ended.arrived_at_utc.astimezone(zone):%Y-%m}"
        case StatisticsBy.WEEKDAY:
            return str(ended.arrived_at_utc.astimezone(zone).isoweekday())
        case StatisticsBy.SITE:
            return ended.site
        case StatisticsBy.SERVICE:
            return ended.service
        case _:
            return ""


def replayed(events: list[bytes], by: StatisticsBy) -> dict[str, tuple[int, int, int, int]]:
    """Key -> (callers, answered, median wait, 90th percentile)."""
    zone = ZoneInfo(TIME_ZONE)
    waits: dict[str, list[int]] = defaultdict(list)
    callers: dict[str, int] = defaultdict(int)
    for event in events:
        ended = _ticket.decode(event)
        key = key_of(ended, by, zone)
        callers[key] += 1
        if ended.state is TicketState.CLOSED and ended.accepted_at_utc is not None:
            waits[key].append(int((ended.accepted_at_utc - ended.arrived_at_utc).total_seconds()))
    found = {}
    for key, some in waits.items():
        some.sort()
        ranks = [some[(len(some) * percent + 99) // 100 - 1] for percent in (50, 90)]
        found[key] = (callers[key], len(some), ranks[0], ranks[1])
    return found


def main() -> int:
    """Fills a history, checks that both give the same answers, and measures."""
    tickets = days_of_work(TICKETS, DAYS)
    events = [msgspec.json.encode(ended) for ended in tickets]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        paths = paths_for("hub", Path(folder))
        history = History(paths.folder("history"))
        stream = history.stream("bench")
        before = time.perf_counter()
        for start in range(0, TICKETS, BATCH):
            part = tickets[start : start + BATCH]
            history.apply(stream, [entry(start + n, ended) for n, ended in enumerate(part, 1)])
        spent = time.perf_counter() - before
        for by in StatisticsBy:
            ours = {
                row.key: (row.callers, row.answered, row.wait_median_s, row.wait_p90_s)
                for row in count(history, ("valdore",), first=FIRST, last=LAST, by=by)
            }
            if ours != replayed(events, by):
                print(f"by {by}: the two answers differ")
                return 1
            ms = median_ms(partial(count, history, ("valdore",), first=FIRST, last=LAST, by=by))
            peer = median_ms(partial(replayed, events, by))
            rows.append(
                Row(
                    f"{TICKETS:,} tickets by {by}",
                    "ms",
                    ms,
                    peer,
                    "events replayed in Python",
                    GOAL_MS,
                )
            )
        size = sum(path.stat().st_size for path in paths.folder("history").iterdir()) / 1e6
        rows.append(Row("history of these tickets", "MB", size))
        rows.append(Row("projected from the audit", "us/entry", spent / TICKETS * 1e6))
        history.close()
        reader = ReportReader(HubSettings(), paths, catalogue=Catalogue.parse(convention()))
        rows.append(
            Row(
                "a year's report, read and written as PDF",
                "ms",
                median_ms(lambda: report(reader.read(None, LAST, now=datetime.now(UTC)))),
                goal=REPORT_GOAL_MS,
            )
        )
    return publish("statistics", rows)


if __name__ == "__main__":
    sys.exit(main())
