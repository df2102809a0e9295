# SPDX-License-Identifier: GPL-3.0-only
"""Carries messages to people about their appointments, for as long as they are true. Used by the
hub.

One task for each way of an organisation, so that a server which hangs stops no other. A message is
claimed in the store, written from the appointment as it is then, and called sent when the other end
has taken it: at least once, and a mail that comes twice has the same id.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import msgspec

from documents.printed.appointment_words import AppointmentSlip
from documents.store.appointments.messages import AppointmentMessage, AppointmentMessages
from expert_app.ged.connector import EVERYTHING_WAITS, NotDelivered, Reason
from expert_app.ged.courier import ended_in_thread
from expert_app.messages.calendar import CalendarEvent
from expert_app.messages.senders import MessageSender, OutgoingMessage
from expert_app.messages.texts import message_text
from session.core.appointment_model import Appointment, MessageKind, MessageWay
from session.core.clock import Clock
from session.core.errors import StoreUnreachable
from session.core.tasks import Tasks
from session.hub.monitoring.health import Trouble

log = logging.getLogger(__name__)

HOLD_S = 300.0
"""How long a claim holds: longer than all time limits of a sending together."""

Senders = Mapping[tuple[str, MessageWay], MessageSender]
"""By organisation and way."""


class CarrierPace(NamedTuple):
    """Seconds: between two looks, and of the wait after a failure, doubled up to the most."""

    poll_s: float = 5.0
    again_s: float = 30.0
    again_most_s: float = 3600.0


PACE = CarrierPace()


class MessageCarrier:
    """All ways of one hub.

    Args:
        slip_of: the words of an appointment, in its site's time; a struct with the fields of
            `AppointmentSlip`.
    """

    def __init__(
        self,
        messages: AppointmentMessages,
        senders: Senders,
        *,
        slip_of: Callable[[Appointment], object],
        clock: Clock,
        tasks: Tasks,
        pace: CarrierPace = PACE,
    ) -> None:
        self._messages = messages
        self._senders = senders
        self._slip_of = slip_of
        self._clock = clock
        self._tasks = tasks
        self._pace = pace
        self._running: list[asyncio.Task[None]] = []
        self._away: dict[tuple[str, MessageWay], str] = {}

    def troubles(self) -> list[Trouble]:
        """`mail_away` and `sms_away`: a server takes nothing now, and messages wait."""
        return [
            Trouble(f"{way.value}_away", False, {"organisation": organisation, "why": why})
            for (organisation, way), why in self._away.items()
        ]

    def start(self) -> None:
        """Begin to carry."""
        for organisation, way in self._senders:
            name = f"messages of {organisation} by {way}"
            work = partial(self._run, organisation, way)
            self._running.append(self._tasks.keep(work, name=name))

    async def stop(self) -> None:
        """Stop; a message that is on its way is sent again by the next carrier."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=5.0)
        for sender in self._senders.values():
            await sender.close()

    async def _run(self, organisation: str, way: MessageWay) -> None:
        failures = 0
        while True:
            wait_s = self._pace.poll_s
            try:
                message = await ended_in_thread(
                    self._messages.claim, organisation, way, self._clock.utc_now(), HOLD_S
                )
                if message is not None:
                    is_away = await self._carry(message)
                    failures = failures + 1 if is_away else 0
                    wait_s = self._wait_s(failures - 1) if is_away else 0.0
            except StoreUnreachable as error:
                log.warning("messages wait for the store: %s", error.detail.get("why", ""))
            await asyncio.sleep(wait_s)

    async def _carry(self, message: AppointmentMessage) -> bool:
        """Send one message; True when its server takes none at all."""
        here = (message.appointment.organisation, message.way)
        try:
            await self._senders[here].send(self._written(message))
        except NotDelivered as trouble:
            await self._on_trouble(message, trouble)
            if trouble.reason in EVERYTHING_WAITS:
                self._away[here] = trouble.reason.value
                return True
            self._away.pop(here, None)
            return False
        except asyncio.CancelledError:
            await ended_in_thread(self._messages.release, message, self._clock.utc_now())
            raise
        self._away.pop(here, None)
        await ended_in_thread(self._messages.sent, message, self._clock.utc_now())
        return False

    async def _on_trouble(self, message: AppointmentMessage, trouble: NotDelivered) -> None:
        log.warning(
            "a message of %s was not sent by %s: %s %s",
            message.appointment.organisation,
            message.way,
            trouble.reason,
            trouble.words,
        )
        now = self._clock.utc_now()
        if trouble.reason in (Reason.REFUSED, Reason.NOT_UNDERSTOOD, Reason.TOO_LARGE):
            next_try = None
        else:
            wait_s = max(self._wait_s(message.tries), trouble.again_s)
            next_try = now + timedelta(seconds=wait_s)
        why = trouble.reason.value
        await ended_in_thread(self._messages.failed, message, why, next_try=next_try, now=now)

    def _wait_s(self, tries: int) -> float:
        """Doubled with each try, spread so that many hubs do not come at once."""
        wait_s = min(self._pace.again_s * 2.0 ** min(tries, 20), self._pace.again_most_s)
        return wait_s * random.uniform(0.8, 1.0)

    def _written(self, message: AppointmentMessage) -> OutgoingMessage:
        appointment = message.appointment
        slip = msgspec.convert(self._slip_of(appointment), AppointmentSlip, from_attributes=True)
        person = appointment.person
        is_over = message.kind is MessageKind.CANCELLED
        return OutgoingMessage(
            to=person.email if message.way is MessageWay.MAIL else person.phone,
            text=message_text(message.kind, slip, person.language),
            sender_name=slip.organisation_name,
            message_id=f"{appointment.id}.{message.key}",
            event=CalendarEvent(
                slip=slip,
                uid=appointment.id,
                sequence=appointment.moves + is_over,
                cancelled=is_over,
            ),
        )
