# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's side of the web proxy: starts its process, tells it the list, ends it. Used by the
kiosk's wiring.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence

import msgspec

from session.kiosk.web_proxy.messages import ListInForce, NewList, ProxyReady
from session.kiosk.web_proxy.server import USER

log = logging.getLogger(__name__)

_START_S, _ANSWER_S, _END_S = 15.0, 5.0, 3.0


class ProxyGone(Exception):
    """The process does not start, or does not answer: the browser has no way out."""


class WebProxy:
    """One process; `start` first.

    Attributes:
        user: the name that the browser gives with the secret.
    """

    user = USER

    def __init__(self) -> None:
        self._process: Process | None = None
        self._ready = ProxyReady(port=0, secret="")
        self._turn = asyncio.Lock()

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1; 0 before it is started."""
        return self._ready.port

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        return self._process.pid if self._process else None

    @property
    def secret(self) -> str:
        """What the browser gives as a password."""
        return self._ready.secret

    async def start(self) -> None:
        """Starts the process, which lets nothing pass yet.

        Raises:
            ProxyGone: it does not start.
        """
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # nothing is imported from the folder we happen to be in
            "-m",
            "session.kiosk.web_proxy",
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
        )
        self._ready = msgspec.json.decode(await self._line(_START_S), type=ProxyReady)

    async def allow(self, prefixes: Sequence[str]) -> None:
        """Gives the session's list, which holds when this returns; an empty one ends every
        connection.

        Raises:
            ProxyGone: the process has ended or does not answer.
        """
        async with self._turn:
            process = self._process
            if process is None or process.stdin is None:
                raise ProxyGone
            with contextlib.suppress(ConnectionError):
                process.stdin.write(msgspec.json.encode(NewList(allowed=tuple(prefixes))) + b"\n")
                await process.stdin.drain()
            counted = msgspec.json.decode(await self._line(_ANSWER_S), type=ListInForce)
        if counted.connections or counted.refused:
            log.info("web proxy: %d connections, refused %s", counted.connections, counted.refused)

    async def end(self) -> None:
        """Ends the process; the browser has no way out any more."""
        process, self._process = self._process, None
        self._ready = ProxyReady(port=0, secret="")
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_END_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _line(self, limit_s: float) -> bytes:
        if self._process is None or self._process.stdout is None:
            raise ProxyGone
        try:
            async with asyncio.timeout(limit_s):
                line = await self._process.stdout.readline()
        except TimeoutError:
            line = b""
        if not line:
            await self.end()
            raise ProxyGone
        return line
