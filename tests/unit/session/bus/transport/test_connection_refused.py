# SPDX-License-Identifier: GPL-3.0-only
"""A server that takes a new list of keys refuses whoever is just being let in: one refusal is not
believed, a second one is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import new_seed
from session.core.errors import BusRefusedIdentity
from session.core.tasks import Tasks

pytestmark = pytest.mark.asyncio

INFO = {"server_id": "N", "version": "2.15.0", "max_payload": 1 << 20, "nonce": "abcd", "proto": 1}


@asynccontextmanager
async def refusing(times: int) -> AsyncIterator[str]:
    """The address of a server that says "no" so often, and lets everybody in afterwards."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.write(b"INFO " + json.dumps(INFO).encode() + b"\r\n")
        if asked <= times:
            await reader.readline()
            writer.write(b"-ERR 'Authorization Violation'\r\n")
        else:
            while line := await reader.readline():
                if line.startswith(b"PING"):
                    writer.write(b"PONG\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(("times", "is_let_in"), [(0, True), (1, True), (2, False)])
async def test_one_refusal_is_not_believed(times: int, is_let_in: bool) -> None:
    tasks = Tasks()
    refusals: list[None] = []
    async with refusing(times) as address:
        connection = Connection([address], new_seed(), tasks=tasks, inbox="_INBOX.a", name="test")
        connection.refused.connect(refusals.append)
        try:
            if is_let_in:
                await connection.open(10)
                assert connection.is_connected
            else:
                with pytest.raises(BusRefusedIdentity):
                    await connection.open(10)
            assert len(refusals) == (0 if is_let_in else 1)
        finally:
            await connection.close()
            await tasks.close()
