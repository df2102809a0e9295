# SPDX-License-Identifier: GPL-3.0-only
"""What a line does with one of nats-py's connections: ask it, bound its silence, end it. Used by
`session.bus.transport.connection`.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys

import nats.errors
from nats.aio.client import Client
from nats.aio.subscription import Subscription

from session.bus.transport import websocket

log = logging.getLogger(__name__)

UNACKED_S = 6.0
"""How long what we have sent may stay unacknowledged by the other computer."""


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

    Without it the system tries again in ever longer pauses, and hears late that the network is
    back.
    """
    writer = getattr(client._transport, "_bare_io_writer", None)
    connected = writer.get_extra_info("socket") if writer is not None else None
    if connected is not None and sys.platform == "linux":
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNACKED_S * 1000))


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
