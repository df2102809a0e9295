# SPDX-License-Identifier: GPL-3.0-only
"""Signs that kiosks and desks no longer find this hub: nobody came back after the bus was away,
nobody is there though somebody was at this hour yesterday, or many came back that had not believed
its certificate. Used by the hub's health.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from session.core.clock import Clock
from session.hub.access.sightings import Sighting
from session.hub.monitoring.health import Trouble
from session.protocol.wire.program import CERTIFICATE_REFUSED

SILENT = timedelta(minutes=2)
"""Programs give a sign of life every five seconds; this long after a start, too, nobody is missed.
"""
DAY_HOURS = 24
JUST_NOW = timedelta(minutes=1)
"""Whoever was heard so long before the bus went away was connected; last signs are on the disk
every half minute.
"""
RESTART = timedelta(minutes=10)
"""A hub that starts so soon after the last sign expects everybody back."""
TOLD_FOR = timedelta(hours=1)
"""So long after a client's return it is told that it had refused the certificate."""


class Attendance:
    """Remembers in which hours somebody was there, for a day.

    Args:
        heard: everybody, with the last sign of each.
        hours: of earlier runs, counted from 1970 (UTC).
        heard_at_utc: the last sign of anybody in earlier runs.
    """

    def __init__(
        self,
        heard: Callable[[], Sequence[Sighting]],
        clock: Clock,
        *,
        hours: Iterable[int] = (),
        heard_at_utc: datetime | None = None,
    ) -> None:
        self.hours = set(hours)
        self._heard = heard
        self._clock = clock
        self._begun = clock.utc_now()
        self._refusing: dict[str, datetime] = {}
        self._left_at: datetime | None = None
        if heard_at_utc is not None and self._begun - heard_at_utc < RESTART:
            self._left_at = self._begun

    def on_bus(self, connected: bool) -> None:
        """The bus came or went: whoever was connected then is expected back."""
        now = self._clock.utc_now()
        if not connected and self._silence(now) < JUST_NOW:
            self._left_at = now

    def check(self) -> None:
        """Writes down whether somebody is there now; called twice a minute."""
        now = self._clock.utc_now()
        if self._silence(now) < SILENT:
            here = {_hour(now)}
        else:
            here = set()
        first, last = _hour(now) - DAY_HOURS, _hour(now)
        self.hours = {hour for hour in self.hours | here if first <= hour <= last}

    def on_beat(self, who: str, headers: Mapping[str, str]) -> None:
        """A sign of life came; the first ones after a connection say what kept it away."""
        if headers.get(CERTIFICATE_REFUSED):
            self._refusing[who] = self._clock.utc_now()

    def troubles(self) -> list[Trouble]:
        """`nobody_there`, `certificate_not_believed`; neither is grave: the hub could work."""
        now, troubles = self._clock.utc_now(), list[Trouble]()
        silence = min(self._silence(now), now - self._begun)
        is_missed = _hour(now) - DAY_HOURS in self.hours or self._nobody_came_back(now)
        if silence >= SILENT and is_missed:
            minutes = int(silence.total_seconds() // 60)
            troubles.append(Trouble("nobody_there", False, {"minutes": minutes}))
        self._refusing = {
            who: at for who, at in self._refusing.items() if timedelta() <= now - at < TOLD_FOR
        }
        if self._refusing:
            detail: dict[str, str | int] = {"clients": len(self._refusing)}
            troubles.append(Trouble("certificate_not_believed", False, detail))
        return troubles

    def _nobody_came_back(self, now: datetime) -> bool:
        """True until the first sign after everybody was cut off at once."""
        if self._left_at is not None and self._silence(now) < now - self._left_at:
            self._left_at = None
        return self._left_at is not None

    def _silence(self, now: datetime) -> timedelta:
        newest = max((sighting.at_utc for sighting in self._heard()), default=None)
        if newest is None:
            return timedelta.max
        return now - newest


def _hour(at: datetime) -> int:
    return int(at.timestamp() // 3600)
