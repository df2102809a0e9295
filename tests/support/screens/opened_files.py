# SPDX-License-Identifier: GPL-3.0-only
"""Sees whether a file is opened, by whatever and however: `opened(path)`.
Used by tests of what a window does with the words of somebody else.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OPENED = 0x20  # IN_OPEN of inotify(7)
_HEAD = struct.Struct("iIII")


@contextmanager
def opened(path: Path) -> Iterator[Callable[[], int]]:
    """Count how often the file has been opened since; call what it gives."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert watch >= 0
    assert libc.inotify_add_watch(watch, os.fsencode(path), _OPENED) >= 0
    count = 0

    def times() -> int:
        nonlocal count
        with suppress(BlockingIOError):
            # one watch of a file: no event has a name, and equal ones may be told as one
            count += len(os.read(watch, 1 << 16)) // _HEAD.size
        return count

    try:
        yield times
    finally:
        os.close(watch)
