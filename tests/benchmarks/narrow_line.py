# SPDX-License-Identifier: GPL-3.0-only
"""A rural line in front of the bus:
so many bits a second, one queue, shared with the packets of a call.

Used by `bench_cobrowse`. The kiosk's connection to the bus goes through it; voice and picture of a
call are packets of the right size and rhythm in the same queue, and their delay and loss is what a
caller would hear. TCP's own behaviour is modelled, not run: a proxy that reads no faster than the
line takes, with the first window of RFC 6928.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

PACKET_BYTES = 1400
TCP_HEADERS, UDP_HEADERS = 40, 28 + 12 + 10
"""IP and TCP (RFC 9293); IP, UDP, RTP and SRTP's tag (RFC 3550, RFC 3711)."""

VOICE_S, VOICE_BYTES = 0.02, 70
VIDEO_S, VIDEO_BYTES, VIDEO_PACKETS = 0.1, 1150, 3
"""28 kb/s of Opus each 20 ms, and 276 kb/s of picture in ten bursts a second, as our encoders send
on such a line.
"""

TCP_WINDOW_BYTES = 14_600
"""What TCP sends before it knows better (RFC 6928): ten segments;
our proxy never has more in the queue.
"""


class NarrowLine:
    """One direction: kiosk to bus.

    Attributes:
        voice_waits_s: time that each voice packet stood in the queue.
        voice_lost: voice packets that found the queue full.
    """

    def __init__(self, kbps: float = 512, *, delay_s: float = 0.02, queue_s: float = 0.3) -> None:
        self.voice_waits_s: list[float] = []
        self.voice_lost = 0
        self._byte_s, self._delay_s, self._queue_s = 8 / (kbps * 1000), delay_s, queue_s
        self._free_at_s = 0.0
        self._server: asyncio.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def _enter(self, size_bytes: int) -> float | None:
        """Seconds in the queue, or None when it is full."""
        now_s = time.monotonic()
        wait_s = max(0.0, self._free_at_s - now_s)
        if wait_s > self._queue_s:
            return None
        self._free_at_s = max(self._free_at_s, now_s) + size_bytes * self._byte_s
        return wait_s

    async def call(self) -> None:
        """Sends voice and picture until cancelled."""
        begun_s, sent = time.monotonic(), 0
        while True:
            if sent % round(VIDEO_S / VOICE_S) == 0:
                for _ in range(VIDEO_PACKETS):
                    self._enter(VIDEO_BYTES + UDP_HEADERS)
            wait_s = self._enter(VOICE_BYTES + UDP_HEADERS)
            if wait_s is None:
                self.voice_lost += 1
            else:
                self.voice_waits_s.append(wait_s)
            sent += 1
            await asyncio.sleep(max(0.0, begun_s + sent * VOICE_S - time.monotonic()))

    async def open(self, port: int) -> int:
        """Begins to pass on to `port` of loopback; returns the line's own port."""

        async def on_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, out = await asyncio.open_connection("127.0.0.1", port)
            self._tasks += [
                asyncio.ensure_future(self._pass(reader, out, narrow=True)),
                asyncio.ensure_future(self._pass(there, writer, narrow=False)),
            ]

        self._server = await asyncio.start_server(on_client, "127.0.0.1", 0, limit=TCP_WINDOW_BYTES)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, narrow: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        ours: deque[float] = deque()
        while data := await reader.read(PACKET_BYTES):
            due_s = self._delay_s
            if narrow:
                while ours and ours[0] <= time.monotonic():
                    ours.popleft()
                if len(ours) * PACKET_BYTES >= TCP_WINDOW_BYTES:
                    await asyncio.sleep(max(0.0, ours[0] - time.monotonic()))
                while (wait_s := self._enter(len(data) + TCP_HEADERS)) is None:  # noqa: ASYNC110 - no event tells of room
                    await asyncio.sleep(self._queue_s / 4)  # dropped, and sent again
                due_s += wait_s + (len(data) + TCP_HEADERS) * self._byte_s
                ours.append(time.monotonic() + due_s + self._delay_s)
            loop.call_later(due_s, _writing(writer, data))

    async def close(self) -> None:
        """Hangs up."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _writing(writer: asyncio.StreamWriter, data: bytes) -> Callable[[], None]:
    return lambda: None if writer.is_closing() else writer.write(data)
