# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's window: figures on top, pages below, each act by mouse and by keyboard.
Built by `expert_app.board.wiring.program`.

It shows what it is given; each page tells its acts itself (`page_acts`), and nothing changes here
until the hub has done them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PyQt6.QtCore import QEvent, QTimer, pyqtSignal
from PyQt6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QApplication, QStackedWidget, QWidget

from resources.texts import _
from session.core.clock import Clock
from session.desk.hub.board_acts import Act
from session.protocol.hub.board import BoardAnswer
from session.protocol.hub.history import LinesAnswer
from session.protocol.hub.network import MoveTarget
from session.protocol.hub.requests import Service
from session.protocol.hub.tickets import Ticket, queue_order
from views.board.act_panel import ActPanel
from views.board.acts import ActBeginner
from views.board.appointments.page import BoardAppointmentsPage
from views.board.deliveries_page import BoardDeliveriesPage
from views.board.dossiers.accesses_page import BoardAccessesPage
from views.board.dossiers.doubles_page import BoardDoublesPage
from views.board.facts import WAITING, BoardFacts
from views.board.figures import HELP, BoardFigures, Thresholds
from views.board.header import BoardHeader
from views.board.history_page import BoardHistoryPage
from views.board.lines_page import BoardLinesPage
from views.board.live_page import BoardLivePage
from views.board.rows import QueueLimits
from views.board.statistics_page import BoardStatisticsPage
from views.board.tables import BoardTable
from views.board.trends_page import BoardTrendsPage
from views.board.words import words_of
from views.widgets.connection_gate import ConnectionGate
from views.widgets.message_bar import Level, MessageAction, MessageBar
from views.widgets.parts import Segments, column, label_button, row
from views.widgets.plain_window import PlainWindow
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE
from views.workplace.memos import MemoView

LIVE = "live"
TRENDS = "trends"
HISTORY = "history"
LINES = "lines"
STATISTICS = "statistics"
GED = "ged"
ACCESSES = "accesses"
DOUBLES = "doubles"
MEMOS = "memos"
APPOINTMENTS = "appointments"


