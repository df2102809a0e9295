# SPDX-License-Identifier: GPL-3.0-only
"""The only place that changes tickets: decide, compare-and-set; when another hub was faster, read
and decide again. Used by the hub's rules.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice

from session.core.errors import HubUnreachable, SessionError, StoreUnreachable, TicketUnknown
from session.hub.queue.agent_claims import AgentClaims
from session.hub.queue.view import QueueView
from session.hub.storage.interfaces import RevisionConflict, StoredTicket, TicketStore
from session.protocol.hub.board import MOST_DETAILS, TicketResult, TicketsActed, TicketSeen
from session.protocol.hub.tickets import Ticket, TicketState

TRIES = 8
"""Changes of one ticket by others that we bear before we give up."""

ENDED = frozenset({TicketState.CLOSED, TicketState.ABANDONED})

FIRST = TicketState.WAITING
"""The state of every new ticket."""


class ImpossibleTransition(ValueError):
    """A rule wants to take a ticket to a state that may not follow: a mistake in the program."""

    def __init__(self, before: TicketState | None, after: TicketState) -> None:
        super().__init__(f"{before if before is not None else 'nothing'} -> {after}")


Decide = Callable[[Ticket], Ticket | None]
"""From the ticket as stored: what it shall become, or None to leave it. May raise a session error.
"""


def new_session_id(ticket_id: str) -> str:
    """A session's id; its ticket can be read from it, so no hub needs a table to find the
    ticket.
    """
    return f"{ticket_id}_{secrets.token_hex(4)}"


def ticket_of(session_id: str) -> str:
    """The ticket that a session was opened for."""
    return session_id.rpartition("_")[0]


async def change_each(
    tickets: Sequence[TicketSeen], change: Callable[[TicketSeen], Awaitable[TicketResult]]
) -> TicketsActed:
    """Change tickets one after the other; one that is refused does not hold up the others.

    Raises:
        StoreUnreachable, HubUnreachable: outcome unknown; the same request goes on.
    """
    results = []
    for seen in tickets:
        try:
            result = await change(seen)
        except (StoreUnreachable, HubUnreachable):
            raise
        except SessionError as error:
            detail = dict(islice(error.detail.items(), MOST_DETAILS))
            result = TicketResult(ticket_id=seen.ticket_id, code=error.code, detail=detail)
        results.append(result)
    return TicketsActed(results=results)


class TicketChanges:
    """Tickets as the rules see them.

    Args:
        claims: see `AgentClaims`; None where one hub alone gives callers to agents (tests).

    Attributes:
        view: answers questions; it may be a moment behind.
        store: the tickets as they are now.
    """

    def __init__(
        self, store: TicketStore, view: QueueView, *, claims: AgentClaims | None = None
    ) -> None:
        self._claims = claims
        self.store = store
        self.view = view

    async def read(self, organisation: str, ticket_id: str) -> StoredTicket:
        """The ticket as stored now. Raises `TicketUnknown`."""
        stored = await self.store.get(organisation, ticket_id)
        if stored is None:
            raise TicketUnknown
        return stored

    async def at_kiosk(self, home: str, kiosk: str, ticket_id: str) -> StoredTicket:
        """A kiosk's own ticket, whichever organisation serves it, under exactly this id; see also
        `MovedTickets.at_kiosk`. Raises `TicketUnknown` also for another kiosk's.
        """
        stored = await self.store.find(ticket_id)
        if stored is None or not stored.ticket.is_at(home, kiosk):
            raise TicketUnknown
        return stored

    async def session_at_kiosk(self, home: str, kiosk: str, session_id: str) -> StoredTicket:
        """The ticket of a kiosk's own session. Raises `TicketUnknown`."""
        stored = await self.at_kiosk(home, kiosk, ticket_of(session_id))
        if stored.ticket.session != session_id:
            raise TicketUnknown
        return stored

    async def by_session(self, organisation: str, session_id: str) -> StoredTicket:
        """The ticket that has this session now. Raises `TicketUnknown`."""
        stored = await self.read(organisation, ticket_of(session_id))
        if stored.ticket.session != session_id:
            raise TicketUnknown
        return stored

    async def add(self, ticket: Ticket) -> StoredTicket:
        """Stores a new ticket; when its id exists already, that one is returned."""
        return (await self.add_new(ticket))[0]

    async def add_new(self, ticket: Ticket) -> tuple[StoredTicket, bool]:
        """Add a ticket like `add`, and return also whether this call has stored it.

        Raises:
            ImpossibleTransition: the new ticket does not wait.
            StoreUnreachable: also when somebody is storing it at this moment, so that nobody can
                have it yet.
        """
        if ticket.state is not FIRST:
            raise ImpossibleTransition(None, ticket.state)
        try:
            revision = await self.store.create(ticket)
        except RevisionConflict:
            try:
                return await self.read(ticket.organisation, ticket.id), False
            except TicketUnknown as error:
                raise StoreUnreachable(why="being stored") from error
        return self._seen(StoredTicket(ticket, revision)), True

    async def change(
        self, organisation: str, ticket_id: str, decide: Decide
    ) -> tuple[StoredTicket, bool]:
        """Changes a ticket as `decide` says.

        Returns:
            The ticket as stored afterwards, and whether this call changed it.

        Raises:
            TicketUnknown, StoreUnreachable, and what `decide` raises.
            AgentBusy: `decide` gives the caller to an agent who gets another one at this very
                moment.
            ImpossibleTransition: `decide` wants a state that may not follow (`TRANSITIONS`).
        """
        in_view = self.view.get(organisation, ticket_id)
        if in_view is not None:
            changed = await self._try_known(in_view, decide)
        else:
            changed = None
        if changed is not None:
            return changed, True
        for _ in range(TRIES):
            stored = await self.read(organisation, ticket_id)
            after = decide(stored.ticket)
            if after is None:
                return stored, False
            try:
                return await self._put(after, stored), True
            except RevisionConflict:
                continue
        raise StoreUnreachable(why="the ticket changes too often")

    async def _try_known(self, in_view: StoredTicket, decide: Decide) -> StoredTicket | None:
        """Tries the change on the ticket as the view has it, which spares a read; the store refuses
        when the view is behind.

        Returns None when the ticket must be read from the store: the view was behind, or `decide`
        refuses or changes nothing, which only the stored ticket can justify.
        """
        try:
            after = decide(in_view.ticket)
            if after is None:
                return None
            return await self._put(after, in_view)
        except StoreUnreachable:
            raise
        except (RevisionConflict, SessionError):
            return None

    async def _put(self, after: Ticket, before: StoredTicket) -> StoredTicket:
        if not before.ticket.may_become(after.state):
            raise ImpossibleTransition(before.ticket.state, after.state)
        if self._claims is not None:
            await self._claims.claim(before, after)
        if after.state in ENDED:
            store = self.store.retire
        else:
            store = self.store.replace
        return self._seen(StoredTicket(after, await store(after, before.revision)))

    def _seen(self, stored: StoredTicket) -> StoredTicket:
        self.view.apply(stored)
        return stored
