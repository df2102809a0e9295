# SPDX-License-Identifier: GPL-3.0-only
"""The hub's stores in JetStream: tickets as a key-value bucket, caller records beside it. Used by
`session.hub.composition`.

Key-values as in ADR-8: stream `KV_tk`, subject `$KV.tk.<organisation>.<ticket>`.
The server itself republishes each committed change to `evt.<organisation>.q.<ticket>`: what desks
get is what is stored.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Mapping, Sequence

import msgspec

from session.bus.client import FROM_HUB
from session.bus.hub_connection import HubConnection
from session.bus.jetstream.stream_follower import StreamFollower
from session.bus.jetstream.streams import NANOSECONDS, Stored, WrongRevision
from session.core.errors import MessageMalformed, StoreUnreachable
from session.core.tasks import Tasks
from session.hub.storage.interfaces import CallerRecord, RevisionConflict, StoredTicket
from session.protocol.codec import decode_plain, encode
from session.protocol.hub.tickets import Ticket

log = logging.getLogger(__name__)

BUCKET = "KV_tk"
HISTORY = 64
RETIRED_S = 3600
"""How long an ended ticket can still be read."""

CALLERS = "CALLERS"
CALLER_S = 24 * 3600
"""A caller record that nobody removed goes by itself after a day."""
CALLER_CHANGES = 32
"""Forms of one record that are kept until it is forgotten:
what the server drops by itself it does not write over.
"""


def _subject(organisation: str, ticket_id: str) -> str:
    return f"$KV.tk.{organisation}.{ticket_id}"


class NatsTicketStore:
    """`TicketStore` on JetStream.

    Args:
        replicas: 1 on a single server, 3 on a cluster.
    """

    def __init__(self, connection: HubConnection, tasks: Tasks, *, replicas: int = 1) -> None:
        self._connection = connection
        self._streams = connection.streams
        self._tasks = tasks
        self._replicas = replicas
        self._being_stored: dict[str, tuple[bytes, Ticket]] = {}
        self._stored_here: set[int] = set()
        self._follower: StreamFollower[StoredTicket | None] | None = None

    async def prepare(self) -> None:
        """Creates the bucket, or brings it to today's settings."""
        await self._streams.ensure(
            BUCKET,
            {
                "subjects": ["$KV.tk.>"],
                "storage": "file",
                "num_replicas": self._replicas,
                "max_msgs_per_subject": HISTORY,
                "max_msg_size": 64 * 1024,
                "discard": "new",
                "allow_rollup_hdrs": True,
                "allow_msg_ttl": True,
                "deny_delete": True,
                "allow_direct": False,
                "republish": {"src": "$KV.tk.*.*", "dest": "evt.{{wildcard(1)}}.q.{{wildcard(2)}}"},
            },
        )

    async def create(self, ticket: Ticket) -> int:
        """See `TicketStore`."""
        return await self.replace(ticket, 0)

    async def replace(self, ticket: Ticket, revision: int) -> int:
        """See `TicketStore`."""
        return await self._append(ticket, revision, {}, None)

    async def retire(self, ticket: Ticket, revision: int) -> int:
        """See `TicketStore`. One message rolls the history up and has the time to live.

        Not a time to live on plain values:
        when the last one expired, the one before would come back (measured).
        """
        return await self._append(
            ticket, revision, {"KV-Operation": "PURGE", "Nats-Rollup": "sub"}, RETIRED_S
        )

    async def _append(
        self, ticket: Ticket, revision: int, headers: Mapping[str, str], ttl_s: int | None
    ) -> int:
        """Store a change with the hub's mark: the server republishes it with its headers."""
        subject, payload = _subject(ticket.organisation, ticket.id), encode(ticket)
        self._being_stored[subject] = payload, ticket
        try:
            now = await self._streams.append(
                subject, payload, expected=revision, headers={**headers, FROM_HUB: "1"}, ttl_s=ttl_s
            )
        except WrongRevision as error:
            raise RevisionConflict from error
        finally:
            self._being_stored.pop(subject, None)
        if self._follower is not None and now > self._follower.revision:
            self._stored_here.add(now)
        return now

    def _is_known(self, revision: int) -> bool:
        """Most changes are our own, and known since the store's answer."""
        if revision not in self._stored_here:
            return False
        self._stored_here.remove(revision)
        return True

    def _read(self, stored: Stored) -> StoredTicket | None:
        """With many desks the server tells us our own change before it tells us that it has stored
        it.
        """
        payload, ticket = self._being_stored.get(stored.subject, (b"", None))
        if ticket is not None and payload == stored.payload:
            return StoredTicket(ticket, stored.revision)
        return _ticket(stored)

    async def get(self, organisation: str, ticket_id: str) -> StoredTicket | None:
        """See `TicketStore`."""
        return await self._last(_subject(organisation, ticket_id))

    async def find(self, ticket_id: str) -> StoredTicket | None:
        """See `TicketStore`."""
        return await self._last(_subject("*", ticket_id))

    async def _last(self, subject: str) -> StoredTicket | None:
        stored = await self._streams.last(BUCKET, subject)
        if stored is None:
            return None
        ticket = _ticket(stored)
        if ticket is None:
            raise StoreUnreachable(why="stored ticket is unreadable")
        return ticket

    async def follow(
        self,
        on_loaded: Callable[[Sequence[StoredTicket]], None],
        on_change: Callable[[StoredTicket], None],
    ) -> None:
        """See `TicketStore`."""

        def loaded(batch: Sequence[StoredTicket | None], _revision: int) -> None:
            # what was stored meanwhile is in the batch, or comes after it
            self._stored_here.clear()
            on_loaded([ticket for ticket in batch if ticket is not None])

        def changed(ticket: StoredTicket | None) -> None:
            if ticket is not None:
                on_change(ticket)

        self._follower = StreamFollower(
            self._connection.bus,
            self._streams,
            stream=BUCKET,
            tasks=self._tasks,
            keep=self._read,
            on_loaded=loaded,
            on_change=changed,
            is_known=self._is_known,
        )
        self._follower.start()

    async def wait_loaded(self) -> None:
        """See `TicketStore`."""
        if self._follower is not None:
            await self._follower.loaded.wait()

    async def wait_current(self) -> None:
        """See `TicketStore`."""
        state = await self._streams.state(BUCKET)
        if self._follower is None or not state.has_leader:
            raise StoreUnreachable(why="no leader")
        await self._follower.reach(state.last_revision)

    async def stop(self) -> None:
        """See `TicketStore`."""
        if self._follower is not None:
            await self._follower.stop()


