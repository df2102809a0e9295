# SPDX-License-Identifier: GPL-3.0-only
"""A calendar file is one event that a later file of the same appointment replaces or withdraws."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from icalendar import Calendar

from expert_app.messages.calendar import CalendarEvent, calendar_file
from tests.unit.expert_app.messages import invented

NOW = datetime(2026, 12, 1, 8, 4, tzinfo=UTC)
SLIP = msgspec.structs.replace(
    invented.SLIP,
    organisation_name="Caisse d'entraide; du Val-Doré",
    site_name="Mairie de Saint-Oyen-le-Vieux, 1er étage",
)


def _read(sequence: int, *, cancelled: bool = False) -> tuple[Any, Any]:
    event = CalendarEvent(slip=SLIP, uid="a1", sequence=sequence, cancelled=cancelled)
    data = calendar_file(event, sender="rdv@exemple.fr", at_utc=NOW)
    calendar = Calendar.from_ical(data)
    (entry,) = calendar.walk("VEVENT")
    return calendar, entry


def test_an_event_has_time_place_and_service_and_nobodys_name() -> None:
    calendar, event = _read(0)
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    assert event["UID"] == "a1"
    assert event.decoded("DTSTART") == datetime(2026, 12, 8, 9, 15, tzinfo=UTC)
    assert event.decoded("DTEND") == datetime(2026, 12, 8, 9, 35, tzinfo=UTC)
    assert event["SUMMARY"] == "Aide au logement, Caisse d'entraide; du Val-Doré"
    assert event["LOCATION"] == "Mairie de Saint-Oyen-le-Vieux, 1er étage"
    assert (event["STATUS"], event["ORGANIZER"]) == ("CONFIRMED", "mailto:rdv@exemple.fr")


def test_a_move_has_the_same_id_and_a_higher_sequence() -> None:
    assert [_read(moves)[1]["SEQUENCE"] for moves in (0, 1)] == [0, 1]
    assert len({_read(moves)[1]["UID"] for moves in (0, 1)}) == 1


def test_a_cancellation_withdraws_the_event() -> None:
    calendar, event = _read(2, cancelled=True)
    assert (calendar["METHOD"], event["STATUS"], event["UID"]) == ("CANCEL", "CANCELLED", "a1")
