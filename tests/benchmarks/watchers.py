# SPDX-License-Identifier: GPL-3.0-only
"""Many watching desks as bare sockets, in a process of their own so that they cost the measuring one nothing.

`nats HOST PORT SEED COUNT` or `ws HOST PORT COUNT`. Prints "ready", then counts and forgets what comes.
"""

from __future__ import annotations

import base64
import json
import select
import socket
import sys
import time
from typing import Any

import nkeys

from session.bus.identity import public_key

_nkeys: Any = nkeys

ROOM_BYTES = 1 << 20
"""What the system keeps of each desk between two looks."""

MUCH_BYTES = 8 << 10
LOOK_S, SELDOM_S = 0.02, 0.2
"""Between two looks, when a desk had more than `MUCH_BYTES` to read, and when not.

Real desks are other computers, so their reading must not take the time of what is measured.
"""


def line_of(desk: socket.socket) -> bytes:
    """The next line, byte by byte: what comes behind it stays in the socket."""
    line = b""
    while not line.endswith(b"\n"):
        byte = desk.recv(1)
        if not byte:
            break
        line += byte
    return line


def connected(host: str, port: int) -> socket.socket:
    desk = socket.socket()
    desk.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)
    desk.connect((host, port))
    return desk


def nats_desk(host: str, port: int, seed: bytes) -> socket.socket:
    desk = connected(host, port)
    nonce = json.loads(line_of(desk).removeprefix(b"INFO "))["nonce"]
    signature = _nkeys.from_seed(bytearray(seed)).sign(nonce.encode())
    sig = base64.urlsafe_b64encode(bytes(signature)).rstrip(b"=").decode()
    hello = {"nkey": public_key(seed), "sig": sig, "verbose": False, "pedantic": False, "headers": True, "lang": "raw"}
    desk.sendall(f"CONNECT {json.dumps(hello)}\r\nSUB evt.q.* 1\r\nSUB evt.hb 2\r\nPING\r\n".encode())
    while (line := line_of(desk)) != b"PONG\r\n":
        if not line or line.startswith(b"-ERR"):
            raise RuntimeError(f"refused: {line!r}")
    return desk


def ws_desk(host: str, port: int) -> socket.socket:
    desk = connected(host, port)
    desk.sendall(  # RFC 6455, section 4.1
        b"GET /desk HTTP/1.1\r\nHost: peer\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    if b" 101 " not in line_of(desk):
        raise RuntimeError("the peer's hub refused")
    return desk


def read_for_ever(desks: list[socket.socket]) -> None:
    """Takes everything and forgets it; the server's pings are answered."""
    waiting = select.epoll()
    by_number = {desk.fileno(): desk for desk in desks}
    for number in by_number:
        waiting.register(number, select.EPOLLIN)
    room = memoryview(bytearray(ROOM_BYTES))
    while by_number:
        most = 0
        for number, _ in waiting.poll():
            size = by_number[number].recv_into(room)
            most = max(most, size)
            if not size:
                waiting.unregister(number)
                del by_number[number]
            elif b"PING\r\n" in bytes(room[:size]):
                by_number[number].sendall(b"PONG\r\n")
        time.sleep(LOOK_S if most > MUCH_BYTES else SELDOM_S)


def main(arguments: list[str]) -> None:
    kind, host, port = arguments[0], arguments[1], int(arguments[2])
    desks = []
    for _ in range(int(arguments[-1])):
        desks.append(nats_desk(host, port, arguments[3].encode()) if kind == "nats" else ws_desk(host, port))
    print("ready", flush=True)
    read_for_ever(desks)


if __name__ == "__main__":
    main(sys.argv[1:])
