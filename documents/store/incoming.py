# SPDX-License-Identifier: GPL-3.0-only
"""Dossiers that come from an organisation's own system: taken in by the thousand from a file, one
by one from its register, and matched with those made while it was away. Used by the hub, its
commands and its matching job.

Each call is one transaction, whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from documents.store import tables
from documents.store.accesses import one_at_a_time, write_line
from documents.store.identities import identity_columns
from documents.store.names import likeness
from documents.store.transactions import Transactions
from session.core.birth_date import is_complete
from session.core.dossier_model import Access, AccessKind, CallerIdentity


class IncomingDossier(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as the organisation's own system has it."""

    number: str
    caller: CallerIdentity
    procedure: str = ""


class Taken(msgspec.Struct, frozen=True):
    """The outcome of taking in some dossiers, by their numbers.

    Attributes:
        new, changed, unchanged: how many.
        number_taken: number -> another dossier that has the caller's number: these were taken in
            without it.
        merged: those that a supervisor has merged into another one here; they stay as they are.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    number_taken: dict[str, str] = {}
    merged: list[str] = []


class ProvisionalRow(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier made while the register was away.

    Attributes:
        not_again: dossiers that it was merged with before, which somebody took back.
    """

    number: str
    caller: CallerIdentity
    not_again: tuple[str, ...] = ()


class IncomingDossiers:
    """Takes dossiers in, for all organisations. Thread-safe; may run beside a hub.
    Each method may raise `StoreUnreachable`.
    """

    def __init__(self, transactions: Transactions, now: Callable[[], datetime]) -> None:
        self._transactions = transactions
        self._now = now

    def take(
        self,
        organisation: str,
        dossiers: Sequence[IncomingDossier],
        access: Access,
        *,
        is_told: bool = False,
    ) -> Taken:
        """Makes those that are not here, and brings the others up to date, in one transaction.

        An empty field of a dossier leaves what is here. What a dossier is about is taken for a new
        one only: agents add to it. When anything changes, a line of the register of accesses says
        so, of one dossier with its number.

        Args:
            dossiers: some thousands at most, no number twice.
            is_told: the line was written with an earlier batch.
        """
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, "numbers")
            plan = _plan(connection, organisation, dossiers)
            if plan.inserts or plan.updates:
                self._write(connection, organisation, plan, access)
                if not is_told:
                    if plan.inserts:
                        kind = AccessKind.CREATED
                    else:
                        kind = AccessKind.CORRECTED
                    if len(dossiers) == 1:
                        only = dossiers[0].number
                    else:
                        only = ""
                    now = self._now()
                    write_line(connection, organisation, kind, only, access=access, now=now)
            return plan.taken

    def try_take(self, organisation: str, dossiers: Sequence[IncomingDossier]) -> Taken:
        """Return what `take` would do."""
        with self._transactions.reading() as connection:
            return _plan(connection, organisation, dossiers).taken

    def provisional(self, organisation: str) -> list[ProvisionalRow]:
        """Dossiers made while the register was away and not matched yet, the oldest first."""
        table = tables.dossiers
        query: Select[Any] = (
            select(table)
            .where(table.c.organisation == organisation, table.c.provisional == 1)
            .where(table.c.merged_into == "")
            .order_by(table.c.id)
        )
        with self._transactions.reading() as connection:
            return [
                ProvisionalRow(
                    number=row.number,
                    caller=_caller(row),
                    not_again=tuple(_taken_back(connection, row.id)),
                )
                for row in connection.execute(query).all()
            ]

    def settle(self, organisation: str, number: str, access: Access) -> None:
        """A provisional dossier is one of our own: the register has nobody like this."""
        table = tables.dossiers
        with self._transactions.writing() as connection:
            change = (
                update(table)
                .where(table.c.organisation == organisation, table.c.number == number)
                .where(table.c.provisional == 1)
                .values(provisional=0)
            )
            if connection.execute(change).rowcount:
                kind = AccessKind.CORRECTED
                write_line(connection, organisation, kind, number, access=access, now=self._now())

    def certainly_same(self, organisation: str, caller: CallerIdentity) -> list[str]:
        """Numbers of dossiers that are not provisional and certainly this person's."""
        table = tables.dossiers
        query: Select[Any] = (
            select(table)
            .where(table.c.organisation == organisation, table.c.born_on == caller.born_on)
            .where(table.c.merged_into == "", table.c.provisional == 0)
        )
        with self._transactions.reading() as connection:
            return [
                row.number
                for row in connection.execute(query)
                if is_certainly(caller, row.search_key, row.caller_number)
            ]

    def _write(
        self, connection: Connection, organisation: str, plan: _Plan, access: Access
    ) -> None:
        made_at = self._now().astimezone(UTC).replace(tzinfo=None)
        if plan.inserts:
            fixed = {"organisation": organisation, "merged_into": "", "provisional": 0}
            fixed |= {"made_by": access.by.name[:500]}
            rows = [{**columns, **fixed, "made_at_utc": made_at} for columns in plan.inserts]
            connection.execute(insert(tables.dossiers), rows)
        if plan.updates:
            table = tables.dossiers
            names = [name for name in plan.updates[0] if name != "key"]
            change = update(table).where(table.c.id == bindparam("key"))
            connection.execute(
                change.values({name: bindparam(f"new_{name}") for name in names}),
                [
                    {"key": columns["key"], **{f"new_{name}": columns[name] for name in names}}
                    for columns in plan.updates
                ],
            )


