# SPDX-License-Identifier: GPL-3.0-only
"""Two dossiers of one person made one, and two again within 30 days.
Used by the hub through the store.

Rows move and what changes is written down first, so the way back needs no guess: what came with the
merged dossier goes back with it, and what was added to its pieces or documents since goes along.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, Table, insert, or_, select, update

from documents.store import tables
from documents.store.accesses import one_at_a_time, write_line
from documents.store.acts import DossierAct, DossierActKind, write_act
from documents.store.rows import find_row
from documents.store.transactions import Transactions
from session.core.dossier_model import (
    SETTLED,
    Access,
    AccessKind,
    DossierMerged,
    PieceState,
)
from session.core.errors import DossierUnknown, MergeImpossible

REVERSIBLE = timedelta(days=30)
MOST_LISTED = 100

_MOVING: dict[str, Table] = {
    "document": tables.documents,
    "note": tables.notes,
    "event": tables.piece_events,
    "act": tables.acts,
}
"""What moves as it is; pieces move by themselves, because both dossiers may expect the same one."""

_RANK = (PieceState.EXPECTED, PieceState.REFUSED, PieceState.SCANNED, PieceState.LEGIBLE, *SETTLED)
"""Of two states of one piece, the later one in this order is the piece's."""


class Merges:
    """The merges of all organisations. Thread-safe."""

    def __init__(self, transactions: Transactions, now: Callable[[], datetime]) -> None:
        self._transactions = transactions
        self._now = now

    def merge(
        self, organisation: str, merge_id: str, *, keep: str, merged: str, access: Access
    ) -> DossierMerged:
        """All of `merged` moves into `keep`; done once per `merge_id`.

        Raises:
            DossierUnknown: one of them does not exist.
            MergeImpossible: they are the same, or one was merged before.
        """
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, "numbers")
            if _find(connection, organisation, merge_id) is None:
                target = _free(connection, organisation, keep)
                gone = _free(connection, organisation, merged)
                if target.id == gone.id:
                    raise MergeImpossible(why="same")
                now = self._now()
                key = _insert(
                    connection, organisation, merge_id, access=access, now=now, pair=(target, gone)
                )
                _Move(connection, key, target=target, gone=gone).go()
                self._record(connection, organisation, (target, gone), access=access, kinds=_MADE)
            return _facts(connection, organisation, merge_id)

    def unmerge(self, organisation: str, merge_id: str, access: Access) -> DossierMerged:
        """Two dossiers again; done once.

        Raises:
            DossierUnknown: no such merge.
            MergeImpossible: more than 30 days ago, or something was merged into the kept one, or
                it itself, since.
        """
        now = self._now()
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, "numbers")
            row = _find(connection, organisation, merge_id)
            if row is None:
                raise DossierUnknown(what="merge")
            if row.undone_at_utc is None:
                _check_reversible(connection, row, now)
                target, gone = _by_key(connection, row.keep_id), _by_key(connection, row.merged_id)
                _Move(connection, row.id, target=target, gone=gone).back()
                undone = {"undone_by": access.by.name[:500], "undone_why": access.reason[:500]}
                connection.execute(
                    update(tables.merges)
                    .where(tables.merges.c.id == row.id)
                    .values(undone_at_utc=_naive(now), **undone)
                )
                self._record(connection, organisation, (target, gone), access=access, kinds=_UNDONE)
            return _facts(connection, organisation, merge_id)

    def listed(self, organisation: str, dossier: str = "") -> list[DossierMerged]:
        """The newest first, at most `MOST_LISTED`; of one dossier, or of all."""
        with self._transactions.reading() as connection:
            if dossier:
                row = find_row(connection, organisation, dossier)
            else:
                row = None
            if dossier and row is None:
                return []
            query = _query(organisation).order_by(tables.merges.c.id.desc()).limit(MOST_LISTED)
            if row is not None:
                either = or_(tables.merges.c.keep_id == row.id, tables.merges.c.merged_id == row.id)
                query = query.where(either)
            return [_merged(merge_row) for merge_row in connection.execute(query)]

    def _record(
        self,
        connection: Connection,
        organisation: str,
        pair: tuple[Row[Any], Row[Any]],
        *,
        access: Access,
        kinds: tuple[DossierActKind, AccessKind],
    ) -> None:
        """In the history of the dossier that is kept, and in the register for both."""
        now, (target, gone) = self._now(), pair
        act = DossierAct(
            kind=kinds[0],
            about=f"{gone.number} · {target.number}",
            reason=access.reason,
            by=access.by,
            at_utc=now,
        )
        write_act(connection, organisation, target.id, act)
        for row in pair:
            write_line(connection, organisation, kinds[1], row.number, access=access, now=now)


