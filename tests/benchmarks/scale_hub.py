# SPDX-License-Identifier: GPL-3.0-only
"""A hub with a large network, in a process of its own, for `bench_scale`.

`python -m tests.benchmarks.scale_hub FOLDER [ADDRESS]` writes the bus's address and everybody's
keys to `FOLDER/world.json`, says "ready" and ends with its input. ADDRESS: of a PostgreSQL server,
with `{name}` for a database's name; without it dossiers and history are in SQLite files.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import time
from pathlib import Path

from documents.store.dossier_store import DossierStore
from expert_app.hub.dossier_adapter import DossierAdapter
from session.core.tasks import Tasks
from session.hub.parts import TICK_S, Patience
from session.hub.storage.ticket_store import NatsTicketStore
from session.protocol.wire.roles import Role
from tests.benchmarks.bench_log_list import invented
from tests.integration.lists import large_network as large
from tests.support.hub_world import World, hub_world
from tests.support.postgres import new_database
from tests.support.waiting import until

PATIENT = Patience(desk_s=86_400.0, kiosk_s=86_400.0)
"""The kiosks of those who wait are not here, and say nothing; nor does the agent's bare client."""


async def fill(world: World, store: DossierStore) -> None:
    """The caller with many documents first, then all the others, and what happened before."""
    await asyncio.to_thread(
        large.fill_dossiers, store, dossiers=large.DOSSIERS, documents=large.DOCUMENTS
    )
    _say("dossiers")
    assert world.hub is not None
    assert world.connection is not None
    projection, rows = world.hub.history.projection, world.hub.log_list.rows
    await until(lambda: projection.is_open)
    await asyncio.to_thread(large.fill_history, projection.history, large.PAST)
    _say("history")
    await asyncio.to_thread(large.fill_conversations, rows, large.PAST, invented)
    _say("conversations")
    kiosk = await world.kiosk(f"kiosk{large.KIOSKS - 1}")
    await kiosk.call("rights", large.CALLER, "first")
    await large.fill_queue(NatsTicketStore(world.connection, Tasks()), large.WAITING)
    await until(lambda: not projection.position.behind, 120.0)
    _say("queue")


def _say(what: str) -> None:
    print(
        f"filled: {what}, after {time.process_time():.0f} s of processor",
        file=sys.stderr,
        flush=True,
    )


async def serve(folder: Path, address: str) -> None:
    """Runs until nobody reads any more."""
    databases = [new_database(address, name) for name in ("dossiers", "history")] if address else []
    async with hub_world(
        folder, catalogue=large.large_catalogue(), tick_s=TICK_S, with_hub=False
    ) as world:
        with DossierStore(folder / "dossiers", databases[0] if address else None) as store:
            world.store, world.patience = DossierAdapter(store, world.clock), PATIENT
            world.database = databases[1] if address else ""
            await world.start_hub()
            await fill(world, store)
            seeds = {
                f"{role}.{user}": base64.b64encode(seed).decode()
                for (_home, role, user), seed in world.seeds.items()
                if role is not Role.KIOSK
            }
            text = json.dumps({"url": world.server.url, "seeds": seeds, "pid": os.getpid()})
            (folder / "world.json").write_text(text, encoding="utf-8")
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.read)
            await world.stop_hub()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))
