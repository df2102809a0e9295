# SPDX-License-Identifier: GPL-3.0-only
"""The web proxy itself: who may ask, what is asked, what is passed on. Used by `__main__`.

One connection carries one request (RFC 9110, sections 7.6 and 9.3.6): a tunnel (CONNECT), through
which the browser speaks TLS or WebSocket, or, for addresses that the list names as `http`, one
request in clear. Nothing is kept, and no host is written down: counts only.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
from collections import Counter
from collections.abc import Coroutine
from typing import Any, NoReturn
from urllib.parse import urlsplit

import h11

from session.kiosk.cobrowse.reach import Unreachable, why_not_in_clear, why_not_tunnel
from session.kiosk.web_proxy.dialler import READ_BYTES, Dialler, InsideAddress
from session.protocol.conversation.allowed_addresses import AllowList
from session.protocol.conversation.web_hosts import canonical_host

_MOST_CONNECTIONS, _MOST_STRANGERS = 400, 64
_HEAD_BYTES = 32 * 1024
_HEAD_S, _IDLE_S = 10.0, 600.0

_HOP_BY_HOP = frozenset(
    b"connection proxy-connection keep-alive te trailer upgrade proxy-authenticate "
    b"proxy-authorization proxy-authentication-info".split()
)
"""Headers between two neighbours (RFC 9110, section 7.6.1), and those that would speak in the
proxy's name; transfer-encoding is h11's.
"""
_ASK = [("Proxy-Authenticate", 'Basic realm="kiosk"')]

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Headers = list[tuple[bytes, bytes]]
Role = type[h11.CLIENT] | type[h11.SERVER]
Nothing = type[h11.NEED_DATA] | type[h11.PAUSED]


class _Answered(Exception):
    """The request ends with this status and nothing else."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Peer:
    """One connection as HTTP events."""

    def __init__(self, role: Role, *, reader: Reader, writer: Writer) -> None:
        self.http = h11.Connection(role, max_incomplete_event_size=_HEAD_BYTES)
        self.reader = reader
        self.writer = writer

    async def receive(self, limit_s: float) -> h11.Event | Nothing:
        """The next event; raises `TimeoutError`, `h11.ProtocolError`."""
        while (event := self.http.next_event()) is h11.NEED_DATA:
            async with asyncio.timeout(limit_s):
                self.http.receive_data(await self.reader.read(READ_BYTES))
        return event

    async def send(self, event: h11.Event) -> None:
        """Writes an event, and waits while the other end is slow."""
        self.writer.write(self.http.send(event) or b"")
        await self.writer.drain()


