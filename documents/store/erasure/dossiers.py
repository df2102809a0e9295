# SPDX-License-Identifier: GPL-3.0-only
"""Erases a dossier by right of erasure (GDPR, article 17), or keeps it from that.
Used by `hub dossiers` through the store.

All of a person's dossier goes: also what was merged into it. Of the register of accesses the lines
stay, without number and reason: who looked is kept, at whom is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    Row,
    Select,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from documents.store import tables
from documents.store.accesses import one_at_a_time
from documents.store.appointments.appointment_rows import (
    appointments_of_dossiers,
    erase_appointments,
)
from documents.store.blobs import BlobStore
from documents.store.erasure.files import note_files, remove_files
from documents.store.rows import kept_row
from documents.store.transactions import Transactions
from session.core.dossier_model import DeliveryState
from session.core.errors import DossierUnknown, StoreUnreachable

LATELY = timedelta(hours=24)
"""Conversations that opened the dossier within this time may still be going on."""

_DIGITS = 6
_OURS = re.compile(rf"D-[0-9]{{4}}-[0-9]{{{_DIGITS}}}")
"""A number of our own, e.g. "D-2026-000123"."""

MERGED_PAGES = 500
"""Of the index of words, written anew in one step: others can write between two steps."""

_OF_DOSSIER: tuple[Table, ...] = (
    tables.holds,
    tables.acts,
    tables.piece_events,
    tables.notes,
    tables.pieces,
)
_OF_DOCUMENT: tuple[Table, ...] = (tables.deliveries, tables.document_pages)


class DossierHold(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier that is not erased before somebody lifts this. `reason`: in words, without
    names.
    """

    dossier: str
    at_utc: datetime
    by: str
    reason: str


class DossierErasure(msgspec.Struct, frozen=True, kw_only=True):
    """The rows and files that are erased, or would be.

    Attributes:
        tokens: of its dossiers: random, so a backup is put right by them, and nobody is named.
        rows: pieces, notes, steps, acts and appointments.
        delivered: names of the document systems that have copies, which are theirs to erase.
        sessions: conversations that opened it within a day.
        conversations: all conversations that opened it.
        holds: why it is not erased; nothing was, then.
        files_left: files that other documents have too.
        files_waiting: the far store is away, or broke off: its files go at the store's next start.
    """

    tokens: list[str] = []
    dossiers: int = 0
    documents: int = 0
    rows: int = 0
    delivered: list[str] = []
    sessions: list[str] = []
    conversations: list[str] = []
    holds: list[DossierHold] = []
    files_left: int = 0
    files_waiting: bool = False