_MADE = (DossierActKind.MERGED, AccessKind.MERGED)
_UNDONE = (DossierActKind.UNMERGED, AccessKind.UNMERGED)


class _Move:
    """The rows of one merge, there and back."""

    def __init__(
        self, connection: Connection, merge_key: int, *, target: Row[Any], gone: Row[Any]
    ) -> None:
        self._connection = connection
        self._merge_key = merge_key
        self._kept = target
        self._gone = gone

    # ---- there

    def go(self) -> None:
        """Moves all of `gone` into `kept`."""
        for what, table in _MOVING.items():
            self._note(what, keys := self._keys(what, table))
            self._give(table, keys, self._kept.id)
        self._move_pieces()
        values = {
            name: getattr(self._gone, name)
            for name in ("caller_number", "contact", "born_on")
            if not getattr(self._kept, name) and getattr(self._gone, name)
        }
        values["procedure"] = _both(self._kept.procedure, self._gone.procedure)
        self._change("dossier", tables.dossiers, self._kept, values)
        self._set(tables.dossiers, self._gone.id, {"merged_into": self._kept.number})

    def _keys(self, what: str, table: Table) -> list[int]:
        query = select(table.c.id).where(table.c.dossier_id == self._gone.id)
        if what == "note":
            known_notes = select(table.c.note_id).where(table.c.dossier_id == self._kept.id)
            query = query.where(table.c.note_id.not_in(known_notes))
        return list(self._connection.execute(query).scalars())

    def _move_pieces(self) -> None:
        table = tables.pieces
        query: Select[Any] = select(table).order_by(table.c.place)
        ours = list(self._connection.execute(query.where(table.c.dossier_id == self._kept.id)))
        theirs = list(self._connection.execute(query.where(table.c.dossier_id == self._gone.id)))
        pieces_by_id = {row.piece_id: row for row in ours}
        place = max((row.place for row in ours), default=-1)
        for row in theirs:
            if (same := pieces_by_id.get(row.piece_id)) is None:
                place += 1
                here = {"dossier_id": self._kept.id, "place": place}
                self._change("piece", table, row, here)
            elif _RANK.index(PieceState(row.state)) > _RANK.index(PieceState(same.state)):
                values = {name: getattr(row, name) for name in ("state", "reason", "expires_on")}
                self._change("state", table, same, values)

    # ---- back

    def back(self) -> None:
        """Moves to `gone` what came with it, and what belongs to that since."""
        moved = self._moved()
        pieces = self._pieces_back(moved.get("piece", []))
        files, events = tables.documents, tables.piece_events
        documents = {row.row_id for row in moved.get("document", [])}
        documents |= self._of_pieces(files, pieces)
        going = _with_versions(self._connection, documents, self._own_before())
        _cut_versions(self._connection, going)
        self._give(files, going, self._gone.id)
        steps = {row.row_id for row in moved.get("event", [])} | self._of_pieces(events, pieces)
        self._give(events, steps, self._gone.id)
        for what in ("note", "act"):
            keys = [row.row_id for row in moved.get(what, [])]
            self._give(_MOVING[what], keys, self._gone.id)
        for what, table in (("state", tables.pieces), ("dossier", tables.dossiers)):
            for row in moved.get(what, []):
                self._change_back(table, row)
        self._set(tables.dossiers, self._gone.id, {"merged_into": ""})

    def _moved(self) -> dict[str, list[Row[Any]]]:
        table = tables.merge_moves
        query: Select[Any] = select(table).where(table.c.merge_id == self._merge_key)
        moves: dict[str, list[Row[Any]]] = {}
        for row in self._connection.execute(query.order_by(table.c.id)):
            moves.setdefault(row.what, []).append(row)
        return moves

    def _pieces_back(self, moves: Iterable[Row[Any]]) -> list[str]:
        """The ids of the pieces that went back."""
        table, piece_ids = tables.pieces, []
        for move in moves:
            row = self._connection.execute(select(table).where(table.c.id == move.row_id)).one()
            self._change_back(table, move)
            piece_ids.append(row.piece_id)
        return piece_ids

    def _own_before(self) -> set[int]:
        """Documents that `kept` had before the merge."""
        table, moves, merges = tables.documents, tables.merge_moves, tables.merges
        at_utc = select(merges.c.at_utc).where(merges.c.id == self._merge_key).scalar_subquery()
        came = select(moves.c.row_id).where(
            moves.c.merge_id == self._merge_key, moves.c.what == "document"
        )
        query = select(table.c.id).where(
            table.c.dossier_id == self._kept.id,
            table.c.filed_at_utc < at_utc,
            table.c.id.not_in(came),
        )
        return set(self._connection.execute(query).scalars())

    def _of_pieces(self, table: Table, piece_ids: Collection[str]) -> set[int]:
        query = select(table.c.id).where(
            table.c.dossier_id == self._kept.id, table.c.piece_id.in_(piece_ids)
        )
        return set(self._connection.execute(query).scalars())

    # ---- rows

    def _note(self, what: str, keys: Iterable[int], was: str = "") -> None:
        rows = [
            {"merge_id": self._merge_key, "what": what, "row_id": key, "was": was} for key in keys
        ]
        if rows:
            self._connection.execute(insert(tables.merge_moves), rows)

    def _give(self, table: Table, keys: Collection[int], dossier_key: int) -> None:
        if keys:
            self._connection.execute(
                update(table).where(table.c.id.in_(keys)).values(dossier_id=dossier_key)
            )

    def _change(self, what: str, table: Table, row: Row[Any], values: dict[str, Any]) -> None:
        """Changes a row, and writes down what it said before and says now."""
        change = {name: (getattr(row, name), value) for name, value in values.items()}
        self._note(what, [row.id], msgspec.json.encode(change).decode())
        self._set(table, row.id, values)

    def _change_back(self, table: Table, move: Row[Any]) -> None:
        """Restore what a row said before, where it still says what the merge has put there."""
        row = self._connection.execute(select(table).where(table.c.id == move.row_id)).one()
        change = msgspec.json.decode(move.was, type=dict[str, tuple[Any, Any]])
        if table is tables.dossiers:  # each by itself
            values = {
                name: was for name, (was, set_to) in change.items() if getattr(row, name) == set_to
            }
        else:
            same = all(getattr(row, name) == set_to for name, (_, set_to) in change.items())
            if same:
                values = {name: was for name, (was, _) in change.items()}
            else:
                values = {}
        if values:
            self._set(table, move.row_id, values)

    def _set(self, table: Table, key: int, values: dict[str, Any]) -> None:
        self._connection.execute(update(table).where(table.c.id == key).values(**values))


