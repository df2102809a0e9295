# SPDX-License-Identifier: GPL-3.0-only
"""Days, hours and states of appointments as people read them, by the site's own clock.
Used by desk and board.
"""

from __future__ import annotations

from datetime import date, datetime

from documents.printed.dates import full_moment, hour, long_date, weekday
from resources.texts import N_, _
from session.core.appointment_model import Appointment, AppointmentState
from session.core.spoken_letters import in_groups

STATES: dict[AppointmentState, tuple[str, str, str]] = {
    AppointmentState.BOOKED: (N_("booked"), "appointment", "soft"),
    AppointmentState.ARRIVED: (N_("is here"), "caller", "accent"),
    AppointmentState.KEPT: (N_("kept"), "allowed", "good"),
    AppointmentState.MISSED: (N_("missed"), "warning", "warn"),
    AppointmentState.CANCELLED: (N_("cancelled"), "cancel", "soft"),
}
"""State of an appointment in words, with icon and tone."""


def full_day(day: date) -> str:
    """E.g. "Tuesday 8 December 2026"."""
    return _("{weekday} {date}").format(weekday=weekday(day), date=long_date(day))


def first_capital(words: str) -> str:
    """Begin a line with a day that stands in the middle of sentences, too."""
    return f"{words[:1].upper()}{words[1:]}"


def time_words(at: datetime, today: date) -> str:
    """E.g. "today at 10:15"; on another day with the date in full."""
    if at.date() == today:
        return _("today at {hour}").format(hour=hour(at))
    return full_moment(at)


def minutes_long(minutes: int) -> str:
    """E.g. "20 min"."""
    return _("{minutes} min").format(minutes=minutes)


def slip_code(code: str) -> str:
    """Return the letters of a slip as people say them: "K7M-2PX"."""
    return in_groups(code, 3)


def due_words(due_at_utc: datetime) -> str:
    """Say that a caller has an appointment: "Appt 10:15"."""
    return _("Appt {hour}").format(hour=hour(due_at_utc.astimezone()))


def told_words(appointment: Appointment) -> str:
    """Say that somebody has to call; "" where nobody has to."""
    if appointment.not_told and appointment.state is AppointmentState.BOOKED:
        return _("to be told by telephone: no message went out")
    return ""


def person_words(appointment: Appointment) -> str:
    """Return who comes: the name, else the number."""
    return appointment.person.name or appointment.person.caller_number
