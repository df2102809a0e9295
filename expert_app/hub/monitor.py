# SPDX-License-Identifier: GPL-3.0-only
"""Monitoring of a hub or vault: /healthz for people and scripts, /metrics for Prometheus.
Used by both.

Plain HTTP on this machine by default.
Says no name, no number of a caller, no agent's id; organisations and services are those of the
convention. OpenMetrics, version 1.0 (prometheus_client writes it).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from expert_app.hub.metrics import MetricsCollector
from session.core.tasks import Tasks
from session.hub.monitoring.health import Trouble

log = logging.getLogger(__name__)

REQUEST_S = 10.0
"""Longest for one question and its answer."""

REQUEST_BYTES = 8192

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

Answer = tuple[int, str, bytes]
_REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}


class Checkable(Protocol):
    """What knows how a hub or vault is."""

    async def check(self) -> list[Trouble]:
        """What is wrong now, the gravest first."""
        ...


class Monitor:
    """One small HTTP server. Stop it.

    Args:
        host, port: 0 for any free port.
    """

    def __init__(
        self, host: str, port: int, *, health: Checkable, metrics: MetricsCollector, tasks: Tasks
    ) -> None:
        self._host, self._port = host, port
        self._health = health
        self._metrics = metrics
        self._tasks = tasks
        self._server: asyncio.Server | None = None
        self._pages: dict[str, Callable[[str], Awaitable[Answer]]] = {
            "/healthz": self._healthz,
            "/metrics": self._open,
        }

    @property
    def address(self) -> str:
        """ "http://host:port" while it listens, else ""."""
        if self._server is None:
            return ""
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def start(self) -> bool:
        """Begins to listen; False when the address cannot be had, which must not keep a hub from
        its callers.
        """
        try:
            self._server = await asyncio.start_server(
                self._on_client, self._host, self._port, limit=REQUEST_BYTES
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

    def _on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.start(self._serve(reader, writer), name="answer the monitor")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_S):
                head = await reader.readuntil(b"\r\n\r\n")
                status, kind, body = await self._answer(head.decode("latin-1"))
                writer.write(
                    f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: "
                    f"{kind}\r\nContent-Length: {len(body)}\r\n"
                    "Cache-Control: no-store\r\nConnection: close\r\n\r\n".encode("latin-1")
                )
                if not head.startswith(b"HEAD "):
                    writer.write(body)
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            log.info("a question to the monitor ended before its answer")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, head: str) -> Answer:
        """RFC 9112, section 3: the request line;
        the header `Accept` chooses the format of the metrics.
        """
        lines = head.split("\r\n")
        parts = lines[0].split(" ")
        if len(parts) != 3:
            return 400, TEXT, b"no request\n"
        method, target, _version = parts
        if method not in ("GET", "HEAD"):
            return 405, TEXT, b"only GET\n"
        page = self._pages.get(target.partition("?")[0])
        if page is None:
            return 404, TEXT, b"/healthz or /metrics\n"
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        return await page(headers.get("accept", ""))

    async def _healthz(self, _accept: str) -> Answer:
        troubles = await self._health.check()
        self._metrics.found(troubles)
        status = 503 if any(trouble.grave for trouble in troubles) else 200
        return status, JSON, health_text(troubles, self._metrics.facts()).encode()

    async def _open(self, accept: str) -> Answer:
        self._metrics.found(await self._health.check())
        kind, body = self._metrics.text(accept)
        return 200, kind, body


async def open_monitor(
    listen: str, health: Checkable, metrics: MetricsCollector, tasks: Tasks
) -> Monitor | None:
    """The monitor at `listen` ("host:port");
    None when nothing is wanted ("") or the address cannot be had.
    """
    host, _colon, port = listen.rpartition(":")
    if not host:
        return None
    monitor = Monitor(host.strip("[]"), int(port), health=health, metrics=metrics, tasks=tasks)
    return monitor if await monitor.start() else None


def health_text(troubles: list[Trouble], facts: Mapping[str, int]) -> str:
    """What /healthz says: "ok", "warning" or "failing", and why; then `facts`."""
    state = "warning" if troubles else "ok"
    if any(trouble.grave for trouble in troubles):
        state = "failing"
    reasons = [{"code": one.code, "grave": one.grave, **one.detail} for one in troubles]
    said = {"state": state, "reasons": reasons, **facts}
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"
