# SPDX-License-Identifier: GPL-3.0-only
"""The board's first page: the queue as it is now, with services, callers, agents, and the acts
under each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QPoint, QSize
from PyQt6.QtGui import QAction, QKeySequence, QResizeEvent
from PyQt6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QLabel,
    QLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QWidget,
)

from resources.plain_text import plain_text
from resources.texts import _
from session.core.clock import Clock
from session.protocol.hub.board import MessageTo
from session.protocol.hub.tickets import Ticket, TicketState
from views.board.acts import ActBeginner
from views.board.facts import WAITING, BoardFacts
from views.board.rows import QueueLimits, agent_rows, queue_rows, ticket_row
from views.board.tables import BoardTable, TargetTable, TicketTable
from views.widgets.icons import icon
from views.widgets.parts import (
    ElidedLabel,
    EmptyState,
    FlowLayout,
    column,
    label,
    push_button,
    row,
    tell_choice,
)
from views.widgets.plain_words import face_words, written_words
from views.widgets.theme import SPACE, text_scale

TITLE_PX = 32
"""Height of a button."""

GAP_PX = SPACE[0]
"""Beside the handles between the tables."""

UNDO_LETTERS = 14
"""What can be read at least of what "undo" would take back, beside the callers' heading."""

IN_TURN = -1
"""In place of a column to sort by: as callers are served."""

IN_TIME, WIDE_PX = 3, 1400
"""The column of a service's share answered in time, and the page's width from which it is shown."""

LONGEST, WITH = 2, 5
"""In large letters these give way: a service's longest wait (the callers have it), and whom a
caller is with (in the tool tip of the number).
"""

MOST_ROWS = 300
"""So many callers have a row, in the order that is chosen; services and sites narrow it."""

SERVICE_PX, WITH_PX = 155, 110
"""Where names of services and agents are cut among the callers, so that the site keeps some space.
"""