class BoardWindow(PlainWindow):
    """Steers the queue of one organisation: a frame around the pages, which tell their own acts.

    Args:
        clock: for waits.
        thresholds: the values from which a figure is an alert.

    Attributes:
        gate: says why nothing is there yet, until the hub has answered.
        acts: begins the acts of all pages, and tells them.

    Signals: page_shown(str): one of the pages, which wants its facts now and while it is shown.
    """

    page_shown = pyqtSignal(str)

    def __init__(self, clock: Clock, thresholds: Thresholds | None = None) -> None:
        root = QWidget()
        super().__init__(root, _("Supervisor"))
        self.setObjectName("board_window")
        self._clock = clock
        self._limits = thresholds or Thresholds()
        self.facts = facts = BoardFacts()
        self.header = BoardHeader()
        self.figures = BoardFigures(self._limits)
        self.panel = ActPanel()
        self.messages = MessageBar()
        self.acts = acts = ActBeginner(facts, self.panel, messages=self.messages, window=self)
        limits = QueueLimits(self._limits.waits, self._limits.level_percent)
        self.live = BoardLivePage(facts, acts, clock=clock, limits=limits)
        self.trends = BoardTrendsPage(clock)
        self.lines = BoardLinesPage(clock)
        self.history = BoardHistoryPage(facts, clock, acts=acts)
        self.statistics = BoardStatisticsPage(facts, clock)
        self.copies = BoardDeliveriesPage(facts, clock, acts=acts)
        self.accesses = BoardAccessesPage(facts, clock)
        self.doubles = BoardDoublesPage(facts, clock, acts=acts)
        self.appointments = BoardAppointmentsPage(facts, clock)
        self.memos = MemoView(acts.acted.emit)
        self.queues = self.live.queues
        self.tickets = self.live.tickets
        self.agents = self.live.agents
        self._pages: dict[str, tuple[QWidget, QWidget]] = {
            LIVE: (self.live, self.tickets),
            TRENDS: (self.trends, self.trends.waiting),
            HISTORY: (self.history, self.history.table),
            LINES: (self.lines, self.lines.table),
            STATISTICS: (self.statistics, self.statistics.table),
            GED: (self.copies, self.copies.table),
            ACCESSES: (self.accesses, self.accesses.table),
            DOUBLES: (self.doubles, self.doubles.first_field),
            MEMOS: (self.memos, self.memos),
            APPOINTMENTS: (self.appointments, self.appointments.table),
        }
        self._stack = QStackedWidget()
        self._build(root)
        self._add_keys()
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
        """Show whether the hub answers; without it nothing can be done."""
        self.facts.connected = connected
        if connected and self.gate.open():
            self.queues.setFocus()
        self.header.line.show_connection(connected)
        self.refresh()
        self.live.allow()

    def set_tickets(self, tickets: Sequence[Ticket], services: Sequence[Service]) -> None:
        """All open tickets of the organisation and its services in their order."""
        self.facts.tickets = sorted(
            tickets, key=lambda ticket: (ticket.state not in WAITING, queue_order(ticket))
        )
        self.facts.services = {service.id: service for service in services}
        self.trends.set_services(services)
        self.statistics.set_services(self.facts.services)
        self.appointments.set_services(self.facts.services)
        self.refresh()

    def set_elsewhere(self, targets: Mapping[str, Sequence[MoveTarget]]) -> None:
        """By service, the services of other organisations to which its callers may go."""
        self.facts.elsewhere = targets

    def show_board(self, board: BoardAnswer) -> None:
        """Agents, services' states and the day's figures."""
        now = self._clock.utc_now()
        before, self.facts.board = self.facts.today(now), board
        self.figures.show_board(board)
        current_page = self._stack.currentWidget()
        if before != self.facts.today(now) and isinstance(
            current_page, BoardHistoryPage | BoardStatisticsPage
        ):
            current_page.ask()
        self.refresh()

    def show_lines(self, answer: LinesAnswer) -> None:
        """Show how good the kiosks' lines are."""
        self.lines.show_lines(answer)
        self.figures.show_lines(answer.totals)

    def show_lines_refused(self, words: str) -> None:
        """The lines were not read, and why."""
        self.lines.list.show_refused(words)
        self.figures.show_lines_refused()

    def show_undo(self, act: Act | None) -> None:
        """The act that "undo" would take back now, or None."""
        self.live.show_undo(words_of(act, self.facts) if act is not None else "")

    def refresh(self) -> None:
        """Moves every clock to now."""
        facts = self.facts
        if facts.connected or facts.tickets:
            self.figures.show_waiting(facts.tickets, facts.services, self._clock.utc_now())
        else:
            self.figures.show_waiting_unknown()
        if self.facts.board is not None:
            alerts = self.figures.new_alerts()
        else:
            alerts = {}
        if alerts:
            self.messages.show_message(
                Level.WARNING,
                _("Alert: {what}").format(what=" · ".join(alerts.values())),
                key="alerts",
                action=self._join_of(alerts),
            )
            self.alert()
        if self.page() == LIVE:
            self.live.refresh()

    def _join_of(self, alerts: Mapping[str, str]) -> MessageAction | None:
        """Return the way into the conversation of an agent who has just asked for help in it."""
        agents = [name.removeprefix(HELP) for name in alerts if name.startswith(HELP)]
        agent = next((agent for agent in agents if self.facts.talk_of(agent) is not None), None)
        if agent is None:
            return None
        return MessageAction(_("Join visibly…"), partial(self.acts.join_agent, agent))

    def alert(self) -> None:
        """The window makes itself seen in the bar of tasks."""
        QApplication.alert(self)

    def show_reservation_ended(self, ticket: Ticket) -> None:
        """Says that an agent did not take the caller who was kept for that agent."""
        words = _("{number} was kept for {name}, who did not come: the caller waits for everybody.")
        name = self.facts.agent_name(ticket.assigned_to or "")
        self.messages.show_message(
            Level.WARNING, words.format(number=ticket.number, name=name), key=f"kept {ticket.id}"
        )
        self.refresh()

    # ---- pages ----

    def page(self) -> str:
        """The page that is shown."""
        current_page = self._stack.currentWidget()
        return next(
            (name for name, (page, _first) in self._pages.items() if page is current_page), LIVE
        )

    def show_page(self, name: str) -> None:
        """Shows a page, with the keyboard in it."""
        page, first = self._pages[name]
        self._switch.choose(name)
        self._stack.setCurrentWidget(page)
        first.setFocus()
        self.refresh()
        self.page_shown.emit(name)

    def show_unread(self, count: int) -> None:
        """Show how many memos of agents nobody has read here."""
        words = _("Memos ({count})").format(count=count) if count else _("Memos")
        label_button(self._switch.button(MEMOS), words)

    def open_thread(self, agent: str) -> None:
        """Shows what was written with an agent, ready to answer."""
        self.show_page(MEMOS)
        self.memos.open_thread(agent)

    # ---- inside ----

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """In a narrow window the pages have their icons alone."""
        super().resizeEvent(event)
        self._fit_switch()

    def changeEvent(self, event: QEvent | None) -> None:
        """Larger letters need more room."""
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.FontChange:
            self._fit_switch()

    def _fit_switch(self) -> None:
        self._switch.fit(self.width() - 2 * SPACE[2])

    def _build(self, root: QWidget) -> None:
        root.setObjectName("desk_root")
        choices = (
            (LIVE, _("Queue"), "queue"),
            (TRENDS, _("Curves"), "chart"),
            (HISTORY, _("History"), "history"),
            (LINES, _("Lines"), "signal_good"),
            (STATISTICS, _("Figures"), "table"),
            (GED, _("Documents"), "dossier"),
            (ACCESSES, _("Accesses"), "see_page"),
            (DOUBLES, _("Doubles"), "merge"),
            (MEMOS, _("Memos"), "written"),
            (APPOINTMENTS, _("Appointments"), "appointment"),
        )
        self._switch = Segments("board_pages", _("Page"), choices=choices)
        self._switch.chosen.connect(lambda name: self.show_page(str(name)))
        for place, (name, words, _icon) in enumerate(choices, start=1):
            self._switch.button(name).setToolTip(tip_words(f"{words}  (Alt+{place % 10})"))
        for page, _first in self._pages.values():
            self._stack.addWidget(page)
        margins = (SPACE[2], 0, SPACE[2], SPACE[1])
        middle = column(
            None,
            row(None, self._switch, 0),
            self._stack,
            self.panel,
            space=SPACE[1],
            margins=margins,
        )
        middle.setStretch(1, 1)
        body = QWidget()
        column(body, self.figures, space=0).addLayout(middle, 1)
        self.gate = ConnectionGate(body)
        column(root, self.header, self.gate, self.messages, space=0).setStretch(1, 1)

    def _add_keys(self) -> None:
        for place, name in enumerate(self._pages, start=1):
            self._keys(f"Alt+{place % 10}", partial(self.show_page, name))
        tables: dict[str, BoardTable] = {
            "Ctrl+1": self.queues,
            "Ctrl+2": self.tickets,
            "Ctrl+3": self.agents,
        }
        for keys, table in tables.items():
            self._keys(keys, partial(self._go_to, table))
        self._keys("F12", self.messages.dismiss_all)

    def _keys(self, keys: str, on_keys: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(on_keys)

    def _go_to(self, table: BoardTable) -> None:
        if self.page() != LIVE:
            self.show_page(LIVE)
        table.setFocus()