def _with_versions(connection: Connection, documents: set[int], staying: set[int]) -> set[int]:
    """These documents, and those that came after or before them, without `staying`."""
    table, keys = tables.versions, set(documents)
    while True:
        query = select(table.c.document_key, table.c.replaces_key).where(
            or_(table.c.document_key.in_(keys), table.c.replaces_key.in_(keys))
        )
        more = {key for row in connection.execute(query) for key in row} - staying | keys
        if more == keys:
            return keys
        keys = more


def _cut_versions(connection: Connection, going: set[int]) -> None:
    """A document is no version of one in another dossier; the history of both still says so."""
    table = tables.versions
    newer, older = table.c.document_key.in_(going), table.c.replaces_key.in_(going)
    connection.execute(table.delete().where(newer != older))


def _both(first: str, other: str) -> str:
    """The procedures of both, each once."""
    words = dict.fromkeys(part for part in [*first.split(" · "), *other.split(" · ")] if part)
    return " · ".join(words)[:500]


def _free(connection: Connection, organisation: str, number: str) -> Row[Any]:
    row = find_row(connection, organisation, number)
    if row is None:
        raise DossierUnknown(what="dossier")
    if row.merged_into:
        raise MergeImpossible(why="merged_before")
    return row


def _check_reversible(connection: Connection, row: Row[Any], now: datetime) -> None:
    if _naive(now) > row.at_utc + REVERSIBLE:
        raise MergeImpossible(why="too_late")
    table = tables.merges
    later = select(table.c.id).where(
        table.c.id > row.id,
        table.c.undone_at_utc.is_(None),
        or_(table.c.keep_id == row.keep_id, table.c.merged_id == row.keep_id),
    )
    if connection.execute(later).first() is not None:
        raise MergeImpossible(why="later_first")


