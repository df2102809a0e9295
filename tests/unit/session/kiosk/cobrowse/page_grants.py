# SPDX-License-Identifier: GPL-3.0-only
"""What a caller has granted, for tests."""

from __future__ import annotations

from session.core.clock import ManualClock
from session.core.signals import Signal
from session.protocol.conversation.messages import Grant, GrantChanged


class Grants:
    """All powers given."""

    def __init__(self, clock: ManualClock) -> None:
        self.changed: Signal[GrantChanged] = Signal()
        self.given = set(Grant)
        self._clock = clock

    def allowed(self, grant: Grant) -> bool:
        return grant in self.given

    def give(self) -> None:
        self.given = set(Grant)
        self._tell(allowed=True)

    def take_all(self) -> None:
        self.given.clear()
        self._tell(allowed=False)

    def _tell(self, *, allowed: bool) -> None:
        now = self._clock.utc_now()
        self.changed.emit(GrantChanged(grant=Grant.SEE_PAGE, allowed=allowed, at_utc=now))
