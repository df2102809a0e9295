# SPDX-License-Identifier: GPL-3.0-only
"""Which rule of the routing answers which verb. Used by `session.hub.api.handlers`."""

from __future__ import annotations

from session.hub.access.request_server import Asker, Handler
from session.hub.assignment.routing import Routing
from session.protocol.hub.requests import Done, SessionAnswer
from session.protocol.hub.routing import (
    DeclineRequest,
    NextRequest,
    ProlongRequest,
    WorkAnswer,
    WorkRequest,
    WrapUpAnswer,
)


class _RoutingHandlers:
    def __init__(self, routing: Routing) -> None:
        self.rules = routing

    async def work(self, asker: Asker, _: WorkRequest) -> WorkAnswer:
        return self.rules.work(asker.organisation, asker.user)

    async def next(self, asker: Asker, wish: NextRequest) -> SessionAnswer:
        return SessionAnswer(
            session=await self.rules.next(asker.organisation, asker.user, wish.service)
        )

    async def decline(self, asker: Asker, wish: DeclineRequest) -> Done:
        await self.rules.decline(asker.organisation, asker.user, wish.ticket_id, wish.reason)
        return Done()

    async def prolong(self, asker: Asker, wish: ProlongRequest) -> WrapUpAnswer:
        return await self.rules.prolong(
            asker.organisation, asker.user, wish.session_id, wish.until_utc
        )


def routing_handlers(routing: Routing) -> dict[str, Handler]:
    """Verb -> the rule that answers it."""
    rules = _RoutingHandlers(routing)
    return {
        "work": rules.work,
        "next": rules.next,
        "decline": rules.decline,
        "prolong": rules.prolong,
    }
