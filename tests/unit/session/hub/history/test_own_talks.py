# SPDX-License-Identifier: GPL-3.0-only
"""An agent's own conversations of today: of nobody else, of no other day, and not too many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from session.core.clock import ManualClock
from session.hub.access.handlers import Asker
from session.hub.history.audit import AuditEntry
from session.hub.history.database import History
from session.hub.history.own_talks import OwnTalks
from session.hub.history.projection import Projection
from session.protocol.hub.history import MOST_OWN_TALKS, OwnTalksRequest
from session.protocol.wire.roles import Role
from tests.support.invented_tickets import FIRST_DAY, ticket
from tests.support.memory.dossiers import MemoryDossiers
from tests.support.memory.queue import MemoryQueue
from tests.unit.session.hub.history.databases import OpenHistory

EVENING = FIRST_DAY + timedelta(hours=20)


def _own_talks(history: History, now: datetime) -> OwnTalks:
    async def fresh() -> History:
        return history

    projection = cast("Projection", SimpleNamespace(fresh=fresh))
    dossiers = MemoryDossiers()
    return OwnTalks(
        projection,
        ManualClock(now),
        changes=MemoryQueue().core.changes,
        dossiers=dossiers,
        time_zone="Europe/Paris",
    )


def _asker(user: str) -> Asker:
    return Asker(organisation="valdore", role=Role.AGENT, user=user)


@pytest.fixture
def full(open_history: OpenHistory) -> History:
    """Sixty conversations of Alice, one of Bob, and one of another organisation."""
    made = open_history()
    tickets = [ticket(number) for number in range(60)]
    tickets += [ticket(60, agent="bob"), ticket(61, organisation="other")]
    entries = [AuditEntry(seq, EVENING, one) for seq, one in enumerate(tickets, start=1)]
    made.apply(made.stream("x"), entries)
    return made


async def test_the_last_of_the_day_come_first_and_the_others_are_only_counted(
    full: History,
) -> None:
    answer = await _own_talks(full, EVENING).own_talks(_asker("alice"), OwnTalksRequest())
    assert (answer.total, len(answer.talks)) == (60, MOST_OWN_TALKS)
    assert [talk.number for talk in answer.talks][:2] == ["D059", "D058"]
    assert answer.talks[0].began_at_utc == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


async def test_nobody_is_told_of_another_s_conversations_nor_of_yesterday_s(
    full: History,
) -> None:
    bob = await _own_talks(full, EVENING).own_talks(_asker("bob"), OwnTalksRequest())
    assert [talk.number for talk in bob.talks] == ["D060"]
    tomorrow = _own_talks(full, EVENING + timedelta(days=1))
    assert (await tomorrow.own_talks(_asker("alice"), OwnTalksRequest())).talks == []
