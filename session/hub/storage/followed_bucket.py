# SPDX-License-Identifier: GPL-3.0-only
"""A bucket of JetStream that its store reads from memory. The base of the hub's small stores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.stream_follower import StreamFollower, as_stored
from session.bus.jetstream.streams import Stored
from session.core.tasks import Tasks


class FollowedBucket(ABC):
    """Loads the last message of every subject, and each later one.

    Args:
        stream: the bucket's stream.
    """

    def __init__(self, connection: HubConnection, tasks: Tasks, *, stream: str) -> None:
        self._streams = connection.streams
        self._bus = connection.bus
        self._tasks = tasks
        self._stream = stream
        self._follower: StreamFollower[Stored] | None = None

    async def follow(self) -> None:
        """Begins to follow the bucket; returns once it is known."""
        self._follower = StreamFollower(
            self._bus,
            self._streams,
            stream=self._stream,
            tasks=self._tasks,
            keep=as_stored,
            on_loaded=self._on_loaded,
            on_change=self._take,
        )
        self._follower.start()
        await self._follower.loaded.wait()

    async def stop(self) -> None:
        """Ends the following."""
        if self._follower is not None:
            await self._follower.stop()

    def _on_loaded(self, batch: Sequence[Stored], _revision: int) -> None:
        """Takes all last messages."""
        self._forget()
        for stored in batch:
            self._take(stored)

    @abstractmethod
    def _forget(self) -> None:
        """Forgets what was known, before all of it is loaded again."""

    @abstractmethod
    def _take(self, stored: Stored) -> None:
        """Reads one message; an unreadable one is left out with a line in the program's log."""
