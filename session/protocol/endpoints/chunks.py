# SPDX-License-Identifier: GPL-3.0-only
"""Pages and files in checked pieces: cut, put together again, and what to ask for once more.
Pure; used by both ends.

An item of `size_bytes` is announced on the topic "device" with the number of its `chunks` and its
SHA-256; its chunks follow on the raw topic "chunk" with the headers `Item` and `Index` (from 0).
All have ceil(size / chunks) bytes but the last, which has the rest. The receiver names what it
lacks in `ChunksRequested`; nothing is believed before the hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from session.core.clock import Clock
from session.core.errors import MessageMalformed, MessageTooLarge, PageDamaged
from session.protocol.wire.ids import is_id
from session.protocol.wire.version import MAX_CHUNK_BYTES, MAX_ITEM_BYTES

TOPIC = "chunk"
ITEM_HEADER = "Item"
INDEX_HEADER = "Index"

STALL_S = 2.0
"""Without any chunk for so long, the missing ones are asked for again."""
MAX_ASKS = 5
"""So many times in a row, without a single chunk in between."""
MAX_NAMED = 100
"""Chunks named in one `ChunksRequested`."""
MAX_HELD_BYTES = 2 * MAX_ITEM_BYTES
"""Of items that are not whole: a sender sends one after the other."""
_MAX_EARLY = 32
_MIN_CHUNK_BYTES = 1024
_CHUNK_S = 0.15


def chunk_bytes_for(kbps: int | None) -> int:
    """Size of a chunk for a sender that may use `kbps` of the line;
    the largest when it may use it all.

    A chunk is 0.15 s of the allowance: a larger one would hold up the voice that shares the line.
    """
    if kbps is None:
        return MAX_CHUNK_BYTES
    return max(_MIN_CHUNK_BYTES, min(MAX_CHUNK_BYTES, int(kbps * 1000 / 8 * _CHUNK_S)))


def count_chunks(size_bytes: int, chunk_bytes: int = MAX_CHUNK_BYTES) -> int:
    """Return how many chunks of at most `chunk_bytes` an item needs."""
    return -(-size_bytes // chunk_bytes)


def piece(data: bytes, chunks: int, index: int) -> bytes:
    """Chunk `index` of the `chunks` of `data`."""
    length = -(-len(data) // chunks)
    return data[index * length : (index + 1) * length]


def split(data: bytes, chunk_bytes: int = MAX_CHUNK_BYTES) -> list[bytes]:
    """All chunks of `data`, none above `chunk_bytes`; none at all when it is empty."""
    chunks = count_chunks(len(data), chunk_bytes)
    return [piece(data, chunks, index) for index in range(chunks)]


def headers_of(item_id: str, index: int) -> dict[str, str]:
    """The headers of one chunk."""
    return {ITEM_HEADER: item_id, INDEX_HEADER: str(index)}


def parse_headers(headers: Mapping[str, str]) -> tuple[str, int]:
    """(item, index) of a chunk. Raises `MessageMalformed`."""
    item_id, index = headers.get(ITEM_HEADER, ""), headers.get(INDEX_HEADER, "")
    if not is_id(item_id) or not (index.isascii() and index.isdigit() and len(index) <= 6):
        raise MessageMalformed(why="chunk headers")
    return item_id, int(index)


class Assembly:
    """One item being put together.

    Raises:
        MessageTooLarge: over `MAX_ITEM_BYTES`.
            MessageMalformed: the announced numbers do not fit each other.
    """

    def __init__(self, item_id: str, size_bytes: int, *, sha256: str, chunks: int) -> None:
        if size_bytes > MAX_ITEM_BYTES:
            raise MessageTooLarge(size_bytes=size_bytes, limit_bytes=MAX_ITEM_BYTES)
        if (
            size_bytes < 1
            or not 1 <= chunks <= size_bytes
            or count_chunks(size_bytes, -(-size_bytes // chunks)) != chunks
        ):
            raise MessageMalformed(why=f"{size_bytes} bytes in {chunks} chunks")
        if -(-size_bytes // chunks) > MAX_CHUNK_BYTES:
            raise MessageTooLarge(size_bytes=-(-size_bytes // chunks), limit_bytes=MAX_CHUNK_BYTES)
        self.item_id = item_id
        self.size_bytes = size_bytes
        self.sha256 = sha256
        self.chunks = chunks
        self.held_bytes = 0
        self._parts: dict[int, bytes] = {}

    @property
    def received(self) -> int:
        """The number of different chunks that are here."""
        return len(self._parts)

    @property
    def is_complete(self) -> bool:
        """All chunks are here, whatever is in them."""
        return len(self._parts) == self.chunks

    def add(self, index: int, data: bytes) -> bool:
        """Takes a chunk; False when it was here already.
        Raises `MessageMalformed` for a wrong index or length.
        """
        length = -(-self.size_bytes // self.chunks)
        if index < self.chunks - 1:
            expected_bytes = length
        else:
            expected_bytes = self.size_bytes - length * (self.chunks - 1)
        if not 0 <= index < self.chunks or len(data) != expected_bytes:
            raise MessageMalformed(why=f"chunk {index} of {self.chunks} with {len(data)} bytes")
        if index in self._parts:
            return False
        self._parts[index] = bytes(data)
        self.held_bytes += len(data)
        return True

    def missing(self) -> list[int]:
        """Indexes that are not here, ascending."""
        return [index for index in range(self.chunks) if index not in self._parts]

    def restart(self) -> None:
        """Forgets all chunks (the hash was wrong and nobody knows which chunk it was)."""
        self._parts.clear()
        self.held_bytes = 0

    def finish(self) -> bytes:
        """The item. Raises `PageDamaged` when it is not what was announced, or not whole."""
        data = b"".join(self._parts[index] for index in sorted(self._parts))
        if not self.is_complete or hashlib.sha256(data).hexdigest() != self.sha256:
            raise PageDamaged(item=self.item_id, missing=self.chunks - self.received)
        return data


class MissingChunks(NamedTuple):
    """The chunks to ask for again; `asked` counts the times in a row that nothing came,
    this one included.
    """

    item_id: str
    missing: list[int]
    asked: int


class _Awaited:
    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self.asked = 0
        self.asked_for: set[int] = set()
        self.is_due = False


class Arrivals:
    """All items on their way to one end, in the order they were announced.

    The sender sends one item after the other, so silence is counted over all of them:
    a second item that waits its turn is not stalled.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._awaited: dict[str, _Awaited] = {}
        self._early: dict[tuple[str, int], bytes] = {}
        self._last_s = clock.monotonic_s()

    def __len__(self) -> int:
        return len(self._awaited)

    def has(self, item_id: str) -> bool:
        """The item is awaited."""
        return item_id in self._awaited

    def sender_is_there(self) -> None:
        """The sender speaks: something that is no item of ours came from it, and ours wait behind
        that.
        """
        self._last_s = self._clock.monotonic_s()

    def expect(self, item_id: str, size_bytes: int, sha256: str, chunks: int) -> Assembly:
        """Announces an item; one that is on its way already goes on.
        Raises as `Assembly`, and for other numbers.
        """
        self._last_s = self._clock.monotonic_s()
        existing = self._awaited.get(item_id)
        if existing is not None:
            existing.asked = 0
            arriving = existing.assembly
            if (arriving.size_bytes, arriving.sha256, arriving.chunks) != (
                size_bytes,
                sha256,
                chunks,
            ):
                raise MessageMalformed(why="an item changed on its way")
            return arriving
        assembly = Assembly(item_id, size_bytes, sha256=sha256, chunks=chunks)
        self._awaited[item_id] = _Awaited(assembly)
        for (owner, index), data in list(self._early.items()):
            if owner == item_id:
                del self._early[owner, index]
                with suppress(MessageMalformed):  # a guess that does not fit; it will be asked for
                    assembly.add(index, data)
        return assembly

    def take(self, payload: bytes, headers: Mapping[str, str]) -> Assembly | None:
        """Takes a chunk; the item it belongs to when it was new.

        A chunk may overtake its announcement (another topic): a few are kept for it.

        Raises:
            MessageMalformed: no chunk of ours.
        """
        item_id, index = parse_headers(headers)
        awaited = self._awaited.get(item_id)
        if awaited is None:
            if len(payload) <= MAX_CHUNK_BYTES:
                self._early[item_id, index] = bytes(payload)
            while len(self._early) > _MAX_EARLY:
                del self._early[next(iter(self._early))]
            return None
        is_new = awaited.assembly.add(index, payload)
        self._last_s = self._clock.monotonic_s()
        for each in self._awaited.values():
            each.asked = 0
        was_asked = bool(awaited.asked_for)
        awaited.asked_for.discard(index)
        is_last = index == awaited.assembly.chunks - 1
        if not awaited.assembly.is_complete and not awaited.asked_for and (is_last or was_asked):
            awaited.is_due = True
        if is_new:
            self._make_room(awaited.assembly)
        if is_new:
            return awaited.assembly
        return None

    def _make_room(self, newest: Assembly) -> None:
        """Forgets chunks of items that were announced last, where more is held than any sender of
        ours leaves open; they are asked for again.
        """
        held_bytes = sum(each.assembly.held_bytes for each in self._awaited.values())
        for each in reversed(self._awaited.values()):
            if held_bytes <= MAX_HELD_BYTES:
                return
            if each.assembly is not newest:
                held_bytes -= each.assembly.held_bytes
                each.assembly.restart()

    def restart(self, item_id: str) -> None:
        """All of the item is to be asked for again."""
        if (awaited := self._awaited.get(item_id)) is not None:
            awaited.assembly.restart()
            awaited.is_due = True

    def forget(self, item_id: str) -> None:
        """The item is no longer awaited."""
        self._awaited.pop(item_id, None)
        self._early = {key: data for key, data in self._early.items() if key[0] != item_id}

    def clear(self) -> None:
        """Nothing is awaited any more."""
        self._awaited.clear()
        self._early.clear()

    def due(self) -> list[MissingChunks]:
        """Return what to ask for now; asking counts.
        `asked` above `MAX_ASKS` means: given up, until a chunk comes again.
        """
        now_s = self._clock.monotonic_s()
        stalled = now_s - self._last_s >= STALL_S
        if stalled:
            self._last_s = now_s
        requests = []
        for item_id, awaited in self._awaited.items():
            if (
                not (awaited.is_due or stalled)
                or awaited.asked > MAX_ASKS
                or awaited.assembly.is_complete
            ):
                continue
            awaited.asked += 1
            awaited.is_due = False
            named = awaited.assembly.missing()[:MAX_NAMED]
            awaited.asked_for = set(named)
            requests.append(MissingChunks(item_id, named, awaited.asked))
        return requests


