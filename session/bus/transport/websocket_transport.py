# SPDX-License-Identifier: GPL-3.0-only
"""nats-py's WebSocket transport, through an HTTP proxy where the system names one. Loaded by
`session.bus.transport.websocket`.

The system's settings are the variables WSS_PROXY, HTTPS_PROXY, NO_PROXY, on Windows its registry.
"""

from __future__ import annotations

import ssl
import urllib.request
from urllib.parse import ParseResult, urlsplit

import aiohttp
import multidict
import nats.aio.transport
from nats.aio.transport import WebSocketTransport

vars(nats.aio.transport).update(aiohttp=aiohttp, multidict=multidict)  # see `session.bus`

CLOSE_S = 2.0
"""Longest wait for the other side's goodbye."""


def proxy_for(address: str) -> str | None:
    """The HTTP proxy that the system names for `address`, or None."""
    parts = urlsplit(address)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    known = urllib.request.getproxies()
    names = ("wss", "https", "all") if parts.scheme == "wss" else ("ws", "http", "all")
    return next((known[name] for name in names if name in known), None)


class ProxyWebSocketTransport(WebSocketTransport):
    """As its parent, through a proxy where there is one."""

    async def connect(self, uri: ParseResult, buffer_size: int, connect_timeout: int) -> None:
        """Opens `ws://`."""
        await self._open(uri.geturl(), None)
        self._using_tls = False

    async def connect_tls(
        self,
        uri: str | ParseResult,
        ssl_context: ssl.SSLContext,
        buffer_size: int,
        connect_timeout: int,
    ) -> None:
        """Opens `wss://`; nats-py calls it a second time when it is open, with a host name only."""
        if self._ws is not None:
            return
        await self._open(uri if isinstance(uri, str) else uri.geturl(), ssl_context)
        self._using_tls = True

    async def _open(self, address: str, tls: ssl.SSLContext | None) -> None:
        self._ws = await self._client.ws_connect(
            address,
            ssl=tls if tls is not None else True,
            proxy=proxy_for(address),
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
            max_msg_size=0,
        )

    async def abort(self) -> None:
        """Lets go of the network at once."""
        if self._client:
            await self._client.close()
