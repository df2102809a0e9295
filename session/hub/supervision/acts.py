# SPDX-License-Identifier: GPL-3.0-only
"""Supervisors' acts as the history in SQL has them: before, after, by whom, why.
Pure reading; used by `undo`.

An act on tickets is told once, as the first change that names it, with how many it reached
(`members` tells each of them); what a ticket was before is the change before its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, not_, or_, select

from session.core.spoken_letters import short_number
from session.hub.history import tables
from session.hub.history.database import History, naive
from session.protocol.hub.history import ActFacts, ActKind, ActSide
from session.protocol.wire.roles import Role


@dataclass(frozen=True)
class ActsWanted:
    """Which acts: in `start` <= time < `end`, UTC; "" and None mean all."""

    organisation: str
    start: datetime
    end: datetime
    kind: ActKind | None = None
    by: str = ""
    number: str = ""
    most: int = 200


_now = tables.transitions.alias("now")
_before = tables.transitions.alias("before")
_other = tables.transitions.alias("other")

_BESIDE_TICKETS = frozenset(
    {
        ActKind.MOVE,
        ActKind.CLOSE,
        ActKind.OPEN,
        ActKind.BROADCAST,
        ActKind.WITHDRAW,
        ActKind.CLOSE_SITE,
        ActKind.OPEN_SITE,
        ActKind.AGENT_STATE,
        ActKind.AGENT_SERVICES,
    }
)


MOVED = "m-"
"""Before the act's id in a ticket that went with its whole queue:
the ticket's change may be known before the act.
"""

_KEPT = 38


def with_queue(act_id: str) -> str:
    """Return what a ticket that was moved with its queue says of the act."""
    return f"{MOVED}{act_id[:_KEPT]}"


def acts(history: History, criteria: ActsWanted) -> list[ActFacts]:
    """The newest acts first. Raises `StoreUnreachable`."""
    with history.reading() as connection:
        facts: list[ActFacts] = []
        if criteria.kind is None or criteria.kind in _BESIDE_TICKETS:
            facts += _beside_tickets(connection, criteria)
        if criteria.kind is None or criteria.kind not in _BESIDE_TICKETS:
            facts += _on_tickets(connection, criteria)
    facts.sort(key=lambda act: act.at_utc, reverse=True)
    return facts[: criteria.most]


def act(history: History, organisation: str, act_id: str) -> ActFacts | None:
    """One act, None when the history does not have it. Raises `StoreUnreachable`."""
    with history.reading() as connection:
        table = tables.acts
        place = and_(table.c.organisation == organisation, table.c.act == act_id)
        beside = _read_beside(connection, organisation, [place], 1)
        if beside:
            return beside[0]
        conditions = [_now.c.act == act_id, _is_first_of_act]
        rows = connection.execute(_ticket_query(organisation, conditions).limit(1))
        heads = _counted(connection, organisation, [_ticket_act(row) for row in rows])
    return next(iter(heads), None)


def members(
    history: History, organisation: str, act_id: str, *, after: str = "", most: int | None = None
) -> list[ActFacts]:
    """The tickets of an act, each as an act of its own, in the order of their ids from the one
    behind `after` on. Raises `StoreUnreachable`.
    """
    conditions = [_now.c.act == act_id, _now.c.ticket > after, _is_first_of_ticket]
    query = _ticket_query(organisation, conditions).order_by(None).order_by(_now.c.ticket)
    with history.reading() as connection:
        return [_ticket_act(row) for row in connection.execute(query.limit(most))]


def moved_tickets(history: History, organisation: str, act_id: str) -> list[str]:
    """Ids of the tickets that a move reached. Raises `StoreUnreachable`."""
    table = tables.transitions
    marked = table.c.act == with_queue(act_id)
    query = select(table.c.ticket).where(table.c.organisation == organisation, marked).distinct()
    with history.reading() as connection:
        return sorted(connection.execute(query).scalars())


def undone(history: History, organisation: str, act_ids: Sequence[str]) -> set[str]:
    """Return the acts that were taken back. Raises `StoreUnreachable`."""
    undone_ids: set[str] = set()
    with history.reading() as connection:
        for table in (tables.acts, tables.transitions):
            query = select(table.c.undoes).where(
                table.c.organisation == organisation, table.c.undoes.in_(act_ids)
            )
            undone_ids |= set(connection.execute(query.distinct()).scalars())
    return undone_ids


_is_first_of_act = not_(
    exists().where(
        _other.c.organisation == _now.c.organisation,
        _other.c.act == _now.c.act,
        _other.c.stream == _now.c.stream,
        _other.c.seq < _now.c.seq,
    )
)
# A later change keeps the name; it stands alone when the audit has lost what was between (see
# `audit`).
_is_first_of_ticket = or_(_before.c.act.is_(None), _before.c.act != _now.c.act)


def _ticket_query(organisation: str, conditions: list[ColumnElement[bool]]) -> Any:
    """(the change, the change before it) of acts on one ticket."""
    place = (
        select(func.max(_other.c.seq))
        .where(
            _other.c.organisation == _now.c.organisation,
            _other.c.ticket == _now.c.ticket,
            _other.c.stream == _now.c.stream,
            _other.c.seq < _now.c.seq,
        )
        .scalar_subquery()
    )
    # the last conversation of the ticket, which mostly began after the act
    talked = (
        select(_other.c.session)
        .where(
            _other.c.organisation == _now.c.organisation,
            _other.c.ticket == _now.c.ticket,
            _other.c.session.is_not(None),
        )
        .order_by(_other.c.stream.desc(), _other.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    names = (
        "act",
        "undoes",
        "changed_by",
        "reason",
        "ticket",
        "number",
        "stored_at_utc",
        "moved_to",
    )
    columns = [_now.c[name] for name in names]
    sides = [
        side.c[name] for side in (_before, _now) for name in ("service", "priority", "assigned_to")
    ]
    return (
        select(*columns, *sides, talked)
        .select_from(
            _now.outerjoin(_before, and_(_before.c.stream == _now.c.stream, _before.c.seq == place))
        )
        .where(
            _now.c.organisation == organisation,
            _now.c.act.is_not(None),
            _now.c.changed_by.startswith(f"{Role.SUPERVISOR}."),
            not_(_now.c.act.startswith(MOVED, autoescape=True)),
            *conditions,
        )
        .order_by(_now.c.stored_at_utc.desc())
    )


def _on_tickets(connection: Connection, criteria: ActsWanted) -> list[ActFacts]:
    at = _now.c.stored_at_utc
    start, end = naive(criteria.start), naive(criteria.end)
    conditions: list[ColumnElement[bool]] = [at >= start, at < end, _is_first_of_act]
    if criteria.by:
        conditions.append(_now.c.changed_by == f"{Role.SUPERVISOR}.{criteria.by}")
    if criteria.number:
        reached = tables.transitions
        named = select(reached.c.act).where(
            reached.c.organisation == criteria.organisation,
            reached.c.number == criteria.number,
            reached.c.stored_at_utc >= start,
            reached.c.act.is_not(None),
        )
        conditions.append(_now.c.act.in_(named))
    query = _ticket_query(criteria.organisation, conditions)
    facts = []
    for row in connection.execute(
        query if criteria.kind is not None else query.limit(criteria.most)
    ):
        act = _ticket_act(row)
        if criteria.kind in (None, act.kind):
            facts.append(act)
    return _counted(connection, criteria.organisation, facts[: criteria.most])


def _counted(
    connection: Connection, organisation: str, heads: Sequence[ActFacts]
) -> list[ActFacts]:
    """Return acts on tickets with how many each reached."""
    counts = _counts(connection, organisation, [head.id for head in heads])
    return [msgspec.structs.replace(head, tickets=counts.get(head.id, 1)) for head in heads]


def _ticket_act(row: Any) -> ActFacts:
    act_id, undoes, by, reason, ticket, number, at, moved_to = row[:8]
    after = ActSide(service=row[11], priority=row[12], assigned_to=row[13] or "")
    if row[8] is None:
        before = None
    else:
        before = ActSide(service=row[8], priority=row[9], assigned_to=row[10] or "")
    return ActFacts(
        id=act_id,
        kind=ActKind.ORGANISATION if moved_to else _kind(before, after),
        to=moved_to,
        at_utc=at.replace(tzinfo=UTC),
        by=by.partition(".")[2],
        reason=reason,
        ticket_id=ticket,
        number=number,
        before=before,
        after=after,
        undoes=undoes or "",
        conversation=short_number(row[14] or ""),
        tickets=1,
    )


def _kind(before: ActSide | None, after: ActSide) -> ActKind:
    """Return what an act on a ticket was, read from what it changed."""
    if before is None:
        return ActKind.OTHER
    if before.service != after.service:
        return ActKind.SERVICE
    if before.assigned_to != after.assigned_to:
        return ActKind.AGENT
    if before.priority != after.priority:
        return ActKind.PRIORITY
    return ActKind.OTHER


# ---- beside tickets


def _beside_tickets(connection: Connection, criteria: ActsWanted) -> list[ActFacts]:
    table = tables.acts
    conditions: list[ColumnElement[bool]] = [
        table.c.at_utc >= naive(criteria.start),
        table.c.at_utc < naive(criteria.end),
    ]
    if criteria.kind is not None:
        conditions.append(table.c.kind == criteria.kind.value)
    if criteria.by:
        conditions.append(table.c.changed_by == f"{Role.SUPERVISOR}.{criteria.by}")
    if criteria.number:
        reached = tables.transitions
        named = select(reached.c.act).where(
            reached.c.organisation == criteria.organisation,
            reached.c.number == criteria.number,
            reached.c.act.is_not(None),
        )
        conditions.append((literal(MOVED) + func.substr(table.c.act, 1, _KEPT)).in_(named))
    return _read_beside(connection, criteria.organisation, conditions, criteria.most)


def _read_beside(
    connection: Connection, organisation: str, conditions: list[ColumnElement[bool]], most: int
) -> list[ActFacts]:
    table = tables.acts
    query = (
        select(table)
        .where(table.c.organisation == organisation, *conditions)
        .order_by(table.c.at_utc.desc())
    ).limit(most)
    rows = connection.execute(query).mappings().all()
    counts = _counts(
        connection,
        organisation,
        [with_queue(row["act"]) for row in rows if row["kind"] == ActKind.MOVE],
    )
    return [
        ActFacts(
            id=row["act"],
            kind=ActKind(row["kind"]),
            at_utc=row["at_utc"].replace(tzinfo=UTC),
            by=row["changed_by"].partition(".")[2],
            reason=row["reason"],
            ticket_id=row["said"],
            service=row["service"],
            to=row["to"],
            text=row["text"],
            tickets=counts.get(with_queue(row["act"]), 0),
            undoes=row["undoes"] or "",
        )
        for row in rows
    ]


def _counts(connection: Connection, organisation: str, names: Sequence[str]) -> dict[str, int]:
    """Return how many tickets were changed under each of these names."""
    if not names:
        return {}
    table = tables.transitions
    query = (
        select(table.c.act, func.count(table.c.ticket.distinct()))
        .where(table.c.organisation == organisation, table.c.act.in_(names))
        .group_by(table.c.act)
    )
    return {str(name): int(count) for name, count in connection.execute(query)}
