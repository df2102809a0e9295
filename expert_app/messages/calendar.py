# SPDX-License-Identifier: GPL-3.0-only
"""An appointment as a calendar file, `.ics` (RFC 5545), which a later one of the same appointment
replaces or withdraws (RFC 5546). Nothing personal is in it. Used by mails.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from documents.printed.appointment_words import AppointmentSlip

PRODUCT = "-//Poste Expert//Appointments//FR"


class CalendarEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment for a calendar.

    Attributes:
        uid: the appointment's id, the same for its whole life (RFC 5545, section 3.8.4.7).
        sequence: higher with each change (section 3.8.7.4).
    """

    slip: AppointmentSlip
    uid: str
    sequence: int
    cancelled: bool


def calendar_file(event: CalendarEvent, *, sender: str, at_utc: datetime) -> bytes:
    """The file: one event. `sender`: address of the organiser, whom both methods require (RFC
    5546, sections 3.2.1 and 3.2.5).
    """
    # a quarter of a second, and only whoever sends needs it
    from icalendar import Calendar, Event, vCalAddress

    slip, entry = event.slip, Event()
    entry.add("uid", event.uid)
    entry.add("dtstamp", at_utc.astimezone(UTC))
    entry.add("dtstart", slip.starts_at.astimezone(UTC))
    entry.add("dtend", (slip.starts_at + timedelta(minutes=slip.length_min)).astimezone(UTC))
    entry.add("summary", f"{slip.service_name}, {slip.organisation_name}")
    entry.add("location", slip.site_name)
    entry.add("sequence", event.sequence)
    entry.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    entry.add("organizer", vCalAddress(f"mailto:{sender}"))
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", method_of(event))
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def method_of(event: CalendarEvent) -> str:
    """Return the method of the file, which its MIME type says too (RFC 6047, section 2.4)."""
    return "CANCEL" if event.cancelled else "PUBLISH"
