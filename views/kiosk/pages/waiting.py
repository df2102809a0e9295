# SPDX-License-Identifier: GPL-3.0-only
"""The waiting page: the ticket, who is before you, and how long it may take.
Used by the kiosk window.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from resources.texts import _, ngettext
from session.core.clock import Clock
from session.kiosk.appointment_acts import BookVisit
from session.kiosk.caller_acts import Step, Touch
from session.protocol.hub.requests import SiteMessage, TicketAnswer, TicketChanged
from session.protocol.hub.third_parties import PassingAnswer
from session.protocol.hub.tickets import SIGN_LANGUAGE, WRITING, Ticket, TicketState
from views.kiosk.widgets.icons import IconView, PeopleRow, WaitingDots
from views.kiosk.widgets.page_base import BigButton, KioskPage, label
from views.kiosk.widgets.theme import BLUE, GREEN, GREEN_PAPER, GREY, RED, WHITE, spaced
from views.words.site_messages import in_force, lines

GIVEN_BACK = "desk_lost"
"""Reason of a ticket whose agent's desk was lost: its caller waits again, before all others."""


def wait_words(least_s: int | None, most_s: int | None) -> str:
    """Return how long it may take (seconds; None: unknown) in words that promise nothing."""
    if least_s is None:
        return _("We do not know the waiting time yet.")
    least, most = max(0, least_s) // 60, None if most_s is None else -(-max(0, most_s) // 60)
    if most is None:
        words = ngettext(
            "More than one minute to wait.", "More than {count} minutes to wait.", least
        )
        if least:
            return words.format(count=least)
        return ""
    if most <= 1:
        return _("About one minute to wait.")
    if least < 1:
        words = ngettext(
            "Less than one minute to wait.", "Less than {count} minutes to wait.", most
        )
        return words.format(count=most)
    words = ngettext(
        "Up to one minute to wait.", "Between {least} and {most} minutes to wait.", most
    )
    return words.format(least=least, most=most)


def needs_words(ticket: Ticket) -> list[str]:
    """Say whether somebody who signs, or speaks the language, can answer;
    nothing is promised.
    """
    words = []
    for need in ticket.needs:
        has_skill = need in ticket.skills
        if need == SIGN_LANGUAGE:
            words.append(
                _("We look first for an adviser who uses sign language.")
                if has_skill
                else _(
                    "No adviser uses sign language at the moment. You will be able to write "
                    "to your adviser."
                )
            )
        elif need != WRITING:
            words.append(
                _("We look first for an adviser who speaks your language.")
                if has_skill
                else _(
                    "No adviser speaks your language at the moment. An adviser will answer "
                    "you in French."
                )
            )
    return words


def ahead_words(position: int) -> str:
    """Say how many are served before the one at `position` (1 is the next)."""
    if position <= 1:
        return _("You are next.")
    words = ngettext(
        "There is one person before you.", "There are {count} people before you.", position - 1
    )
    return words.format(count=position - 1)


