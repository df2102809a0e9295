# SPDX-License-Identifier: GPL-3.0-only
"""An agent's own conversations of today, from the history in SQL. Answers the agents' verbs
"own_talks" and "correct_outcome": to each agent its own, of no other day, and nothing is counted
from them.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import and_, func, select

from session.core.clock import Clock
from session.core.dossier_model import TalkSpan
from session.core.errors import CorrectionTooLate, TicketUnknown, UndoImpossible
from session.hub.access.handlers import Asker, handles
from session.hub.dossier.store import DossierStoreLike
from session.hub.history import tables
from session.hub.history.database import History
from session.hub.history.projection import Projection
from session.hub.queue.ticket_changes import TicketChanges
from session.protocol.hub.history import (
    MOST_OWN_TALKS,
    CorrectOutcomeRequest,
    OwnTalk,
    OwnTalksAnswer,
    OwnTalksRequest,
    UndoState,
)
from session.protocol.hub.requests import Done
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role

PASSED_ON, CALL_LATER = "passed_on", "call_later"
"""Reasons of changes that `session.hub.transfers` makes."""

_STAND = frozenset({PASSED_ON, CALL_LATER})
CORRECTED_FOR = timedelta(minutes=10)
"""From the end of the wrap-up, or the correction before."""


class _Talk(NamedTuple):
    """A conversation of the history, from the acceptance until the agent had finished."""

    span: TalkSpan
    ticket: str
    number: str
    service: str
    outcome: str
    talked_s: int


class OwnTalks:
    """Answers the verbs.

    Args:
        dossiers: tells the names of the callers; a vault's dossiers are not told here.
        time_zone: whose day it is.
    """

    def __init__(
        self,
        projection: Projection,
        clock: Clock,
        *,
        changes: TicketChanges,
        dossiers: DossierStoreLike,
        time_zone: str,
    ) -> None:
        self._projection = projection
        self._changes = changes
        self._clock = clock
        self._dossiers = dossiers
        self._zone = ZoneInfo(time_zone)

    @handles(OwnTalksRequest)
    async def own_talks(self, asker: Asker, _request: OwnTalksRequest) -> OwnTalksAnswer:
        """See `OwnTalksRequest`. Raises `StoreUnreachable`."""
        total, talks = await self._today(asker)
        callers = await self._dossiers.identities.callers_of(
            asker.organisation, asker.user, [talk.span for talk in talks]
        )
        return OwnTalksAnswer(
            total=total,
            talks=[
                OwnTalk(
                    session_id=talk.span.session_id,
                    number=talk.number,
                    service=talk.service,
                    began_at_utc=talk.span.began_at_utc,
                    outcome=talk.outcome,
                    caller_name=caller.name,
                    filed=caller.filed,
                    talked_s=talk.talked_s,
                    correct_until_utc=_correct_until(talk),
                )
                for talk, caller in zip(talks, callers, strict=True)
            ],
        )

    @handles(CorrectOutcomeRequest)
    async def correct(self, asker: Asker, request: CorrectOutcomeRequest) -> Done:
        """See `CorrectOutcomeRequest`; a repeat changes nothing.

        Raises:
            TicketUnknown: not this agent's own conversation of today.
            UndoImpossible: it began something else, or has changed.
            CorrectionTooLate: the minutes are over. StoreUnreachable.
        """
        talk = await self._own(asker, request.session_id)
        until_utc = _correct_until(talk)
        if until_utc is None:
            raise UndoImpossible(why=UndoState.ENDED.value)
        if until_utc < self._clock.utc_now():
            raise CorrectionTooLate

        def decide(ticket: Ticket) -> Ticket | None:
            if (ticket.state, ticket.session) != (TicketState.CLOSED, request.session_id):
                raise UndoImpossible(why=UndoState.CHANGED.value)
            if ticket.reason == request.outcome:
                return None
            return msgspec.structs.replace(
                ticket, reason=request.outcome, changed_by=f"{Role.AGENT}.{asker.user}"
            )

        await self._changes.change(asker.organisation, talk.ticket, decide)
        return Done()

    async def own_until(self, asker: Asker, session_id: str) -> datetime:
        """Return until when an agent may take back what it wrote and filed in a conversation of
        today: from the end of its wrap-up, whatever was corrected since.

        Raises:
            TicketUnknown: not this agent's own conversation of today. StoreUnreachable.
        """
        talk = await self._own(asker, session_id)
        history = await self._projection.fresh()
        closed_at = await asyncio.to_thread(_first_closed, history, asker, talk)
        return (closed_at or talk.span.ended_at_utc) + CORRECTED_FOR

    async def _own(self, asker: Asker, session_id: str) -> _Talk:
        _total, talks = await self._today(asker)
        talk = next((talk for talk in talks if talk.span.session_id == session_id), None)
        if talk is None:
            raise TicketUnknown
        return talk

    async def _today(self, asker: Asker) -> tuple[int, list[_Talk]]:
        """Return how many conversations the agent finished or passed on today, and the last."""
        history = await self._projection.fresh()
        today = self._clock.utc_now().astimezone(self._zone).date()
        total, talks = await asyncio.to_thread(_talks, history, asker, today.isoformat())
        midnight = datetime.combine(today, time(), self._zone).astimezone(UTC)
        passed = await asyncio.to_thread(_passed_on, history, asker, midnight)
        talks = sorted([*talks, *passed], key=lambda talk: talk.span.began_at_utc, reverse=True)
        return total + len(passed), talks[:MOST_OWN_TALKS]


def _correct_until(talk: _Talk) -> datetime | None:
    """Return until when the outcome may be corrected; what began something else stands."""
    if talk.outcome in _STAND:
        return None
    return talk.span.ended_at_utc + CORRECTED_FOR


def _first_closed(history: History, asker: Asker, talk: _Talk) -> datetime | None:
    """Return when the wrap-up ended: a corrected outcome closes the ticket once more."""
    entries = tables.transitions
    query = select(func.min(entries.c.stored_at_utc)).where(
        entries.c.organisation == asker.organisation,
        entries.c.ticket == talk.ticket,
        entries.c.session == talk.span.session_id,
        entries.c.state == TicketState.CLOSED.value,
    )
    with history.reading() as connection:
        closed_at: datetime | None = connection.execute(query).scalar()
    if closed_at is None:
        return None
    return closed_at.replace(tzinfo=UTC)


def _passed_on(history: History, asker: Asker, since: datetime) -> list[_Talk]:
    """Return the conversations that the agent passed on: the ticket's row is the last agent's."""
    entries = tables.transitions
    writer = f"{Role.AGENT}.{asker.user}"
    is_passed = and_(
        entries.c.organisation == asker.organisation,
        entries.c.stored_at_utc >= since.replace(tzinfo=None),
        entries.c.changed_by == writer,
        entries.c.reason == PASSED_ON,
    )
    with history.reading() as connection:
        passed = connection.execute(
            select(entries)
            .where(is_passed)
            .order_by(entries.c.stored_at_utc.desc())
            .limit(MOST_OWN_TALKS)
        ).all()
        own = connection.execute(
            select(entries)
            .where(
                entries.c.organisation == asker.organisation,
                entries.c.ticket.in_({row.ticket for row in passed}),
                entries.c.agent == asker.user,
                entries.c.session.is_not(None),
                entries.c.accepted_at_utc.is_not(None),
            )
            .order_by(entries.c.stored_at_utc)
        ).all()
    talks: dict[str, _Talk] = {}
    for row in passed:
        before = [
            talk for talk in own if talk.ticket == row.ticket and talk.revision < row.revision
        ]
        if before:
            talk = before[-1]
            began, ended = talk.accepted_at_utc, row.stored_at_utc
            span = TalkSpan(talk.session, began.replace(tzinfo=UTC), ended.replace(tzinfo=UTC))
            talked_s = round((ended - began).total_seconds())
            talks.setdefault(
                talk.session,
                _Talk(span, row.ticket, row.number, talk.service, PASSED_ON, talked_s),
            )
    return list(talks.values())


def _talks(history: History, asker: Asker, day: str) -> tuple[int, list[_Talk]]:
    """Return how many conversations the agent finished on this day, and the last of them."""
    table, entries = tables.tickets, tables.transitions
    service, outcome = tables.names.alias(), tables.names.alias()
    is_own = and_(
        table.c.organisation == asker.organisation,
        table.c.day == day,
        table.c.agent == asker.user,
        table.c.talk_s >= 0,
    )
    query = (
        select(table, service.c.text, outcome.c.text, entries.c.stored_at_utc)
        .join(entries, and_(entries.c.stream == table.c.stream, entries.c.seq == table.c.seq))
        .join(service, service.c.id == table.c.service)
        .join(outcome, outcome.c.id == table.c.outcome)
        .where(is_own, table.c.session.is_not(None))
        .order_by(table.c.accepted_at_utc.desc())
        .limit(MOST_OWN_TALKS)
    )
    with history.reading() as connection:
        total = connection.execute(select(func.count()).select_from(table).where(is_own)).scalar()
        rows = connection.execute(query).all()
    talks = []
    for found in rows:
        service_id, outcome_code, ended = found[-3:]
        began = found.accepted_at_utc.replace(tzinfo=UTC)
        span = TalkSpan(found.session, began, ended.replace(tzinfo=UTC))
        talks.append(
            _Talk(
                span, found.ticket, found.number, str(service_id), str(outcome_code), found.talk_s
            )
        )
    return int(total or 0), talks
