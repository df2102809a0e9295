# SPDX-License-Identifier: GPL-3.0-only
"""Tells the supervisor of people who opened or searched for more dossiers, or read more logs, than
one hour allows, without Qt. Used by the board.

The register of accesses is asked, at the hub or in the organisation's vault: only there it stands.
"""

from __future__ import annotations

import asyncio
import logging

from session.core.dossier_model import AccessKind, AccessLine
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.identity import DossierRegisterClient
from session.protocol.dossier.identity import AccessesRequest, LogAccessesRequest

log = logging.getLogger(__name__)

AGAIN_S = 15.0
MOST_TOLD = 5
"""People of one alert."""

REFUSED = (
    AccessesRequest(kind=AccessKind.REFUSED),
    LogAccessesRequest(kind=AccessKind.LOG_REFUSED),
)
"""What is looked for: dossiers, and logs of conversations."""


class AccessAlert:
    """Looks at the register every few seconds.

    Attributes:
        refused: who was refused since the last look, or within the hour before the first one; one
            line for each person.
    """

    def __init__(
        self, link: DossierRegisterClient, tasks: Tasks, *, again_s: float = AGAIN_S
    ) -> None:
        self.refused: Signal[list[AccessLine]] = Signal()
        self._link = link
        self._tasks = tasks
        self._again_s = again_s
        self._told = {request.kind: 0 for request in REFUSED}

    def start(self) -> None:
        """Begins to look."""
        self._tasks.keep(self._poll, name="watch for refused accesses")

    async def _poll(self) -> None:
        while True:
            for request in REFUSED:
                try:
                    await self._check(request)
                except SessionError as error:
                    log.info("register of accesses not read: %s", error.code)
            await asyncio.sleep(self._again_s)

    async def _check(self, request: AccessesRequest) -> None:
        answer = await self._link.bus.ask(request)
        lines, last_id = answer.lines, self._told[request.kind]
        if not last_id:  # what this board has not seen, and is not long ago
            lines = lines[: answer.refused_lately]
        fresh = [line for line in lines if line.id > last_id]
        if answer.lines:
            self._told[request.kind] = answer.lines[0].id
        if fresh:
            by_user = {line.user: line for line in fresh}
            self.refused.emit(list(by_user.values())[:MOST_TOLD])
