# SPDX-License-Identifier: GPL-3.0-only
"""The queue on the left of the desk's window: who waits, since when, for what, and Accept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame

from resources.texts import _
from session.core.clock import Clock
from session.protocol.hub.requests import Service
from session.protocol.hub.routing import ServiceWork
from session.protocol.hub.tickets import Ticket
from views.desk.acts import AcceptCaller, AcceptNext, ChooseOwnState
from views.desk.queue.agent_queue import AgentQueue
from views.desk.queue.groups import sections
from views.desk.queue.head import QueueHead
from views.desk.queue.rows import QueueRows
from views.widgets.icons import IconLabel
from views.widgets.list_state import not_read
from views.widgets.parts import column, label, row
from views.widgets.theme import SPACE


class DeskQueueView(QFrame):
    """Shows the tickets of the organisation: whom F2 takes first, then this agent's own callers,
    then all others, the longest waiting first, in groups if the agent wants.

    Attributes:
        facts: the tickets and services as they concern this agent.
        head: what is shown of the queue.
        is_available: False while the agent pauses.

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
        self.setAccessibleName(_("Queue"))
        self._clock = clock
        self._ringing: set[str] = set()
        self._busy = False
        self.is_available = True
        self._connected = False
        self._accepting = ""
        self._seen_at: datetime | None = None
        self.facts = AgentQueue(clock)
        self.head = QueueHead(self._show_all)
        self._rows = QueueRows(
            self.facts, after=self.head.last, accept=self._accept, changed=self._show_all
        )
        column(self, self.head, self._rows.area, self._build_line(), space=0)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.refresh_waits)
        self._second.start()
        self.set_connection(False)
        self._show_all()

    def _build_line(self) -> QFrame:
        frame = self._line_frame = QFrame()
        frame.setObjectName("queue_state")
        self._line_icon = IconLabel(size_px=16)
        self._line = label(role="small", name="queue_connection", wrap=True)
        box = row(frame, self._line_icon, self._line, space=6, margins=(SPACE[2], 6, SPACE[2], 6))
        box.setStretch(1, 1)
        return frame

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The rows use the height there is."""
        super().resizeEvent(event)
        self._rows.give_room()

    # ---- facts ----

    def set_tickets(self, tickets: Sequence[Ticket], services: Mapping[str, Service]) -> None:
        """All open tickets of the organisation and its services in their order."""
        if list(services) != list(self.facts.services):
            self.head.show_services(services)
        self.facts.set_tickets(tickets, services)
        self._ringing &= {ticket.id for ticket in self.facts.waiting}
        self._show_all()

    def set_work(self, work: Sequence[ServiceWork]) -> None:
        """Set what this agent may serve, and from when on;
        callers of other services are not shown.
        """
        self.facts.set_work(work)
        self._show_all()

    def ring(self, ticket_id: str) -> None:
        """Marks the row of a ticket until it is taken or gone, or until `stop_ringing`."""
        self._ringing.add(ticket_id)
        self._show_all()
        self.ticket_rang.emit(ticket_id)

    def stop_ringing(self) -> None:
        """No row stands out any more."""
        self._ringing.clear()
        self._show_all()

    def may_ring(self, ticket: Ticket) -> bool:
        """True if a new caller is for this agent to notice:
        one that it may choose itself, now.
        """
        return self.is_available and self.facts.may_choose(ticket)

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
        self._rows.show_waits(self._clock.utc_now(), known=connected)
        self._show_empty()
        self._allow()

    def set_busy(self, busy: bool) -> None:
        """True while this agent is in a session or wrap-up: no other caller can be taken."""
        self._busy = busy
        self._accepting = ""
        self._allow()

    def refresh_waits(self) -> None:
        """Moves all clocks to now."""
        now, waiting = self._clock.utc_now(), self.facts.waiting
        self._rows.show_waits(now, known=self._connected)
        longest = max(
            ((now - ticket.arrived_at_utc).total_seconds() for ticket in waiting), default=None
        )
        self.head.show_longest(longest)
        self.summary_changed.emit(len(waiting), longest or 0.0)

    # ---- showing ----

    def _show_all(self) -> None:
        self.facts.only = self.head.service()
        by = self.head.grouping()
        queue_sections = sections(
            self.facts.shown_waiting(),
            by,
            first=self.facts.next_ticket(),
            is_mine=self.facts.is_own,
            services=list(self.facts.services),
        )
        self._rows.show_sections(queue_sections, by, ringing=self._ringing)
        self._show_empty()
        self._allow()
        self.refresh_waits()

    def _show_empty(self) -> None:
        """Nobody is said to wait only while the hub answers."""
        waiting, visible_tickets = self.facts.waiting, self.facts.shown_waiting()
        empty = self._rows.empty
        empty.setVisible(not visible_tickets and (not self._connected or bool(waiting)))
        # beneath rows that may be old; where there are none, their place says it
        self._line_frame.setHidden(self._connected or not waiting)
        self.head.show_count(str(len(waiting)) if waiting or self._connected else "–")
        if waiting and not visible_tickets:
            empty.show_words(
                _("Nobody waits for this service"),
                _("Choose all services to see the others."),
                "empty_queue",
            )
        else:
            empty.show_words(
                _("The queue is not known yet"),
                _("Who waits is shown as soon as the network answers."),
                "retry",
            )

    # ---- requests ----

    def choose_state(self, available: bool, reason: str, minutes: int = 0) -> None:
        """The agent has chosen its state elsewhere in the window."""
        self.is_available = available
        self.acted.emit(ChooseOwnState(available, reason, minutes))

    def accept_next(self) -> None:
        """Asks for whoever is next of those shown (F2);
        the hub chooses, as colleagues may be faster.
        """
        if self.facts.next_ticket() is not None and self._begin("next"):
            self.acted.emit(AcceptNext(self.head.service()))

    def accept_failed(self) -> None:
        """The requested ticket went to a colleague; others may be taken again."""
        self._accepting = ""
        self._allow()

    def _accept(self, ticket_id: str) -> None:
        if self._begin(ticket_id):
            self.acted.emit(AcceptCaller(ticket_id))

    def _begin(self, what: str) -> bool:
        """Sends one request at a time."""
        if not self._may_begin():
            return False
        self._accepting = what
        self._allow()
        return True

    def _may_begin(self) -> bool:
        return self._connected and not self._busy and not self._accepting

    def _allow(self) -> None:
        self._rows.allow(self._may_begin())
