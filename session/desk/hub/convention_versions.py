# SPDX-License-Identifier: GPL-3.0-only
"""Notices by the hubs' heartbeats that the convention has changed. Used by
`session.desk.hub.client`.

While hubs load it one after the other, their heartbeats name different versions in turn; each
version counts as a change once.
"""

from __future__ import annotations

from session.core.clock import Clock

STALE_S = 30.0
"""A version that no hub has named for so long counts as a change again."""


class ConventionVersions:
    """The versions that hubs named lately.

    Attributes:
        newest: the last one that was a change.
    """

    def __init__(self, clock: Clock) -> None:
        self.newest = ""
        self._clock = clock
        self._heard_s: dict[str, float] = {}
        self._is_new = False

    def on_beat(self, version: str) -> bool:
        """A heartbeat names `version`: True when services have to be requested again. The first
        one is no change.
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
        self.newest = version
        self._is_new = True
        return True

    def take_change(self) -> bool:
        """True once after a change."""
        news, self._is_new = self._is_new, False
        return news
