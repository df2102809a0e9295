# SPDX-License-Identifier: GPL-3.0-only
"""The caller may go: what was kept, and what to do next. Returns to the start by itself.
Used by the kiosk window.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout

from resources.texts import _
from session.core.clock import Clock
from session.kiosk.caller_acts import Step, Touch
from session.protocol.hub.requests import TicketAnswer, TicketChanged
from views.kiosk.pages.waiting import ahead_words, wait_words
from views.kiosk.widgets.icons import Countdown, IconView
from views.kiosk.widgets.page_base import BigButton, KioskPage, label
from views.kiosk.widgets.theme import GREEN, GREEN_PAPER, WHITE, spaced
from views.words.opening import when_words

KEPT_S = 30.0
"""Seconds after which the page goes back to the start by itself."""


class PlaceKeptPage(KioskPage):
    """A place that is kept, or a request to be called back."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._until_s: float | None = None
        self._answer: TicketAnswer | TicketChanged | None = None
        self._due: str | None = None
        self._printed = False
        self._build()
        self.retranslate()

    def _build(self) -> None:
        self._title = label("title", centred=True)
        self._panel = QFrame()
        self._panel.setObjectName("panel")
        self._number_title = label("lead", tone="grey", centred=True)
        self._number = label("giant", tone="blue", centred=True, wrap=False)
        self._done = IconView("phone-check", 18, colour=GREEN, disc=GREEN_PAPER)
        panel = spaced(QVBoxLayout(self._panel), (3, 3, 3, 3), 1.6)
        panel.addStretch(1)
        panel.addWidget(self._number_title)
        panel.addWidget(self._number)
        panel.addWidget(self._done, 0, Qt.AlignmentFlag.AlignCenter)
        panel.addStretch(1)
        self._steps = [label("large"), label("lead"), label("lead", tone="grey")]
        steps = spaced(QVBoxLayout(), (0,), 2.4)
        steps.addStretch(1)
        for step in self._steps:
            steps.addWidget(step)
        steps.addStretch(1)
        self._middle: QBoxLayout = spaced(QHBoxLayout(), (0,), 5)
        self._middle.addWidget(self._panel, 4)
        self._middle.addLayout(steps, 6)
        self.slip = BigButton("plain", "printer", size="large", wrap=True)
        self.slip.clicked.connect(self._on_slip)
        self.finish = BigButton("primary", "check-bold", colour=WHITE, size="large")
        self.finish.clicked.connect(self._finish)
        self._countdown = Countdown(8)
        self._buttons: QBoxLayout = spaced(QHBoxLayout(), (0,), 2.4)
        self._buttons.addWidget(self.slip)
        self._buttons.addWidget(self.finish)
        foot = spaced(QHBoxLayout(), (0,), 2.4)
        foot.addStretch(1)
        foot.addLayout(self._buttons)
        foot.addWidget(self._countdown)
        foot.addStretch(1)
        box = spaced(QVBoxLayout(self), (6, 4, 6, 4), 2.4)
        box.addWidget(self._title)
        box.addLayout(self._middle, 1)
        box.addLayout(foot)

    def set_portrait(self, portrait: bool) -> None:
        """The number above the words."""
        directions = QBoxLayout.Direction
        for box in (self._middle, self._buttons):
            box.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)

    # ---- facts ----

    def show_ticket(self, answer: TicketAnswer | TicketChanged, *, prints: bool) -> None:
        """The place is kept; `prints`: this kiosk can print the number."""
        self._start(answer, None, prints=prints and answer.ticket.away == "back")

    def show_callback(self, due: str) -> None:
        """The request is stored; `due` (ISO 8601, or "") is from when on somebody calls."""
        self._start(None, due, prints=False)

    def _start(
        self, answer: TicketAnswer | TicketChanged | None, due: str | None, *, prints: bool
    ) -> None:
        self._answer = answer
        self._due = due
        self._printed = False
        self.slip.setVisible(prints)
        self.slip.setEnabled(True)
        self._until_s = self._clock.monotonic_s() + KEPT_S
        self.retranslate()
        self.tick()

    def leave(self) -> None:
        """The page is no longer shown."""
        self._until_s = None
        self._answer = None
        self._due = None

    def tick(self) -> None:
        """A moment has passed."""
        if self._until_s is None:
            return
        left_s = self._until_s - self._clock.monotonic_s()
        self._countdown.show_seconds(max(0, int(-(-left_s // 1))), int(KEPT_S))
        if left_s <= 0:
            self._finish()

    def _on_slip(self) -> None:
        self._printed = True
        self.slip.setEnabled(False)
        self._until_s = self._clock.monotonic_s() + KEPT_S
        self.retranslate()
        self.acted.emit(Touch.SLIP)

    def _finish(self) -> None:
        self.leave()
        self.acted.emit(Step.GONE)

    # ---- words ----

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken."""
        if self._number.isVisibleTo(self):
            number = f"{self._number_title.text()} {self._number.text()}."
        else:
            number = ""
        return [
            text
            for text in (self._title.text(), number, *(step.text() for step in self._steps))
            if text
        ]

    def retranslate(self) -> None:
        """Says every text again."""
        self.finish.set_words(_("Done"))
        self.slip.set_words(_("It is being printed") if self._printed else _("Print my number"))
        self._number_title.setText(_("Your ticket"))
        answer = self._answer
        comes_back = answer is not None and answer.ticket.away == "back"
        self._number.setText(answer.ticket.number if answer is not None else "")
        for widget in (self._number_title, self._number):
            widget.setVisible(comes_back)
        self._done.setVisible(not comes_back)
        if answer is not None and comes_back:
            self._show_words(
                _("You may go. Your place is kept."), self._place(answer), *self._how_back()
            )
        elif answer is not None:
            self._show_words(
                _("You may go. We will call you."), self._place(answer), *self._how_phone()
            )
        else:
            self._show_words(_("Your request is noted"), self._due_words(), *self._how_phone())

    def _show_words(self, title: str, *steps: str) -> None:
        self._title.setText(title)
        for widget, text in zip(self._steps, steps, strict=True):
            widget.setText(text)

    @staticmethod
    def _place(answer: TicketAnswer | TicketChanged) -> str:
        if answer.wait_s is not None:
            wait = wait_words(answer.wait_s, answer.wait_most_s)
        else:
            wait = ""
        return f"{ahead_words(answer.position)} {wait}".rstrip()

    @staticmethod
    def _how_back() -> tuple[str, str]:
        return (
            _(
                "Keep this number. When it is on the screen of the room, come back and touch “I "
                "have a number”."
            ),
            _("You then have a few minutes to come."),
        )

    @staticmethod
    def _how_phone() -> tuple[str, str]:
        return (
            _("Keep your telephone with you, and your papers ready."),
            _("Only your adviser sees your telephone number. It is deleted after the call."),
        )

    def _due_words(self) -> str:
        when = when_words(self._due or "", self._clock.utc_now())
        if not when:
            return _("An adviser calls you as soon as the service is open again.")
        return _("An adviser calls you from {when} on.").format(when=when)
