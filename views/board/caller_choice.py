# SPDX-License-Identifier: GPL-3.0-only
"""The choice of callers that the board's first page shows, and their order. Used by that page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtWidgets import QComboBox, QSizePolicy

from resources.plain_text import plain_text
from resources.texts import _
from session.protocol.hub.tickets import Ticket, TicketState
from views.board.facts import BoardFacts
from views.widgets.parts import label_button, tell_choice
from views.widgets.plain_words import CheckBox

IN_TURN = -1
"""In place of a column to sort by: as callers are served."""


class CallerChoice:
    """Callers of one service or site, or all; only those who talk, or all; in turn, or sorted by
    a column.

    Attributes:
        of_service, of_site: the fields in which they are chosen.
        talking: the box that leaves only those who are in a conversation.
        sorted_by: a column of the callers' table, or `IN_TURN`.
    """

    def __init__(self, facts: BoardFacts) -> None:
        self._facts = facts
        self.sorted_by = IN_TURN
        self.descending = False
        self.of_service = _filter("board_of_service")
        self.of_site = _filter("board_of_site")
        self.talking = CheckBox(_("In conversation"))
        self.talking.setObjectName("board_talking")
        self.of_service.setAccessibleName(_("Show only one service"))
        self.of_site.setAccessibleName(_("Show only one site"))

    def offer(self) -> None:
        """Offers the services and sites that there are now."""
        facts = self._facts
        services = [(service.id, service.name) for service in facts.services.values()]
        # a site may have left the convention while its callers wait
        sites = sorted(
            {site.name for site in facts.sites()} | {ticket.site for ticket in facts.tickets}
        )
        talks = sum(ticket.state is TicketState.IN_SESSION for ticket in facts.tickets)
        label_button(self.talking, _("In conversation ({count})").format(count=talks))
        self.talking.setEnabled(talks > 0)
        if not talks:
            self.talking.setChecked(False)
        _fill(self.of_service, _("All services"), services)
        _fill(self.of_site, _("All sites"), [(name, name) for name in sites])

    @property
    def service(self) -> str:
        """The only service that is shown, "" for all."""
        return self.of_service.currentData() or ""

    def of_place(self) -> list[Ticket]:
        """Return the callers of the chosen service and site, whether they wait or talk."""
        service, site = self.of_service.currentData(), self.of_site.currentData()
        return [
            ticket
            for ticket in self._facts.tickets
            if service in ("", None, ticket.service) and site in ("", None, ticket.site)
        ]

    def tickets(self) -> list[Ticket]:
        """Return the callers to show, in their order."""
        tickets = self.of_place()
        if self.talking.isChecked():
            tickets = [ticket for ticket in tickets if ticket.state is TicketState.IN_SESSION]
        key = self._sort_key()
        if key is None:
            return tickets
        return sorted(tickets, key=key, reverse=self.descending)

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
        key = keys.get(self.sorted_by)
        if key is None:
            return None
        by = -1 if self.descending else 1
        return lambda ticket: (key(ticket), by * turn[ticket.id])

    def sort(self, column: int) -> None:
        """A column's head was pressed: up, down, then in turn again."""
        if column != self.sorted_by:
            self.sorted_by = column
            self.descending = False
        elif not self.descending:
            self.descending = True
        else:
            self.sorted_by = IN_TURN
            self.descending = False


def _filter(name: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(10)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
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
