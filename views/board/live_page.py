# SPDX-License-Identifier: GPL-3.0-only
"""The board's first page: the queue as it is now, with services, callers, agents, and the acts
under each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import (
    QBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QWidget,
)

from resources.texts import _
from session.core.clock import Clock
from session.protocol.hub.tickets import Ticket
from views.board.acts import ActBeginner
from views.board.caller_choice import CallerChoice
from views.board.facts import WAITING, BoardFacts
from views.board.live_actions import LiveActions
from views.board.rows import QueueLimits, agent_rows, queue_rows, ticket_row
from views.board.tables import BoardTable, TableSplitter, TargetTable, TicketTable
from views.widgets.parts import (
    ElidedLabel,
    EmptyState,
    FlowLayout,
    column,
    label,
    row,
)
from views.widgets.theme import SPACE, text_scale

TITLE_PX = 32
"""Height of a button."""

GAP_PX = SPACE[0]
"""Beside the handles between the tables."""

UNDO_LETTERS = 14
"""What can be read at least of what "undo" would take back, beside the callers' heading."""

IN_TIME, WIDE_PX = 3, 1500
"""The column of a service's share answered in time, and the page's width from which it is shown."""

LOW_PX = 200
"""Below this height, with usual letters, filters leave their room to the callers."""

LONGEST, SITE, PRIORITY, WITH = 2, 2, 4, 5
"""In large letters these give way: a service's longest wait (the callers have it), whom a caller is
with, and the priority (both in the tool tip of the number, and who has one comes first). The site
stands below the service.
"""

MOST_ROWS = 300
"""So many callers have a row, in the order that is chosen; services and sites narrow it."""


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
        self._clock = clock
        self._limits = limits
        self._choice = CallerChoice(facts)
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
            wide=1,
            spare=(WITH, PRIORITY),
            below=SITE,
        )
        self.agents = TargetTable(
            "board_agents", _("Agents"), heads=[_("Agent"), _("State"), _("Since")], wide=1
        )
        self.tickets.sort_by_heads()
        self.offered = LiveActions(
            self, acts, facts=facts, tickets=self.tickets, queues=self.queues, agents=self.agents
        )
        self._build()
        self._connect(acts)

    # ---- facts ----

    def refresh(self) -> None:
        """Moves every clock to now."""
        now = self._clock.utc_now()
        self._choice.offer()
        tickets = self._choice.tickets()
        self._show_rows(tickets, now)
        self._show_empty(tickets)
        self._callers.setText(self._heading(tickets))
        self.allow()

    def _show_rows(self, tickets: Sequence[Ticket], now_utc: datetime) -> None:
        facts, names = self._facts, self._facts.agent_names()
        self.tickets.show_rows(
            [
                ticket_row(
                    ticket, facts.services, names, now_utc=now_utc, limits=self._limits.waits
                )
                for ticket in tickets[:MOST_ROWS]
            ]
        )
        self.queues.show_rows(
            queue_rows(
                facts.services,
                facts.queue_states(),
                facts.tickets,
                now_utc=now_utc,
                limits=self._limits,
                is_known=facts.connected,
            )
        )
        if facts.board is not None:
            agents = facts.board.agents
        else:
            agents = []
        only = self._choice.service
        able = [
            agent for agent in agents if not only or not agent.services or only in agent.services
        ]
        self.agents.show_rows(agent_rows(able, facts.services, now_utc))

    def _heading(self, tickets: Sequence[Ticket]) -> str:
        of_place = self._choice.of_place()
        waiting = sum(1 for ticket in of_place if ticket.state in WAITING)
        is_known = self._facts.connected or bool(self._facts.tickets)
        words = _("Callers: {waiting} waiting, {others} with an agent").format(
            waiting=waiting if is_known else "–",
            others=len(of_place) - waiting if is_known else "–",
        )
        if len(tickets) > MOST_ROWS:
            words += " · " + _("the first {count} are shown").format(count=MOST_ROWS)
        chosen = len(self.tickets.all_chosen())
        if chosen > 1:
            words += " · " + _("{count} chosen").format(count=chosen)
        return words

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

    def _on_sort(self, column: int) -> None:
        self._choice.sort(column)
        self.tickets.show_sorting(self._choice.sorted_by, self._choice.descending)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """On a small screen the share answered in time gives way; the tool tip has it. While an act
        leaves little height, the callers have that of their filters.
        """
        super().resizeEvent(event)
        is_low = self.height() < LOW_PX * text_scale()
        for choice in (self._choice.talking, self._choice.of_service, self._choice.of_site):
            choice.setHidden(is_low)
        self.queues.setColumnHidden(IN_TIME, self.width() < WIDE_PX * text_scale())

    def show_undo(self, words: str) -> None:
        """Shows what "undo" would take back, or "" for nothing."""
        self._undo_words.setText(_("Undo: {act}").format(act=words) if words else "")
        self.allow()

    def allow(self) -> None:
        """Switches on the acts that are possible now."""
        self.offered.allow(can_undo=bool(self._undo_words.text()))

    # ---- building ----

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
        tables = TableSplitter()
        tables.add_table(self.queues, self._build_queues())
        tables.add_table(self.tickets, self._build_tickets())
        tables.add_table(self.agents, self._build_agents())
        column(self, tables, space=0)

    def _build_queues(self) -> QWidget:
        acts = FlowLayout(*self.offered.services_buttons())
        return _panel(label(_("Services"), "title"), self.queues, acts, left_px=0, right=GAP_PX)

    def _build_tickets(self) -> QWidget:
        acts = FlowLayout(*self.offered.callers_buttons())
        self._callers.setMinimumHeight(TITLE_PX)
        title = FlowLayout(self._callers, self._undo_words, self.offered.undo_button())
        panel = _panel(title, self.tickets, acts, left_px=GAP_PX, right=GAP_PX)
        choice = self._choice
        filters = FlowLayout(choice.talking, choice.of_service, choice.of_site)
        box = panel.layout()
        assert isinstance(box, QBoxLayout)
        box.insertLayout(1, filters)
        box.insertWidget(2, self._empty, 1)
        return panel

    def _build_agents(self) -> QWidget:
        self.agents.setMinimumWidth(round(302 * min(1.25, max(1.0, text_scale()))))
        acts = FlowLayout(*self.offered.agents_buttons())
        title = row(
            None,
            label(_("Agents"), "title"),
            0,
            self.offered.announce_button(),
        )
        return _panel(title, self.agents, acts, left_px=GAP_PX, right=0)

    def _connect(self, acts: ActBeginner) -> None:
        self.queues.ticket_dropped.connect(acts.dropped_on_service)
        self.agents.ticket_dropped.connect(acts.dropped_on_agent)
        for table in (self.tickets, self.queues, self.agents):
            table.currentItemChanged.connect(lambda _now, _before: self.allow())
        self.tickets.itemSelectionChanged.connect(self.refresh)
        self.tickets.sort_requested.connect(self._on_sort)
        for box in (self._choice.of_service, self._choice.of_site):
            box.currentIndexChanged.connect(lambda _index: self.refresh())
        self._choice.talking.toggled.connect(lambda _on: self.refresh())


class _UndoWords(ElidedLabel):
    """Wants some letters only and takes what its line has left; the tool tip has the whole."""

    def sizeHint(self) -> QSize:
        """Room for some letters, or for all that there are."""
        size, some = super().sizeHint(), UNDO_LETTERS * self.fontMetrics().averageCharWidth()
        return QSize(min(size.width(), some), size.height())

    def minimumSizeHint(self) -> QSize:
        """The same; a text's own is all of it."""
        return self.sizeHint()


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
