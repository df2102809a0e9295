# SPDX-License-Identifier: GPL-3.0-only
"""The machine's D-Bus goes away (an update restarts it): the windows stay."""

from __future__ import annotations

import asyncio
import shutil
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from expert_app.runtime.child_programs import Child
from expert_app.runtime.credentials import SEED_VARIABLE
from session.bus.transport.nkeys import new_seed
from session.core.tasks import Tasks

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None,
    reason="needs Linux and a D-Bus of our own",
)

CONNECTED_S = 2.5
"""By then Chromium has looked for the system's D-Bus; it tells nobody."""


@pytest.fixture
async def dbus(tmp_path: Path) -> AsyncIterator[tuple[Process, str]]:
    """A D-Bus that the program may take for the system's: process and address."""
    address = f"unix:path={tmp_path / 'dbus'}"
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}"]
    daemon = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)
    async with asyncio.timeout(30):
        while True:
            if (tmp_path / "dbus").exists():
                break
            await asyncio.sleep(0.05)
    yield daemon, address
    if daemon.returncode is None:
        daemon.kill()
        await daemon.wait()


async def test_a_kiosk_outlives_the_d_bus_of_its_machine(
    tmp_path: Path, dbus: tuple[Process, str]
) -> None:
    daemon, address = dbus
    tasks = Tasks()
    arguments = ["-m", "expert_app", "kiosk", "--folder", str(tmp_path / "kiosk"), "--driven"]
    kiosk = Child("kiosk", arguments, tasks=tasks, log_file=tmp_path / "kiosk.log")
    await kiosk.start({SEED_VARIABLE: new_seed().decode(), "DBUS_SYSTEM_BUS_ADDRESS": address})
    await asyncio.wait_for(kiosk.ready, 60)
    await asyncio.sleep(CONNECTED_S)
    daemon.kill()
    await daemon.wait()
    await asyncio.wait([tasks.start(kiosk.ended.wait(), name="end of the kiosk")], timeout=1)
    assert kiosk.returncode is None, (tmp_path / "kiosk.log").read_text(encoding="utf-8")
    assert "swept" in await kiosk.ask("facts")
    await kiosk.stop()
    await tasks.close()
