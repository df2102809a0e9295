# SPDX-License-Identifier: GPL-3.0-only
"""The agent who served a caller lately, so that a caller who comes back finds the same one.
Used by the hub's rules.

A caller number is kept as a keyed hash only, for a week; the key never leaves the hub's own
account. That protects from whoever reads tickets or this stream, not from the hub's operator:
numbers are short. An organisation with a vault does without it.

A caller without a number is known by the kiosk for a few minutes: the conversation was cut, and
the button is pressed again.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.streams import NANOSECONDS, WrongRevision
from session.core.clock import Clock
from session.core.errors import SessionError, StoreUnreachable
from session.hub.queue.view import TicketChange
from session.protocol.codec import decode_plain
from session.protocol.hub.tickets import Ticket, TicketState

log = logging.getLogger(__name__)

STREAM, KEYS = "RETURNS", "RETURN_KEY"
KEPT_S = 7 * 24 * 3600
AT_KIOSK = timedelta(minutes=5)


class ReturnStore(Protocol):
    """The memory of callers with a number. May raise `StoreUnreachable`."""

    async def agent_of(self, organisation: str, number: str) -> str | None:
        """Return who served the caller with this number last."""
        ...

    async def remember(self, organisation: str, number: str, agent: str) -> None:
        """Notes who has served the caller."""
        ...


class _Served(msgspec.Struct, frozen=True, kw_only=True):
    agent: str


class NatsReturnStore:
    """`ReturnStore` on JetStream."""

    def __init__(self, connection: HubConnection, replicas: int = 1) -> None:
        self._streams = connection.streams
        self._replicas = replicas
        self._key = b""

    async def prepare(self) -> None:
        """Creates the streams and, once for all hubs, the key of the hash.
        Raises `StoreUnreachable`.
        """
        shared = {
            "storage": "file",
            "num_replicas": self._replicas,
            "max_msgs_per_subject": 1,
            "allow_direct": False,
        }
        await self._streams.ensure(
            STREAM,
            {
                **shared,
                "subjects": ["return.*.*"],
                "max_age": KEPT_S * NANOSECONDS,
                "max_msg_size": 1024,
            },
        )
        await self._streams.ensure(KEYS, {**shared, "subjects": ["returnkey"]})
        try:
            await self._streams.append("returnkey", secrets.token_bytes(32), expected=0)
        except WrongRevision:
            log.debug("the key of the hash is there")
        stored = await self._streams.last(KEYS, "returnkey")
        if stored is None:
            raise StoreUnreachable(why="the key of the hash is not there")
        self._key = stored.payload

    async def agent_of(self, organisation: str, number: str) -> str | None:
        """See `ReturnStore`."""
        stored = await self._streams.last(STREAM, self._subject(organisation, number))
        if stored is not None:
            return decode_plain(_Served, stored.payload).agent
        return None

    async def remember(self, organisation: str, number: str, agent: str) -> None:
        """See `ReturnStore`."""
        await self._streams.append(
            self._subject(organisation, number), msgspec.json.encode(_Served(agent=agent))
        )

    def _subject(self, organisation: str, number: str) -> str:
        word = hashlib.blake2b(f"{organisation}\n{number}".encode(), key=self._key, digest_size=16)
        return f"return.{organisation}.{word.hexdigest()}"


class ReturningCallers:
    """Recognises callers who come back. What fails here costs a preference, never a call."""

    def __init__(self, store: ReturnStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._at_kiosk: dict[tuple[str, str, str], tuple[str, datetime]] = {}

    def on_ticket(self, change: TicketChange) -> None:
        """A ticket changed: notes who served whoever stood at its kiosk."""
        after = change.after
        if after.state is TicketState.WRAP_UP and after.agent is not None:
            self._at_kiosk[after.organisation, after.kiosk_home, after.kiosk] = (
                after.agent,
                self._clock.utc_now(),
            )

    async def preferred(self, organisation: str, home: str, kiosk: str, number: str) -> str | None:
        """The agent of `organisation` who served this caller lately, or None.
        `home` is the kiosk's account.
        """
        try:
            if number:
                return await self._store.agent_of(organisation, number)
        except SessionError as error:
            log.info("nobody knows who served a caller before: %s", error.code)
            return None
        agent, at_utc = self._at_kiosk.get((organisation, home, kiosk), (None, None))
        if at_utc is not None and self._clock.utc_now() - at_utc < AT_KIOSK:
            return agent
        return None

    async def served(self, ticket: Ticket, number: str) -> None:
        """A conversation with a caller who gave a number is closed."""
        if number and ticket.agent is not None:
            try:
                await self._store.remember(ticket.organisation, number, ticket.agent)
            except SessionError as error:
                log.info("a caller who comes back will not be known: %s", error.code)
