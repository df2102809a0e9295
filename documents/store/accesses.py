# SPDX-License-Identifier: GPL-3.0-only
"""The register of accesses: who searched, opened, changed or took along which dossier, and why; and
who read which conversation's log. Append-only. Used by the store and its parts.

A line is written in the transaction of the act itself, so there is none without its line; whoever
opens more different dossiers than anybody serves callers is refused here, because only the store
knows what several hubs have answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, func, insert, select, text

from documents.store import tables
from documents.store.rows import kept_row
from documents.store.transactions import Transactions
from session.core.dossier_model import Access, AccessKind, AccessLine
from session.core.errors import ReasonNeeded, TooManyLogs

MOST_DOSSIERS, MOST_SEARCHES = 20, 60
"""Different dossiers, and searches, of one agent within an hour."""

MOST_LOGS = 20
"""Logs of different conversations, read by one person within an hour."""

READING = timedelta(minutes=15)
"""So long one reading lasts: its parts, and a second look for the same reason, are no new lines."""

WITHIN = timedelta(hours=1)
MOST_REFUSALS = 50
"""Refusals of one agent within an hour that get a line: enough to be seen."""

MOST_LISTED = 100

OPENINGS = (AccessKind.OPENED, AccessKind.OPENED_OTHER, AccessKind.CREATED)
LOG_KINDS = (AccessKind.READ_LOG, AccessKind.LOG_REFUSED)


class AccessFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines; None and "" mean all. Days are the organisation's, both included.

    `of_logs`: those about logs, instead of those about dossiers.
    """

    first: date | None = None
    last: date | None = None
    user: str = ""
    dossier: str = ""
    session: str = ""
    of_logs: bool = False
    kind: AccessKind | None = None
    before: int = 0
    limit: int = MOST_LISTED


def write_line(
    connection: Connection,
    organisation: str,
    kind: AccessKind,
    dossier: str,
    *,
    access: Access,
    now: datetime,
    hits: int = 0,
) -> None:
    """Adds a line. `now` is timezone-aware."""
    connection.execute(
        insert(tables.accesses).values(
            organisation=organisation,
            at_utc=_naive(now),
            by_user=access.by.user[:40],
            by_name=access.by.name[:500],
            kind=kind.value,
            dossier=dossier[:40],
            session_id=access.session_id[:40],
            reason=access.reason[:500],
            hits=hits,
            computer=access.by.computer[:100],
        )
    )


def one_at_a_time(connection: Connection, *subjects: str) -> None:
    """Others that are about the same wait until this transaction has ended. SQLite has one writer
    anyway.
    """
    if connection.dialect.name == "postgresql":
        digest = hashlib.blake2b("|".join(subjects).encode(), digest_size=8).digest()
        key = int.from_bytes(digest, "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def check_one_dossier(
    connection: Connection, organisation: str, dossier: str, *, access: Access, bound: str
) -> bool:
    """True where the session has another dossier than `dossier` ("" for a new one).

    Args:
        bound: what the session has by other means, e.g. from the colleague who passed it on.

    Raises:
        ReasonNeeded: it has another one, and no reason was given.
    """
    last = last_opened(connection, organisation, access.session_id)
    if last is not None:
        bound = last.dossier
    if bound:
        row = kept_row(connection, organisation, bound)
    else:
        row = None
    if row is None or row.number == dossier:
        return False
    if not access.reason.strip():
        raise ReasonNeeded(dossier=row.number)
    return True


