# SPDX-License-Identifier: GPL-3.0-only
"""What the way from the desk to the store carries, from the documents that went.
Used by `filing`.
"""

from __future__ import annotations

from session.core.clock import Clock

_SMALLEST_BYTES = 30_000
"""A smaller document measures the answer of the store, not the line."""


class UploadRate:
    """The last rate that was seen; `kbps` is None before."""

    def __init__(self, clock: Clock) -> None:
        self.kbps: int | None = None
        self._clock = clock
        self._began_s = 0.0

    def begins(self) -> None:
        """A document goes."""
        self._began_s = self._clock.monotonic_s()

    def went(self, size_bytes: int) -> None:
        """It is there."""
        took_s = self._clock.monotonic_s() - self._began_s
        if size_bytes >= _SMALLEST_BYTES and took_s > 0:
            self.kbps = max(1, round(size_bytes * 8 / 1000 / took_s))
