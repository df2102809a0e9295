# SPDX-License-Identifier: GPL-3.0-only
"""A cluster of the last release becomes this one while callers are served:
hubs one after the other, the servers together, clients in their own time.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.compatibility.last_release import unpacked
from tests.faults.cluster import Cluster
from tests.faults.kinds import Fault
from tests.faults.run_cluster import run

TOGETHER_S = 10.0
"""So long hubs, then clients, of both releases work side by side."""


async def _renew_first_hub(world: Cluster) -> None:
    await world.renew(world.hubs[0])
    await asyncio.sleep(TOGETHER_S)


async def _renew_other_hub(world: Cluster) -> None:
    await world.renew(world.hubs[1])


async def _renew_servers(world: Cluster) -> None:
    await world.renew_servers()


async def _renew_half_of_the_clients(world: Cluster) -> None:
    """The other half stays what it was: desks and kiosks are renewed in their own time."""
    await world.renew(world.load[1])
    await asyncio.sleep(TOGETHER_S)


ROLLING: list[tuple[str, Fault]] = [
    ("one hub of two is of this release", _renew_first_hub),
    ("the other one, too", _renew_other_hub),
    ("the servers, all at once", _renew_servers),
    ("half of the desks and kiosks are of this release", _renew_half_of_the_clients),
]


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.skipif(sys.platform == "win32", reason="the cluster's programs are ended by signals")
async def test_a_rolling_upgrade_under_load_loses_nobody(tmp_path: Path) -> None:
    try:
        older = unpacked(tmp_path)
    except LookupError as error:
        pytest.skip(str(error))
    (tmp_path / "cluster").mkdir()
    verdict = await run(tmp_path / "cluster", ROLLING, kiosks=12, agents=6, older=older)
    assert verdict.is_good, verdict.line
