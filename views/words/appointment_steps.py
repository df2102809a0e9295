# SPDX-License-Identifier: GPL-3.0-only
"""The history of an appointment in words: what became of it, by whom, and why a message about it
was not sent. Used by desk and board.
"""

from __future__ import annotations

from collections.abc import Sequence

from documents.printed.dates import moment
from resources.texts import N_, _
from session.core.appointment_model import AppointmentStep, MessageKind, MessageWay, StepKind

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
