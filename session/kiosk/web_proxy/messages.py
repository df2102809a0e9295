# SPDX-License-Identifier: GPL-3.0-only
"""The messages between the caller's browser and its web proxy:
one JSON object a line, on the proxy's standard input and output.
"""

from __future__ import annotations

import msgspec


class ProxyReady(msgspec.Struct, frozen=True, kw_only=True):
    """The process's first line: where it listens on 127.0.0.1.

    `secret`: what the browser gives as a password; other programs of this machine do not know it.
    """

    port: int
    secret: str


class NewList(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the browser: the session's list from now on;
    an empty one ends every connection.
    """

    allowed: tuple[str, ...] = ()


class ListInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the list holds. Counts since the list before it, never an address.

    `refused`: how often, by `Unreachable`. `connections`: how many were made.
    """

    refused: dict[str, int] = {}
    connections: int = 0