class DossierErasures:
    """The erasures of all organisations. Thread-safe."""

    def __init__(
        self, transactions: Transactions, blobs: BlobStore, *, now: Callable[[], datetime]
    ) -> None:
        self._transactions = transactions
        self._blobs = blobs
        self._now = now

    def plan(self, organisation: str, number: str) -> DossierErasure:
        """Return what `erase` would do. Raises `DossierUnknown`."""
        with self._transactions.reading() as connection:
            return self._plan(connection, organisation, _group(connection, organisation, number))

    def erase(self, organisation: str, number: str) -> DossierErasure:
        """Erases it, unless it is held. Its rows are gone at once, its files and its words in the
        index right after, or, if that breaks off, when the store is opened next.

        Raises:
            DossierUnknown: no such dossier.
            StoreUnreachable: nothing was erased.
        """
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, "numbers")
            group = _group(connection, organisation, number)
            plan = self._plan(connection, organisation, group)
            if plan.holds:
                return plan
            _erase_rows(connection, organisation, group)
        return self._finish(plan)

    def erase_again(self, is_erased: Callable[[str, str], bool]) -> int:
        """After a restore: erases what the register of erasures names, held or not; how many.

        Args:
            is_erased: of an organisation and a dossier's token.
        """
        table = tables.dossiers
        with self._transactions.writing() as connection:
            rows = connection.execute(select(table)).all()
            erased_rows = [row for row in rows if is_erased(row.organisation, row.token)]
            for organisation in {row.organisation for row in erased_rows}:
                whose = [row for row in erased_rows if row.organisation == organisation]
                _erase_rows(connection, organisation, whose)
        if erased_rows:
            self._finish(DossierErasure())
        return len(erased_rows)

    def _finish(self, plan: DossierErasure) -> DossierErasure:
        try:
            _, files_left = remove_files(self._transactions, self._blobs)
            self._forget_words()
        except StoreUnreachable:
            return msgspec.structs.replace(plan, files_waiting=True)
        return msgspec.structs.replace(plan, files_left=files_left)

    def _forget_words(self) -> None:
        """SQLite's index says of erased documents only that they are gone; written anew, it has no
        word of theirs. FTS5's manual, "The 'merge' command".
        """
        pages, changed = -MERGED_PAGES, 2
        while changed >= 2:
            with self._transactions.writing() as connection:
                if connection.dialect.name != "sqlite":
                    return
                before = _changes(connection)
                merge = "INSERT INTO document_words(document_words, rank) VALUES ('merge', :pages)"
                connection.execute(text(merge), {"pages": pages})
                changed, pages = _changes(connection) - before, MERGED_PAGES
        self._transactions.checkpoint()

    # ---- held

    def hold(self, organisation: str, number: str, *, by: str, reason: str) -> DossierHold:
        """Keeps a dossier; held before, it stays as it was said first. Raises `DossierUnknown`."""
        with self._transactions.writing() as connection:
            row = _kept(connection, organisation, number)
            table = tables.holds
            if not _holds(connection, [row]):
                values = {
                    "at_utc": _naive(self._now()),
                    "by_name": by[:500],
                    "reason": reason[:500],
                }
                connection.execute(insert(table).values(dossier_id=row.id, **values))
            return _holds(connection, [row])[0]

    def lift(self, organisation: str, number: str) -> bool:
        """Ends it; False when it was not held. Raises `DossierUnknown`."""
        with self._transactions.writing() as connection:
            keys = [row.id for row in _group(connection, organisation, number)]
            deletion = delete(tables.holds).where(tables.holds.c.dossier_id.in_(keys))
            return connection.execute(deletion).rowcount > 0

    def holds(self, organisation: str) -> list[DossierHold]:
        """Return what is held, the oldest first."""
        table = tables.dossiers
        with self._transactions.reading() as connection:
            query = select(table).where(table.c.organisation == organisation)
            held_query = query.where(table.c.id.in_(select(tables.holds.c.dossier_id)))
            return _holds(connection, connection.execute(held_query).all())

    def _plan(
        self, connection: Connection, organisation: str, group: Sequence[Row[Any]]
    ) -> DossierErasure:
        keys = [row.id for row in group]
        documents = _documents(connection, keys)
        rows = sum(_count(connection, table, keys) for table in _OF_DOSSIER[1:])
        numbers = [row.number for row in group]
        rows += len(appointments_of_dossiers(connection, organisation, numbers))
        lines = tables.accesses
        sessions = (
            select(lines.c.session_id)
            .distinct()
            .where(lines.c.organisation == organisation, lines.c.session_id != "")
            .where(lines.c.dossier.in_([row.number for row in group]))
            .order_by(lines.c.session_id)
        )
        lately = sessions.where(lines.c.at_utc > _naive(self._now() - LATELY))
        return DossierErasure(
            tokens=[row.token for row in group],
            dossiers=len(group),
            documents=len(documents),
            rows=rows,
            delivered=_delivered(connection, [row.id for row in documents]),
            sessions=list(connection.execute(lately).scalars()),
            conversations=list(connection.execute(sessions).scalars()),
            holds=_holds(connection, group),
        )


def _kept(connection: Connection, organisation: str, number: str) -> Row[Any]:
    row = kept_row(connection, organisation, number)
    if row is None:
        raise DossierUnknown(what="dossier")
    return row


def _group(connection: Connection, organisation: str, number: str) -> list[Row[Any]]:
    """The dossier, and all that were merged into it."""
    table, group = tables.dossiers, [_kept(connection, organisation, number)]
    fresh = group
    while fresh:
        query = select(table).where(
            table.c.organisation == organisation,
            table.c.merged_into.in_([row.number for row in fresh]),
        )
        fresh = list(connection.execute(query))
        group = [*group, *fresh]
    return group


