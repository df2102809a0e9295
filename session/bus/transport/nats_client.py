# SPDX-License-Identifier: GPL-3.0-only
"""nats-py's client without its queues: each message goes to its handler as it is read. Used by
`session.bus.transport.connection`.

nats-py puts every message into a queue that a task of its subscription empties, and takes headers
apart as if they were a mail's: half of what a hub spent on a message (measured). Our handlers never
wait, so neither queue nor task is needed, and the order of arrival is kept over all subscriptions.
The names used here are private in nats-py, whose version is pinned;
`tests/unit/session/bus/transport/test_nats_client.py` fails when an upgrade changes them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import msgspec
import nats.errors
from nats.aio.client import PING_PROTO, Client
from nats.aio.subscription import Subscription
from nats.aio.transport import TcpTransport
from nats.protocol.parser import AWAITING_CONTROL_LINE

STATUS, DESCRIPTION = "Status", "Description"

FULL_BYTES = 64 * 1024
"""With more than this not yet taken by the network, nats-py's own flusher waits for it."""


_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_NO_STATUS = b"NATS/1.0\r\n"


class Headers(Mapping[str, str]):
    """A message's headers, taken apart when somebody asks for them:
    most messages are handled without.
    """

    __slots__ = ("_raw", "_read")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._read: dict[str, str] | None = None

    def _all(self) -> dict[str, str]:
        if self._read is None:
            self._read = headers_of(self._raw)
        return self._read

    def __getitem__(self, name: str) -> str:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    @property
    def status(self) -> str:
        """As `Incoming.status`."""
        return "" if self._raw.startswith(_NO_STATUS) else self._all().get(STATUS, "")


class Incoming(msgspec.Struct, frozen=True):
    """Something that arrived on a subject."""

    subject: str
    payload: bytes
    headers: Mapping[str, str]
    reply: str = ""

    @property
    def status(self) -> str:
        """Status of a message that the server itself sent ("503": nobody listens, "100":
        heartbeat), else "".
        """
        headers = self.headers
        return headers.status if type(headers) is Headers else headers.get(STATUS, "")


Handler = Callable[[Incoming], None]
"""Must not raise."""


def headers_of(raw: bytes | None) -> dict[str, str]:
    """Headers of a message (ADR-4): "NATS/1.0", with a status when the server itself speaks, and
    "name: value" lines.

    Names are taken as they are written: one with a blank is another name than the same without.
    """
    if not raw:
        return {}
    first, *lines = raw.decode("utf-8", "replace").split("\r\n")
    found: dict[str, str] = {}
    code, _, text = first.removeprefix("NATS/1.0").strip().partition(" ")
    if code:
        found[STATUS] = code
    if text:
        found[DESCRIPTION] = text
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            found[name] = value.strip()
    return found


_SUBJECT = re.compile(r"\S+")
"""A blank or the end of a line in a subject would be another command for the server."""


