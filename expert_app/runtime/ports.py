# SPDX-License-Identifier: GPL-3.0-only
"""Ports for servers that are started for a while. Used by the demo and by tests."""

from __future__ import annotations

import contextlib
import random
import socket
import sys

PORTS = range(15_000, 32_000)
"""Below those that systems give to outgoing connections (32768 and up on Linux, 49152 and up
elsewhere): one of those may be taken between the choice and the start, or while a server is stopped
and started again.
"""

TRIES = 200


def free_port(host: str = "127.0.0.1") -> int:
    """A port of `host` that nobody uses now, by TCP or by UDP, and on Linux none that this function
    has given to a program that still runs. Raises OSError when there is none.
    """
    for _ in range(TRIES):
        port = random.choice(PORTS)
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        ):
            stream.bind((host, port))
            datagrams.bind((host, port))
            _claim(port)
            return port
    raise OSError(f"no free port of {host}")


def _claim(port: int) -> None:
    """Keeps two programs from choosing the same port before either listens: the first one binds a
    name in Linux's abstract namespace (unix(7)), which the system frees at the program's end.
    Raises OSError when it is not the first.
    """
    if sys.platform != "linux":
        return
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0poste-expert-port-{port}")
    except OSError:
        claim.close()
        raise
    claim.detach()  # held until the program's end
