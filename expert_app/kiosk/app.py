# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's job, from the button to the wipe, without Qt.
`expert_app.kiosk.wiring.program` gives it its screen and its parts.

One caller at a time. The hub's answers decide the page; the screen only shows them.
After a restart in the middle of a session the kiosk asks the hub where its ticket is and goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from expert_app.kiosk.appointments import CallerInFront, KioskAppointments
from expert_app.kiosk.running_session import RunningSession
from expert_app.kiosk.screen import KioskScreen
from expert_app.kiosk.ticket_memory import TicketMemory
from expert_app.kiosk.unreported_leavings import UnreportedLeavings
from expert_app.kiosk.waiting_elsewhere import KioskElsewhere
from expert_app.runtime.paths import Paths
from resources.texts import N_, _
from session.core.clock import Clock
from session.core.errors import (
    BusCertificateRefused,
    BusRefusedIdentity,
    BusUnreachable,
    CallerNumberInvalid,
    KioskDiskUnusable,
    SessionError,
    TicketUnknown,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.caller_acts import (
    AskCallback,
    CallerAct,
    CallService,
    ComeBack,
    EnterNumber,
    RateTalk,
    StepAway,
    Touch,
)
from session.kiosk.drivers.printer import Printer
from session.kiosk.hub.call_button import CallButton
from session.kiosk.hub.client import WAITS_AGAIN, KioskClient
from session.kiosk.session import KioskSession
from session.kiosk.wipe import Swept, sweep
from session.protocol.conversation.messages import KioskWiped
from session.protocol.hub.requests import (
    ServicesAnswer,
    ServicesRequest,
    SessionEnded,
    SessionFacts,
    TicketAnswer,
    TicketChanged,
)
from session.protocol.hub.statistics import Solved, SolvedAnswered
from session.protocol.hub.third_parties import PassingRequest
from session.protocol.hub.tickets import SIGN_LANGUAGE, WRITING, TicketState

log = logging.getLogger(__name__)

RETRY_S = 3.0
REFUSAL_STAYS_S = 6.0
REFUSAL_SHOWN_S = 10.0
FLUSH_S = 3.0
NEEDS_SAID = {
    SIGN_LANGUAGE: N_("I use sign language."),
    WRITING: N_("I would rather write than speak."),
}
"""What the agent is told in the caller's words when the conversation begins."""

NOT_BY_WAITING = (BusRefusedIdentity, BusCertificateRefused)
"""What is wrong with the line where no patience helps: somebody of the site must see it."""


OpenSession = Callable[[SessionFacts, bool], KioskSession]
"""Builds the parts of a session; the flag says that it goes on after a restart."""


class KioskApp:
    """One kiosk.

    Args:
        link: to the hub.
        screen: the window.
        running: where the session is kept while it runs.
        open_session: makes a session's parts.
        paths: what a session leaves in the runtime folder is swept at the start; the data folder
            remembers the ticket's id (nothing personal) over a restart.
        printer: for slips with a ticket number; None when there is none.

    Attributes:
        swept: what a killed kiosk had left was removed.
        services_shown: the screen shows what the site offers now.
        ticket_shown: the screen shows the caller's place in the queue.
        session_opened: a session is built and shown, but not started yet.
        session_ended: the session is over; the wipe begins.
        wiped: the session's traces are removed.
        caller_left: whoever had the ticket in front of the screen has gone.
        trouble_changed: code of the trouble on the screen, "" for none.
        elsewhere: the part for callers who do not stay.
        appointments: the part for callers who have an appointment or want one.
    """

    def __init__(
        self,
        link: KioskClient,
        screen: KioskScreen,
        *,
        running: RunningSession,
        open_session: OpenSession,
        paths: Paths,
        clock: Clock,
        tasks: Tasks,
        printer: Printer | None = None,
    ) -> None:
        self.swept: Signal[Swept] = Signal()
        self.services_shown: Signal[ServicesAnswer] = Signal()
        self.ticket_shown: Signal[TicketAnswer | TicketChanged] = Signal()
        self.session_opened: Signal[KioskSession] = Signal()
        self.session_ended: Signal[SessionEnded] = Signal()
        self.wiped: Signal[KioskWiped] = Signal()
        self.caller_left: Signal[str] = Signal()
        self.trouble_changed: Signal[str] = Signal()
        self._link = link
        self._screen = screen
        self._running = running
        self._open_session = open_session
        memory = paths.data / "ticket"
        self._runtime = paths.runtime
        self._memory = TicketMemory(memory)
        self._unreported = UnreportedLeavings(memory.with_suffix(".left"))
        self._tasks = tasks
        self._button = CallButton(link, clock)
        self._offer: ServicesAnswer | None = None
        self.elsewhere = KioskElsewhere(
            link,
            screen,
            printer=printer,
            offer=lambda: self._offer,
            release=self._release,
            show_ticket=self._show_answer,
            clock=clock,
        )
        self.appointments = KioskAppointments(
            link,
            screen,
            printer=printer,
            place=CallerInFront(
                offer=lambda: self._offer,
                waits=lambda: bool(self._memory.ticket),
                leave=self._leave_queue,
                show_ticket=self._show_answer,
            ),
            clock=clock,
            tasks=tasks,
        )
        self._service = self._talked = ""
        self._resuming = False
        self._arrived_at_utc: datetime | None = None
        self._closing = asyncio.Lock()
        self._connected = asyncio.Event()
        self._no_line = BusUnreachable.code

    # ---- start and stop ----

    async def start(self) -> None:
        """Removes what a killed kiosk left, connects, and shows what the site offers;
        retries while the hub is away.
        """
        await self._sweep(but_of_ticket=self._memory.remembered())
        self._link.connection_changed.connect(self._on_connection)
        self._link.connection_failed.connect(self._on_connection_failed)
        self._link.ticket_changed.connect(self._on_ticket_changed)
        self._link.session_opened.connect(self._on_session_opened)
        self._link.session_ended.connect(self._on_session_ended)
        self._link.services_changed.connect(
            lambda _news: self._start(self._refresh_services(), "look at the services")
        )
        self._start(self._connect(), "begin")

    async def _sweep(self, but_of_ticket: str = "") -> None:
        swept = await asyncio.to_thread(sweep, self._runtime, but_of_ticket=but_of_ticket)
        self.swept.emit(swept)

    async def _connect(self) -> None:
        await self._link.start()
        for ticket in self._unreported.all():
            self._start(self._report_leaving(ticket), "tell that the caller left")
        while self._offer is None:
            try:
                self._offer = await self._link.bus.ask(ServicesRequest())
            except BusUnreachable:  # at the start the line needs a moment: that is no trouble
                if not await self._wait_for_line():
                    self._show_trouble(self._no_line)
            except SessionError as error:
                log.warning("the hub does not answer yet: %s", error.code)
                self._show_trouble(error.code)
                await self._wait_for_line()
        self._clear_trouble()
        self._screen.show_services(self._offer)
        self.services_shown.emit(self._offer)
        self._start(self.appointments.refresh(), "ask for appointments")
        await self._go_on()

    async def _refresh_services(self) -> None:
        """A supervisor closed or opened a service: its button follows, the page stays."""
        try:
            self._offer = await self._link.bus.ask(ServicesRequest())
        except SessionError as error:
            log.info("the services cannot be asked for now: %s", error.code)
            return
        self._clear_trouble()  # the hub has answered
        self._screen.show_services(self._offer)
        self.services_shown.emit(self._offer)
        await self.appointments.refresh()

    async def _wait_for_line(self) -> bool:
        """True as soon as the line comes, False when it did not for a moment."""
        self._connected.clear()
        try:
            await asyncio.wait_for(self._connected.wait(), RETRY_S)
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

    async def _check_ticket(self, ticket: str) -> None:
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
        if self._running.session is not None:
            session_id = self._running.session.facts.id
            try:
                await asyncio.wait_for(self._link.hang_up(session_id, "kiosk_stopped"), 3)
            except (SessionError, TimeoutError):
                log.warning("the hub was not told that the kiosk stops")
            await self._close(
                SessionEnded(session_id=session_id, by="kiosk", reason="kiosk_stopped")
            )
        elif self._memory.ticket:
            self._unreported.add(self._memory.ticket)
            try:
                await asyncio.wait_for(self._link.leave_for_good(self._memory.ticket), 3)
            except (SessionError, TimeoutError):
                log.warning("the hub hears at the next start that the caller left")
            else:
                self._unreported.remove(self._memory.ticket)
            self._memory.forget()

    # ---- what the caller asks for ----

    def on_act(self, act: CallerAct) -> None:
        """Does what concerns the caller's place in the queue."""
        elsewhere, ticket = self.elsewhere, self._memory.ticket
        self.appointments.on_act(act)
        match act:
            case CallService(service=service):
                self._press(service)
            case EnterNumber(number=number):
                self._start(self._call(number), "call")
            case Touch.NO_NUMBER:
                self._start(self._call(""), "call")
            case Touch.LEAVE:
                self._start(self._leave(), "leave")
            case StepAway(how=how, phone=phone):
                self._start(elsewhere.step_away(ticket, how, phone), "step away")
            case AskCallback(service=service, phone=phone):
                self._start(elsewhere.ask_callback(service, phone), "ask for a callback")
            case Touch.RETURN:
                self._screen.show_returns(None)
                self._start(elsewhere.show_returns(), "show who may come back")
            case ComeBack(number=number):
                self._start(elsewhere.come_back(number), "come back")
            case Touch.SLIP:
                self._start(elsewhere.print_slip(), "print a slip")
            case RateTalk(solved=solved):
                self._rate(solved)

    def _press(self, service: str) -> None:
        """The caller touched a service's button."""
        self._service = service
        self.elsewhere.forget()
        if self._offer:
            kind = next((s.number_kind for s in self._offer.services if s.id == service), "")
        else:
            kind = ""
        if kind:
            self._screen.ask_number(kind)
        else:
            self._start(self._call(""), "call")

    def choose_needs(self, needs: tuple[str, ...]) -> None:
        """Note what the caller needs of the agent: sign language, writing, a language."""
        before, self._link.needs = self._link.needs, needs
        session = self._running.session
        if session is not None:
            self._write_needs(session, tuple(need for need in needs if need not in before))
            if (SIGN_LANGUAGE in needs) != (SIGN_LANGUAGE in before):
                session.line.set_motion(SIGN_LANGUAGE in needs)
        elif self._memory.ticket:
            self._start(self._send_needs(self._memory.ticket), "tell what the caller needs")

    async def _send_needs(self, ticket: str) -> None:
        try:
            self._show_answer(await self._link.send_needs(ticket))
        except SessionError as error:
            log.info("the hub does not know what the caller needs: %s", error.code)

    def _write_needs(self, session: KioskSession, needs: tuple[str, ...]) -> None:
        """The agent reads it as the caller's own words."""
        for need in needs:
            if need in NEEDS_SAID:
                session.chat.send(_(NEEDS_SAID[need]))

    def _rate(self, solved: Solved) -> None:
        ticket, self._talked = self._talked, ""
        if ticket:
            self._start(self._send_solved(ticket, solved), "tell whether it was solved")

    async def _send_solved(self, ticket: str, solved: Solved) -> None:
        try:
            await self._link.bus.ask_once(SolvedAnswered(ticket_id=ticket, solved=solved))
        except SessionError as error:
            log.info("an answer of a caller was not counted: %s", error.code)

    def forget_press(self) -> None:
        """The screen went back to the start by itself: nobody is there."""
        self._talked = ""
        self.elsewhere.forget()
        if not self._memory.ticket:
            self._button.release()

    async def _call(self, number: str) -> None:
        self._screen.show_calling()
        try:
            answer = await self._link.bus.keep_asking(
                lambda: self._button.press(self._service, number), self._show_error
            )
        except CallerNumberInvalid:
            self._button.release()
            self._screen.number_refused()
        except SessionError as error:
            self._button.release()
            self._screen.show_start()
            self._show_error(error)
            await asyncio.sleep(REFUSAL_STAYS_S)
            self._clear_trouble()
        else:
            self._clear_trouble()
            self._show_answer(answer)

    async def _leave(self) -> None:
        try:
            if self._running.session is not None:
                await self._link.hang_up(self._running.session.facts.id, "caller")
            elif self._memory.ticket:
                self._leave_queue()
        except SessionError as error:
            self._show_trouble(error.code)
            # the hub is away, yet the caller wants to go: nothing may stay here
            if self._running.session is not None:
                session_id = self._running.session.facts.id
                await self._close(SessionEnded(session_id=session_id, by="kiosk", reason="caller"))
                self._start(self._report_hang_up(session_id), "hang up later")

    def _leave_queue(self) -> None:
        """The caller goes at once, whatever the line does; the hub hears it when it can."""
        gone = self._memory.ticket
        self._unreported.add(gone)
        self._link.drop_ticket()
        self._back_to_start()
        self._screen.forget_caller()
        self._start(self._report_leaving(gone), "tell that the caller left")

    async def _report_leaving(self, ticket: str) -> None:
        try:
            await self._link.leave_for_good(ticket)
        except SessionError as error:
            log.info("the ticket was over already: %s", error.code)
        self._unreported.remove(ticket)

    async def _report_hang_up(self, session_id: str) -> None:
        """The agent must not wait for a caller who has gone."""
        try:
            await self._link.hang_up_for_good(session_id)
        except SessionError as error:
            log.info("the session was over already: %s", error.code)
        self._clear_trouble()

    # ---- what the hub says ----

    def _on_connection(self, connected: bool) -> None:
        if self._running.session is not None:
            self._running.session.event_log.line_cuts.show(connected)
        self._no_line = BusUnreachable.code
        if not connected:
            self._show_trouble(self._no_line)
            return
        self._connected.set()
        self._clear_trouble()
        if self._offer is not None:  # what changed while the line was away was told to nobody
            self._start(self._refresh_services(), "look at the services")
        if self._running.session is not None:
            self._running.session.grants.repeat_all()

    def _on_connection_failed(self, error: SessionError) -> None:
        waits = not isinstance(error, NOT_BY_WAITING)
        if waits:
            self._no_line = BusUnreachable.code
        else:
            self._no_line = error.code
        if not waits:
            self._show_trouble(self._no_line)

    def _on_ticket_changed(self, change: TicketChanged) -> None:
        # another organisation may have taken the caller over
        ticket_ids = (change.ticket.id, change.ticket.moved_from)
        if self._memory.ticket not in ticket_ids:
            return
        session = self._running.session
        if session is not None:
            session.third_parties.on_ticket(change.ticket)
        if session is None or (
            change.ticket.passed is not None and change.ticket.passed.session == session.facts.id
        ):
            # a caller who was passed on reads it while the session is being wiped
            self._show_answer(change)

    def _show_answer(self, answer: TicketAnswer | TicketChanged) -> None:
        ticket = answer.ticket
        if ticket.away:  # the hub's answer to the caller who wanted to go was lost
            self._link.drop_ticket()
            self.elsewhere.show_kept(answer)
        elif ticket.state in (TicketState.WAITING, TicketState.OFFERED):
            self._memory.remember(ticket.id)
            self._arrived_at_utc = ticket.arrived_at_utc
            self._screen.show_ticket(answer)
            if ticket.passed is not None:
                self._start(self._show_passing(ticket.id), "say to whom the caller is passed on")
            self.ticket_shown.emit(answer)
        elif ticket.state != TicketState.IN_SESSION:
            self._back_to_start()

    async def _show_passing(self, ticket: str) -> None:
        try:
            answer = await self._link.bus.ask(PassingRequest(ticket_id=ticket))
        except SessionError as error:
            log.info("to whom the caller is passed on is not known yet: %s", error.code)
        else:
            self._screen.show_passing(answer)

    def _on_session_opened(self, facts: SessionFacts) -> None:
        resumed, self._resuming = self._resuming, False
        self._start(self._open(facts, resumed), "open session")

    def _on_session_ended(self, ended: SessionEnded) -> None:
        if self._running.id == ended.session_id:
            self._start(self._close(ended), "close session")

    # ---- the session ----

    async def _open(self, facts: SessionFacts, resumed: bool) -> None:
        if self._running.id == facts.id:
            return None
        if self._running.session is not None:
            if self._running.session.facts.ticket_id == facts.ticket_id:
                reason = "passed_on"
            else:
                reason = "replaced"
            await self._close(
                SessionEnded(session_id=self._running.session.facts.id, by="hub", reason=reason)
            )
        self._memory.remember(facts.ticket_id)
        try:
            session = self._running.session = self._open_session(facts, resumed)
        except SessionError as error:
            return await self._turn_away(facts, error, "seal_refused")
        except OSError as error:
            log.error("a session cannot begin: %s", error.strerror)
            return await self._turn_away(facts, KioskDiskUnusable(), "kiosk_disk")
        self._screen.show_session(facts)
        self.session_opened.emit(session)
        await session.start(self._arrived_at_utc, self._button.request_id)
        if self._link.ticket is not None:
            session.third_parties.on_ticket(self._link.ticket)
        if not resumed:
            self._write_needs(session, self._link.needs)
        if SIGN_LANGUAGE in self._link.needs:
            session.line.set_motion(True)
        return None

    async def _turn_away(self, facts: SessionFacts, error: SessionError, reason: str) -> None:
        """Does not begin a session that cannot be sealed as its organisation wants it, or that has
        no place on the disk.
        """
        await self._link.hang_up(facts.id, reason)
        self._link.bus.drop_channel(facts.id)
        self._back_to_start()
        self._show_trouble(error.code)
        await asyncio.sleep(REFUSAL_SHOWN_S)
        self._clear_trouble()

    async def _close(self, ended: SessionEnded) -> None:
        async with self._closing:
            session = self._running.session
            if session is None:
                return
            waits_again = ended.reason in WAITS_AGAIN
            if waits_again:
                self._talked = ""
            else:
                self._talked = self._memory.ticket
            self.session_ended.emit(ended)
            if not waits_again:
                self._screen.show_goodbye(None)
            wiped = await session.end(FLUSH_S)
            self._link.bus.drop_channel(ended.session_id)
            self._running.session = None
            self.wiped.emit(wiped)
            if waits_again:
                if ended.reason == "desk_lost":
                    next_wait = self._go_on()
                else:
                    next_wait = self._check_ticket(self._memory.ticket)
                self._start(next_wait, "wait again")
                return
            self._release()
            self._screen.show_goodbye(wiped)

    # ---- small things ----
    def _show_trouble(self, code: str) -> None:
        if self._running.session is not None:
            self._running.session.event_log.trouble(code)
        self._screen.show_trouble(code)
        self.trouble_changed.emit(code)

    def _show_error(self, error: SessionError) -> None:
        self._show_trouble(error.code)

    def _clear_trouble(self) -> None:
        self._screen.clear_trouble()
        self.trouble_changed.emit("")

    def _start(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.start(coroutine, name=f"kiosk {name}")

    def _back_to_start(self) -> None:
        self._release()
        self._screen.show_start()

    def _release(self) -> None:
        """Nobody is in front of the screen any more."""
        ticket = self._memory.ticket
        self._memory.forget()
        self._button.release()
        self.caller_left.emit(ticket)