SHARED = ("organisation", "service", "site", "kiosk", "changed_by")
"""Words that many tickets have: one copy of each is kept, 2 MB less with 10,000 waiting (measured).
"""


def _ticket(stored: Stored) -> StoredTicket | None:
    try:
        ticket = decode_plain(Ticket, stored.payload)
        for name in SHARED:  # a ticket that nobody else has seen yet
            msgspec.structs.force_setattr(ticket, name, sys.intern(getattr(ticket, name)))
        return StoredTicket(ticket, stored.revision)
    except MessageMalformed:
        log.error("stored ticket at revision %d is unreadable and left out", stored.revision)
        return None


class NatsCallerStore:
    """`CallerStore` on JetStream: a stream of its own that is never republished."""

    def __init__(self, connection: HubConnection, replicas: int = 1) -> None:
        self._streams = connection.streams
        self._replicas = replicas

    async def prepare(self) -> None:
        """Creates the stream, or brings it to today's settings."""
        await self._streams.ensure(
            CALLERS,
            {
                "subjects": ["caller.*.*"],
                "storage": "file",
                "num_replicas": self._replicas,
                "max_msgs_per_subject": CALLER_CHANGES,
                "max_age": CALLER_S * NANOSECONDS,
            },
        )

    async def get(self, organisation: str, ticket_id: str) -> CallerRecord:
        """See `CallerStore`."""
        return (await self._last(f"caller.{organisation}.{ticket_id}"))[0]

    async def put(self, organisation: str, ticket_id: str, record: CallerRecord) -> None:
        """See `CallerStore`."""
        await self._streams.append(
            f"caller.{organisation}.{ticket_id}", msgspec.json.encode(record)
        )

    async def change(
        self, organisation: str, ticket_id: str, change: Callable[[CallerRecord], CallerRecord]
    ) -> CallerRecord:
        """See `CallerStore`."""
        subject = f"caller.{organisation}.{ticket_id}"
        while True:
            before, revision = await self._last(subject)
            after = change(before)
            if after == before:
                return before
            with contextlib.suppress(WrongRevision):
                await self._streams.append(subject, msgspec.json.encode(after), expected=revision)
                return after

    async def _last(self, subject: str) -> tuple[CallerRecord, int]:
        """An empty record and 0 where there is none."""
        stored = await self._streams.last(CALLERS, subject)
        if stored is None:
            return CallerRecord(), 0
        return decode_plain(CallerRecord, stored.payload), stored.revision

    async def forget(self, organisation: str, ticket_id: str) -> None:
        """See `CallerStore`."""
        await self._streams.erase(CALLERS, f"caller.{organisation}.{ticket_id}")
