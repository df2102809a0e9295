# SPDX-License-Identifier: GPL-3.0-only
"""What kiosks show by the convention's hours, and when they are told of a change;
calls outside the hours.
"""

from __future__ import annotations

import pytest

from session.core.clock import ManualClock
from session.core.errors import ServiceClosed
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.open_now import OpenNow
from session.hub.convention.problems import CatalogueWrong
from session.hub.queue.kiosk_offers import QUIET_S, KioskOffers
from session.hub.storage.board_store import BroadcastRecord, QueueRecord
from session.protocol.hub.requests import Service, TicketRequested
from tests.support.askers import a_kiosk
from tests.support.memory.queue import MemoryQueue, memory_core
from tests.support.memory.store import MemoryNotifications

TEXT = """
[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
services = [
  { id = "rights", name = "Mes droits", letter = "D", \
hours = ["mon-fri 08:30-12:00,13:30-17:00"], callback = true },
  { id = "housing", name = "Aide au logement", letter = "L", \
message = { fr = "Ayez votre bail.", en = "A lease." } },
]
sites = [
  { id = "hall", name = "Mairie", services = ["rights", "housing"] },
  { id = "annex", name = "Annexe", services = ["rights"] },
]
kiosks = [{ id = "kiosk1", site = "hall" }, { id = "kiosk2", site = "annex" }]
people = []
closures = [{ first = 2026-03-05, sites = ["hall"], services = ["housing"], \
message = "Travaux jusqu'à demain." }]
offers = [{ site = "annex", services = ["rights"], hours = ["tue 09:00-11:00"] }]
"""

ORG = "valdore"


class Place:
    """Kiosks of two sites, on Monday the 2nd of March 2026, 10 o'clock in Paris."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.catalogue = Catalogue.parse(TEXT)
        self.notifications = MemoryNotifications()
        self.openings = OpenNow(self.catalogue, self.clock)
        self.closed: set[str] = set()
        self.core = memory_core(
            self.catalogue, self.clock, notifications=self.notifications, decisions=self
        )
        self.offers = KioskOffers(self.core, self.openings)

    def messages_at(self, site: str) -> list[tuple[str, BroadcastRecord]]:
        return []

    def queue(self, organisation: str, service: str) -> QueueRecord | None:
        return QueueRecord(
            closed=service in self.closed,
            changed_by="s.boss",
            reason="",
            at_utc=self.clock.utc_now(),
        )

    def site(self, organisation: str, site: str) -> QueueRecord | None:
        return None

    def shown(self, kiosk: str = "kiosk1") -> dict[str, Service]:
        return {service.id: service for service in self.offers.of(ORG, kiosk).services}

    async def told_after(self, seconds: float) -> list[str]:
        """Kiosks that were told when the hub looked `seconds` later."""
        self.clock.advance(seconds)
        self.notifications.sent.clear()
        await self.offers.tick()
        return [user for user in ("kiosk1", "kiosk2") if self.notifications.kinds(user)]


def test_a_button_carries_its_hours_message_and_callback() -> None:
    place = Place()
    rights, housing = place.shown()["rights"], place.shown()["housing"]
    assert (rights.open_now, rights.closes_at, rights.opens_at) == (
        True,
        "2026-03-02T12:00:00+01:00",
        "",
    )
    assert rights.callback
    assert (housing.open_now, housing.closes_at) == (True, "2026-03-05T00:00:00+01:00")
    assert (housing.message, housing.messages["en"]) == ("Ayez votre bail.", "A lease.")
    place.clock.advance(3 * 24 * 3600)
    housing = place.shown()["housing"]
    assert (housing.open_now, housing.opens_at) == (False, "2026-03-06T00:00:00+01:00")
    assert housing.message == "Travaux jusqu'à demain."


def test_a_site_may_have_other_hours() -> None:
    annex = Place().shown("kiosk2")["rights"]
    assert (annex.open_now, annex.opens_at) == (False, "2026-03-03T09:00:00+01:00")


async def test_kiosks_are_told_when_the_hour_has_come_and_only_they() -> None:
    place = Place()
    # a hub that starts knows nothing of what they show
    assert await place.told_after(0) == ["kiosk1", "kiosk2"]
    assert await place.told_after(3600) == []
    assert await place.told_after(3600) == ["kiosk1"]  # noon at the town hall
    assert not place.shown()["rights"].open_now
    assert await place.told_after(21 * 3600) == ["kiosk1", "kiosk2"]  # Tuesday, 9 o'clock


async def test_a_changed_cell_is_told_at_once_and_the_next_one_within_a_minute() -> None:
    place = Place()
    await place.told_after(0)
    place.catalogue.take(
        Catalogue.parse(TEXT.replace("Travaux", "Ravalement").replace("tue 09:00", "mon 09:00"))
    )
    assert await place.told_after(1) == ["kiosk2"]
    assert place.shown("kiosk2")["rights"].open_now
    place.catalogue.take(Catalogue.parse(TEXT))
    assert await place.told_after(1) == []
    assert await place.told_after(QUIET_S - 2) == []
    assert await place.told_after(1) == ["kiosk2"]


async def test_what_a_supervisor_closed_is_shown_and_not_told_twice() -> None:
    place = Place()
    await place.told_after(0)
    place.closed = {"rights"}
    assert await place.told_after(QUIET_S) == []
    assert place.shown()["rights"].closed


async def test_a_call_outside_the_hours_is_refused_with_the_next_opening() -> None:
    desk = MemoryQueue(TEXT)
    first = await desk.calls.call(a_kiosk(), TicketRequested(request_id="r1", service="rights"))
    desk.clock.advance(2 * 3600)
    with pytest.raises(ServiceClosed) as caught:
        await desk.calls.call(a_kiosk(), TicketRequested(request_id="r2", service="rights"))
    assert caught.value.detail == {"service": "rights", "opens_at": "2026-03-02T13:30:00+01:00"}
    again = await desk.calls.call(a_kiosk(), TicketRequested(request_id="r1", service="rights"))
    # the answer was lost, the hour passed: the ticket stays
    assert again.ticket.id == first.ticket.id


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("08:30-12:00,13:30", "08:30-12:00,11:30", "slots_overlap"),
        ("tue 09:00-11:00", "tue 11:00-09:00", "slot_backwards"),
        ('name = "Mairie"', 'name = "Mairie", time_zone = "Europe/Pariss"', "Pariss"),
        ('name = "Mairie"', 'name = "Mairie", public_holidays = "FR-99"', "FR-99"),
    ],
)
def test_hours_that_cannot_be_refuse_the_catalogue(old: str, new: str, why: str) -> None:
    with pytest.raises(CatalogueWrong, match=why):
        Catalogue.parse(TEXT.replace(old, new, 1))
