# SPDX-License-Identifier: GPL-3.0-only
"""The caller's word about keeping documents, as the kiosk said it:
the hub files nothing without it.

The kiosk tells the desk `GrantChanged` through the hub;
`session.hub.network.relay` gives it here before it passes it on, so whoever hears that documents
may be kept can file them. A desk cannot say it: only what a kiosk sent is recorded.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from session.bus.hub_connection import HubConnection
from session.core.clock import Clock
from session.core.errors import GrantMissing, SessionError
from session.hub.storage.ticket_store import CALLERS
from session.protocol.codec import decode_plain, decode_session
from session.protocol.conversation.messages import Grant, GrantChanged
from session.protocol.hub.tickets import Ticket, TicketState

log = logging.getLogger(__name__)

TOPIC = "grant"
GRACE = timedelta(seconds=30)
"""The kiosk ends a permission by its clock and says so;
this much later the hub does not wait for its word.
"""


class KeepConsentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The last word of one session, and until when it holds by the hub's clock.
    Nothing personal; gone after a day.
    """

    allowed: bool
    until_utc: datetime


class KeepConsentStore(Protocol):
    """Records by session."""

    async def get(self, organisation: str, session_id: str) -> KeepConsentRecord | None:
        """The record. Raises `StoreUnreachable`."""
        ...

    async def put(self, organisation: str, session_id: str, record: KeepConsentRecord) -> None:
        """Stores the record. Raises `StoreUnreachable`."""
        ...


class NatsKeepConsentStore:
    """Beside the caller records, in the hub's own account: what one hub heard every hub knows."""

    def __init__(self, connection: HubConnection) -> None:
        self._streams = connection.streams

    async def get(self, organisation: str, session_id: str) -> KeepConsentRecord | None:
        """See `KeepConsentStore`."""
        stored = await self._streams.last(CALLERS, f"caller.{organisation}.keep-{session_id}")
        if stored is not None:
            return decode_plain(KeepConsentRecord, stored.payload)
        return None

    async def put(self, organisation: str, session_id: str, record: KeepConsentRecord) -> None:
        """See `KeepConsentStore`."""
        await self._streams.append(
            f"caller.{organisation}.keep-{session_id}", msgspec.json.encode(record)
        )


class KeepConsents:
    """Records what kiosks say about keeping documents; asked before anything is filed."""

    def __init__(self, store: KeepConsentStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def on_message(self, ticket: Ticket, payload: bytes) -> None:
        """A kiosk's message of the topic "grant"; anything but a word about keeping is left alone.

        A store that cannot be written leaves the word unrecorded:
        then nothing is filed until it is said again.
        """
        try:
            message = decode_session(payload)
            if (
                not isinstance(message, GrantChanged)
                or message.grant is not Grant.KEEP
                or ticket.session is None
            ):
                return
            until = self._clock.utc_now() + timedelta(seconds=message.left_s)
            record = KeepConsentRecord(allowed=message.allowed, until_utc=until)
            await self._store.put(ticket.organisation, ticket.session, record)
        except SessionError as error:
            log.warning("a word about keeping documents is not recorded: %s", error.code)

    async def check(self, organisation: str, session_id: str, ticket: Ticket | None = None) -> None:
        """Lets a document of this session pass. In the wrap-up, and after it, the caller's last
        word holds.

        Args:
            ticket: the session's, while it goes on.

        Raises:
            GrantMissing: the caller did not allow it, took it back, or its time is over.
                StoreUnreachable.
        """
        record = await self._store.get(organisation, session_id)
        talking = (
            ticket is not None
            and ticket.session == session_id
            and ticket.state is TicketState.IN_SESSION
        )
        over = record is not None and talking and record.until_utc + GRACE < self._clock.utc_now()
        if record is None or not record.allowed or over:
            raise GrantMissing(grant=Grant.KEEP.value)
