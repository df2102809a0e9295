# SPDX-License-Identifier: GPL-3.0-only
"""The event loop of programs without a window: uvloop on Linux, asyncio's own elsewhere.
Used by hub and vault.

A hub's work is many small messages, and asyncio's loop in Python costs more than what is done with
each of them.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

if sys.platform == "linux":
    import uvloop


def run[Result](main: Coroutine[Any, Any, Result]) -> Result:
    """Run as `asyncio.run` does."""
    factory = None
    if sys.platform == "linux":
        factory = uvloop.new_event_loop
    return asyncio.run(main, loop_factory=factory)
