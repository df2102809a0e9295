# SPDX-License-Identifier: GPL-3.0-only
"""Which rule answers which verb of those who wait elsewhere, and of the display.
Used by `session.hub.composition`.
"""

from __future__ import annotations

from session.hub.access.request_server import Asker, Handler
from session.hub.queue.display import Display
from session.hub.transfers.callbacks import Callbacks
from session.hub.transfers.waiting_elsewhere import Away
from session.protocol.hub.requests import Done, TicketAnswer
from session.protocol.hub.waiting import (
    AwayAnswer,
    AwayRequest,
    CallbackAnswer,
    CallbackRequest,
    CallLaterRequest,
    ComeBackRequest,
    DisplayAnswer,
    DisplayRequest,
    StepAwayRequest,
)


def waiting_handlers(away: Away, callbacks: Callbacks, display: Display) -> dict[str, Handler]:
    """Verb -> the rule that answers it."""

    async def step_away(asker: Asker, wish: StepAwayRequest) -> TicketAnswer:
        return await away.step_away(asker.organisation, asker.user, wish)

    async def coming(asker: Asker, _: AwayRequest) -> AwayAnswer:
        return away.away(asker.organisation, asker.user)

    async def come_back(asker: Asker, wish: ComeBackRequest) -> TicketAnswer:
        return await away.come_back(asker.organisation, asker.user, wish.number)

    async def callback(asker: Asker, wish: CallbackRequest) -> CallbackAnswer:
        return await callbacks.ask(asker.organisation, asker.user, wish)

    async def call_later(asker: Asker, wish: CallLaterRequest) -> Done:
        await callbacks.later(asker.organisation, asker.user, wish)
        return Done()

    async def shown(asker: Asker, _: DisplayRequest) -> DisplayAnswer:
        return display.answer(asker.organisation, asker.user)

    return {
        "step_away": step_away,
        "away": coming,
        "come_back": come_back,
        "callback": callback,
        "call_later": call_later,
        "display": shown,
    }
