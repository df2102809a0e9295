# SPDX-License-Identifier: GPL-3.0-only
"""The second guard without a process of its own, and one that fails in named ways."""

from __future__ import annotations

from session.kiosk.cobrowse.guard_frames import FilteredPush
from session.kiosk.cobrowse.guard_worker import PushFilter
from session.kiosk.cobrowse.page_guard import GuardLost


class DirectGuard:
    """Looks at once, in this process.

    Attributes:
        dies_of: a text that is in a push at which it dies.
        forgotten: how often it was told to forget.
    """

    def __init__(self) -> None:
        self.dies_of = ""
        self.forgotten = 0
        self._filter = PushFilter()

    async def filtered(self, text: str) -> FilteredPush:
        """See `PageGuardLike`."""
        if self.dies_of and self.dies_of in text:
            raise GuardLost
        return self._filter.filtered(text.encode(errors="replace"))

    def forget(self) -> None:
        """See `PageGuardLike`."""
        self.forgotten += 1
