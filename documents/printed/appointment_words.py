# SPDX-License-Identifier: GPL-3.0-only
"""What an appointment's slip and the messages about it say, without the means to draw it: a hub
holds nothing that makes PDF files. Used by `appointment_slip` and by messages.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from documents.printed.dates import full_moment
from resources.texts import _


class AppointmentSlip(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands on the slip, with the names of the hub's `Slip`:
    `msgspec.convert(slip, AppointmentSlip, from_attributes=True)` makes one.

    Attributes:
        starts_at, cancel_until: by the site's own clock, written as they stand.
        agent_name: who expects the caller, "" for anybody.
    """

    code: str
    qr: str
    service_name: str
    organisation_name: str
    site_name: str
    starts_at: datetime
    length_min: int
    cancel_until: datetime
    agent_name: str = ""
    bring: tuple[str, ...] = ()
    phone: str = ""


class SlipPart(NamedTuple):
    """A heading, sentences, and things to tick."""

    heading: str
    texts: tuple[str, ...]
    items: tuple[str, ...] = ()


def slip_parts(slip: AppointmentSlip, *, has_code: bool = True) -> list[SlipPart]:
    """Everything that is said below time, place and letters, in the order in which it is read.
    `has_code`: the QR code stands beside it.
    """
    typing = _("At the kiosk, touch “I have an appointment” and type the letters.")
    change = [
        _("You can choose another time or cancel until {when}.").format(
            when=full_moment(slip.cancel_until)
        ),
        typing,
    ]
    if slip.phone:
        change.append(_("Or call this number: {phone}").format(phone=slip.phone))
    if has_code:
        day = [
            _("At the kiosk, touch “I have an appointment”."),
            _("Then show this code to the kiosk, or type the letters."),
        ]
    else:
        day = [typing]
    day.append(_("The appointment lasts about {minutes} min.").format(minutes=slip.length_min))
    if slip.agent_name:
        day.append(_("{agent} expects you.").format(agent=slip.agent_name))
    parts = [SlipPart(_("On the day"), tuple(day))]
    if slip.bring:
        parts.append(SlipPart(_("Bring these papers"), (), slip.bring))
    return [*parts, SlipPart(_("If you cannot come"), tuple(change))]
