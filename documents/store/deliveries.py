# SPDX-License-Identifier: GPL-3.0-only
"""Copies of filed documents for an agency's own document systems (GED):
what waits, arrived, was refused. SQL only.

A copy is ordered in the transaction that files the document, so none is forgotten; whoever carries
it (the hub's `expert_app.ged.courier`) claims it for some minutes, and says how it went. A carrier
that is killed loses its claim by time alone. Used by the store, the courier and the supervisor's
page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, func, insert, select, update

from documents.store import tables
from documents.store.acts import DossierAct, DossierActKind, write_act
from documents.store.rows import document_of, piece_name
from documents.store.transactions import Transactions
from session.core.dossier_model import ActingUser, Delivery, DeliveryState, DocumentRecord
from session.core.errors import CopyDelivered

MAX_LISTED = 100


UNDELIVERED = (DeliveryState.WAITING, DeliveryState.REFUSED, DeliveryState.GIVEN_UP)


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A copy to carry, and what the GED gets to know about it.
    The caller's name is not among it: the number leads to it.

    Attributes:
        delivery: its key.
        receipt: what the GED gave for a copy that it is still taking, "" for none.
        tries: how often it was tried before.
    """

    delivery: int
    organisation: str
    target: str
    document: DocumentRecord
    piece: str
    dossier: str
    caller_number: str
    procedure: str
    receipt: str
    tries: int


class TargetCount(msgspec.Struct, frozen=True, kw_only=True):
    """The number of copies of a target in a state, and the time when the oldest of them was
    filed.
    """

    target: str
    state: DeliveryState
    count: int
    oldest_utc: datetime


def add_deliveries(
    connection: Connection,
    organisation: str,
    document_key: int,
    *,
    targets: Sequence[str],
    now: datetime,
) -> None:
    """Orders a copy for each target, in the transaction that files the document."""
    if targets:
        connection.execute(
            insert(tables.deliveries),
            [_new(organisation, document_key, target, now) for target in targets],
        )


def call_off(connection: Connection, document_keys: Sequence[int], act: DossierAct) -> None:
    """Nobody delivers these documents any more.

    Raises:
        CopyDelivered: a copy has left, or is being carried. Detail: `target`.
    """
    table, at = tables.deliveries, _naive(act.at_utc)
    of_these = table.c.document_key.in_(document_keys)
    waiting = (DeliveryState.WAITING.value, DeliveryState.REFUSED.value)
    nobody_carries = (table.c.claimed_until_utc <= at) & (table.c.receipt == "")
    ended = {"state": DeliveryState.GIVEN_UP.value, "reason": "given_up", "words": act.reason[:500]}
    connection.execute(
        update(table)
        .where(of_these, table.c.state.in_(waiting), nobody_carries)
        .values(by_name=act.by.name, changed_at_utc=at, **ended)
    )
    query = select(table.c.target).where(of_these, table.c.state != DeliveryState.GIVEN_UP.value)
    target = connection.execute(query).scalar()
    if target is not None:
        raise CopyDelivered(target=target)


def _new(organisation: str, document_key: int, target: str, now: datetime) -> dict[str, Any]:
    at = _naive(now)
    texts = dict.fromkeys(("remote_id", "receipt", "reason", "words", "by_name"), "")
    times = {"next_try_utc": at, "claimed_until_utc": at, "changed_at_utc": at}
    key = {"organisation": organisation, "document_key": document_key, "target": target}
    return {**key, "state": DeliveryState.WAITING.value, "tries": 0, **texts, **times}


