# SPDX-License-Identifier: GPL-3.0-only
"""Waiting for what will come, in tests:
as soon as it is there, and long enough for a machine with other work.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable

LONGEST_S = 30.0
"""What usually takes milliseconds may take seconds on a busy machine;
what never comes fails all the same.
"""


async def until(
    condition: Callable[[], object], timeout_s: float = LONGEST_S, every_s: float = 0.01
) -> None:
    """Waits until `condition()` is true, looking again every `every_s`;
    `TimeoutError` after `timeout_s`. What a condition gives may be awaited for its answer.
    """
    async with asyncio.timeout(timeout_s):
        while True:
            answer = condition()
            if inspect.isawaitable(answer):
                answer = await answer
            if answer:
                return
            await asyncio.sleep(every_s)
