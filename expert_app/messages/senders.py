# SPDX-License-Identifier: GPL-3.0-only
"""The ways by which organisations write to people, as the hub's settings say them: a mail server
and an SMS gateway each. Used by the carrier of messages, `hub mail` and the hub.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from expert_app.messages.calendar import CalendarEvent
from expert_app.messages.texts import MessageText


class MailFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that goes with a mail: a PDF."""

    name: str
    data: bytes


class OutgoingMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its way.

    Attributes:
        to: address or number.
        sender_name: the organisation's.
        message_id: the same at every try, so that a mail that comes twice is known again.
        event: for the calendar, None for none.
        files: go with a mail; an SMS has none.
    """

    to: str
    text: MessageText
    sender_name: str
    message_id: str
    event: CalendarEvent | None = None
    files: tuple[MailFile, ...] = ()


class MessageSender(Protocol):
    """A way. Each call ends within its own time limit."""

    async def send(self, message: OutgoingMessage) -> None:
        """Give it the message; raises `NotDelivered`."""
        ...

    async def check(self) -> None:
        """Ask whether it would take a message; raises `NotDelivered`."""
        ...

    async def close(self) -> None:
        """End its connections."""
        ...
