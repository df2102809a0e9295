# SPDX-License-Identifier: GPL-3.0-only
"""Stores in memory for the hub's rules, with two named faults:
`beaten` (somebody is faster once), `away`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from session.core.errors import StoreUnreachable
from session.hub.storage.interfaces import CallerRecord, RevisionConflict, StoredTicket
from session.protocol.hub.requests import HubEvent
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.roles import Role


class MemoryStore:
    def __init__(self) -> None:
        self.beaten: Callable[[Ticket], Ticket] | None = None
        self.away = False
        self.retired: list[str] = []
        self._tickets: dict[tuple[str, str], StoredTicket] = {}
        self._revision = 0

    async def create(self, ticket: Ticket) -> int:
        return await self.replace(ticket, 0)

    async def replace(self, ticket: Ticket, revision: int) -> int:
        if self.away:
            raise StoreUnreachable
        key = (ticket.organisation, ticket.id)
        if self.beaten is not None:
            beaten, self.beaten = self.beaten, None
            self._put(beaten(self._tickets[key].ticket))
        known = self._tickets.get(key)
        if (known.revision if known is not None else 0) != revision:
            raise RevisionConflict
        return self._put(ticket)

    def _put(self, ticket: Ticket) -> int:
        ticket = msgspec.json.decode(msgspec.json.encode(ticket), type=Ticket)
        self._revision += 1
        self._tickets[ticket.organisation, ticket.id] = StoredTicket(ticket, self._revision)
        return self._revision

    async def retire(self, ticket: Ticket, revision: int) -> int:
        self.retired.append(ticket.id)
        return await self.replace(ticket, revision)

    async def get(self, organisation: str, ticket_id: str) -> StoredTicket | None:
        if self.away:
            raise StoreUnreachable
        return self._tickets.get((organisation, ticket_id))

    async def find(self, ticket_id: str) -> StoredTicket | None:
        if self.away:
            raise StoreUnreachable
        return next(
            (stored for (_, known), stored in self._tickets.items() if known == ticket_id), None
        )

    async def follow(
        self,
        on_loaded: Callable[[Sequence[StoredTicket]], None],
        on_change: Callable[[StoredTicket], None],
    ) -> None:
        on_loaded(list(self._tickets.values()))

    async def wait_loaded(self) -> None:
        return

    async def wait_current(self) -> None:
        if self.away:
            raise StoreUnreachable

    async def stop(self) -> None:
        return


class MemoryCallers:
    def __init__(self) -> None:
        self.records: dict[tuple[str, str], CallerRecord] = {}

    async def get(self, organisation: str, ticket_id: str) -> CallerRecord:
        return self.records.get((organisation, ticket_id), CallerRecord())

    async def put(self, organisation: str, ticket_id: str, record: CallerRecord) -> None:
        self.records[organisation, ticket_id] = record

    async def change(
        self, organisation: str, ticket_id: str, change: Callable[[CallerRecord], CallerRecord]
    ) -> CallerRecord:
        record = change(await self.get(organisation, ticket_id))
        await self.put(organisation, ticket_id, record)
        return record

    async def forget(self, organisation: str, ticket_id: str) -> None:
        self.records.pop((organisation, ticket_id), None)


class MemoryLog:
    def __init__(self) -> None:
        self.opened: dict[str, list[str]] = {}

    async def open(self, organisation: str, session_id: str, ends: Sequence[str]) -> None:
        self.opened[session_id] = list(ends)


class MemoryNotifications:
    def __init__(self) -> None:
        self.sent: list[tuple[Role, str, HubEvent]] = []

    async def notify(self, organisation: str, role: Role, user: str, event: HubEvent) -> None:
        self.sent.append((role, user, event))

    def kinds(self, user: str) -> list[str]:
        return [type(event).__name__ for _, to, event in self.sent if to == user]
