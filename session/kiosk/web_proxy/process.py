# SPDX-License-Identifier: GPL-3.0-only
"""The browser's side of its web proxy: starts the proxy's process, tells it the list, ends it.
Used by the process of the caller's browser, which may wait: the kiosk's screen watches it.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import threading
from collections.abc import Sequence

import msgspec

from session.core.child_process import NO_WINDOW, own_python
from session.kiosk.web_proxy.messages import ListInForce, NewList, ProxyReady

log = logging.getLogger(__name__)

_START_S, _ANSWER_S, _END_S = 20.0, 5.0, 3.0


class ProxyGone(Exception):
    """The process does not start, or does not answer: the browser has no way out."""


class WebProxy:
    """One process, which lets nothing pass before `allow`.

    Args:
        intranet: hosts that the operator lets answer with an address of inside.

    Attributes:
        port: where it listens on 127.0.0.1.
        secret: what the browser gives as a password, with any name.

    Raises:
        ProxyGone: it does not start.
    """

    def __init__(self, intranet: Sequence[str] = ()) -> None:
        self._process = subprocess.Popen(
            [*own_python(), "-m", "session.kiosk.web_proxy", *intranet],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=NO_WINDOW,
        )
        ready = msgspec.json.decode(self._line(_START_S), type=ProxyReady)
        self.port = ready.port
        self.secret = ready.secret

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def allow(self, prefixes: Sequence[str]) -> ListInForce:
        """Gives the session's list, which holds when this returns; an empty one ends every
        connection.

        Returns:
            what was counted since the list before.

        Raises:
            ProxyGone: the process has ended or does not answer.
        """
        assert self._process.stdin is not None
        try:
            line = msgspec.json.encode(NewList(allowed=tuple(prefixes))) + b"\n"
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except OSError:
            raise ProxyGone from None
        counted = msgspec.json.decode(self._line(_ANSWER_S), type=ListInForce)
        if counted.connections or counted.refused:
            log.info("web proxy: %d connections, refused %s", counted.connections, counted.refused)
        return counted

    def end(self) -> None:
        """Ends the process; the browser has no way out any more."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _line(self, limit_s: float) -> bytes:
        assert self._process.stdout is not None
        impatient = threading.Timer(limit_s, self._process.kill)
        impatient.start()
        line = self._process.stdout.readline()
        impatient.cancel()
        if not line:
            self.end()
            raise ProxyGone
        return line
