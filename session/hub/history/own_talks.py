# SPDX-License-Identifier: GPL-3.0-only
"""An agent's own conversations of today, from the history in SQL. Answers the agents' verb
"own_talks": to each agent its own, of no other day, and nothing is counted from them.
"""

from __future__ import annotations

import asyncio
from datetime import UTC
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select

from session.core.clock import Clock
from session.core.dossier_model import TalkSpan
from session.hub.access.handlers import Asker, handles
from session.hub.dossier.store import DossierStoreLike
from session.hub.history import tables
from session.hub.history.database import History
from session.hub.history.projection import Projection
from session.protocol.hub.history import MOST_OWN_TALKS, OwnTalk, OwnTalksAnswer, OwnTalksRequest


class _Talk(NamedTuple):
    """A conversation of the history, from the acceptance until the agent had finished."""

    span: TalkSpan
    number: str
    service: str
    outcome: str


class OwnTalks:
    """Answers the verb.

    Args:
        dossiers: tells the names of the callers; a vault's dossiers are not told here.
        time_zone: whose day it is.
    """

    def __init__(
        self, projection: Projection, clock: Clock, *, dossiers: DossierStoreLike, time_zone: str
    ) -> None:
        self._projection = projection
        self._clock = clock
        self._dossiers = dossiers
        self._zone = ZoneInfo(time_zone)

    @handles(OwnTalksRequest)
    async def own_talks(self, asker: Asker, _request: OwnTalksRequest) -> OwnTalksAnswer:
        """See `OwnTalksRequest`. Raises `StoreUnreachable`."""
        history = await self._projection.fresh()
        today = self._clock.utc_now().astimezone(self._zone).date().isoformat()
        total, talks = await asyncio.to_thread(_talks, history, asker, today)
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
                )
                for talk, caller in zip(talks, callers, strict=True)
            ],
        )


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
        talks.append(_Talk(span, found.number, str(service_id), str(outcome_code)))
    return int(total or 0), talks
