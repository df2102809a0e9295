# SPDX-License-Identifier: GPL-3.0-only
"""Tasks end with what spawned them, and tell their errors."""

from __future__ import annotations

import asyncio

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
