# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor in somebody's conversation, without Qt:
join with a reason, be announced, talk, leave.

Used by `wiring.visit`. Nothing is seen or heard before both screens name the supervisor: the
hub sees to it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from session.core.errors import SessionError, TicketUnknown
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.call.visit import Visit
from session.desk.hub.client import DeskClient
from session.desk.hub.third_parties import ThirdPartyClient
from session.protocol.hub.tickets import Ticket

log = logging.getLogger(__name__)


class BoardVisit:
    """One visit at a time.

    Args:
        open_visit: makes our end of a visit, with its engines.

    Attributes:
        began: announced on both screens, nothing is heard yet.
        ended: the visit is over.
        troubled: (code, values) of what the hub refused.
    """

    def __init__(
        self,
        link: DeskClient,
        third_party_client: ThirdPartyClient,
        *,
        open_visit: Callable[[str], Visit],
        tasks: Tasks,
    ) -> None:
        self.began: Signal[Visit] = Signal()
        self.ended: Signal[Ticket | None] = Signal()
        self.troubled: Signal[SessionError] = Signal()
        self._link = link
        self._open_visit = open_visit
        self._client = third_party_client
        self._tasks = tasks
        self._current: Visit | None = None
        self._joining = self._asking = False
        link.queue_changed.connect(self._on_queue)

    @property
    def current(self) -> Visit | None:
        """The visit that goes on."""
        return self._current

    def join(self, ticket_id: str, reason: str) -> None:
        """Asks to be announced."""
        if self._current is None and not self._joining:
            self._joining = True
            self._tasks.start(self._join(ticket_id, reason), name="supervisor joins")

    async def _join(self, ticket_id: str, reason: str) -> None:
        try:
            session_id = await self._client.join(ticket_id, reason)
        except SessionError as error:
            self.troubled.emit(error)
            return
        finally:
            self._joining = False
        current = self._current = self._open_visit(session_id)
        current.ended.connect(self._on_ended)
        self.began.emit(current)
        self._on_queue(self._link.queue)

    def leave(self) -> None:
        """Leaves; the conversation goes on without us."""
        if self._current is not None:
            self._tasks.start(self._leave(self._current.session_id), name="supervisor leaves")

    async def _leave(self, session_id: str) -> None:
        try:
            await self._client.leave(session_id)
        except SessionError as error:
            self.troubled.emit(error)

    async def stop(self) -> None:
        """The board closes."""
        current, self._current = self._current, None
        if current is not None:
            try:
                await self._client.leave(current.session_id)
            except SessionError as error:
                log.info("the hub was not told that the supervisor leaves: %s", error.code)
            await current.close()

    def _on_queue(self, _tickets: list[Ticket]) -> None:
        current = self._current
        if current is None:
            return
        ticket = self._ticket_of(current)
        if ticket is not None and ticket.talk is not None:
            third = ticket.talk.third
        else:
            third = None
        if third is None and not current.is_seen:
            self._ask_soon(current)
            return
        current.on_ticket(ticket)

    def _ticket_of(self, visit: Visit) -> Ticket | None:
        return next(
            (ticket for ticket in self._link.queue if ticket.session == visit.session_id), None
        )

    def _ask_soon(self, current: Visit) -> None:
        """The queue does not show us: it is a moment behind the hub's answer, or the line was cut
        and it is over already. The hub knows.
        """
        if not self._asking:
            self._asking = True
            self._tasks.start(self._ask(current), name="whether the visit goes on")

    async def _ask(self, current: Visit) -> None:
        try:
            await self._client.talk(current.session_id)
        except TicketUnknown:
            if current is self._current and not current.is_seen:
                current.on_ticket(self._ticket_of(current))
        except SessionError as error:
            log.info("whether the visit goes on is not known: %s", error.code)
        finally:
            self._asking = False

    def _on_ended(self, ticket: Ticket | None) -> None:
        self._current = None
        self.ended.emit(ticket)
