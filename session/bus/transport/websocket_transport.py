# SPDX-License-Identifier: GPL-3.0-only
"""nats-py's WebSocket transport, through an HTTP proxy where the system names one. Loaded by
`session.bus.transport.websocket`.
"""

from __future__ import annotations

import ssl
from urllib.parse import ParseResult

import aiohttp
import multidict
import nats.aio.transport
from nats.aio.transport import WebSocketTransport

from session.bus.transport.system_proxy import proxy_for

vars(nats.aio.transport).update(aiohttp=aiohttp, multidict=multidict)  # see `session.bus`

CLOSE_S = 2.0
"""Longest wait for the other side's goodbye."""


class ProxyWebSocketTransport(WebSocketTransport):
    """Its parent, through a proxy where there is one."""

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