class Outgoing:
    """Which chunk goes next; a chunk that is asked for twice before it went is sent once."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[int, dict[int, None]]] = {}

    def __len__(self) -> int:
        return sum(len(indexes) for _chunks, indexes in self._waiting.values())

    def has(self, item_id: str) -> bool:
        """Chunks of the item are waiting."""
        return item_id in self._waiting

    def left(self, item_id: str) -> int:
        """Chunks of the item that are waiting."""
        if item_id in self._waiting:
            return len(self._waiting[item_id][1])
        return 0

    def add(self, item_id: str, chunks: int) -> None:
        """All chunks of an item, behind what waits; an item that is being sent simply goes on."""
        self._waiting.setdefault(item_id, (chunks, dict.fromkeys(range(chunks))))

    def again(self, item_id: str, chunks: int, indexes: Sequence[int]) -> None:
        """These chunks, before anything else."""
        waiting = self._waiting.pop(item_id, (chunks, {}))[1]
        requested = dict.fromkeys(index for index in indexes if 0 <= index < chunks)
        if merged := {**requested, **waiting}:
            self._waiting = {item_id: (chunks, merged), **self._waiting}

    def first(self) -> tuple[str, int, int] | None:
        """(item, its number of chunks, index) to send now, or None."""
        for item_id, (chunks, indexes) in self._waiting.items():
            return item_id, chunks, next(iter(indexes))
        return None

    def sent(self, item_id: str, index: int) -> None:
        """This chunk went."""
        if item_id in self._waiting:
            indexes = self._waiting[item_id][1]
            indexes.pop(index, None)
            if not indexes:
                del self._waiting[item_id]

    def drop(self, item_id: str) -> None:
        """Nothing of the item is to be sent any more."""
        self._waiting.pop(item_id, None)

    def clear(self) -> None:
        """Nothing at all is to be sent any more."""
        self._waiting.clear()


class ChunkPace:
    """The wait before the next chunk, so that pages leave the voice its part of the line.

    Args:
        kbps: kilobits per second of payload that may be used, or None for no limit.
    """

    def __init__(self, kbps: int | None, clock: Clock) -> None:
        self._kbps = kbps
        self._clock = clock
        self._free_at_s = 0.0

    def set_rate(self, kbps: int) -> None:
        """Another allowance from now on; no limit stays none."""
        if self._kbps is not None:
            self._kbps = kbps

    def seconds_for(self, size_bytes: int) -> float:
        """Seconds that so many bytes take; 0 without a limit."""
        if self._kbps is None:
            return 0.0
        return size_bytes * 8 / (self._kbps * 1000)

    def wait_s(self, size_bytes: int, times: float = 1.0) -> float:
        """Seconds to wait before sending `size_bytes`, which are counted as sent then.

        `times`: as if so much more might be used, for something short that a person waits for.
        """
        if self._kbps is None:
            return 0.0
        now_s = self._clock.monotonic_s()
        start_s = max(self._free_at_s, now_s)
        self._free_at_s = start_s + size_bytes * 8 / (self._kbps * times * 1000)
        return start_s - now_s
