# SPDX-License-Identifier: GPL-3.0-only
"""Kiosks and desks as bare sockets, where many stand for other computers.
Used by `watchers` and `callers`.
"""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Sequence
from typing import Any

import nkeys

from session.bus.transport.nkeys import public_key

_nkeys: Any = nkeys

ROOM_BYTES = 1 << 20
"""What the system keeps of each socket between two looks."""


def _connected(host: str, port: int) -> socket.socket:
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)
    found.connect((host, port))
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def _line_of(end: socket.socket) -> bytes:
    """The next line, byte by byte: what comes behind it stays in the socket."""
    line = b""
    while not line.endswith(b"\n"):
        byte = end.recv(1)
        if not byte:
            break
        line += byte
    return line


def nats_socket(host: str, port: int, seed: bytes, subjects: Sequence[str]) -> socket.socket:
    """A client of a nats-server that hears `subjects`, numbered from 1.
    Raises `RuntimeError` when it is refused.
    """
    end = _connected(host, port)
    nonce = json.loads(_line_of(end).removeprefix(b"INFO "))["nonce"]
    signature = _nkeys.from_seed(bytearray(seed)).sign(nonce.encode())
    sig = base64.urlsafe_b64encode(bytes(signature)).rstrip(b"=").decode()
    hello = {
        "nkey": public_key(seed),
        "sig": sig,
        "verbose": False,
        "pedantic": False,
        "headers": True,
        "lang": "raw",
    }
    hears = "".join(f"SUB {subject} {number}\r\n" for number, subject in enumerate(subjects, 1))
    end.sendall(f"CONNECT {json.dumps(hello)}\r\n{hears}PING\r\n".encode())
    while (line := _line_of(end)) != b"PONG\r\n":
        if not line or line.startswith(b"-ERR"):
            raise RuntimeError(f"refused: {line!r}")
    return end


def ws_socket(host: str, port: int, path: str) -> socket.socket:
    """A client of a peer's hub. Raises `RuntimeError` when it is refused."""
    end = _connected(host, port)
    end.sendall(  # RFC 6455, section 4.1
        f"GET /{path} HTTP/1.1\r\nHost: peer\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    if b" 101 " not in (answer := _line_of(end)):
        raise RuntimeError(f"the peer's hub refused: {answer!r}")
    while _line_of(end) not in (b"\r\n", b""):
        pass
    return end
