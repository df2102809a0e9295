# SPDX-License-Identifier: GPL-3.0-only
"""The history in SQL: the same whatever is told twice or late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from session.core.errors import StoreUnreachable
from session.hub.history import tables
from session.hub.history.audit import AuditEntry
from session.hub.history.database import History
from session.protocol.hub.tickets import TicketState
from tests.support.invented_tickets import SITES, entry, ticket

MONDAY = date(2026, 3, 2)


def rows(history: History, table: Table) -> list[dict[str, object]]:
    with history.reading() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def test_each_change_is_a_row_and_each_finished_ticket_another(history: History) -> None:
    stream = history.stream("2026-03-01T00:00:00Z")
    waiting = ticket(
        1, state=TicketState.WAITING, accepted_at_utc=None, ended_at_utc=None, agent=None
    )
    history.apply(stream, [entry(1, waiting), entry(2, ticket(1))])
    assert [row["state"] for row in rows(history, tables.transitions)] == ["waiting", "closed"]
    (finished,) = rows(history, tables.tickets)
    assert (finished["wait_s"], finished["talk_s"], finished["agent"]) == (60, 600, "alice")
    assert (finished["day"], finished["hour"]) == ("2026-03-02", 10)  # 9:01 UTC is 10:01 in Paris
    assert finished["arrived_at_utc"] == datetime(2026, 3, 2, 9, 1)
    assert history.last_seq(stream) == 2


def test_what_is_told_twice_is_stored_once(history: History) -> None:
    stream = history.stream("2026-03-01T00:00:00Z")
    told = [entry(1, ticket(1)), entry(2, ticket(2))]
    history.apply(stream, told)
    before = rows(history, tables.transitions), rows(history, tables.tickets)
    history.apply(stream, told)
    history.apply(history.stream("2026-03-01T00:00:00Z"), told)
    assert (rows(history, tables.transitions), rows(history, tables.tickets)) == before


def test_an_older_entry_that_comes_late_changes_no_finished_ticket(history: History) -> None:
    stream = history.stream("2026-03-01T00:00:00Z")
    history.apply(stream, [entry(9, ticket(1, reason="redirected"))])
    history.apply(stream, [entry(3, ticket(1, reason="forgotten"))])
    (finished,) = rows(history, tables.tickets)
    assert finished["seq"] == 9
    assert len(rows(history, tables.transitions)) == 2


def test_a_caller_who_gave_up_waited_but_did_not_talk(history: History) -> None:
    stream = history.stream("2026-03-01T00:00:00Z")
    history.apply(
        stream,
        [
            entry(
                1,
                ticket(
                    1, state=TicketState.ABANDONED, accepted_at_utc=None, agent=None, reason="left"
                ),
            )
        ],
    )
    (finished,) = rows(history, tables.tickets)
    assert (finished["wait_s"], finished["talk_s"]) == (660, -1)


def test_an_unreadable_entry_is_left_out_and_the_rest_stored(history: History) -> None:
    history.apply(history.stream("x"), [entry(1, None), entry(2, ticket(2)), entry(3, None)])
    assert len(rows(history, tables.tickets)) == 1


def test_a_new_audit_with_old_numbers_overwrites_nothing(history: History) -> None:
    first, second = history.stream("2026-03-01T00:00:00Z"), history.stream("2026-06-01T00:00:00Z")
    assert first != second
    history.apply(first, [entry(1, ticket(1))])
    history.apply(second, [entry(1, ticket(2))])
    assert len(rows(history, tables.transitions)) == len(rows(history, tables.tickets)) == 2


def test_beginning_again_keeps_what_the_audit_has_forgotten(history: History) -> None:
    stream = history.stream("2026-03-01T00:00:00Z")
    history.apply(stream, [entry(seq, ticket(seq)) for seq in (1, 2, 3, 4)])
    reader = history.reader
    assert history.begin_again(stream, 3) == reader
    assert history.reader != reader
    assert [row["seq"] for row in rows(history, tables.tickets)] == [1, 2]
    assert history.last_seq(stream) == 2


def test_a_history_survives_and_moves_to_another_time_zone(tmp_path: Path) -> None:
    with_paris = History(tmp_path)
    with_paris.apply(
        with_paris.stream("x"),
        [entry(1, ticket(1, arrived_at_utc=datetime(2026, 3, 2, 23, 5, tzinfo=UTC)))],
    )
    reader = with_paris.reader
    (finished,) = rows(with_paris, tables.tickets)
    assert (finished["day"], finished["hour"]) == ("2026-03-03", 0)
    with_paris.close()
    in_the_islands = History(tmp_path, time_zone="America/Martinique")
    (finished,) = rows(in_the_islands, tables.tickets)
    assert (finished["day"], finished["hour"]) == ("2026-03-02", 19)
    assert in_the_islands.reader == reader
    in_the_islands.close()


def test_a_name_is_written_once(history: History) -> None:
    history.apply(
        history.stream("x"), [entry(seq, ticket(seq, site=SITES[seq % 2])) for seq in range(1, 20)]
    )
    with history.reading() as connection:
        assert connection.execute(select(func.count()).select_from(tables.names)).scalar() == 4


def test_the_organisations_of_some_days(history: History) -> None:
    history.apply(
        history.stream("x"), [entry(1, ticket(1)), entry(2, ticket(2, organisation="marais"))]
    )
    assert history.organisations(MONDAY, MONDAY) == ["marais", "valdore"]
    assert history.organisations(date(2026, 3, 3), date(2026, 3, 9)) == []


def test_a_closed_history_says_so_and_leaves_no_connection_open(tmp_path: Path) -> None:
    history = History(tmp_path)
    with ThreadPoolExecutor() as pool:
        with history.reading() as connection:
            closing = pool.submit(history.close)
            assert connection.execute(select(tables.about.c.format)).scalar_one() == tables.FORMAT
            assert not closing.done()
        closing.result(timeout=30)
    with pytest.raises(StoreUnreachable):
        history.last_seq(1)


def test_a_broken_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreUnreachable):
        History(tmp_path)


def test_the_length_of_conversations_is_remembered_with_the_wrap_up(history: History) -> None:
    stream = history.stream("one")
    talked = ticket(1)
    assert talked.ended_at_utc is not None
    closed_at = talked.ended_at_utc + timedelta(seconds=40)
    left = ticket(2, state=TicketState.ABANDONED, accepted_at_utc=None)
    history.apply(stream, [AuditEntry(5, closed_at, talked), AuditEntry(6, closed_at, left)])
    assert history.handling_times() == [("valdore", "rights", 640.0)]