def _insert(
    connection: Connection,
    organisation: str,
    merge_id: str,
    *,
    access: Access,
    now: datetime,
    pair: tuple[Row[Any], Row[Any]],
) -> int:
    table, (target, gone) = tables.merges, pair
    values = {
        "organisation": organisation,
        "merge_id": merge_id,
        "keep_id": target.id,
        "merged_id": gone.id,
        "reason": access.reason[:500],
        "by_user": access.by.user,
        "by_name": access.by.name[:500],
        "at_utc": _naive(now),
        "undone_by": "",
        "undone_why": "",
    }
    return int(
        connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
    )


def _find(connection: Connection, organisation: str, merge_id: str) -> Row[Any] | None:
    return connection.execute(
        _query(organisation).where(tables.merges.c.merge_id == merge_id)
    ).first()


def _facts(connection: Connection, organisation: str, merge_id: str) -> DossierMerged:
    query = _query(organisation).where(tables.merges.c.merge_id == merge_id)
    return _merged(connection.execute(query).one())


def _query(organisation: str) -> Select[Any]:
    target, gone = tables.dossiers.alias("kept"), tables.dossiers.alias("gone")
    table = tables.merges
    return (
        select(
            table,
            target.c.number.label("keep"),
            gone.c.number.label("merged"),
            target.c.caller_name.label("caller_name"),
        )
        .join(target, target.c.id == table.c.keep_id)
        .join(gone, gone.c.id == table.c.merged_id)
        .where(table.c.organisation == organisation)
    )


def _merged(row: Row[Any]) -> DossierMerged:
    undone = row.undone_at_utc
    return DossierMerged(
        id=row.merge_id,
        keep=row.keep,
        merged=row.merged,
        caller_name=row.caller_name,
        reason=row.reason,
        by_name=row.by_name,
        at_utc=row.at_utc.replace(tzinfo=UTC),
        until_utc=(row.at_utc + REVERSIBLE).replace(tzinfo=UTC),
        undone_at_utc=None if undone is None else undone.replace(tzinfo=UTC),
        undone_by=row.undone_by,
        undone_why=row.undone_why,
    )


def _by_key(connection: Connection, key: int) -> Row[Any]:
    return connection.execute(select(tables.dossiers).where(tables.dossiers.c.id == key)).one()


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
