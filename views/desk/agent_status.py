# SPDX-License-Identifier: GPL-3.0-only
"""Shows in every place of the desk's window what the agent does and whether the hub answers, and
takes the next caller. Used by the window.
"""

from __future__ import annotations

import math
from datetime import datetime
from enum import Enum

from PyQt6.QtCore import QTimer

from resources.texts import _
from session.core.clock import Clock
from views.desk.acts import (
    IdleAct,
    IdlePress,
    PauseFor,
    QueueAct,
    WrapUpAct,
    WrapUpPress,
)
from views.desk.header import DeskHeader
from views.desk.layouts.columns import DeskColumns
from views.desk.my_day.page import IdlePage
from views.desk.offer_card import OfferCard
from views.desk.queue.view import DeskQueueView
from views.desk.wrap_up import WrapUpView
from views.widgets.agent_state import NOT_RESPONDING, PAUSE, SHIFT_END, ChooseOwnState, state_style
from views.widgets.connection_gate import ConnectionGate

LOOK_AGAIN_S = 60.0
"""A computer that slept sees so late at most that a pause should have ended."""


class Occupation(Enum):
    """What the agent is at, in words and with its icon."""

    BETWEEN_CALLERS = "between_callers"
    TALK = "talk"
    WRAP_UP = "wrap_up"


class AgentStatus:
    """Keeps header, queue, idle page and offer telling the same.

    Args:
        gate: stands before the columns until the hub has answered once.
    """

    def __init__(
        self,
        header: DeskHeader,
        queue: DeskQueueView,
        *,
        idle: IdlePage,
        offer: OfferCard,
        wrap_up: WrapUpView,
        columns: DeskColumns,
        gate: ConnectionGate,
        clock: Clock,
    ) -> None:
        self._header = header
        self._queue = queue
        self._idle = idle
        self._offer = offer
        self._columns = columns
        self._gate = gate
        self._clock = clock
        self._reason = ""
        self._until_utc: datetime | None = None
        self._end = QTimer(header)
        self._end.setSingleShot(True)
        self._end.timeout.connect(self._show)
        self._occupation = Occupation.BETWEEN_CALLERS
        self.is_connected = False
        queue.acted.connect(self._on_queue_act)
        queue.summary_changed.connect(self._on_summary)
        header.acted.connect(self._on_header_act)
        idle.acted.connect(self._on_idle_act)
        wrap_up.acted.connect(self._on_wrap_up_act)
        offer.shown_changed.connect(idle.next.show_offered)

    def show_connection(self, connected: bool) -> None:
        """Show whether the hub answers."""
        self.is_connected = connected
        opened = connected and self._gate.open()
        if opened:
            self._header.state.setVisible(True)
        self._header.show_connection(connected)
        self._queue.set_connection(connected)
        self._columns.rail.show_connection(connected)
        self._show()
        if opened and self._occupation is Occupation.BETWEEN_CALLERS:
            self.take_keyboard()

    def take_keyboard(self) -> None:
        """The keyboard goes to what an agent does next between two callers."""
        if not self._idle.take_keyboard():
            self._header.state.setFocus()

    def show_not_connected(self, words: str) -> None:
        """Why the hub has never answered yet; nothing happens once it has."""
        self._gate.wait(words)
        self._header.state.setVisible(self._gate.is_open)

    def show_access_refused(self) -> None:
        """The network does not know this computer; this stays until it lets it in again."""
        self.show_connection(False)
        self._header.show_access_refused()
        self._idle.next.show_access_refused()

    def show_state(self, available: bool, reason: str, until_utc: datetime | None = None) -> None:
        """Show what the hub takes this agent to be doing:
        available, paused for a reason and until a time, or not responding.
        """
        self._queue.is_available = available
        self._on_state(available, reason, until_utc)

    def show_occupation(self, occupation: Occupation) -> None:
        """Show what the agent is at now."""
        self._occupation = occupation
        self._show()

    def accept_next(self) -> None:
        """Takes the caller who is offered to this agent, else the next of the queue; while the desk
        is checked these keys are tried.
        """
        if self._offer.ticket_id:
            self._offer.accept()
        elif self._idle.check.isVisible():
            self._idle.check.hear_keys()
        else:
            self._queue.accept_next()

    def _on_queue_act(self, act: QueueAct) -> None:
        if isinstance(act, ChooseOwnState):
            self._on_state(act.available, act.reason)

    def _on_header_act(self, act: object) -> None:
        if isinstance(act, ChooseOwnState):
            self._queue.choose_state(act.available, act.reason, act.minutes)

    def _on_idle_act(self, act: IdleAct) -> None:
        match act:
            case PauseFor(minutes):
                self._queue.choose_state(False, self._reason, minutes)
            case IdlePress.ACCEPT_NEXT:
                self.accept_next()
            case IdlePress.END_PAUSE:
                self._queue.choose_state(True, "")

    def _on_wrap_up_act(self, act: WrapUpAct) -> None:
        if act is WrapUpPress.PAUSE:
            self._queue.choose_state(False, PAUSE)

    def _on_summary(self, waiting: int, _longest_s: float) -> None:
        first = self._queue.facts.next_ticket()
        service = self._queue.facts.service(first.service)[0] if first is not None else None
        self._idle.next.show_next(waiting, first, service)

    def _on_state(self, available: bool, reason: str, until_utc: datetime | None = None) -> None:
        self._reason = "" if available else reason
        self._idle.day.show_available(available or reason in (NOT_RESPONDING, SHIFT_END))
        self._until_utc = None if available else until_utc
        self._show()

    def _show(self) -> None:
        available = self._queue.is_available
        silent = self._reason == NOT_RESPONDING
        self._idle.next.show_state(
            available,
            self.is_connected,
            silent,
            self._until_utc,
            shift_over=self._reason == SHIFT_END,
        )
        words, icon_name, tone = state_style(available, self._reason)
        words = self._with_end(words)
        if self._occupation is not Occupation.BETWEEN_CALLERS:
            state_words, tone = words, "accent"
            words, icon_name = _("Wrap-up"), "wrap_up"
            if self._occupation is Occupation.TALK:
                words, icon_name = _("In conversation"), "call"
            if not available:
                words = _("{now}, then: {state}").format(now=words, state=state_words)
        self._header.state.show_state(words, icon_name, tone)

    def _with_end(self, words: str) -> str:
        """Return the words of a state with its end, as long as that is to come."""
        self._end.stop()
        if self._until_utc is None:
            return words
        left_s = (self._until_utc - self._clock.utc_now()).total_seconds()
        if left_s <= 0:
            return words
        self._end.start(math.ceil(1000 * min(left_s, LOOK_AGAIN_S)))
        end = f"{self._until_utc.astimezone():%H:%M}"
        return _("{state} until {time}").format(state=words, time=end)
