# SPDX-License-Identifier: GPL-3.0-only
"""The operator's page of what was done with the hub. Used by the helpdesk's program."""

from __future__ import annotations

from session.bus.client import BusClient
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.protocol.hub.site import OperatorActsRequest
from views.site.operator_acts_view import OperatorActsView
from views.words.errors import sentence


class OperatorActsPage:
    """The page over its connection.

    Attributes:
        view: what is shown.
    """

    def __init__(self, bus: BusClient, tasks: Tasks) -> None:
        self.view = OperatorActsView(bus.clock)
        self._bus = bus
        self._tasks = tasks
        self.view.asked.connect(self._on_asked)

    def _on_asked(self, before: int) -> None:
        self._tasks.start(self._read(before), name="read the register of acts")

    async def _read(self, before: int) -> None:
        try:
            answer = await self._bus.ask(OperatorActsRequest(before=before))
        except SessionError as error:
            self.view.show_not_read(sentence(error.code, error.detail).sentence)
        else:
            self.view.show_acts(answer)
