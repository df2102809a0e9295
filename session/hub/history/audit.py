# SPDX-License-Identifier: GPL-3.0-only
"""Every change of every ticket, kept when the ticket is gone: the stream AUDIT and its readers.
For the projection.

The server itself copies the ticket bucket into it (ADR-8 for the bucket, "sources" of the JetStream
API), so no hub can forget to. What the copy does not take over: the bucket's roll-up and time to
live at a ticket's end, which must not remove what AUDIT has (tested). When the copy lags behind the
end of a ticket (a cluster that loses its leader), the states between may be rolled up before they
were copied; the final state, from which a finished ticket's row is made, is always there.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.streams import NANOSECONDS, StreamState
from session.bus.transport.connection import Incoming
from session.core.errors import BusUnreachable, MessageMalformed, StoreUnreachable
from session.hub.storage.board_store import BUCKET as BOARD_BUCKET
from session.hub.storage.board_store import (
    BroadcastRecord,
    DutyRecord,
    MoveRecord,
    QueueRecord,
)
from session.hub.storage.store_space import NO_LIMITS, StoreLimits
from session.hub.storage.ticket_store import BUCKET
from session.protocol.codec import decode_plain
from session.protocol.hub.tickets import Ticket

log = logging.getLogger(__name__)

AUDIT = "AUDIT"
AUDIT_DAYS = 400
"""A year and the time to report on it. Tickets name no caller."""

BATCH = 256
EXPIRES_S = 20.0
"""How long one request for a batch stands at the server."""

REST_S = 1.0
"""How long the request for the rest of a batch stands, should another reader have taken some of it
meanwhile.
"""

ACK_S = 30.0
"""Silence after which the server gives an entry to another hub; what it tells twice is stored once.
"""

IDLE_DAYS = 30
"""A reader that nobody has used for so long is removed; the next one of that name reads all again.
"""


@dataclass(frozen=True)
class AuditEntry:
    """One change of a ticket.

    Attributes:
        seq: its place in AUDIT, from 1.
        stored_at_utc: when AUDIT got it.
        ticket: as it became; None when it is no ticket's, or cannot be read.
        reply: where it is acknowledged.
        board: what a supervisor did beside tickets.
        answer: what a caller said of a conversation; the hub wrote it here itself.
        revision: its number in the bucket it was copied from, 0 when that is not said. A bucket
            that was restored from a backup is copied again from its beginning (measured): what has
            this number already is no news.
    """

    seq: int
    stored_at_utc: datetime
    ticket: Ticket | None
    reply: str = ""
    board: BoardEntry | None = None
    revision: int = 0
    answer: AnswerEntry | None = None


class AnswerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A caller's answer about a conversation (a word of `Solved`),
    and nothing that says who.
    """

    service: str
    site: str
    solved: str


@dataclass(frozen=True)
class AnswerEntry:
    """A caller's answer, and whose service it is about."""

    organisation: str
    record: AnswerRecord


BoardRecord = QueueRecord | BroadcastRecord | MoveRecord | DutyRecord


@dataclass(frozen=True)
class BoardEntry:
    """A supervisor's act on a service or on agents, or an operator's on a site (`is_site`).

    Attributes:
        name: the service, the site, the agent, the message's or the act's id.
    """

    organisation: str
    name: str
    record: BoardRecord
    is_site: bool = False


_ANSWERS = "answer.*"
"""Subject of callers' answers, by organisation: this stream alone has them."""

_BOARD_KINDS: dict[str, type[BoardRecord]] = {
    "queue": QueueRecord,
    "said": BroadcastRecord,
    "move": MoveRecord,
    "site": QueueRecord,
    "duty": DutyRecord,
}
"""Third token of a subject of the audit, and what lies there.
Tickets' subjects have no more than three.
"""


class Audit:
    """The stream; any number of hubs prepare the same one."""

    def __init__(
        self, connection: HubConnection, replicas: int = 1, *, limits: StoreLimits = NO_LIMITS
    ) -> None:
        self._connection = connection
        self._replicas = replicas
        self._limits = limits

    async def prepare(self) -> None:
        """Creates the stream, or brings it to today's settings. Needs both buckets.
        Raises `StoreUnreachable`.
        """
        transform = {"src": "$KV.tk.*.*", "dest": "audit.{{wildcard(1)}}.{{wildcard(2)}}"}
        acts = [
            {
                "src": f"$KV.bd.*.{kind}.*",
                "dest": f"audit.{{{{wildcard(1)}}}}.{kind}.{{{{wildcard(2)}}}}",
            }
            for kind in _BOARD_KINDS
        ]
        await self._connection.streams.ensure(
            AUDIT,
            {
                "sources": [
                    {"name": BUCKET, "subject_transforms": [transform]},
                    {"name": BOARD_BUCKET, "subject_transforms": acts},
                ],
                "subjects": [_ANSWERS],
                "storage": "file",
                "num_replicas": self._replicas,
                "max_age": AUDIT_DAYS * 24 * 3600 * NANOSECONDS,
                # The oldest entries leave first; the history has them in rows.
                "max_bytes": self._limits.audit_bytes,
                # Compressed streams were damaged by restarts (measured).
                "compression": "none",
                "deny_delete": True,
                "allow_direct": False,
            },
        )

    async def add_answer(self, organisation: str, record: AnswerRecord) -> None:
        """Keeps what a caller said. Raises `StoreUnreachable`."""
        subject = _ANSWERS.replace("*", organisation)
        await self._connection.streams.append(subject, msgspec.json.encode(record))

    async def state(self) -> StreamState:
        """Return what it holds, once it has a leader: without one the answer is old data.
        Raises `StoreUnreachable`.
        """
        while True:
            state = await self._connection.streams.state(AUDIT)
            if state.has_leader:
                return state
            await asyncio.sleep(0.2)

    async def forget_reader(self, durable: str) -> None:
        """Removes a reader's place. Raises `StoreUnreachable`."""
        await self._connection.streams.forget_durable(AUDIT, durable)

    async def reader(self, durable: str) -> AuditReader:
        """A reader that goes on where `durable` stopped;
        several hubs with one name share the work.
        """
        await self._connection.streams.ensure_durable(
            AUDIT,
            durable,
            {
                "deliver_policy": "all",
                "ack_policy": "explicit",
                "ack_wait": int(ACK_S * NANOSECONDS),
                "max_ack_pending": 4 * BATCH,
                "inactive_threshold": IDLE_DAYS * 24 * 3600 * NANOSECONDS,
            },
        )
        reader = AuditReader(self._connection, durable)
        await reader.start()
        return reader


