# SPDX-License-Identifier: GPL-3.0-only
"""A vault's door: what a client costs that sends far more than any program of ours would."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from session.bus.sealing.vault_client import REFUSED_HEADER
from session.bus.transport.connection import Incoming
from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.hub.access.request_server import BULK_BURST, REFUSED_BURST
from session.hub.vault.server import VaultOwner, VaultServer
from session.protocol.sealing import Part


def _message(subject: str, payload: bytes = b"") -> Incoming:
    return Incoming(subject, payload, {"Seal": "abcdefabcdef.1"}, "reply")


async def test_a_client_that_floods_is_counted_and_delays_nobody() -> None:
    """Another organisation's kiosk of the same name is no part of it."""
    clock, tasks, said = ManualClock(), Tasks(), list[tuple[str, str]]()
    heard: list[Callable[[Incoming], None]] = []

    async def listen(_subject: str, take: Callable[[Incoming], None]) -> Callable[[], None]:
        heard.append(take)
        return lambda: None

    async def answer(message: Incoming, _payload: bytes, headers: Mapping[str, str]) -> None:
        said.append((message.subject, headers[REFUSED_HEADER]))

    owner = VaultOwner("valdore", list, lambda _role, _user: frozenset())
    server = VaultServer(
        owner, {Part.LOG: {}}, listen=listen, answer=answer, clock=clock, tasks=tasks
    )
    await server.start()
    flood, other = "vin.network.k.kiosk1.log", "vin.marais.k.kiosk1.log"
    for _ in range(20_000):
        heard[0](_message(flood, os.urandom(16)))
    heard[0](_message(other))
    assert server.dropped == 20_000 - BULK_BURST - REFUSED_BURST
    await server.stop()
    assert [code for _, code in said].count("rate_limited") == REFUSED_BURST
    assert said[-1] == (other, "unknown")
    await tasks.close()
