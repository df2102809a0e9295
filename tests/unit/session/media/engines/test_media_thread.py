# SPDX-License-Identifier: GPL-3.0-only
"""The media thread and its loop."""

from __future__ import annotations

import asyncio
import threading

import pytest

from session.core.errors import CallLost
from session.media.engines.media_thread import MediaThread


async def test_work_runs_in_the_thread_and_its_result_and_error_come_back() -> None:
    thread = MediaThread("media-test")

    async def named() -> str:
        return threading.current_thread().name

    async def failing() -> None:
        raise CallLost

    assert await thread.run(named(), 2.0) == "media-test"
    with pytest.raises(CallLost):
        await thread.run(failing(), 2.0)
    with pytest.raises(TimeoutError):
        await thread.run(asyncio.sleep(30), 0.01)
    await thread.close()


async def test_a_closed_thread_ends_what_ran_and_refuses_more() -> None:
    thread = MediaThread()
    ended = threading.Event()

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async def start() -> None:
        thread.tasks.start(long(), name="long")
        await asyncio.sleep(0)

    await thread.run(start(), 2.0)
    await thread.close()
    await thread.close()
    assert ended.is_set()
    assert not thread.alive
    with pytest.raises(CallLost):
        await thread.run(asyncio.sleep(0), 1.0)
