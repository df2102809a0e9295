# SPDX-License-Identifier: GPL-3.0-only
"""The amount of the shared page that may be on the line at once,
so that the voice beside it is not held up.

Used by `session.kiosk.cobrowse.mirror_sender`. Two rules, the more generous one counts:

- A rate that is always allowed (`kbps`), low enough for the reference line of 512 kb/s during a
  call.
- A window of bytes that are sent and not yet acknowledged. It opens while acknowledgements come
  back as fast as they ever did, and closes when they take longer: then our own bytes stand in a
  queue somewhere, and a voice packet would stand behind them. That is the idea of LEDBAT (RFC 6817,
  section 2.4.2), with our own, simpler steps.

So a page comes at once in a town with fibre, and at the allowed rate where the line is narrow,
without a setting.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from session.core.clock import Clock

MIN_WINDOW_BYTES = 2048
FIRST_WINDOW_BYTES = 4096
MAX_WINDOW_BYTES = 512 * 1024

TARGET_S = 0.025
"""Delay of our own making that is still no harm: half of what a voice packet of 60 ms may lose."""

LOST_S = 3.0
"""An acknowledgement that did not come for so long will not come:
the window is closed and begins anew.
"""

_DEBT_S = 0.5
"""What went through the window counts against the rate, but not for longer than this."""


class SendWindow:
    """Says when the next bytes may go.

    Args:
        kbps: kilobits per second that are always allowed; None: no limit at all.
    """

    def __init__(self, kbps: int | None, clock: Clock) -> None:
        self._kbps = kbps
        self._clock = clock
        self._free_at_s = 0.0
        self._window_bytes = FIRST_WINDOW_BYTES
        self._base_s: float | None = None
        self._shrunk_at_s = float("-inf")
        self._on_line: OrderedDict[int, tuple[int, float]] = OrderedDict()
        self._numbers = 0
        self._changed = asyncio.Event()

    def set_rate(self, kbps: int) -> None:
        """Set what is always allowed from now on; no limit stays none."""
        if self._kbps is not None:
            self._kbps = kbps
            self._changed.set()

    @property
    def window_bytes(self) -> int:
        """Bytes that may be on the line without an acknowledgement, now."""
        return self._window_bytes

    def wait_s(self, size_bytes: int) -> float:
        """Seconds until `size_bytes` may go, if no acknowledgement comes before; 0.0: now."""
        now_s = self._clock.monotonic_s()
        self._forget_lost(now_s)
        if self._kbps is None or self._on_line_bytes() + size_bytes <= self._window_bytes:
            return 0.0
        return max(0.0, self._free_at_s - now_s)

    async def wait(self, size_bytes: int) -> None:
        """Returns when `size_bytes` may go."""
        while (wait_s := self.wait_s(size_bytes)) > 0:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), wait_s)
            except TimeoutError:
                continue

    def sent(self, size_bytes: int, *, more: bool) -> int:
        """`size_bytes` went, `more` wait behind them.

        Returns:
            The number with which an acknowledgement is asked for; 0 when none is needed.
        """
        if self._kbps is None:
            return 0
        now_s = self._clock.monotonic_s()
        byte_s = 8 / (self._kbps * 1000)
        self._free_at_s = min(max(self._free_at_s, now_s) + size_bytes * byte_s, now_s + _DEBT_S)
        if not more and self._free_at_s - now_s <= FIRST_WINDOW_BYTES * byte_s:
            return 0  # a trickle below the rate needs no answer
        self._numbers += 1
        self._on_line[self._numbers] = (size_bytes, now_s)
        return self._numbers

    def received(self, number: int) -> None:
        """The other end has what went with `number`, and all before it."""
        if number not in self._on_line:
            return
        now_s = self._clock.monotonic_s()
        acked_bytes, took_s = 0, 0.0
        while self._on_line and next(iter(self._on_line)) <= number:
            _, (size_bytes, sent_at_s) = self._on_line.popitem(last=False)
            acked_bytes, took_s = acked_bytes + size_bytes, now_s - sent_at_s
        if self._base_s is None:
            self._base_s = took_s
        else:
            self._base_s = min(self._base_s, took_s)
        self._fit_window(acked_bytes, took_s, now_s)
        self._changed.set()

    def _fit_window(self, acked_bytes: int, took_s: float, now_s: float) -> None:
        assert self._base_s is not None
        room = 1 - (took_s - self._base_s) / TARGET_S  # 1: no queue of ours; 0: as much as may be
        if room > 0:
            # Twice as much per round trip until the line first showed its width, then a part more
            # per round trip.
            if self._shrunk_at_s < 0:
                step = 1.0
            else:
                step = MIN_WINDOW_BYTES / self._window_bytes
            self._window_bytes = min(
                MAX_WINDOW_BYTES, self._window_bytes + int(acked_bytes * room * step)
            )
        elif (
            now_s - self._shrunk_at_s > took_s
        ):  # once per round trip: what is on the line already cannot be undone
            self._shrunk_at_s = now_s
            self._window_bytes = max(MIN_WINDOW_BYTES, self._window_bytes // 2)

    def _on_line_bytes(self) -> int:
        return sum(size_bytes for size_bytes, _ in self._on_line.values())

    def _forget_lost(self, now_s: float) -> None:
        if self._on_line and now_s - next(iter(self._on_line.values()))[1] > LOST_S:
            self._on_line.clear()
            self._window_bytes = MIN_WINDOW_BYTES
