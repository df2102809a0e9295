# SPDX-License-Identifier: GPL-3.0-only
"""The source of nats-py's WebSockets: our transport,
loaded with aiohttp when the first is opened. Used by `line`.

nats-py makes its transports by the name `WebSocketTransport` in `nats.aio.client` and knows no
proxy; `install` puts ours in that place.
"""

from __future__ import annotations

from typing import Any

import nats.aio.client
from nats.aio.transport import Transport


def _opened(ws_headers: dict[str, list[str]] | None = None) -> Transport:
    from session.bus.transport.websocket_transport import ProxyWebSocketTransport

    return ProxyWebSocketTransport(ws_headers=ws_headers)


def install() -> None:
    """Makes every connection of nats-py use our transport."""
    vars(nats.aio.client)["WebSocketTransport"] = _opened  # no public way


async def abort(transport: Any) -> None:
    """Lets go of the network at once, where it is ours."""
    end = getattr(transport, "abort", None)
    if end is not None:
        await end()
