# SPDX-License-Identifier: GPL-3.0-only
"""The rows of the queue beneath each other, the head of each group, and where the keyboard is.
Used by the queue view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain, pairwise

from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from resources.texts import _, ngettext
from session.protocol.hub.tickets import Ticket
from views.desk.queue.agent_queue import WAITING, AgentQueue
from views.desk.queue.groups import MINE, NEXT, REST, GroupBy, QueueGroup, QueueSection
from views.desk.queue.service_waits import ServiceWaits
from views.desk.queue.ticket_row import TicketRow
from views.widgets.parts import EmptyState, column, label, push_button, scroll_area, set_roomy
from views.widgets.theme import SPACE, text_scale
from views.words.waits import WaitLimits

MOST_ROWS = 30
"""So many callers have a row at first, and so many more with each press."""

TWO_LINES_PX, ROWS_PART, ROOMY_PX = 48, 0.7, 1000
"""Height of a row on two lines, usual letters; the part of the height that such rows may have; the
height from where on they have larger letters.
"""


class QueueRows:
    """Gives each caller a row, but for those of a folded group and those beyond the first ones.

    Args:
        facts: the callers, and what this agent may do with each.
        after: the part before the rows in the order of Tab.
        accept: told the id of the ticket that is to be taken.
        changed: called when other callers are to have a row.

    Attributes:
        area: what is seen of the rows.
        empty: says why there is no row.
    """

    def __init__(
        self,
        facts: AgentQueue,
        *,
        after: QWidget,
        accept: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self._facts = facts
        self._after = after
        self._accept = accept
        self._changed = changed
        self._most = MOST_ROWS
        self._rows: dict[str, TicketRow] = {}
        self._groups: dict[str, QueueGroup] = {}
        self._sections: Sequence[QueueSection] = ()
        self._reachable: list[Ticket] = []
        self._tab_order: list[QWidget] = []
        self._stop = ""
        self.empty = EmptyState("empty_queue", "", advice="", name="queue_empty")
        self._others_title = label(role="caption", name="queue_others")
        self._others_title.setIndent(SPACE[0])
        body = self._body = QWidget()
        self._waiting_box = QVBoxLayout()
        self._others_box = QVBoxLayout()
        for box in (self._waiting_box, self._others_box):
            box.setSpacing(1)
        layout = column(body, space=SPACE[0], margins=(SPACE[1], 0, SPACE[1], SPACE[1]))
        layout.addWidget(self.empty, 1)
        layout.addLayout(self._waiting_box)
        self._more = push_button("", "down", "quiet", name="queue_more")
        ignored = QSizePolicy.Policy.Ignored  # it must not make the rows wider than what is seen
        self._more.setSizePolicy(ignored, QSizePolicy.Policy.Fixed)
        self._more.clicked.connect(self._on_more)
        layout.addWidget(self._more)
        layout.addSpacing(SPACE[1])
        layout.addWidget(self._others_title)
        layout.addLayout(self._others_box)
        self._waits = ServiceWaits(facts)
        self._wants_waits = True
        layout.addWidget(self._waits)
        layout.addStretch(1)
        self.area = scroll_area(body)

    # ---- showing ----

    def show_sections(
        self, sections: Sequence[QueueSection], by: GroupBy, *, ringing: set[str]
    ) -> None:
        """Show the callers of each section, and below them those who are in conversation.

        Args:
            by: the kind of the groups, which their rows do not say again.
            ringing: ids of the tickets that stand out.
        """
        self._sections = sections
        others = self._facts.others()
        self._wants_waits = by is not GroupBy.SERVICE and not self._facts.only
        focused = next((key for key, row in self._rows.items() if row.hasFocus()), None)
        rows = self._rows_of_sections()
        self._reachable = [*chain.from_iterable(rows)]
        with_rows = [*self._reachable, *others[: self._most]]
        _drop(self._rows, {ticket.id for ticket in with_rows})
        _drop(self._groups, {section.key for section in sections})
        self._place_sections(rows)
        self._place(self._others_box, others[: self._most])
        first_free = self._facts.next_ticket()
        under = {
            ticket.id: by.value
            for section in sections
            if section.key not in ("", NEXT, MINE, REST)
            for ticket in section.tickets
        }
        for ticket in with_rows:
            service, place = self._facts.service(ticket.service)
            self._rows[ticket.id].show_ticket(
                ticket,
                service,
                place=place,
                next_one=ticket is first_free and ticket.state in WAITING,
                ringing=ticket.id in ringing,
                under=under.get(ticket.id, ""),
            )
        self._others_title.setVisible(bool(others))
        self._others_title.setText(_("In conversation: {count}").format(count=len(others)))
        if focused is not None and focused not in self._rows and self._reachable:
            self._rows[self._reachable[0].id].setFocus()
        self._keep_tab_stop()
        self.give_room()

    def give_room(self) -> None:
        """A few callers have two lines each, with larger letters in a high window; many have one
        where it is wide enough.
        """
        larger, high = max(1.0, text_scale()), self.area.height()
        needed = len(self._rows) * TWO_LINES_PX * larger
        has_room = needed <= high * ROWS_PART
        set_roomy(self._body, has_room and high >= ROOMY_PX * larger)
        for ticket_line in self._rows.values():
            ticket_line.give_room(has_room)

    def show_waits(self, now: datetime, *, known: bool) -> None:
        """Move all clocks to now; `known`: the hub answers."""
        agent = self._facts.agent
        self._waits.show_waits(now, wanted=known and self._wants_waits)
        for ticket_line in self._rows.values():
            ticket = ticket_line.ticket
            ticket_line.show_kept(ticket.kept_for(now) or ticket.offered_to(now), agent)
            ticket_line.show_known(ticket.state in WAITING and ticket.preferred == agent)
            ticket_line.show_later(self._facts.later_s(ticket))
            ticket_line.show_wait(now)
        for section in self._sections:
            head = self._groups.get(section.key)
            if head is not None:
                head.show_group(
                    self._name_of_group(section.key),
                    len(section.tickets),
                    max(
                        (now - ticket.arrived_at_utc).total_seconds() for ticket in section.tickets
                    ),
                    WaitLimits().of(self._facts.services.get(section.key)),
                )

    def allow(self, can: bool) -> None:
        """Set whether this agent may take a caller now."""
        for ticket_line in self._rows.values():
            ticket_line.set_can_accept(can)

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
        words = ngettext("One more waits: show it", "{count} more wait: show some of them", beyond)
        self._more.setText(words.format(count=beyond))
        return rows

    def _is_folded(self, key: str) -> bool:
        return key in self._groups and self._groups[key].is_folded

    def _on_more(self) -> None:
        self._most += MOST_ROWS
        self._changed()

    def _place_sections(self, rows: Sequence[Sequence[Ticket]]) -> None:
        at = 0
        for section, tickets in zip(self._sections, rows, strict=True):
            if section.key not in ("", NEXT):
                head = self._groups.get(section.key) or self._new_group(section.key)
                if self._waiting_box.indexOf(head) != at:
                    self._waiting_box.insertWidget(at, head)
                at += 1
            self._place(self._waiting_box, tickets, at=at)
            at += len(tickets)
        self._order_tabs()

    def _new_group(self, key: str) -> QueueGroup:
        head = QueueGroup(key)
        head.clicked.connect(lambda: self._changed())
        self._groups[key] = head
        return head

    def _name_of_group(self, key: str) -> str:
        fixed_names = {MINE: _("Your callers"), REST: _("Everybody else")}
        if key in fixed_names:
            return fixed_names[key]
        if key in self._facts.services:
            return self._facts.services[key].name
        return key

    def _place(self, box: QVBoxLayout, tickets: Sequence[Ticket], *, at: int = 0) -> None:
        for index, ticket in enumerate(tickets, start=at):
            ticket_line = self._rows.get(ticket.id) or self._new_row(ticket)
            if box.indexOf(ticket_line) != index:
                box.insertWidget(index, ticket_line)
                ticket_line.show()

    def _new_row(self, ticket: Ticket) -> TicketRow:
        ticket_line = TicketRow(ticket)
        ticket_line.accept_requested.connect(self._accept)
        ticket_line.moved.connect(lambda step: self._move_focus(ticket_line, step))
        ticket_line.focused.connect(lambda: self._keep_tab_stop(ticket_line.ticket.id))
        self._rows[ticket.id] = ticket_line
        return ticket_line

    # ---- the keyboard ----

    def _order_tabs(self) -> None:
        """Tab goes from top to bottom, whatever was made first."""
        items = (self._waiting_box.itemAt(at) for at in range(self._waiting_box.count()))
        order = [item.widget() for item in items if item is not None]
        parts = [part for part in order if part is not None]
        if parts != self._tab_order:
            self._tab_order = parts
            for before, after in pairwise([self._after, *parts]):
                QWidget.setTabOrder(before, after)

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
            self.area.ensureWidgetVisible(target)


def _drop[Part: QWidget](parts: dict[str, Part], kept: set[str]) -> None:
    """Take those away that are not kept."""
    for gone in set(parts) - kept:
        part = parts.pop(gone)
        part.hide()
        part.deleteLater()
