# SPDX-License-Identifier: GPL-3.0-only
"""Ports for servers that are started for a while. Used by the demo and by tests."""

from __future__ import annotations

import contextlib
import random
import socket

PORTS = range(15_000, 32_000)
"""Below those that systems give to outgoing connections (32768 and up on Linux, 49152 and up
elsewhere): one of those may be taken between the choice and the start, or while a server is stopped
and started again.
"""

TRIES = 200


def free_port(host: str = "127.0.0.1") -> int:
    """A port of `host` that nobody uses now, by TCP or by UDP.
    Raises OSError when there is none.
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
            return port
    raise OSError(f"no free port of {host}")