class Deliveries:
    """The copies of all organisations. Thread-safe; several hubs may carry at once.
    Times are timezone-aware.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add_earlier(self, organisation: str, target: str, now: datetime) -> int:
        """Orders copies of documents that were filed before there was this target; how many."""
        filed, ordered = tables.documents, tables.deliveries
        known_keys = select(ordered.c.document_key).where(ordered.c.target == target)
        query = select(filed.c.id).where(
            filed.c.organisation == organisation,
            filed.c.withdrawn_at_utc.is_(None),
            filed.c.id.not_in(known_keys),
        )
        with self._transactions.writing() as connection:
            keys = list(connection.execute(query).scalars())
            if keys:
                connection.execute(
                    insert(ordered), [_new(organisation, key, target, now) for key in keys]
                )
        return len(keys)

    def claim(self, organisation: str, target: str, now: datetime, hold_s: float) -> Parcel | None:
        """The next copy that is due, claimed for `hold_s`: no other courier delivers it then."""
        table = tables.deliveries
        at = _naive(now)
        due = (
            select(table.c.id)
            .where(table.c.target == target, table.c.state == DeliveryState.WAITING.value)
            .where(
                table.c.next_try_utc <= at,
                table.c.claimed_until_utc <= at,
                table.c.organisation == organisation,
            )
            .order_by(table.c.next_try_utc, table.c.id)
            .limit(1)
        )
        # most looks find nothing: no writer's place for those
        with self._transactions.reading() as connection:
            if connection.execute(due).first() is None:
                return None
        with self._transactions.writing() as connection:
            key = connection.execute(due.with_for_update(skip_locked=True)).scalar()
            if key is None:
                return None
            until = at + timedelta(seconds=hold_s)
            connection.execute(
                update(table).where(table.c.id == key).values(claimed_until_utc=until)
            )
            return _parcel(connection, key)

    def under_way(self, delivery: int, receipt: str, next_try: datetime, now: datetime) -> None:
        """The GED is taking it; it is asked again at `next_try`."""
        self._set(delivery, now, receipt=receipt[:200], next_try_utc=_naive(next_try))

    def delivered(self, delivery: int, remote_id: str, now: datetime) -> None:
        """The GED has it under this id."""
        state_value = DeliveryState.DELIVERED.value
        self._set(
            delivery,
            now,
            state=state_value,
            remote_id=remote_id[:500],
            receipt="",
            reason="",
            words="",
        )

    def failed(
        self, delivery: int, reason: str, words: str, *, next_try: datetime | None, now: datetime
    ) -> None:
        """It did not work; without `next_try` it is refused and waits for a person."""
        table = tables.deliveries
        values: dict[str, Any] = {
            "reason": reason,
            "words": words[:500],
            "receipt": "",
            "tries": table.c.tries + 1,
        }
        if next_try is None:
            values["state"] = DeliveryState.REFUSED.value
        else:
            values["next_try_utc"] = _naive(next_try)
        self._set(delivery, now, **values)

    def release(self, delivery: int, now: datetime) -> None:
        """Nobody carries it any more; nothing happened."""
        self._set(delivery, now)

    def _set(self, delivery: int, now: datetime, **values: Any) -> None:
        """Only while it waits: who gave up meanwhile is not overruled, and what arrived has
        arrived.
        """
        table, at = tables.deliveries, _naive(now)
        here = table.c.id == delivery
        if values.get("state") != DeliveryState.DELIVERED.value:
            here &= table.c.state == DeliveryState.WAITING.value
        with self._transactions.writing() as connection:
            connection.execute(
                update(table).where(here).values(claimed_until_utc=at, changed_at_utc=at, **values)
            )

    # ---- for people

    def counts(self, organisation: str) -> list[TargetCount]:
        """Count the copies of each target and state."""
        table, filed = tables.deliveries, tables.documents
        query = (
            select(table.c.target, table.c.state, func.count(), func.min(filed.c.filed_at_utc))
            .join(filed, filed.c.id == table.c.document_key)
            .where(table.c.organisation == organisation)
            .group_by(table.c.target, table.c.state)
            .order_by(table.c.target, table.c.state)
        )
        with self._transactions.reading() as connection:
            return [
                TargetCount(
                    target=target,
                    state=DeliveryState(state),
                    count=count,
                    oldest_utc=_aware(oldest),
                )
                for target, state, count, oldest in connection.execute(query)
            ]

    def refused(self) -> dict[str, int]:
        """By target, how many copies of all organisations wait for a person."""
        table = tables.deliveries
        query = select(table.c.target, func.count()).where(
            table.c.state == DeliveryState.REFUSED.value
        )
        with self._transactions.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(table.c.target))}

    def listed(
        self,
        organisation: str,
        state: DeliveryState | None = None,
        *,
        target: str = "",
        dossier: str = "",
        before: int = 0,
        limit: int = MAX_LISTED,
    ) -> list[Delivery]:
        """The newest first.

        Args:
            state, target, dossier: only these; None and "" for all.
            before: only those with a lower id, to read on; 0 from the newest.
        """
        table, filed, owner = tables.deliveries, tables.documents, tables.dossiers
        query: Select[Any] = (
            select(table, filed.c.document_id, filed.c.name, filed.c.filed_at_utc, owner.c.number)
            .join(filed, filed.c.id == table.c.document_key)
            .join(owner, owner.c.id == filed.c.dossier_id)
            .where(table.c.organisation == organisation)
            .order_by(table.c.id.desc())
            .limit(min(limit, MAX_LISTED))
        )
        if state is not None:
            query = query.where(table.c.state == state.value)
        if target:
            query = query.where(table.c.target == target)
        if dossier:
            query = query.where(owner.c.number == dossier)
        if before:
            query = query.where(table.c.id < before)
        with self._transactions.reading() as connection:
            return [_row(row) for row in connection.execute(query)]

    def retry(self, organisation: str, ids: Sequence[int], by: ActingUser, now: datetime) -> int:
        """Tries these again at once; those that arrived stay. How many."""
        values = {"state": DeliveryState.WAITING.value, "next_try_utc": _naive(now)}
        act = DossierAct(kind=DossierActKind.RETRIED, about="", reason="", by=by, at_utc=now)
        return self._decide(organisation, ids, UNDELIVERED, values=values, act=act)

    def give_up(
        self, organisation: str, ids: Sequence[int], by: ActingUser, *, reason: str, now: datetime
    ) -> int:
        """Nobody tries these any more, for a reason in words; those that arrived stay. How many."""
        open_now = (DeliveryState.WAITING, DeliveryState.REFUSED)
        ended = {"state": DeliveryState.GIVEN_UP.value, "reason": "given_up", "words": reason[:500]}
        act = DossierAct(kind=DossierActKind.GIVEN_UP, about="", reason=reason, by=by, at_utc=now)
        return self._decide(organisation, ids, open_now, values=ended, act=act)

    def _decide(
        self,
        organisation: str,
        ids: Sequence[int],
        states: Sequence[DeliveryState],
        *,
        values: dict[str, Any],
        act: DossierAct,
    ) -> int:
        table, filed = tables.deliveries, tables.documents
        query = (
            select(table.c.id, table.c.target, filed.c.name, filed.c.dossier_id)
            .join(filed, filed.c.id == table.c.document_key)
            .where(table.c.organisation == organisation, table.c.id.in_(list(ids)[:MAX_LISTED]))
            .where(table.c.state.in_([state.value for state in states]))
        )
        with self._transactions.writing() as connection:
            rows = list(connection.execute(query))
            for row in rows:
                here = update(table).where(table.c.id == row.id)
                changed = {"by_name": act.by.name, "changed_at_utc": _naive(act.at_utc), **values}
                connection.execute(here.values(**changed))
                row_act = msgspec.structs.replace(act, about=f"{row.name} · {row.target}")
                write_act(connection, organisation, row.dossier_id, row_act)
        return len(rows)


def _parcel(connection: Connection, key: int) -> Parcel:
    table, filed, owner = tables.deliveries, tables.documents, tables.dossiers
    ordered = connection.execute(select(table).where(table.c.id == key)).one()
    document = connection.execute(select(filed).where(filed.c.id == ordered.document_key)).one()
    dossier = connection.execute(select(owner).where(owner.c.id == document.dossier_id)).one()
    return Parcel(
        delivery=key,
        organisation=ordered.organisation,
        target=ordered.target,
        document=document_of(document),
        piece=piece_name(connection, document.dossier_id, document.piece_id),
        dossier=dossier.number,
        caller_number=dossier.caller_number,
        procedure=dossier.procedure,
        receipt=ordered.receipt,
        tries=ordered.tries,
    )


def _row(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        target=row.target,
        state=DeliveryState(row.state),
        document_id=row.document_id,
        name=row.name,
        dossier=row.number,
        filed_at_utc=_aware(row.filed_at_utc),
        remote_id=row.remote_id,
        reason=row.reason,
        words=row.words,
        tries=row.tries,
        next_try_utc=_aware(row.next_try_utc),
        changed_at_utc=_aware(row.changed_at_utc),
        by_name=row.by_name,
    )


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)