def headers_as_sent(headers: Mapping[str, str]) -> bytes:
    """As `headers_of` reads them; the end of a line in a value becomes a blank, as in nats-py."""
    lines = ["NATS/1.0"]
    for name, value in headers.items():
        if not _SUBJECT.fullmatch(name) or ":" in name:
            raise nats.errors.BadHeaderError(name)
        if "\r" in value or "\n" in value:
            value = value.replace("\r", " ").replace("\n", " ")
        lines.append(f"{name}: {value}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class DirectClient(Client):
    """A client whose messages go to handlers at once, and leave at the loop's next turn, all in one
    piece.

    nats-py wakes its flusher through a queue and tells whoever waits through a future, each time;
    what arrives wakes its reading task through another one, which takes it apart with regular
    expressions.
    """

    _is_leaving = False

    def take_at_once(self) -> None:
        """From now on messages that arrive whole are handled as they arrive;
        all else goes nats-py's way.

        To be called once, when it is connected. Over a WebSocket nothing changes.
        """
        if not isinstance(self._transport, TcpTransport) or self._transport._io_writer is None:
            return
        network: Any = self._transport._io_writer.transport
        protocol = network.get_protocol()
        protocol.data_received = partial(
            self._take, self._transport._io_reader, protocol.data_received
        )
        if network.get_extra_info("sslcontext") is not None:
            protocol._over_ssl = (
                # nats-py's own way to TLS leaves it out, and asyncio warns at the end of each line
                True
            )
        network.set_protocol(protocol)  # which a loop asks once where its bytes go

    def _take(self, reader: Any, pass_on: Callable[[bytes], None], data: bytes) -> None:
        if not reader._buffer and not self._ps.buf and self._ps.state == AWAITING_CONTROL_LINE:
            data = data[self._take_whole(data) :]
        if data:
            pass_on(data)

    def _take_whole(self, data: bytes) -> int:
        """Handles the whole messages that `data` begins with; how many bytes they are."""
        at = 0
        while (end := data.find(b"\r\n", at)) > 0:
            words = data[at:end].split(b" ")
            has_headers = words[0] == b"HMSG"
            if not (has_headers or words[0] == b"MSG") or len(words) not in (
                (5, 6) if has_headers else (4, 5)
            ):
                break
            try:
                number, size = int(words[2]), int(words[-1])
                headers_size = int(words[-2]) if has_headers else 0
            except ValueError:
                break
            begin = end + 2
            after = begin + size
            if after + 2 > len(data) or not 0 <= headers_size <= size:
                break
            reply = words[3] if len(words) == 5 + has_headers else b""
            told = data[begin : begin + headers_size]
            self._hand_over(number, words[1], reply, data[begin + headers_size : after], told)
            at = after + 2
        return at

    def _leave(self) -> None:
        self._is_leaving = False
        if not self._pending or self._flush_queue is None:
            return
        writer = self._transport._io_writer if isinstance(self._transport, TcpTransport) else None
        network = writer.transport if writer is not None else None
        if network is None or network.is_closing() or network.get_write_buffer_size() > FULL_BYTES:
            if self._flush_queue.empty():
                self._flush_queue.put_nowait(asyncio.get_running_loop().create_future())
            return
        said, self._pending, self._pending_data_size = b"".join(self._pending), [], 0
        network.write(said)

    async def say(
        self, subject: str, payload: bytes, headers: Mapping[str, str] | None, reply: str = ""
    ) -> None:
        """As `publish`, with less work. Raises nats-py's errors: not connected, too large, a wrong
        word.
        """
        if not self.is_connected:
            raise nats.errors.ConnectionClosedError
        if len(payload) > self._max_payload:
            raise nats.errors.MaxPayloadError
        if not _SUBJECT.fullmatch(subject) or (reply and not _SUBJECT.fullmatch(reply)):
            raise nats.errors.BadSubjectError
        if headers:
            told = headers_as_sent(headers)
            first = f"HPUB {subject} {reply} {len(told)} {len(told) + len(payload)}\r\n".encode()
            command = b"".join((first, told, payload, b"\r\n"))
        else:
            command = b"".join(
                (f"PUB {subject} {reply} {len(payload)}\r\n".encode(), payload, b"\r\n")
            )
        self.stats["out_msgs"] += 1
        self.stats["out_bytes"] += len(payload)
        self._pending.append(command)
        self._pending_data_size += len(command)
        if not self._is_leaving:
            self._is_leaving = True
            asyncio.get_running_loop().call_soon(self._leave)

    async def _send_ping(self, future: asyncio.Future[Any] | None = None) -> None:
        """nats-py's own overtakes what waits to leave;
        its answer would not say that the server has all of it.
        """
        self._pongs.append(
            future if future is not None else asyncio.get_running_loop().create_future()
        )
        self._pending.append(PING_PROTO)
        self._pending_data_size += len(PING_PROTO)
        await self._flush_pending()

    async def hear(self, subject: str, queue: str, handler: Handler) -> Subscription:
        """Calls `handler` for each message of `subject` from now on. Raises nats-py's errors."""
        return await self.subscribe(subject, queue=queue, cb=partial(_queued, handler))

    async def _process_msg(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes | None
    ) -> None:
        self._hand_over(sid, subject, reply, data, headers)

    def _hand_over(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes | None
    ) -> None:
        heard: Any = self._subs.get(sid)
        if heard is not None:
            self.stats["in_msgs"] += 1
            self.stats["in_bytes"] += len(data)
            told = Headers(headers) if headers else _NO_HEADERS
            heard._cb.args[0](Incoming(subject.decode(), data, told, reply.decode()))


async def _queued(_handler: Handler, _message: Any) -> None:
    """Only names the handler: nothing is ever put into a subscription's queue."""
