# SPDX-License-Identifier: GPL-3.0-only
"""Days, hours, states and histories of appointments as people read them, by the site's own clock.
Used by desk and board.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from documents.printed.dates import full_moment, hour, long_date, moment, weekday
from resources.texts import N_, _
from session.core.appointment_model import (
    Appointment,
    AppointmentState,
    AppointmentStep,
    MessageKind,
    MessageWay,
    StepKind,
)
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


# ---- what became of one

_STEPS: dict[StepKind, str] = {
    "booked": N_("Appointment booked"),
    "moved": N_("Appointment moved"),
    "cancelled": N_("Appointment cancelled"),
    "arrived": N_("The person is here"),
    "kept": N_("Appointment kept"),
    "missed": N_("Appointment missed"),
    "told": N_("The person knows"),
    "not_told": N_("The person has to be called"),
}

_WAYS = {MessageWay.MAIL.value: N_("by mail"), MessageWay.SMS.value: N_("by SMS")}

_KINDS = {
    MessageKind.BOOKED.value: N_("confirmation"),
    MessageKind.MOVED.value: N_("new hour"),
    MessageKind.CANCELLED.value: N_("cancellation"),
    MessageKind.REMINDER.value: N_("reminder"),
}

_WHY = {
    "unreachable": N_("no answer from the server that sends them"),
    "timeout": N_("the server that sends them took too long"),
    "certificate": N_("the server's certificate is not trusted: tell the hub's operator"),
    "access": N_("the server refuses our account: tell the hub's operator"),
    "busy": N_("the server that sends them was busy"),
    "refused": N_("the address or number was refused: ask for it again"),
    "not_understood": N_("the server's answer was not understood: tell the hub's operator"),
    "too_large": N_("it was too long for the server: tell the hub's operator"),
}
"""By the codes of `expert_app.ged.connector.Reason`."""


def step_words(step: AppointmentStep) -> str:
    """Return a line: when, what, by whom and why. A code that we do not know is shown as it is."""
    parts = [moment(step.at_utc.astimezone()), *_what(step)]
    if step.kind == "moved" and step.was_at is not None:
        parts.append(_("before: {moment}").format(moment=moment(step.was_at.astimezone())))
    if step.by.name:
        parts.append(step.by.name)
    return " · ".join(parts)


def steps_words(steps: Sequence[AppointmentStep]) -> str:
    """Return the lines of a whole history, the newest first."""
    return "\n".join(step_words(step) for step in reversed(steps))


def _what(step: AppointmentStep) -> list[str]:
    way, _colon, rest = step.reason.partition(":")
    if step.kind not in ("told", "not_told") or way not in _WAYS:
        return [_(_STEPS[step.kind]), *([step.reason] if step.reason else [])]
    kind, _colon, why = rest.partition(":")
    message = f"{_(_KINDS[kind]) if kind in _KINDS else kind} {_(_WAYS[way])}"
    if step.kind == "told":
        return [_("Sent: {message}").format(message=message)]
    failed = _("Not sent: {message}").format(message=message)
    return [failed, *([_(_WHY[why]) if why in _WHY else why] if why else [])]