def elapsed_words(elapsed_s: float) -> str:
    """Say how long the caller has been waiting."""
    minutes = int(elapsed_s // 60)
    if minutes < 1:
        return _("You have just arrived.")
    words = ngettext(
        "You have been waiting for one minute.",
        "You have been waiting for {count} minutes.",
        minutes,
    )
    return words.format(count=minutes)


class WaitingPage(KioskPage):
    """The page between the press of the button and the agent's face."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._answer: TicketAnswer | TicketChanged | None = None
        self._passing: PassingAnswer | None = None
        self._since_s = 0.0
        self._may_go = False
        self._bookable = ""
        self._messages: Sequence[SiteMessage] = ()
        self._build_ticket()
        self._build_place()
        self._build_leaving()
        middle: QBoxLayout = spaced(QHBoxLayout(), (0,), 5)
        middle.addWidget(self._ticket, 4)
        middle.addLayout(self._place, 6)
        self._middle = middle
        box = spaced(QVBoxLayout(self), (6, 2, 6, 2), 1.6)
        box.addWidget(self._title)
        box.addWidget(self._message)
        box.addLayout(middle, 1)
        box.addWidget(self._leaving)
        self.retranslate()

    def _build_ticket(self) -> None:
        self._title = label("title", centred=True)
        self._message = QFrame()
        self._message_words = label("body")
        self._message.setObjectName("site_message")
        message_row = spaced(QHBoxLayout(self._message), (2, 0.5, 2, 0.5), 1.4)
        message_row.addWidget(
            IconView("message-text", 3, colour=BLUE), 0, Qt.AlignmentFlag.AlignTop
        )
        message_row.addWidget(self._message_words, 1)
        self._ticket = QFrame()
        self._ticket.setObjectName("panel")
        self._ticket_title = label("lead", tone="grey", centred=True)
        self._number = label("giant", tone="blue", centred=True, wrap=False)
        self._number.setObjectName("waiting_number")
        self._dots = WaitingDots(3)
        self._elapsed = label("body", tone="grey", centred=True)
        ticket = spaced(QVBoxLayout(self._ticket), (3, 2, 3, 2), 1.6)
        ticket.addStretch(1)
        ticket.addWidget(self._ticket_title)
        ticket.addWidget(self._number)
        ticket.addWidget(self._dots, 0, Qt.AlignmentFlag.AlignCenter)
        ticket.addWidget(self._elapsed)
        ticket.addStretch(1)

    def _build_place(self) -> None:
        self.people = PeopleRow(13, 5)
        self._coming = IconView("video", 13, colour=GREEN, disc=GREEN_PAPER)
        self._ahead = label("title")
        self._wait = label("large")
        self._advice = label("lead", tone="grey")
        self._place = spaced(QVBoxLayout(), (0,), 2)
        self._place.addStretch(1)
        self._place.addWidget(self.people)
        self._place.addWidget(self._coming)
        for icon, words in (
            ("", self._ahead),
            ("clock-outline", self._wait),
            ("file-document-outline", self._advice),
        ):
            if not icon:
                self._place.addWidget(words)
                continue
            row = spaced(QHBoxLayout(), (0,), 1.4)
            row.addWidget(
                IconView(icon, 4.5, colour=BLUE if words is self._wait else GREY),
                0,
                Qt.AlignmentFlag.AlignTop,
            )
            row.addWidget(words, 1)
            self._place.addLayout(row)
        self._place.addStretch(1)

    def _build_leaving(self) -> None:
        self.leave = BigButton("plain", "exit-run", colour=GREY)
        self.leave.clicked.connect(lambda: self._leaving.setCurrentIndex(1))
        self.elsewhere = BigButton("plain", "walk")
        self.elsewhere.clicked.connect(lambda: self.acted.emit(Step.WAYS))
        self.book = BigButton("plain", "calendar-plus")
        self.book.clicked.connect(lambda: self.acted.emit(BookVisit(self._bookable)))
        self.stay = BigButton("yes", "check-bold", colour=WHITE)
        self.stay.clicked.connect(lambda: self._leaving.setCurrentIndex(0))
        self.leave_really = BigButton("plain", "close-thick", colour=RED)
        self.leave_really.clicked.connect(self._leave)
        self._really = label("lead", heavy=True)
        first, second = QWidget(), QWidget()
        rows = spaced(QVBoxLayout(first), (0,), 1)
        rows.addWidget(self.book)
        row = spaced(QHBoxLayout(), (0,), 2)
        rows.addLayout(row)
        row.addStretch(1)
        row.addWidget(self.elsewhere)
        row.addWidget(self.leave)
        row.addStretch(1)
        answers = spaced(QHBoxLayout(), (0,), 2)
        answers.addWidget(self.stay, 1)
        answers.addWidget(self.leave_really, 1)
        self._asked: QBoxLayout = spaced(QHBoxLayout(second), (0,), 2)
        self._asked.addWidget(self._really, 1)
        self._asked.addLayout(answers)
        self._leaving = QStackedWidget()
        self._leaving.addWidget(first)
        self._leaving.addWidget(second)

    @staticmethod
    def _wait_words(answer: TicketAnswer | TicketChanged) -> str:
        wait = wait_words(answer.wait_s, answer.wait_most_s)
        if answer.ticket.reason == GIVEN_BACK:
            return _("The next free adviser will answer you first.") + (
                f" {wait}" if answer.wait_s is not None else ""
            )
        return wait

    def _waiting_title(self, ticket: Ticket) -> str:
        if ticket.reason == GIVEN_BACK:
            return _("Sorry, your talk was cut off on our side")
        if ticket.passed is None:
            return _("An adviser will answer you soon")
        if ticket.passed.lapsed:
            return _("This adviser is not free: the next free adviser will answer you")
        if self._passing is not None and self._passing.agent_name:
            return _("{name} is taking over").format(name=self._passing.agent_name)
        if self._passing is not None and self._passing.service_name:
            return _("Another service is taking over: {service}").format(
                service=self._passing.service_name
            )
        return _("A colleague is taking over")

    def _leave(self) -> None:
        self._leaving.setCurrentIndex(0)
        self.acted.emit(Touch.LEAVE)

    def set_portrait(self, portrait: bool) -> None:
        """The ticket above the queue, the answers under the question."""
        directions = QBoxLayout.Direction
        for box in (self._middle, self._asked):
            box.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken."""
        texts = (self._title, self._message_words, self._ahead, self._wait)
        return [text.text() for text in texts if text.text()]

    # ---- facts ----

    def show_may_go(self, may: bool) -> None:
        """Show whether the service lets its callers wait elsewhere."""
        self._may_go = may
        self.retranslate()

    def show_bookable(self, service: str) -> None:
        """The service for which an appointment may be booked instead; "" for none."""
        self._bookable = service

    def show_messages(self, messages: Sequence[SiteMessage]) -> None:
        """Show what supervisors say to the callers here, until each ends."""
        self._messages = messages
        self._show_messages()

    def _show_messages(self) -> None:
        words = lines(in_force(self._messages, self._clock.utc_now()))
        self._message_words.setText(words)
        self._message.setVisible(bool(words))
        self._show_people()

    def _is_coming(self) -> bool:
        return self._answer is not None and self._answer.ticket.state in (
            TicketState.OFFERED,
            TicketState.IN_SESSION,
        )

    def _show_people(self) -> None:
        """A message takes the room of the figures: how many are before one is said in words too."""
        waits = self._answer is not None and not self._is_coming()
        self.people.setVisible(waits and self._message.isHidden())

    def show_calling(self) -> None:
        """The button was pressed and the hub has not answered yet."""
        self._answer = None
        self._leaving.setCurrentIndex(0)
        self.retranslate()

    def show_ticket(self, answer: TicketAnswer | TicketChanged) -> None:
        """The ticket as the hub has it now."""
        if self._answer is None or self._answer.ticket.id != answer.ticket.id:
            self._since_s = self._clock.monotonic_s()
        self._answer = answer
        if answer.ticket.passed is None:
            self._passing = None
        self.retranslate()

    def show_passing(self, passing: PassingAnswer) -> None:
        """The caller was passed on: for whom the ticket waits now."""
        self._passing = passing
        self.retranslate()

    def tick(self) -> None:
        """A second has passed."""
        self._dots.step(int(self._clock.monotonic_s()))
        self._show_messages()
        if self._answer is not None:
            self._elapsed.setText(elapsed_words(self._clock.monotonic_s() - self._since_s))

    def retranslate(self) -> None:
        """Says every text again."""
        self.elsewhere.set_words(_("Wait elsewhere"))
        self.book.set_words(_("Not today? Book an appointment"))
        self.leave.set_words(_("Stop waiting"))
        self.stay.set_words(_("No, I will stay"))
        self.leave_really.set_words(_("Yes, I am leaving"))
        self._really.setText(_("Do you really want to leave? You will lose your place."))
        self._ticket_title.setText(_("Your ticket"))
        self._advice.setText(_("Get your papers ready: letter, identity card, forms."))
        answer, coming = self._answer, self._is_coming()
        self._show_people()
        self._coming.setVisible(coming)
        self.elsewhere.setVisible(answer is not None and not coming and self._may_go)
        waits = answer is not None and not coming
        self.book.setVisible(waits and bool(self._bookable))
        self._number.setVisible(answer is not None)
        self._dots.setVisible(answer is None)
        self._number.setText(answer.ticket.number if answer else "")
        if answer is None:
            self._title.setText(_("One moment, please"))
            self._ahead.setText(_("We are registering your request."))
            self._wait.setText(_("Please stay in front of the screen."))
            self._elapsed.setText("")
        elif coming:
            self._title.setText(_("An adviser is coming"))
            self._ahead.setText(_("It is your turn."))
            self._wait.setText(_("Please stay in front of the screen."))
        else:
            self._title.setText(self._waiting_title(answer.ticket))
            self._ahead.setText(ahead_words(answer.position))
            self._wait.setText(" ".join((self._wait_words(answer), *needs_words(answer.ticket))))
            self.people.show_ahead(answer.position - 1)
        self.tick()