class AuditReader:
    """Entries in batches, each acknowledged after it was stored elsewhere. Stop it."""

    def __init__(self, connection: HubConnection, durable: str) -> None:
        self._connection = connection
        self._line = connection.bus
        self._ask = f"$JS.API.CONSUMER.MSG.NEXT.{AUDIT}.{durable}"
        self._inbox = f"_INBOX.hub.audit.{id(self):x}"
        self._arrived: asyncio.Queue[Incoming | None] = asyncio.Queue()
        self._wanted = 0
        self._ends: list[Callable[[], None]] = []

    async def start(self) -> None:
        """Begins to listen."""
        self._ends.append(await self._line.subscribe(self._inbox, self._arrived.put_nowait))
        self._ends.append(self._connection.connected.connect(self._on_connected))

    def stop(self) -> None:
        """Listens no more; what was not acknowledged comes again."""
        while self._ends:
            self._ends.pop()()

    def _on_connected(self, _connected: bool) -> None:
        self._arrived.put_nowait(None)  # our request is lost with the connection

    async def batch(self) -> list[AuditEntry]:
        """The next entries, as soon as there are any; empty after a while without.

        It waits for one entry and then requests all others that are there by then. A request for
        many would bring each by itself while the last batch is written, and wake the hub each
        time.

        Raises:
            StoreUnreachable, BusUnreachable: the reader must be opened again.
        """
        if self._wanted <= 0:
            await self._request(1, EXPIRES_S)
        entries: list[AuditEntry] = []
        try:
            async with asyncio.timeout(EXPIRES_S + 5):
                while self._wanted > 0:
                    pending = self._take(await self._arrived.get(), entries)
                    if len(entries) == 1 and pending and self._wanted == 0:
                        await self._request(min(pending, BATCH - 1), REST_S)
                    if entries and pending == 0 and self._arrived.empty():
                        break
        except TimeoutError:
            self._wanted = 0  # the server forgot to say that the request's time is over
        return entries

    async def _request(self, count: int, expires_s: float) -> None:
        request = {"batch": count, "expires": int(expires_s * NANOSECONDS)}
        await self._line.publish(self._ask, json.dumps(request).encode(), reply=self._inbox)
        self._wanted = count

    def _take(self, message: Incoming | None, entries: list[AuditEntry]) -> int:
        """Adds an entry, or notes what the server says instead;
        how many entries are still waiting.
        """
        if message is None:
            raise BusUnreachable
        if message.status:
            self._wanted = 0
            # ADR-13: nothing there, or the request's time is over
            if message.status not in ("404", "408"):
                raise StoreUnreachable(why=f"audit reader: {message.status}")
            return 0
        self._wanted -= 1
        entry, pending = _entry(message)
        entries.append(entry)
        return pending

    async def acknowledge(self, entries: Sequence[AuditEntry]) -> None:
        """These are stored; they do not come again. Raises `BusUnreachable`."""
        for entry in entries:
            await self._line.publish(entry.reply, b"+ACK")


def _entry(message: Incoming) -> tuple[AuditEntry, int]:
    """Read the entry from "$JS.ACK...." (ADR-15): 9 tokens, with a domain 11 or more."""
    tokens = message.reply.split(".")
    start = 5 if len(tokens) == 9 else 7
    seq, stored_ns, pending = int(tokens[start]), int(tokens[start + 2]), int(tokens[start + 3])
    ticket: Ticket | None = None
    board: BoardEntry | None = None
    answer: AnswerEntry | None = None
    try:
        match message.subject.split("."):
            case ["answer", organisation]:
                answer = AnswerEntry(organisation, decode_plain(AnswerRecord, message.payload))
            case [_, organisation, kind, name] if kind in _BOARD_KINDS:
                board = BoardEntry(
                    organisation,
                    name,
                    decode_plain(_BOARD_KINDS[kind], message.payload),
                    is_site=kind == "site",
                )
            case _:
                ticket = decode_plain(Ticket, message.payload)
    except MessageMalformed:
        log.error("entry %d of the audit is unreadable and left out", seq)
    at = datetime.fromtimestamp(stored_ns / NANOSECONDS, tz=UTC)
    entry = AuditEntry(
        seq, at, ticket, message.reply, board, revision=_revision(message), answer=answer
    )
    return entry, pending


def _revision(message: Incoming) -> int:
    """Read the revision from "Nats-Stream-Source:
    <stream> <sequence> ..." (nats-server, `JSStreamSource`).
    """
    words = message.headers.get("Nats-Stream-Source", "").split(" ")
    if len(words) > 1 and words[1].isdigit():
        return int(words[1])
    return 0