class BoardLivePage(QWidget):
    """Three tables side by side; a caller can be dragged from the middle one to the others.

    Args:
        limits: from where a wait is too long, where a service says nothing else.
    """

    def __init__(
        self, facts: BoardFacts, acts: ActBeginner, *, clock: Clock, limits: QueueLimits
    ) -> None:
        super().__init__()
        self._facts = facts
        self._acts = acts
        self._clock = clock
        self._limits = limits
        self._sorted_by = IN_TURN
        self._descending = False
        self.queues = TargetTable(
            "board_queues",
            _("Services"),
            heads=[_("Service"), _("Count"), _("Max"), _("In time"), _("To expect")],
            wide=0,
            spare=(LONGEST,),
        )
        heads = [_("No."), _("Service"), _("Site"), _("Time"), _("Priority"), _("With")]
        self.tickets = TicketTable(
            "board_tickets",
            _("Callers"),
            heads=heads,
            wide=2,
            most_px={1: SERVICE_PX, WITH: WITH_PX},
            spare=(WITH,),
        )
        self.agents = TargetTable(
            "board_agents", _("Agents"), heads=[_("Agent"), _("State"), _("Since")], wide=1
        )
        self.tickets.sort_by_heads()
        self._of_service = _filter("board_of_service")
        self._of_site = _filter("board_of_site")
        self._of_service.setAccessibleName(_("Show only one service"))
        self._of_site.setAccessibleName(_("Show only one site"))
        self._make_acts()
        self._build()
        self._connect()

    # ---- facts ----

    def refresh(self) -> None:
        """Moves every clock to now."""
        facts, now = self._facts, self._clock.utc_now()
        self._fill_filters()
        tickets = self._shown()
        names = facts.agent_names()
        self.tickets.show_rows(
            [
                ticket_row(ticket, facts.services, names, now_utc=now, limits=self._limits.waits)
                for ticket in tickets[:MOST_ROWS]
            ]
        )
        self.queues.show_rows(
            queue_rows(
                facts.services,
                facts.queue_states(),
                facts.tickets,
                now_utc=now,
                limits=self._limits,
                is_known=facts.connected,
            )
        )
        if facts.board is not None:
            agents = facts.board.agents
        else:
            agents = []
        only = self._of_service.currentData() or ""
        able = [
            agent for agent in agents if not only or not agent.services or only in agent.services
        ]
        self.agents.show_rows(agent_rows(able, facts.services, now))
        self._show_empty(tickets)
        waiting = sum(1 for ticket in tickets if ticket.state in WAITING)
        is_known = self._facts.connected or bool(self._facts.tickets)
        words = _("Callers: {waiting} waiting, {others} with an agent").format(
            waiting=waiting if is_known else "–", others=len(tickets) - waiting if is_known else "–"
        )
        if len(tickets) > MOST_ROWS:
            words += " · " + _("the first {count} are shown").format(count=MOST_ROWS)
        chosen = len(self.tickets.all_chosen())
        if chosen > 1:
            words += " · " + _("{count} chosen").format(count=chosen)
        self._callers.setText(words)
        self.allow()

    def _show_empty(self, tickets: Sequence[Ticket]) -> None:
        if self._facts.tickets and not tickets:
            self._empty.show_words(
                _("Nobody waits for what is chosen"),
                _("Choose all services and all sites."),
                "empty_queue",
            )
        elif not self._facts.connected:
            self._empty.show_words(
                _("Connection lost"),
                _("Who waits is shown as soon as the network answers."),
                "retry",
            )
        else:
            self._empty.show_words(
                _("Nobody is waiting"),
                _("Callers appear here as soon as they press a button."),
                "empty_queue",
            )
        self._empty.setVisible(not tickets)
        self.tickets.setVisible(bool(tickets))

    # ---- which callers, in which order ----

    def _fill_filters(self) -> None:
        facts = self._facts
        services = [(service.id, service.name) for service in facts.services.values()]
        # a site may have left the convention while its callers wait
        sites = sorted(
            {site.name for site in facts.sites()} | {ticket.site for ticket in facts.tickets}
        )
        _fill(self._of_service, _("All services"), services)
        _fill(self._of_site, _("All sites"), [(name, name) for name in sites])

    def _shown(self) -> list[Ticket]:
        service, site = self._of_service.currentData(), self._of_site.currentData()
        tickets = [
            ticket
            for ticket in self._facts.tickets
            if service in ("", None, ticket.service) and site in ("", None, ticket.site)
        ]
        key = self._sort_key()
        if key is None:
            return tickets
        return sorted(tickets, key=key, reverse=self._descending)

    def _sort_key(self) -> Callable[[Ticket], tuple[object, ...]] | None:
        """None: in turn, as they are served; else who waits comes in turn within equals."""
        facts, order = self._facts, list(self._facts.services)
        names = facts.agent_names()
        turn = {ticket.id: place for place, ticket in enumerate(facts.tickets)}
        keys: dict[int, Callable[[Ticket], object]] = {
            0: lambda ticket: ticket.number,
            1: lambda ticket: (
                order.index(ticket.service) if ticket.service in order else len(order)
            ),
            2: lambda ticket: ticket.site,
            3: lambda ticket: ticket.accepted_at_utc or ticket.arrived_at_utc,
            4: lambda ticket: -ticket.priority,
            5: lambda ticket: names.get(ticket.agent or ticket.assigned_to or "", ""),
        }
        key = keys.get(self._sorted_by)
        if key is None:
            return None
        by = -1 if self._descending else 1
        return lambda ticket: (key(ticket), by * turn[ticket.id])

    def _on_sort(self, column: int) -> None:
        """Up, down, then in turn again."""
        if column != self._sorted_by:
            self._sorted_by = column
            self._descending = False
        elif not self._descending:
            self._descending = True
        else:
            self._sorted_by = IN_TURN
            self._descending = False
        self.tickets.show_sorting(self._sorted_by, self._descending)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """On a small screen the share answered in time gives way; the tool tip has it."""
        super().resizeEvent(event)
        self.queues.setColumnHidden(IN_TIME, self.width() < WIDE_PX * text_scale())

    def show_undo(self, words: str) -> None:
        """Shows what "undo" would take back, or "" for nothing."""
        self._undo_words.setText(_("Undo: {act}").format(act=words) if words else "")
        self.allow()

    def allow(self) -> None:
        """Switches on the acts that are possible now."""
        ticket = self._facts.ticket(self.tickets.chosen())
        can = self._facts.connected and bool(self._facts.waiting(self.tickets.all_chosen()))
        for act in (self.give_agent, self.give_service, self.prioritise):
            act.setEnabled(can)
        talks = ticket is not None and ticket.state is TicketState.IN_SESSION
        of_agent = self._facts.talk_of(self.agents.chosen())
        self.join.setEnabled(self._facts.connected and talks)
        self.join_agent.setEnabled(self._facts.connected and of_agent is not None)
        for act in (self.move_all, self.close_queue):
            act.setEnabled(self._facts.connected and bool(self.queues.chosen()))
        for act in (self.set_state, self.set_services):
            act.setEnabled(self._facts.connected and bool(self.agents.chosen()))
        self.announce.setEnabled(self._facts.connected)
        self._undo.setEnabled(self._facts.connected and bool(self._undo_words.text()))

    # ---- building ----

    def _make_acts(self) -> None:
        acts, ticket, queue = self._acts, self.tickets.chosen, self.queues.chosen
        several, agent = self.tickets.all_chosen, self.agents.chosen
        self.give_agent = self._act(_("To an agent…"), "agent", "F4", lambda: acts.agent(several()))
        self.give_service = self._act(
            _("To a service…"), "queue", "F5", lambda: acts.service(several())
        )
        self.prioritise = self._act(
            _("Priority…"), "priority", "F6", lambda: acts.priority(several())
        )
        self.join = self._act(_("Join visibly…"), "call", "F10", lambda: acts.join(ticket()))
        self.join_agent = self._act(
            _("Join this agent visibly…"), "call", "Ctrl+F10", lambda: acts.join_agent(agent())
        )
        self.move_all = self._act(
            _("Move everybody…"), "arrow_right", "F7", lambda: acts.move(queue())
        )
        self.close_queue = self._act(
            _("Close or open…"), "forbidden", "F8", lambda: acts.close(queue())
        )
        self.announce = self._act(_("Message…"), "bell", "F9", acts.announce)
        self.set_state = self._act(_("State…"), "paused", "Ctrl+E", lambda: acts.state(agent()))
        self.set_services = self._act(
            _("Services…"), "appointment", "Ctrl+T", lambda: acts.services(agent())
        )
        self._tell_agent = QAction(icon("bell"), _("Message to this agent…"), self)
        self._tell_agent.triggered.connect(lambda: acts.announce((MessageTo.AGENT, agent())))
        self._tell_service = QAction(icon("bell"), _("Message to these agents…"), self)
        self._tell_service.triggered.connect(lambda: acts.announce((MessageTo.SERVICE, queue())))
        self._undo = self._act(_("Take back"), "undo", "Ctrl+Z", acts.undo_last)

    def _act(self, words: str, icon_name: str, keys: str, begin: Callable[[], None]) -> QAction:
        action = QAction(icon(icon_name), face_words(words), self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked: begin())
        self.addAction(action)
        return action

    def _button(self, action: QAction, icon_name: str, name: str) -> QPushButton:
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.PortableText)
        button = push_button(written_words(action.text()), icon_name, "plain", name=name, keys=keys)
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        return button

    def _build(self) -> None:
        self._callers = label(role="title", name="board_callers")
        self._undo_words = _UndoWords(role="small", name="board_undo_words")
        self._undo_words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._empty = EmptyState(
            "empty_queue",
            "",
            advice="",
            name="board_empty",
        )
        self.tickets.setMinimumHeight(24)  # while an act is open, its buttons come first
        columns = QSplitter()
        columns.setChildrenCollapsible(False)
        columns.addWidget(self._build_queues())
        columns.addWidget(self._build_tickets())
        columns.addWidget(self._build_agents())
        columns.setStretchFactor(1, 3)
        columns.setStretchFactor(2, 1)
        columns.setSizes([350, 590, 304])
        column(self, columns, space=0)

    def _build_queues(self) -> QWidget:
        acts = FlowLayout(
            self._button(self.move_all, "arrow_right", "act_move"),
            self._button(self.close_queue, "forbidden", "act_close"),
        )
        return _panel(label(_("Services"), "title"), self.queues, acts, left_px=0, right=GAP_PX)

    def _build_tickets(self) -> QWidget:
        acts = FlowLayout(
            self._button(self.give_agent, "agent", "act_agent"),
            self._button(self.give_service, "queue", "act_service"),
            self._button(self.prioritise, "priority", "act_priority"),
            self._button(self.join, "call", "act_join"),
        )
        title = FlowLayout(
            self._callers, self._undo_words, self._button(self._undo, "undo", "act_undo")
        )
        panel = _panel(title, self.tickets, acts, left_px=GAP_PX, right=GAP_PX)
        filters = row(None, space=SPACE[1])
        filters.addWidget(self._of_service, len(_("All services")))
        filters.addWidget(self._of_site, len(_("All sites")))
        box = panel.layout()
        assert isinstance(box, QBoxLayout)
        box.insertLayout(1, filters)
        box.insertWidget(2, self._empty, 1)
        return panel

    def _build_agents(self) -> QWidget:
        self.agents.setMinimumWidth(round(302 * min(1.4, max(1.0, text_scale()))))
        acts = FlowLayout(
            self._button(self.set_state, "paused", "act_state"),
            self._button(self.set_services, "appointment", "act_services"),
        )
        title = row(
            None,
            label(_("Agents"), "title"),
            0,
            self._button(self.announce, "bell", "act_announce"),
        )
        return _panel(title, self.agents, acts, left_px=GAP_PX, right=0)

    def _connect(self) -> None:
        self.queues.ticket_dropped.connect(self._acts.dropped_on_service)
        self.agents.ticket_dropped.connect(self._acts.dropped_on_agent)
        for table in (self.tickets, self.queues, self.agents):
            table.currentItemChanged.connect(lambda _now, _before: self.allow())
        self.tickets.itemActivated.connect(lambda _item, _column: self.give_agent.trigger())
        self._menu(self.tickets, self.give_agent, self.give_service, self.prioritise, self.join)
        self._menu(self.queues, self.move_all, self.close_queue, self._tell_service)
        self._menu(
            self.agents, self.join_agent, self.set_state, self.set_services, self._tell_agent
        )
        self.agents.itemActivated.connect(lambda _item, _column: self.set_state.trigger())
        self.tickets.itemSelectionChanged.connect(self.refresh)
        self.tickets.sort_requested.connect(self._on_sort)
        for box in (self._of_service, self._of_site):
            box.currentIndexChanged.connect(lambda _index: self.refresh())

    def _menu(self, table: BoardTable, *acts: QAction) -> None:
        menu = QMenu(table)
        menu.addActions(list(acts))

        def pop_up(place: QPoint) -> None:
            menu.popup(place)

        table.menu_requested.connect(pop_up)


