# SPDX-License-Identifier: GPL-3.0-only
"""Whole streams out of JetStream and back in, as the server itself packs them.
Used by the backup of the hub.

The server's snapshot (docs.nats.io, "JetStream wire API", STREAM.SNAPSHOT and STREAM.RESTORE) keeps
what no copy of messages would: sequences, times, headers and times to live. Both go over the bus,
so any server or cluster will do.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import msgspec

from session.bus.transport.connection import Connection, Incoming
from session.core.errors import BusUnreachable, HubUnreachable, StoreUnreachable

CHUNK_BYTES = 128 << 10
ANSWER_S = 10.0
SILENCE_S = 30.0
"""Longest pause between two parts of a snapshot."""

FINISH_S = 120.0
"""Longest time the server may take to unpack what it was given."""


class StreamConfig(msgspec.Struct, frozen=True):
    """The settings of a stream that are looked at."""

    name: str
    storage: str = "file"


class SavedStream(msgspec.Struct, frozen=True):
    """A stream's settings and its state when the snapshot was begun, as the server wrote them."""

    config: msgspec.Raw
    state: msgspec.Raw

    @property
    def name(self) -> str:
        """The stream's."""
        return msgspec.json.decode(self.config, type=StreamConfig).name


class _Failure(msgspec.Struct):
    err_code: int = 0
    description: str = ""


class _Begun(msgspec.Struct):
    error: _Failure | None = None
    config: msgspec.Raw = msgspec.Raw(b"{}")
    state: msgspec.Raw = msgspec.Raw(b"{}")
    deliver_subject: str = ""


class _Listed(msgspec.Struct):
    config: StreamConfig


class _Page(msgspec.Struct):
    error: _Failure | None = None
    streams: list[_Listed] | None = None
    total: int = 0


class Snapshots:
    """Every method raises `StoreUnreachable` when the server does not answer, or refuses;
    then nothing is whole.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def names(self) -> list[str]:
        """The streams that lie on a disk; those in memory are worth nothing after a restart."""
        configs: list[StreamConfig] = []
        while True:
            page = await self._ask("STREAM.LIST", {"offset": len(configs)}, _Page)
            configs += [listed.config for listed in page.streams or []]
            if not page.streams or len(configs) >= page.total:
                return sorted(config.name for config in configs if config.storage == "file")

    async def save(self, stream: str, write: Callable[[bytes], object]) -> SavedStream:
        """Hands the stream's snapshot to `write`, part by part; readers' places are left out."""
        parts: asyncio.Queue[Incoming] = asyncio.Queue()
        inbox = f"_INBOX.hub.snapshot.{id(parts):x}"
        end = await self._connection.subscribe(inbox, parts.put_nowait)
        try:
            request = {"deliver_subject": inbox, "no_consumers": True, "chunk_size": CHUNK_BYTES}
            begun = await self._ask(f"STREAM.SNAPSHOT.{stream}", request, _Begun)
            while True:
                async with asyncio.timeout(SILENCE_S):
                    part = await parts.get()
                if not part.payload:
                    break
                write(part.payload)
                if part.reply:
                    await self._connection.publish(part.reply, b"")
        except (TimeoutError, BusUnreachable) as error:
            raise StoreUnreachable(why="the snapshot broke off", stream=stream) from error
        finally:
            end()
        if part.headers.get("Status", "204") not in ("204", ""):
            raise StoreUnreachable(why="the snapshot broke off", stream=stream)
        return SavedStream(begun.config, begun.state)

    async def restore(
        self,
        saved: SavedStream,
        parts: Iterable[bytes],
        replicas: int,
    ) -> None:
        """Make the stream anew from its snapshot. A stream of that name must not exist.

        It has no bound then: whoever uses it gives it the one that fits here.
        """
        name = saved.name
        here = {"num_replicas": replicas, "max_bytes": -1}
        config: dict[str, Any] = {**msgspec.json.decode(saved.config), **here}
        request = {"config": config, "state": msgspec.json.decode(saved.state)}
        begun = await self._ask(f"STREAM.RESTORE.{name}", request, _Begun)
        for part in parts:
            for start in range(0, len(part), CHUNK_BYTES):
                await self._send(
                    begun.deliver_subject, part[start : start + CHUNK_BYTES], SILENCE_S
                )
        await self._send(begun.deliver_subject, b"", FINISH_S)

    async def _send(self, subject: str, part: bytes, timeout_s: float) -> None:
        try:
            answer = await self._connection.request(subject, part, timeout_s)
        except (BusUnreachable, HubUnreachable) as error:
            raise StoreUnreachable(why=error.code) from error
        if answer.payload:
            _decode(_Begun, answer.payload)

    async def _ask[Answer: (_Begun, _Page)](
        self, verb: str, body: dict[str, Any], kind: type[Answer]
    ) -> Answer:
        try:
            reply = await self._connection.request(
                f"$JS.API.{verb}", json.dumps(body).encode(), ANSWER_S
            )
        except (BusUnreachable, HubUnreachable) as error:
            raise StoreUnreachable(why=error.code) from error
        return _decode(kind, reply.payload)


def _decode[Answer: (_Begun, _Page)](kind: type[Answer], payload: bytes) -> Answer:
    """Raises `StoreUnreachable` for what the server refuses."""
    answer: Answer | None = None
    with suppress(msgspec.MsgspecError):
        answer = msgspec.json.decode(payload, type=kind)
    if answer is None:
        raise StoreUnreachable(why="unreadable answer")
    if answer.error is not None:
        raise StoreUnreachable(why=answer.error.description[:100], err_code=answer.error.err_code)
    return answer
