# SPDX-License-Identifier: GPL-3.0-only
"""Notices by the hubs' pulses that the convention has become another one. Used by the desk's link.

While hubs take it one after the other their pulses say different versions in turn;
each is news once.
"""

from __future__ import annotations

from session.core.clock import Clock

STALE_S = 30.0
"""A version that no hub has said for so long and that is said again is news again."""


class ConventionWatch:
    """The versions heard lately.

    Attributes:
        newest: the last one that was news.
    """

    def __init__(self, clock: Clock) -> None:
        self.newest = ""
        self._clock = clock
        self._heard_s: dict[str, float] = {}
        self._is_new = False

    def heard(self, version: str) -> bool:
        """A pulse said `version`: True when services have to be asked for again.
        The first one is no news.
        """
        now_s = self._clock.monotonic_s()
        last_s = self._heard_s.get(version)
        is_first = not self._heard_s
        self._heard_s = {
            name: at_s for name, at_s in self._heard_s.items() if now_s - at_s < STALE_S
        }
        self._heard_s[version] = now_s
        if not version or is_first or (last_s is not None and now_s - last_s < STALE_S):
            return False
        self.newest, self._is_new = version, True
        return True

    def take_change(self) -> bool:
        """True once after there was news."""
        news, self._is_new = self._is_new, False
        return news
