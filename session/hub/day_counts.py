# SPDX-License-Identifier: GPL-3.0-only
"""Counts of the day for the board: waits of answered callers, callers who gave up. Pure; used by the hub's board.

In the hub's memory, from its start or midnight on; the history and the statistics are read elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime

from session.clock import Clock
from session.hub.queue import WAITING
from session.protocol.board_messages import DayFigures
from session.protocol.tickets import Ticket, TicketState

NOT_GIVEN_UP = frozenset({"new_call"})
"""Ends of a waiting ticket whose caller did not give up: the kiosk's newer call replaced it."""


def midnight(now_utc: datetime) -> datetime:
    """The last midnight where this computer stands, in UTC."""
    return now_utc.astimezone().replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


class DayCounts:
    """Per organisation; a ticket that waits twice (its desk was lost) is answered once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since_utc = clock.utc_now()
        self._waits_s: dict[str, dict[str, float]] = {}
        self._abandoned: dict[str, set[str]] = {}

    def seen(self, before: Ticket | None, after: Ticket) -> None:
        """Counts one change of a ticket."""
        if before is None or before.state not in WAITING:
            return
        self._turn_day()
        if after.state is TicketState.IN_SESSION and after.accepted_at_utc is not None:
            wait_s = (after.accepted_at_utc - after.arrived_at_utc).total_seconds()
            self._waits_s.setdefault(after.organisation, {}).setdefault(after.id, wait_s)
        elif after.state is TicketState.ABANDONED and after.reason not in NOT_GIVEN_UP:
            self._abandoned.setdefault(after.organisation, set()).add(after.id)

    def figures(self, organisation: str, within_s: int) -> DayFigures:
        """The day so far; `within_s` is the wait that counts as in time."""
        self._turn_day()
        waits_s = self._waits_s.get(organisation, {}).values()
        return DayFigures(
            since_utc=self._since_utc,
            answered=len(waits_s),
            within=sum(1 for wait_s in waits_s if wait_s <= within_s),
            abandoned=len(self._abandoned.get(organisation, ())),
        )

    def _turn_day(self) -> None:
        today = midnight(self._clock.utc_now())
        if today > self._since_utc:
            self._since_utc = today
            self._waits_s.clear()
            self._abandoned.clear()
