# SPDX-License-Identifier: GPL-3.0-only
"""`make bench-log_list`: the helpdesk's list over 100,000 conversations, in a real database.

The peer answers the same question in the same run by looking at every row in Python, as a list
without columns and indices would.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from session.core.spoken_letters import short_number
from session.hub.log_index.digest import LogDigest
from session.hub.log_index.find import find_logs
from session.hub.log_index.rows import ListedConversation, LogRows, TicketFacts
from session.hub.log_index.vault_logs import OwnDatabase
from session.log import events
from session.log.codec import encode_record
from session.log.events import AnyEvent, Record, Writer
from session.protocol.conversation.messages import PrintState
from session.protocol.helpdesk.log_list import FindLogs, LogFilter, LogRow, TroublePart
from tests.benchmarks.table import Row, publish

CONVERSATIONS, ORGANISATIONS, SITES, KIOSKS, AGENTS = 100_000, 2, 120, 400, 300
FIRST = datetime(2026, 9, 1, 8, tzinfo=UTC)
ROUNDS = 5
GOAL_MS = 300.0
BATCH = 2000
CODES = ("printer_jammed", "printer_out_of_paper", "printer_gone")


def invented(at: int, dice: random.Random) -> ListedConversation:
    """A conversation; every sixth has a trouble."""
    kiosk = dice.randrange(KIOSKS)
    started = FIRST + timedelta(seconds=at * 75)
    what: list[AnyEvent] = [
        events.EndDescribed(
            by=Writer.KIOSK, version=f"0.2.{kiosk % 5}", printer=f"model_{kiosk % 7}"
        )
    ]
    if at % 6 == 0:
        code = CODES[dice.randrange(len(CODES))]
        what.append(
            events.PrintChanged(
                print_id="p", state=PrintState.WAITING, job_id=1, code=code, sha256=""
            )
        )
    if at % 15 == 0:
        what.append(events.LineLost(by=Writer.KIOSK))
    summary = LogDigest()
    summary.take(
        encode_record(Record(at_utc=started, writer=Writer.KIOSK, number=number, event=event))
        for number, event in enumerate(what)
    )
    ticket = TicketFacts(
        started_at_utc=started,
        ended_at_utc=started + timedelta(minutes=8),
        number=f"A{at % 900:03}",
        site=f"Mairie de Saint-Oyen {kiosk % SITES}",
        kiosk=f"kiosk{kiosk}",
        service=f"service{at % 6}",
        agent=f"agent{dice.randrange(AGENTS)}",
    )
    return ListedConversation(
        organisation=f"org{at % ORGANISATIONS}",
        session=f"session_{at:08}",
        summary=summary,
        ticket=ticket,
    )


QUESTIONS: dict[str, FindLogs] = {
    "first page": FindLogs(),
    "first page with counts": FindLogs(counts=True),
    "page of 200": FindLogs(limit=200),
    "one kiosk": FindLogs(filter=LogFilter(kiosks=("kiosk7",))),
    "jams, with counts": FindLogs(filter=LogFilter(troubles=("printer_jammed",)), counts=True),
    "line troubles of a site": FindLogs(
        filter=LogFilter(parts=(TroublePart.LINE,), sites=("Mairie de Saint-Oyen 7",))
    ),
    "a month": FindLogs(
        filter=LogFilter(since_utc=FIRST, until_utc=FIRST + timedelta(days=30)), counts=True
    ),
    "a version": FindLogs(filter=LogFilter(versions=("0.2.3",))),
    "a short number": FindLogs(filter=LogFilter(number=short_number("session_00004242"))),
    "a ticket of a day and kiosk": FindLogs(
        filter=LogFilter(number="A042", since_utc=FIRST, until_utc=FIRST + timedelta(days=1))
    ),
}


def ms_of(rows: LogRows, whose: list[str] | None, question: FindLogs) -> float:
    """The median."""
    spent = []
    for _ in range(ROUNDS):
        before = time.perf_counter()
        find_logs(rows, whose, question)
        spent.append((time.perf_counter() - before) * 1000)
    return statistics.median(spent)


def all_rows(rows: LogRows) -> list[LogRow]:
    """Page by page, for the peer."""
    found: list[LogRow] = []
    before = ""
    while True:
        page = find_logs(rows, None, FindLogs(limit=200, before=before))
        found += page.rows
        if not (before := page.next):
            return found


def main() -> int:
    """Fills the list, and measures."""
    dice = random.Random(7)
    table: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        database = OwnDatabase(Path(folder))
        rows = LogRows(lambda: database, time_zone="Europe/Paris")
        before = time.perf_counter()
        for start in range(0, CONVERSATIONS, BATCH):
            rows.put(invented(at, dice) for at in range(start, start + BATCH))
        spent = time.perf_counter() - before
        everything = all_rows(rows)
        began = time.perf_counter()
        [one for one in everything if any(each.part == "print" for each in one.troubles)]
        peer = (time.perf_counter() - began) * 1000
        name = "every row in Python"
        for words, question in QUESTIONS.items():
            ms = ms_of(rows, ["org0"], question)
            table.append(
                Row(f"{CONVERSATIONS:,} conversations: {words}", "ms", ms, peer, name, GOAL_MS)
            )
        ms = ms_of(rows, None, FindLogs(counts=True))
        table.append(Row("of all organisations, with counts", "ms", ms, peer, name))
        table.append(Row("a row written", "us", spent / CONVERSATIONS * 1e6))
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        table.append(Row("list of these conversations", "MB", size))
        database.close()
    return publish("log_list", table)


if __name__ == "__main__":
    sys.exit(main())
