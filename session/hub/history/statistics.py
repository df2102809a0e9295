# SPDX-License-Identifier: GPL-3.0-only
"""Answers the supervisors' verb "statistics". Used by the hub, which loads `counts`, and with it
numpy, at the first request.
"""

from __future__ import annotations

import asyncio

from session.core.errors import NotAllowed
from session.hub.access.handlers import Asker, handles
from session.hub.history.database import History
from session.hub.history.projection import Projection
from session.protocol.hub.statistics import StatisticsAnswer, StatisticsRequest, StatisticsRow


class StatisticsService:
    """Answers the supervisors' verb, each for its own organisation."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection

    @handles(StatisticsRequest)
    async def statistics(self, asker: Asker, request: StatisticsRequest) -> StatisticsAnswer:
        """See `StatisticsRequest`. Raises `NotAllowed` for a wrong period, `StoreUnreachable`."""
        if not request.earliest <= request.first <= request.last:
            raise NotAllowed(why="period")
        history = await self._projection.fresh()
        rows = await asyncio.to_thread(_count, history, asker.organisation, request)
        return StatisticsAnswer(
            by=request.by,
            rows=rows,
            time_zone=history.time_zone,
            behind=self._projection.position.behind,
            across=request.across,
        )


def _count(history: History, organisation: str, request: StatisticsRequest) -> list[StatisticsRow]:
    from session.hub.history.counts import count

    return count(
        history,
        (organisation,),
        first=request.first,
        last=request.last,
        by=request.by,
        across=request.across,
    )
