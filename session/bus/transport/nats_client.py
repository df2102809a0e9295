# SPDX-License-Identifier: GPL-3.0-only
"""The part of nats-py that a connection uses, and messages as we know them.
Used by `session.bus.transport.connection`.

Four things have no public way in nats-py, whose version is pinned: pings in their order,
letting go of a silent network, a socket's time limit, and asyncio's knowledge of encryption.
`tests/unit/session/bus/transport/test_nats_client.py` and `tests/integration/bus/test_tls.py`
fail when an upgrade changes those places.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from session.bus.transport import websocket

log = logging.getLogger(__name__)

UNACKED_S = 6.0
"""How long what we have sent may stay unacknowledged by the other computer."""

STATUS, DESCRIPTION = "Status", "Description"
"""nats-py's names of what the server writes into the first line of a message's headers."""


class Incoming(msgspec.Struct, frozen=True):
    """A message that arrived on a subject."""

    subject: str
    payload: bytes
    headers: Mapping[str, str]
    reply: str = ""

    @property
    def status(self) -> str:
        """Status of a message that the server itself sent ("503": nobody listens, "100":
        heartbeat), else "".
        """
        return self.headers.get(STATUS, "")


Handler = Callable[[Incoming], None]
"""Must not raise."""


def headers_of(raw: bytes | None) -> dict[str, str]:
    """Headers of a stored message (ADR-4): "NATS/1.0", with a status when the server itself speaks,
    and "name: value" lines.

    Names are taken as they are written: one with a blank is another name than the same without.
    """
    if not raw:
        return {}
    first, *lines = raw.decode("utf-8", "replace").split("\r\n")
    headers: dict[str, str] = {}
    code, _, text = first.removeprefix("NATS/1.0").strip().partition(" ")
    if code:
        headers[STATUS] = code
    if text:
        headers[DESCRIPTION] = text
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name] = value.strip()
    return headers


TURN_S = 0.01
"""So long the handlers of one subscription work before the rest of the program has its turn."""


class OrderedClient(Client):
    """nats-py's client, whose pings leave behind what was published before them, and which goes on
    to read whatever somebody sends.

    WORKAROUND: nats-py 2.16 writes a ping before what waits to leave, so that its answer does not
    say that the server has the rest: a subscription could be taken for placed, or for drained.
    """

    async def _send_ping(self, future: asyncio.Future[Any] | None = None) -> None:
        await self._flush_pending(force_flush=True)
        await super()._send_ping(future)

    async def _process_msg(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes
    ) -> None:
        """Leaves a message out that cannot be read.

        WORKAROUND: nats-py 2.16 ends its reading for good, and tells nobody, when a subject or the
        first line of headers is no UTF-8; the server passes on whatever a client wrote.
        """
        try:
            await super()._process_msg(sid, subject, reply, data, headers)
        except Exception as error:  # of others' bytes: what follows is for others
            log.warning("a message was left out: %s", type(error).__name__)


async def subscribe(client: Client, subject: str, queue: str, handler: Handler) -> Subscription:
    """Calls `handler` for each message of `subject` from now on. Raises nats-py's errors.

    WORKAROUND: nats-py 2.16 hands out all that waits in one go, and nothing else of the program
    runs meanwhile: a window stands still. So the others have their turn in between.
    """
    spent_s = 0.0

    async def on_message(message: Msg) -> None:
        nonlocal spent_s
        began_s = time.perf_counter()
        headers = message.headers or {}
        handler(Incoming(message.subject, bytes(message.data), headers, message.reply))
        spent_s += time.perf_counter() - began_s
        if spent_s >= TURN_S:
            spent_s = 0.0
            await asyncio.sleep(0)

    return await client.subscribe(subject, queue=queue, cb=on_message)


async def answers(client: Client, timeout_s: float) -> bool:
    """True when the server answers a ping."""
    try:
        await client.flush(timeout=int(timeout_s))
    except (
        Exception
    ) as error:  # as for a connection: a probe must not end for a reason nobody thought of
        log.debug("a probe failed: %s", type(error).__name__)
        return False
    return True


def bound_silence(client: Client) -> None:
    """A network in which nothing is acknowledged ends the connection;
    one that is only slow does not (RFC 5482).

    Without it the system tries again in ever longer pauses, and learns late that the network is
    back.
    """
    writer = getattr(client._transport, "_bare_io_writer", None)
    if writer is not None:
        connected = writer.get_extra_info("socket")
    else:
        connected = None
    if connected is not None and sys.platform == "linux":
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNACKED_S * 1000))


def note_encryption(client: Client) -> None:
    """Tells asyncio's end of an encrypted connection that it is one.

    WORKAROUND: nats-py 2.16 leaves that out, and asyncio warns at the end of each.
    """
    writer = getattr(client._transport, "_io_writer", None)
    if writer is not None and writer.get_extra_info("sslcontext") is not None:
        writer.transport.get_protocol()._over_ssl = True


async def unsubscribe(subscription: Subscription) -> None:
    """The server need not send its messages any more; it may be gone."""
    try:
        await subscription.unsubscribe()
    except (nats.errors.Error, OSError) as error:
        log.debug("unsubscribe: %s", type(error).__name__)


async def abandon(client: Client) -> None:
    """Closes a connection, by force when it does not close in 2 s."""
    writer = getattr(client._transport, "_bare_io_writer", None)
    try:
        async with asyncio.timeout(2.0):
            await client.close()
    except (TimeoutError, OSError, nats.errors.Error) as error:
        log.info("a connection did not close: %s", type(error).__name__)
    finally:
        # WORKAROUND: nats.py issue 671: close() waits for ever for a silent network;
        # there is no public abort.
        if writer is not None:
            writer.transport.abort()
        await websocket.abort(client._transport)
