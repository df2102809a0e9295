# SPDX-License-Identifier: GPL-3.0-only
"""Notices an outage: nothing of the other end has come for a while. Used by `aiortc_call`;
the page's `call_line.js` does the same.

The voice is the sign of life: a silent one still sends a packet every 0.4 s (RFC 6716, section
2.1.9). Where the other end has no microphone, only a photo now and then may come, and silence
proves nothing.
"""

from __future__ import annotations

OUTAGE_AFTER_S = 1.2
"""After so long without any packet pictures are not sent: they would be lost, and the other end
would ask for each of their packets before it shows a new one.
"""


class OutageWatch:
    """Gets every packet of one call; times are monotonic seconds."""

    def __init__(self) -> None:
        self._voice_at_s: float | None = None
        self._heard_at_s = 0.0

    def on_voice_packet(self, now_s: float) -> None:
        """A packet of the voice has come."""
        self._voice_at_s = self._heard_at_s = now_s

    def on_picture_packet(self, now_s: float) -> None:
        """A packet of the picture has come."""
        self._heard_at_s = now_s

    def is_out(self, now_s: float) -> bool:
        """Whether nothing comes any more, and there was a voice when something came last."""
        if self._voice_at_s is None or self._heard_at_s - self._voice_at_s > OUTAGE_AFTER_S:
            return False
        return now_s - self._heard_at_s > OUTAGE_AFTER_S
