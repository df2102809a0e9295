# SPDX-License-Identifier: GPL-3.0-only
"""Which rule answers the board's questions about the past and the lines.
Used by `session.hub.api.handlers`.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.hub.access.request_server import Asker, Handler
from session.hub.history.trends import DayAndTrends
from session.hub.queue.line_quality import Lines
from session.hub.supervision.undo import Undo
from session.protocol.hub.history import (
    HistoryAnswer,
    HistoryRequest,
    LinesAnswer,
    LinesRequest,
    TrendsAnswer,
    TrendsRequest,
    Undone,
    UndoRequest,
)


@dataclass(frozen=True)
class Past:
    """What the board knows from the history and from beats:
    acts, the day, the last hours, lines.
    """

    acts: Undo
    days: DayAndTrends
    lines: Lines

    async def history(self, asker: Asker, wish: HistoryRequest) -> HistoryAnswer:
        """Acts of a period."""
        return await self.acts.history(asker.organisation, wish)

    async def undo(self, asker: Asker, wish: UndoRequest) -> Undone:
        """Takes one back."""
        return await self.acts.undo(asker.organisation, asker.user, wish)

    async def trends(self, asker: Asker, wish: TrendsRequest) -> TrendsAnswer:
        """The last hours."""
        return await self.days.trends(asker.organisation, wish)

    async def line_facts(self, asker: Asker, _wish: LinesRequest) -> LinesAnswer:
        """The lines now."""
        return self.lines.answer(asker.organisation)


def history_handlers(past: Past) -> dict[str, Handler]:
    """Verb -> the rule that answers it."""
    return {
        "history": past.history,
        "undo": past.undo,
        "trends": past.trends,
        "lines": past.line_facts,
    }
