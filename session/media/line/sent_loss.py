# SPDX-License-Identifier: GPL-3.0-only
"""Which share of our packets the other end misses, judged on enough of them.
Pure; used by `line_end`, `aiortc_call`.

A report tells the share since the report before (RFC 3550, section 6.4.1), and a browser sends one
whenever it has something else to say: of three packets one lost is 33 %, on a line that loses one
of a hundred. So the counts since the beginning are taken, and a share is told when they have grown
by enough.
"""

from __future__ import annotations

ENOUGH = 30
"""Packets. On a line that loses one of a hundred, three of thirty (10 %) are lost once in three
hundred times.
"""


class SentLoss:
    """One connection's, or one stream's."""

    def __init__(self) -> None:
        self._packets = 0
        self._missed = 0

    def share(self, packets: int, missed: int) -> float | None:
        """The share missed since the last one told, 0..1;
        None while there are too few packets to judge by.

        Args:
            packets, missed: since the beginning:
                how many of ours the reports speak of, and how many of these never came. Fewer than
                before: a new beginning.
        """
        new = packets - self._packets
        if 0 <= new < ENOUGH:
            return None
        lost = missed - self._missed
        self._packets, self._missed = packets, missed
        return min(1.0, max(0, lost) / new) if new > 0 else None
