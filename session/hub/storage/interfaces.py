# SPDX-License-Identifier: GPL-3.0-only
"""The store that the hub's rules need, and no more; another engine stays possible.
Used by every part of the hub.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from session.protocol.hub.tickets import Ticket


class RevisionConflict(Exception):
    """The ticket was changed by somebody else since it was read (or exists already)."""


class StoredTicket(msgspec.Struct, frozen=True):
    """A ticket and the revision under which it is stored."""

    ticket: Ticket
    revision: int


class CallerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The facts about a ticket's caller that the hub alone knows;
    gone when the ticket ends.

    `sealed`: the number, where only the organisation's vault can read it; then `number` is
    empty. `note` and `pieces_missing`: what an agent who passed the caller on wants the next
    one to know.
    """

    number: str = ""
    sealed: str = ""
    dossier: str = ""
    phone: str = ""
    note: str = ""
    pieces_missing: int = -1


class TicketStore(Protocol):
    """Tickets with compare-and-set. Every method may raise `StoreUnreachable` (outcome unknown)."""

    async def create(self, ticket: Ticket) -> int:
        """Stores a new ticket; returns its revision.
        Raises `RevisionConflict` when its id exists.
        """
        ...

    async def replace(self, ticket: Ticket, revision: int) -> int:
        """Stores a change of what was read at `revision`. Raises `RevisionConflict`."""
        ...

    async def retire(self, ticket: Ticket, revision: int) -> int:
        """Stores the final state; it may be read for an hour. Raises `RevisionConflict`."""
        ...

    async def get(self, organisation: str, ticket_id: str) -> StoredTicket | None:
        """The ticket as stored now."""
        ...

    async def find(self, ticket_id: str) -> StoredTicket | None:
        """The ticket as stored now, whichever organisation serves it."""
        ...

    async def follow(
        self,
        on_loaded: Callable[[Sequence[StoredTicket]], None],
        on_change: Callable[[StoredTicket], None],
    ) -> None:
        """Starts to hand over all tickets (at once, and again whenever one may have been missed),
        and then each change.

        A change that was made here is not handed over once it has been answered:
        whoever made it knows of it.
        """
        ...

    async def wait_loaded(self) -> None:
        """Returns once `on_loaded` was called."""
        ...

    async def wait_current(self) -> None:
        """Returns once all that is stored now was handed over; what is missing is not stored."""
        ...

    async def stop(self) -> None:
        """Ends the following."""
        ...


class CallerStore(Protocol):
    """Caller records; never in a ticket, which every agent of the organisation sees."""

    async def get(self, organisation: str, ticket_id: str) -> CallerRecord:
        """The record, an empty one when there is none."""
        ...

    async def put(self, organisation: str, ticket_id: str, record: CallerRecord) -> None:
        """Stores the record of a new ticket."""
        ...

    async def change(
        self, organisation: str, ticket_id: str, change: Callable[[CallerRecord], CallerRecord]
    ) -> CallerRecord:
        """Stores what `change` makes of the record as it is now, and returns it. It is called again
        when another change came first.
        """
        ...

    async def forget(self, organisation: str, ticket_id: str) -> None:
        """Removes the record."""
        ...