class ProxyServer:
    """Listens on loopback and passes on what the list allows.

    Attributes:
        port: where it listens, once started.
        secret: the password of whoever may ask.
        refused: how often something was refused, by `Unreachable`.
        connections: how many were made for the browser.
    """

    def __init__(self, dialler: Dialler) -> None:
        self._dialler = dialler
        self._allowed = AllowList()
        self._server: asyncio.Server | None = None
        self._running: set[asyncio.Task[Any]] = set()
        self._strangers = 0
        self.port = 0
        self.secret = secrets.token_hex(32)
        self.refused: Counter[str] = Counter()
        self.connections = 0

    async def start(self) -> None:
        """Listens on a port of the system's choice."""
        self._server = await asyncio.start_server(
            self._on_connection, "127.0.0.1", 0, limit=READ_BYTES
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Ends every connection."""
        if self._server is not None:
            self._server.close()
        await self._end_connections()
        self._dialler.close()

    async def allow(self, allowed: AllowList) -> None:
        """Another list; an empty one ends every connection. Counts begin anew."""
        self._allowed = allowed
        self.refused.clear()
        self.connections = 0
        if not allowed:
            await self._end_connections()

    async def _end_connections(self) -> None:
        running = [task for task in self._running if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    # ---- one connection ----

    async def _on_connection(self, reader: Reader, writer: Writer) -> None:
        if self._strangers >= _MOST_STRANGERS or len(self._running) >= _MOST_CONNECTIONS:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            # the browser goes, or the other side in the middle of an answer
            with contextlib.suppress(OSError, h11.ProtocolError):
                await self._serve(_Peer(h11.SERVER, reader=reader, writer=writer))
            writer.close()
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        finally:
            self._running.discard(task)

    async def _serve(self, browser: _Peer) -> None:
        self._strangers += 1
        try:
            async with asyncio.timeout(_HEAD_S):
                request = await browser.receive(_HEAD_S)
        finally:
            self._strangers -= 1
        if not isinstance(request, h11.Request):
            return
        try:
            self._check_password(request)
            await self._answer(browser, request)
        except _Answered as answered:
            if request.method != b"CONNECT" and answered.status > 500:
                return  # not an answer, which the browser would show as the site's own
            with contextlib.suppress(h11.LocalProtocolError):  # an answer had begun
                await browser.send(_plain(answered.status))
                await browser.send(h11.EndOfMessage())

    def _check_password(self, request: h11.Request) -> None:
        credentials = [value for name, value in request.headers if name == b"proxy-authorization"]
        if len(credentials) != 1 or not secrets.compare_digest(
            _password(credentials[0]), self.secret.encode()
        ):
            raise _Answered(407)

    async def _answer(self, browser: _Peer, request: h11.Request) -> None:
        try:
            target = request.target.decode("ascii")
            if request.method == b"CONNECT":
                host, port = _authority(target)
                path, why = "", why_not_tunnel(host, port, self._allowed)
            else:
                host, port, path = _absolute(target)
                why = why_not_in_clear(host, port, self._allowed)
        except ValueError:
            why = Unreachable.MALFORMED
        if why is not None:
            self._refuse(why)
        far = await self._connect(host, port)
        if path:
            await self._pass_on(browser, request, far, path=path)
        else:
            await self._tunnel(browser, far)

    def _refuse(self, why: Unreachable) -> NoReturn:
        self.refused[why] += 1
        raise _Answered(403)

    async def _connect(self, host: str, port: int) -> tuple[Reader, Writer]:
        try:
            listed = self._allowed.names(host, port)
            ends = await self._dialler.connect(host, port, listed=listed)
        except InsideAddress:
            self._refuse(Unreachable.INSIDE)
        except TimeoutError:
            raise _Answered(504) from None
        except OSError:
            raise _Answered(502) from None
        self.connections += 1
        return ends

    # ---- a tunnel ----

    async def _tunnel(self, browser: _Peer, far: tuple[Reader, Writer]) -> None:
        reader, writer = far
        try:
            await browser.send(h11.Response(status_code=200, headers=[], reason=b"OK"))
            early, _closed = browser.http.trailing_data
            writer.write(early)
            async with asyncio.TaskGroup() as ways:
                ways.create_task(_pipe(browser.reader, writer))
                ways.create_task(_pipe(reader, browser.writer))
        finally:
            writer.transport.abort()

    # ---- one request in clear ----

    async def _pass_on(
        self, browser: _Peer, request: h11.Request, far: tuple[Reader, Writer], *, path: str
    ) -> None:
        host = urlsplit(request.target.decode()).netloc.encode()
        headers: Headers = [(b"Host", host), *_clean(request.headers, b"host")]
        headers.append((b"Connection", b"close"))
        forwarded = h11.Request(method=request.method, target=path.encode(), headers=headers)
        peer = _Peer(h11.CLIENT, reader=far[0], writer=far[1])
        try:
            await peer.send(forwarded)
            await _first(_send_body(browser, peer), _send_answer(peer, browser))
        except (OSError, h11.ProtocolError) as error:
            raise _Answered(502) from error
        finally:
            peer.writer.transport.abort()


def _password(value: bytes) -> bytes:
    """The password of Basic credentials, with whatever name (RFC 7617, section 2)."""
    with contextlib.suppress(ValueError):
        return base64.b64decode(value.removeprefix(b"Basic "), validate=True).partition(b":")[2]
    return b""


def _authority(target: str) -> tuple[str, int]:
    """Canonical host and port of a tunnel (RFC 9110, section 9.3.6); raises `ValueError`."""
    host, colon, port = target.rpartition(":")
    if not colon or not port.isdigit() or (":" in host and not host.startswith("[")):
        raise ValueError(target)
    return canonical_host(host), _port(int(port))


def _absolute(target: str) -> tuple[str, int, str]:
    """Canonical host, port, and path with query of a request in clear; raises `ValueError`."""
    parts = urlsplit(target)
    if parts.scheme != "http" or "@" in parts.netloc or "\\" in target:
        raise ValueError(target)
    if parts.port is None:
        port = 80
    else:
        port = parts.port
    path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    return canonical_host(parts.hostname or ""), _port(port), path


def _port(port: int) -> int:
    if not 0 < port < 65536:
        raise ValueError(port)
    return port


def _plain(status: int) -> h11.Response:
    ask = _ASK if status == 407 else []
    headers = [("Content-Length", "0"), ("Connection", "close"), *ask]
    return h11.Response(status_code=status, headers=headers)


def _clean(headers: Any, *also: bytes) -> Headers:
    """Without what is between neighbours, and what `Connection` names as such."""
    named = {
        word.strip().lower()
        for name, value in headers
        if name == b"connection"
        for word in value.split(b",")
    } - {b"content-length", b"transfer-encoding", b"host"}
    drop = _HOP_BY_HOP | named | set(also)
    return [(name, value) for name, value in headers if name not in drop]


async def _send_body(browser: _Peer, far: _Peer) -> None:
    """Sends what belongs to the request, and ends when the browser goes."""
    # who answers before all was sent may be deaf to the rest
    with contextlib.suppress(OSError):
        while isinstance(event := await browser.receive(_IDLE_S), h11.Data):
            await far.send(event)
        if isinstance(event, h11.EndOfMessage):
            await far.send(event)
    await browser.reader.read(1)


async def _send_answer(far: _Peer, browser: _Peer) -> None:
    while True:
        event = await far.receive(_IDLE_S)
        if isinstance(event, h11.InformationalResponse):
            continue  # early hints would make the browser ask before the page is there
        if isinstance(event, h11.Response):
            if event.status_code == 407:
                raise h11.RemoteProtocolError("asks in the proxy's name")
            headers = [*_clean(event.headers), (b"Connection", b"close")]
            event = h11.Response(status_code=event.status_code, headers=headers)
        if not isinstance(event, h11.Response | h11.Data | h11.EndOfMessage):
            return
        await browser.send(event)
        if isinstance(event, h11.EndOfMessage):
            return


async def _pipe(reader: Reader, writer: Writer) -> None:
    """Passes bytes on until there are no more, nobody has sent one for long, or an end has gone."""
    with contextlib.suppress(OSError):
        while True:
            async with asyncio.timeout(_IDLE_S):
                data = await reader.read(READ_BYTES)
            if not data:
                break
            writer.write(data)
            await writer.drain()
        writer.write_eof()
        return
    writer.transport.abort()


async def _first(*works: Coroutine[Any, Any, None]) -> None:
    """Runs them until the first ends; raises its error."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        finished, _rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in finished:
        task.result()
