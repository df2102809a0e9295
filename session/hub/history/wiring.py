# SPDX-License-Identifier: GPL-3.0-only
"""Builds the history: the audit, its projection into SQL, and what is counted from it.
Used by `session.hub.composition`.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.hub.dossier.keep_consent import KeepConsents
from session.hub.dossier.store import DossierStoreLike
from session.hub.history.answers import CallerAnswers
from session.hub.history.audit import Audit
from session.hub.history.database import History
from session.hub.history.own_talks import OwnTalks
from session.hub.history.projection import Projection
from session.hub.history.statistics import StatisticsService
from session.hub.history.taking_back import TakingBack
from session.hub.history.trends import DayAndTrends
from session.hub.parts import HubParts
from session.hub.queue.wiring import Queue


@dataclass(frozen=True)
class HistoryServices:
    """The history of what happened, and figures of it."""

    audit: Audit
    projection: Projection
    statistics: StatisticsService
    days: DayAndTrends
    answers: CallerAnswers
    own_talks: OwnTalks
    taking_back: TakingBack

    @property
    def rules(self) -> tuple[object, ...]:
        """The objects that answer verbs."""
        return (self.statistics, self.days, self.answers, self.own_talks, self.taking_back)


def build(
    parts: HubParts, queue: Queue, *, dossiers: DossierStoreLike, keep: KeepConsents
) -> HistoryServices:
    """The database is opened by the projection, once it is started."""

    def open_database() -> History:
        return History(
            parts.folder / "history", database_url=parts.database, time_zone=parts.time_zone
        )

    audit = Audit(parts.connection, parts.replicas, limits=parts.limits)
    projection = Projection(audit, open_database, tasks=parts.tasks, rebuild=parts.rebuild_history)
    own_talks = OwnTalks(
        projection,
        parts.clock,
        changes=queue.core.changes,
        dossiers=dossiers,
        time_zone=parts.time_zone,
    )
    return HistoryServices(
        audit=audit,
        projection=projection,
        statistics=StatisticsService(projection),
        days=DayAndTrends(projection, parts.clock, time_zone=parts.time_zone),
        answers=CallerAnswers(queue.moved, audit),
        own_talks=own_talks,
        taking_back=TakingBack(
            own_talks,
            parts.clock,
            dossiers=dossiers,
            keep=keep,
            name_of=parts.catalogue.person_name,
        ),
    )
