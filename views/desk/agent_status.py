# SPDX-License-Identifier: GPL-3.0-only
"""Shows in every place of the desk's window what the agent does and whether the hub answers.
Used by the window.
"""

from __future__ import annotations

from enum import Enum

from resources.texts import _
from views.desk.acts import ChooseOwnState, QueueAct
from views.desk.header import DeskHeader
from views.desk.idle import IdlePage
from views.desk.layouts.columns import DeskColumns
from views.desk.queue_view import DeskQueueView
from views.widgets.agent_state import NOT_RESPONDING, state_style
from views.widgets.connection_gate import ConnectionGate


class Occupation(Enum):
    """What the agent is at, in words and with its icon."""

    BETWEEN_CALLERS = "between_callers"
    TALK = "talk"
    WRAP_UP = "wrap_up"


class AgentStatus:
    """Keeps header, queue and idle page telling the same.

    Args:
        gate: stands before the columns until the hub has answered once.
    """

    def __init__(
        self,
        header: DeskHeader,
        queue: DeskQueueView,
        *,
        idle: IdlePage,
        columns: DeskColumns,
        gate: ConnectionGate,
    ) -> None:
        self._header = header
        self._queue = queue
        self._idle = idle
        self._columns = columns
        self._gate = gate
        self._reason = ""
        self._occupation = Occupation.BETWEEN_CALLERS
        self.is_connected = False
        queue.acted.connect(self._on_queue_act)

    def show_connection(self, connected: bool) -> None:
        """Show whether the hub answers."""
        self.is_connected = connected
        if connected and self._gate.open():
            self._header.show_state_of_agent(True)
        self._header.show_connection(connected)
        self._queue.set_connection(connected)
        self._columns.rail.show_connection(connected)
        self._show()

    def show_not_connected(self, words: str) -> None:
        """Why the hub has never answered yet; nothing happens once it has."""
        self._gate.wait(words)
        self._header.show_state_of_agent(self._gate.is_open)

    def show_access_refused(self) -> None:
        """The network does not know this computer; this stays until it lets it in again."""
        self.show_connection(False)
        self._header.show_access_refused()
        self._idle.show_access_refused()

    def show_state(self, available: bool, reason: str) -> None:
        """Show what the hub takes this agent to be doing:
        available, paused for a reason, or not responding.
        """
        self._queue.set_availability(available, reason)
        self._on_state(available, reason)

    def show_occupation(self, occupation: Occupation) -> None:
        """Show what the agent is at now."""
        self._occupation = occupation
        self._show()

    def _on_queue_act(self, act: QueueAct) -> None:
        if isinstance(act, ChooseOwnState):
            self._on_state(act.available, act.reason)

    def _on_state(self, available: bool, reason: str) -> None:
        if available:
            self._reason = ""
        else:
            self._reason = reason
        self._show()

    def _show(self) -> None:
        available = self._queue.is_available()
        self._idle.show_state(available, self.is_connected, self._reason == NOT_RESPONDING)
        words, icon_name, tone = state_style(available, self._reason)
        if self._occupation is not Occupation.BETWEEN_CALLERS:
            state_words, tone = words, "accent"
            words, icon_name = _("Wrap-up"), "wrap_up"
            if self._occupation is Occupation.TALK:
                words, icon_name = _("In conversation"), "call"
            if not available:
                words = _("{now}, then: {state}").format(now=words, state=state_words)
        self._header.show_agent_state(words, icon_name, tone)
