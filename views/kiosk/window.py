# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's one window: start, number, waiting, session, goodbye, and troubles.
Built by the kiosk's program.

It shows what it is told and emits what the caller asks for. It decides only steps that need nobody
else: back to the start from the number pad, and from the goodbye.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QColor, QKeyEvent, QPalette, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from resources.texts import CALLER_LANGUAGES, RIGHT_TO_LEFT, _
from session.core.clock import Clock, SystemClock
from session.core.short_number import short_number
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
from session.protocol.hub.tickets import (
    SIGN_LANGUAGE,
    WRITING,
    HelpState,
    Ticket,
    TicketState,
)
from session.protocol.hub.waiting import AwayTicket
from views.kiosk.access_bar import AccessBar
from views.kiosk.conversation.page import SessionPage
from views.kiosk.header import KioskHeader
from views.kiosk.pages.away import AwayPage
from views.kiosk.pages.closed import ClosedPage
from views.kiosk.pages.come_back import ComeBackPage
from views.kiosk.pages.goodbye import GoodbyePage
from views.kiosk.pages.language import LanguagePage
from views.kiosk.pages.number import NumberPage
from views.kiosk.pages.place_kept import PlaceKeptPage
from views.kiosk.pages.start import StartPage
from views.kiosk.pages.statement import StatementPage
from views.kiosk.pages.trouble import NOBODY_CODES, TroubleBanner, TroublePage
from views.kiosk.pages.waiting import WaitingPage
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.key_walk import walk
from views.kiosk.widgets.page_base import KioskPage
from views.kiosk.widgets.page_scroll import PageScroll
from views.kiosk.widgets.theme import (
    CONTRAST,
    PLAIN,
    Palette,
    apply_unit,
    is_portrait,
    load_fonts,
    unit_px,
)
from views.widgets.announcer import announce, announcer_of
from views.words.caller_errors import kiosk_sentence

IDLE_S = 60.0
"""Seconds without a touch after which the caller has walked away: a half-typed number is forgotten,
and the start page speaks its first language again.
"""


_LOUDER = {Qt.Key.Key_VolumeUp: 1, Qt.Key.Key_VolumeDown: -1}


def _sentence(words: str) -> str:
    """End words so that a voice takes a breath after them."""
    if words[-1:] in ".?!:…":
        return words
    return f"{words}."


