# SPDX-License-Identifier: GPL-3.0-only
"""The list of conversations in a real database: filters, pages, counts, what is erased or lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from session.core.errors import MessageMalformed, StoreUnreachable
from session.core.spoken_letters import short_number
from session.hub.history.database import History
from session.hub.log_index import tables
from session.hub.log_index.digest import LogDigest
from session.hub.log_index.find import find_logs
from session.hub.log_index.rows import ListedConversation, LogRows, TicketFacts
from session.log import events
from session.log.codec import encode_record
from session.log.events import AnyEvent, Record, Writer
from session.protocol.conversation.messages import PrintState
from session.protocol.helpdesk.log_list import (
    FindLogs,
    LogFilter,
    LogsFound,
    LogState,
    TimeWindow,
    TroublePart,
)
from tests.unit.session.hub.history.databases import OpenHistory

NINE = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
JAM = events.PrintChanged(
    print_id="p", state=PrintState.WAITING, job_id=1, code="printer_jammed", sha256=""
)
LOST = events.LineLost(by=Writer.KIOSK)
MADE_OF = events.EndDescribed(by=Writer.KIOSK, version="0.2.0", printer="ricoh_m_c250")


@pytest.fixture
def rows(history: History) -> LogRows:
    return LogRows(lambda: history, time_zone="Europe/Paris")


def _summary(*what: AnyEvent) -> LogDigest:
    summary = LogDigest()
    summary.take(
        encode_record(Record(at_utc=NINE, writer=Writer.KIOSK, number=at, event=event))
        for at, event in enumerate(what)
    )
    return summary


def _talk(
    number: int, *what: AnyEvent, organisation: str = "caf", **more: object
) -> ListedConversation:
    facts = {
        "started_at_utc": NINE + timedelta(minutes=number),
        "ended_at_utc": NINE + timedelta(minutes=number + 5),
        "number": f"A{number:03}",
        "site": f"Mairie {number % 2}",
        "kiosk": f"k{number % 2}",
        "service": "housing",
        "agent": "alice",
    }
    return ListedConversation(
        organisation=organisation,
        session=f"s{number}",
        summary=_summary(*what),
        ticket=TicketFacts(**facts | more),  # type: ignore[arg-type]
    )


def _found(rows: LogRows, *whose: str, **wanted: object) -> list[str]:
    asked = FindLogs(filter=LogFilter(**wanted), limit=200)  # type: ignore[arg-type]
    return [one.session_id for one in find_logs(rows, whose or ["caf"], asked).rows]


def test_a_conversation_is_found_by_the_traces_of_press_and_acceptance_until_it_is_erased(
    rows: LogRows,
) -> None:
    pressed = events.CallRequestedAtKiosk(ticket_id="t1", service="housing", trace="ab_Cd-9xYz")
    accepted = events.TicketAccepted(ticket_id="t1", agent="alice", trace="ef_Gh-7uVw")
    rows.put([_talk(1, pressed, accepted), _talk(2)])
    for typed in (" ab_Cd-9xYz ", "ef_Gh-7uVw"):
        (row,) = find_logs(rows, ["caf"], FindLogs(filter=LogFilter(number=typed))).rows
        assert (row.session_id, row.trace, row.accept_trace) == ("s1", "ab_Cd-9xYz", "ef_Gh-7uVw")
    assert _found(rows, number="ab_cd-9xyz") == []
    rows.erase("caf", "s1")
    for typed in ("ab_Cd-9xYz", "ef_Gh-7uVw"):
        assert _found(rows, number=typed) == []


def test_each_filter_narrows_and_all_of_them_together(rows: LogRows) -> None:
    rows.put(
        [
            _talk(1, JAM, MADE_OF),
            _talk(2, LOST, agent="bob", service="rights"),
            _talk(3),
            _talk(4, JAM, organisation="msa"),
        ]
    )
    assert _found(rows) == ["s3", "s2", "s1"]
    assert _found(rows, "msa") == ["s4"]
    assert _found(rows, "caf", "msa", organisations=("msa",)) == ["s4"]
    assert _found(rows, organisations=("msa",)) == []
    assert _found(rows, troubles=("printer_jammed",)) == ["s1"]
    assert _found(rows, troubles=("any",)) == ["s2", "s1"]
    assert _found(rows, parts=(TroublePart.LINE,)) == ["s2"]
    assert _found(rows, parts=(TroublePart.LINE,), troubles=("printer_jammed",)) == []
    assert _found(rows, sites=("Mairie 1",)) == ["s3", "s1"]
    assert _found(rows, kiosks=("k0",)) == ["s2"]
    assert _found(rows, services=("rights", "other")) == ["s2"]
    assert _found(rows, agents=("bob",)) == ["s2"]
    assert _found(rows, versions=("0.2.0",)) == ["s1"]
    assert _found(rows, devices=("ricoh_m_c250",)) == ["s1"]
    assert _found(rows, since_utc=NINE + timedelta(minutes=2)) == ["s3", "s2"]
    assert _found(rows, until_utc=NINE + timedelta(minutes=2)) == ["s1"]
    assert _found(rows, kiosks=("k1",), troubles=("any",)) == ["s1"]


def test_a_part_of_a_name_finds_and_a_whole_name_means_that_one(rows: LogRows) -> None:
    names = ("Mairie de Saint-Oyen", "Mairie de Saint-Oyen 2", "Médiathèque d'Arvenne")
    rows.put([_talk(at, site=name, kiosk=f"k{at}") for at, name in enumerate(names, start=1)])
    rows.put([_talk(10, site="Médiathèque", kiosk="k10")])
    assert _found(rows, sites=("oyen",)) == ["s2", "s1"]
    assert _found(rows, sites=("OYEN saint",)) == ["s2", "s1"]
    assert _found(rows, sites=("mairie de saint oyen",)) == ["s1"]
    assert _found(rows, sites=("mediatheque d'arv", "oyen 2")) == ["s3", "s2"]
    assert _found(rows, sites=("zorglub",)) == []
    assert _found(rows, kiosks=("k1",)) == ["s1"]
    assert _found(rows, kiosks=("k",)) == ["s10", "s3", "s2", "s1"]


def test_some_hours_of_several_days(rows: LogRows) -> None:
    rows.put([_talk(at, started_at_utc=NINE + timedelta(hours=at)) for at in (1, 2, 24, 25, 48)])
    hour = timedelta(hours=1)
    windows = tuple(
        TimeWindow(since_utc=NINE + day * 24 * hour, until_utc=NINE + (day * 24 + 1) * hour)
        for day in (0, 1, 2)
    )
    assert _found(rows, windows=windows) == ["s48", "s24"]


def test_a_conversation_is_found_by_what_was_said_on_the_telephone(rows: LogRows) -> None:
    rows.put([_talk(1), _talk(2), _talk(1, organisation="msa")])
    short = short_number("s1")
    assert _found(rows, number=f" {short.lower().replace('-', ' ')} ") == ["s1"]
    assert _found(rows, number="a 002") == ["s2"]
    assert _found(rows, number="s2") == ["s2"]
    assert _found(rows, number="Z999") == []
    assert len(_found(rows, "caf", "msa", number=short)) == 2  # whoever asks sees both


def test_pages_follow_each_other_also_when_conversations_began_together(rows: LogRows) -> None:
    same = NINE + timedelta(minutes=1)
    rows.put([_talk(number, started_at_utc=same) for number in range(7)])
    seen: list[str] = []
    before = ""
    for _page in range(4):
        found = find_logs(rows, ["caf"], FindLogs(limit=2, before=before))
        seen += [one.session_id for one in found.rows]
        before = found.next
    assert sorted(seen) == [f"s{number}" for number in range(7)]
    assert before == ""
    assert msgspec.json.decode(msgspec.json.encode(found), type=LogsFound) == found
    for wrong in ("x", "2026-11-28~x", "2026-11-28T09:00:00+00:00~1"):
        with pytest.raises(MessageMalformed):
            find_logs(rows, ["caf"], FindLogs(before=wrong))


def test_counts_answer_which_kiosk_jams_most(rows: LogRows) -> None:
    rows.put([_talk(1, JAM, JAM), _talk(2, JAM), _talk(3, JAM, LOST), _talk(4), _talk(-600)])
    asked = FindLogs(filter=LogFilter(troubles=("printer_jammed",)), counts=True, limit=1)
    counts = find_logs(rows, ["caf"], asked).counts
    assert counts is not None
    assert counts.conversations == 3
    assert [(one.name, one.count) for one in counts.kiosks] == [("k1", 2), ("k0", 1)]
    assert [(one.code, one.count) for one in counts.troubles] == [
        ("printer_jammed", 3),
        ("line_lost", 1),
    ]
    everything = find_logs(rows, None, FindLogs(counts=True)).counts
    assert everything is not None
    assert [one.name for one in everything.days] == ["2026-11-28"]
    assert [one.count for one in everything.days] == [5]


def test_a_row_says_where_the_conversation_and_its_log_are(rows: LogRows) -> None:
    rows.put([_talk(1, JAM), _talk(2), _talk(3, is_over=False, ended_at_utc=None), _talk(4, JAM)])
    rows.lost("caf", ["s4"])
    assert rows.erase("caf", "s1") == 1
    states = {one.short_number: one.state for one in find_logs(rows, ["caf"], FindLogs()).rows}
    assert states == {
        short_number("s1"): LogState.ERASED,
        short_number("s2"): LogState.NO_LOG,
        short_number("s3"): LogState.RUNNING,
        short_number("s4"): LogState.NO_LOG,
    }
    assert _found(rows, states=(LogState.RUNNING,)) == ["s3"]
    assert _found(rows, states=(LogState.NO_LOG,)) == ["s4", "s2"]


def test_what_is_erased_keeps_its_short_number_and_day_and_nothing_else(rows: LogRows) -> None:
    rows.put([_talk(1, JAM, MADE_OF)])
    rows.erase("caf", "s1")
    rows.put([_talk(1, JAM, MADE_OF)])  # an end's late word
    (row,) = find_logs(rows, ["caf"], FindLogs(filter=LogFilter(number=short_number("s1")))).rows
    assert row.state is LogState.ERASED
    assert row.session_id.startswith("erased_")
    assert (row.ticket_number, row.site, row.kiosk, row.agent, row.outcome) == ("",) * 5
    assert (row.troubles, row.devices, row.kiosk_version) == ((), (), "")
    assert row.started_at_utc == NINE.replace(hour=0)
    assert _found(rows, number="A001") == []
    with rows.database().reading() as connection:
        assert "alice" not in str(connection.execute(select(tables.rows)).all())
        assert connection.execute(select(tables.troubles)).all() == []
    assert rows.erase("caf", "s1") == 0


def test_rows_leave_with_their_logs_but_not_those_that_are_held(rows: LogRows) -> None:
    rows.put([_talk(1), _talk(2), _talk(9)])
    before = NINE + timedelta(minutes=5)
    assert rows.remove_older("caf", before, but=frozenset({"s2"})) == 1
    assert _found(rows) == ["s9", "s2"]


def test_a_queue_that_has_forgotten_takes_nothing_away_and_fewer_records_change_nothing(
    rows: LogRows,
) -> None:
    rows.put([_talk(1, JAM, LOST)])
    forgotten = ListedConversation(
        organisation="caf", session="s1", summary=_summary(JAM, LOST, MADE_OF), ticket=TicketFacts()
    )
    rows.put([forgotten])
    rows.put([_talk(1, agent="bob")])  # another hub, which has read less
    (row,) = find_logs(rows, ["caf"], FindLogs()).rows
    assert (row.ticket_number, row.site, row.records) == ("A001", "Mairie 1", 3)
    assert row.agent == "alice"
    assert row.kiosk_version == "0.2.0"


def test_a_list_of_a_later_layout_is_left_alone(open_history: OpenHistory) -> None:
    first = open_history()
    rows = LogRows(lambda: first, time_zone="UTC")
    rows.put([_talk(1)])
    with rows.database().writing() as connection:
        connection.execute(tables.about.update().values(format=99))
    other = open_history()
    with pytest.raises(StoreUnreachable):
        LogRows(lambda: other, time_zone="UTC").database()
