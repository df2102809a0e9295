# SPDX-License-Identifier: GPL-3.0-only
"""A hub with its own server in a process of its own, for tests that kill it: `FOLDER PORT KEYS`.

KEYS is a JSON file {"hub": seed, "users": {"kiosk1": public key, ...}}.
Prints the server's process id when ready.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from session.bus.hub_connection import HubConnection
from session.bus.server.config import ServerSettings
from session.bus.server.process import BusServer
from session.bus.transport.nkeys import public_key
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.hub.composition import Hub
from session.hub.convention.catalogue import Catalogue
from session.hub.parts import HubParts
from session.protocol.wire.roles import Role
from tests.support.hub_world import catalogue_text
from tests.support.memory.dossiers import MemoryDossiers

ROLES = {"kiosk1": Role.KIOSK, "alice": Role.AGENT}


async def main(folder: Path, port: int, keys: dict[str, dict[str, str]], hub_seed: bytes) -> None:
    tasks = Tasks()
    catalogue = Catalogue.parse(catalogue_text())
    enrolled = {("valdore", ROLES[user], user): (key,) for user, key in keys["users"].items()}
    settings = ServerSettings(folder / "bus", port)
    server = BusServer(
        settings, catalogue.accounts(enrolled), hub_key=public_key(hub_seed), tasks=tasks
    )
    await server.start()
    connection = HubConnection([server.url], hub_seed, tasks=tasks)
    await connection.connect()
    hub = Hub(
        HubParts(
            connection=connection,
            catalogue=catalogue,
            folder=folder / "hub",
            clock=SystemClock(),
            tasks=tasks,
            tick_s=0.1,
        ),
        dossiers=MemoryDossiers(),
    )
    await hub.start()
    print(server.pid, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    everything = json.loads(Path(sys.argv[3]).read_text(encoding="utf-8"))
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), everything, everything["hub"].encode()))