class _Plan(msgspec.Struct):
    taken: Taken
    inserts: list[dict[str, Any]]
    updates: list[dict[str, Any]]


def _plan(connection: Connection, organisation: str, dossiers: Sequence[IncomingDossier]) -> _Plan:
    known_rows = _by_number(connection, organisation, [incoming.number for incoming in dossiers])
    holders = _holders(
        connection, organisation, [incoming.caller.caller_number for incoming in dossiers]
    )
    inserts: list[dict[str, Any]] = []
    updates: list[dict[str, Any]] = []
    number_taken: dict[str, str] = {}
    merged: list[str] = []
    unchanged = 0
    for dossier in dossiers:
        row = known_rows.get(dossier.number)
        if row is not None and row.merged_into:
            merged.append(dossier.number)
            continue
        columns = {
            "number": dossier.number,
            "procedure": dossier.procedure,
            **identity_columns(dossier.caller),
        }
        holder = holders.get(dossier.caller.caller_number, dossier.number)
        if holder != dossier.number:
            number_taken[dossier.number] = holder
            columns["caller_number"] = ""
        if row is None:
            inserts.append(columns)
        elif _is_same(row, columns):
            unchanged += 1
        else:
            updates.append(_changed(row, columns))
    outcome = Taken(len(inserts), len(updates), unchanged, number_taken, merged)
    return _Plan(outcome, inserts, updates)


_KEPT_WHEN_EMPTY = ("given_names", "born_on", "caller_number", "contact")


def _is_same(row: Row[Any], columns: dict[str, Any]) -> bool:
    changed = _changed(row, columns)
    return all(changed[name] == getattr(row, name) for name in changed if name != "key")


def _changed(row: Row[Any], columns: dict[str, Any]) -> dict[str, Any]:
    """The row as it is to be: what was not given stays."""
    changed = {name: value for name, value in columns.items() if name != "number"}
    for name in _KEPT_WHEN_EMPTY:
        changed[name] = changed[name] or getattr(row, name)
    if not columns["given_names"]:
        del changed["given_names"], changed["caller_name"], changed["search_key"]
        changed |= {"given_names": row.given_names}
        changed |= {"caller_name": row.caller_name, "search_key": row.search_key}
    changed["procedure"] = row.procedure or changed["procedure"]
    return {"key": row.id, **changed, "provisional": 0}


def _by_number(
    connection: Connection, organisation: str, numbers: Sequence[str]
) -> dict[str, Row[Any]]:
    table = tables.dossiers
    query: Select[Any] = select(table).where(
        table.c.organisation == organisation, table.c.number.in_(numbers)
    )
    return {row.number: row for row in connection.execute(query)}


def _holders(
    connection: Connection, organisation: str, caller_numbers: Iterable[str]
) -> dict[str, str]:
    """Caller number -> the dossier that has it; a provisional one lets it go, as it is to be
    matched.
    """
    table = tables.dossiers
    numbers = [number for number in caller_numbers if number]
    query = select(table.c.caller_number, table.c.number).where(
        table.c.organisation == organisation,
        table.c.caller_number.in_(numbers),
        table.c.merged_into == "",
        table.c.provisional == 0,
    )
    return {row.caller_number: row.number for row in connection.execute(query)}


def is_certainly(caller: CallerIdentity, key: str, caller_number: str) -> bool:
    """Return True if a dossier of the same birth date, with this `search_key` and number of its
    caller, is this person's without a doubt: the same number, or the same names and no other
    number. Thousands share an incomplete birth date: there the number alone counts.
    """
    if caller.caller_number and caller_number:
        return caller.caller_number == caller_number
    return (
        is_complete(caller.born_on)
        and bool(caller.given_names.strip())
        and likeness(caller.family_name, caller.given_names, key) == 1.0
    )


def _caller(row: Row[Any]) -> CallerIdentity:
    return CallerIdentity(
        family_name=row.family_name,
        given_names=row.given_names,
        born_on=row.born_on,
        caller_number=row.caller_number,
        contact=row.contact,
    )


def _taken_back(connection: Connection, key: int) -> list[str]:
    """Dossiers that this one was merged with until somebody took it back."""
    merge, dossier = tables.merges, tables.dossiers
    query = (
        select(dossier.c.number)
        .join(merge, merge.c.keep_id == dossier.c.id)
        .where(merge.c.merged_id == key, merge.c.undone_at_utc.is_not(None))
    )
    return list(connection.execute(query).scalars())
