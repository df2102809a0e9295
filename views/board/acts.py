# SPDX-License-Identifier: GPL-3.0-only
"""Begins an act: what may be chosen, what it means, then the reason in the board's panel.
Used by the board's window.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from session.desk.hub.board_acts import (
    Act,
    Announce,
    GiveToAgent,
    GiveToOrganisation,
    GiveToService,
    Join,
    MoveQueue,
    SetPriority,
    SetQueue,
)
from session.protocol.hub.board import AgentState
from session.protocol.hub.tickets import Ticket, TicketState
from views.board.act_panel import ActPanel
from views.board.facts import WAITING, BoardFacts
from views.board.rows import AGENT_STATES, PRIORITIES, in_order
from views.widgets.message_bar import Level, MessageBar

Make = Callable[[object, str], Act]


class ActBeginner(QObject):
    """Turns a request into an act with its reason; nothing is done before that.

    Args:
        window: whose focus goes back to where it was.

    Signals: act_requested(object, str): an `Act` and its reason.
        undo_requested(str, str): an act's id and the reason.
    """

    act_requested = pyqtSignal(object, str)
    undo_requested = pyqtSignal(str, str)

    def __init__(
        self, facts: BoardFacts, panel: ActPanel, *, messages: MessageBar, window: QWidget
    ) -> None:
        super().__init__(window)
        self._facts = facts
        self._panel = panel
        self._messages = messages
        self._window = window
        self._pending: Make | None = None
        self._undoes = ""
        self._given: Callable[[str], object] | None = None
        self._back: QWidget | None = None
        panel.confirmed.connect(self._on_confirmed)
        panel.cancelled.connect(self._on_cancelled)

    # ---- on one caller ----

    def agent(self, ticket_id: str, chosen: str | None = None) -> None:
        """Begins to keep a caller for an agent."""
        ticket = self._waiting(ticket_id)
        if ticket is None:
            return
        board = self._facts.board
        agents = [
            one
            for one in in_order(board.agents if board else [])
            if one.state is not AgentState.OFFLINE
        ]
        targets: list[tuple[object, str]] = [
            (one.id, f"{one.name} ({_(AGENT_STATES[one.state][0]).lower()})") for one in agents
        ]
        if ticket.assigned_to:
            targets.append(("", _("Everybody")))
        if not targets:
            self._messages.show_message(
                Level.WARNING, _("No agent is there to give a caller to."), key="targets"
            )
            return
        self._begin(lambda target, _text: GiveToAgent(ticket, str(target)))
        hint = _("Only this agent may accept for 60 s, then everybody.")
        title = _("Keep {number} for an agent").format(number=ticket.number)
        self._panel.open(title, hint, target_name=_("Agent"), targets=targets, chosen=chosen)

    def service(self, ticket_id: str, chosen: str | None = None) -> None:
        """Gives a caller to another service, of ours or of another organisation that takes them."""
        ticket = self._waiting(ticket_id)
        targets = self._targets(ticket.service) if ticket is not None else []
        if ticket is None or not targets:
            return

        def make(target: object, _text: str) -> Act:
            ref = str(target)
            return GiveToOrganisation(ticket, ref) if "/" in ref else GiveToService(ticket, ref)

        self._begin(make)
        title = _("Give {number} to another service").format(number=ticket.number)
        hint = _("The caller keeps the time of arrival.")
        self._panel.open(title, hint, target_name=_("Service"), targets=targets, chosen=chosen)

    def priority(self, ticket_id: str) -> None:
        """Gives a caller another priority."""
        ticket = self._waiting(ticket_id)
        if ticket is None:
            return
        self._begin(
            lambda target, _text: SetPriority(ticket, target if isinstance(target, int) else 0)
        )
        title = _("Priority of {number}").format(number=ticket.number)
        levels: list[tuple[object, str]] = [
            (level, _(words)) for level, words in PRIORITIES if level != ticket.priority
        ]
        hint = _("Higher is served first, then arrival.")
        self._panel.open(title, hint, target_name=_("Priority"), targets=levels)

    def join(self, ticket_id: str) -> None:
        """Joins a conversation, visibly."""
        ticket = self._facts.ticket(ticket_id)
        if ticket is None or ticket.state is not TicketState.IN_SESSION:
            return
        self._begin(lambda _target, _text: Join(ticket))
        name = self._facts.agent_name(ticket.agent or "")
        title = _("Join the conversation of {name} with {number}").format(
            name=name, number=ticket.number
        )
        hint = _(
            "Both read your name and role before you see or hear anything, and as long as you stay."
        )
        self._panel.open(title, hint)

    # ---- on a service, on all ----

    def move(self, service: str) -> None:
        """Moves everybody who waits for a service."""
        targets = self._targets(service) if service else []
        if not targets:
            return
        count = sum(
            1 for one in self._facts.tickets if one.service == service and one.state in WAITING
        )
        self._begin(lambda target, _text: MoveQueue(service, str(target)))
        title = _("Move everybody who waits for {service}").format(
            service=self._facts.service_name(service)
        )
        hint = _("Callers concerned now: {count}").format(count=count)
        self._panel.open(title, hint, target_name=_("To the service"), targets=targets)

    def close(self, service: str) -> None:
        """Closes a service, or opens it."""
        if not service:
            return
        closed = self._facts.is_closed(service)
        self._begin(lambda _target, _text: SetQueue(service, not closed))
        name = self._facts.service_name(service)
        if closed:
            self._panel.open(
                _("Open {service}").format(service=name),
                _("Its buttons come back on the kiosks."),
            )
        else:
            hint = _("Its buttons are switched off on the kiosks. Those who wait are still served.")
            self._panel.open(_("Close {service}").format(service=name), hint)

    def announce(self) -> None:
        """Writes to every agent."""
        self._begin(lambda _target, text: Announce(text))
        self._panel.open_text(_("Message to all agents"), _("Shown at the bottom of their window."))

    def undo(self, act_id: str, words: str) -> None:
        """Takes an act of the history back."""
        self._begin(None, undoes=act_id)
        hint = _("As a new act, unless something has changed meanwhile.")
        self._panel.open(_("Take back: {act}").format(act=words), hint)

    def ask_reason(self, title: str, hint: str, given: Callable[[str], object]) -> None:
        """Asks for a reason and calls `given` with it; nothing happens without one."""
        self._begin(None)
        self._given = given
        self._panel.open(title, hint)

    # ---- dropped by the mouse ----

    def dropped_on_service(self, ticket_id: str, service: str) -> None:
        """A caller was dropped on a service."""
        ticket = self._facts.ticket(ticket_id)
        is_open = self._facts.connected and not self._facts.is_closed(service)
        if is_open and ticket is not None and ticket.service != service:
            self.service(ticket_id, service)

    def dropped_on_agent(self, ticket_id: str, agent: str) -> None:
        """A caller was dropped on an agent."""
        agents = self._facts.board.agents if self._facts.board is not None else []
        if self._facts.connected and any(
            one.id == agent and one.state is not AgentState.OFFLINE for one in agents
        ):
            self.agent(ticket_id, agent)

    # ---- the panel ----

    def _waiting(self, ticket_id: str) -> Ticket | None:
        ticket = self._facts.ticket(ticket_id)
        return ticket if ticket is not None and ticket.state in WAITING else None

    def _targets(self, service: str) -> list[tuple[object, str]]:
        """Services that take callers; a message says when there is none."""
        found = self._facts.targets(service)
        if not found:
            self._messages.show_message(
                Level.WARNING, _("No other service is open."), key="targets"
            )
        return found

    def _begin(self, make: Make | None, undoes: str = "") -> None:
        self._pending, self._undoes, self._given = make, undoes, None
        if not self._panel.isVisible():
            self._back = self._window.focusWidget()

    def _on_confirmed(self, target: object, text: str, reason: str) -> None:
        make, self._pending = self._pending, None
        undoes, self._undoes = self._undoes, ""
        given, self._given = self._given, None
        self._focus_back()
        if make is not None:
            self.act_requested.emit(make(target, text), reason)
        elif undoes:
            self.undo_requested.emit(undoes, reason)
        elif given is not None:
            given(reason)

    def _on_cancelled(self) -> None:
        self._pending, self._undoes, self._given = None, "", None
        self._focus_back()

    def _focus_back(self) -> None:
        back = (
            self._back
            if self._back is not None and self._back.isVisible()
            else self._window.focusWidget()
        )
        if back is not None:
            back.setFocus()
