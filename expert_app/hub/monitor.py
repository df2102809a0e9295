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
from typing import Protocol, cast

import msgspec
from aiohttp import web

from expert_app.hub.metrics import MetricsCollector
from session.core.tasks import Tasks
from session.hub.access.refused_log import RefusedLog
from session.hub.monitoring.health import Trouble
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

REQUEST_S = 10.0
"""Longest for one question and its answer, from the connection on."""

CONNECTIONS = 16
"""So many at once; then the oldest makes room: a question takes milliseconds."""

HEAD_BYTES = 4096


class Checkable(Protocol):
    """The source that knows how a hub or vault is."""

    async def check(self) -> list[Trouble]:
        """Return what is wrong now, the gravest first."""
        ...


class _BoundedConnection(asyncio.Protocol):
    """One connection to aiohttp's server, which itself waits for a question as long as it takes.

    Args:
        open_now: all connections, the oldest first.
    """

    def __init__(self, inner: asyncio.Protocol, open_now: dict[_BoundedConnection, None]) -> None:
        self._inner = inner
        self._open_now = open_now
        self._transport: asyncio.Transport | None = None
        self._limit: asyncio.TimerHandle | None = None

    def abort(self) -> None:
        """Ends it without another word."""
        self._open_now.pop(self, None)
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by their class
        if len(self._open_now) >= CONNECTIONS:
            next(iter(self._open_now)).abort()
        self._open_now[self] = None
        self._limit = asyncio.get_running_loop().call_later(REQUEST_S, self.abort)
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._open_now.pop(self, None)
        if self._limit is not None:
            self._limit.cancel()
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """See `asyncio.Protocol`."""
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._inner.resume_writing()


class Monitor:
    """One small HTTP server (aiohttp's). Stop it.

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
        tasks: Tasks,
        refused: RefusedLog | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._tasks = tasks
        self._health = health
        self._metrics = metrics
        self._refused = refused
        self._open_now: dict[_BoundedConnection, None] = {}
        self._http = web.Server(
            self._answer,
            access_log=None,
            lingering_time=0,
            max_line_size=HEAD_BYTES,
            max_field_size=HEAD_BYTES,
            max_headers=64,
        )
        self._server: asyncio.Server | None = None
        self._pages = {"/healthz": self._healthz, "/metrics": self._open}

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
            self._server = await asyncio.get_running_loop().create_server(
                lambda: _BoundedConnection(self._http(), self._open_now), self._host, self._port
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
            self._tasks.start(self._http.shutdown(0), name="end the monitor's answers")
        for connection in list(self._open_now):
            connection.abort()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The header `Accept` chooses the format of the metrics."""
        if request.path == "/refused" and request.method == "GET" and self._refused is not None:
            answer = self._explain(request, self._refused)
            answer.force_close()
            return answer
        page = self._pages.get(request.path)
        if request.method not in ("GET", "HEAD"):
            answer = web.Response(status=405, text="only GET\n")
        elif page is None:
            answer = web.Response(status=404, text="/healthz or /metrics\n")
        else:
            answer = await page(request.headers.get("accept", ""))
        answer.headers["Cache-Control"] = "no-store"
        answer.force_close()
        return answer

    @staticmethod
    def _explain(request: web.BaseRequest, refused: RefusedLog) -> web.Response:
        """Words that a client sent may be in it: for this machine alone."""
        if request.remote not in ("127.0.0.1", "::1"):
            return web.Response(status=403, text="only on this machine\n")
        query = request.query
        after = query.get("after", "0")
        refusals = refused.of(
            query.get("user", ""),
            query.get("role", Role.KIOSK.value),
            int(after) if after.isdecimal() and len(after) < 16 else 0,
        )
        text = msgspec.json.encode(refusals)
        return web.Response(body=text, content_type="application/json")

    async def _healthz(self, _accept: str) -> web.Response:
        troubles = await self._health.check()
        self._metrics.found(troubles)
        if any(trouble.grave for trouble in troubles):
            status = 503
        else:
            status = 200
        text = health_text(troubles, self._metrics.facts())
        return web.Response(status=status, text=text, content_type="application/json")

    async def _open(self, accept: str) -> web.Response:
        self._metrics.found(await self._health.check())
        kind, body = self._metrics.text(accept)
        return web.Response(body=body, headers={"Content-Type": kind})


async def open_monitor(
    listen: str,
    health: Checkable,
    metrics: MetricsCollector,
    tasks: Tasks,
    refused: RefusedLog | None = None,
) -> Monitor | None:
    """The monitor at `listen` ("host:port");
    None when nothing is wanted ("") or the address cannot be had.
    """
    host, _colon, port = listen.rpartition(":")
    if not host:
        return None
    monitor = Monitor(
        host.strip("[]"), int(port), health=health, metrics=metrics, tasks=tasks, refused=refused
    )
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
