# SPDX-License-Identifier: GPL-3.0-only
"""The queue on the left of the desk's window: who waits, since when, for what, and Accept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, pairwise

from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QBoxLayout, QComboBox, QFrame, QScrollArea, QVBoxLayout, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from session.core.clock import Clock
from session.protocol.hub.requests import Service
from session.protocol.hub.routing import ServiceWork, may_serve
from session.protocol.hub.tickets import Ticket, TicketState, queue_order
from views.desk.acts import AcceptCaller, AcceptNext, ChooseOwnState
from views.desk.queue_groups import (
    GROUP_WORDS,
    MINE,
    NEXT,
    REST,
    GroupBy,
    QueueGroup,
    QueueSection,
    sections,
)
from views.desk.ticket_row import TicketRow
from views.widgets.agent_state import NOT_RESPONDING, PAUSES
from views.widgets.icons import IconLabel
from views.widgets.list_state import not_read
from views.widgets.parts import (
    EmptyState,
    Segments,
    clock_words,
    column,
    label,
    push_button,
    row,
    scroll_area,
    steady_figures,
    tool_button,
)
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE, text_scale
from views.words.waits import WaitLimits

WAITING = frozenset({TicketState.WAITING, TicketState.OFFERED})
OTHERS = frozenset({TicketState.IN_SESSION, TicketState.WRAP_UP})

MOST_ROWS = 30
"""So many callers have a row at first, and so many more with each press."""

WIDE_LETTERS = 66
"""From so many letters of width on the queue is wide."""

RAIL_WIDTH = 44
"""Width of the folded queue, in pixels."""


class DeskQueueView(QFrame):
    """Shows the tickets of the organisation: whom F2 takes first, then this agent's own callers,
    then all others, the longest waiting first, in groups if the agent wants.

    Signals: acted(object): what the agent does, a `QueueAct`. ticket_rang(str): this ticket is new
        and should be heard. summary_changed(int, float): number of waiting callers, longest wait
        in seconds; each second.
    """

    acted = pyqtSignal(object)
    ticket_rang = pyqtSignal(str)
    summary_changed = pyqtSignal(int, float)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("queue_panel")
        self._clock = clock
        self._tickets: list[Ticket] = []
        self._waiting: list[Ticket] = []
        self._most = MOST_ROWS
        self._services: dict[str, Service] = {}
        self._rows: dict[str, TicketRow] = {}
        self._groups: dict[str, QueueGroup] = {}
        self._sections: list[QueueSection] = []
        self._reachable: list[Ticket] = []
        self._tab_order: list[QWidget] = []
        self._stop = ""
        self._ringing: set[str] = set()
        self._offered = False
        self._busy = False
        self._connected = False
        self._accepting = ""
        self._seen_at: datetime | None = None
        self._agent = ""
        self._work: dict[str, ServiceWork] = {}
        self._build()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.refresh_waits)
        self._second.start()
        self.set_connection(False)
        self._show_all()

    # ---- facts ----

    def set_tickets(self, tickets: Sequence[Ticket], services: Mapping[str, Service]) -> None:
        """All open tickets of the organisation and its services in their order."""
        self._tickets = sorted(tickets, key=queue_order)
        self._sort_out()
        if list(services) != list(self._services):
            self._fill_filter(services)
        self._services = dict(services)
        self._ringing &= {ticket.id for ticket in self._waiting}
        self._show_all()

    def ring(self, ticket_id: str) -> None:
        """Marks the row of a ticket until it is taken or gone, or until `stop_ringing`."""
        self._ringing.add(ticket_id)
        self._show_all()
        self.ticket_rang.emit(ticket_id)

    def show_offered(self, offered: bool) -> None:
        """Show whether a caller is offered to this agent:
        F2 takes that one, and no row stands out.
        """
        self._offered = offered
        self._show_all()

    def stop_ringing(self) -> None:
        """No row stands out any more."""
        self._ringing.clear()
        self._show_all()

    def set_connection(self, connected: bool) -> None:
        """Show whether the hub answers; without it nobody can be accepted."""
        if self._connected and not connected:
            self._seen_at = self._clock.utc_now()
        self._connected = connected
        self._line_icon.set_icon(
            "connected" if connected else "retry", "good" if connected else "warn"
        )
        lost = not_read(_("Connection lost, trying again…"), self._seen_at)
        self._line.setText(_("Connected") if connected else lost)
        self._show_empty()
        self._allow()

    def group_by(self, by: str) -> None:
        """Shows the groups that this name of `grouping` stands for; arrival for any other."""
        self._grouping.setCurrentIndex(max(0, self._grouping.findData(by)))

    def grouping(self) -> str:
        """The name of the groups shown, to be remembered."""
        return str(self._grouping.currentData())

    def set_agent(self, agent_id: str) -> None:
        """Set whose desk this is: tickets kept for somebody else cannot be taken."""
        self._agent = agent_id
        self._sort_out()

    def set_work(self, work: Sequence[ServiceWork]) -> None:
        """Set what this agent may serve, and from when on;
        callers of other services are not shown.
        """
        self._work = {service_work.id: service_work for service_work in work}
        self._sort_out()
        self._show_all()

    def work(self, service_id: str) -> ServiceWork | None:
        """A service as it concerns this agent; None when it is not known."""
        return self._work.get(service_id)

    def set_busy(self, busy: bool) -> None:
        """True while this agent is in a session or wrap-up: no other caller can be taken."""
        self._busy = busy
        self._accepting = ""
        self._allow()

    def set_availability(self, available: bool, reason: str = "") -> None:
        """Shows the agent's state, with the code of a pause's reason, without a signal."""
        self._availability.choose("available" if available else "paused")
        self._pause.setVisible(not available and reason != NOT_RESPONDING)
        self._pause.setCurrentIndex(max(0, self._pause.findData(reason)))
        self._allow()

    def choose_state(self, available: bool, reason: str) -> None:
        """The agent has chosen its state elsewhere in the window."""
        self.set_availability(available, reason)
        self.acted.emit(ChooseOwnState(available, reason))

    def accept_failed(self) -> None:
        """The requested ticket went to a colleague; others may be taken again."""
        self._accepting = ""
        self._allow()

    def accept_next(self) -> None:
        """Asks for whoever is next of those shown (F2);
        the hub chooses, as colleagues may be faster.
        """
        if self.next_ticket() is not None and self._begin("next"):
            self.acted.emit(AcceptNext(self._filter.currentData() or ""))

    def ticket(self, ticket_id: str) -> Ticket | None:
        """A ticket as the hub gave it last."""
        return next((ticket for ticket in self._tickets if ticket.id == ticket_id), None)

    def service(self, service_id: str) -> tuple[Service | None, int]:
        """A service and its place in the organisation's list (for its colour)."""
        order = list(self._services)
        if service_id in order:
            place = order.index(service_id)
        else:
            place = len(order)
        return self._services.get(service_id), place

    def next_ticket(self) -> Ticket | None:
        """The first of those shown that this agent may take now, whom F2 takes."""
        return next((ticket for ticket in self._shown_waiting() if self._may_take(ticket)), None)

    def may_ring(self, ticket: Ticket) -> bool:
        """True if a new caller is for this agent to notice:
        one that it may choose itself, now.
        """
        work = self._work.get(ticket.service)
        pulled = work is None or work.mode == "pull"
        return (
            pulled
            and ticket.state == TicketState.WAITING
            and self.is_available()
            and self._may_take(ticket)
        )

    def is_available(self) -> bool:
        """True if the agent chose to be available."""
        return self._availability.choice() == "available"

    def refresh_waits(self) -> None:
        """Moves all clocks to now."""
        now = self._clock.utc_now()
        for ticket_line in self._rows.values():
            ticket_line.show_kept(
                ticket_line.ticket.kept_for(now) or ticket_line.ticket.offered_to(now), self._agent
            )
            ticket_line.show_known(
                ticket_line.ticket.state in WAITING and ticket_line.ticket.preferred == self._agent
            )
            ticket_line.show_later(self._later_s(ticket_line.ticket))
            ticket_line.show_wait(now)
        self._show_heads()
        waiting = self._waiting
        longest = max(
            ((now - ticket.arrived_at_utc).total_seconds() for ticket in waiting), default=0.0
        )
        self._longest.setText(
            _("Longest wait {time}").format(time=clock_words(longest)) if waiting else ""
        )
        self._arrange_head()
        self.summary_changed.emit(len(waiting), longest)

    # ---- building ----

    def _build(self) -> None:
        self._count = label(role="title", name="queue_count")
        self._longest = steady_figures(label(role="small", name="queue_longest"))
        self._availability = Segments(
            "availability",
            _("My state"),
            choices=[("available", _("Available"), "available"), ("paused", _("Paused"), "paused")],
        )
        self._availability.chosen.connect(self._on_availability)
        self._pause = QComboBox()
        self._pause.setObjectName("pause_reason")
        self._pause.setAccessibleName(_("Reason of the pause"))
        for code, words in PAUSES:
            self._pause.addItem(_(words), code)
        self._pause.setVisible(False)
        self._pause.activated.connect(
            lambda: self.acted.emit(ChooseOwnState(False, self._pause.currentData()))
        )
        self._filter = QComboBox()
        self._filter.setObjectName("queue_filter")
        self._filter.setAccessibleName(_("Show only one service"))
        self._filter.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._filter.setMinimumContentsLength(12)
        self._filter.currentIndexChanged.connect(lambda: self._show_all())
        self._fill_filter({})
        self._grouping = QComboBox()
        self._grouping.setObjectName("queue_grouping")
        self._grouping.setAccessibleName(_("Groups of the queue"))
        for by, words in GROUP_WORDS.items():
            self._grouping.addItem(_(words), by.value)
        self._grouping.currentIndexChanged.connect(lambda: self._show_all())
        choices = row(None, self._filter, space=SPACE[1])
        choices.setStretch(0, 1)
        choices.addWidget(self._grouping)
        self._head = row(None, row(None, self._count, 0, self._longest), self._availability)
        top = column(
            None,
            self._head,
            self._pause,
            choices,
            space=SPACE[1],
            margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[1]),
        )
        column(self, top, self._build_list(), self._build_line(), space=0)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Put the agent's state beside the count where it is wide: more rows are seen."""
        super().resizeEvent(event)
        self._arrange_head()

    def _arrange_head(self) -> None:
        parts = (self._count, self._longest, self._availability)
        needed_px = sum(part.sizeHint().width() for part in parts) + 2 * self._head.spacing()
        wide = self.width() >= self.fontMetrics().averageCharWidth() * WIDE_LETTERS
        fits = needed_px <= self.width() - 2 * SPACE[2]
        direction = QBoxLayout.Direction
        self._head.setDirection(direction.LeftToRight if wide and fits else direction.TopToBottom)

    def _build_list(self) -> QScrollArea:
        self._empty = EmptyState("empty_queue", "", advice="", name="queue_empty")
        self._others_title = label(role="caption", name="queue_others")
        self._others_title.setIndent(SPACE[0])
        body = QWidget()
        self._waiting_box = QVBoxLayout()
        self._others_box = QVBoxLayout()
        for box in (self._waiting_box, self._others_box):
            box.setSpacing(1)
        layout = column(body, space=SPACE[0], margins=(SPACE[1], 0, SPACE[1], SPACE[1]))
        layout.addWidget(self._empty, 1)
        layout.addLayout(self._waiting_box)
        self._more = push_button("", "down", "quiet", name="queue_more")
        self._more.clicked.connect(self._on_more)
        layout.addWidget(self._more)
        layout.addSpacing(SPACE[1])
        layout.addWidget(self._others_title)
        layout.addLayout(self._others_box)
        layout.addStretch(1)
        self._area = scroll_area(body)
        return self._area

    def _build_line(self) -> QFrame:
        frame = self._line_frame = QFrame()
        frame.setObjectName("queue_state")
        self._line_icon = IconLabel(size_px=16)
        self._line = label(role="small", name="queue_connection", wrap=True)
        box = row(frame, self._line_icon, self._line, space=6, margins=(SPACE[2], 6, SPACE[2], 6))
        box.setStretch(1, 1)
        return frame

    def _fill_filter(self, services: Mapping[str, Service]) -> None:
        chosen = self._filter.currentData()
        self._filter.blockSignals(True)
        self._filter.clear()
        self._filter.addItem(_("All services"), "")
        for service in services.values():
            self._filter.addItem(plain_text(service.name), service.id)
        self._filter.setCurrentIndex(max(0, self._filter.findData(chosen)))
        self._filter.blockSignals(False)

    # ---- showing ----

    def _sort_out(self) -> None:
        """Who waits for this agent is looked for once: it is asked often, and may be thousands."""
        self._waiting = [
            ticket for ticket in self._tickets if ticket.state in WAITING and self._is_mine(ticket)
        ]

    def _is_mine(self, ticket: Ticket) -> bool:
        """True for a ticket of a service that this agent serves,
        or kept for or offered to it by name.
        """
        work = self._work.get(ticket.service)
        by_name = self._agent in (ticket.assigned_to, ticket.agent)
        return not self._work or by_name or (work is not None and work.after_s is not None)

    def _later_s(self, ticket: Ticket) -> float:
        """Seconds until this agent may take the ticket although others have the skill for it;
        0 when it may.
        """
        work, now = self._work.get(ticket.service), self._clock.utc_now()
        if (
            ticket.state != TicketState.WAITING
            or work is None
            or may_serve(work.after_s, ticket, now)
        ):
            return 0.0
        if ticket.kept_for(now) == self._agent or work.after_s is None:
            return 0.0
        return work.after_s - (now - ticket.arrived_at_utc).total_seconds()

    def _shown_waiting(self) -> list[Ticket]:
        only = self._filter.currentData()
        return [ticket for ticket in self._waiting if not only or ticket.service == only]

    def _is_own(self, now: datetime, ticket: Ticket) -> bool:
        """Kept for, offered to, or known by this agent: a caller who comes back, or is to be called
        back.
        """
        names = (ticket.kept_for(now), ticket.offered_to(now), ticket.preferred)
        return bool(self._agent) and self._agent in names

    def _show_all(self) -> None:
        others = [ticket for ticket in self._tickets if ticket.state in OTHERS]
        focused = next(
            (key for key, ticket_line in self._rows.items() if ticket_line.hasFocus()), None
        )
        self._sections = sections(
            self._shown_waiting(),
            GroupBy(self.grouping()),
            first=self.next_ticket(),
            is_mine=partial(self._is_own, self._clock.utc_now()),
            services=list(self._services),
        )
        rows = self._rows_of_sections()
        with_rows = [*chain.from_iterable(rows), *others[: self._most]]
        for gone in set(self._rows) - {ticket.id for ticket in with_rows}:
            old = self._rows.pop(gone)
            old.hide()
            old.deleteLater()
        self._place_sections(rows)
        self._place(self._others_box, others[: self._most])
        self._show_empty()
        self._others_title.setVisible(bool(others))
        self._others_title.setText(_("In conversation: {count}").format(count=len(others)))
        reachable = self._reachable
        if focused is not None and focused not in self._rows and reachable:
            self._rows[reachable[0].id].setFocus()
        self._keep_tab_stop()
        self._allow()
        self.refresh_waits()

    def _show_empty(self) -> None:
        """Nobody is said to wait only while the hub answers."""
        waiting, visible_tickets = self._waiting, self._shown_waiting()
        self._empty.setVisible(not visible_tickets)
        # beneath rows that may be old; where there are none, their place says it
        self._line_frame.setHidden(self._connected or not waiting)
        if waiting or self._connected:
            count = str(len(waiting))
        else:
            count = "–"
        self._count.setText(_("Waiting: {count}").format(count=count))
        if waiting and not visible_tickets:
            self._empty.show_words(
                _("Nobody waits for this service"),
                _("Choose all services to see the others."),
                "empty_queue",
            )
        elif self._connected:
            self._empty.show_words(
                _("Nobody is waiting"),
                _("A new caller rings here. You can stay on this page."),
                "empty_queue",
            )
        else:
            self._empty.show_words(
                _("Connection lost"),
                _("Who waits is shown as soon as the network answers."),
                "retry",
            )

    # ---- groups ----

    def _rows_of_sections(self) -> list[Sequence[Ticket]]:
        """For each section the callers that have a row: none where it is folded, and not more in
        all than `_most`.
        """
        room, rows = self._most, list[Sequence[Ticket]]()
        for section in self._sections:
            rows.append(() if self._is_folded(section.key) else section.tickets[:room])
            room -= len(rows[-1])
        unfolded = sum(
            len(section.tickets) for section in self._sections if not self._is_folded(section.key)
        )
        beyond = unfolded - sum(map(len, rows))
        self._more.setVisible(bool(beyond))
        self._more.setText(_("{count} more wait: show some of them").format(count=beyond))
        return rows

    def _is_folded(self, key: str) -> bool:
        return key in self._groups and self._groups[key].isChecked()

    def _on_more(self) -> None:
        self._most += MOST_ROWS
        self._show_all()

    def _place_sections(self, rows: Sequence[Sequence[Ticket]]) -> None:
        for gone in set(self._groups) - {section.key for section in self._sections}:
            head = self._groups.pop(gone)
            head.hide()
            head.deleteLater()
        at, under = 0, self.grouping()
        for section, tickets in zip(self._sections, rows, strict=True):
            if section.key not in ("", NEXT):
                head = self._groups.get(section.key) or self._new_group(section.key)
                if self._waiting_box.indexOf(head) != at:
                    self._waiting_box.insertWidget(at, head)
                at += 1
            if section.key not in ("", NEXT, MINE, REST):
                named = under
            else:
                named = ""
            self._place(self._waiting_box, tickets, at=at, under=named)
            at += len(tickets)
        self._reachable = [*chain.from_iterable(rows)]
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Tab goes from top to bottom, whatever was made first."""
        items = (self._waiting_box.itemAt(at) for at in range(self._waiting_box.count()))
        order = [item.widget() for item in items if item is not None]
        parts = [part for part in order if part is not None]
        if parts != self._tab_order:
            self._tab_order = parts
            for before, after in pairwise([self._grouping, *parts]):
                QWidget.setTabOrder(before, after)

    def _new_group(self, key: str) -> QueueGroup:
        head = QueueGroup(key)
        head.toggled.connect(lambda _folded: self._show_all())
        self._groups[key] = head
        return head

    def _show_heads(self) -> None:
        now = self._clock.utc_now()
        for section in self._sections:
            head = self._groups.get(section.key)
            if head is None:
                continue
            longest_s = max(
                (now - ticket.arrived_at_utc).total_seconds() for ticket in section.tickets
            )
            service = self._services.get(section.key)
            head.show_group(
                self._name_of_group(section.key),
                len(section.tickets),
                longest_s,
                WaitLimits().of(service),
            )

    def _name_of_group(self, key: str) -> str:
        fixed_names = {MINE: _("Your callers"), REST: _("Everybody else")}
        if key in fixed_names:
            return fixed_names[key]
        if key in self._services:
            return self._services[key].name
        return key

    def _place(
        self, box: QVBoxLayout, tickets: Sequence[Ticket], *, at: int = 0, under: str = ""
    ) -> None:
        first_free = self.next_ticket()
        for index, ticket in enumerate(tickets, start=at):
            ticket_line = self._rows.get(ticket.id) or self._new_row(ticket)
            if box.indexOf(ticket_line) != index:
                box.insertWidget(index, ticket_line)
                ticket_line.show()
            service, place = self.service(ticket.service)
            ticket_line.show_ticket(
                ticket,
                service,
                place=place,
                next_one=ticket is first_free and ticket.state in WAITING,
                coloured=not self._offered,
                ringing=ticket.id in self._ringing,
                under=under,
            )

    def _new_row(self, ticket: Ticket) -> TicketRow:
        ticket_line = TicketRow(ticket)
        ticket_line.accept_requested.connect(self._accept)
        ticket_line.moved.connect(lambda step: self._move_focus(ticket_line, step))
        ticket_line.focused.connect(lambda: self._keep_tab_stop(ticket_line.ticket.id))
        self._rows[ticket.id] = ticket_line
        return ticket_line

    def _keep_tab_stop(self, ticket_id: str = "") -> None:
        """Tab stops once among the rows: where the keyboard was last, else at the first."""
        reachable = [ticket.id for ticket in self._reachable]
        stop = ticket_id or self._stop
        if stop in reachable:
            self._stop = stop
        else:
            self._stop = next(iter(reachable), "")
        for key, ticket_line in self._rows.items():
            ticket_line.set_tab_stop(key == self._stop)

    def _move_focus(self, start: TicketRow, step: int) -> None:
        order = [self._rows[ticket.id] for ticket in self._reachable]
        if start in order:
            target = order[max(0, min(len(order) - 1, order.index(start) + step))]
            target.setFocus()
            self._area.ensureWidgetVisible(target)

    def _allow(self) -> None:
        can = self._connected and not self._busy and not self._accepting
        for ticket_line in self._rows.values():
            ticket_line.set_can_accept(can)

    # ---- requests ----

    def _on_availability(self, key: object) -> None:
        available = key == "available"
        self._pause.setCurrentIndex(0)
        self._pause.setVisible(not available)
        self.acted.emit(ChooseOwnState(available, ""))

    def _may_take(self, ticket: Ticket) -> bool:
        """False while only another agent may take it, or colleagues with the skill go first."""
        now = self._clock.utc_now()
        kept_for, offered = ticket.kept_for(now), ticket.offered_to(now)
        return (
            kept_for in (None, self._agent)
            and offered in (None, self._agent)
            and not self._later_s(ticket)
        )

    def _begin(self, what: str) -> bool:
        """Sends one request at a time."""
        if not self._connected or self._busy or self._accepting:
            return False
        self._accepting = what
        self._allow()
        return True

    def _accept(self, ticket_id: str) -> None:
        if self._begin(ticket_id):
            self.acted.emit(AcceptCaller(ticket_id))


def rail_width() -> int:
    """Return how wide the folded queue is, for the size of the letters now."""
    return round(RAIL_WIDTH * max(1.0, text_scale()))


class QueueRail(QFrame):
    """The queue folded to a strip: how many wait and how long, and the way back.
    Shown during a conversation.

    Signals:
        expand_requested(): show the whole queue.
    """

    expand_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("queue_rail")
        self.setFixedWidth(rail_width())
        self._open = tool_button(_("Show the queue"), "expand_left", "queue_expand", keys="Ctrl+1")
        self._open.clicked.connect(self.expand_requested)
        self._number = label("–", "large", "rail_count")
        self._connected = False
        self._summary = (0, 0.0)
        self._longest = label("", "small", "rail_longest")
        steady_figures(self._longest)
        box = column(self, space=SPACE[0], margins=(1, SPACE[1], 1, SPACE[1]))
        for part in (
            self._open,
            IconLabel("queue", "soft", size_px=20),
            self._number,
            self._longest,
        ):
            box.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(1)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Set the width again: what is not seen hears nothing of larger letters."""
        self.setFixedWidth(rail_width())
        super().showEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        """Follows the size of the letters."""
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.FontChange:
            self.setFixedWidth(rail_width())

    def show_connection(self, connected: bool) -> None:
        """Show whether the hub answers; without it an empty queue is not known to be empty."""
        self._connected = connected
        self.show_summary(*self._summary)

    def show_summary(self, waiting: int, longest_s: float) -> None:
        """Number of waiting callers and the longest wait in seconds."""
        self._summary = waiting, longest_s
        is_known = self._connected or waiting > 0
        self._number.setText(str(waiting) if is_known else "–")
        self._longest.setText(clock_words(longest_s) if waiting else "")
        spoken = _("{count} waiting, longest {time}").format(
            count=waiting, time=clock_words(longest_s)
        )
        if not is_known:
            spoken = _("Connection lost")
        self.setAccessibleName(spoken)
        self.setToolTip(tip_words(spoken))