def _documents(connection: Connection, keys: Sequence[int]) -> list[Row[Any]]:
    query: Select[Any] = select(tables.documents)
    return list(connection.execute(query.where(tables.documents.c.dossier_id.in_(keys))))


def _count(connection: Connection, table: Table, keys: Sequence[int]) -> int:
    query = select(func.count()).select_from(table).where(table.c.dossier_id.in_(keys))
    return int(connection.execute(query).scalar_one())


def _delivered(connection: Connection, documents: Sequence[int]) -> list[str]:
    table = tables.deliveries
    query = (
        select(table.c.target)
        .distinct()
        .where(table.c.document_key.in_(documents))
        .where(table.c.state == DeliveryState.DELIVERED.value)
        .order_by(table.c.target)
    )
    return list(connection.execute(query).scalars())


def _holds(connection: Connection, group: Sequence[Row[Any]]) -> list[DossierHold]:
    table, numbers = tables.holds, {row.id: row.number for row in group}
    query = select(table).where(table.c.dossier_id.in_(list(numbers))).order_by(table.c.id)
    return [
        DossierHold(
            dossier=numbers[row.dossier_id],
            at_utc=row.at_utc.replace(tzinfo=UTC),
            by=row.by_name,
            reason=row.reason,
        )
        for row in connection.execute(query)
    ]


def _erase_rows(connection: Connection, organisation: str, group: Sequence[Row[Any]]) -> None:
    """Erase rows, from what points to what is pointed at."""
    keys = [row.id for row in group]
    documents = _documents(connection, keys)
    ids = [row.id for row in documents]
    note_files(connection, organisation, [row.path for row in documents])
    for key in ids:
        connection.execute(text("DELETE FROM document_words WHERE rowid = :key"), {"key": key})
    for table in _OF_DOCUMENT:
        connection.execute(delete(table).where(table.c.document_key.in_(ids)))
    versions = tables.versions
    either = or_(versions.c.document_key.in_(ids), versions.c.replaces_key.in_(ids))
    connection.execute(delete(versions).where(either))
    merges = tables.merges
    of_group = or_(merges.c.keep_id.in_(keys), merges.c.merged_id.in_(keys))
    moved = select(merges.c.id).where(of_group)
    connection.execute(delete(tables.merge_moves).where(tables.merge_moves.c.merge_id.in_(moved)))
    connection.execute(delete(merges).where(of_group))
    connection.execute(delete(tables.documents).where(tables.documents.c.id.in_(ids)))
    for table in _OF_DOSSIER:
        connection.execute(delete(table).where(table.c.dossier_id.in_(keys)))
    numbers = [row.number for row in group]
    erase_appointments(connection, appointments_of_dossiers(connection, organisation, numbers))
    lines = tables.accesses
    for row in group:
        line_filter = lines.c.organisation == organisation, lines.c.dossier == row.number
        nobody = {"dossier": f"erased-{row.token[:8]}", "reason": ""}
        connection.execute(update(lines).where(*line_filter).values(**nobody))
    ours = [row.number for row in group if row.made_request and _OURS.fullmatch(row.number)]
    _note_numbers(connection, organisation, ours)
    connection.execute(delete(tables.dossiers).where(tables.dossiers.c.id.in_(keys)))


def _note_numbers(connection: Connection, organisation: str, numbers: Sequence[str]) -> None:
    """Note the highest of our own numbers of each year, which is not given again."""
    table = tables.erased_numbers
    for number in numbers:
        start, last = number[:-_DIGITS], int(number[-_DIGITS:])
        of_year = table.c.organisation == organisation, table.c.start == start
        noted_last = connection.execute(select(table.c.last).where(*of_year)).scalar()
        if noted_last is None:
            values = {"organisation": organisation, "start": start, "last": last}
            connection.execute(insert(table).values(**values))
        elif noted_last < last:
            connection.execute(update(table).where(*of_year).values(last=last))


def _changes(connection: Connection) -> int:
    return int(connection.execute(text("SELECT total_changes()")).scalar_one())


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
