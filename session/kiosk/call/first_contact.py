# SPDX-License-Identifier: GPL-3.0-only
"""The moment from which caller and agent have met: nobody is asked for a yes before it.
Built by `session.kiosk.session`, asked by `session.kiosk.call.consent`.
"""

from __future__ import annotations

from session.core.clock import Clock
from session.protocol.conversation.messages import MediaSeen

MET_AFTER_S = 3.0
"""Seconds that picture or voice went both ways, or that the agent's first line stood here."""


class FirstContact:
    """True once picture or voice went both ways for three seconds; for a caller who only writes,
    once the agent's first line stood on the screen for as long.

    Args:
        is_made: they met before this kiosk was restarted.
    """

    def __init__(self, clock: Clock, *, is_made: bool = False) -> None:
        self._clock = clock
        self._is_made = is_made
        self._here = self._there = False
        self._since_s: float | None = None

    @property
    def is_made(self) -> bool:
        """True from then on, whatever becomes of the call."""
        if self._since_s is not None and self._clock.monotonic_s() - self._since_s >= MET_AFTER_S:
            self._is_made = True
        return self._is_made

    def note_received(self, media: MediaSeen) -> None:
        """What this kiosk received of the agent."""
        self._here = _is_something(media)
        self._note_both()

    def note_sent(self, media: MediaSeen) -> None:
        """What the desk says it received of the caller."""
        self._there = _is_something(media)
        self._note_both()

    def note_words(self) -> None:
        """Words of the agent stand on the screen."""
        if self._since_s is None:
            self._since_s = self._clock.monotonic_s()

    def _note_both(self) -> None:
        if self._here and self._there:
            self.note_words()


def _is_something(media: MediaSeen) -> bool:
    return media.frames > 0 or media.audio_packets > 0
