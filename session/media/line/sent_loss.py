# SPDX-License-Identifier: GPL-3.0-only
"""The share of our packets that the other end misses, judged on enough of them.
Pure; used by `end` and `aiortc_call`.

A report gives the share since the report before (RFC 3550, section 6.4.1), and a browser sends one
with whatever else it has to send: one lost of three packets is 33 %, on a line that loses one of a
hundred. So this takes the counts since the beginning, and gives a share when they have grown by
enough.
"""

from __future__ import annotations

ENOUGH = 30
"""Packets: on a line that loses one of a hundred, thirty packets lose three (10 %) once in three
hundred times.
"""


class SentLoss:
    """The loss of one connection or stream."""

    def __init__(self) -> None:
        self._packets = 0
        self._missed = 0

    def share(self, packets: int, missed: int) -> float | None:
        """The share missed since the last one returned, 0..1; None while there are too few packets
        to judge by.

        Args:
            packets, missed: since the beginning:
                how many of ours the reports speak of, and how many of these never came. Fewer than
                before: a new beginning.
        """
        new = packets - self._packets
        if 0 <= new < ENOUGH:
            return None
        lost = missed - self._missed
        self._packets = packets
        self._missed = missed
        if new > 0:
            return min(1.0, max(0, lost) / new)
        return None
