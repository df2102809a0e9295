# SPDX-License-Identifier: GPL-3.0-only
"""Sends the shared page's events: one compressed stream, at the pace of the line, never far behind
the page.

Used by `session.kiosk.cobrowse.shared_page`.
When more comes than the line carries, mouse moves go first; then all that waits is thrown away and
a fresh picture asked for, which is smaller than the history that led to it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping

import msgspec

from session.core.clock import Clock
from session.core.errors import BusUnreachable, MessageMalformed, MessageTooLarge
from session.core.tasks import Tasks
from session.kiosk.cobrowse.mirror_filter import MOVES, source_of
from session.kiosk.cobrowse.send_window import SendWindow
from session.protocol.conversation import mirror
from session.protocol.conversation.sheets import sheets_event
from session.protocol.endpoints.channel import SessionChannel

log = logging.getLogger(__name__)

DEFAULT_KBPS = 240
"""As pages of paper: with it a call on a line of 512 kb/s keeps its voice untouched."""

BACKLOG_MOVES_BYTES = 32 * 1024
"""Bytes of JSON waiting for the line above which mouse moves are no longer queued."""
BACKLOG_MAX_BYTES = 1024 * 1024
"""Bytes of JSON waiting, beside a picture, above which all of it is thrown away and a fresh picture
asked for.
"""

RESTART_S = 600.0
"""The stream begins anew at the first picture after so long, and whenever a desk asks for one:
until then a page costs what it does not have in common with the pages before it.
"""

PRESSING_BYTES = 6 * 1024
PRESSING_TEXT_BYTES = 48 * 1024
"""Compressed, and as JSON, which shrinks to an eighth: a fifth of a second of the reference line.
"""

_JOINED_BYTES = 64 * 1024
SHEETS_CHARS = 64 * 1024
"""Style sheets that travel in one payload: what changes meanwhile stands behind it."""
_WORKER_BYTES = 256 * 1024
"""More JSON than this is compressed in a worker thread."""

_OVERHEAD_BYTES = 120
"""Subject and headers of a message on the bus."""


class _Waiting(msgspec.Struct, frozen=True):
    text: bytes
    epoch: int
    is_snapshot: bool


class MirrorSender:
    """One session's stream of the shared page.

    Args:
        ask_snapshot: asks the recorder for a full picture.
        kbps: kilobits per second that are always allowed, see `SendWindow`; None: no limit.

    Attributes:
        window: what the line may carry, and what the desk has received.
    """

    def __init__(
        self,
        channel: SessionChannel,
        clock: Clock,
        *,
        tasks: Tasks,
        ask_snapshot: Callable[[], None],
        kbps: int | None = DEFAULT_KBPS,
    ) -> None:
        self._channel = channel
        self._clock = clock
        self._tasks = tasks
        self._ask_snapshot = ask_snapshot
        self._packer = mirror.Packer()
        self.window = SendWindow(kbps, clock)
        self._waiting: deque[_Waiting] = deque()
        self._sheets: dict[str, str] = {}
        self._epoch = 0
        self._task: asyncio.Task[None] | None = None
        self._seq = 0
        self._restart_due = True
        self._restarted_at_s = float("-inf")
        self._starving = False
        self._generation = 0
        self._left_bytes = 0
        self.sent_bytes = 0

    @property
    def pressing(self) -> bool:
        """More waits for the line than a moment's work: a page crosses."""
        return self._left_bytes > PRESSING_BYTES or self._waiting_bytes() > PRESSING_TEXT_BYTES

    def _waiting_bytes(self) -> int:
        sheets = sum(len(text) for text in self._sheets.values())
        return sheets + sum(len(entry.text) for entry in self._waiting)

    @property
    def waiting_bytes(self) -> int:
        """JSON that waits for the line, pictures not counted."""
        return sum(len(entry.text) for entry in self._waiting if not entry.is_snapshot)

    def restart(self) -> None:
        """A listener may have come late: the next picture begins a new stream."""
        self._restart_due = True

    def clear(self) -> None:
        """The caller has stopped sharing: what waits is never sent."""
        self._waiting.clear()
        self._sheets.clear()
        self._generation += 1
        self._starving = False
        self._restart_due = True

    def queue(self, events: list[mirror.MirrorEvent], epoch: int) -> None:
        """Takes events that may leave; a list with a full picture begins with it."""
        is_snapshot = mirror.starts_with_snapshot(events)
        if is_snapshot:
            self._waiting.clear()  # the picture holds what they would have told
            self._starving = False
        elif self._starving:
            return
        waiting = self.waiting_bytes
        if waiting > BACKLOG_MAX_BYTES:
            self._waiting.clear()
            self._starving = True
            self._ask_snapshot()
            return
        if waiting > BACKLOG_MOVES_BYTES:
            events = [event for event in events if source_of(event) not in MOVES]
        if not events:
            return
        self._epoch = epoch
        self._waiting.append(_Waiting(mirror.encode_events(events), epoch, is_snapshot))
        self._start()

    def queue_sheets(self, texts: Mapping[str, str]) -> None:
        """Takes texts of style sheets by name; the desk holds back what names them until they are
        there.
        """
        self._sheets.update(texts)
        self._start()

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = self._tasks.start(self._pump(), name="kiosk-mirror")

    async def _pump(self) -> None:
        while self._waiting or self._sheets:
            if self._sheets:
                await self._send(self._take_sheets())
            if self._waiting:
                await self._send(self._take())

    def _take_sheets(self) -> _Waiting:
        texts: list[str] = []
        while self._sheets and sum(map(len, texts)) < SHEETS_CHARS:
            texts.append(self._sheets.pop(next(iter(self._sheets))))
        event = sheets_event(texts, self._clock.utc_now().timestamp() * 1000)
        return _Waiting(mirror.encode_events([event]), self._epoch, False)

    def _take(self) -> _Waiting:
        """Take what is sent next: small entries of one document that wait together travel
        together.
        """
        first = self._waiting.popleft()
        texts, size_bytes = [first.text], len(first.text)
        while self._waiting and size_bytes < _JOINED_BYTES:
            entry = self._waiting[0]
            if entry.is_snapshot or entry.epoch != first.epoch:
                break
            texts.append(self._waiting.popleft().text)
            size_bytes += len(entry.text)
        joined = b",".join(text[1:-1] for text in texts)
        return _Waiting(b"[" + joined + b"]", first.epoch, first.is_snapshot)

    async def _send(self, entry: _Waiting) -> None:
        seq, self._seq = self._seq, self._seq + 1
        generation, start = self._generation, entry.is_snapshot and self._begins()
        try:
            if len(entry.text) > _WORKER_BYTES:
                data = await asyncio.to_thread(self._packer.pack, entry.text, start=start)
            else:
                data = self._packer.pack(entry.text, start=start)
            self._left_bytes = len(data)
            for part, headers in mirror.parts_of(data, epoch=entry.epoch, seq=seq, start=start):
                size_bytes = len(part) + _OVERHEAD_BYTES
                await self.window.wait(size_bytes)
                if generation != self._generation:
                    return
                more = len(data) > mirror.PART_BYTES or bool(self._waiting or self._sheets)
                if ack := self.window.sent(size_bytes, more=more):
                    headers["Ack"] = str(ack)
                await self._channel.send_raw(mirror.TOPIC, part, headers)
                self._left_bytes -= len(part)
                self.sent_bytes += size_bytes
        except (BusUnreachable, MessageTooLarge, MessageMalformed) as error:
            # The number is used up, so the desk notices the gap and asks for a fresh picture when
            # the line is back.
            self._restart_due = True
            log.info("shared-page events not sent: %s", error.code)
        finally:
            self._left_bytes = 0

    def _begins(self) -> bool:
        now_s = self._clock.monotonic_s()
        if not self._restart_due and now_s - self._restarted_at_s < RESTART_S:
            return False
        self._restart_due = False
        self._restarted_at_s = now_s
        return True
