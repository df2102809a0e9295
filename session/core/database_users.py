# SPDX-License-Identifier: GPL-3.0-only
"""The users who read and write a database just now: it is closed after them.
Used by the stores of dossiers, history and vault.

Their work runs in threads, some of which nobody waits for any more: a connection that one of
them opened after the end would stay open until the program's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from session.core.errors import StoreUnreachable

CLOSE_S = 10.0
"""Longest wait for those who still read or write when a database is closed."""


class DatabaseUsers:
    """Counts them; thread-safe."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._count = 0
        self._closed = False

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Uses the database inside. Raises `StoreUnreachable` after `end`."""
        with self._changed:
            if self._closed:
                raise StoreUnreachable(why="closed")
            self._count += 1
        try:
            yield
        finally:
            with self._changed:
                self._count -= 1
                self._changed.notify_all()

    def end(self, wait_s: float = CLOSE_S) -> None:
        """Lets nobody in any more and waits for those who are."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: self._count == 0, wait_s)