def last_opened(connection: Connection, organisation: str, session_id: str) -> Row[Any] | None:
    """The line by which a session came to its dossier, None without one."""
    if not session_id:
        return None
    table = tables.accesses
    query: Select[Any] = (
        select(table)
        .where(table.c.organisation == organisation, table.c.session_id == session_id)
        .where(table.c.kind.in_([kind.value for kind in OPENINGS]))
        .order_by(table.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def opened_since(
    connection: Connection, organisation: str, session_id: str, *, user: str, since: datetime
) -> Row[Any] | None:
    """The line by which a session of this person came to its dossier, unless it is older."""
    line = last_opened(connection, organisation, session_id)
    if line is not None and line.by_user == user and line.at_utc > since:
        return line
    return None


def opened_in(connection: Connection, organisation: str, session_id: str, user: str) -> list[str]:
    """Numbers of the dossiers that a person has opened or made in a session."""
    table = tables.accesses
    query = (
        select(table.c.dossier)
        .distinct()
        .where(table.c.organisation == organisation, table.c.session_id == session_id)
        .where(table.c.by_user == user, table.c.kind.in_([kind.value for kind in OPENINGS]))
    )
    return list(connection.execute(query).scalars())


def is_written(connection: Connection, organisation: str, dossier: str, access: Access) -> bool:
    """The session's last opening was this dossier, by this person: opened again it is no new
    line.
    """
    last = last_opened(connection, organisation, access.session_id)
    return last is not None and (last.dossier, last.by_user) == (dossier, access.by.user)


def dossiers_left(
    connection: Connection, organisation: str, dossier: str, *, user: str, now: datetime
) -> bool:
    """Return True if this person may open this dossier, after what was opened within the hour."""
    table = tables.accesses
    kinds = [kind.value for kind in OPENINGS]
    query = (
        select(table.c.dossier)
        .distinct()
        .where(table.c.organisation == organisation, table.c.by_user == user)
        .where(table.c.at_utc > _naive(now - WITHIN), table.c.kind.in_(kinds))
    )
    opened = set(connection.execute(query).scalars())
    return dossier in opened or len(opened) < MOST_DOSSIERS


def searches_left(connection: Connection, organisation: str, *, user: str, now: datetime) -> bool:
    """Return True if this person may search, after the searches within the hour."""
    kind = AccessKind.SEARCHED
    return _count(connection, organisation, kind, user=user, now=now) < MOST_SEARCHES


def refuse(
    connection: Connection, organisation: str, dossier: str, *, access: Access, now: datetime
) -> None:
    """Writes that it was refused."""
    _refuse(connection, organisation, AccessKind.REFUSED, dossier, access=access, now=now)


def _refuse(
    connection: Connection,
    organisation: str,
    kind: AccessKind,
    dossier: str,
    *,
    access: Access,
    now: datetime,
) -> None:
    if _count(connection, organisation, kind, user=access.by.user, now=now) < MOST_REFUSALS:
        write_line(connection, organisation, kind, dossier, access=access, now=now)


def _is_read(connection: Connection, organisation: str, access: Access, now: datetime) -> bool:
    """This reading has its line already."""
    table = tables.accesses
    query = (
        select(table.c.id)
        .where(table.c.organisation == organisation, table.c.session_id == access.session_id)
        .where(table.c.kind == AccessKind.READ_LOG.value, table.c.by_user == access.by.user)
        .where(table.c.reason == access.reason[:500], table.c.at_utc > _naive(now - READING))
        .limit(1)
    )
    return connection.execute(query).first() is not None


def _logs_left(connection: Connection, organisation: str, access: Access, now: datetime) -> bool:
    """Return True if this person may read this log, after what was read within the hour."""
    table = tables.accesses
    query = (
        select(table.c.session_id)
        .distinct()
        .where(table.c.organisation == organisation, table.c.by_user == access.by.user)
        .where(table.c.kind == AccessKind.READ_LOG.value, table.c.at_utc > _naive(now - WITHIN))
    )
    read = set(connection.execute(query).scalars())
    return access.session_id in read or len(read) < MOST_LOGS


def _count(
    connection: Connection, organisation: str, kind: AccessKind, *, user: str = "", now: datetime
) -> int:
    table = tables.accesses
    query = (
        select(func.count())
        .select_from(table)
        .where(table.c.organisation == organisation, table.c.kind == kind.value)
        .where(table.c.at_utc > _naive(now - WITHIN))
    )
    if user:
        query = query.where(table.c.by_user == user)
    return connection.execute(query).scalar_one()


class Accesses:
    """The register of all organisations, for those who may read it. Thread-safe."""

    def __init__(self, transactions: Transactions, now: Callable[[], datetime]) -> None:
        self._transactions = transactions
        self._now = now

    def note_reading(self, organisation: str, access: Access) -> None:
        """Writes that the log of `access.session_id` is read. Raises `TooManyLogs`."""
        now = self._now()
        with self._transactions.reading() as connection:
            if _is_read(connection, organisation, access, now):
                return
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, access.by.user)
            if _logs_left(connection, organisation, access, now):
                kind = AccessKind.READ_LOG
                write_line(connection, organisation, kind, "", access=access, now=now)
                return
            kind = AccessKind.LOG_REFUSED
            _refuse(connection, organisation, kind, "", access=access, now=now)
        raise TooManyLogs(limit=MOST_LOGS)

    def listed(self, organisation: str, criteria: AccessFilter) -> list[AccessLine]:
        """Lines, the newest first, at most `MOST_LISTED`."""
        table = tables.accesses
        query: Select[Any] = (
            select(table)
            .where(table.c.organisation == organisation)
            .order_by(table.c.id.desc())
            .limit(min(criteria.limit, MOST_LISTED))
        )
        about_logs = table.c.kind.in_([kind.value for kind in LOG_KINDS])
        query = query.where(about_logs if criteria.of_logs else ~about_logs)
        for column, value in (
            (table.c.by_user, criteria.user),
            (table.c.kind, criteria.kind),
            (table.c.session_id, criteria.session),
        ):
            if value:
                query = query.where(column == str(value))
        if criteria.before:
            query = query.where(table.c.id < criteria.before)
        if criteria.first is not None:
            query = query.where(table.c.at_utc >= self._midnight(criteria.first))
        if criteria.last is not None:
            query = query.where(table.c.at_utc < self._midnight(criteria.last + timedelta(days=1)))
        with self._transactions.reading() as connection:
            if criteria.dossier:
                numbers = _with_merged(connection, organisation, criteria.dossier)
                query = query.where(table.c.dossier.in_(numbers))
            return [_line(row) for row in connection.execute(query)]

    def refused_lately(self, organisation: str, *, of_logs: bool = False) -> int:
        """Count the openings and searches, or readings of logs, that were refused within the
        hour.
        """
        if of_logs:
            kind = AccessKind.LOG_REFUSED
        else:
            kind = AccessKind.REFUSED
        with self._transactions.reading() as connection:
            return _count(connection, organisation, kind, now=self._now())

    def _midnight(self, day: date) -> datetime:
        """Return the time at which a day of this machine's time zone begins, as rows have it."""
        return _naive(datetime.combine(day, time()).astimezone())


def _with_merged(connection: Connection, organisation: str, number: str) -> list[str]:
    """The number, and those that lead to it."""
    table = tables.dossiers
    numbers, fresh = [number], [number]
    while fresh:
        query = select(table.c.number).where(
            table.c.organisation == organisation, table.c.merged_into.in_(fresh)
        )
        fresh = [
            merged_number
            for merged_number in connection.execute(query).scalars()
            if merged_number not in numbers
        ]
        numbers += fresh
    return numbers


def _line(row: Row[Any]) -> AccessLine:
    return AccessLine(
        id=row.id,
        at_utc=row.at_utc.replace(tzinfo=UTC),
        user=row.by_user,
        by_name=row.by_name,
        kind=AccessKind(row.kind),
        dossier=row.dossier,
        session_id=row.session_id,
        reason=row.reason,
        hits=row.hits,
        computer=row.computer,
    )


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
