# SPDX-License-Identifier: GPL-3.0-only
"""The card of the caller who is next: for what, how long the wait is, what is known of the dossier,
and Accept. While there is nobody to accept it says what that means here: the state itself is said
in the window's head. Used by the page between two callers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from PyQt6.QtCore import QTime
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QTimeEdit, QWidget

from resources.texts import _
from session.core.clock import Clock, full_minute
from session.protocol.hub.requests import Service
from session.protocol.hub.tickets import Ticket
from views.desk.acts import AcceptByThemselves, IdleAct, IdlePress, PauseFor
from views.desk.queue.ticket_row import show_due
from views.widgets.agent_state import PAUSE_MINUTES
from views.widgets.icons import IconLabel
from views.widgets.parts import (
    Card,
    Chip,
    FlowLayout,
    column,
    label,
    label_button,
    name_widget,
    push_button,
    restyle,
    row,
    shortcut,
    show_clock,
    steady_figures,
)
from views.widgets.plain_words import CheckBox
from views.widgets.theme import SPACE
from views.words.waits import WaitLimits, need_words, wait_style


class _Look(NamedTuple):
    """Icon, its tone, title, and the sentence below."""

    icon_name: str
    tone: str
    title: str
    words: str


class PauseEnd(QWidget):
    """Until when a pause shall be: for some minutes, or until a time."""

    def __init__(self, clock: Clock, tell: Callable[[IdleAct], None]) -> None:
        super().__init__()
        self.setObjectName("pause_end")
        self._clock = clock
        self._tell = tell
        parts: list[QWidget] = [label(_("End of the pause:"), "soft")]
        for minutes in PAUSE_MINUTES:
            words = _("in {minutes} min").format(minutes=minutes)
            button = push_button(words, "", "quiet", name=f"pause_{minutes}")
            button.clicked.connect(partial(tell, PauseFor(minutes)))
            parts.append(button)
        self._time = QTimeEdit()
        self._time.setObjectName("pause_time")
        self._time.setDisplayFormat("HH:mm")
        self._time.setButtonSymbols(QTimeEdit.ButtonSymbols.NoButtons)
        self._time.setAccessibleName(_("End of the pause"))
        if (field := self._time.lineEdit()) is not None:
            field.setAccessibleName(_("End of the pause"))
        at = push_button(_("until this time"), "", "quiet", name="pause_at")
        at.clicked.connect(self._on_time)
        until = QWidget()
        row(until, self._time, at, space=SPACE[0])
        flow = FlowLayout(*parts, until)
        self.setLayout(flow)

    def showEvent(self, event: QShowEvent | None) -> None:
        """The time begins at the next full hour."""
        super().showEvent(event)
        now = self._clock.utc_now().astimezone()
        self._time.setTime(QTime((now.hour + 1) % 24, 0))

    def _on_time(self) -> None:
        now = full_minute(self._clock.utc_now()).astimezone()
        at = self._time.time()
        minutes = (at.hour() * 60 + at.minute() - now.hour * 60 - now.minute) % (24 * 60)
        if minutes:
            self._tell(PauseFor(minutes))


class NextCard(Card):
    """Who is next for this agent, or why nobody can be accepted.

    Args:
        tell: told what the agent does.
    """

    def __init__(self, clock: Clock, tell: Callable[[IdleAct], None]) -> None:
        super().__init__("idle_next", space=SPACE[1], padding=SPACE[3])
        self._clock = clock
        self._tell = tell
        self._available = True
        self._connected = self._refused = self._silent = False
        self._offered = self._accepting = self._shift_over = False
        self._until_utc: datetime | None = None
        self._is_over = False
        self._ticket: Ticket | None = None
        self._waiting = 0
        self._service: Service | None = None
        self._icon = IconLabel(size_px=34)
        self._caption = label(_("Next caller"), "caption", "idle_caption")
        self._title = label(role="large", name="idle_title", wrap=True)
        self._words = label(role="soft", name="idle_words", wrap=True)
        self._wait = steady_figures(label(role="strong", name="idle_wait"))
        self._wait_icon = IconLabel(size_px=16)
        self._needs = Chip("idle_needs")
        self._due = Chip("idle_due")
        self._given = Chip("idle_given", _("No. given"), icon_name="given")
        self._seen = label(role="body", name="idle_seen", wrap=True)
        self._seen.hide()
        self._accept = push_button(
            _("Accept the next caller"), "accept", "primary", name="idle_accept", keys="F2"
        )
        self._accept.clicked.connect(lambda: tell(IdlePress.ACCEPT_NEXT))
        self._look = push_button(
            _("Look at the dossier first"), "preview", name="idle_preview", keys="Ctrl+F2"
        )
        self._look.clicked.connect(lambda: tell(IdlePress.PREVIEW))
        shortcut("Ctrl+F2", self._look, self)
        self._back = push_button(_("Resume"), "available", "primary", name="idle_available")
        self._back.clicked.connect(lambda: tell(IdlePress.END_PAUSE))
        self._end = PauseEnd(clock, tell)
        self._by_itself = CheckBox(_("Accept callers offered to me by itself, after 3 seconds"))
        self._by_itself.setObjectName("idle_by_itself")
        self._by_itself.toggled.connect(lambda on: tell(AcceptByThemselves(on)))
        self._by_itself.hide()
        self._build()
        self._show()

    def _build(self) -> None:
        self._clock_part = QWidget()
        row(self._clock_part, self._wait_icon, self._wait, space=6)
        facts = column(None, self._caption, self._title, self._words, space=SPACE[0])
        facts.addLayout(FlowLayout(self._clock_part, self._due, self._needs, self._given))
        top = row(None, self._icon, space=SPACE[2])
        top.addLayout(facts, 1)
        self.body.addLayout(top)
        self.body.addWidget(self._seen)
        self.body.addLayout(FlowLayout(self._accept, self._look, self._back))
        self.body.addWidget(self._end)
        self.body.addWidget(self._by_itself)

    def show_by_itself(self, offers: bool, chosen: bool) -> None:
        """Show whether callers are offered to this agent, and what the agent chose for them."""
        self._by_itself.setVisible(offers)
        self._by_itself.blockSignals(True)
        self._by_itself.setChecked(chosen)
        self._by_itself.blockSignals(False)

    def show_preview(self, lines: list[str]) -> None:
        """Show what is known of the caller who is next; nothing without lines."""
        self._seen.setText("\n".join(lines))
        self._seen.setVisible(bool(lines))

    def show_next(self, waiting: int, ticket: Ticket | None, service: Service | None) -> None:
        """Show how many wait and whom this agent would take now, None for nobody of them; again for
        the clock.
        """
        if (ticket and ticket.id) != (self._ticket and self._ticket.id):
            self.show_preview([])
        facts = (ticket, service, bool(waiting))
        if facts != (self._ticket, self._service, bool(self._waiting)):
            self._ticket, self._service, self._waiting = ticket, service, waiting
            self._show()
        self._show_wait()

    def show_offered(self, offered: bool) -> None:
        """Show whether a caller is offered to this agent:
        then nobody else is to be accepted here.
        """
        self._offered = offered
        self._show()

    def show_accepting(self, accepting: bool) -> None:
        """True from the agent's acceptance until the caller is here, or was not to be had."""
        self._accepting = accepting
        self._show()

    def show_state(
        self,
        available: bool,
        connected: bool,
        silent: bool = False,
        until_utc: datetime | None = None,
        *,
        shift_over: bool = False,
    ) -> None:
        """Show whether the agent is available, whether the hub answers, whether an offer was left
        unanswered, until when a pause shall be, or that it ends the shift.
        """
        if until_utc != self._until_utc:
            self._until_utc, self._is_over = until_utc, False
        self._shift_over = shift_over
        self._available = available
        self._connected = connected
        self._silent = silent
        self._refused = self._refused and not connected
        self._show()

    def show_access_refused(self) -> None:
        """The network no longer knows this computer; this stays until it lets it in again."""
        self._refused = True
        self._show()

    def take_keyboard(self) -> bool:
        """The keyboard goes to what an agent does next here; False when there is nothing to do."""
        for button in (self._accept, self._back):
            if button.isVisible() and button.isEnabled():
                button.setFocus()
                return True
        return False

    def _look_of_state(self) -> _Look | None:
        """Return what keeps this agent from accepting anybody; None where nothing does."""
        if self._refused:
            words = _(
                "This computer may no longer take callers. Ask your administrator for a new "
                "invitation."
            )
            return _Look("warning", "bad", _("Access withdrawn"), words)
        if not self._connected:
            words = _("You go on where you were as soon as the network answers.")
            return _Look("retry", "warn", _("Callers keep their place in the queue"), words)
        if self._silent:
            words = _("It went to a colleague. Say that you are back to get callers again.")
            return _Look("wait_long", "bad", _("You did not answer a call"), words)
        if not self._available and self._shift_over:
            words = _("They ring at your colleagues' desks.")
            return _Look("paused", "warn", _("No caller rings here any more today"), words)
        if not self._available and self._is_over:
            words = _("You stay paused until you resume.")
            return _Look("paused", "accent", _("Your pause is over"), words)
        if not self._available:
            words = _("They ring at your colleagues' desks.")
            return _Look("paused", "warn", _("No caller rings here"), words)
        if self._offered:
            words = _("Accept or decline above.")
            return _Look("bell", "accent", _("A caller is offered to you"), words)
        if self._accepting:
            words = _("The conversation opens in a moment.")
            return _Look("bell", "accent", _("The caller is being connected"), words)
        if self._ticket is None and self._waiting:
            words = _("Who waits is kept for a colleague, comes back later, or is not shown.")
            return _Look("time", "soft", _("Nobody for you at the moment"), words)
        if self._ticket is None:
            words = _("The next caller will ring.")
            return _Look("available", "good", _("Nobody is waiting"), words)
        return None

    def _show(self) -> None:
        look, ticket, service = self._look_of_state(), self._ticket, self._service
        is_next = look is None
        if look is None:
            assert ticket is not None  # `_look_of_state` says so
            icon_name = service.icon if service is not None else "help"
            name = service.name if service is not None else ticket.service
            look = _Look(icon_name, "accent", f"{ticket.number} · {name}", ticket.site)
            self._needs.show_state(need_words(ticket.needs), "needs", "accent")
            show_due(self._due, ticket)
        self._icon.set_icon(look.icon_name, look.tone)
        self._title.setText(look.title)
        name_widget(self, look.title)
        self._words.setText(look.words)
        restyle(self, next=is_next)
        words = _("Accept the next caller")
        name_widget(self._accept, f"{words}: {look.title}, {look.words}" if is_next else words)
        for part in (self._caption, self._clock_part, self._look):
            part.setVisible(is_next)
        self._needs.setVisible(is_next and ticket is not None and bool(ticket.needs))
        self._due.setVisible(is_next and ticket is not None and ticket.due_at_utc is not None)
        self._given.setVisible(is_next and ticket is not None and ticket.caller_number_given)
        self._accept.setVisible(is_next)
        self._seen.setVisible(is_next and bool(self._seen.text()))
        label_button(self._back, _("I am back") if self._silent else _("Resume"))
        self._back.setVisible(not self._available)
        self._end.setVisible(self._is_paused() and not (self._is_over or self._shift_over))
        self._show_wait()

    def _is_paused(self) -> bool:
        return self._connected and not (self._available or self._silent or self._refused)

    def _show_pause(self, until_utc: datetime) -> None:
        """The rest of the pause goes down each second; at its end it is said once."""
        left_s = (until_utc - self._clock.utc_now()).total_seconds()
        if left_s <= 0 and not self._is_over:
            self._is_over = True
            self._show()
            self._tell(IdlePress.PAUSE_IS_OVER)
        self._wait_icon.set_icon("time", "soft")
        restyle(self._wait, tone="")
        show_clock(self._wait, left_s, _("{time} left"))

    def _show_wait(self) -> None:
        """The wait goes on each second; what a screen reader gets of it each minute."""
        counts_down = self._is_paused() and self._until_utc is not None and not self._is_over
        if counts_down and self._until_utc is not None:
            self._clock_part.show()
            self._show_pause(self._until_utc)
            return
        if self._ticket is None:
            return
        waited_s = (self._clock.utc_now() - self._ticket.arrived_at_utc).total_seconds()
        look = wait_style(waited_s, WaitLimits().of(self._service))
        self._wait_icon.set_icon(look.icon_name, look.tone or "soft")
        restyle(self._wait, tone=look.tone)
        show_clock(self._wait, waited_s, _("Waiting for {time}"))
