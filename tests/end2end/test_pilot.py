# SPDX-License-Identifier: GPL-3.0-only
"""The pilot: an installation that began empty, over TLS, from the wheel to an upgraded hub.

Every run has its roles over TLS one by one (`tests/integration/operations/test_every_role.py`), and
the walk.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from tests.pilot.__main__ import play
from tests.pilot.computer import NEEDED
from tests.pilot.installed import ROOT, install

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not all(map(shutil.which, NEEDED)), reason="a desktop session needs dbus and gnome-keyring"
    ),
]


async def test_every_role_reaches_its_work_in_an_installation_that_began_empty(
    tmp_path: Path,
) -> None:
    given = os.environ.get("POSTE_EXPERT_PROGRAMS")
    build = ROOT / "build" / "pilot"
    programs = Path(given) if given else await asyncio.to_thread(install, build)

    report = await play(tmp_path / "town", programs, tmp_path / "report.json", tmp_path / "shots")

    assert [step for step in report["steps"] if not step["ok"]] == []
    assert report["ok"]
