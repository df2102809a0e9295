# SPDX-License-Identifier: GPL-3.0-only
"""JetStream as the hub needs it: store with compare-and-set, read back, forget.
Used by the hub's stores.

Speaks the server's JSON API (docs.nats.io, "JetStream wire API";
ADR-8 for key-values, ADR-43 for time to live).
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from session.bus.transport.connection import Connection
from session.bus.transport.nats_client import Incoming, headers_of
from session.core.errors import BusUnreachable, HubUnreachable, StoreUnreachable

log = logging.getLogger(__name__)

NANOSECONDS = 1_000_000_000

API = "$JS.API."

EXPECTED = "Nats-Expected-Last-Subject-Sequence"

ANSWER_S = 3.0
"""Longest wait for the server: less than a client waits for the hub, so that it gets a refusal and
asks again at once.

A cluster's leader that dies takes what was asked of it along, without any answer.
"""

ELECTED = "$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.*"
"""On this subject the servers tell which stream has another leader now: its name is the last token.
"""

NEW_LEADER = "new leader"
"""`why` of what was asked of a leader that died with the question: whoever asks may ask it again at
once.
"""

_NO_MESSAGE = 10037
_MISSING_STREAM = 10059
_CONSUMER_MISSING = 10014
_MADE_MEANWHILE = frozenset({10047, 10058})
"""The name is in use, or its bound is counted already: another hub was faster."""
_WRONG_SEQUENCE = frozenset({10071, 10164})


class WrongRevision(Exception):
    """The subject's last revision is not the expected one: somebody else was faster."""


class Stored(msgspec.Struct, frozen=True):
    """One message of a stream; `revision` is its sequence number there."""

    subject: str
    payload: bytes
    headers: Mapping[str, str]
    revision: int
    stored_at_utc: datetime | None = None


class _ApiError(msgspec.Struct):
    code: int = 0
    err_code: int = 0
    description: str = ""


class _Cluster(msgspec.Struct):
    leader: str = ""


class _State(msgspec.Struct):
    messages: int = 0
    first_seq: int = 0
    last_seq: int = 0
    subjects: dict[str, int] | None = None


class _Message(msgspec.Struct):
    subject: str
    seq: int
    data: str = ""
    hdrs: str = ""
    time: str = ""


class _Reply(msgspec.Struct):
    error: _ApiError | None = None
    seq: int = 0
    state: _State | None = None
    cluster: _Cluster | None = None
    total: int = 0
    created: str = ""
    message: _Message | None = None


_reply = msgspec.json.Decoder(_Reply)


class _ListedConfig(msgspec.Struct):
    name: str
    storage: str = "file"
    max_bytes: int = -1
    max_age: int = 0


class _ListedState(msgspec.Struct):
    messages: int = 0
    bytes: int = 0
    first_seq: int = 0
    first_ts: str = ""


class _Listed(msgspec.Struct):
    config: _ListedConfig
    state: _ListedState = msgspec.field(default_factory=_ListedState)


class _StreamPage(msgspec.Struct):
    error: _ApiError | None = None
    streams: list[_Listed] | None = None
    total: int = 0


_stream_page = msgspec.json.Decoder(_StreamPage)


@dataclass(frozen=True)
class StreamState:
    """The contents of a stream; `has_leader` False means that the answer may be old data
    (measured after a restart).

    `created` (as the server writes it) tells a stream from a later one of the same name.
    """

    messages: int
    last_revision: int
    has_leader: bool
    first_revision: int = 0
    created: str = ""


@dataclass(frozen=True)
class StreamUse:
    """A stream on the disk and how much of its room it takes.

    Attributes:
        max_bytes, max_age_s: its bounds; 0 without.
        first_revision: of the oldest message that is still there.
        oldest_at_utc: when that was stored; None in an empty stream.
    """

    name: str
    size_bytes: int
    max_bytes: int
    max_age_s: float
    first_revision: int
    oldest_at_utc: datetime | None


