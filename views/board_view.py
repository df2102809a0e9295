# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's window: figures, services, tickets, agents, each act by mouse and by keyboard. Built by compose.

It shows facts and emits wishes: an act with its reason leaves as `act_requested`, nothing changes here until the hub
has done it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QPoint, QTimer, pyqtSignal
from PyQt6.QtGui import QAction, QCloseEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import QBoxLayout, QLabel, QMainWindow, QMenu, QPushButton, QSplitter, QWidget

from resources.texts import _
from session.clock import Clock
from session.desk.board_acts import Act, Announce, GiveToAgent, GiveToService, MoveQueue, SetPriority, SetQueue
from session.protocol.board_messages import AgentState, BoardAnswer
from session.protocol.hub_messages import Service
from session.protocol.tickets import Ticket, TicketState, queue_order
from views.board_act_panel import ActPanel
from views.board_figures import BoardFigures, Thresholds
from views.board_header import BoardHeader
from views.board_rows import AGENT_STATES, PRIORITIES, agent_rows, in_order, priority_words, queue_rows, ticket_row
from views.board_tables import BoardTable, TargetTable, TicketTable
from views.desk_parts import ElidedLabel, EmptyState, column, label, push_button, row
from views.icons import icon
from views.message_bar import Level, MessageBar
from views.theme import SPACE

WAITING = (TicketState.WAITING, TicketState.OFFERED)


