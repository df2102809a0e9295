# SPDX-License-Identifier: GPL-3.0-only
"""Messages about appointments in words: date, place and service, in the person's language, and
nobody's name or number. Used by the carrier of messages.
"""

from __future__ import annotations

import msgspec

from documents.printed.appointment_words import AppointmentSlip, slip_parts
from documents.printed.dates import full_moment
from resources.plain_text import plain_text
from resources.texts import N_, _, in_language
from session.core.appointment_model import MessageKind
from session.core.spoken_letters import in_groups

MOST_SMS_LETTERS = 459
"""Three parts of an SMS (3GPP TS 23.040: 153 letters each)."""

_PLAIN = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "’": "'", "«": '"', "»": '"', "“": '"', "”": '"', "–": "-"}
)
"""Signs that SMS have not (3GPP TS 23.038): with one of them a part holds 67 letters instead."""


class MessageText(msgspec.Struct, frozen=True, kw_only=True):
    """A message: `subject` and `body` of a mail, `short` for an SMS."""

    subject: str
    body: str
    short: str


_SUBJECTS = {
    MessageKind.BOOKED: N_("Your appointment: {when}"),
    MessageKind.MOVED: N_("Your appointment has a new time: {when}"),
    MessageKind.CANCELLED: N_("Your appointment is cancelled: {when}"),
    MessageKind.REMINDER: N_("Reminder of your appointment: {when}"),
}


def message_text(kind: MessageKind, slip: AppointmentSlip, language: str) -> MessageText:
    """The message in `language`, French where we do not speak it."""
    with in_language(language):
        subject = _line(_(_SUBJECTS[kind]).format(when=full_moment(slip.starts_at)))
        place = [_line(slip.site_name), _line(slip.service_name), _line(slip.organisation_name)]
        if kind is MessageKind.CANCELLED:
            body = [_("You do not need to come.")]
            if slip.phone:
                words = _("For another appointment, call this number: {phone}")
                body.append(words.format(phone=_line(slip.phone)))
            short = [subject, *place, body[0]]
        else:
            letters = _("Your letters: {letters}").format(letters=in_groups(slip.code, 3))
            body = [letters, *_parts(slip)]
            short = [subject, *place, letters]
        lines = [subject, *place, "", *body, "", _("Do not answer this message.")]
    return MessageText(
        subject=subject,
        body="\n".join(lines) + "\n",
        short="\n".join(line for line in short if line).translate(_PLAIN)[:MOST_SMS_LETTERS],
    )


def _parts(slip: AppointmentSlip) -> list[str]:
    lines = []
    for part in slip_parts(slip, has_code=False):
        items = [f"– {_line(item)}" for item in part.items]
        lines += ["", part.heading, *(_line(text) for text in part.texts), *items]
    return lines


def _line(text: str) -> str:
    return " ".join(plain_text(text).split())
