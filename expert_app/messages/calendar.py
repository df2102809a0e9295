# SPDX-License-Identifier: GPL-3.0-only
"""An appointment as a calendar file, `.ics` (RFC 5545), which a later one of the same appointment
replaces or withdraws (RFC 5546). Nothing personal is in it. Used by mails.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from documents.printed.appointment_slip import AppointmentSlip

PRODUCT = "-//Poste Expert//Appointments//FR"


def calendar_file(
    slip: AppointmentSlip,
    uid: str,
    *,
    sequence: int,
    cancelled: bool,
    sender: str,
    at_utc: datetime,
) -> bytes:
    """The file: one event.

    Args:
        uid: the appointment's id, the same for its whole life (RFC 5545, section 3.8.4.7).
        sequence: higher with each change (section 3.8.7.4).
        sender: address of the organiser, which both methods require (RFC 5546, sections 3.2.1
            and 3.2.5).
    """
    # a quarter of a second, and only whoever sends needs it
    from icalendar import Calendar, Event, vCalAddress

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", at_utc.astimezone(UTC))
    event.add("dtstart", slip.starts_at.astimezone(UTC))
    event.add("dtend", (slip.starts_at + timedelta(minutes=slip.length_min)).astimezone(UTC))
    event.add("summary", f"{slip.service_name}, {slip.organisation_name}")
    event.add("location", slip.site_name)
    event.add("sequence", sequence)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", vCalAddress(f"mailto:{sender}"))
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
