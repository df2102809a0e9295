# SPDX-License-Identifier: GPL-3.0-only
"""The check of whether an agent works at this computer, or at another of its computers.
Used by the desk's program; the other end is `session.hub.assignment.workplaces`.
"""

from __future__ import annotations

import logging

from session.bus.client import BusClient
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.protocol.hub.requests import HubEvent, WorkplaceChanged
from session.protocol.hub.routing import WorkHereAnswer, WorkHereRequest

log = logging.getLogger(__name__)


async def ask_to_work_here(bus: BusClient, computer: str, *, take: bool = False) -> WorkHereAnswer:
    """Works here, if nobody of this agent's computers is in use, or (`take`) if it may be left.

    Args:
        computer: what this one calls itself.

    Raises:
        SessionError: as `BusClient.request_with_retries`.
    """
    request = WorkHereRequest(desk=bus.desk, computer=computer, take=take)
    return await bus.ask(request)


class Workplace:
    """Says at each connection that the agent is here, and hears when it is elsewhere.

    Attributes:
        elsewhere: the agent works at another computer, which is told about.
    """

    def __init__(self, bus: BusClient, link: DeskClient, *, computer: str, tasks: Tasks) -> None:
        self.elsewhere: Signal[WorkHereAnswer] = Signal()
        self._bus = bus
        self._computer = computer
        self._tasks = tasks
        bus.notifications.connect(self._on_notification)
        bus.elsewhere.connect(self._on_refused)
        link.connection_changed.connect(self._on_connection)

    def _on_connection(self, connected: bool) -> None:
        if connected:
            self._ask_soon()

    def _on_refused(self, _nothing: None) -> None:
        self._ask_soon()

    def _ask_soon(self) -> None:
        self._tasks.start(self._ask(), name="say where the agent works")

    async def _ask(self) -> None:
        try:
            answer = await ask_to_work_here(self._bus, self._computer)
        except SessionError as error:  # an older hub, or one that is away: the next connection asks
            log.info("the hub does not say where this agent works: %s", error.code)
            return
        if not answer.here:
            self.elsewhere.emit(answer)

    def _on_notification(self, event: HubEvent) -> None:
        if isinstance(event, WorkplaceChanged) and event.desk != self._bus.desk:
            self.elsewhere.emit(WorkHereAnswer(here=False, computer=event.computer))
