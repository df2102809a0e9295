# SPDX-License-Identifier: GPL-3.0-only
"""The height of a picture for a rate, without flickering between two sizes.
Used by `picture_encoder`.
"""

from __future__ import annotations

Rungs = tuple[tuple[int, int], ...]
"""(bits a second, height of pictures from that rate on), the lowest first."""

LADDERS: dict[str, Rungs] = {
    "av1": (
        (0, 180),
        (50_000, 270),
        (80_000, 360),
        (130_000, 540),
        (190_000, 720),
        (1_000_000, 1080),
    ),
    "vp8": (
        (0, 180),
        (70_000, 270),
        (110_000, 360),
        (190_000, 540),
        (270_000, 720),
        (1_400_000, 1080),
    ),
}
"""Life-size before sharp: a head and shoulders in 720p at 300 kb/s were measured at SSIM .97 (VP8)
and .98 (AV1).
"""

UP_BEYOND = 1.12
"""A rung is climbed at this multiple of its rate: exactly at it an estimate that varies would
change the size every few seconds.
"""

UP_AFTER_S = 4.0


class SizeLadder:
    """Gives the height for the present rate: lower at once, higher only when the rate has been
    enough for a while.
    """

    def __init__(self, rungs: Rungs) -> None:
        self._rungs = rungs
        self._rung: int | None = None
        self._enough_since_s: float | None = None

    def height(self, bps: int, now_s: float) -> int:
        """The height at `bps`. `now_s`: any monotonic clock."""
        target_rung = max(
            index for index, (floor_bps, _height) in enumerate(self._rungs) if bps >= floor_bps
        )
        if self._rung is None or target_rung < self._rung:
            self._rung = target_rung
            self._enough_since_s = None
        elif target_rung > self._rung and bps >= self._rungs[self._rung + 1][0] * UP_BEYOND:
            if self._enough_since_s is None:
                self._enough_since_s = now_s
            if now_s - self._enough_since_s >= UP_AFTER_S:
                self._rung = target_rung
                self._enough_since_s = None
        else:
            self._enough_since_s = None
        return self._rungs[self._rung][1]
