# SPDX-License-Identifier: GPL-3.0-only
"""The board's knowledge beside tickets, in JetStream: services, agents, messages to all, moves.
Used by the hub's board.

A bucket as in ADR-8, subjects `$KV.bd.<organisation>.<kind>.<id>` with a kind of queue, agent,
said, move, site, duty or place; never republished. Every hub follows it, so what a supervisor
closed stays closed over restarts and is the same at all hubs. The audit copies all but the
agents' states and workplaces.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Protocol

import msgspec

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.streams import NANOSECONDS, Stored
from session.core.errors import MessageMalformed
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.hub.storage.followed_bucket import FollowedBucket
from session.hub.storage.store_space import NO_LIMITS, StoreLimits
from session.protocol.codec import decode_plain
from session.protocol.hub.board import MessageTo

log = logging.getLogger(__name__)

BUCKET = "KV_bd"
HISTORY = 64

AGENT_STATES = "AGENT_STATES"
"""Every change of an agent's state, one after the other, for the question "what happened this
morning?".
"""

AGENT_DAYS = 31
"""Enough to answer that question; a longer memory of people's pauses would be a file on people."""

Key = tuple[str, str]


class QueueRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A service or site that was closed or opened, by whom ("<role letter>.<user>") and why.

    `until_utc`: a site with a gate is open until then. `is_exception`: though something lacked.
    """

    closed: bool
    changed_by: str
    reason: str
    at_utc: datetime
    act: str = ""
    undoes: str = ""
    until_utc: datetime | None = None
    is_exception: bool = False


class BroadcastRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A message to all agents, or (`withdrawn`) that it was taken back by the act `act`.

    `to`, `target`: a message to one agent, service or site ("organisation/site") instead.
    """

    text: str
    changed_by: str
    reason: str
    at_utc: datetime
    withdrawn: bool = False
    act: str = ""
    undoes: str = ""
    to: str = ""
    target: str = ""


class MoveRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The intent to move everybody from `service` to `to`;
    the tickets' own changes name the same act.
    """

    service: str
    to: str
    changed_by: str
    reason: str
    at_utc: datetime
    undoes: str = ""


class AgentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The state that an agent last gave itself, or a supervisor did (`changed_by`, `why`), until
    when the agent means to pause, and for what it asks a supervisor for help.
    """

    available: bool
    reason: str
    at_utc: datetime
    changed_by: str = ""
    why: str = ""
    help: str = ""
    help_at_utc: datetime | None = None
    until_utc: datetime | None = None


class WorkplaceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """At which of its computers an agent works: that one's public key, and what it calls itself."""

    desk: str
    computer: str
    at_utc: datetime


class DutyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor's last decision about an agent,
    for one day.

    Attributes:
        state: the state the agent was given ("available" or the code of a pause, "paused" without
            one); None when the decision was about its services.
        services: what it serves that day, decided now or earlier the same day; None for what the
            convention says.
    """

    changed_by: str
    reason: str
    at_utc: datetime
    act: str
    state: str | None = None
    services: tuple[str, ...] | None = None


class BoardStore(Protocol):
    """The store that the board needs. Writing may raise `StoreUnreachable` (outcome
    unknown).
    """

    def queue(self, organisation: str, service: str) -> QueueRecord | None:
        """The last decision about a service."""
        ...

    def agent(self, organisation: str, user: str) -> AgentRecord | None:
        """The state that an agent last gave itself."""
        ...

    def site(self, organisation: str, site: str) -> QueueRecord | None:
        """The operator's last decision about a site of this account."""
        ...

    async def put_site(self, organisation: str, site: str, record: QueueRecord) -> None:
        """Stores it."""
        ...

    def queue_revision(self, organisation: str, service: str) -> int:
        """The number of the last decision about a service, 0 for none; for `put_queue`."""
        ...

    async def put_queue(
        self, organisation: str, service: str, record: QueueRecord, expected: int | None = None
    ) -> None:
        """Stores a decision; the ones before stay as history.
        Raises `WrongRevision` when it is not `expected` now.
        """
        ...

    def broadcast(self, organisation: str, broadcast: str) -> tuple[int, BroadcastRecord] | None:
        """A message to all, with its number."""
        ...

    async def put_broadcast(
        self, organisation: str, broadcast: str, record: BroadcastRecord, expected: int
    ) -> None:
        """Stores a message to all, or its end.
        Raises `WrongRevision` when the last one is not `expected`.
        """
        ...

    async def put_move(self, organisation: str, act: str, record: MoveRecord) -> None:
        """Stores that a queue is being moved; again is no harm."""
        ...

    async def put_agent(self, organisation: str, user: str, record: AgentRecord) -> None:
        """Stores the state that an agent gives itself."""
        ...

    def duty(self, organisation: str, user: str) -> DutyRecord | None:
        """Return what a supervisor last decided about an agent."""
        ...

    async def put_duty(self, organisation: str, user: str, record: DutyRecord) -> None:
        """Stores it."""
        ...

    def workplace(self, organisation: str, user: str) -> tuple[int, WorkplaceRecord | None]:
        """Return where an agent works, with the number of that record, 0 for none."""
        ...

    async def put_workplace(
        self, organisation: str, user: str, record: WorkplaceRecord, expected: int
    ) -> None:
        """Stores it. Raises `WrongRevision` when the last one is not `expected`."""
        ...

    def messages_at(self, site: str) -> list[tuple[str, BroadcastRecord]]:
        """(organisation, message) to the callers of a site ("organisation/site"), also those that
        were taken back.
        """
        ...


