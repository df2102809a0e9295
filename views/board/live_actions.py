# SPDX-License-Identifier: GPL-3.0-only
"""The acts on what is chosen in the tables of the board's first page: keys, buttons and menus.
Used by that page.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QPoint
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMenu, QPushButton, QWidget

from resources.texts import _
from session.protocol.hub.board import MessageTo
from session.protocol.hub.tickets import TicketState
from views.board.acts import ActBeginner
from views.board.facts import BoardFacts
from views.board.tables import BoardTable, TargetTable, TicketTable
from views.widgets.icons import icon
from views.widgets.parts import push_button
from views.widgets.plain_words import face_words, written_words


class LiveActions:
    """Begins acts on the chosen callers, service or agent.

    Args:
        page: their keys work in it.
        acts: begins them.
    """

    def __init__(
        self,
        page: QWidget,
        acts: ActBeginner,
        *,
        facts: BoardFacts,
        tickets: TicketTable,
        queues: TargetTable,
        agents: TargetTable,
    ) -> None:
        self._page = page
        self._acts = acts
        self._facts = facts
        self._tickets = tickets
        self._queues = queues
        self._agents = agents
        self._make_callers_acts()
        self._make_services_acts()
        self._make_agents_acts()
        self._undo = self._act(_("Take back"), "undo", "Ctrl+Z", acts.undo_last)
        tickets.itemActivated.connect(lambda _item, _column: self.give_agent.trigger())
        agents.itemActivated.connect(lambda _item, _column: self._set_state.trigger())

    # ---- building ----

    def _make_callers_acts(self) -> None:
        acts, table = self._acts, self._tickets
        self.give_agent = self._act(
            _("To an agent…"), "agent", "F4", lambda: acts.agent(table.all_chosen())
        )
        self._give_service = self._act(
            _("To a service…"), "queue", "F5", lambda: acts.service(table.all_chosen())
        )
        self._prioritise = self._act(
            _("Priority…"), "priority", "F6", lambda: acts.priority(table.all_chosen())
        )
        self._join = self._act(_("Join visibly…"), "call", "F10", lambda: acts.join(table.chosen()))
        self._join_agent = self._act(
            _("Join this agent visibly…"),
            "call",
            "Ctrl+F10",
            lambda: acts.join_agent(self._agents.chosen()),
        )
        _add_menu(table, self.give_agent, self._give_service, self._prioritise, self._join)

    def _make_services_acts(self) -> None:
        acts, queue = self._acts, self._queues.chosen
        self._move_all = self._act(
            _("Move everybody…"), "arrow_right", "F7", lambda: acts.move(queue())
        )
        self._close_queue = self._act(
            _("Close or open…"), "forbidden", "F8", lambda: acts.close(queue())
        )
        self.announce = self._act(_("Message…"), "bell", "F9", acts.announce)
        message = QAction(icon("bell"), _("Message to these agents…"), self._page)
        message.triggered.connect(lambda: acts.announce((MessageTo.SERVICE, queue())))
        _add_menu(self._queues, self._move_all, self._close_queue, message)

    def _make_agents_acts(self) -> None:
        acts, agent = self._acts, self._agents.chosen
        self._set_state = self._act(_("State…"), "paused", "Ctrl+E", lambda: acts.state(agent()))
        self._set_services = self._act(
            _("Services…"), "appointment", "Ctrl+T", lambda: acts.services(agent())
        )
        message = QAction(icon("bell"), _("Message to this agent…"), self._page)
        message.triggered.connect(lambda: acts.announce((MessageTo.AGENT, agent())))
        _add_menu(self._agents, self._join_agent, self._set_state, self._set_services, message)

    def _act(self, words: str, icon_name: str, keys: str, begin: Callable[[], None]) -> QAction:
        action = QAction(icon(icon_name), face_words(words), self._page)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked: begin())
        self._page.addAction(action)
        return action

    # ---- buttons ----

    def services_buttons(self) -> list[QPushButton]:
        """Return the buttons under the services."""
        return [
            _button(self._move_all, "arrow_right", "act_move"),
            _button(self._close_queue, "forbidden", "act_close"),
        ]

    def callers_buttons(self) -> list[QPushButton]:
        """Return the buttons under the callers."""
        return [
            _button(self.give_agent, "agent", "act_agent"),
            _button(self._give_service, "queue", "act_service"),
            _button(self._prioritise, "priority", "act_priority"),
            _button(self._join, "call", "act_join"),
        ]

    def agents_buttons(self) -> list[QPushButton]:
        """Return the buttons under the agents."""
        return [
            _button(self._set_state, "paused", "act_state"),
            _button(self._set_services, "appointment", "act_services"),
            _button(self._join_agent, "call", "act_join_agent"),
        ]

    def undo_button(self) -> QPushButton:
        """Return the button that takes the last act back, seen while there is one."""
        button = _button(self._undo, "undo", "act_undo")
        button.hide()
        self._undo.changed.connect(lambda: button.setVisible(self._undo.isEnabled()))
        return button

    def announce_button(self) -> QPushButton:
        """Return the button that writes to agents."""
        return _button(self.announce, "bell", "act_announce")

    # ---- facts ----

    def allow(self, *, can_undo: bool) -> None:
        """Switches on the acts that are possible now."""
        facts, connected = self._facts, self._facts.connected
        ticket = facts.ticket(self._tickets.chosen())
        can = connected and bool(facts.waiting(self._tickets.all_chosen()))
        for act in (self.give_agent, self._give_service, self._prioritise):
            act.setEnabled(can)
        talks = ticket is not None and ticket.state is TicketState.IN_SESSION
        of_agent = facts.talk_of(self._agents.chosen())
        self._join.setEnabled(connected and talks)
        self._join_agent.setEnabled(connected and of_agent is not None)
        for act in (self._move_all, self._close_queue):
            act.setEnabled(connected and bool(self._queues.chosen()))
        for act in (self._set_state, self._set_services):
            act.setEnabled(connected and bool(self._agents.chosen()))
        self.announce.setEnabled(connected)
        self._undo.setEnabled(connected and can_undo)


def _button(action: QAction, icon_name: str, name: str) -> QPushButton:
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.PortableText)
    button = push_button(written_words(action.text()), icon_name, "plain", name=name, keys=keys)
    button.clicked.connect(action.trigger)
    action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
    return button


def _add_menu(table: BoardTable, *acts: QAction) -> None:
    menu = QMenu(table)
    menu.addActions(list(acts))

    def pop_up(place: QPoint) -> None:
        menu.popup(place)

    table.menu_requested.connect(pop_up)