class BoardWindow(QMainWindow):
    """Steers the queue of one organisation.

    Args:
        clock: for waits. thresholds: from where a figure is an alert.

    Signals:
        act_requested(object, str): an `Act` and its reason.
        undo_requested(): take the last act back.
        theme_requested(bool): True for dark. close_requested(): the person wants to stop.
    """

    act_requested = pyqtSignal(object, str)
    undo_requested = pyqtSignal()
    theme_requested = pyqtSignal(bool)
    close_requested = pyqtSignal()

    def __init__(self, clock: Clock, thresholds: Thresholds | None = None) -> None:
        super().__init__()
        self.setObjectName("board_window")
        self._clock, self._limits = clock, thresholds or Thresholds()
        self._tickets: list[Ticket] = []
        self._services: dict[str, Service] = {}
        self._board: BoardAnswer | None = None
        self._pending: Callable[[object, str], Act] | None = None
        self._back: QWidget | None = None
        self._connected, self._may_close = False, False
        self.header, self.figures = BoardHeader(), BoardFigures(self._limits)
        self.panel, self.messages = ActPanel(), MessageBar()
        self.queues = TargetTable(
            "board_queues", _("Services"), [_("Service"), _("Waiting"), _("Longest"), _("State")], 0
        )
        heads = [_("No."), _("Service"), _("Site"), _("Time"), _("Priority"), _("With")]
        self.tickets = TicketTable("board_tickets", _("Callers"), heads, 2)
        self.agents = TargetTable("board_agents", _("Agents"), [_("Agent"), _("State"), _("Since")], 0)
        self._make_acts()
        self._build()
        self._connect()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.refresh)
        self._second.start()
        self.setMinimumSize(1000, 600)
        self.set_connection(False)
        self.show_undo(None)
        self.refresh()
        self.queues.setFocus()

    # ---- facts ----

    def show_identity(self, organisation: str, supervisor: str) -> None:
        """Names of the organisation and of the supervisor; also the window's title."""
        self.header.show_identity(organisation, supervisor)
        self.setWindowTitle(f"{_('Supervisor')} – {organisation}")

    def set_connection(self, connected: bool) -> None:
        """Whether the hub answers; without it nothing can be done."""
        self._connected = connected
        self.header.show_connection(connected)
        self._allow()

    def set_tickets(self, tickets: Sequence[Ticket], services: Sequence[Service]) -> None:
        """All open tickets of the organisation and its services in their order."""
        self._tickets = sorted(tickets, key=lambda one: (one.state not in WAITING, queue_order(one)))
        self._services = {service.id: service for service in services}
        self.refresh()

    def show_board(self, board: BoardAnswer) -> None:
        """Agents, services' states and the day's figures."""
        self._board = board
        self.figures.show_board(board)
        self.refresh()

    def show_undo(self, act: Act | None) -> None:
        """The act that "undo" would do now, or None."""
        self._undo_words.setText(_("Undo: {act}").format(act=self.words_of(act)) if act is not None else "")
        self._allow()

    def refresh(self) -> None:
        """Moves every clock to now."""
        now = self._clock.utc_now()
        self.figures.show_waiting(self._tickets, now)
        names = {agent.id: agent.name for agent in self._board.agents} if self._board is not None else {}
        limit_s = self._limits.longest_s
        self.tickets.show_rows([ticket_row(one, self._services, names, now, limit_s) for one in self._tickets])
        states = {queue.service: queue for queue in self._board.queues} if self._board is not None else {}
        self.queues.show_rows(queue_rows(self._services, states, self._tickets, now, limit_s))
        self.agents.show_rows(agent_rows(self._board.agents, now) if self._board is not None else [])
        self._empty.setVisible(not self._tickets)
        self.tickets.setVisible(bool(self._tickets))
        waiting = sum(1 for ticket in self._tickets if ticket.state in WAITING)
        self._callers.setText(
            _("Callers: {waiting} waiting, {others} with an agent").format(
                waiting=waiting, others=len(self._tickets) - waiting
            )
        )
        self._allow()

    def words_of(self, act: Act) -> str:
        """An act in words."""
        match act:
            case GiveToService(ticket=ticket, service=service):
                return _("{number} to {service}").format(number=ticket.number, service=self._service_name(service))
            case GiveToAgent(ticket=ticket, agent=""):
                return _("{number} for everybody").format(number=ticket.number)
            case GiveToAgent(ticket=ticket, agent=agent):
                return _("{number} for {name}").format(number=ticket.number, name=self._agent_name(agent))
            case SetPriority(ticket=ticket, priority=priority):
                words = _("{number}: priority {priority}")
                return words.format(number=ticket.number, priority=priority_words(priority).lower())
            case MoveQueue(service=service, to=to):
                words = _("everybody from {service} to {target}")
                return words.format(service=self._service_name(service), target=self._service_name(to))
            case SetQueue(service=service, closed=closed):
                words = _("{service} closed") if closed else _("{service} open")
                return words.format(service=self._service_name(service))
            case Announce():
                return _("message to all agents")

    def close_now(self) -> None:
        """Closes; the program has stopped everything before."""
        self._may_close = True
        self.close()

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Asks the program to stop in order."""
        if a0 is not None and not self._may_close:
            a0.ignore()
            self.close_requested.emit()

    # ---- building ----

    def _make_acts(self) -> None:
        self._give_agent = self._act(_("Give to an agent…"), "agent", "F4", self._begin_agent)
        self._give_service = self._act(_("Give to a service…"), "queue", "F5", self._begin_service)
        self._prioritise = self._act(_("Priority…"), "priority", "F6", self._begin_priority)
        self._move = self._act(_("Move everybody…"), "arrow_right", "F7", self._begin_move)
        self._close = self._act(_("Close or open…"), "forbidden", "F8", self._begin_close)
        self._announce = self._act(_("Message to all…"), "bell", "F9", self._begin_announce)
        self._undo = self._act(_("Undo"), "undo", "Ctrl+Z", self.undo_requested.emit)

    def _act(self, words: str, icon_name: str, keys: str, begin: Callable[[], None]) -> QAction:
        action = QAction(icon(icon_name), words, self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked: begin())
        self.addAction(action)
        return action

    def _button(self, action: QAction, icon_name: str, name: str) -> QPushButton:
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.PortableText)
        button = push_button(action.text(), icon_name, "plain", name, keys)
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        return button

    def _build(self) -> None:
        root = QWidget()
        root.setObjectName("desk_root")
        self._callers = label(role="title", name="board_callers")
        self._undo_words = ElidedLabel(role="small", name="board_undo_words")
        self._empty = EmptyState(
            "empty_queue",
            _("Nobody is waiting"),
            _("Callers appear here as soon as they press a button."),
            "board_empty",
        )
        columns = QSplitter()
        columns.setChildrenCollapsible(False)
        columns.addWidget(self._build_queues())
        columns.addWidget(self._build_tickets())
        columns.addWidget(self._build_agents())
        columns.setStretchFactor(1, 1)
        columns.setSizes([395, 670, 345])
        margins = (SPACE[2], 0, SPACE[2], SPACE[1])
        middle = column(None, columns, self.panel, space=SPACE[1], margins=margins)
        middle.setStretch(0, 1)
        whole = column(root, self.header, self.figures, space=0)
        whole.addLayout(middle, 1)
        whole.addWidget(self.messages)
        self.setCentralWidget(root)

    def _build_queues(self) -> QWidget:
        acts = row(None, self._button(self._move, "arrow_right", "act_move"), 0)
        acts.insertWidget(1, self._button(self._close, "forbidden", "act_close"))
        return _panel(label(_("Services"), "title"), self.queues, acts)

    def _build_tickets(self) -> QWidget:
        acts = row(
            None,
            self._button(self._give_agent, "agent", "act_agent"),
            self._button(self._give_service, "queue", "act_service"),
            self._button(self._prioritise, "priority", "act_priority"),
            self._undo_words,
            self._button(self._undo, "undo", "act_undo"),
        )
        made = _panel(self._callers, self.tickets, acts)
        box = made.layout()
        assert isinstance(box, QBoxLayout)
        box.insertWidget(1, self._empty, 1)
        return made

    def _build_agents(self) -> QWidget:
        self.agents.setMinimumWidth(315)
        acts = row(None, self._button(self._announce, "bell", "act_announce"), 0)
        return _panel(label(_("Agents"), "title"), self.agents, acts)

    def _connect(self) -> None:
        self.header.theme_requested.connect(self.theme_requested)
        self.panel.confirmed.connect(self._on_confirmed)
        self.panel.cancelled.connect(self._on_cancelled)
        self.queues.ticket_dropped.connect(self._on_dropped_on_service)
        self.agents.ticket_dropped.connect(self._on_dropped_on_agent)
        for table in (self.tickets, self.queues, self.agents):
            table.currentItemChanged.connect(lambda _now, _before: self._allow())
        self.tickets.itemActivated.connect(lambda _item, _column: self._give_agent.trigger())
        self._menu(self.tickets, self._give_agent, self._give_service, self._prioritise)
        self._menu(self.queues, self._move, self._close)
        focus: dict[str, BoardTable] = {"Ctrl+1": self.queues, "Ctrl+2": self.tickets, "Ctrl+3": self.agents}
        for keys, target in focus.items():
            QShortcut(QKeySequence(keys), self).activated.connect(target.setFocus)
        QShortcut(QKeySequence("F12"), self).activated.connect(self.messages.dismiss_all)

    def _menu(self, table: BoardTable, *acts: QAction) -> None:
        menu = QMenu(table)
        menu.addActions(list(acts))

        def pop_up(place: QPoint) -> None:
            menu.popup(place)

        table.menu_requested.connect(pop_up)

    def _allow(self) -> None:
        ticket = self._chosen()
        can = self._connected and ticket is not None and ticket.state in WAITING
        for act in (self._give_agent, self._give_service, self._prioritise):
            act.setEnabled(can)
        for act in (self._move, self._close):
            act.setEnabled(self._connected and bool(self.queues.chosen()))
        self._announce.setEnabled(self._connected)
        self._undo.setEnabled(self._connected and bool(self._undo_words.text()))

    # ---- beginning an act ----

    def _chosen(self, ticket_id: str = "") -> Ticket | None:
        wanted = ticket_id or self.tickets.chosen()
        return next((ticket for ticket in self._tickets if ticket.id == wanted), None)

    def _service_name(self, service: str) -> str:
        return self._services[service].name if service in self._services else service

    def _agent_name(self, agent: str) -> str:
        agents = self._board.agents if self._board is not None else []
        return next((one.name for one in agents if one.id == agent), agent)

    def _begin(self, make: Callable[[object, str], Act]) -> None:
        self._pending = make
        if not self.panel.isVisible():
            self._back = self.focusWidget()

    def _begin_agent(self, ticket_id: str = "", chosen: str | None = None) -> None:
        ticket = self._chosen(ticket_id)
        if ticket is None or ticket.state not in WAITING:
            return
        agents = [
            one for one in in_order(self._board.agents if self._board else []) if one.state is not AgentState.OFFLINE
        ]
        targets: list[tuple[object, str]] = [
            (one.id, f"{one.name} ({_(AGENT_STATES[one.state][0]).lower()})") for one in agents
        ]
        if ticket.assigned_to:
            targets.append(("", _("Everybody")))
        if not targets:
            self.messages.show_message(Level.WARNING, _("No agent is there to give a caller to."), key="targets")
            return
        self._begin(lambda target, _text: GiveToAgent(ticket, str(target)))
        hint = _("Only this agent may accept for 60 s, then everybody.")
        title = _("Keep {number} for an agent").format(number=ticket.number)
        self.panel.open(title, hint, _("Agent"), targets, chosen)

    def _begin_service(self, ticket_id: str = "", chosen: str | None = None) -> None:
        ticket = self._chosen(ticket_id)
        if ticket is None or ticket.state not in WAITING:
            return
        targets = self._targets(but=ticket.service)
        if not targets:
            return
        self._begin(lambda target, _text: GiveToService(ticket, str(target)))
        title = _("Give {number} to another service").format(number=ticket.number)
        self.panel.open(title, _("The caller keeps the time of arrival."), _("Service"), targets, chosen)

    def _begin_priority(self) -> None:
        ticket = self._chosen()
        if ticket is None or ticket.state not in WAITING:
            return
        self._begin(lambda target, _text: SetPriority(ticket, target if isinstance(target, int) else 0))
        title = _("Priority of {number}").format(number=ticket.number)
        levels: list[tuple[object, str]] = [
            (level, _(words)) for level, words in PRIORITIES if level != ticket.priority
        ]
        self.panel.open(title, _("Higher is served first, then arrival."), _("Priority"), levels)

    def _begin_move(self) -> None:
        service = self.queues.chosen()
        if not service:
            return
        targets = self._targets(but=service)
        if not targets:
            return
        count = sum(1 for one in self._tickets if one.service == service and one.state in WAITING)
        self._begin(lambda target, _text: MoveQueue(service, str(target)))
        title = _("Move everybody who waits for {service}").format(service=self._service_name(service))
        hint = _("Callers concerned now: {count}").format(count=count)
        self.panel.open(title, hint, _("To the service"), targets)

    def _begin_close(self) -> None:
        service = self.queues.chosen()
        if not service:
            return
        closed = self._is_closed(service)
        self._begin(lambda _target, _text: SetQueue(service, not closed))
        name = self._service_name(service)
        if closed:
            self.panel.open(_("Open {service}").format(service=name), _("Its buttons come back on the kiosks."), "", [])
        else:
            hint = _("Its buttons are switched off on the kiosks. Those who wait are still served.")
            self.panel.open(_("Close {service}").format(service=name), hint, "", [])

    def _begin_announce(self) -> None:
        self._begin(lambda _target, text: Announce(text))
        self.panel.open_text(_("Message to all agents"), _("Shown at the bottom of their window."))

    def _is_closed(self, service: str) -> bool:
        states = {queue.service: queue.closed for queue in self._board.queues} if self._board is not None else {}
        return states.get(service, False)

    def _targets(self, but: str) -> list[tuple[object, str]]:
        """Services that take callers, without one; says so when there is none."""
        names = self._services.values()
        found: list[tuple[object, str]] = [
            (one.id, one.name) for one in names if one.id != but and not self._is_closed(one.id)
        ]
        if not found:
            self.messages.show_message(Level.WARNING, _("No other service is open."), key="targets")
        return found

    def _on_dropped_on_service(self, ticket_id: str, service: str) -> None:
        ticket = self._chosen(ticket_id)
        if self._connected and ticket is not None and ticket.service != service and not self._is_closed(service):
            self._begin_service(ticket_id, service)

    def _on_dropped_on_agent(self, ticket_id: str, agent: str) -> None:
        agents = self._board.agents if self._board is not None else []
        if self._connected and any(one.id == agent and one.state is not AgentState.OFFLINE for one in agents):
            self._begin_agent(ticket_id, agent)

    def _on_confirmed(self, target: object, text: str, reason: str) -> None:
        make, self._pending = self._pending, None
        self._focus_back()
        if make is not None:
            self.act_requested.emit(make(target, text), reason)

    def _on_cancelled(self) -> None:
        self._pending = None
        self._focus_back()

    def _focus_back(self) -> None:
        (self._back if self._back is not None and self._back.isVisible() else self.tickets).setFocus()


def _panel(title: QLabel, table: BoardTable, acts: QBoxLayout) -> QWidget:
    made = QWidget()
    column(made, title, table, acts, space=SPACE[1], margins=(0, 0, 0, 0)).setStretch(1, 1)
    return made
