# SPDX-License-Identifier: GPL-3.0-only
"""Real programs on one data folder: the second is told about the first, and commands that only
read go on beside it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from expert_app.runtime.child_programs import Child
from expert_app.runtime.credentials import SEED_VARIABLE
from session.core.tasks import Tasks
from tests.support.programs import HubFolder

READY_S = 90
DESK_TOML = """organisation = "valdore"
user = "alice"
bus = ["nats://127.0.0.1:{port}"]
"""


async def test_a_second_hub_on_the_folder_ends_and_commands_that_read_go_on(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    async with place.hub() as first:
        code, said = await place.run()
        assert (code, f"process {first.pid} of " in said) == (2, True)
        assert (await place.run_here("people"))[0] == 0
        report = ["report", "2026-03-01", "2026-03-31", str(tmp_path / "report.csv")]
        assert (await place.run_here(*report))[0] == 0
        assert (await place.run_here("backup", str(tmp_path / "hub.backup")))[0] == 0
        invite = ["invite", "--role", "agent", "--org", "valdore", "--name", "bob"]
        assert (await place.run_here(*invite))[0] == 0
        assert first.returncode is None


async def test_a_killed_hub_leaves_its_folder_to_the_next(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    async with place.hub() as first:
        first.send_signal(signal.SIGKILL)
        await first.wait()
    async with place.hub():
        pass


@pytest.mark.timeout(240)
async def test_a_second_desk_of_one_person_ends(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    settings = tmp_path / "desk.toml"
    settings.write_text(DESK_TOML.format(port=place.port), encoding="utf-8")
    words = ["-m", "expert_app", "desk", "--folder", str(tmp_path), "--settings", str(settings)]
    tasks = Tasks()
    environment = {SEED_VARIABLE: place.seeds["alice"].decode(), "QT_QPA_PLATFORM": "offscreen"}
    async with AsyncExitStack() as stack:
        stack.push_async_callback(tasks.close)
        first = Child("desk", [*words, "--driven"], tasks=tasks, log_file=tmp_path / "desk.log")
        await first.start(environment)
        stack.push_async_callback(first.stop)
        await asyncio.wait_for(first.ready, READY_S)
        second = await asyncio.create_subprocess_exec(
            sys.executable,
            *[*words, "--language", "en"],
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            env={**os.environ, **environment},
        )
        async with asyncio.timeout(READY_S):
            said, _ = await second.communicate()
        assert (second.returncode, f"process {first.pid} of" in said.decode()) == (2, True)
        assert first.returncode is None
