# SPDX-License-Identifier: GPL-3.0-only
"""Tasks end with what spawned them, and tell their errors."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Awaitable

import pytest

from session.core.tasks import Tasks


async def test_a_spawned_one_waits_for_its_turn_and_a_begun_one_does_not() -> None:
    tasks, done = Tasks(), list[str]()

    async def work(name: str) -> None:
        done.append(f"{name} 1")
        await asyncio.sleep(0)
        done.append(f"{name} 2")

    spawned = tasks.start(work("spawned"), name="spawned")
    begun = tasks.start_now(work("begun"), name="begun")
    assert done == ["begun 1"]
    assert begun.get_name() == "begun"
    await asyncio.wait([spawned, begun])
    assert sorted(done) == ["begun 1", "begun 2", "spawned 1", "spawned 2"]


async def test_an_error_is_told_also_when_it_comes_before_the_first_wait() -> None:
    told: list[tuple[str, str]] = []
    tasks = Tasks(lambda name, error: told.append((name, type(error).__name__)))

    async def fail(*, at_once: bool) -> None:
        if not at_once:
            await asyncio.sleep(0)
        raise ValueError

    begun = [tasks.start_now(fail(at_once=at_once), name=str(at_once)) for at_once in (True, False)]
    await asyncio.wait(begun)
    await asyncio.sleep(0)
    assert told == [("True", "ValueError"), ("False", "ValueError")]


async def test_what_still_runs_is_cancelled_at_the_end() -> None:
    tasks = Tasks()
    running = [
        tasks.start(asyncio.sleep(60), name="one"),
        tasks.start_now(asyncio.sleep(60), name="two"),
    ]
    await tasks.close()
    assert all(task.cancelled() for task in running)


async def test_what_was_started_last_has_begun_when_it_is_cancelled() -> None:
    tasks, begun = Tasks(), list[str]()

    async def work() -> None:
        begun.append("work")
        await asyncio.sleep(60)

    async def guarded(inner: Awaitable[None]) -> None:
        await inner

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        tasks.start(guarded(work()), name="guarded")
        await tasks.close()
        gc.collect()
    assert (begun, [str(one.message) for one in warned]) == (["work"], [])


async def test_a_close_that_is_cancelled_cancels_its_tasks_all_the_same() -> None:
    tasks = Tasks()
    running = tasks.start(asyncio.sleep(60), name="one")
    closing = asyncio.create_task(tasks.close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait([closing, running])
    assert running.cancelled()


def test_where_no_loop_runs_nothing_is_left_unbegun() -> None:
    """Qt still calls slots after a program's loop has ended."""
    tasks = Tasks()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for start in (tasks.start, tasks.start_now):
            with pytest.raises(RuntimeError):
                start(asyncio.sleep(60), name="late")
        gc.collect()
    assert [str(one.message) for one in warned] == []
