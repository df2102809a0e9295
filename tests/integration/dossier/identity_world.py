# SPDX-License-Identifier: GPL-3.0-only
"""A world with people to find, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from documents.store.dossier_store import DossierStore
from expert_app.hub.dossier_adapter import DossierAdapter
from session.core.clock import SystemClock
from tests.support.hub_world import World, hub_world


@asynccontextmanager
async def identity_world(folder: Path) -> AsyncIterator[tuple[World, DossierStore]]:
    """A hub over a store that begins empty."""
    async with hub_world(folder, with_hub=False) as world:
        with DossierStore(folder / "store") as store:
            world.store = DossierAdapter(store, SystemClock())
            await world.start_hub()
            yield world, store