class Streams:
    """JetStream over a connection of the hub's account.

    Every method raises `StoreUnreachable` when the outcome is unknown:
    the caller repeats the same request.

    Attributes:
        failed: how often that was.
    """

    def __init__(self, connection: Connection, *, timeout_s: float = ANSWER_S) -> None:
        self.failed = 0
        self._connection = connection
        self._timeout_s = timeout_s
        self._appended_to: Counter[str] = Counter()

    async def watch_leaders(self) -> Callable[[], None]:
        """Stop waiting for a stream's dead leader once it has another, from now on;
        return the call that ends this.
        """
        return await self._connection.subscribe(ELECTED, self._on_leader)

    def _on_leader(self, message: Incoming) -> None:
        """The subject of what is appended does not name its stream: all of it is asked again."""
        stream = message.subject.rpartition(".")[2]
        log.info("%s has another leader", stream)
        self._connection.fail_pending(
            lambda subject: (
                subject in self._appended_to
                or (subject.startswith(API) and stream in subject.split("."))
            ),
            NEW_LEADER,
        )

    async def ensure(self, name: str, config: Mapping[str, Any]) -> None:
        """Creates the stream, or brings an existing one to `config` (fields of the API's
        StreamConfig).
        """
        full = {"name": name, **config}
        # An existing stream is not created again, even with the same settings: the server would
        # count its bound twice and find no room (seen with 2.15).
        reply = await self._ask(f"STREAM.UPDATE.{name}", full)
        if reply.error is not None and reply.error.err_code == _MISSING_STREAM:
            reply = await self._ask(f"STREAM.CREATE.{name}", full)
            if reply.error is not None and reply.error.err_code in _MADE_MEANWHILE:
                retry = await self._ask(f"STREAM.UPDATE.{name}", full)
                if retry.error is None:
                    reply = retry
        self._raise(reply)

    async def state(self, name: str) -> StreamState:
        """Return what the stream holds now."""
        reply = await self._ask(f"STREAM.INFO.{name}", {})
        self._raise(reply)
        state = reply.state or _State()
        has_leader = reply.cluster is None or bool(reply.cluster.leader)
        return StreamState(
            state.messages, state.last_seq, has_leader, state.first_seq, reply.created
        )

    async def subjects(self, name: str, pattern: str) -> list[str]:
        """The subjects below `pattern` of which the stream has a message."""
        subjects: list[str] = []
        while True:
            body = {"subjects_filter": pattern, "offset": len(subjects)}
            reply = await self._ask(f"STREAM.INFO.{name}", body)
            self._raise(reply)
            page = (reply.state or _State()).subjects or {}
            subjects += page
            if not page or len(subjects) >= reply.total:
                return subjects

    async def usage(self) -> list[StreamUse]:
        """Every stream that lies on a disk, and how much room it takes."""
        streams: list[_Listed] = []
        while True:
            body = json.dumps({"offset": len(streams)}).encode()
            page = self._page(await self._send(f"{API}STREAM.LIST", body, None))
            streams += page.streams or []
            if not page.streams or len(streams) >= page.total:
                return [_use(listed) for listed in streams if listed.config.storage == "file"]

    def _page(self, payload: bytes) -> _StreamPage:
        try:
            page = _stream_page.decode(payload)
        except msgspec.MsgspecError as error:
            raise StoreUnreachable(why="unreadable answer") from error
        if page.error is not None:
            self._raise(_Reply(error=page.error))
        return page

    async def bound(self, name: str, max_bytes: int) -> None:
        """Gives an existing stream, whoever made it, another bound; the rest stays as it is."""
        reply = await self._send(f"{API}STREAM.INFO.{name}", b"{}", None)
        self._raise(self._decode(reply))
        config = json.loads(reply)["config"]
        self._raise(await self._ask(f"STREAM.UPDATE.{name}", {**config, "max_bytes": max_bytes}))

    async def append(
        self,
        subject: str,
        payload: bytes,
        *,
        expected: int | None = None,
        headers: Mapping[str, str] | None = None,
        ttl_s: int | None = None,
    ) -> int:
        """Stores a message; it is on the disk when this returns.

        Args:
            expected: revision that the subject must have (0: nothing stored), None for any.
            ttl_s: seconds after which the server forgets it.

        Returns:
            Its revision.

        Raises:
            WrongRevision: the subject has another revision.
        """
        full = dict(headers or {})
        if expected is not None:
            full[EXPECTED] = str(expected)
        if ttl_s is not None:
            full["Nats-TTL"] = str(ttl_s)
        self._appended_to[subject] += 1
        try:
            reply = self._decode(await self._send(subject, payload, full))
        finally:
            self._appended_to[subject] -= 1
            if not self._appended_to[subject]:
                del self._appended_to[subject]
        if reply.error is not None and reply.error.err_code in _WRONG_SEQUENCE:
            raise WrongRevision
        self._raise(reply)
        return reply.seq

    async def last(self, name: str, subject: str) -> Stored | None:
        """The newest message of `subject`, as the stream's leader has it."""
        return await self._get(name, {"last_by_subj": subject})

    async def next(self, name: str, subject: str, from_revision: int) -> Stored | None:
        """The first message of `subject` at `from_revision` or later."""
        return await self._get(name, {"seq": max(1, from_revision), "next_by_subj": subject})

    async def forget(self, name: str, subject: str) -> None:
        """Removes every message of `subject`."""
        self._raise(await self._ask(f"STREAM.PURGE.{name}", {"filter": subject}))

    async def erase(self, name: str, subject: str) -> None:
        """Remove messages like `forget`, and let the server write over each on its disk:
        what is only removed can still be read.
        """
        stored = await self.last(name, subject)
        while stored is not None:
            reply = await self._ask(
                f"STREAM.MSG.DELETE.{name}", {"seq": stored.revision, "no_erase": False}
            )
            before, stored = stored, await self.last(name, subject)
            # it is an error, too, when somebody else has just removed it
            if stored is not None and stored.revision == before.revision:
                self._raise(reply)

    async def create_consumer(self, name: str, config: Mapping[str, Any]) -> None:
        """Creates a consumer from the API's ConsumerConfig."""
        self._raise(
            await self._ask(
                f"CONSUMER.CREATE.{name}", {"stream_name": name, "config": dict(config)}
            )
        )

    async def ensure_durable(self, name: str, durable: str, config: Mapping[str, Any]) -> None:
        """Creates a consumer that outlives us (ConsumerConfig);
        one that is there already keeps its place.
        """
        full = {"durable_name": durable, "name": durable, **config}
        body = {"stream_name": name, "config": full}
        self._raise(await self._ask(f"CONSUMER.CREATE.{name}.{durable}", body))

    async def forget_durable(self, name: str, durable: str) -> None:
        """Removes a consumer; one that is not there is no harm."""
        reply = await self._ask(f"CONSUMER.DELETE.{name}.{durable}", {})
        if reply.error is None or reply.error.err_code != _CONSUMER_MISSING:
            self._raise(reply)

    async def _get(self, name: str, what: Mapping[str, Any]) -> Stored | None:
        reply = await self._ask(f"STREAM.MSG.GET.{name}", what)
        if reply.error is not None and reply.error.err_code == _NO_MESSAGE:
            return None
        self._raise(reply)
        if reply.message is None:
            raise StoreUnreachable(why="answer without a message")
        message = reply.message
        try:
            payload, headers = base64.b64decode(message.data), base64.b64decode(message.hdrs)
        except binascii.Error as error:
            raise StoreUnreachable(why="answer is not base64") from error
        if message.time:
            at = datetime.fromisoformat(message.time)
        else:
            at = None
        return Stored(message.subject, payload, headers_of(headers), message.seq, at)

    async def _ask(self, verb: str, body: Mapping[str, Any]) -> _Reply:
        return self._decode(await self._send(f"{API}{verb}", json.dumps(body).encode(), None))

    async def _send(self, subject: str, payload: bytes, headers: Mapping[str, str] | None) -> bytes:
        try:
            return (
                await self._connection.request(subject, payload, self._timeout_s, headers)
            ).payload
        except (BusUnreachable, HubUnreachable) as error:
            self.failed += 1
            is_gone = error.detail.get("why") == NEW_LEADER
            raise StoreUnreachable(why=NEW_LEADER if is_gone else error.code) from error

    def _decode(self, payload: bytes) -> _Reply:
        try:
            return _reply.decode(payload)
        except msgspec.MsgspecError as error:
            raise StoreUnreachable(why="unreadable answer") from error

    def _raise(self, reply: _Reply) -> None:
        if reply.error is not None:
            self.failed += 1
            log.warning("store: %s (%d)", reply.error.description, reply.error.err_code)
            raise StoreUnreachable(why=reply.error.description[:100], err_code=reply.error.err_code)


def _use(listed: _Listed) -> StreamUse:
    config, state = listed.config, listed.state
    return StreamUse(
        config.name,
        state.bytes,
        max(0, config.max_bytes),
        max(0, config.max_age) / NANOSECONDS,
        state.first_seq,
        datetime.fromisoformat(state.first_ts) if state.messages else None,
    )
