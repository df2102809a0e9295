# SPDX-License-Identifier: GPL-3.0-only
"""Begins an act: what may be chosen, what it means, then the reason in the board's panel.
Used by the board's window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.texts import _, ngettext
from session.desk.hub.board_acts import (
    Act,
    Announce,
    GiveToAgent,
    GiveToOrganisation,
    GiveToService,
    Join,
    MoveQueue,
    OnTickets,
    SetAgentServices,
    SetAgentState,
    SetPriority,
    SetQueue,
)
from session.protocol.hub.board import AgentFacts, AgentState, MessageTo
from session.protocol.hub.tickets import Ticket, TicketState
from views.board.act_panel import ActPanel, Given
from views.board.facts import WAITING, BoardFacts
from views.board.page_acts import DoAct, UndoAct, UndoLastAct
from views.board.rows import AGENT_STATES, PRIORITIES, in_order
from views.widgets.agent_state import PAUSES, state_style
from views.widgets.message_bar import Level, MessageBar

Make = Callable[[object, str], Act]
_AVAILABLE = "available"


class ActBeginner(QObject):
    """Turns a request into an act with its reason; nothing is done before that.

    Signals:
        acted(DoAct | UndoAct | UndoLastAct)
    """

    acted = pyqtSignal(object)

    def __init__(
        self, facts: BoardFacts, panel: ActPanel, *, messages: MessageBar, window: QWidget
    ) -> None:
        super().__init__(window)
        self._facts = facts
        self._panel = panel
        self._messages = messages

    # ---- on callers ----

    def agent(self, ticket_ids: Sequence[str], chosen: str | None = None) -> None:
        """Begins to keep callers for an agent."""
        tickets = self._facts.waiting(ticket_ids)
        if not tickets:
            return
        targets: list[tuple[object, str]] = [
            (agent.id, f"{agent.name} ({_(AGENT_STATES[agent.state][0]).lower()})")
            for agent in self._agents_there()
        ]
        if any(ticket.assigned_to for ticket in tickets):
            targets.append(("", _("Everybody")))
        if not targets:
            self._messages.show_message(
                Level.WARNING, _("No agent is there to give a caller to."), key="targets"
            )
            return
        kept = tuple(tickets)
        then = self._doing(lambda target, _text: GiveToAgent(kept, str(target)))
        hint = _("Only this agent may accept for 60 s, then everybody.")
        title = _("Keep {number} for an agent").format(number=_numbers(tickets))
        self._panel.open(
            title, hint, then=then, target_name=_("Agent"), targets=targets, chosen=chosen
        )

    def service(self, ticket_ids: Sequence[str], chosen: str | None = None) -> None:
        """Gives callers to another service, of ours or of another organisation that takes them."""
        tickets = self._facts.waiting(ticket_ids)
        targets = self._common_targets(tickets)
        if not targets:
            return

        def make(target: object, _text: str) -> OnTickets:
            ref = str(target)
            if "/" in ref:
                return GiveToOrganisation(tuple(tickets), ref)
            # who waits for that service already needs no act
            others = (ticket for ticket in tickets if ticket.service != ref)
            return GiveToService(tuple(others), ref)

        then = self._doing(make)
        title = _("Give {number} to another service").format(number=_numbers(tickets))
        hint = _("The caller keeps the time of arrival.")
        self._panel.open(
            title, hint, then=then, target_name=_("Service"), targets=targets, chosen=chosen
        )

    def priority(self, ticket_ids: Sequence[str]) -> None:
        """Gives callers another priority."""
        tickets = self._facts.waiting(ticket_ids)
        if not tickets:
            return

        def make(target: object, _text: str) -> Act:
            return SetPriority(tuple(tickets), target if isinstance(target, int) else 0)

        then = self._doing(make)
        title = _("Priority of {number}").format(number=_numbers(tickets))
        levels: list[tuple[object, str]] = [
            (level, _(words))
            for level, words in PRIORITIES
            if any(level != ticket.priority for ticket in tickets)
        ]
        hint = _("Higher is served first, then arrival.")
        self._panel.open(title, hint, then=then, target_name=_("Priority"), targets=levels)

    def join_agent(self, agent_id: str) -> None:
        """Joins the conversation that this agent is in, visibly."""
        talk = self._facts.talk_of(agent_id)
        if talk is not None:
            self.join(talk.id)

    def join(self, ticket_id: str) -> None:
        """Joins a conversation, visibly."""
        ticket = self._facts.ticket(ticket_id)
        if ticket is None or ticket.state is not TicketState.IN_SESSION:
            return
        name = self._facts.agent_name(ticket.agent or "")
        title = _("Join the conversation of {name} with {number}").format(
            name=name, number=ticket.number
        )
        hint = _(
            "Both read your name and role before you see or hear anything, and as long as you stay."
        )
        self._panel.open(title, hint, then=self._doing(lambda _target, _text: Join(ticket)))

    # ---- on a service, on all ----

    def move(self, service: str) -> None:
        """Moves everybody who waits for a service."""
        if service:
            targets = self._targets(service)
        else:
            targets = []
        if not targets:
            return
        count = sum(
            1
            for ticket in self._facts.tickets
            if ticket.service == service and ticket.state in WAITING
        )
        then = self._doing(lambda target, _text: MoveQueue(service, str(target)))
        title = _("Move everybody who waits for {service}").format(
            service=self._facts.service_name(service)
        )
        hint = ngettext("One caller moves", "{count} callers move", count).format(count=count)
        self._panel.open(title, hint, then=then, target_name=_("To the service"), targets=targets)

    def close(self, service: str) -> None:
        """Closes a service, or opens it."""
        if not service:
            return
        closed = self._facts.is_closed(service)
        then = self._doing(lambda _target, _text: SetQueue(service, not closed))
        name = self._facts.service_name(service)
        if closed:
            self._panel.open(
                _("Open {service}").format(service=name),
                _("Its buttons come back on the kiosks."),
                then=then,
            )
        else:
            hint = _("Its buttons are switched off on the kiosks. Those who wait are still served.")
            self._panel.open(_("Close {service}").format(service=name), hint, then=then)

    def announce(self, chosen: object = None) -> None:
        """Writes to every agent, to some of them, or to the callers of a site.

        Args:
            chosen: (`MessageTo`, its target), to begin with.
        """

        def make(target: object, text: str) -> Act:
            if isinstance(target, tuple):
                return Announce(text, MessageTo(target[0]), str(target[1]))
            return Announce(text)

        hint = _(
            "Agents read it at the bottom of their window; callers on the kiosks' first page, "
            "for 12 hours or until it is taken back."
        )
        self._panel.open_text(
            _("Message"),
            hint,
            then=self._doing(make),
            target_name=_("Who reads it"),
            targets=self._facts.readers(),
            chosen=chosen,
        )

    # ---- on an agent

    def state(self, agent_id: str) -> None:
        """Makes an agent available, or pauses it."""
        agent = self._facts.agent(agent_id)
        if agent is None:
            return
        if agent.state is AgentState.OFFLINE:
            words = _("{name} is not there: there is no state to change.").format(name=agent.name)
            self._messages.show_message(Level.WARNING, words, key="targets")
            return

        def make(target: object, _text: str) -> Act:
            pause = str(target)
            return SetAgentState(
                agent_id, pause == _AVAILABLE, "" if pause == _AVAILABLE else pause
            )

        targets: list[tuple[object, str]] = [(_AVAILABLE, _("Available"))]
        targets += [(code, state_style(False, code)[0]) for code, _words in PAUSES]
        free = agent.state in (AgentState.AVAILABLE, AgentState.IN_SESSION, AgentState.WRAP_UP)
        self._panel.open(
            _("State of {name}").format(name=agent.name),
            _("A conversation in hand goes on. The agent reads your name and the reason."),
            then=self._doing(make),
            target_name=_("State"),
            targets=targets,
            chosen="" if free else _AVAILABLE,
        )

    def services(self, agent_id: str) -> None:
        """Chooses what an agent serves today."""
        agent = self._facts.agent(agent_id)
        if agent is None:
            return

        def make(target: object, _text: str) -> Act:
            return SetAgentServices(agent_id, target if isinstance(target, tuple) else ())

        services = self._facts.services
        self._panel.open_choices(
            _("What {name} serves today").format(name=agent.name),
            _("Until midnight. None chosen: again what the convention says."),
            then=self._doing(make),
            choices=[(service.id, service.name) for service in services.values()],
            chosen=agent.services or list(services),
        )

    def undo(self, act_id: str, words: str) -> None:
        """Takes an act of the history back."""
        hint = _("As a new act, unless something has changed meanwhile.")
        title = _("Take back: {act}").format(act=words)
        self.ask_reason(title, hint, lambda reason: self.acted.emit(UndoAct(act_id, reason)))

    def undo_last(self) -> None:
        """Takes the last act of this board back."""
        self.acted.emit(UndoLastAct())

    def ask_reason(self, title: str, hint: str, on_reason: Callable[[str], object]) -> None:
        """Asks for a reason and calls `on_reason` with it; nothing happens without one."""
        self._panel.open(title, hint, then=lambda _target, _text, reason: on_reason(reason))

    # ---- dropped by the mouse ----

    def dropped_on_service(self, ticket_ids: str, service: str) -> None:
        """Callers were dropped on a service; those who wait for it already stay."""
        tickets = self._facts.waiting(ticket_ids.split())
        if self._facts.connected and not self._facts.is_closed(service):
            self.service([ticket.id for ticket in tickets if ticket.service != service], service)

    def dropped_on_agent(self, ticket_ids: str, agent: str) -> None:
        """Callers were dropped on an agent."""
        is_there = any(candidate.id == agent for candidate in self._agents_there())
        if self._facts.connected and is_there:
            self.agent(ticket_ids.split(), agent)

    # ---- the panel ----

    def _agents_there(self) -> list[AgentFacts]:
        board = self._facts.board
        agents = in_order(board.agents if board else [])
        return [agent for agent in agents if agent.state is not AgentState.OFFLINE]

    def _common_targets(self, tickets: Sequence[Ticket]) -> list[tuple[object, str]]:
        """Services that take every one of these callers; a message says when there is none."""
        if not tickets:
            return []
        services = list(dict.fromkeys(ticket.service for ticket in tickets))
        if len(services) == 1:
            return self._targets(services[0])
        services_by_name = [(service.id, service.name) for service in self._facts.services.values()]
        targets: list[tuple[object, str]] = [
            (name, words) for name, words in services_by_name if not self._facts.is_closed(name)
        ]
        if not targets:
            self._show_no_target()
        return targets

    def _show_no_target(self) -> None:
        self._messages.show_message(Level.WARNING, _("No other service is open."), key="targets")

    def _targets(self, service: str) -> list[tuple[object, str]]:
        """Services that take callers; a message says when there is none."""
        targets = self._facts.targets(service)
        if not targets:
            self._show_no_target()
        return targets

    def _doing(self, make: Make) -> Given:
        def do(target: object, text: str, reason: str) -> None:
            self.acted.emit(DoAct(make(target, text), reason))

        return do


def _numbers(tickets: Sequence[Ticket]) -> str:
    """One caller's number, or how many they are."""
    if len(tickets) == 1:
        return tickets[0].number
    return _("{count} callers").format(count=len(tickets))
