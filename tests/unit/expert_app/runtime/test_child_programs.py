# SPDX-License-Identifier: GPL-3.0-only
"""Child processes: they answer, they say why not, and they never outlive their parent."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from expert_app.runtime.child_programs import Child, ChildFailed
from session.core.tasks import Tasks

PROGRAM = """
import asyncio
from expert_app.driven.automation import Automation
from expert_app.driven.observations import Observations
from session.core.clock import SystemClock

async def main():
    stop = asyncio.Event()
    observations = Observations(SystemClock())
    observations.note("born", answer=42)
    automation = Automation(None, observations, stop=stop.set)
    automation.start()
    automation.send(ready=True)
    await stop.wait()

asyncio.run(main())
"""


@pytest.fixture
async def child(tmp_path: Path) -> AsyncIterator[Child]:
    tasks = Tasks()
    born = Child("echo", ["-c", PROGRAM], tasks=tasks, log_file=tmp_path / "child.log")
    await born.start()
    await asyncio.wait_for(born.ready, 30)
    yield born
    await born.stop()
    await tasks.close()


async def test_a_child_tells_its_facts(child: Child) -> None:
    facts = await child.ask("facts")
    assert facts["born"]["answer"] == 42
    assert facts["born"]["count"] == 1


async def test_a_child_says_why_it_cannot(child: Child) -> None:
    with pytest.raises(ChildFailed, match="no window"):
        await child.ask("click", name="accept")
    with pytest.raises(ChildFailed, match="no window"):
        await child.ask("dance")


async def test_a_child_that_died_fails_its_askers(child: Child) -> None:
    child.kill()
    await asyncio.wait_for(child.ended.wait(), 30)
    with pytest.raises(ChildFailed, match="ended"):
        await child.ask("facts", timeout_s=5)


async def test_the_end_of_the_input_ends_the_child_in_order(child: Child) -> None:
    await child.stop()
    assert child.returncode == 0


PARENT = """
import asyncio, sys
from pathlib import Path
from expert_app.runtime.child_programs import Child
from session.core.tasks import Tasks

async def main():
    child = Child("echo", ["-c", sys.argv[1]], tasks=Tasks(), log_file=Path(sys.argv[2]))
    await child.start()
    await child.ready
    print(child.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_child_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, PROGRAM, str(tmp_path / "log"), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await asyncio.wait_for(parent.stdout.readline(), 30))
    assert psutil.pid_exists(pid)
    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()
    await asyncio.to_thread(
        psutil.wait_procs, [psutil.Process(pid)] if psutil.pid_exists(pid) else [], 10
    )
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
