# SPDX-License-Identifier: GPL-3.0-only
"""One hub of a cluster in a process of its own, for faults and benchmarks:
`WORLD FOLDER REPLICAS`. Prints "ready".

SIGTERM ends it in order. Each line of its input is a number: so many seconds its clock is wrong
from now on.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from datetime import timedelta
from pathlib import Path

from expert_app.commands.hub.event_loop import run
from session.bus.hub_connection import HubConnection
from session.core.tasks import Tasks
from session.hub.composition import Hub
from session.hub.parts import HubParts
from tests.faults.cluster_world import ClusterWorld, WrongClock
from tests.support.memory.dossiers import MemoryDossiers


async def main(world: ClusterWorld, folder: Path, replicas: int) -> None:
    tasks = Tasks()
    connection = HubConnection(world.urls, world.hub_seed.encode(), tasks=tasks)
    await connection.connect(30.0)
    clock = WrongClock()
    hub = Hub(
        HubParts(
            connection=connection,
            catalogue=world.catalogue(),
            folder=folder,
            clock=clock,
            tasks=tasks,
            replicas=replicas,
        ),
        dossiers=MemoryDossiers(),
    )
    await hub.start()
    leaving = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leaving.set)
    print("ready", flush=True)
    tasks.start(_set_clock(clock), name="set the clock")
    await leaving.wait()
    await hub.stop()
    await connection.close()
    await tasks.close()


async def _set_clock(clock: WrongClock) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        clock.wrong = timedelta(seconds=float(line))


if __name__ == "__main__":
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s"
    )
    run(main(ClusterWorld.load(Path(sys.argv[1])), Path(sys.argv[2]), int(sys.argv[3])))
