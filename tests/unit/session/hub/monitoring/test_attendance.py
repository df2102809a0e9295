# SPDX-License-Identifier: GPL-3.0-only
"""A hub that nobody finds any more says so; one that was never found, or is new, does not."""

from __future__ import annotations

from session.core.clock import ManualClock
from session.hub.access.sightings import Sighting
from session.hub.monitoring.attendance import Attendance
from session.protocol.wire.program import CERTIFICATE_REFUSED
from session.protocol.wire.roles import Role

HOUR_S = 3600.0


class Place:
    """A hub's clock, and kiosks that come and go."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.seen: list[Sighting] = []
        self.attendance = Attendance(lambda: self.seen, self.clock)

    def pass_hours(self, hours: int, *, with_kiosk: bool) -> None:
        for _ in range(hours * 60):
            self.clock.advance(60)
            if with_kiosk:
                self.seen = [Sighting("caf", Role.KIOSK, "k1", self.clock.utc_now())]
            self.attendance.check()

    def codes(self) -> list[str]:
        return [trouble.code for trouble in self.attendance.troubles()]


def test_nobody_is_missed_at_an_hour_at_which_somebody_was_yesterday() -> None:
    place = Place()
    place.pass_hours(9, with_kiosk=True)
    assert place.codes() == []
    place.pass_hours(14, with_kiosk=False)  # the evening, and the night
    assert place.codes() == []
    place.pass_hours(2, with_kiosk=False)
    assert place.codes() == ["nobody_there"]
    place.pass_hours(1, with_kiosk=True)
    assert place.codes() == []


def test_a_hub_that_starts_gives_programs_the_time_to_come() -> None:
    place = Place()
    hour = int(place.clock.utc_now().timestamp() // HOUR_S)
    after = Attendance(list, place.clock, hours=[hour - 24])
    assert after.troubles() == []
    place.clock.advance(119)
    assert after.troubles() == []
    place.clock.advance(2)
    assert [one.code for one in after.troubles()] == ["nobody_there"]


def test_a_hub_that_nobody_ever_found_misses_nobody() -> None:
    place = Place()
    place.pass_hours(30, with_kiosk=False)
    assert place.codes() == []


def test_those_who_refused_the_certificate_are_counted_for_an_hour() -> None:
    place = Place()
    for who in ("caf.k.k1", "caf.k.k1", "caf.a.a1"):
        place.attendance.on_beat(who, {CERTIFICATE_REFUSED: "3"})
    place.attendance.on_beat("caf.a.a2", {})
    [trouble] = place.attendance.troubles()
    assert (trouble.code, trouble.detail) == ("certificate_not_believed", {"clients": 2})
    place.clock.advance(HOUR_S)
    assert place.codes() == []


def test_nobody_who_comes_back_after_the_bus_was_away_is_missed() -> None:
    place = Place()
    place.pass_hours(1, with_kiosk=True)
    place.attendance.on_bus(False)
    place.attendance.on_bus(True)
    place.clock.advance(119)
    assert place.codes() == []
    place.clock.advance(2)
    assert place.codes() == ["nobody_there"]
    place.pass_hours(1, with_kiosk=True)
    assert place.codes() == []
    place.pass_hours(1, with_kiosk=False)  # they were switched off one by one
    assert place.codes() == []


def test_a_hub_that_is_restarted_expects_everybody_back() -> None:
    place = Place()
    heard = place.clock.utc_now()
    place.clock.advance(30)
    after = Attendance(list, place.clock, heard_at_utc=heard)
    place.clock.advance(121)
    assert [trouble.code for trouble in after.troubles()] == ["nobody_there"]
    place.clock.advance(3600)
    assert Attendance(list, place.clock, heard_at_utc=heard).troubles() == []
