# SPDX-License-Identifier: GPL-3.0-only
"""The guard's real process: it answers, dies, hangs, is replaced, and forgets."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator

import psutil
import pytest

from session.core.tasks import Tasks
from session.kiosk.cobrowse import guard_worker
from session.kiosk.cobrowse.page_guard import WORKER, GuardLost, PageGuard
from session.masking.numbers import MASK
from tests.support.waiting import until

SECRET = "1 85 05 78 006 084 91"


def push(text: str) -> str:
    """As the recorder hands over a picture with one text."""
    picture = [
        {"type": 4, "data": {"href": "http://h.example/", "width": 8, "height": 6}, "timestamp": 1},
        {"type": 2, "data": {"node": {"textContent": text}}, "timestamp": 2.5},
        {"type": 99, "data": {}, "timestamp": 3},
    ]
    return json.dumps({"document": "d1", "address": "http://h.example/", "events": picture})


@pytest.fixture
async def guard() -> AsyncIterator[PageGuard]:
    tasks = Tasks()
    made = PageGuard(tasks)
    made.warm()
    yield made
    await made.close()
    await tasks.close()


async def test_what_may_leave_comes_back_masked(guard: PageGuard) -> None:
    answer = await guard.filtered(push(f"n° {SECRET}."))
    assert (answer.document, answer.address, answer.dropped) == ("d1", "http://h.example/", 1)
    meta, picture = answer.mirror_events()
    assert (meta.type, picture.type, picture.timestamp) == (4, 2, 2.5)
    assert json.loads(bytes(picture.data)) == {"node": {"textContent": f"n° {MASK}."}}
    assert (await guard.filtered("no push")).document == ""
    assert (await guard.filtered("[" * 100_000)).document == ""


async def test_a_guard_that_is_killed_costs_one_push_and_its_spare_goes_on(
    guard: PageGuard,
) -> None:
    await guard.filtered(push("a"))
    killed = guard.pid
    os.kill(killed, signal.SIGSTOP)
    waiting = asyncio.ensure_future(guard.filtered(push("b")))
    await asyncio.sleep(0)
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(GuardLost):
        await waiting
    assert (await guard.filtered(push("c"))).document == "d1"
    assert guard.pid not in (0, killed)


async def test_a_guard_that_is_late_is_ended(guard: PageGuard) -> None:
    await guard.filtered(push("a"))
    guard._limit_s = 0.2
    late = psutil.Process(guard.pid)
    late.suspend()
    with pytest.raises(GuardLost):
        await guard.filtered(push("b"))
    await until(lambda: not late.is_running() or late.status() == psutil.STATUS_ZOMBIE)
    guard._limit_s = 20.0
    assert (await guard.filtered(push("c"))).document == "d1"


async def test_a_push_that_nobody_waits_for_any_more_is_not_the_answer_to_the_next(
    guard: PageGuard,
) -> None:
    left = asyncio.ensure_future(guard.filtered(push("a" * 1_000_000)))
    await until(lambda: guard.pid != 0)
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await left
    answer = await guard.filtered(push("b"))
    assert json.loads(answer.events[1].data) == {"node": {"textContent": "b"}}


async def test_the_process_that_has_seen_a_page_is_gone_when_it_is_to_forget(
    guard: PageGuard,
) -> None:
    await guard.filtered(push("a"))
    seen = psutil.Process(guard.pid)
    guard.forget()
    await until(lambda: not seen.is_running() or seen.status() == psutil.STATUS_ZOMBIE)
    await guard.close()
    left = [" ".join(child.cmdline()) for child in psutil.Process().children()]
    assert not [command for command in left if WORKER in command]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
async def test_memory_and_time_of_the_process_are_limited(guard: PageGuard) -> None:
    await guard.filtered(push("a"))
    process = psutil.Process(guard.pid)
    memory, _hard = process.rlimit(psutil.RLIMIT_AS)
    assert memory == guard_worker.MEMORY_BYTES
    time_s, _hard = process.rlimit(psutil.RLIMIT_CPU)
    assert time_s <= sum(process.cpu_times()[:2]) + guard_worker.PUSH_CPU_S + 2
