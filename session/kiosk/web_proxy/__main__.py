# SPDX-License-Identifier: GPL-3.0-only
"""The web proxy's process: `python -m session.kiosk.web_proxy [HOST...]`. Started by
`process.WebProxy`; it ends when its standard input does, so it never outlives the browser.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Collection
from typing import IO

import msgspec

from session.kiosk.web_proxy.dialler import Dialler
from session.kiosk.web_proxy.messages import ListInForce, NewList, ProxyReady
from session.kiosk.web_proxy.server import ProxyServer
from session.protocol.conversation.allowed_addresses import AllowList


async def serve(commands: IO[bytes], answers: IO[bytes], intranet: Collection[str]) -> None:
    """Serves until `commands` ends; `intranet`: see `Dialler`."""

    def report(message: msgspec.Struct) -> None:
        answers.write(msgspec.json.encode(message) + b"\n")
        answers.flush()

    def read() -> None:
        for line in commands:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, b"")

    loop, lines = asyncio.get_running_loop(), asyncio.Queue[bytes]()
    server = ProxyServer(Dialler(intranet=intranet))
    await server.start()
    report(ProxyReady(port=server.port, secret=server.secret))
    threading.Thread(target=read, name="commands", daemon=True).start()
    while line := await lines.get():
        command = msgspec.json.decode(line, type=NewList)
        counted = ListInForce(refused=dict(server.refused), connections=server.connections)
        await server.allow(AllowList(command.allowed))
        report(counted)
    await server.close()


if __name__ == "__main__":
    asyncio.run(serve(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1:]))
