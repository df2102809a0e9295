# SPDX-License-Identifier: GPL-3.0-only
"""Keeps the kiosk's next call ready, so that the first picture comes half a second after the
accept. Used by `expert_app.kiosk.wiring.program`.

Making a connection and gathering its addresses takes most of a second;
none of it needs camera or microphone, which stay closed until an agent has accepted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from session.core.errors import SessionError
from session.media.call_page import CallMedia, CallPage
from session.protocol.hub.tickets import Ticket, TicketState
from views.kiosk.browser.page_process import PageProcesses

log = logging.getLogger(__name__)

TICK_S = 2.0
PREPARE_S = 5.0


class CallReady:
    """Prepares while nobody talks.

    Args:
        page: runs the call.
        media: as the call will have it.
        pages: the caller's browser, started when somebody waits.
        ticket: of the caller who is here, or None.
    """

    def __init__(
        self,
        page: CallPage,
        media: CallMedia,
        *,
        pages: PageProcesses,
        ticket: Callable[[], Ticket | None],
    ) -> None:
        self._page = page
        self._media = media
        self._pages = pages
        self._ticket = ticket

    async def keep(self) -> None:
        """Runs for ever. A relay is asked for an address only while a caller waits: it would hold
        it all day.
        """
        while True:
            ticket = self._ticket()
            waits = ticket is not None and ticket.state in (
                TicketState.WAITING,
                TicketState.OFFERED,
            )
            if waits:
                self._pages.prepare()
            if ticket is None or waits:
                await self._prepare(self._media if waits else replace(self._media, ice_servers=()))
            await asyncio.sleep(TICK_S)

    async def _prepare(self, media: CallMedia) -> None:
        try:
            await asyncio.wait_for(self._page.run(f"call.prepare({media.options()})"), PREPARE_S)
        except (SessionError, TimeoutError) as error:
            log.info("the next call is not prepared: %s", type(error).__name__)
