# SPDX-License-Identifier: GPL-3.0-only
"""Writes the rows of the list of conversations. Used by the indexer, by erasing, by commands.

Every method blocks: call it in a worker thread. Every method may raise `StoreUnreachable`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, and_, delete, func, insert, select, update

from session.core.errors import StoreUnreachable
from session.core.spoken_letters import short_number
from session.hub.log_index import tables
from session.hub.log_index.digest import LogDigest, decode_digest, encode_digest
from session.hub.storage.erasures import mark_of

AT_ONCE = 200
"""Ids in one question."""


class Database(Protocol):
    """The part of `session.hub.history.database.History` that is needed."""

    @property
    def engine(self) -> Engine: ...  # noqa: D102

    def reading(self) -> AbstractContextManager[Connection]: ...  # noqa: D102
    def writing(self) -> AbstractContextManager[Connection]: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class TicketFacts:
    """The queue's knowledge of a conversation that the log does not have;
    of one that it has forgotten, that it is over.

    Attributes:
        is_over: nobody is in it any more.
    """

    started_at_utc: datetime | None = None
    ended_at_utc: datetime | None = None
    number: str = ""
    site: str = ""
    kiosk: str = ""
    service: str = ""
    agent: str = ""
    is_over: bool = True


@dataclass(frozen=True, kw_only=True)
class ListedConversation:
    """A row to write."""

    organisation: str
    session: str
    summary: LogDigest
    ticket: TicketFacts | None = None


class LogRows:
    """The tables, in a database that may not be open yet.

    Args:
        database: gives it; asked each time.
        time_zone: whose days are counted.
    """

    def __init__(self, database: Callable[[], Database], *, time_zone: str) -> None:
        self._database = database
        self._zone = ZoneInfo(time_zone)
        self._prepared: Database | None = None

    def database(self) -> Database:
        """The database with today's tables; those of another layout are emptied, the logs tell
        them again.
        """
        database = self._database()
        if database is not self._prepared:
            with database.writing() as connection:
                _prepare(connection)
            self._prepared = database
        return database

    # ---- what is there

    def summaries(self, organisation: str, sessions: Sequence[str]) -> dict[str, LogDigest]:
        """Return what is known of these conversations' logs;
        those that are erased are left out.
        """
        table = tables.rows
        digests: dict[str, LogDigest] = {}
        with self.database().reading() as connection:
            for some in _cut(sessions):
                query = select(table.c.session, table.c.summary).where(
                    table.c.organisation == organisation, table.c.session.in_(some)
                )
                digests |= {
                    row.session: decode_digest(row.summary) for row in connection.execute(query)
                }
        return digests

    def sessions(self, organisation: str) -> set[str]:
        """Conversations that have a row, but for those that are erased."""
        table = tables.rows
        query = select(table.c.session).where(
            table.c.organisation == organisation, table.c.is_erased == 0
        )
        with self.database().reading() as connection:
            return set(connection.execute(query).scalars())

    def with_log(self, organisation: str) -> set[str]:
        """Conversations whose row says that there is a log."""
        table = tables.rows
        query = select(table.c.session).where(
            table.c.organisation == organisation, table.c.is_erased == 0, table.c.records > 0
        )
        with self.database().reading() as connection:
            return set(connection.execute(query).scalars())

    def open_sessions(self) -> list[tuple[str, str]]:
        """(organisation, session) of those whose end is not in the list yet."""
        table = tables.rows
        query = select(table.c.organisation, table.c.session).where(
            table.c.ended_at_utc.is_(None), table.c.is_erased == 0
        )
        with self.database().reading() as connection:
            return [(row.organisation, row.session) for row in connection.execute(query)]

    # ---- writing

    def put(self, conversations: Iterable[ListedConversation]) -> None:
        """Writes rows; one that another hub has written from more of the log stays, and so does
        what is erased.
        """
        newest = {
            (conversation.organisation, conversation.session): conversation
            for conversation in conversations
        }
        database = self.database()
        if database.engine.dialect.name == "postgresql":
            kind = "postgresql"
        else:
            kind = "sqlite"
        dialect = importlib.import_module(f"sqlalchemy.dialects.{kind}")
        statement = _upsert(dialect)
        with database.writing() as connection:
            for some in _cut(list(newest.values())):
                self._put(connection, statement, some)

    def _put(
        self, connection: Connection, statement: Any, some: Sequence[ListedConversation]
    ) -> None:
        table = tables.rows
        names = [_erased(listed.organisation, listed.session) for listed in some]
        gone = set(
            connection.execute(select(table.c.session).where(table.c.session.in_(names))).scalars()
        )
        remaining = [listed for listed, name in zip(some, names, strict=True) if name not in gone]
        if not remaining:
            return
        written = connection.execute(statement, [self._row(listed) for listed in remaining])
        ids = {(row.organisation, row.session): row.id for row in written}
        _forget_beside(connection, list(ids.values()))
        troubles: list[dict[str, Any]] = []
        models: list[dict[str, Any]] = []
        for conversation in remaining:
            row = ids.get((conversation.organisation, conversation.session))
            if row is None:
                continue
            troubles += [
                {"row": row, "part": each.part.value, "code": each.code, "count": each.count}
                for each in conversation.summary.troubles()
            ]
            models += [
                {"row": row, "kind": each.kind, "model": each.model}
                for each in conversation.summary.devices()
            ]
        for beside, rows in ((tables.troubles, troubles), (tables.devices, models)):
            if rows:
                connection.execute(insert(beside), rows)

    def _row(self, conversation: ListedConversation) -> dict[str, Any]:
        summary, ticket = conversation.summary, conversation.ticket
        if ticket:
            accepted = ticket.started_at_utc
        else:
            accepted = None
        started = accepted or summary.started_at_utc or datetime.now(UTC)
        worst = summary.worst_minute()
        return {
            "organisation": conversation.organisation,
            "session": conversation.session,
            "short_number": short_number(conversation.session),
            "ticket_number": ticket.number[:20] if ticket else "",
            "trace": summary.trace,
            "accept_trace": summary.accept_trace,
            "started_at_utc": _naive(started),
            "ended_at_utc": _maybe_naive(_end_of(conversation, started)),
            "day": started.astimezone(self._zone).date().isoformat(),
            "site": ticket.site if ticket else "",
            "kiosk": (ticket.kiosk if ticket else "") or summary.kiosk,
            "service": (ticket.service if ticket else "") or summary.service,
            "agent": (ticket.agent if ticket else "") or summary.agent,
            "outcome": summary.outcome,
            "kiosk_version": summary.versions.get("kiosk", ""),
            "desk_version": summary.versions.get("desk", ""),
            "worst_at_utc": _naive(worst.at_utc) if worst else None,
            "worst_kbps": worst.kbps if worst else None,
            "worst_loss_percent": worst.loss_percent if worst else None,
            "gaps": summary.gaps,
            "records": summary.records,
            "is_erased": 0,
            "summary": encode_digest(summary),
        }

    def lost(self, organisation: str, sessions: Sequence[str]) -> None:
        """The logs of these are gone, and not by age: their rows stay, and say so."""
        table = tables.rows
        with self.database().writing() as connection:
            for some in _cut(sessions):
                place = and_(table.c.organisation == organisation, table.c.session.in_(some))
                connection.execute(update(table).where(place).values(records=0))

    def remove_older(
        self, organisation: str, before_utc: datetime, *, but: frozenset[str] = frozenset()
    ) -> int:
        """Takes rows away that began before, but those of logs that are still there; how many."""
        table = tables.rows
        place = and_(
            table.c.organisation == organisation, table.c.started_at_utc < _naive(before_utc)
        )
        with self.database().writing() as connection:
            older = connection.execute(select(table.c.id, table.c.session).where(place)).all()
            gone = [row.id for row in older if row.session not in but]
            _remove(connection, gone)
        return len(gone)

    def erase(self, organisation: str, session: str) -> int:
        """A conversation was erased by hand: its row says that, its day and its short number, and
        nothing else; 0 when there was none.
        """
        table = tables.rows
        place = and_(table.c.organisation == organisation, table.c.session == session)
        nothing: dict[str, Any] = {
            column.name: ""
            for column in table.c
            if column.type.python_type is str and column.name not in _KEPT
        }
        with self.database().writing() as connection:
            row = connection.execute(select(table).where(place)).first()
            if row is None:
                return 0
            _forget_beside(connection, [row.id])
            day = row.started_at_utc.replace(hour=0, minute=0, second=0, microsecond=0)
            connection.execute(
                update(table)
                .where(table.c.id == row.id)
                .values(
                    **nothing
                    | {
                        "session": _erased(organisation, session),
                        "started_at_utc": day,
                        "ended_at_utc": day,
                        "worst_at_utc": None,
                        "worst_kbps": None,
                        "worst_loss_percent": None,
                        "gaps": 0,
                        "records": 0,
                        "is_erased": 1,
                    }
                )
            )
        return 1

    def begin_again(self, organisation: str) -> None:
        """Forgets what logs can tell again; what the queue has told, and what is erased, stays."""
        table = tables.rows
        place = and_(table.c.organisation == organisation, table.c.is_erased == 0)
        with self.database().writing() as connection:
            mine = select(table.c.id).where(place)
            for beside in (tables.troubles, tables.devices):
                connection.execute(delete(beside).where(beside.c.row.in_(mine)))
            connection.execute(update(table).where(place).values(records=0, summary=""))


def _upsert(dialect: Any) -> Any:
    """A row, or what is new of it; answers those that were written."""
    table = tables.rows
    statement = dialect.insert(table)
    new = statement.excluded
    keys = ("organisation", "session")
    changed = {
        column.name: new[column.name] for column in table.c if column.name not in ("id", *keys)
    }
    # a queue that has forgotten the ticket takes nothing away
    changed |= {name: func.coalesce(func.nullif(new[name], ""), table.c[name]) for name in _TOLD}
    return statement.on_conflict_do_update(
        index_elements=keys, set_=changed, where=table.c.records <= new.records
    ).returning(table.c.id, table.c.organisation, table.c.session)


_TOLD = ("ticket_number", "site", "kiosk", "service", "agent", "outcome")
_KEPT = frozenset({"organisation", "session", "short_number", "day"})


def _erased(organisation: str, session: str) -> str:
    """Return what stands in the place of the id of a conversation that was erased."""
    return f"erased_{mark_of(organisation, session)}"[:40]


def _end_of(conversation: ListedConversation, started: datetime) -> datetime | None:
    """Return when a conversation ended; None while it goes on.
    One that is over and whose end nobody has written ended with its last sign.
    """
    summary, ticket = conversation.summary, conversation.ticket
    if ticket is not None and not ticket.is_over:
        return None
    ended = (ticket.ended_at_utc if ticket else None) or summary.ended_at_utc
    if ended is not None:
        return max(ended, started)
    if ticket is not None:
        return summary.last_at_utc or started
    return None


def _prepare(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=[tables.about])
    stored_format = connection.execute(select(tables.about.c.format)).scalar()
    if stored_format == tables.FORMAT:
        return
    if stored_format is not None and stored_format > tables.FORMAT:
        raise StoreUnreachable(why="format", theirs=stored_format, ours=tables.FORMAT)
    tables.metadata.drop_all(connection, tables=[tables.troubles, tables.devices, tables.rows])
    tables.metadata.create_all(connection)
    connection.execute(delete(tables.about))
    connection.execute(insert(tables.about).values(format=tables.FORMAT))


def _forget_beside(connection: Connection, rows: Sequence[int]) -> None:
    for table in (tables.troubles, tables.devices):
        connection.execute(delete(table).where(table.c.row.in_(rows)))


def _remove(connection: Connection, rows: Sequence[int]) -> None:
    for some in _cut(rows):
        _forget_beside(connection, some)
        connection.execute(delete(tables.rows).where(tables.rows.c.id.in_(some)))


def _cut[Kind](all_of_them: Sequence[Kind]) -> list[Sequence[Kind]]:
    return [all_of_them[at : at + AT_ONCE] for at in range(0, len(all_of_them), AT_ONCE)]


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _maybe_naive(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    return _naive(at)
