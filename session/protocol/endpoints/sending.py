# SPDX-License-Identifier: GPL-3.0-only
"""Sending of what must get through although the line comes and goes:
messages in order, chunks at a pace. Used by both ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence

from session.core.clock import Clock
from session.core.errors import BusUnreachable, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.conversation.messages import SessionMessage
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.chunks import (
    TOPIC,
    ChunkPace,
    Outgoing,
    chunk_bytes_for,
    headers_of,
    piece,
)

log = logging.getLogger(__name__)

RETRY_S = (0.25, 4.0)
"""First and longest pause while the bus is away."""
HURRY = 1.8
"""A preview may use so many times what pages may:
20 kB of it are half a second, which the voice's buffer bears.
"""
MAX_WAITING = 500
"""Messages kept for a line that is away; the oldest go first."""


class OrderedSender:
    """Sends messages of one topic in order; while the bus is away they wait.

    A message that the bus takes may still be lost beyond it:
    each end repeats what the other did not answer.
    """

    def __init__(
        self,
        channel: SessionChannel,
        topic: str,
        *,
        tasks: Tasks,
        retry_s: tuple[float, float] = RETRY_S,
    ) -> None:
        self._channel = channel
        self._topic = topic
        self._tasks = tasks
        self._retry_s = retry_s
        self._waiting: deque[tuple[SessionMessage, Callable[[], None] | None]] = deque(
            maxlen=MAX_WAITING
        )
        self._task: asyncio.Task[None] | None = None
        self._is_open = True

    def send(
        self,
        message: SessionMessage,
        then: Callable[[], None] | None = None,
        *,
        latest: bool = False,
    ) -> None:
        """Puts a message in the row.

        Args:
            then: called when the bus has it.
            latest: it replaces a message of its type that is last in the row (progress).
        """
        if not self._is_open:
            return
        if latest and len(self._waiting) > 1 and type(self._waiting[-1][0]) is type(message):
            self._waiting.pop()
        self._waiting.append((message, then))
        if self._task is None or self._task.done():
            self._task = self._tasks.start(self._run(), name=f"send-{self._topic}")

    async def _run(self) -> None:
        pause_s = self._retry_s[0]
        while self._waiting:
            entry = self._waiting[0]
            try:
                await self._channel.send(self._topic, entry[0])
                pause_s = self._retry_s[0]
            except BusUnreachable:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, self._retry_s[1])
                continue
            except SessionError as error:
                log.error("a %s cannot be sent: %s", type(entry[0]).__name__, error.code)
            except Exception:  # a message that nobody foresaw keeps no later one in the row
                log.exception("a %s cannot be sent", type(entry[0]).__name__)
            if self._waiting and self._waiting[0] is entry:
                self._waiting.popleft()
            if entry[1] is not None:
                entry[1]()

    async def drain(self, timeout_s: float = 2.0) -> None:
        """Waits until all is sent, at most `timeout_s`."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=timeout_s)

    def close(self) -> None:
        """Stops; what waits is dropped, and so is all that comes later."""
        self._is_open = False
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()


class ChunkSender:
    """Sends the chunks of items, one item after the other, at the pace that was allowed.

    Args:
        read: the bytes of an item; called in a worker thread.
            `KeyError` or `OSError`: it is gone, nothing is sent.
        kbps: see `ChunkPace`.

    Attributes:
        outgoing: the chunks that are still to go.
        chunk_bytes: size of a chunk of an item that is offered now.
        sent_bytes: of all chunks so far.
        began: told when something is to go and nothing was before.
    """

    def __init__(
        self,
        channel: SessionChannel,
        clock: Clock,
        *,
        tasks: Tasks,
        read: Callable[[str], bytes],
        kbps: int | None,
        retry_s: tuple[float, float] = RETRY_S,
    ) -> None:
        self.chunk_bytes = chunk_bytes_for(kbps)
        self.sent_bytes = 0
        self.began: Signal[None] = Signal()
        self._limited = kbps is not None
        self._channel = channel
        self._tasks = tasks
        self._read = read
        self._retry_s = retry_s
        self._pace = ChunkPace(kbps, clock)
        self.outgoing = Outgoing()
        self._task: asyncio.Task[None] | None = None
        self._is_open = True
        self._open: tuple[str, bytes] = ("", b"")
        self._hurried: set[str] = set()

    def set_rate(self, kbps: int) -> None:
        """Another allowance; items offered from now on are cut to fit it.
        Who may use the whole line still may.
        """
        if self._limited:
            self._pace.set_rate(kbps)
            self.chunk_bytes = chunk_bytes_for(kbps)

    def seconds_for(self, size_bytes: int) -> float:
        """Return how long an item of this size takes from now, behind what waits;
        0 without a limit.
        """
        return self._pace.seconds_for(self.waiting * self.chunk_bytes + size_bytes)

    @property
    def waiting(self) -> int:
        """Chunks that are still to go."""
        return len(self.outgoing)

    def send(self, item_id: str, chunks: int) -> None:
        """All chunks of an item, behind what waits; nothing new when it is being sent."""
        self.outgoing.add(item_id, chunks)
        self._start()

    def again(self, item_id: str, chunks: int, indexes: Sequence[int]) -> None:
        """These chunks of an item, before anything else."""
        self.outgoing.again(item_id, chunks, indexes)
        self._start()

    def hurry(self, item_id: str, chunks: int) -> None:
        """All chunks of a small item that somebody waits for, before anything else and faster."""
        self._hurried.add(item_id)
        self.again(item_id, chunks, range(chunks))

    def drop(self, item_id: str) -> None:
        """The item needs no sending any more."""
        self.outgoing.drop(item_id)
        self._hurried.discard(item_id)
        if self._open[0] == item_id:
            self._open = ("", b"")

    def close(self) -> None:
        """Stops; what waits is dropped, and so is all that comes later."""
        self._is_open = False
        self.outgoing.clear()
        self._open = ("", b"")
        if self._task is not None:
            self._task.cancel()

    def _start(self) -> None:
        if self._is_open and (self._task is None or self._task.done()):
            self._task = self._tasks.start(self._run(), name="send-chunks")
            self.began.emit(None)

    async def _run(self) -> None:
        pause_s = self._retry_s[0]
        while (job := self.outgoing.first()) is not None:
            item_id, chunks, index = job
            if (data := await self._data(item_id)) is None:
                self.drop(item_id)
                continue
            payload = piece(data, chunks, index)
            if item_id in self._hurried:
                times = HURRY
            else:
                times = 1.0
            await asyncio.sleep(self._pace.wait_s(len(payload), times))
            if not self.outgoing.has(item_id):
                continue
            try:
                await self._channel.send_raw(TOPIC, payload, headers_of(item_id, index))
            except BusUnreachable:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, self._retry_s[1])
                continue
            except Exception:  # the boundary: an item that cannot go keeps no later one in the row
                log.exception("a chunk cannot be sent")
                self.drop(item_id)
                continue
            pause_s = self._retry_s[0]
            self.sent_bytes += len(payload)
            self.outgoing.sent(item_id, index)
        self._open = ("", b"")

    async def _data(self, item_id: str) -> bytes | None:
        if self._open[0] != item_id:
            try:
                self._open = (item_id, await asyncio.to_thread(self._read, item_id))
            except (KeyError, OSError) as error:
                log.info("an item is gone before it was sent: %s", type(error).__name__)
                return None
        return self._open[1]