class KioskWindow(QWidget):
    """The kiosk's screen.

    Args:
        call_pane: shows the agent; given, not built.
        browser: the kiosk's browser; given, not built.
        languages: those that are offered; the first is in use at the start, and again when a
            caller has gone.
        clock: for countdowns.

    Signals: service_requested(str): a service's button was touched. number_entered(str),
        number_skipped(): answer to `ask_number`. leave_requested(): the caller leaves the queue,
        confirmed on the screen. language_requested(str): one of `languages`; answer with
        `show_language`.
        help_requested(): the caller calls the site's host, or takes it back; answer with
        `show_help`. away_requested(str, str): the caller waits elsewhere: ("back", "") or ("phone",
        number). callback_requested(str, str): the caller of a closed service wants to be called:
        (service, number). returns_requested(): whose callers may come back? Answer with
        `show_returns`. came_back(str): the caller of this ticket number is here. slip_requested():
        print the number. pause_requested(bool): the caller's own privacy pause begins or ends.
        appearance_changed(float, bool): letters are so many times as large now, and light on black.
        speak_requested(str): say this. quiet_requested(): say no more; always before a call.
        volume_requested(int): -1 less loud, 1 louder. needs_changed(tuple): what the caller needs
        of the agent now (`Ticket.needs`). start_requested(): the window has gone back
        to the start by itself; nobody is there, forget the last press. close_requested(): the
        window was asked to close; it stays until the program has stopped in order.
        solved_answered(Solved): what the caller says of the conversation.
    """

    service_requested = pyqtSignal(str)
    number_entered = pyqtSignal(str)
    number_skipped = pyqtSignal()
    leave_requested = pyqtSignal()
    language_requested = pyqtSignal(str)
    help_requested = pyqtSignal()
    start_requested = pyqtSignal()
    away_requested = pyqtSignal(str, str)
    callback_requested = pyqtSignal(str, str)
    returns_requested = pyqtSignal()
    came_back = pyqtSignal(str)
    slip_requested = pyqtSignal()
    pause_requested = pyqtSignal(bool)
    appearance_changed = pyqtSignal(float, bool)
    speak_requested = pyqtSignal(str)
    quiet_requested = pyqtSignal()
    volume_requested = pyqtSignal(int)
    needs_changed = pyqtSignal(tuple)
    close_requested = pyqtSignal()
    solved_answered = pyqtSignal(object)

    def __init__(
        self,
        call_pane: QWidget,
        browser: QWidget,
        *,
        languages: Sequence[str] = CALLER_LANGUAGES,
        clock: Clock | None = None,
        fingers: FingerWatch | None = None,
    ) -> None:
        super().__init__()
        load_fonts()
        self.setObjectName("kiosk")
        announcer_of(self)
        self.setMinimumSize(800, 600)
        self._clock: Clock = clock or SystemClock()
        self._unit, self._is_fitting = 0.0, False
        self._portrait: bool | None = None
        self._trouble, self._dressed = "", set[QWidget]()
        self._names = ("", "")
        self._touched_at_s = 0.0
        self._offer: ServicesAnswer | None = None
        self._speech = "off"
        self._spoken = self._announced = ""
        self._phone_for: Callable[[str], None] | None = None
        self._returns: frozenset[str] = frozenset()
        self._before_number: KioskPage | None = None
        self._before_aside: KioskPage | None = None
        self._languages = tuple(languages)
        self._language = self._languages[0]
        self.start_page, self.number_page = StartPage(self._clock), NumberPage()
        self.away_page, self.kept_page = AwayPage(), PlaceKeptPage(self._clock)
        self.return_page, self.closed_page = ComeBackPage(), ClosedPage(self._clock)
        self.waiting_page, self.goodbye_page = WaitingPage(self._clock), GoodbyePage(self._clock)
        self.session_page = SessionPage(
            call_pane, browser, clock=self._clock, fingers=fingers or FingerWatch(self._clock)
        )
        self.trouble_page, self.statement_page = TroublePage(), StatementPage()
        self.language_page = LanguagePage(self._languages)
        self._header, self._banner, self._pages = KioskHeader(), TroubleBanner(), QStackedWidget()
        self._scroll, self.bar = PageScroll(self._pages), AccessBar()
        self._own_pause = self._leaves = self._has_spoken = False
        self._page: KioskPage = self.start_page
        self._lay_out()
        self._connect()
        self._scroll.page_changed.connect(self._fit_page)
        self._seconds = QTimer(self)
        self._seconds.timeout.connect(self.tick)
        self._seconds.start(250)
        self.show_language(self._language)
        self.show_start()

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._header)
        box.addWidget(self._banner)
        box.addWidget(self._scroll, 1)
        self.bar.language.setVisible(len(self._languages) > 1)
        box.addWidget(self.bar)
        for page in self.pages():
            self._pages.addWidget(page)

    def _connect(self) -> None:
        self.bar.languages_requested.connect(self.choose_language)
        self.language_page.language_chosen.connect(self._on_language)
        self.language_page.back_requested.connect(self.leave_aside)
        self.start_page.statement_requested.connect(lambda: self._show_aside(self.statement_page))
        self.statement_page.back_requested.connect(self.leave_aside)
        self.bar.listen_requested.connect(self._on_listen)
        self.bar.volume_requested.connect(self.volume_requested)
        self.bar.needs_changed.connect(self._on_needs)
        self.bar.help_requested.connect(self.help_requested)
        self.bar.pause_requested.connect(lambda: self.pause_requested.emit(not self._own_pause))
        self.bar.appearance_changed.connect(self._on_appearance)
        self.start_page.service_requested.connect(self.service_requested)
        self.start_page.closed_requested.connect(self._on_closed)
        self.start_page.return_requested.connect(self._on_return)
        self.number_page.number_entered.connect(self._on_number)
        self.number_page.number_skipped.connect(self.number_skipped)
        self.number_page.back_requested.connect(self._back_from_number)
        self.number_page.touched.connect(self._on_touched)
        self.waiting_page.leave_requested.connect(self._on_leave)
        self.waiting_page.elsewhere_requested.connect(lambda: self._show(self.away_page))
        self.away_page.stay_chosen.connect(lambda: self._show(self.waiting_page))
        self.away_page.back_chosen.connect(lambda: self.away_requested.emit("back", ""))
        self.away_page.phone_chosen.connect(
            lambda: self._ask_phone(lambda number: self.away_requested.emit("phone", number))
        )
        self.kept_page.over.connect(self._on_gone)
        self.kept_page.slip_requested.connect(self.slip_requested)
        self.return_page.back_requested.connect(self._back_to_start)
        self.closed_page.back_requested.connect(self._back_to_start)
        self.closed_page.callback_requested.connect(self._on_callback)
        self.goodbye_page.over.connect(self._on_gone)
        self.goodbye_page.solved_answered.connect(self.solved_answered)

    def pages(self) -> list[KioskPage]:
        """Every page."""
        return [
            self.start_page,
            self.number_page,
            self.waiting_page,
            self.session_page,
            self.goodbye_page,
            self.trouble_page,
            self.away_page,
            self.kept_page,
            self.return_page,
            self.closed_page,
            self.language_page,
            self.statement_page,
        ]

    @property
    def current_page(self) -> QWidget | None:
        """The page on the screen."""
        return self._pages.currentWidget()

    # ---- facts: before the session ----

    def show_services(self, answer: ServicesAnswer) -> None:
        """Show what the site offers now. Does not change the page."""
        self.bar.offer_help(answer.host)
        self._names = (answer.organisation_name, answer.site)
        self._header.show_names(*self._names)
        self.setWindowTitle(" – ".join(self._names))
        self._offer = answer
        self.start_page.show_services(answer.services, answer.notices)
        self.waiting_page.show_messages(answer.notices)
        self._fit(anew=True)
        if self._page is self.waiting_page:
            self._announce_page()
            self._speak_change()

    def show_help(self, state: HelpState) -> None:
        """Show what the site's host has answered."""
        self.bar.show_help(state)
        if state is not HelpState.NONE:
            announce(self, self.bar.help.accessibleName())

    def show_start(self) -> None:
        """The first page, for the next caller or for one whose request was refused."""
        if self._leaves:
            self._leaves = False
            self._forget_choices()
        self._header.show_names(*self._names)
        self.number_page.clear()
        self.goodbye_page.forget()
        self._show(self.start_page)

    def ask_number(self, kind: str) -> None:
        """Asks for a caller number of this kind;
        raises `KeyError` for a kind not in `number_check.FORMS`.
        """
        self._phone_for = None
        self.number_page.ask(kind)
        self._on_touched()
        self._show(self.number_page)

    def number_refused(self) -> None:
        """The hub refused the number; the caller may correct it, unless a telephone or ticket
        number was refused after its pad had gone.
        """
        if self._page is self.number_page or not self.number_page.is_of_waiting:
            self.number_page.show_refused()
            self._on_touched()
            self._show(self.number_page)

    def number_again(self) -> None:
        """Nobody knows whether the number has arrived; the caller may send it again."""
        self._on_touched()
        self.number_page.show_again()

    def show_calling(self) -> None:
        """The request is on its way to the hub."""
        self.number_page.clear()
        self.waiting_page.show_calling()
        self._show(self.waiting_page)

    def show_ticket(self, answer: TicketAnswer | TicketChanged) -> None:
        """The ticket as the hub has it: number, position (1 is next), estimated wait in seconds or
        None.
        """
        ways = self._ways(answer.ticket)
        self.waiting_page.show_may_go(bool(ways))
        self.away_page.show_ways(ways)
        self.waiting_page.show_ticket(answer)
        # news of the place must not take the pad away
        if not self._thinks_of_going or answer.ticket.state is not TicketState.WAITING:
            self.number_page.clear()
            self._show(self.waiting_page)

    def show_kept(self, answer: TicketAnswer | TicketChanged, *, prints: bool) -> None:
        """The caller may go, the place is kept. Returns to the start by itself after 30 s."""
        self.number_page.clear()
        self.kept_page.show_ticket(answer, prints=prints)
        self._show(self.kept_page)

    def show_callback(self, due: str) -> None:
        """The request to be called is stored; `due` (ISO 8601 or "") is from when on."""
        self.number_page.clear()
        self.kept_page.show_callback(due)
        self._show(self.kept_page)

    def show_returns(self, tickets: Sequence[AwayTicket] | None) -> None:
        """The numbers whose callers may come back; None while they are asked for.
        They are typed, never shown.
        """
        self._on_touched()
        if tickets:
            self._returns = frozenset(ticket.number for ticket in tickets)
            self._ask_phone(self._on_own_number, TICKET)
            return
        self.return_page.show_nobody(is_asked=tickets is None)
        self._fit(anew=True)
        self._show(self.return_page)

    def _on_own_number(self, number: str) -> None:
        if number in self._returns:
            self.came_back.emit(number)
        else:
            self.number_page.show_refused()

    def show_place(self) -> None:
        """Back to the ticket that waits: leaving it was not possible."""
        self._show(self.waiting_page)

    # ---- facts: the session ----

    def show_session(self, facts: SessionFacts) -> None:
        """An agent is there, of the organisation that the caller has chosen."""
        self._header.show_names(facts.organisation_name or self._names[0], facts.site)
        self.show_own_pause(False)
        self.session_page.show_session(facts)
        if self.bar.writes:
            self.session_page.chat.open_by_caller()
        self.goodbye_page.show_number(short_number(facts.id))
        self._show(self.session_page)
        announce(self, _("You are talking with {name}").format(name=facts.agent_name))

    def show_passing(self, answer: PassingAnswer) -> None:
        """The caller was passed on: for whom the ticket waits now."""
        self.waiting_page.show_passing(answer)

    def show_own_pause(self, on: bool) -> None:
        """Shows whether the caller's own pause goes on."""
        self._own_pause = on
        self.bar.show_pause(on)

    def show_goodbye(self, wiped: KioskWiped | None) -> None:
        """The session is over; None while the wipe runs, then its report.
        Returns to the start by itself after 20 s.
        """
        self.goodbye_page.show_goodbye(wiped)
        self._show(self.goodbye_page)

    # ---- facts: at any time ----

    def set_speech(self, mode: str) -> None:
        """Set how texts are read aloud: "off" (or no voice), "button" (at a touch),
        "auto" (by themselves when they change).
        """
        self._speech = mode
        self.bar.show_listen(mode != "off")

    def show_speaking(self, on: bool) -> None:
        """Show whether the voice speaks now: then the same button makes it quiet."""
        self.bar.show_speaking(on)

    def _on_listen(self) -> None:
        if self.bar.is_speaking:
            self.quiet_requested.emit()
            self.bar.show_speaking(False)
        else:
            self._listen()

    def _listen(self) -> None:
        """Says the page that is shown; the first time, what kind of voice this is."""
        self._spoken = " ".join(_sentence(words) for words in self._page.words())
        if self._has_spoken:
            first = ""
        else:
            first = _("This is a synthetic voice.") + " "
        self._has_spoken = True
        self.speak_requested.emit(first + self._spoken)
        self.bar.show_speaking(True)

    def _speak_change(self) -> None:
        """Says what is new on a page that waits for nobody's touch."""
        spoken = (self.waiting_page, self.kept_page, self.closed_page)
        if (
            self._speech == "auto"
            and self._page in spoken
            and " ".join(_sentence(words) for words in self._page.words()) != self._spoken
        ):
            self._listen()

    def show_trouble(self, code: str) -> None:
        """A trouble (code of `session.core.errors`) in plain words, until `clear_trouble`."""
        if code != self._trouble:
            announce(self, kiosk_sentence(code), urgent=True)
        self._trouble = code
        self._show_trouble()

    @property
    def site(self) -> str:
        """The name of the site, once the hub has told it."""
        return self._names[1]

    def show_assistance(self, name: str) -> None:
        """Somebody of the helpdesk looks after this idle kiosk from afar; "" for nobody."""
        self._banner.show_assistance(name)

    def clear_trouble(self) -> None:
        """All is well again."""
        if self._trouble:
            announce(self, _("It works again."))
        self._trouble = ""
        self._show_trouble()

    def show_language(self, language: str) -> None:
        """The language has changed (`resources.texts.use_language` was called):
        says everything again.
        """
        changed, self._language = language != self._language, language
        directions = Qt.LayoutDirection
        is_mirrored = language in RIGHT_TO_LEFT
        self.setLayoutDirection(directions.RightToLeft if is_mirrored else directions.LeftToRight)
        self._header.retranslate()
        self.bar.retranslate()
        self._banner.retranslate()
        for page in self.pages():
            page.retranslate()
        self.language_page.show_language(language)
        if changed:
            self.needs_changed.emit(self.needs)
        self._fit(anew=True)

    def tick(self) -> None:
        """A moment has passed: countdowns and waiting times. Called by the window's own timer."""
        self.trouble_page.step(int(self._clock.monotonic_s()))
        if self._page is self.waiting_page:
            self.waiting_page.tick()
        elif self._page is self.session_page:
            self.session_page.tick()
        elif self._page in (self.goodbye_page, self.kept_page, self.closed_page):
            self._page.tick()
        elif self._idle_s() < IDLE_S:
            return
        elif self._page in (self.number_page, self.return_page):
            self._back_from_number()
        elif self._page in self._asides:
            self.leave_aside()
        elif self._page is self.start_page:
            self._forget_choices()

    def stop_ticking(self) -> None:
        """Stops the window's own timer: the program is about to end, or a test calls `tick`
        itself.
        """
        self._seconds.stop()

    def choose_language(self) -> None:
        """Shows the languages; from there back to this page."""
        self._show_aside(self.language_page)

    # ---- its own steps ----

    def _on_language(self, language: str) -> None:
        self.leave_aside()
        self.language_requested.emit(language)

    @property
    def _asides(self) -> tuple[KioskPage, ...]:
        """Pages that change nothing, and lead back to the one before."""
        return (self.language_page, self.statement_page)

    def _show_aside(self, page: KioskPage) -> None:
        if self._page not in self._asides:
            self._before_aside = self._page
        self._on_touched()
        self._show(page)

    def leave_aside(self) -> None:
        """Go back to the page before, if no other has come meanwhile."""
        before, self._before_aside = self._before_aside, None
        if self._page in self._asides:
            self._on_touched()
            self._show(before or self.start_page)

    def _on_appearance(self) -> None:
        """Larger letters, or other colours; for pages of the web too."""
        self._on_touched()
        self._fit(anew=True)
        self.appearance_changed.emit(self.bar.text, self.bar.contrast)

    @property
    def needs(self) -> tuple[str, ...]:
        """The caller's needs of the agent; a language only if not the kiosk's usual one."""
        choices = ((SIGN_LANGUAGE, self.bar.signs), (WRITING, self.bar.writes))
        other = self._language not in (self._languages[0], "fr_easy")
        return (*(need for need, on in choices if on), *((self._language,) if other else ()))

    def _on_needs(self) -> None:
        self._on_touched()
        self.needs_changed.emit(self.needs)
        if self._page is self.session_page and self.bar.writes:
            self.session_page.chat.open_by_caller()

    def _forget_choices(self) -> None:
        """The caller has gone: the next one sees and hears the kiosk as everybody does."""
        self.bar.forget()
        self._has_spoken = False
        if self._language != self._languages[0]:
            self.language_requested.emit(self._languages[0])

    def _on_leave(self) -> None:
        self._leaves = True
        self.leave_requested.emit()

    def _on_touched(self) -> None:
        self._touched_at_s = self._clock.monotonic_s()

    def _idle_s(self) -> float:
        return self._clock.monotonic_s() - self._touched_at_s

    @property
    def _thinks_of_going(self) -> bool:
        """The caller of a ticket reads how to wait elsewhere, or types a telephone number."""
        types = self._page is self.number_page and self._phone_for is not None
        return self._page is self.away_page or (types and self._before_number is self.away_page)

    def _ways(self, ticket: Ticket) -> list[str]:
        """Return how the caller of this ticket may wait elsewhere."""
        for service in self._offer.services if self._offer is not None else []:
            owner = service.organisation or (
                self._offer.organisation if self._offer is not None else ""
            )
            if (owner, service.id.rpartition("/")[2]) == (ticket.organisation, ticket.service):
                return service.away
        return []

    def _ask_phone(self, then: Callable[[str], None], kind: str = PHONE) -> None:
        before = self._page
        self.ask_number(kind)
        self._phone_for = then
        self._before_number = before

    def _on_number(self, number: str) -> None:
        if self._phone_for is not None:
            self._phone_for(number)
        else:
            self.number_entered.emit(number)

    def _back_from_number(self) -> None:
        """Goes back to where the number was asked for; a caller who has a ticket keeps it."""
        before = self._before_number
        if (
            self._page is self.number_page
            and self._phone_for is not None
            and before is self.away_page
        ):
            self.number_page.clear()
            self._show(self.waiting_page)
        elif (
            self._page is self.number_page
            and self._phone_for is not None
            and before is self.closed_page
        ):
            self.number_page.clear()
            self._show(self.closed_page)
        else:
            self._back_to_start()

    def _on_closed(self, service: Service) -> None:
        answer = self._offer
        if answer is not None:
            contacts = answer.contacts
        else:
            contacts = {}
        owner = service.organisation or (answer.organisation if answer is not None else "")
        self.closed_page.show_service(service, contacts.get(owner, Contact()))
        self._show(self.closed_page)

    def _on_callback(self) -> None:
        service = self.closed_page.service
        if service is not None:
            self._ask_phone(lambda number: self.callback_requested.emit(service.id, number))

    def _on_return(self) -> None:
        self.show_returns(None)
        self.returns_requested.emit()

    def _on_gone(self) -> None:
        """The caller is through with this kiosk."""
        self._forget_choices()
        self._back_to_start()

    def _back_to_start(self) -> None:
        self.show_start()
        self.start_requested.emit()

    def _show(self, page: KioskPage) -> None:
        if page is not self.goodbye_page:
            self.goodbye_page.leave()
        if page is not self.kept_page:
            self.kept_page.leave()
        if page is not self.number_page:
            self._phone_for = None
        if page is not self._page:
            self._spoken = ""
            self.quiet_requested.emit()
            self.bar.show_speaking(False)
        self._page = page
        self._header.setVisible(page is not self.session_page)
        self.bar.offer_pause(page is self.session_page)
        self._speak_change()
        self._announce_page()
        page.setFocus()  # no button has the focus before somebody uses a keyboard
        self._show_trouble()

    def _announce_page(self) -> None:
        """Names the page for a screen reader, and says what is new on it."""
        page = self._page
        visible_labels = (text for text in page.findChildren(QLabel) if text.isVisibleTo(page))
        page.setAccessibleName(next((text.text() for text in visible_labels if text.text()), ""))
        words = " ".join(page.words())
        if words != self._announced:
            self._announced = words
            announce(self, words)

    def _show_trouble(self) -> None:
        whole_page = self._trouble in NOBODY_CODES and self._page in (
            self.start_page,
            self.number_page,
        )
        if whole_page:
            self.trouble_page.show_trouble(self._trouble)
        self._banner.show_trouble("" if whole_page else self._trouble)
        page = self.trouble_page if whole_page else self._page
        self._dress(page)
        self._pages.setCurrentWidget(page)
        self._fit_page()

    def _fit(self, anew: bool = False) -> None:
        if anew:
            self._unit = 0.0
            if not self.isVisible():
                return  # once, when it is shown
        portrait = is_portrait(self.width(), self.height())
        unit = unit_px(self.width(), self.height())
        if portrait != self._portrait or unit != self._unit:
            self._portrait = portrait
            self._unit = unit
            for page in self.pages():
                page.set_portrait(portrait)
            self._dressed.clear()
            self._colour_ground()
            bar = self._scroll.verticalScrollBar()
            self._dress(self._header, self._banner, self.bar, bar, self._pages.currentWidget())
        self._fit_page()

    @property
    def _colours(self) -> Palette:
        if self.bar.contrast:
            return CONTRAST
        return PLAIN

    def _colour_ground(self) -> None:
        """Colour what lies behind the pages."""
        self.setProperty("contrast", self.bar.contrast)
        ground = self.palette()
        ground.setColor(QPalette.ColorRole.Window, QColor(self._colours.paper))
        self.setPalette(ground)

    def _dress(self, *parts: QWidget | None) -> None:
        """Style and sizes. Only what is shown: for all pages it takes a tenth of a second."""
        for part in parts:
            if part is not None and self._unit and part not in self._dressed:
                self._dressed.add(part)
                apply_unit(part, self._unit, text=self.bar.text, palette=self._colours)

    def _fit_page(self) -> None:
        """The page that is shown gets the room that it needs, once there is any."""
        layout = self.layout()
        if self._is_fitting or layout is None or not self._unit:
            return
        self._is_fitting = True
        layout.activate()
        if self._page is self.session_page:
            self.session_page.fit_panels(self.width(), self.height())
        self._scroll.fit(self._unit)
        self._is_fitting = False

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Sizes follow the window."""
        self._fit()

    def showEvent(self, a0: QShowEvent | None) -> None:
        """Give their sizes to things that came while the window was not seen."""
        self._fit()
        super().showEvent(a0)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, as Qt calls it
        """Tab goes in the order of the screen."""
        return walk(self, forward=next)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Escape is STOP in a session. Only a real key: the agent's comes here too when the web
        page leaves it.
        """
        real = a0 is not None and a0.spontaneous()
        if (
            a0 is not None
            and real
            and a0.key() == Qt.Key.Key_Escape
            and self._page is self.session_page
        ):
            self.session_page.press_stop_key()
        elif a0 is not None and a0.key() in _LOUDER:
            self.volume_requested.emit(_LOUDER[Qt.Key(a0.key())])
        else:
            super().keyPressEvent(a0)

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Asks the program to stop in order."""
        if a0 is not None:
            a0.ignore()
        self.close_requested.emit()
