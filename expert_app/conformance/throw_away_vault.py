# SPDX-License-Identifier: GPL-3.0-only
"""The vault of the sealed organisation, for one run: gives its desks certificates, and takes the
logs of its conversations. Used by `throw_away_hub`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from session.bus.client import BusClient
from session.bus.sealing.certificates import VaultSecret
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.hub.access.handlers import Asker, handlers_of, handles
from session.hub.vault.handlers import DeskCertificates
from session.hub.vault.server import VaultOwner, VaultServer
from session.protocol.hub.log import LogAck, LogAppend
from session.protocol.sealing import Part


class TakenLogs:
    """The records that ends have written into conversations' logs, in memory.

    Attributes:
        records: by the conversation and the end's role.
    """

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[bytes]] = {}

    @handles(LogAppend)
    async def log(self, asker: Asker, request: LogAppend) -> LogAck:
        """An end appends its records; repeats are left out."""
        records = self.records.setdefault((request.session_id, asker.role.value), [])
        for number, record in enumerate(request.records, start=request.first):
            if number == len(records):
                records.append(bytes(record))
        return LogAck(next=len(records))


class ThrowAwayVault:
    """The vault while it runs.

    Args:
        secrets: those of the convention's keys.
        key_of: the public key of one of the organisation's people, "" for nobody.

    Attributes:
        logs: what was written.
    """

    def __init__(
        self,
        organisation: str,
        bus: BusClient,
        *,
        secrets: Sequence[VaultSecret],
        key_of: Callable[[str], str],
        tasks: Tasks,
    ) -> None:
        clock, self._tasks, self._bus = SystemClock(), tasks, bus
        self.logs = TakenLogs()
        owner = VaultOwner(
            organisation, lambda: secrets, lambda _role, user: frozenset({key_of(user)}) - {""}
        )
        certificates = DeskCertificates(owner, clock)
        self._server = VaultServer(
            owner,
            {
                Part.DOSSIER: handlers_of(certificates),
                Part.LOG: handlers_of(certificates, self.logs),
            },
            listen=bus.subscribe,
            answer=bus.answer,
            clock=clock,
            tasks=tasks,
        )

    async def start(self) -> None:
        """Connects and answers. Raises `SessionError`."""
        await self._bus.connect()
        await self._server.start()

    async def close(self) -> None:
        """Gone."""
        await self._server.stop()
        await self._bus.close()
        await self._tasks.close()
