# SPDX-License-Identifier: GPL-3.0-only
"""The bus (NATS): connections to it, its server, what is stored in it, and sealing over it.
Every use of nats-py is in `transport`.

Entry points: `client.BusClient` for desks and kiosks, `hub_connection.HubConnection` for the hub,
`server.process.BusServer` for a server of ours. May import `session.core` and `session.protocol`;
inside, client modules > server > jetstream | sealing > transport.

nats-py loads aiohttp where it is installed, 14 MB and 0.2 s, and needs it for WebSockets only.
So it is loaded here as if there were none; `session.bus.transport.websocket_transport` gives it
back with the first WebSocket.
"""

import importlib
import sys

if "aiohttp" not in sys.modules:
    sys.modules["aiohttp"] = None  # type: ignore[assignment]  # "import aiohttp" says then that there is none
    try:
        importlib.import_module("nats.aio.transport")
    finally:
        del sys.modules["aiohttp"]
