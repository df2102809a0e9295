# SPDX-License-Identifier: GPL-3.0-only
"""The shared page's small payloads joined to chunks for the log, cut at each snapshot.
Used where the mirror passes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import zstandard

from session.core.clock import Clock
from session.log.events import MirrorChunk
from session.log.mirror_fields import FieldMask
from session.log.redact import MAX_MIRROR_BYTES

MAX_AGE_S = 5.0
"""A chunk is written at the latest so long after its first event: what a kill can cost."""
MAX_CHUNK_CHARS = 512 * 1024


class MirrorCollector:
    """Many small arrays of events in, few larger `MirrorChunk` out:
    fewer bytes, and each snapshot begins one.

    No chunk holds what people wrote or chose in the page's fields (`FieldMask`).

    Args:
        write: takes each finished chunk, e.g. `LogWriter.write`.
    """

    def __init__(self, write: Callable[[MirrorChunk], None], clock: Clock) -> None:
        self._write, self._clock = write, clock
        self._mask = FieldMask()
        self._texts: list[bytes] = []
        self._events = 0
        self._is_snapshot = False
        self._started_at: datetime | None = None
        self._started_s = 0.0

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

    def add(self, text: bytes, *, is_snapshot: bool, events: int) -> None:
        """Takes a JSON array of `events` rrweb events;
        one that is too large, or no array, is left out.
        """
        text = text.strip()
        if len(text) > MAX_MIRROR_BYTES or not (text.startswith(b"[") and text.endswith(b"]")):
            return
        if is_snapshot:
            self.flush()
        if self._started_at is None:
            self._started_at, self._started_s = self._clock.utc_now(), self._clock.monotonic_s()
        self._is_snapshot = self._is_snapshot or is_snapshot
        self._events += events
        if inner := text[1:-1].strip():
            self._texts.append(inner)
        self.flush_if_due()

    def flush_if_due(self) -> None:
        """Writes the chunk when it is old or large enough;
        call it now and then while the page is still.
        """
        if self._started_at is None:
            return
        age_s = self._clock.monotonic_s() - self._started_s
        if age_s >= MAX_AGE_S or sum(map(len, self._texts)) >= MAX_CHUNK_CHARS:
            self.flush()

    def flush(self) -> None:
        """Writes what was gathered, if anything."""
        if self._started_at is None:
            return
        masked = self._mask.mask(b"[" + b",".join(self._texts) + b"]")
        data = zstandard.ZstdCompressor(level=6, write_checksum=True).compress(masked)
        chunk = MirrorChunk(
            started_at_utc=self._started_at,
            data=data,
            is_snapshot=self._is_snapshot,
            events=self._events,
        )
        self._texts = []
        self._events = 0
        self._is_snapshot = False
        self._started_at = None
        self._write(chunk)
