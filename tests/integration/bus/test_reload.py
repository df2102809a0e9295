# SPDX-License-Identifier: GPL-3.0-only
"""What a connection does when nats-server takes a new list of keys while it is being let in."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from asyncio.subprocess import DEVNULL
from pathlib import Path

import pytest

from session.bus.server.process import server_binary
from session.bus.transport.nkeys import new_seed, public_key
from tests.support.hub_world import free_port

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(sys.platform == "win32", reason="the signal is POSIX"),
]


async def test_a_server_refuses_whoever_it_has_greeted_before_it_reloads(tmp_path: Path) -> None:
    """Why one refusal is not believed: the key that would have been shown is a good one."""
    keys = [public_key(new_seed()) for _number in range(2)]
    port, settings = free_port(), tmp_path / "server.conf"

    def write(known: list[str]) -> None:
        users = ",".join(f'{{nkey: "{key}"}}' for key in known)
        settings.write_text(f"port: {port}\nauthorization {{ users: [{users}] }}\n")

    write(keys[:1])
    command = [str(server_binary()), "-c", str(settings)]
    server = await asyncio.create_subprocess_exec(*command, stderr=DEVNULL)
    try:
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(ConnectionError):
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    break
                await asyncio.sleep(0.05)
            assert (await reader.readline()).startswith(b"INFO")
            write(keys)
            server.send_signal(signal.SIGHUP)
            assert b"Authorization Violation" in await reader.readline()
            writer.close()
    finally:
        server.terminate()
        await server.wait()
