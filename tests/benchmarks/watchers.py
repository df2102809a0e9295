# SPDX-License-Identifier: GPL-3.0-only
"""Many watching desks as bare sockets, in a process of their own so that they cost the measuring one nothing.

`nats HOST PORT SEED COUNT` or `ws HOST PORT COUNT`. Prints "ready", then counts and forgets what comes.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from typing import Any

import nkeys

from session.bus.identity import public_key

_nkeys: Any = nkeys


async def read_for_ever(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        if b"PING\r\n" in data:
            writer.write(b"PONG\r\n")


async def nats_desk(host: str, port: int, seed: bytes) -> asyncio.Task[None]:
    reader, writer = await asyncio.open_connection(host, port)
    nonce = json.loads((await reader.readline()).removeprefix(b"INFO "))["nonce"]
    signature = _nkeys.from_seed(bytearray(seed)).sign(nonce.encode())
    sig = base64.urlsafe_b64encode(bytes(signature)).rstrip(b"=").decode()
    hello = {"nkey": public_key(seed), "sig": sig, "verbose": False, "pedantic": False, "headers": True, "lang": "raw"}
    writer.write(f"CONNECT {json.dumps(hello)}\r\nSUB evt.q.* 1\r\nSUB evt.hb 2\r\nPING\r\n".encode())
    while (line := await reader.readline()) != b"PONG\r\n":
        if not line or line.startswith(b"-ERR"):
            raise RuntimeError(f"refused: {line!r}")
    return asyncio.get_running_loop().create_task(read_for_ever(reader, writer))


async def ws_desk(host: str, port: int) -> asyncio.Task[None]:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(  # RFC 6455, section 4.1
        b"GET /desk HTTP/1.1\r\nHost: peer\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    if b" 101 " not in await reader.readuntil(b"\r\n\r\n"):
        raise RuntimeError("the peer's hub refused")
    return asyncio.get_running_loop().create_task(read_for_ever(reader, writer))


async def main(arguments: list[str]) -> None:
    kind, host, port = arguments[0], arguments[1], int(arguments[2])
    desks = []
    for _ in range(int(arguments[-1])):
        desks.append(await (nats_desk(host, port, arguments[3].encode()) if kind == "nats" else ws_desk(host, port)))
    print("ready", flush=True)
    await asyncio.gather(*desks)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
