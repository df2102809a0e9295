# SPDX-License-Identifier: GPL-3.0-only
"""A stream's newest messages, loaded whole and then kept fresh.
Used by the hub for its view of the tickets.

Our own loop instead of nats-py's `kv.watch`, which stayed 18 s behind without a word when the node
of its consumer died (measured): heartbeats every second, numbers checked, everything loaded again
when one is missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from functools import partial

from session.bus.jetstream.streams import NANOSECONDS, Stored, Streams
from session.bus.transport.connection import Connection, Incoming
from session.core.errors import SessionError, StoreUnreachable
from session.core.tasks import Tasks

log = logging.getLogger(__name__)

HEARTBEAT_S = 1.0
SILENCE_S = 2.5
"""Silence after which the consumer is taken for dead."""

LOAD_S = 15.0
"""Longest time a load may take."""

ASK_S = 2.0
"""Longest wait for one answer of JetStream:
a cluster without a leader gives none at all, and is asked again.
"""

REACH_S = 0.02

CHECK_S = 5.0
"""Between two comparisons with the stream's own state."""


def as_stored(stored: Stored) -> Stored:
    """Messages are kept as they came."""
    return stored


class _Pass[Kept]:
    """One consumer, from its creation until it is stale."""

    def __init__(self, floor: int) -> None:
        self.floor = floor
        self.loaded = asyncio.Event()
        self.stale = asyncio.Event()
        self.batch: list[Kept] = []
        self.delivered = 0
        self.revision = floor
        self.heard_s = asyncio.get_running_loop().time()