class _UndoWords(ElidedLabel):
    """Wants some letters only and takes what its line has left; the tool tip has the whole."""

    def sizeHint(self) -> QSize:
        """Room for some letters, or for all that there are."""
        size, some = super().sizeHint(), UNDO_LETTERS * self.fontMetrics().averageCharWidth()
        return QSize(min(size.width(), some), size.height())

    def minimumSizeHint(self) -> QSize:
        """The same; a text's own is all of it."""
        return self.sizeHint()


def _filter(name: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(10)
    return tell_choice(box)


def _fill(box: QComboBox, everything: str, choices: Sequence[tuple[str, str]]) -> None:
    """Offers the choices; what was chosen stays chosen while it is offered."""
    entries = [("", everything), *((value, plain_text(words)) for value, words in choices)]
    known_entries = [(box.itemData(at), box.itemText(at)) for at in range(box.count())]
    if known_entries == entries:
        return
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for value, words in entries:
        box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.blockSignals(False)


def _panel(
    title: QLabel | QLayout, table: BoardTable, acts: FlowLayout, *, left_px: int, right: int
) -> QWidget:
    """The tables begin at one height, with or without a button beside the title; `left_px` and
    `right` keep them off the handles between them.
    """
    panel = QWidget()
    if isinstance(title, QLabel):
        title.setMinimumHeight(TITLE_PX)
    edges = (left_px, 0, right, 0)
    column(panel, title, table, acts, space=SPACE[1], margins=edges).setStretch(1, 1)
    return panel
