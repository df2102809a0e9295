# SPDX-License-Identifier: GPL-3.0-only
"""A network with 5,000 kiosks, 1,000 sites and 500 agents is read whole, on a real bus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from session.desk.hub.board_past import BoardPast
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world, large_catalogue

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

SITES, KIOSKS, AGENTS = 1_000, 5_000, 500


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    catalogue = large_catalogue(sites=SITES, kiosks=KIOSKS, agents=AGENTS)
    folder: Path = tmp_path_factory.mktemp("large")
    async with hub_world(folder, catalogue=catalogue) as large:
        yield large


async def test_the_lines_of_5000_kiosks_are_counted_by_the_hub_and_read_in_pages(
    world: World,
) -> None:
    past = BoardPast(await world.client(Role.SUPERVISOR, "boss"))
    first = await past.lines()
    assert first.totals.kiosks == first.hits == KIOSKS
    assert 200 <= len(first.lines) < KIOSKS
    assert first.next
    every = await past.lines(rows=KIOSKS)
    assert not every.next
    assert {line.kiosk for line in every.lines} == {f"kiosk{n}" for n in range(KIOSKS)}
    town = await past.lines("OYEN quartier 77")
    assert {line.site for line in town.lines} >= {"Mairie de Saint-Oyen-sur-Val, quartier 77"}
    assert town.totals.kiosks == KIOSKS
    assert town.hits == len(town.lines) < KIOSKS
