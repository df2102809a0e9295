# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's job, from the button to the wipe, without Qt.
`compose_kiosk` gives it its screen and its parts.

One caller at a time. What the hub says decides the page; the screen only shows facts.
After a restart in the middle of a session the kiosk asks the hub where its ticket is and goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any

from expert_app.kiosk.caller_requests import SessionWishes
from expert_app.kiosk.screen import Screen
from expert_app.kiosk.session_watch import SessionWatch
from expert_app.kiosk.ticket_memory import TicketMemory
from expert_app.kiosk.unreported_leavings import LeavingBook
from expert_app.kiosk.waiting_elsewhere import Elsewhere, How
from expert_app.runtime.observations import Observations
from session.core.clock import Clock
from session.core.errors import (
    BusUnreachable,
    CallerNumberInvalid,
    HubUnreachable,
    SessionError,
    StoreUnreachable,
    TicketUnknown,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.drivers.printer import Printer
from session.kiosk.hub.call_button import Button
from session.kiosk.hub.client import WAITS_AGAIN, KioskLink
from session.kiosk.session import KioskSession
from session.kiosk.wipe import sweep
from session.protocol.conversation.messages import KioskWiped
from session.protocol.hub.requests import (
    ServicesAnswer,
    SessionEnded,
    SessionFacts,
    TicketAnswer,
    TicketChanged,
)
from session.protocol.hub.tickets import TicketState

log = logging.getLogger(__name__)

RETRY_S = 3.0
TOLD_S = 10.0
FLUSH_S = 3.0
UNKNOWN = (BusUnreachable, HubUnreachable, StoreUnreachable)
"""After these the outcome is unknown: the same request again."""


OpenSession = Callable[[SessionFacts, bool], KioskSession]
"""Builds the parts of a session; the flag says that it goes on after a restart."""


class KioskApp:
    """One kiosk.

    Args:
        link: to the hub.
        screen: the window.
        open_session: makes a session's parts.
        runtime: folder of what a session leaves; swept at the start.
        printer: for slips with a ticket number; None when there is none.
        memory: file that remembers the ticket's id (nothing personal) over a restart.
    """

    def __init__(
        self,
        link: KioskLink,
        screen: Screen,
        *,
        open_session: OpenSession,
        runtime: Path,
        memory: Path,
        clock: Clock,
        tasks: Tasks,
        observations: Observations,
        printer: Printer | None = None,
    ) -> None:
        self.wiped: Signal[KioskWiped] = Signal()
        self._link, self._screen, self._open_session = link, screen, open_session
        self._runtime, self._memory = runtime, TicketMemory(memory)
        self._tasks, self._observations = tasks, observations
        self._button = Button(link, clock)
        self._leaving = LeavingBook(memory.with_suffix(".left"))
        self._offer: ServicesAnswer | None = None
        self._elsewhere = Elsewhere(
            link,
            screen,
            printer,
            lambda: self._offer,
            self._release,
            self._show_answer,
            clock,
            observations,
        )
        self._service = ""
        self._session: KioskSession | None = None
        self._resuming = False
        self._arrived_at_utc: datetime | None = None
        self.wishes = SessionWishes(lambda: self._session)
        self._closing, self._line = asyncio.Lock(), asyncio.Event()

    @property
    def session_id(self) -> str:
        """The running session, or ""."""
        return self._session.facts.id if self._session is not None else ""

    # ---- start and stop ----

    async def start(self) -> None:
        """Removes what a killed kiosk left, connects, and shows what the site offers;
        retries while the hub is away.
        """
        await self._sweep(but_of_ticket=self._memory.remembered())
        self._link.connection_changed.connect(self._on_connection)
        self._link.ticket_changed.connect(self._on_ticket_changed)
        self._link.session_opened.connect(self._on_session_opened)
        self._link.session_ended.connect(self._on_session_ended)
        self._link.services_changed.connect(
            lambda _news: self._spawn(self._look_again(), "look at the services")
        )
        self._spawn(self._begin(), "begin")

    async def _sweep(self, but_of_ticket: str = "") -> None:
        swept = await asyncio.to_thread(sweep, self._runtime, but_of_ticket=but_of_ticket)
        self._observations.note("swept", files=swept.files_removed, left_over=swept.left_over)

    async def _begin(self) -> None:
        await self._link.start()
        for ticket in self._leaving.all():
            self._spawn(self._tell_left(ticket), "tell that the caller left")
        while self._offer is None:
            try:
                self._offer = await self._link.services()
            except (
                BusUnreachable
            ) as error:  # at the start the line needs a moment: that is no trouble
                if not await self._line_comes():
                    self._trouble(error.code)
            except SessionError as error:
                log.warning("the hub does not answer yet: %s", error.code)
                self._trouble(error.code)
                await self._line_comes()
        self._untrouble()
        self._screen.show_services(self._offer)
        self._observations.note("services_shown", services=len(self._offer.services))
        await self._go_on()

    async def _look_again(self) -> None:
        """A supervisor closed or opened a service: its button follows, the page stays."""
        try:
            self._offer = await self._link.services()
        except SessionError as error:
            log.info("the services cannot be asked for now: %s", error.code)
            return
        self._untrouble()  # the hub has answered
        self._screen.show_services(self._offer)
        services = self._offer.services
        self._observations.note(
            "services_shown",
            services=len(services),
            closed=sum(service.closed for service in services),
        )

    async def _line_comes(self) -> bool:
        """True as soon as the line comes, False when it did not for a moment."""
        self._line.clear()
        try:
            await asyncio.wait_for(self._line.wait(), RETRY_S)
        except TimeoutError:
            return False
        return True

    async def _go_on(self) -> None:
        """After a restart: is there still a ticket of this kiosk?
        An open session is then told by the link.
        """
        ticket = self._memory.remembered()
        if not ticket:
            return
        self._resuming = True
        state = await self._ticket_state(ticket)
        if state != TicketState.IN_SESSION:
            self._resuming = False
            await self._sweep()

    async def _look_at_ticket(self, ticket: str) -> None:
        """The caller was passed on: waits again, or is with somebody else already (the link
        tells).
        """
        if ticket:
            await self._ticket_state(ticket)

    async def _ticket_state(self, ticket: str) -> TicketState | None:
        """State of the remembered ticket, which is shown too;
        None when the hub does not know it any more.
        """
        while True:
            try:
                answer = await self._link.status(ticket)
            except TicketUnknown:
                self._memory.forget()
                return None
            except SessionError as error:
                log.info("no word of the remembered ticket yet: %s", error.code)
                await asyncio.sleep(RETRY_S)
            else:
                self._show_answer(answer)
                return answer.ticket.state

    async def stop(self) -> None:
        """Ends a running session for good (the window closes) and wipes;
        a caller who waits leaves the queue.
        """
        if self._session is not None:
            session_id = self._session.facts.id
            try:
                await asyncio.wait_for(self._link.hang_up(session_id, "kiosk_stopped"), 3)
            except (SessionError, TimeoutError):
                log.warning("the hub was not told that the kiosk stops")
            await self._close(
                SessionEnded(session_id=session_id, by="kiosk", reason="kiosk_stopped")
            )
        elif self._memory.ticket:
            self._leaving.add(self._memory.ticket)
            try:
                await asyncio.wait_for(self._link.leave_for_good(self._memory.ticket), 3)
            except (SessionError, TimeoutError):
                log.warning("the hub hears at the next start that the caller left")
            else:
                self._leaving.remove(self._memory.ticket)
            self._memory.forget()

    # ---- wishes of the caller ----

    def press(self, service: str) -> None:
        """The caller touched a service's button."""
        self._service = service
        kind = (
            next((s.number_kind for s in self._offer.services if s.id == service), "")
            if self._offer
            else ""
        )
        if kind:
            self._screen.ask_number(kind)
        else:
            self._spawn(self._call(""), "call")

    def enter_number(self, number: str) -> None:
        """The caller typed a number."""
        self._spawn(self._call(number), "call")

    def skip_number(self) -> None:
        """The caller does not have the number."""
        self._spawn(self._call(""), "call")

    def leave(self) -> None:
        """The caller leaves the queue, or ends the session."""
        self._spawn(self._leave(), "leave")

    def step_away(self, how: How, phone: str) -> None:
        """The caller waits elsewhere and keeps the place."""
        self._spawn(self._elsewhere.step_away(self._memory.ticket, how, phone), "step away")

    def ask_callback(self, service: str, phone: str) -> None:
        """A caller of a closed service wants to be called."""
        self._spawn(self._elsewhere.ask_callback(service, phone), "ask for a callback")

    def show_returns(self) -> None:
        """Somebody has a ticket number already."""
        self._spawn(self._elsewhere.show_returns(), "show who may come back")

    def come_back(self, number: str) -> None:
        """The caller of this number is here."""
        self._spawn(self._elsewhere.come_back(number), "come back")

    def print_slip(self) -> None:
        """The caller wants the number on paper."""
        self._spawn(self._elsewhere.print_slip(), "print a slip")

    def forget_press(self) -> None:
        """The screen went back to the start by itself: nobody is there."""
        if not self._memory.ticket:
            self._button.release()

    async def _call(self, number: str) -> None:
        self._screen.show_calling()
        while True:
            try:
                answer = await self._button.press(self._service, number)
                break
            except CallerNumberInvalid:
                self._button.release()
                self._screen.number_refused()
                return
            except UNKNOWN as error:
                self._trouble(error.code)  # outcome unknown: the same request again
                await asyncio.sleep(RETRY_S)
            except SessionError as error:
                self._button.release()
                self._screen.show_start()
                self._trouble(error.code)
                await asyncio.sleep(RETRY_S * 2)
                self._untrouble()
                return
        self._untrouble()
        self._show_answer(answer)

    async def _leave(self) -> None:
        try:
            if self._session is not None:
                await self._link.hang_up(self._session.facts.id, "caller")
            elif self._memory.ticket:
                self._leave_queue()
        except SessionError as error:
            self._trouble(error.code)
            # the hub is away, yet the caller wants to go: nothing may stay here
            if self._session is not None:
                session_id = self._session.facts.id
                await self._close(SessionEnded(session_id=session_id, by="kiosk", reason="caller"))
                self._spawn(self._tell_hub_later(session_id), "hang up later")

    def _leave_queue(self) -> None:
        """The caller goes at once, whatever the line does; the hub hears it when it can."""
        gone = self._memory.ticket
        self._leaving.add(gone)
        self._link.drop_ticket()
        self._back_to_start()
        self._spawn(self._tell_left(gone), "tell that the caller left")

    async def _tell_left(self, ticket: str) -> None:
        while True:
            try:
                await self._link.leave_for_good(ticket)
                break
            except UNKNOWN as error:
                log.info("the hub does not know yet that the caller left: %s", error.code)
                await asyncio.sleep(RETRY_S)
            except SessionError as error:
                log.info("the ticket was over already: %s", error.code)
                break
        self._leaving.remove(ticket)
        self._observations.note("left_queue", ticket=ticket)

    async def _tell_hub_later(self, session_id: str) -> None:
        """The agent must not wait for a caller who has gone."""
        while True:
            await asyncio.sleep(RETRY_S)
            try:
                await self._link.hang_up(session_id, "caller")
            except UNKNOWN:
                continue
            except SessionError as error:
                log.info("the session was over already: %s", error.code)
            self._untrouble()
            return

    # ---- what the hub says ----

    def _on_connection(self, connected: bool) -> None:
        self._observations.note("connection", connected=connected)
        if not connected:
            self._trouble(BusUnreachable.code)
            return
        self._line.set()
        self._untrouble()
        if self._offer is not None:  # what changed while the line was away was told to nobody
            self._spawn(self._look_again(), "look at the services")
        if self._session is not None:
            self._session.grants.repeat_all()

    def _on_ticket_changed(self, change: TicketChanged) -> None:
        # another organisation may have taken the caller over
        known = (change.ticket.id, change.ticket.moved_from)
        if self._memory.ticket not in known:
            return
        session = self._session
        if session is not None:
            session.talk.on_ticket(change.ticket)
        if session is None or (
            change.ticket.passed is not None and change.ticket.passed.session == session.facts.id
        ):
            # a caller who was passed on reads it while the session is being wiped
            self._show_answer(change)

    def _show_answer(self, answer: TicketAnswer | TicketChanged) -> None:
        ticket = answer.ticket
        if ticket.away:  # the hub's answer to the caller's wish to go was lost
            self._link.drop_ticket()
            self._elsewhere.show_kept(answer)
        elif ticket.state in (TicketState.WAITING, TicketState.OFFERED):
            self._memory.remember(ticket.id)
            self._arrived_at_utc = ticket.arrived_at_utc
            self._screen.show_ticket(answer)
            if ticket.passed is not None:
                self._spawn(self._say_passing(ticket.id), "say to whom the caller is passed on")
            self._observations.note(
                "ticket",
                id=ticket.id,
                number=ticket.number,
                position=answer.position,
                state=ticket.state.value,
            )
        elif ticket.state != TicketState.IN_SESSION:
            self._back_to_start()

    async def _say_passing(self, ticket: str) -> None:
        try:
            answer = await self._link.passing(ticket)
        except SessionError as error:
            log.info("to whom the caller is passed on is not known yet: %s", error.code)
        else:
            self._screen.show_passing(answer)

    def _on_session_opened(self, facts: SessionFacts) -> None:
        resumed, self._resuming = self._resuming, False
        self._spawn(self._open(facts, resumed), "open session")

    def _on_session_ended(self, ended: SessionEnded) -> None:
        if self._session is not None and self._session.facts.id == ended.session_id:
            self._spawn(self._close(ended), "close session")

    # ---- the session ----

    async def _open(self, facts: SessionFacts, resumed: bool) -> None:
        if self._session is not None and self._session.facts.id == facts.id:
            return None
        if self._session is not None:
            reason = "passed_on" if self._session.facts.ticket_id == facts.ticket_id else "replaced"
            await self._close(
                SessionEnded(session_id=self._session.facts.id, by="hub", reason=reason)
            )
        self._memory.remember(facts.ticket_id)
        try:
            session = self._session = self._open_session(facts, resumed)
        except SessionError as error:
            return await self._turn_away(facts, error)
        SessionWatch(session, self._screen, observations=self._observations)
        self._screen.show_session(facts)
        self._screen.show_grants(session.grants.all())
        self._observations.note(
            "session_opened", session=facts.id, ticket=facts.ticket_id, agent=facts.agent
        )
        await session.start(self._arrived_at_utc)
        if self._link.ticket is not None:
            session.talk.on_ticket(self._link.ticket)
        return None

    async def _turn_away(self, facts: SessionFacts, error: SessionError) -> None:
        """The session cannot be sealed as its organisation wants it: it is not begun."""
        self._observations.note(
            "seal_refused", code=error.code, why=str(error.detail.get("why", ""))
        )
        await self._link.hang_up(facts.id, "seal_refused")
        self._link.drop_channel(facts.id)
        self._back_to_start()
        self._trouble(error.code)
        await asyncio.sleep(TOLD_S)
        self._untrouble()

    async def _close(self, ended: SessionEnded) -> None:
        async with self._closing:
            session = self._session
            if session is None:
                return
            waits_again = ended.reason in WAITS_AGAIN
            self._observations.note(
                "session_ended", session=ended.session_id, by=ended.by, reason=ended.reason
            )
            if not waits_again:
                self._screen.show_goodbye(None)
            wiped = await session.end(FLUSH_S)
            self._link.drop_channel(ended.session_id)
            self._session = None
            self._observations.note(
                "kiosk_wiped",
                pages_removed=wiped.pages_removed,
                files_removed=wiped.files_removed,
                profile_removed=wiped.profile_removed,
                left_over=wiped.left_over,
            )
            self.wiped.emit(wiped)
            if waits_again:
                again = (
                    self._go_on()
                    if ended.reason == "desk_lost"
                    else self._look_at_ticket(self._memory.ticket)
                )
                self._spawn(again, "wait again")
                return
            self._memory.forget()
            self._button.release()
            self._screen.show_goodbye(wiped)

    # ---- small things ----
    def _trouble(self, code: str) -> None:
        self._observations.note("trouble", code=code)
        self._screen.show_trouble(code)

    def _untrouble(self) -> None:
        self._observations.forget("trouble")
        self._screen.clear_trouble()

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.start(coroutine, name=f"kiosk {name}")

    def _back_to_start(self) -> None:
        self._release()
        self._screen.show_start()

    def _release(self) -> None:
        """Nobody is in front of the screen any more."""
        self._memory.forget()
        self._button.release()
