# SPDX-License-Identifier: GPL-3.0-only
"""An appointment that the agent takes in another booking service, in the browser of this computer:
sign-in there, a draft with the least data, and a look every few seconds until a time is chosen.
Without Qt; `wiring.appointments` connects it with the window.

The agent's token there is held in memory, for as long as this program runs; it is written nowhere.
"""

from __future__ import annotations

import asyncio
import logging
import webbrowser
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import NamedTuple

from session.core.appointment_model import AppointmentPerson
from session.core.errors import OutsideAway, OutsideSignOn, SessionError, SignOnGivenUp
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.protocol.appointments.outside import (
    OutsideOffer,
    OutsideOfferRequest,
    OutsidePlanRequest,
    OutsideState,
    OutsideStateRequest,
    OutsideTokenRequest,
)
from session.protocol.hub.enrolment import SignOnOffer

log = logging.getLogger(__name__)

LOOKS_S = (*(5.0,) * 24, *(15.0,) * 72)
"""Waits between two looks: every 5 s for two minutes, then every 15 s for eighteen."""


class OutsideStep(StrEnum):
    """Where it stands: in the browser the agent signs in, then chooses a time."""

    SIGN_IN = "sign_in"
    ASKING = "asking"
    CHOOSING = "choosing"
    DONE = "done"
    NOT_CHOSEN = "not_chosen"
    STOPPED = "stopped"
    FAILED = "failed"


class OutsideProgress(NamedTuple):
    """A step, and what it brought: what was chosen, or why it failed."""

    step: OutsideStep
    state: OutsideState = OutsideState()
    error: SessionError | None = None


class OutsideBookings:
    """One agent's appointments in another service; one at a time.

    Args:
        session_id: of the conversation in hand, "" for none.
        booked: called once an appointment stands here.

    Attributes:
        offered: the service; an empty offer where there is none.
        progressed: see `OutsideProgress`.
    """

    def __init__(
        self,
        link: DeskClient,
        *,
        session_id: Callable[[], str],
        booked: Callable[[], None],
        tasks: Tasks,
        open_page: Callable[[str], bool] = webbrowser.open,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.offered: Signal[OutsideOffer] = Signal()
        self.progressed: Signal[OutsideProgress] = Signal()
        self._session_id = session_id
        self._link = link
        self._booked = booked
        self._tasks = tasks
        self._open_page = open_page
        self._sleep = sleep
        self._offer = OutsideOffer()
        self._token = ""
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Follows the hub."""
        self._link.connection_changed.connect(self._on_connection)

    def _on_connection(self, connected: bool) -> None:
        if connected:
            self._tasks.start(self._read_offer(), name="ask for another booking service")

    async def _read_offer(self) -> None:
        try:
            self._offer = await self._link.bus.ask(OutsideOfferRequest())
        except SessionError as error:  # an older hub knows of none
            log.info("no other booking service: %s", error.code)
            return
        self.offered.emit(self._offer)

    def begin(self, person: AppointmentPerson, dossier: str) -> None:
        """Begin for a person who has agreed; one that is under way is left."""
        self.stop()
        self._running = self._tasks.start(self._run(person, dossier), name="book outside")

    def stop(self) -> None:
        """Look no more. What is chosen there later comes as any other appointment of there."""
        if self._running is not None and not self._running.done():
            self._running.cancel()
            self.progressed.emit(OutsideProgress(OutsideStep.STOPPED))
        self._running = None

    async def _run(self, person: AppointmentPerson, dossier: str) -> None:
        try:
            await self._book(person, dossier)
        except SessionError as error:
            log.info("no appointment outside: %s", error.code)
            if isinstance(error, OutsideSignOn):
                self._token = ""
            self.progressed.emit(OutsideProgress(OutsideStep.FAILED, error=error))

    async def _book(self, person: AppointmentPerson, dossier: str) -> None:
        session_id = self._session_id()
        page, plan = await self._plan(person)
        await self._show(page)
        self.progressed.emit(OutsideProgress(OutsideStep.CHOOSING))
        for wait_s in LOOKS_S:
            await self._sleep(wait_s)
            asked = OutsideStateRequest(
                token=self._token, plan=plan, person=person, session_id=session_id, dossier=dossier
            )
            try:
                state = await self._link.bus.ask(asked)
            except OutsideAway as error:  # for a moment, perhaps
                log.info("the other booking service is away: %s", error.detail)
                continue
            if state.starts_at is not None:
                self.progressed.emit(OutsideProgress(OutsideStep.DONE, state))
                self._booked()
                return
        self.progressed.emit(OutsideProgress(OutsideStep.NOT_CHOSEN))

    async def _plan(self, person: AppointmentPerson) -> tuple[str, int]:
        """The page and the number of a draft; a token that is over is had anew, once."""
        fresh = not self._token
        if fresh:
            await self._sign_in()
        self.progressed.emit(OutsideProgress(OutsideStep.ASKING))
        asked = OutsidePlanRequest(token=self._token, person=person, agreed=True)
        try:
            plan = await self._link.bus.ask_once(asked)
        except OutsideSignOn:
            self._token = ""
            if fresh:
                raise
            return await self._plan(person)
        return plan.page, plan.plan

    async def _sign_in(self) -> None:
        from expert_app.workplace.sign_on.browser import (
            BrowserReturn,  # a web server: not at every start
        )

        self.progressed.emit(OutsideProgress(OutsideStep.SIGN_IN))
        offer = SignOnOffer(
            id="outside",
            name=self._offer.name,
            address=self._offer.page,
            redirect="http://127.0.0.1/",
        )
        async with BrowserReturn(offer, "", through=self._offer.redirect) as back:
            await self._show(back.page)
            code = await back.code()
        asked = OutsideTokenRequest(code=code, verifier=back.verifier)
        self._token = (await self._link.bus.ask_once(asked)).token

    async def _show(self, page: str) -> None:
        if not await asyncio.to_thread(self._open_page, page):
            log.warning("no browser opens on this computer")
            raise SignOnGivenUp
