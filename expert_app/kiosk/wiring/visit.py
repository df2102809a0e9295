# SPDX-License-Identifier: GPL-3.0-only
"""Decides which page of the kiosk a caller sees: the screen of `expert_app.kiosk.app`.
Built by `expert_app.kiosk.wiring.panes`.

It shows what the job tells, and takes the steps that need nobody else: to a page that is only read,
back from it, and to the start once the caller has walked away.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from expert_app.kiosk.wiring.choices import CallerChoices
from expert_app.kiosk.wiring.reading import PageReader
from resources.texts import _
from session.core.clock import Clock
from session.core.spoken_letters import short_number
from session.kiosk.appointment_acts import AppointmentQuestion, Asked, Telling, TypeAnswer, Way
from session.kiosk.caller_acts import (
    AskCallback,
    CallerAct,
    ChooseLanguage,
    ComeBack,
    EnterNumber,
    ShowClosed,
    Step,
    StepAway,
)
from session.protocol.conversation.messages import KioskWiped
from session.protocol.hub.number_check import PHONE, TICKET
from session.protocol.hub.requests import (
    Contact,
    Service,
    ServicesAnswer,
    SessionFacts,
    TicketAnswer,
    TicketChanged,
)
from session.protocol.hub.third_parties import PassingAnswer
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.hub.waiting import AwayTicket
from views.kiosk.pages.trouble import NOBODY_CODES
from views.kiosk.widgets.page_base import KioskPage
from views.kiosk.window import KioskWindow
from views.widgets.announcer import announce
from views.words.caller_errors import kiosk_sentence

IDLE_S = 60.0
"""Seconds without a touch after which the caller has walked away: a half-typed number is forgotten,
and the start page speaks its first language again.
"""

TICK_MS = 250


class KioskVisit(QObject):
    """One caller after the other, in front of one window.

    Args:
        reader: reads pages aloud.
        choices: forgotten once the caller has gone.

    Signals:
        left_alone(): the start page is back by itself, nobody is there: the last press is void.
        appointment_left(): the pages of an appointment are over, and nothing is typed any more.

    Attributes:
        page: the page that is meant; a trouble may stand in its place.
        choices: what the caller has chosen.
    """

    left_alone = pyqtSignal()
    appointment_left = pyqtSignal()

    def __init__(
        self,
        window: KioskWindow,
        clock: Clock,
        *,
        reader: PageReader,
        choices: CallerChoices,
    ) -> None:
        super().__init__(window)
        self.window = window
        self._clock = clock
        self._reader = reader
        self.choices = choices
        self._offer: ServicesAnswer | None = None
        self._trouble = ""
        self._touched_at_s = 0.0
        self._under_pad: KioskPage | None = None
        self._under_aside: KioskPage | None = None
        self._asides = (window.language_page, window.statement_page)
        self._under_appointment: KioskPage | None = None
        self._bookable: frozenset[str] = frozenset()
        self.page: KioskPage = window.start_page
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.tick)
        self.timer.start(TICK_MS)
        self.show_start()

    # ---- facts: before the session ----

    def show_services(self, answer: ServicesAnswer) -> None:
        """Show what the site offers now. Does not change the page."""
        window = self.window
        self._offer = answer
        window.bar.help.setVisible(answer.host)
        window.header.show_names(answer.organisation_name, answer.site)
        window.setWindowTitle(f"{answer.organisation_name} – {answer.site}")
        window.start_page.show_services(answer.services, answer.notices)
        window.waiting_page.show_messages(answer.notices)
        window.fit(anew=True)
        if self.page is window.waiting_page:
            window.announce_page(self.page)
            self._reader.read_change()

    @property
    def site(self) -> str:
        """The name of the site, once the hub has told it."""
        if self._offer is None:
            return ""
        return self._offer.site

    def show_start(self) -> None:
        """The first page, for the next caller or for one whose request was refused."""
        if self._offer is not None:
            self.window.header.show_names(self._offer.organisation_name, self._offer.site)
        self.window.number_page.clear()
        self.window.goodbye_page.forget()
        self._show(self.window.start_page)

    def ask_number(self, kind: str) -> None:
        """Asks for a caller number of this kind;
        raises `KeyError` for a kind not in `number_check.FORMS`.
        """
        self.window.number_page.ask(kind, EnterNumber)
        self._under_pad = None
        self._show_pad()

    def number_refused(self) -> None:
        """The hub refused the number; the caller may correct it, unless a telephone or ticket
        number was refused after its pad had gone.
        """
        pad = self.window.number_page
        if self.page is pad or not pad.is_of_waiting:
            pad.show_refused()
            self._show_pad()

    def number_again(self) -> None:
        """Nobody knows whether the number has arrived; the caller may send it again."""
        self._on_touched()
        self.window.number_page.show_again()

    def show_calling(self) -> None:
        """The request is on its way to the hub."""
        self.window.number_page.clear()
        self.window.waiting_page.show_calling()
        self._show(self.window.waiting_page)

    def show_ticket(self, answer: TicketAnswer | TicketChanged) -> None:
        """The ticket as the hub has it: number, position (1 is next), estimated wait in seconds or
        None.
        """
        window, ways = self.window, self._ways(answer.ticket)
        window.waiting_page.show_may_go(bool(ways))
        window.waiting_page.show_bookable(self._bookable_service(answer.ticket))
        window.away_page.show_ways(ways)
        window.waiting_page.show_ticket(answer)
        # news of the place must not take the pad away
        if not self._thinks_of_going or answer.ticket.state is not TicketState.WAITING:
            window.number_page.clear()
            self._show(window.waiting_page)

    def show_passing(self, answer: PassingAnswer) -> None:
        """The caller was passed on: for whom the ticket waits now."""
        self.window.waiting_page.show_passing(answer)

    def show_kept(self, answer: TicketAnswer | TicketChanged, *, prints: bool) -> None:
        """The caller may go, the place is kept. Returns to the start by itself after 30 s."""
        self.window.number_page.clear()
        self.window.kept_page.show_ticket(answer, prints=prints)
        self._show(self.window.kept_page)

    def show_callback(self, due: str) -> None:
        """The request to be called is stored; `due` (ISO 8601 or "") is from when on."""
        self.window.number_page.clear()
        self.window.kept_page.show_callback(due)
        self._show(self.window.kept_page)

    def show_returns(self, tickets: Sequence[AwayTicket] | None) -> None:
        """The numbers whose callers may come back; None while they are asked for.
        They are typed, never shown.
        """
        self._on_touched()
        if tickets:
            numbers = [ticket.number for ticket in tickets]
            self.window.number_page.ask(TICKET, ComeBack, numbers=numbers)
            self._under_pad = None
            self._show_pad()
            return
        self.window.return_page.show_nobody(is_asked=tickets is None)
        self.window.fit(anew=True)
        self._show(self.window.return_page)

    def show_place(self) -> None:
        """Back to the ticket that waits: leaving it was not possible."""
        self._show(self.window.waiting_page)

    # ---- facts: appointments ----

    def show_bookable(self, services: frozenset[str]) -> None:
        """These of the services (by `Service.id`) give appointments."""
        self._bookable = services
        self.window.start_page.show_expected(bool(services))
        self.window.fit(anew=True)

    def ask_words(self, asked: Asked, kind: str) -> None:
        """Asks for something that is typed; `kind` of a caller number."""
        if asked is Asked.NUMBER:
            page: KioskPage = self.window.number_page
            act = partial(TypeAnswer, asked)
            self.window.number_page.ask(kind, act, without=Way.NO_NUMBER)
        else:
            page = self.window.typing_page
            self.window.typing_page.ask(asked)
        self._show_of_appointment(page)

    def offer(self, choice: AppointmentQuestion) -> None:
        """Asks for one of several answers."""
        self.window.choice_page.offer(choice)
        self._show_of_appointment(self.window.choice_page)

    def tell(self, telling: Telling) -> None:
        """Says what the hub has answered about an appointment."""
        self.window.telling_page.tell(telling)
        self._show_of_appointment(self.window.telling_page)

    def leave_appointment(self) -> None:
        """Back to where the caller came from; one who waits keeps the place."""
        if self._under_appointment is self.window.waiting_page:
            self._show(self.window.waiting_page)
        else:
            self._back_to_start()

    def _show_of_appointment(self, page: KioskPage) -> None:
        self._on_touched()
        if self._under_appointment is None:
            self._under_appointment = self.page
        self._show(page, of_appointment=True)
        self.window.fit(anew=True)

    # ---- facts: the session, and its end ----

    def show_session(self, facts: SessionFacts) -> None:
        """An agent is there, of the organisation that the caller has chosen."""
        window = self.window
        offered_by = self._offer.organisation_name if self._offer is not None else ""
        window.header.show_names(facts.organisation_name or offered_by, facts.site)
        window.bar.show_pause(False)
        window.session_page.show_session(facts)
        if window.bar.writes:
            window.session_page.chat.open_by_caller()
        window.goodbye_page.show_number(short_number(facts.id))
        self._show(window.session_page)
        announce(window, _("You are talking with {name}").format(name=facts.agent_name))

    def show_goodbye(self, wiped: KioskWiped | None) -> None:
        """The session is over; None while the wipe runs, then its report.
        Returns to the start by itself after 20 s.
        """
        self.window.goodbye_page.show_goodbye(wiped)
        self._show(self.window.goodbye_page)

    # ---- facts: at any time ----

    def show_trouble(self, code: str) -> None:
        """A trouble (code of `session.core.errors`) in plain words, until `clear_trouble`."""
        if code != self._trouble:
            announce(self.window, kiosk_sentence(code), urgent=True)
        self._trouble = code
        self._put_up()

    def clear_trouble(self) -> None:
        """All is well again."""
        if self._trouble:
            announce(self.window, _("It works again."))
        self._trouble = ""
        self._put_up()

    def forget_caller(self) -> None:
        """The caller has left, and takes every choice along."""
        self.choices.forget()

    def leave_aside(self) -> None:
        """Go back to the page before, if no other has come meanwhile."""
        under, self._under_aside = self._under_aside, None
        if self.page in self._asides:
            self._on_touched()
            self._show(under or self.window.start_page)

    # ---- the caller ----

    def on_act(self, act: CallerAct) -> None:
        """Takes a step from page to page; whatever else is touched, somebody is there."""
        self._on_touched()
        window = self.window
        match act:
            case ShowClosed(service=service):
                self._show_closed(service)
            case ChooseLanguage():
                self.leave_aside()
            case Step.BACK:
                self._go_back()
            case Step.GONE:
                self.forget_caller()
                self._back_to_start()
            case Step.STATEMENT:
                self._show_aside(window.statement_page)
            case Step.LANGUAGES:
                self._show_aside(window.language_page)
            case Step.WAYS:
                self._show(window.away_page)
            case Step.STAY:
                self._show(window.waiting_page)
            case Step.PHONE:
                window.number_page.ask(PHONE, partial(StepAway, "phone"))
                self._under_pad = window.waiting_page
                self._show_pad()
            case Step.CALLBACK:
                self._ask_callback()

    def _ask_callback(self) -> None:
        closed = self.window.closed_page
        if closed.service is not None:
            self.window.number_page.ask(PHONE, partial(AskCallback, closed.service.id))
            self._under_pad = closed
            self._show_pad()

    def _show_aside(self, page: KioskPage) -> None:
        """Show a page that changes nothing, and leads back to the one before."""
        if self.page not in self._asides:
            self._under_aside = self.page
        self._show(page)

    def _show_pad(self) -> None:
        self._on_touched()
        self._show(self.window.number_page)

    def _show_closed(self, service: Service) -> None:
        contacts: dict[str, Contact] = {}
        if self._offer is not None:
            contacts = self._offer.contacts
        contact = contacts.get(self._owner(service), Contact())
        is_bookable = service.id in self._bookable
        self.window.closed_page.show_service(service, contact, is_bookable=is_bookable)
        self._show(self.window.closed_page)

    def _owner(self, service: Service) -> str:
        if service.organisation or self._offer is None:
            return service.organisation
        return self._offer.organisation

    def _service_of(self, ticket: Ticket) -> Service | None:
        """Return the service that the caller of this ticket has chosen."""
        for service in self._offer.services if self._offer is not None else []:
            owner = self._owner(service)
            if (owner, service.id.rpartition("/")[2]) == (ticket.organisation, ticket.service):
                return service
        return None

    def _ways(self, ticket: Ticket) -> list[str]:
        """Return how the caller of this ticket may wait elsewhere."""
        service = self._service_of(ticket)
        return service.away if service is not None else []

    def _bookable_service(self, ticket: Ticket) -> str:
        """Return the service of this ticket, "" when it gives no appointments, or the caller is
        here for one.
        """
        service = self._service_of(ticket)
        if service is None or service.id not in self._bookable or ticket.appointment:
            return ""
        return service.id

    @property
    def _thinks_of_going(self) -> bool:
        """The caller of a ticket reads how to wait elsewhere, types a telephone number, or books
        an appointment.
        """
        window = self.window
        types = self.page is window.number_page and self._under_pad is window.waiting_page
        books = self._under_appointment is window.waiting_page
        return self.page is window.away_page or types or books

    def _go_back(self) -> None:
        """Goes back to where this page was asked for; a caller who has a ticket keeps it."""
        if self.page in self._asides:
            self.leave_aside()
        elif self._under_appointment is not None:
            return  # the job of appointments knows the question before
        elif self.page is self.window.number_page and self._under_pad is not None:
            self.window.number_page.clear()
            self._show(self._under_pad)
        else:
            self._back_to_start()

    def _back_to_start(self) -> None:
        self.show_start()
        self.left_alone.emit()

    # ---- time ----

    def tick(self) -> None:
        """A moment has passed: countdowns and waiting times. Called by the timer."""
        window = self.window
        window.trouble_page.step(int(self._clock.monotonic_s()))
        self.page.tick()
        if self._clock.monotonic_s() - self._touched_at_s < IDLE_S:
            return
        if self.page is window.start_page:
            self.forget_caller()
        elif self._under_appointment is not None and self.page not in self._asides:
            self.leave_appointment()
        elif self.page in (window.number_page, window.return_page, *self._asides):
            self._go_back()

    def _on_touched(self) -> None:
        self._touched_at_s = self._clock.monotonic_s()

    # ---- the page ----

    def _show(self, page: KioskPage, *, of_appointment: bool = False) -> None:
        window = self.window
        if self._under_appointment is not None and not of_appointment:
            self._leave_pages_of_appointment(page)
        if page is not window.goodbye_page:
            window.goodbye_page.leave()
        if page is not window.kept_page:
            window.kept_page.leave()
        if page is not window.number_page and page not in self._asides:
            self._under_pad = None
        self.page = page
        self._reader.turn_to(page)
        if page in (window.waiting_page, window.kept_page, window.closed_page):
            self._reader.read_change()
        window.turn_to(page)
        self._put_up()

    def _leave_pages_of_appointment(self, page: KioskPage) -> None:
        """Forget what was typed and told, unless the caller only looks aside and comes back."""
        if page in self._asides or (self.page in self._asides and page in self._of_appointment()):
            return
        self._under_appointment = None
        window = self.window
        for each in (window.typing_page, window.choice_page, window.telling_page):
            each.clear()
        window.number_page.clear()
        self.appointment_left.emit()

    def _of_appointment(self) -> tuple[KioskPage, ...]:
        window = self.window
        return window.typing_page, window.choice_page, window.telling_page, window.number_page

    def _put_up(self) -> None:
        """Shows the page, with what is wrong above it or in its place."""
        window = self.window
        without_anybody = (window.start_page, window.number_page)
        if self._trouble in NOBODY_CODES and self.page in without_anybody:
            window.trouble_page.show_trouble(self._trouble)
            window.banner.show_trouble("")
            window.put_up(window.trouble_page)
        else:
            window.banner.show_trouble(self._trouble)
            window.put_up(self.page)
