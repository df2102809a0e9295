# SPDX-License-Identifier: GPL-3.0-only
"""One end's part of a session's log: on the local disk at once, at the hub when it acknowledges.
Used by desk and kiosk.

The spool `<session>.<writer>.jsonl` is only ever appended to;
it is removed when the hub has all of it and the log was closed. A killed program finds it again and
goes on counting where it stopped.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from session.core.clock import Clock
from session.core.disk import write_durably
from session.core.errors import (
    LogClosed,
    LogFull,
    LogUnreadable,
    SessionError,
    StoreUnreachable,
    TicketUnknown,
)
from session.core.tasks import Tasks
from session.log.codec import decode_record, encode_record
from session.log.events import AnyEvent, MirrorChunk, Record, TroubleShown, Writer, mirror_parts
from session.log.redact import redact
from session.protocol.wire.ids import is_id

log = logging.getLogger(__name__)

Send = Callable[[int, list[bytes]], Awaitable[int]]
"""`send(first, records)`: gives the hub records `first`..., returns the number it wants next.
May be called with no records, to ask. Raises `SessionError` when the outcome is unknown; the same
records are then sent again.
"""

MAX_BATCH_BYTES = 180 * 1024
MAX_BATCH_RECORDS = 200
SEND_TIMEOUT_S = 20.0

UNKNOWN_DAYS = 7
"""A log whose session no hub knows (erased, or lost with an older backup) is given up when nothing
was written into it for so long.
"""


class LogWriter:
    """Writes one end's events of one session.

    Args:
        session_id: the session; also the spool's name.
        folder: where spools lie; not the kiosk's folder of the caller, which is wiped.
        send: see `Send`.
        retry_s: first and longest pause after a failed send.
    """

    def __init__(
        self,
        session_id: str,
        writer: Writer,
        *,
        folder: Path,
        clock: Clock,
        send: Send,
        tasks: Tasks,
        retry_s: tuple[float, float] = (0.5, 15.0),
    ) -> None:
        if not is_id(session_id):
            raise ValueError("not a session id")
        self._writer = writer
        self._clock = clock
        self._send = send
        self._retry_s = retry_s
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / f"{session_id}.{writer}.jsonl"
        self._lines = _read_spool(self.path)
        if self._lines:
            self._first = decode_record(self._lines[0]).number
        else:
            self._first = 0
        self._found = len(self._lines)
        self._asked = False
        self._acknowledged = self._first
        self._spool_is_whole = True
        self._closed = False
        self._is_refused = False
        self._pages_kept = self._is_kept = True
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._hurry = asyncio.Event()
        self._task = tasks.keep(self._send_all, name=f"log-{writer}")
        if self._lines:
            self._wake.set()

    @property
    def next_number(self) -> int:
        """The number the next record will have."""
        return self._first + len(self._lines)

    @property
    def pending(self) -> int:
        """Records that the hub has not acknowledged."""
        return self.next_number - self._acknowledged

    def write(
        self, event: AnyEvent, *, at_utc: datetime | None = None, is_searched: bool = False
    ) -> None:
        """Adds an event. It is on its way to the disk when this returns; a full disk does not stop
        the session.

        Args:
            at_utc: when it happened, if that was before the log began (the button); now by default.
            is_searched: it is a stretch of a page that `MirrorCollector` has searched.
        """
        if self._closed:
            log.warning("a %s event came after the log was closed", type(event).__name__)
            return
        if not self._is_kept or (isinstance(event, MirrorChunk) and not self._pages_kept):
            return
        record = Record(
            at_utc=at_utc or self._clock.utc_now(),
            writer=self._writer,
            number=self.next_number,
            event=event,
        )
        if not is_searched:
            record = redact(record)
        if record.redacted:
            log.error("a %s event was not clean and was redacted", type(event).__name__)
        for part in _parts_of(record.event):
            line = encode_record(
                msgspec.structs.replace(record, number=self.next_number, event=part)
            )
            self._lines.append(line)
            self._append(line)
        self._wake.set()

    def _append(self, line: bytes) -> None:
        try:
            if self._spool_is_whole:
                _append_line(self.path, line)
            else:
                _replace_spool(self.path, self._lines)
                self._spool_is_whole = True
        except OSError as error:
            self._spool_is_whole = False
            log.error("the log's spool cannot be written: %s", error.strerror)

    # ---- to the hub

    async def _send_all(self) -> None:
        pause_s = self._retry_s[0]
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self.pending:
                try:
                    async with asyncio.timeout(SEND_TIMEOUT_S):
                        await self._send_some()
                    pause_s = self._retry_s[0]
                except LogFull:
                    self._is_refused = True
                except LogClosed:
                    self._give_up("the keeper takes no more records of this session")
                except (SessionError, TimeoutError) as error:
                    if isinstance(error, TicketUnknown) and self._is_old():
                        self._give_up("no hub knows this session any more")
                        continue
                    log.info(
                        "log not acknowledged (%s), again in %.1f s",
                        getattr(error, "code", "timeout"),
                        pause_s,
                    )
                    await self._pause(pause_s)
                    pause_s = min(pause_s * 2, self._retry_s[1])

    async def _pause(self, pause_s: float) -> None:
        """Waits before the next try; a `flush` cuts it short."""
        self._hurry.clear()
        try:
            async with asyncio.timeout(pause_s):
                await self._hurry.wait()
        except TimeoutError:
            return

    async def _send_some(self) -> None:
        if not self._asked:
            self._go_on_from(await self._send(self._acknowledged, []))
            self._asked = True
        if self._is_refused:  # what came before may be kept, its answer lost
            self._note(await self._send(self._acknowledged, []))
            self._cut()
        batch = self._batch()
        if not batch:
            return
        # What the hub has seen must survive a power cut here too, or the count would start below
        # the hub's.
        await asyncio.to_thread(self._sync)
        before = self._acknowledged
        self._note(await self._send(before, batch))
        if self._acknowledged == before:
            raise StoreUnreachable(wanted=before)

    def _batch(self) -> list[bytes]:
        batch: list[bytes] = []
        size = 0
        for line in self._lines[self._acknowledged - self._first :][:MAX_BATCH_RECORDS]:
            size += len(line) + 1
            if batch and size > MAX_BATCH_BYTES:
                break
            batch.append(line)
        return batch

    def _note(self, wanted_number: int) -> None:
        if not self._first <= wanted_number <= self.next_number:
            log.warning(
                "the hub wants log record %d of %d..%d",
                wanted_number,
                self._first,
                self.next_number,
            )
        before, self._acknowledged = (
            self._acknowledged,
            min(max(wanted_number, self._first), self.next_number),
        )
        if self._acknowledged != before:
            self._moved.set()

    def _go_on_from(self, wanted_number: int) -> None:
        """First contact. The hub may hold more of this writer than the spool found here (a lost
        disk, another machine): then the records written since the start are counted on from there,
        or they would pass for repeats.
        """
        if wanted_number > self._first + self._found:
            self._count_on(
                wanted_number, [decode_record(line) for line in self._lines[self._found :]]
            )
        self._note(wanted_number)

    def _count_on(self, first: int, records: list[Record]) -> None:
        """The spool holds these records from now on, numbered from `first`."""
        self._lines = [
            encode_record(msgspec.structs.replace(record, number=first + index))
            for index, record in enumerate(records)
        ]
        self._first = first
        self._found = 0
        try:
            _replace_spool(self.path, self._lines)
        except OSError as error:
            self._spool_is_whole = False
            log.error("the log's spool cannot be written: %s", error.strerror)

    def _cut(self) -> None:
        """The keeper takes no more of the page: from here on only the steps are kept, after a
        record that says so. When it does not take those either, the rest is given up.
        """
        self._is_refused = False
        waiting = [decode_record(line) for line in self._lines[self._acknowledged - self._first :]]
        if self._pages_kept:
            log.warning("the log of this session is full: the page is no longer kept")
            steps = [record for record in waiting if not isinstance(record.event, MirrorChunk)]
            full = TroubleShown(by=self._writer, code=LogFull.code)
            if waiting:
                at_utc = waiting[0].at_utc
            else:
                at_utc = self._clock.utc_now()
            cut = Record(at_utc=at_utc, writer=self._writer, number=0, event=full)
            self._count_on(self._acknowledged, [cut, *steps])
            self._pages_kept = False
        else:
            self._give_up("the log of this session is full")
        self._moved.set()

    def _is_old(self) -> bool:
        if self._lines:
            last = decode_record(self._lines[-1]).at_utc
        else:
            last = self._clock.utc_now()
        return self._clock.utc_now() - last > timedelta(days=UNKNOWN_DAYS)

    def _give_up(self, why: str) -> None:
        log.warning("%s: %d records are given up", why, self.pending)
        self._count_on(self._acknowledged, [])
        self._is_kept = False
        self._moved.set()

    def _sync(self) -> None:
        try:
            with self.path.open("rb") as spool:
                os.fsync(spool.fileno())
        except OSError as error:
            log.error("the log's spool is not safe on disk: %s", error.strerror)

    async def flush(self, timeout_s: float = 5.0) -> bool:
        """Waits until the hub has all records, at most `timeout_s`; says whether it has."""
        self._wake.set()
        self._hurry.set()
        try:
            async with asyncio.timeout(timeout_s):
                while self.pending:
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    async def close(self, timeout_s: float = 5.0) -> bool:
        """Flushes and stops. The spool goes only when the hub has all; else it stays for the next
        start.

        Returns:
            Whether the hub has all.
        """
        complete = await self.flush(timeout_s)
        self._closed = True
        self._task.cancel()
        await asyncio.wait([self._task], timeout=1.0)
        if complete and not self.pending:
            self.path.unlink(missing_ok=True)
        return complete


def _parts_of(event: AnyEvent) -> list[AnyEvent]:
    if not isinstance(event, MirrorChunk):
        return [event]
    if event.parts != 1:
        raise ValueError("give the whole frame: it is checked before it is cut")
    return [
        *mirror_parts(
            event.started_at_utc, event.data, is_snapshot=event.is_snapshot, events=event.events
        )
    ]


def _read_spool(path: Path) -> list[bytes]:
    """Return the spool's good lines; what a kill left half-written, and anything after a line that
    is damaged or of another version, is cut off.
    """
    if not path.exists():
        return []
    lines: list[bytes] = []
    number: int | None = None
    content = path.read_bytes()
    *complete, torn = content.split(b"\n")
    for line in complete:
        try:
            record = decode_record(line)
        except LogUnreadable:
            break
        if number is not None and record.number != number + 1:
            break
        number = record.number
        lines.append(line)
    if torn or len(lines) < len(complete):
        log.warning("log spool cut after %d of %d lines", len(lines), len(complete))
        _replace_spool(path, lines)
    return lines


def _replace_spool(path: Path, lines: list[bytes]) -> None:
    write_durably(path, b"".join(line + b"\n" for line in lines))


def _append_line(path: Path, line: bytes) -> None:
    """One write for one line, so that a kill leaves whole lines;
    opened each time, so that nothing stays open.
    """
    spool = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if os.write(spool, line + b"\n") != len(line) + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(spool)


def left_over(folder: Path) -> list[tuple[str, Writer]]:
    """Sessions whose spool is still here: (session, writer).
    Open a `LogWriter` for each and close it when sent.
    """
    names = [path.name.split(".") for path in sorted(folder.glob("*.jsonl"))]
    writers = {writer.value for writer in Writer}
    return [
        (name[0], Writer(name[1]))
        for name in names
        if len(name) == 3 and is_id(name[0]) and name[1] in writers
    ]
