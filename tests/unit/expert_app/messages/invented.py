# SPDX-License-Identifier: GPL-3.0-only
"""An appointment's slip and a message, for tests of what is sent. Nobody in them exists."""

from __future__ import annotations

from datetime import datetime

from documents.printed.appointment_words import AppointmentSlip
from expert_app.messages.calendar import CalendarEvent
from expert_app.messages.senders import OutgoingMessage
from expert_app.messages.texts import message_text
from session.core.appointment_model import MessageKind

AT = datetime.fromisoformat("2026-12-08T10:15:00+01:00")
SLIP = AppointmentSlip(
    code="K7M2PX",
    qr="K7M2PX",
    service_name="Aide au logement",
    organisation_name="Caisse d'entraide du Val-Doré",
    site_name="Mairie de Saint-Oyen",
    starts_at=AT,
    length_min=20,
    cancel_until=AT,
    bring=("Papier d'identité",),
    phone="01 99 00 00 00",
)


EVENT = CalendarEvent(slip=SLIP, uid="a1", sequence=0, cancelled=False)


def outgoing(to: str) -> OutgoingMessage:
    """The message that an appointment was booked."""
    return OutgoingMessage(
        to=to,
        text=message_text(MessageKind.BOOKED, SLIP, "fr"),
        sender_name=SLIP.organisation_name,
        message_id="a1.1",
        event=EVENT,
    )