class NatsBoardStore(FollowedBucket):
    """`BoardStore` on JetStream, read from memory.

    Args:
        replicas: 1 on a single server, 3 on a cluster.
        limits: bound the agents' states.

    Attributes:
        changed: the organisation of each change, also by another hub.
    """

    def __init__(
        self,
        connection: HubConnection,
        tasks: Tasks,
        *,
        replicas: int = 1,
        limits: StoreLimits = NO_LIMITS,
    ) -> None:
        super().__init__(connection, tasks, stream=BUCKET)
        self._replicas = replicas
        self._states_bytes = limits.states_bytes
        self._queues: dict[Key, tuple[int, QueueRecord]] = {}
        self._agents: dict[Key, tuple[int, AgentRecord]] = {}
        self._broadcasts: dict[Key, tuple[int, BroadcastRecord]] = {}
        self._sites: dict[Key, tuple[int, QueueRecord]] = {}
        self._duties: dict[Key, tuple[int, DutyRecord]] = {}
        self._workplaces: dict[Key, tuple[int, WorkplaceRecord]] = {}
        self._at_sites: dict[str, set[Key]] = {}
        self.changed: Signal[str] = Signal()

    async def prepare(self) -> None:
        """Creates the bucket, or brings it to today's settings."""
        await self._streams.ensure(
            BUCKET,
            {
                "subjects": ["$KV.bd.>"],
                "storage": "file",
                "num_replicas": self._replicas,
                "max_msgs_per_subject": HISTORY,
                "max_msg_size": 4 * 1024,
                "discard": "new",
                "deny_delete": True,
            },
        )
        await self._streams.ensure(
            AGENT_STATES,
            {
                "sources": [{"name": BUCKET, "filter_subject": "$KV.bd.*.agent.*"}],
                "storage": "file",
                "num_replicas": self._replicas,
                "max_age": AGENT_DAYS * 24 * 3600 * NANOSECONDS,
                "max_bytes": self._states_bytes,
                "compression": "none",
                "deny_delete": True,
                "allow_direct": False,
            },
        )

    def queue(self, organisation: str, service: str) -> QueueRecord | None:
        """See `BoardStore`."""
        entry = self._queues.get((organisation, service))
        if entry is not None:
            return entry[1]
        return None

    def agent(self, organisation: str, user: str) -> AgentRecord | None:
        """See `BoardStore`."""
        entry = self._agents.get((organisation, user))
        if entry is not None:
            return entry[1]
        return None

    def site(self, organisation: str, site: str) -> QueueRecord | None:
        """See `BoardStore`."""
        entry = self._sites.get((organisation, site))
        if entry is not None:
            return entry[1]
        return None

    async def put_site(self, organisation: str, site: str, record: QueueRecord) -> None:
        """See `BoardStore`."""
        await self._put(f"$KV.bd.{organisation}.site.{site}", record)

    def queue_revision(self, organisation: str, service: str) -> int:
        """See `BoardStore`."""
        return self._queues.get((organisation, service), (0, None))[0]

    async def put_queue(
        self, organisation: str, service: str, record: QueueRecord, expected: int | None = None
    ) -> None:
        """See `BoardStore`."""
        await self._put(f"$KV.bd.{organisation}.queue.{service}", record, expected)

    def broadcast(self, organisation: str, broadcast: str) -> tuple[int, BroadcastRecord] | None:
        """See `BoardStore`."""
        return self._broadcasts.get((organisation, broadcast))

    async def put_broadcast(
        self, organisation: str, broadcast: str, record: BroadcastRecord, expected: int
    ) -> None:
        """See `BoardStore`."""
        await self._put(f"$KV.bd.{organisation}.said.{broadcast}", record, expected)

    async def put_move(self, organisation: str, act: str, record: MoveRecord) -> None:
        """See `BoardStore`."""
        await self._put(f"$KV.bd.{organisation}.move.{act}", record)

    async def put_agent(self, organisation: str, user: str, record: AgentRecord) -> None:
        """See `BoardStore`."""
        await self._put(f"$KV.bd.{organisation}.agent.{user}", record)

    def duty(self, organisation: str, user: str) -> DutyRecord | None:
        """See `BoardStore`."""
        entry = self._duties.get((organisation, user))
        if entry is not None:
            return entry[1]
        return None

    async def put_duty(self, organisation: str, user: str, record: DutyRecord) -> None:
        """See `BoardStore`."""
        await self._put(f"$KV.bd.{organisation}.duty.{user}", record)

    def workplace(self, organisation: str, user: str) -> tuple[int, WorkplaceRecord | None]:
        """See `BoardStore`."""
        return self._workplaces.get((organisation, user), (0, None))

    async def put_workplace(
        self, organisation: str, user: str, record: WorkplaceRecord, expected: int
    ) -> None:
        """See `BoardStore`."""
        await self._put(f"$KV.bd.{organisation}.place.{user}", record, expected)

    def messages_at(self, site: str) -> list[tuple[str, BroadcastRecord]]:
        """See `BoardStore`."""
        keys = self._at_sites.get(site, set())
        return [
            (organisation, self._broadcasts[organisation, name][1]) for organisation, name in keys
        ]

    async def _put(self, subject: str, record: msgspec.Struct, expected: int | None = None) -> None:
        payload = msgspec.json.encode(record)
        revision = await self._streams.append(subject, payload, expected=expected)
        self._take(Stored(subject, payload, {}, revision))

    def _forget(self) -> None:
        """Forgets nothing: nobody can delete from this bucket."""

    def _take(self, stored: Stored) -> None:
        _kv, _bucket, organisation, kind, name = stored.subject.split(".")
        try:
            match kind:
                case "queue":
                    _newest(self._queues, (organisation, name), stored, QueueRecord)
                case "site":
                    _newest(self._sites, (organisation, name), stored, QueueRecord)
                case "agent":
                    _newest(self._agents, (organisation, name), stored, AgentRecord)
                case "duty":
                    _newest(self._duties, (organisation, name), stored, DutyRecord)
                case "place":
                    _newest(self._workplaces, (organisation, name), stored, WorkplaceRecord)
                case "said":
                    _newest(self._broadcasts, (organisation, name), stored, BroadcastRecord)
                    message = self._broadcasts[organisation, name][1]
                    if message.to == MessageTo.SITE:
                        self._at_sites.setdefault(message.target, set()).add((organisation, name))
        except MessageMalformed:
            log.error("stored state at revision %d is unreadable and left out", stored.revision)
        self.changed.emit(organisation)


def _newest[Record](
    records: dict[Key, tuple[int, Record]], key: Key, stored: Stored, kind: type[Record]
) -> None:
    if key not in records or records[key][0] < stored.revision:
        records[key] = (stored.revision, decode_plain(kind, stored.payload))