class StreamFollower[Kept]:
    """Follows the last message of every subject of a stream.

    Args:
        keep: what is kept of a message, made as it arrives:
            thousands of raw ones are not held until all are there.
        on_loaded: called with all last messages and the stream's revision at each (re)load;
            replaces what was known.
        on_change: called with each later message.
        is_known: whether a later message, by its revision, needs not even be looked at.
    """

    def __init__(
        self,
        connection: Connection,
        streams: Streams,
        *,
        stream: str,
        tasks: Tasks,
        keep: Callable[[Stored], Kept],
        on_loaded: Callable[[Sequence[Kept], int], None],
        on_change: Callable[[Kept], None],
        is_known: Callable[[int], bool] = lambda revision: False,
    ) -> None:
        self.loaded = asyncio.Event()
        self.loads = 0
        self._connection = connection
        self._streams = streams
        self._stream = stream
        self._tasks = tasks
        self._keep = keep
        self._on_loaded = on_loaded
        self._on_change = on_change
        self._is_known = is_known
        self._counter = 0
        self._revision = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Loads and follows until `stop`; `loaded` is set while the view is whole and fresh."""
        self._task = self._tasks.keep(self._follow, name=f"follow {self._stream}")

    async def stop(self) -> None:
        """Ends the following."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=2.0)
            self._task = None

    @property
    def revision(self) -> int:
        """The last revision that was handed over."""
        return self._revision

    async def reach(self, revision: int) -> None:
        """Returns once everything up to `revision` was handed over.
        Raises `StoreUnreachable` when that takes too long.
        """
        deadline_s = asyncio.get_running_loop().time() + ASK_S
        while not self.loaded.is_set() or self._revision < revision:
            if asyncio.get_running_loop().time() > deadline_s:
                raise StoreUnreachable(why=f"{self._stream} is behind")
            await asyncio.sleep(REACH_S)

    async def _follow(self) -> None:
        while True:
            unsubscribe: Callable[[], None] | None = None
            try:
                state = await self._leader_state()
                current = _Pass[Kept](state)
                self._counter += 1
                inbox = f"_INBOX.hub.follow.{id(self):x}.{self._counter}"
                unsubscribe = await self._connection.subscribe(
                    inbox, partial(self._on_message, current)
                )
                await self._load(current, inbox)
                await self._until_stale(current)
            except (SessionError, TimeoutError) as error:
                log.info("following %s starts again: %s", self._stream, type(error).__name__)
                await asyncio.sleep(0.3)
            finally:
                self.loaded.clear()
                if unsubscribe is not None:
                    unsubscribe()

    async def _leader_state(self) -> int:
        """Last revision of the stream, once it has a leader: without one the answer is old data."""
        while True:
            async with asyncio.timeout(ASK_S):
                state = await self._streams.state(self._stream)
            if state.has_leader:
                if state.messages:
                    return state.last_revision
                return -state.last_revision
            await asyncio.sleep(0.2)

    async def _load(self, current: _Pass[Kept], inbox: str) -> None:
        empty = current.floor <= 0
        current.floor = current.revision = abs(current.floor)
        config = {
            "deliver_subject": inbox,
            "deliver_policy": "last_per_subject",
            "filter_subject": ">",
            "ack_policy": "none",
            "replay_policy": "instant",
            "idle_heartbeat": int(HEARTBEAT_S * NANOSECONDS),
            "inactive_threshold": int(10 * NANOSECONDS),
            "mem_storage": True,
            "num_replicas": 1,
        }
        async with asyncio.timeout(ASK_S):
            await self._streams.create_consumer(self._stream, config)
        if not empty:
            async with asyncio.timeout(LOAD_S):
                await self._until_loaded(current)
        batch, current.batch = current.batch, []
        current.loaded.set()
        self._on_loaded(batch, current.revision)
        self._revision = current.revision
        self.loads += 1
        self.loaded.set()

    async def _until_loaded(self, current: _Pass[Kept]) -> None:
        """Raises `TimeoutError` when the consumer falls silent before it has given everything."""
        while not current.loaded.is_set():
            if (
                current.stale.is_set()
                or asyncio.get_running_loop().time() - current.heard_s > SILENCE_S
            ):
                raise TimeoutError
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await current.loaded.wait()

    def _on_message(self, current: _Pass[Kept], message: Incoming) -> None:
        current.heard_s = asyncio.get_running_loop().time()
        if message.status == "100":
            if (
                int(message.headers.get("Nats-Last-Consumer", current.delivered))
                != current.delivered
            ):
                current.stale.set()
            return
        stream_seq, consumer_seq, pending = _position(message.reply)
        if consumer_seq != current.delivered + 1:
            current.stale.set()
            return
        current.delivered = consumer_seq
        current.revision = max(current.revision, stream_seq)
        is_later = self.loaded.is_set() and current.loaded.is_set()
        if is_later and self._is_known(stream_seq):
            self._revision = current.revision
            return
        entry = self._keep(Stored(message.subject, message.payload, message.headers, stream_seq))
        if is_later:
            self._on_change(entry)
            self._revision = current.revision
            return
        current.batch.append(entry)
        if pending == 0:
            current.loaded.set()

    async def _until_stale(self, current: _Pass[Kept]) -> None:
        """Returns when heartbeats stop, a number is missing, or the stream is ahead or behind of
        what we saw.
        """
        loop = asyncio.get_running_loop()
        checked_s, behind = loop.time(), 0
        while not current.stale.is_set():
            try:
                async with asyncio.timeout(0.5):
                    await current.stale.wait()
            except TimeoutError:
                if loop.time() - current.heard_s > SILENCE_S or not self._connection.is_connected:
                    return
            if loop.time() - checked_s > CHECK_S:
                checked_s = loop.time()
                last_revision = (await self._streams.state(self._stream)).last_revision
                if last_revision > current.revision:
                    behind = behind + 1
                else:
                    behind = 0
                if behind > 1 or last_revision < current.revision:
                    return


def _position(reply: str) -> tuple[int, int, int]:
    """(stream sequence, consumer sequence, pending) from "$JS.ACK...." (ADR-15: 9 tokens;
    with a domain 11 or more).
    """
    tokens = reply.split(".")
    start = 5 if len(tokens) == 9 else 7
    return int(tokens[start]), int(tokens[start + 1]), int(tokens[start + 3])
