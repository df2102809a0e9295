# SPDX-License-Identifier: GPL-3.0-only
"""The board's first page: the queue as it is now, with services, callers, agents, and the acts
under each.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QPoint, pyqtSignal
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QBoxLayout, QLabel, QMenu, QPushButton, QSplitter, QWidget

from resources.texts import _
from session.core.clock import Clock
from session.protocol.hub.tickets import TicketState
from views.board.acts import ActBeginner
from views.board.facts import WAITING, BoardFacts
from views.board.rows import agent_rows, queue_rows, ticket_row
from views.board.tables import BoardTable, TargetTable, TicketTable
from views.widgets.icons import icon
from views.widgets.parts import ElidedLabel, EmptyState, column, label, push_button, row
from views.widgets.theme import SPACE

TITLE_PX = 32
"""Height of a button."""

SERVICE_PX, WITH_PX = 155, 110
"""Where names of services and agents are cut among the callers, so that the site keeps some space.
"""


class BoardLivePage(QWidget):
    """Three tables side by side; a caller can be dragged from the middle one to the others.

    Args:
        longest_s: a wait of so many seconds is too long.

    Signals:
        undo_requested(): take the last act of this board back.
    """

    undo_requested = pyqtSignal()

    def __init__(
        self, facts: BoardFacts, acts: ActBeginner, *, clock: Clock, longest_s: int
    ) -> None:
        super().__init__()
        self._facts = facts
        self._acts = acts
        self._clock = clock
        self._longest_s = longest_s
        self.queues = TargetTable(
            "board_queues",
            _("Services"),
            heads=[_("Service"), _("Count"), _("Max"), _("State")],
            wide=0,
        )
        heads = [_("No."), _("Service"), _("Site"), _("Time"), _("Priority"), _("With")]
        self.tickets = TicketTable(
            "board_tickets", _("Callers"), heads=heads, wide=2, most_px={1: SERVICE_PX, 5: WITH_PX}
        )
        self.agents = TargetTable(
            "board_agents", _("Agents"), heads=[_("Agent"), _("State"), _("Since")], wide=1
        )
        self._make_acts()
        self._build()
        self._connect()

    # ---- facts ----

    def refresh(self) -> None:
        """Moves every clock to now."""
        facts, now = self._facts, self._clock.utc_now()
        names, limit_s = facts.agent_names(), self._longest_s
        self.tickets.show_rows(
            [
                ticket_row(one, facts.services, names, now_utc=now, longest_s=limit_s)
                for one in facts.tickets
            ]
        )
        self.queues.show_rows(
            queue_rows(
                facts.services, facts.queue_states(), facts.tickets, now_utc=now, longest_s=limit_s
            )
        )
        agents = facts.board.agents if facts.board is not None else []
        self.agents.show_rows(agent_rows(agents, facts.services, now))
        self._empty.setVisible(not facts.tickets)
        self.tickets.setVisible(bool(facts.tickets))
        waiting = sum(1 for ticket in facts.tickets if ticket.state in WAITING)
        self._callers.setText(
            _("Callers: {waiting} waiting, {others} with an agent").format(
                waiting=waiting, others=len(facts.tickets) - waiting
            )
        )
        self.allow()

    def show_undo(self, words: str) -> None:
        """Shows what "undo" would take back, or "" for nothing."""
        self._undo_words.setText(_("Undo: {act}").format(act=words) if words else "")
        self.allow()

    def allow(self) -> None:
        """Switches on the acts that are possible now."""
        ticket = self._facts.ticket(self.tickets.chosen())
        can = self._facts.connected and ticket is not None and ticket.state in WAITING
        for act in (self.give_agent, self.give_service, self.prioritise):
            act.setEnabled(can)
        talks = ticket is not None and ticket.state is TicketState.IN_SESSION
        self.join.setEnabled(self._facts.connected and talks)
        for act in (self.move_all, self.close_queue):
            act.setEnabled(self._facts.connected and bool(self.queues.chosen()))
        self.announce.setEnabled(self._facts.connected)
        self._undo.setEnabled(self._facts.connected and bool(self._undo_words.text()))

    # ---- building ----

    def _make_acts(self) -> None:
        acts, ticket, queue = self._acts, self.tickets.chosen, self.queues.chosen
        self.give_agent = self._act(_("To an agent…"), "agent", "F4", lambda: acts.agent(ticket()))
        self.give_service = self._act(
            _("To a service…"), "queue", "F5", lambda: acts.service(ticket())
        )
        self.prioritise = self._act(
            _("Priority…"), "priority", "F6", lambda: acts.priority(ticket())
        )
        self.join = self._act(_("Join visibly…"), "call", "F10", lambda: acts.join(ticket()))
        self.move_all = self._act(
            _("Move everybody…"), "arrow_right", "F7", lambda: acts.move(queue())
        )
        self.close_queue = self._act(
            _("Close or open…"), "forbidden", "F8", lambda: acts.close(queue())
        )
        self.announce = self._act(_("Message to all…"), "bell", "F9", acts.announce)
        self._undo = self._act(_("Take back"), "undo", "Ctrl+Z", self.undo_requested.emit)

    def _act(self, words: str, icon_name: str, keys: str, begin: Callable[[], None]) -> QAction:
        action = QAction(icon(icon_name), words, self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked: begin())
        self.addAction(action)
        return action

    def _button(self, action: QAction, icon_name: str, name: str) -> QPushButton:
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.PortableText)
        button = push_button(action.text(), icon_name, "plain", name=name, keys=keys)
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        return button

    def _build(self) -> None:
        self._callers = label(role="title", name="board_callers")
        self._undo_words = ElidedLabel(role="small", name="board_undo_words")
        self._empty = EmptyState(
            "empty_queue",
            _("Nobody is waiting"),
            advice=_("Callers appear here as soon as they press a button."),
            name="board_empty",
        )
        columns = QSplitter()
        columns.setChildrenCollapsible(False)
        columns.addWidget(self._build_queues())
        columns.addWidget(self._build_tickets())
        columns.addWidget(self._build_agents())
        columns.setStretchFactor(1, 3)
        columns.setStretchFactor(2, 1)
        columns.setSizes([360, 660, 330])
        column(self, columns, space=0)

    def _build_queues(self) -> QWidget:
        acts = row(None, self._button(self.move_all, "arrow_right", "act_move"), 0)
        acts.insertWidget(1, self._button(self.close_queue, "forbidden", "act_close"))
        return _panel(label(_("Services"), "title"), self.queues, acts)

    def _build_tickets(self) -> QWidget:
        acts = row(
            None,
            self._button(self.give_agent, "agent", "act_agent"),
            self._button(self.give_service, "queue", "act_service"),
            self._button(self.prioritise, "priority", "act_priority"),
            self._button(self.join, "call", "act_join"),
            0,
        )
        title = row(
            None, self._callers, self._undo_words, self._button(self._undo, "undo", "act_undo")
        )
        made = _panel(title, self.tickets, acts)
        box = made.layout()
        assert isinstance(box, QBoxLayout)
        box.insertWidget(1, self._empty, 1)
        return made

    def _build_agents(self) -> QWidget:
        self.agents.setMinimumWidth(315)
        acts = row(None, self._button(self.announce, "bell", "act_announce"), 0)
        return _panel(label(_("Agents"), "title"), self.agents, acts)

    def _connect(self) -> None:
        self.queues.ticket_dropped.connect(self._acts.dropped_on_service)
        self.agents.ticket_dropped.connect(self._acts.dropped_on_agent)
        for table in (self.tickets, self.queues, self.agents):
            table.currentItemChanged.connect(lambda _now, _before: self.allow())
        self.tickets.itemActivated.connect(lambda _item, _column: self.give_agent.trigger())
        self._menu(self.tickets, self.give_agent, self.give_service, self.prioritise, self.join)
        self._menu(self.queues, self.move_all, self.close_queue)

    def _menu(self, table: BoardTable, *acts: QAction) -> None:
        menu = QMenu(table)
        menu.addActions(list(acts))

        def pop_up(place: QPoint) -> None:
            menu.popup(place)

        table.menu_requested.connect(pop_up)


def _panel(title: QLabel | QBoxLayout, table: BoardTable, acts: QBoxLayout) -> QWidget:
    """The tables begin at one height, with or without a button beside the title."""
    made = QWidget()
    if isinstance(title, QLabel):
        title.setMinimumHeight(TITLE_PX)
    column(made, title, table, acts, space=SPACE[1], margins=(0, 0, 0, 0)).setStretch(1, 1)
    return made
