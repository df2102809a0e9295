# SPDX-License-Identifier: GPL-3.0-only
"""An HTTP proxy as an agency has one: it knows CONNECT (RFC 9110, section 9.3.6) and nothing
else.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass
class HttpProxy:
    """`asked`: "CONNECT host:port" of each connection."""

    port: int
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def http_proxy() -> AsyncIterator[HttpProxy]:
    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError):
                while data := await reader.read(65536):
                    writer.write(data)
                    await writer.drain()
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        verb, target, _version = (await reader.readline()).decode().split()
        proxy.asked.append(f"{verb} {target}")
        while (await reader.readline()).strip():
            pass
        host, _colon, port = target.rpartition(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(pipe(reader, far_writer), pipe(far_reader, writer))

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy = HttpProxy(listener.sockets[0].getsockname()[1])
    try:
        yield proxy
    finally:
        listener.close()
