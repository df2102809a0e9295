# SPDX-License-Identifier: GPL-3.0-only
"""Writes when an end lost the bus in a session, and for how long. Used by both ends' event logs."""

from __future__ import annotations

from collections.abc import Callable

from session.core.clock import Clock
from session.log.events import AnyEvent, LineBack, LineLost, Writer


class LineCuts:
    """One `LineLost` and one `LineBack` for each cut, however often either is told.

    Args:
        write: adds an event to the log; it is on the disk while the line is away.
        writer: the end that it is written for.
    """

    def __init__(self, write: Callable[[AnyEvent], None], writer: Writer, *, clock: Clock) -> None:
        self._write = write
        self._writer = writer
        self._clock = clock
        self._lost_at_s: float | None = None
        self._is_over = False

    def close(self) -> None:
        """The conversation is over: what the line does now is no part of it."""
        self._is_over = True

    def show(self, connected: bool) -> None:
        """The bus answers again, or no longer."""
        if self._is_over:
            return
        if not connected and self._lost_at_s is None:
            self._lost_at_s = self._clock.monotonic_s()
            self._write(LineLost(by=self._writer))
        elif connected and self._lost_at_s is not None:
            lost_s = self._clock.monotonic_s() - self._lost_at_s
            self._lost_at_s = None
            self._write(LineBack(by=self._writer, lost_s=round(lost_s, 1)))
