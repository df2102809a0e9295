# SPDX-License-Identifier: GPL-3.0-only
"""A hub with 5,000 kiosks, 1,000 sites and 500 agents, in a process of its own, for `bench_scale`.

`python -m tests.benchmarks.scale_hub FOLDER` writes the bus's address and everybody's keys to
`FOLDER/world.json`, says "ready" and ends with its input.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from session.core.dossier_model import DocumentRecord
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world, large_catalogue

SITES, KIOSKS, AGENTS, WAITING, DOCUMENTS = 1_000, 5_000, 500, 200, 5_000
CALLER = "1234567"


async def fill(world: World) -> None:
    """Callers who wait, and a dossier with many documents."""
    filed = tuple(
        DocumentRecord(
            id=f"document{n}",
            name=f"Avis d'imposition {n}",
            piece_id="payslip",
            pages=2,
            size_bytes=123_456,
            sha256="0" * 64,
            filed_at_utc=datetime(2026, 3, 2, tzinfo=UTC),
        )
        for n in range(DOCUMENTS)
    )
    dossier = await world.dossiers.open("valdore", "D-2026-0001")
    world.dossiers.put("valdore", msgspec.structs.replace(dossier, documents=filed))
    for n in range(WAITING):
        kiosk = await world.kiosk(f"kiosk{n}")
        await kiosk.call("rights", CALLER if n == 0 else "", f"r{n}")


async def serve(folder: Path) -> None:
    """Runs until nobody reads any more."""
    catalogue = large_catalogue(sites=SITES, kiosks=KIOSKS, agents=AGENTS)
    async with hub_world(folder, catalogue=catalogue) as world:
        await fill(world)
        seeds = {
            f"{role}.{user}": base64.b64encode(seed).decode()
            for (_home, role, user), seed in world.seeds.items()
            if role is not Role.KIOSK
        }
        text = json.dumps({"url": world.server.url, "seeds": seeds})
        (folder / "world.json").write_text(text, encoding="utf-8")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
