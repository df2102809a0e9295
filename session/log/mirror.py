# SPDX-License-Identifier: GPL-3.0-only
"""The shared page's small payloads joined to chunks for the log, cut at each snapshot, with nothing
in them but the page's structure. Used where the mirror passes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

import zstandard

from session.core.clock import Clock
from session.core.tasks import Tasks
from session.log.events import MirrorChunk
from session.log.page_structure import PageStructure
from session.log.redact import MAX_MIRROR_BYTES, searched

log = logging.getLogger(__name__)

MAX_AGE_S = 5.0
"""A chunk is written at the latest so long after its first event: what a kill can cost."""
MAX_CHUNK_CHARS = 512 * 1024
MOST_WAITING_CHARS = 2 * 1024 * 1024
"""What waits to be made into chunks. More is left out of the log, up to the next full picture."""


class _Text(NamedTuple):
    """Events as they came, the number of the web document they are of, and the style sheets that
    they name.
    """

    inner: bytes
    epoch: int
    sheets: Mapping[str, str]


class _Stretch(NamedTuple):
    """The content of one chunk."""

    texts: list[_Text]
    is_snapshot: bool
    events: int
    started_at_utc: datetime


class MirrorCollector:
    """Many small arrays of events in, few larger `MirrorChunk` out:
    fewer bytes, and each snapshot begins one.

    No chunk holds more than the structure of the page (`PageStructure`); each was searched for
    numbers of people all the same.

    Args:
        write: takes each finished chunk, e.g. `LogWriter.write`.
        structure: what is kept of the pages.
        tasks: where chunks are made, in a worker thread and one after the other; None: they are
            made while the caller waits.
    """

    def __init__(
        self,
        write: Callable[[MirrorChunk], None],
        clock: Clock,
        *,
        structure: PageStructure,
        tasks: Tasks | None = None,
    ) -> None:
        self._write = write
        self._clock = clock
        self._structure = structure
        self._tasks = tasks
        self._texts: list[_Text] = []
        self._events = 0
        self._is_snapshot = False
        self._started_at: datetime | None = None
        self._started_s = 0.0
        self._waiting: deque[_Stretch] = deque()
        self._is_behind = False
        self._making: asyncio.Task[None] | None = None

    def add_frame(self, frame: bytes, *, is_snapshot: bool, events: int) -> None:
        """Takes a zstd frame of a JSON array; one that cannot be unpacked is left out.
        See `add`.
        """
        try:
            with zstandard.ZstdDecompressor().stream_reader(frame) as reader:
                text = reader.read(MAX_MIRROR_BYTES + 1)
        except zstandard.ZstdError:
            return
        self.add(text, is_snapshot=is_snapshot, events=events)

    def add(
        self,
        text: bytes,
        *,
        is_snapshot: bool,
        events: int,
        epoch: int = 0,
        sheets: Mapping[str, str] | None = None,
    ) -> None:
        """Takes a JSON array of `events` rrweb events of one web document, and the style sheets
        that they name; one that is too large, or no array, is left out.
        """
        text = text.strip()
        if len(text) > MAX_MIRROR_BYTES or not (text.startswith(b"[") and text.endswith(b"]")):
            return
        if is_snapshot:
            self.flush()
        if self._started_at is None:
            self._started_at = self._clock.utc_now()
            self._started_s = self._clock.monotonic_s()
        self._is_snapshot = self._is_snapshot or is_snapshot
        self._events += events
        if inner := text[1:-1].strip():
            self._texts.append(_Text(inner, epoch, sheets or {}))
        self.flush_if_due()

    def flush_if_due(self) -> None:
        """Writes the chunk when it is old or large enough;
        call it now and then while the page is still.
        """
        if self._started_at is None:
            return
        age_s = self._clock.monotonic_s() - self._started_s
        size = sum(len(text.inner) for text in self._texts)
        if age_s >= MAX_AGE_S or size >= MAX_CHUNK_CHARS:
            self.flush()

    def flush(self) -> None:
        """Writes what was gathered, if anything."""
        if self._started_at is None:
            return
        stretch = _Stretch(self._texts, self._is_snapshot, self._events, self._started_at)
        self._texts = []
        self._events = 0
        self._is_snapshot = False
        self._started_at = None
        if self._tasks is None:
            self._write(self._chunk(stretch))
            return
        if stretch.is_snapshot or not self._is_behind:
            waiting = sum(len(text.inner) for kept in self._waiting for text in kept.texts)
            self._is_behind = waiting > MOST_WAITING_CHARS
        if self._is_behind:
            log.info("a stretch of the shared page is left out of the log: too much comes")
            return
        self._waiting.append(stretch)
        if self._making is None or self._making.done():
            self._making = self._tasks.start(self._make_all(), name="chunks of the shared page")

    async def finish(self) -> None:
        """Writes what was gathered, and waits until it is written."""
        self.flush()
        if self._making is not None:
            await self._making

    async def _make_all(self) -> None:
        while self._waiting:
            self._write(await asyncio.to_thread(self._chunk, self._waiting.popleft()))

    def _chunk(self, stretch: _Stretch) -> MirrorChunk:
        structured = [
            inner
            for text in stretch.texts
            if (
                inner := self._structure.keep(
                    b"[" + text.inner + b"]", text.epoch, sheets=text.sheets
                )[1:-1]
            )
        ]
        compressor = zstandard.ZstdCompressor(level=6, write_checksum=True)
        chunk = MirrorChunk(
            started_at_utc=stretch.started_at_utc,
            data=compressor.compress(b"[" + b",".join(structured) + b"]"),
            is_snapshot=stretch.is_snapshot,
            events=stretch.events,
        )
        return searched(chunk)
