# SPDX-License-Identifier: GPL-3.0-only
"""Connections of the server are listed, and ended."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from expert_app.runtime.ports import free_port
from session.bus.server.config import ENROL_ACCOUNT, ServerSettings
from session.bus.server.process import BusServer, OpenConnection
from session.bus.transport.nkeys import new_seed, public_key
from session.core.tasks import Tasks
from tests.faults.door.flood import connected
from tests.support.waiting import LONGEST_S


async def _listed(server: BusServer, count: int) -> list[OpenConnection]:
    """Those at the door, once there are so many."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            found = await server.connections(ENROL_ACCOUNT)
            if len(found) == count:
                return found
            await asyncio.sleep(0.02)


async def test_connections_at_the_door_are_told_and_cut_off(tmp_path: Path) -> None:
    tasks = Tasks()
    settings = ServerSettings(tmp_path, free_port(), enrolment=True)
    server = BusServer(settings, [], hub_key=public_key(new_seed()), tasks=tasks)
    await server.start()
    try:
        with contextlib.ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(connected(settings.port))
            found = await _listed(server, 3)
            assert {one.host for one in found} == {"127.0.0.1"}
            assert all(0 <= one.age_s < 60 for one in found)
            await server.cut_off([(one.server, one.number) for one in found[:2]])
            assert [one.number for one in await _listed(server, 1)] == [found[2].number]
    finally:
        await server.stop()
        await tasks.close()
