# SPDX-License-Identifier: GPL-3.0-only
"""The hub's memory in SQL: changes of tickets, finished tickets, acts.
Written by the projection, in a thread.

Everything in it comes from AUDIT, so it may be built again.
Entries may come twice and in any order.
"""

from __future__ import annotations

import importlib
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from session.core.database_users import DatabaseUsers
from session.core.errors import MessageMalformed, StoreUnreachable
from session.hub.history import tables
from session.hub.history.audit import AuditEntry, BoardEntry
from session.hub.parts import TIME_ZONE
from session.hub.queue.ticket_changes import ENDED
from session.hub.storage.board_store import BroadcastRecord, DutyRecord, MoveRecord, QueueRecord
from session.protocol.hub.tickets import Ticket, TicketState

REMEMBERED = 3000
"""Conversations, of all organisations, whose length is remembered over a restart."""


class History:
    """Thread-safe; several hubs may share a database server.
    Every method may raise `StoreUnreachable`.

    Args:
        folder: holds the SQLite file when no `database_url` is given.
        database_url: an SQLAlchemy URL, e.g. of PostgreSQL.
        time_zone: whose days and hours are counted;
            when it changes, rows of earlier tickets follow at the next start.
    """

    def __init__(self, folder: Path, *, database_url: str = "", time_zone: str = TIME_ZONE) -> None:
        self.time_zone = time_zone
        self._zone = ZoneInfo(time_zone)
        self._writer = threading.Lock()
        self._users = DatabaseUsers()
        with _reached():
            folder.mkdir(parents=True, exist_ok=True)
            self.engine = tables.open_engine(folder, database_url)
        try:
            self._prepare()
        except StoreUnreachable:
            self.close()
            raise

    def close(self) -> None:
        """Ends all connections, after what is being read and written; later questions raise."""
        self._users.end()
        self.engine.dispose()

    # ---- the reader's place

    @property
    def reader(self) -> str:
        """The name under which this history reads AUDIT;
        a lost database has a new one and so reads all again.
        """
        with self.reading() as connection:
            return str(connection.execute(select(tables.about.c.reader)).scalar_one())

    def stream(self, created: str) -> int:
        """Our number of the AUDIT that was created then."""
        with self._writing() as connection:
            self._insert_new(connection, tables.streams, [{"created": created}])
            query = select(tables.streams.c.id).where(tables.streams.c.created == created)
            return int(connection.execute(query).scalar_one())

    def follow_stream(self, before: str, after: str) -> None:
        """AUDIT was restored: the one that was created `before` has another birth date now."""
        with self._writing() as connection:
            condition = tables.streams.c.created == before
            connection.execute(update(tables.streams).where(condition).values(created=after))

    def last_seq(self, stream: int) -> int:
        """The newest entry stored, 0 for none."""
        with self.reading() as connection:
            return max(
                int(
                    connection.execute(
                        select(func.max(table.c.seq)).where(table.c.stream == stream)
                    ).scalar()
                    or 0
                )
                for table in (tables.transitions, tables.acts, tables.answers)
            )

    def begin_again(self, stream: int, first_seq: int) -> str:
        """Forgets what AUDIT can tell again, from `first_seq` on, and takes a new name to read it;
        answers the old.
        """
        old = self.reader
        with self._writing() as connection:
            for table in (tables.transitions, tables.tickets, tables.acts, tables.answers):
                connection.execute(
                    delete(table).where(table.c.stream == stream, table.c.seq >= first_seq)
                )
            connection.execute(update(tables.about).values(reader=_reader_name()))
        return old

    # ---- writing

    def apply(self, stream: int, entries: Sequence[AuditEntry]) -> None:
        """Stores entries; those that are there already, perhaps under another number of AUDIT,
        change nothing. All or none; an entry that no row can hold raises another error than
        `StoreUnreachable`.
        """
        read = [(entry, entry.ticket) for entry in entries if entry.ticket is not None]
        acts = [_act(stream, entry, entry.board) for entry in entries if entry.board is not None]
        with self._writing() as connection:
            if acts:
                self._insert_new(connection, tables.acts, acts)
            self._add_answers(connection, stream, entries)
            rows = [_transition(stream, entry, ticket) for entry, ticket in read]
            if rows:
                fresh = self._insert_fresh(connection, rows)
            else:
                fresh = frozenset()
            finished = [
                (entry, ticket)
                for entry, ticket in read
                if entry.seq in fresh and _is_finished(ticket)
            ]
            newest = {
                (ticket.organisation, ticket.id): (entry, ticket) for entry, ticket in finished
            }
            if newest:
                named = self._named(connection, [ticket for _, ticket in newest.values()])
                self._put_tickets(
                    connection,
                    [
                        self._finished(stream, entry, ticket, named)
                        for entry, ticket in newest.values()
                    ],
                )

    def _add_answers(
        self, connection: Connection, stream: int, entries: Sequence[AuditEntry]
    ) -> None:
        answers = [(entry, entry.answer) for entry in entries if entry.answer is not None]
        if not answers:
            return
        named = self._numbers_of(
            connection,
            {text for _, answer in answers for text in (answer.record.site, answer.record.service)},
        )
        rows = [
            {
                "stream": stream,
                "seq": entry.seq,
                "organisation": answer.organisation,
                "day": entry.stored_at_utc.astimezone(self._zone).date().isoformat(),
                "site": named[answer.record.site],
                "service": named[answer.record.service],
                "solved": answer.record.solved,
            }
            for entry, answer in answers
        ]
        self._insert_new(connection, tables.answers, rows)

    def _put_tickets(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """A finished ticket's row is that of its newest entry."""
        table = tables.tickets
        statement = self._dialect.insert(table)
        new = statement.excluded
        is_newer = or_(
            table.c.stream < new.stream, and_(table.c.stream == new.stream, table.c.seq < new.seq)
        )
        keys = ("organisation", "ticket")
        changed = {column.name: new[column.name] for column in table.c if column.name not in keys}
        connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=changed, where=is_newer), rows
        )

    def _finished(
        self, stream: int, entry: AuditEntry, ticket: Ticket, named: dict[str, int]
    ) -> dict[str, Any]:
        arrived = ticket.arrived_at_utc
        accepted = ticket.accepted_at_utc
        ended = ticket.ended_at_utc
        assert ended is not None
        is_answered = ticket.state is TicketState.CLOSED and accepted is not None
        local = arrived.astimezone(self._zone)
        return {
            "stream": stream,
            "seq": entry.seq,
            "organisation": ticket.organisation,
            "ticket": ticket.id,
            "number": ticket.number,
            "session": ticket.session,
            "kiosk": ticket.kiosk,
            "agent": ticket.agent,
            "state": ticket.state.value,
            "priority": ticket.priority,
            "arrived_at_utc": naive(arrived),
            "accepted_at_utc": None if accepted is None else naive(accepted),
            "ended_at_utc": naive(ended),
            "day": local.date().isoformat(),
            "hour": local.hour,
            "site": named[ticket.site],
            "service": named[ticket.service],
            "outcome": named[ticket.reason],
            "wait_s": _seconds(arrived, accepted if is_answered and accepted else ended),
            "talk_s": _seconds(accepted, ended) if is_answered and accepted else -1,
        }

    def _named(self, connection: Connection, tickets: Sequence[Ticket]) -> dict[str, int]:
        """Numbers of all names that these tickets use."""
        return self._numbers_of(
            connection,
            {text for ticket in tickets for text in (ticket.site, ticket.service, ticket.reason)},
        )

    def _numbers_of(self, connection: Connection, texts: set[str]) -> dict[str, int]:
        """Numbers of these names."""
        names = sorted(texts)
        self._insert_new(connection, tables.names, [{"text": text} for text in names])
        query = select(tables.names.c.text, tables.names.c.id).where(tables.names.c.text.in_(names))
        return {str(text): int(number) for text, number in connection.execute(query)}

    def _insert_fresh(self, connection: Connection, rows: list[dict[str, Any]]) -> frozenset[int]:
        """Stores changes of tickets; the numbers of those that were not there yet."""
        table = tables.transitions
        statement = self._dialect.insert(table).on_conflict_do_nothing().returning(table.c.seq)
        return frozenset(connection.execute(statement, rows).scalars())

    def _insert_new(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        connection.execute(self._dialect.insert(table).on_conflict_do_nothing(), rows)

    # ---- reading

    def organisations(self, first: date, last: date) -> list[str]:
        """Return the organisations that had callers in these days."""
        table = tables.tickets
        days = table.c.day.between(first.isoformat(), last.isoformat())
        with self.reading() as connection:
            query = (
                select(table.c.organisation).where(days).distinct().order_by(table.c.organisation)
            )
            return list(connection.execute(query).scalars())

    def handling_times(self) -> list[tuple[str, str, float]]:
        """The last conversations, oldest first:
        (organisation, service, seconds from the accept to the close).
        """
        table, entries, names = tables.tickets, tables.transitions, tables.names
        closed = and_(entries.c.stream == table.c.stream, entries.c.seq == table.c.seq)
        query = (
            select(
                table.c.organisation, names.c.text, table.c.accepted_at_utc, entries.c.stored_at_utc
            )
            .join(entries, closed)
            .join(names, names.c.id == table.c.service)
            .where(table.c.talk_s >= 0)
            .order_by(table.c.stream.desc(), table.c.seq.desc())
            .limit(REMEMBERED)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return [
            (str(row[0]), str(row[1]), (row[3] - row[2]).total_seconds()) for row in reversed(rows)
        ]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for questions."""
        with self._users.one_more(), _reached(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, for those who erase."""
        with self._writing() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with (
            self._users.one_more(),
            self._writer,
            _reached(),
            self.engine.execution_options(write=True).begin() as connection,
        ):
            yield connection

    @property
    def _dialect(self) -> Any:
        if self.engine.dialect.name == "postgresql":
            name = "postgresql"
        else:
            name = "sqlite"
        # only the one in use is held in memory
        return importlib.import_module(f"sqlalchemy.dialects.{name}")

    def _prepare(self) -> None:
        """Makes the tables; those of another layout or time zone are emptied, AUDIT tells them
        again.
        """
        with self._writing() as connection:
            tables.metadata.create_all(connection, tables=[tables.about])
            stored = connection.execute(
                select(tables.about.c.format, tables.about.c.time_zone)
            ).first()
            if stored is not None and tuple(stored) == (tables.FORMAT, self.time_zone):
                tables.metadata.create_all(
                    connection
                )  # a table that this version is the first with
                return
            if stored is not None and stored.format > tables.FORMAT:
                raise StoreUnreachable(why="format", theirs=stored.format, ours=tables.FORMAT)
            if stored is not None and stored.format != tables.FORMAT:
                tables.metadata.drop_all(connection)
            tables.metadata.create_all(connection)
            if stored is not None and stored.format == tables.FORMAT:
                self._move_to_zone(connection)
                return
            header = {
                "format": tables.FORMAT,
                "reader": _reader_name(),
                "time_zone": self.time_zone,
            }
            connection.execute(insert(tables.about).values(header))

    def _move_to_zone(self, connection: Connection) -> None:
        """Another time zone: days and hours of all tickets are computed again."""
        table = tables.tickets
        query = select(table.c.organisation, table.c.ticket, table.c.arrived_at_utc)
        for organisation, ticket, arrived in connection.execute(query).all():
            local = arrived.replace(tzinfo=UTC).astimezone(self._zone)
            place = and_(table.c.organisation == organisation, table.c.ticket == ticket)
            connection.execute(
                update(table).where(place).values(day=local.date().isoformat(), hour=local.hour)
            )
        connection.execute(update(tables.about).values(time_zone=self.time_zone))


def _is_finished(ticket: Ticket) -> bool:
    """A caller of ours whose story has ended;
    one who was sent elsewhere while waiting is counted there.
    """
    went_elsewhere = bool(ticket.moved_to) and ticket.accepted_at_utc is None
    return ticket.state in ENDED and ticket.ended_at_utc is not None and not went_elsewhere


def _transition(stream: int, entry: AuditEntry, ticket: Ticket) -> dict[str, Any]:
    return {
        "stream": stream,
        "seq": entry.seq,
        "organisation": ticket.organisation,
        "ticket": ticket.id,
        "state": ticket.state.value,
        "priority": ticket.priority,
        "agent": ticket.agent,
        "session": ticket.session,
        "changed_by": ticket.changed_by[:60],
        "reason": ticket.reason[:200],
        "stored_at_utc": naive(entry.stored_at_utc),
        "number": ticket.number[:20],
        "service": ticket.service,
        "assigned_to": ticket.assigned_to,
        "act": ticket.act,
        "undoes": ticket.undoes,
        "arrived_at_utc": naive(ticket.arrived_at_utc),
        "accepted_at_utc": None
        if ticket.accepted_at_utc is None
        else naive(ticket.accepted_at_utc),
        "moved_to": ticket.moved_to,
        "revision": entry.revision or -entry.seq,
    }


def _act(stream: int, entry: AuditEntry, board: BoardEntry) -> dict[str, Any]:
    record = board.record
    row: dict[str, Any] = {
        "stream": stream,
        "seq": entry.seq,
        "organisation": board.organisation,
        "changed_by": record.changed_by[:60],
        "reason": record.reason[:200],
        "at_utc": naive(record.at_utc),
        "undoes": None,
        "service": "",
        "to": "",
        "said": "",
        "text": "",
        "revision": entry.revision or -entry.seq,
    }
    if not isinstance(record, DutyRecord):
        row["undoes"] = record.undoes or None
    match record:
        case QueueRecord():  # one from before acts had names gets its place in the audit as name
            kind = "close" if record.closed else "open"
            return row | {
                "act": record.act or f"entry_{entry.revision or entry.seq}",
                "kind": f"{kind}_site" if board.is_site else kind,
                "service": board.name,
            }
        case BroadcastRecord():
            return row | {
                "act": record.act or board.name,
                "kind": "withdraw" if record.withdrawn else "broadcast",
                "said": board.name,
                "text": record.text[:200],
                "to": record.to,
                "service": record.target.rpartition("/")[2],
            }
        case DutyRecord():
            services = ",".join(record.services or ())
            of_state = record.state is not None
            return row | {
                "act": record.act,
                "kind": "agent_state" if of_state else "agent_services",
                "to": board.name,
                "text": record.state if of_state else services[:200],
            }
        case MoveRecord():
            return row | {
                "act": board.name,
                "kind": "move",
                "service": record.service,
                "to": record.to,
            }


def _reader_name() -> str:
    return f"history_{secrets.token_hex(6)}"


def naive(at: datetime) -> datetime:
    """UTC without saying so: SQLite keeps no time zone."""
    return at.astimezone(UTC).replace(tzinfo=None)


def _seconds(start: datetime, end: datetime) -> int:
    """Whole seconds; never negative, whatever two hubs' clocks say."""
    return max(0, int((end - start).total_seconds()))


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (DataError, IntegrityError) as error:  # the database is there and refuses what it reads
        raise MessageMalformed(why=type(error).__name__) from error
    except (SQLAlchemyError, OSError) as error:
        raise StoreUnreachable(why=type(error).__name__) from error
