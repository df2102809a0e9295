# SPDX-License-Identifier: GPL-3.0-only
"""Below the rows of the queue: for each service of this agent how many wait, the longest wait, and
when it closes. Used by the rows of the queue.
"""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtWidgets import QFrame

from resources.texts import _, ngettext
from session.protocol.hub.requests import Service
from session.protocol.hub.tickets import Ticket
from views.desk.queue.agent_queue import AgentQueue
from views.desk.queue.ticket_row import ServiceTag
from views.widgets.icons import IconLabel
from views.widgets.parts import (
    column,
    label,
    name_widget,
    restyle,
    row,
    show_clock,
    steady_figures,
)
from views.widgets.theme import SPACE
from views.words.waits import WaitLimits, minutes_words, wait_style

MOST_SERVICES = 12
"""So many services have a line, those with the longest wait first."""


def hours_words(service: Service) -> str:
    """Return when the service closes or opens, "" when nobody has said it."""
    if service.closed:
        return _("Closed by a supervisor")
    if not service.open_now:
        return _("Closed now")
    closes = service.closes_at.partition("T")[2][:5]
    if closes:
        return _("Closes at {time}").format(time=closes)
    return ""


class ServiceLine(QFrame):
    """A service: how many wait for it and how long, or that nobody does."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("service_line")
        self._tag = ServiceTag(0)
        self._hours = label(role="small", name="service_hours")
        self._count = label(role="body", name="service_count")
        self._icon = IconLabel(size_px=16)
        self._wait = steady_figures(label(role="strong", name="service_longest"))
        top = row(self, space=SPACE[1], margins=(SPACE[2], SPACE[0], SPACE[2], SPACE[0]))
        top.addWidget(self._tag, 1)
        for part in (self._hours, self._count, self._icon, self._wait):
            top.addWidget(part)

    def show_service(self, service: Service, place: int, waits_s: list[float]) -> None:
        """Show the service with the waits of its callers."""
        self._tag.show_service(service, service.id, place)
        self._hours.setText(hours_words(service))
        words = ngettext("One waits", "{count} wait", len(waits_s)).format(count=len(waits_s))
        if not waits_s:
            words = _("Nobody")
        self._count.setText(words)
        restyle(self._count, role="body" if waits_s else "soft")
        for part in (self._icon, self._wait):
            part.setVisible(bool(waits_s))
        spoken = [service.name, words]
        if waits_s:
            look = wait_style(max(waits_s), WaitLimits().of(service))
            self._icon.set_icon(look.icon_name, look.tone or "soft")
            restyle(self._wait, tone=look.tone)
            show_clock(self._wait, max(waits_s))
            spoken += [minutes_words(max(waits_s)), look.words]
        name_widget(self, ", ".join(filter(None, (*spoken, self._hours.text()))))


class ServiceWaits(QFrame):
    """A line for each service of this agent, where it has several.

    Args:
        facts: the callers, and the services of this agent.
    """

    def __init__(self, facts: AgentQueue) -> None:
        super().__init__()
        self.setObjectName("service_waits")
        self.setAccessibleName(_("Waits by service"))
        self._facts = facts
        self._lines: list[ServiceLine] = []
        title = label(_("Waits by service"), "caption")
        title.setIndent(SPACE[0])
        self._box = column(None, space=0)
        column(self, title, self._box, space=SPACE[0], margins=(0, SPACE[1], 0, 0))
        self.hide()

    def show_waits(self, now: datetime, *, wanted: bool) -> None:
        """Show the waits as they are now, or nothing where the groups say the same."""
        services = self._facts.own_services()
        self.setVisible(wanted and len(services) > 1)
        if self.isHidden():
            return
        waits: dict[str, list[float]] = {service.id: [] for service in services}
        for ticket in self._facts.waiting:
            waits.setdefault(ticket.service, []).append(_waited_s(ticket, now))
        shown = services
        if len(services) > MOST_SERVICES:
            shown = sorted(services, key=lambda service: -max(waits[service.id], default=0.0))
        while len(self._lines) < min(len(shown), MOST_SERVICES):
            line = ServiceLine()
            self._lines.append(line)
            self._box.addWidget(line)
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(shown))
            if place < len(shown):
                service = shown[place]
                line.show_service(service, self._facts.service(service.id)[1], waits[service.id])


def _waited_s(ticket: Ticket, now: datetime) -> float:
    return (now - ticket.arrived_at_utc).total_seconds()
