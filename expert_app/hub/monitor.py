# SPDX-License-Identifier: GPL-3.0-only
"""Monitoring of a hub or vault: /healthz for people and scripts, /metrics for Prometheus, and for
`expert-app hub explain` on this machine /refused. Used by both.

Plain HTTP on this machine by default.
Says no name, no number of a caller, no agent's id; organisations and services are those of the
convention. OpenMetrics, version 1.0 (prometheus_client writes it).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl, urlsplit

import h11
import msgspec

from expert_app.hub.metrics import MetricsCollector
from session.hub.access.refused_log import RefusedLog
from session.hub.monitoring.health import Trouble
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

REQUEST_S = 10.0
"""Longest for one question and its answer, from the connection on."""

CONNECTIONS = 16
"""So many at once; then the oldest makes room: a question takes milliseconds."""

HEAD_BYTES = 4096
JSON = "application/json; charset=utf-8"


class Checkable(Protocol):
    """The source that knows how a hub or vault is."""

    async def check(self) -> list[Trouble]:
        """Return what is wrong now, the gravest first."""
        ...


class _Page(NamedTuple):
    """An answer."""

    status: int
    body: bytes
    kind: str = "text/plain; charset=utf-8"


class Monitor:
    """One small HTTP server: a question and its answer for each connection. Stop it.

    Args:
        host, port: 0 for any free port.
        refused: what was not taken of whom; None where there is no such thing.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        health: Checkable,
        metrics: MetricsCollector,
        refused: RefusedLog | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._health = health
        self._metrics = metrics
        self._refused = refused
        self._open_now: dict[asyncio.StreamWriter, None] = {}
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """ "http://host:port" while it listens, else ""."""
        if self._server is None:
            return ""
        host, port = self._server.sockets[0].getsockname()[:2]
        if ":" in host:
            return f"http://[{host}]:{port}"
        return f"http://{host}:{port}"

    async def start(self) -> bool:
        """Begins to listen; False when the address cannot be had, which must not keep a hub from
        its callers.
        """
        try:
            self._server = await asyncio.start_server(
                self._on_connection, self._host, self._port, limit=HEAD_BYTES
            )
        except OSError as error:
            log.warning(
                "health and metrics cannot be had at port %d: %s", self._port, error.strerror
            )
            return False
        return True

    def stop(self) -> None:
        """Listens no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open_now):
            self._cut(writer)

    def _cut(self, writer: asyncio.StreamWriter) -> None:
        """Ends a connection without another word."""
        self._open_now.pop(writer, None)
        writer.transport.abort()

    async def _on_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Where too many are open, the oldest makes room."""
        if len(self._open_now) >= CONNECTIONS:
            self._cut(next(iter(self._open_now)))
        self._open_now[writer] = None
        try:
            async with asyncio.timeout(REQUEST_S):
                await self._talk(reader, writer)
        except (OSError, h11.ProtocolError):  # too slow, or gone
            pass
        finally:
            self._cut(writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        has_body = True
        try:
            while (request := http.next_event()) is h11.NEED_DATA:
                http.receive_data(await reader.read(HEAD_BYTES))
        except h11.RemoteProtocolError as error:
            page = _Page(error.error_status_hint, b"not understood\n")
        else:
            if not isinstance(request, h11.Request):
                return
            has_body = request.method != b"HEAD"
            page = await self._answer(request, str(writer.get_extra_info("peername")[0]))
        headers = [
            ("Content-Type", page.kind),
            ("Content-Length", str(len(page.body))),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ]
        writer.write(http.send(h11.Response(status_code=page.status, headers=headers)) or b"")
        if has_body:
            writer.write(http.send(h11.Data(page.body)) or b"")
        writer.write_eof()
        while await reader.read(
            HEAD_BYTES
        ):  # what nobody asked for: closing over it loses the answer
            pass

    async def _answer(self, request: h11.Request, remote: str) -> _Page:
        """The header `Accept` chooses the format of the metrics."""
        target = urlsplit(request.target.decode("ascii", "replace"))
        if request.method not in (b"GET", b"HEAD"):
            return _Page(405, b"only GET\n")
        if target.path == "/healthz":
            return await self._healthz()
        if target.path == "/metrics":
            self._metrics.found(await self._health.check())
            kind, body = self._metrics.text(
                dict(request.headers).get(b"accept", b"").decode("latin-1")
            )
            return _Page(200, body, kind)
        if target.path == "/refused" and self._refused is not None:
            return self._explain(dict(parse_qsl(target.query)), self._refused, remote)
        return _Page(404, b"/healthz or /metrics\n")

    @staticmethod
    def _explain(query: Mapping[str, str], refused: RefusedLog, remote: str) -> _Page:
        """Words that a client sent may be in it: for this machine alone."""
        if remote not in ("127.0.0.1", "::1"):
            return _Page(403, b"only on this machine\n")
        after = query.get("after", "0")
        refusals = refused.of(
            query.get("user", ""),
            query.get("role", Role.KIOSK.value),
            int(after) if after.isdecimal() and len(after) < 16 else 0,
        )
        return _Page(200, msgspec.json.encode(refusals), JSON)

    async def _healthz(self) -> _Page:
        troubles = await self._health.check()
        self._metrics.found(troubles)
        if any(trouble.grave for trouble in troubles):
            status = 503
        else:
            status = 200
        return _Page(status, health_text(troubles, self._metrics.facts()).encode(), JSON)


async def open_monitor(
    listen: str,
    health: Checkable,
    metrics: MetricsCollector,
    refused: RefusedLog | None = None,
) -> Monitor | None:
    """The monitor at `listen` ("host:port");
    None when nothing is wanted ("") or the address cannot be had.
    """
    host, _colon, port = listen.rpartition(":")
    if not host:
        return None
    monitor = Monitor(host.strip("[]"), int(port), health=health, metrics=metrics, refused=refused)
    if await monitor.start():
        return monitor
    return None


def health_text(troubles: list[Trouble], facts: Mapping[str, int]) -> str:
    """Return what /healthz says: "ok", "warning" or "failing", and why; then `facts`."""
    state = "warning" if troubles else "ok"
    if any(trouble.grave for trouble in troubles):
        state = "failing"
    reasons = [
        {"code": trouble.code, "grave": trouble.grave, **trouble.detail} for trouble in troubles
    ]
    report = {"state": state, "reasons": reasons, **facts}
    return json.dumps(report, ensure_ascii=False, indent=1) + "\n"
