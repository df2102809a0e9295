# SPDX-License-Identifier: GPL-3.0-only
"""Tasks end with what spawned them, and tell their errors."""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
import warnings
from collections.abc import Awaitable

import pytest

from session.core.errors import StoreUnreachable, TicketUnknown
from session.core.tasks import MOST_NAMES, FailingTask, Tasks, in_thread


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
        tasks.start(asyncio.Event().wait(), name="one"),
        tasks.start_now(asyncio.Event().wait(), name="two"),
    ]
    await tasks.close()
    assert all(task.cancelled() for task in running)


async def test_what_was_started_last_has_begun_when_it_is_cancelled() -> None:
    tasks, begun = Tasks(), list[str]()

    async def work() -> None:
        begun.append("work")
        await asyncio.Event().wait()

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
    running = tasks.start(asyncio.Event().wait(), name="one")
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
                start(asyncio.Event().wait(), name="late")
        gc.collect()
    assert [str(one.message) for one in warned] == []


async def test_kept_work_begins_again_after_an_error_and_is_named_meanwhile() -> None:
    told: list[str] = []
    tasks = Tasks(lambda name, error: told.append(f"{name}: {error}"), pause_s=(0.0, 0.0))
    begun, may_end = asyncio.Event(), asyncio.Event()
    runs = itertools.count(1)

    async def work() -> None:
        if next(runs) < 3:
            raise ValueError("a bad entry")
        begun.set()
        await may_end.wait()

    task = tasks.keep(work, name="sweep")
    async with asyncio.timeout(30):
        await begun.wait()
    assert told == ["sweep: a bad entry", "sweep: a bad entry"]
    assert tasks.failing == [FailingTask("sweep", 2, "ValueError")]
    assert tasks.failures == {"sweep": 2}
    may_end.set()
    await task
    assert next(runs) == 4


async def test_kept_work_outlives_a_cancellation_that_nobody_of_ours_asked_for() -> None:
    """A library cancels a future that the work waits for."""
    tasks = Tasks(lambda _name, _error: None, pause_s=(0.0, 0.0))
    futures = [asyncio.get_running_loop().create_future() for _ in range(2)]
    runs = itertools.count()

    async def work() -> None:
        await futures[next(runs)]

    task = tasks.keep(work, name="listen")
    await asyncio.sleep(0)
    futures[0].cancel()
    futures[1].set_result(None)
    async with asyncio.timeout(30):
        await task
    assert tasks.failures == {"listen": 1}


async def test_kept_work_that_waits_to_begin_again_is_named_so_and_ends_with_its_nursery() -> None:
    failed = asyncio.Event()
    tasks = Tasks(lambda _name, _error: failed.set(), pause_s=(3600.0, 3600.0))

    async def work() -> None:
        raise ValueError

    task = tasks.keep(work, name="sweep")
    async with asyncio.timeout(30):
        await failed.wait()
    await asyncio.sleep(0)
    assert tasks.failing == [FailingTask("sweep", 1, "ValueError", is_waiting=True)]
    await tasks.close()
    assert task.cancelled()


async def test_a_bad_entry_keeps_no_other_from_its_turn() -> None:
    tasks, done = Tasks(lambda _name, _error: None), list[int]()

    async def work(entry: int) -> None:
        if entry == 1:
            raise ZeroDivisionError
        if entry == 2:
            raise TicketUnknown
        done.append(entry)

    await tasks.for_each(range(4), work, name="tickets")
    assert done == [0, 3]
    assert tasks.failing == [FailingTask("tickets", 1, "ZeroDivisionError")]


async def test_a_store_that_is_away_ends_the_round() -> None:
    tasks, asked = Tasks(), list[int]()

    async def work(entry: int) -> None:
        asked.append(entry)
        raise StoreUnreachable

    with pytest.raises(StoreUnreachable):
        await tasks.for_each(range(4), work, name="tickets")
    assert asked == [0]


async def test_names_without_end_are_counted_together() -> None:
    tasks = Tasks(lambda _name, _error: None)
    for number in range(2 * MOST_NAMES):
        tasks.note_failure(f"log-{number}", ValueError())
    assert sum(tasks.failures.values()) == 2 * MOST_NAMES
    assert len(tasks.failures) <= MOST_NAMES + 1
    assert len(tasks.failing) <= MOST_NAMES + 1


async def test_what_waits_runs_in_another_thread_and_its_error_comes_back() -> None:
    def waits(number: int, *, refuses: bool) -> tuple[int, str]:
        if refuses:
            raise TicketUnknown
        return number, threading.current_thread().name

    number, thread = await in_thread(waits)(7, refuses=False)
    assert number == 7
    assert thread != threading.current_thread().name
    with pytest.raises(TicketUnknown):
        await in_thread(waits)(7, refuses=True)
