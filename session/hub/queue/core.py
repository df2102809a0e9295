# SPDX-License-Identifier: GPL-3.0-only
"""The parts that nearly every rule about tickets works with, in one object;
and what is closed now. Used by all rules of the hub.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from session.core.clock import Clock
from session.core.tasks import Tasks
from session.hub.convention.catalogue import Catalogue
from session.hub.queue.notifications import Notifications
from session.hub.queue.presence import Presence
from session.hub.queue.ticket_changes import TicketChanges
from session.hub.queue.view import QueueView
from session.hub.storage.board_store import BroadcastRecord, QueueRecord
from session.hub.storage.interfaces import CallerStore
from session.protocol.hub.requests import Service
from session.protocol.wire.ids import split_service


class Decisions(Protocol):
    """The part of the store of supervisors' and operators' decisions that is needed here."""

    def queue(self, organisation: str, service: str) -> QueueRecord | None:
        """The last decision about a service."""
        ...

    def site(self, organisation: str, site: str) -> QueueRecord | None:
        """The last decision about a site."""
        ...

    def messages_at(self, site: str) -> list[tuple[str, BroadcastRecord]]:
        """(organisation, message) to the callers of a site ("organisation/site")."""
        ...


NOTICE = timedelta(hours=12)
"""How long a message to the callers of a site stands there, unless it is taken back."""


class Closures:
    """Services that a supervisor has closed for new calls, sites that an operator has or that have
    not passed their gate, and what supervisors say there.
    """

    def __init__(self, decisions: Decisions, catalogue: Catalogue, *, clock: Clock) -> None:
        self._decisions = decisions
        self._catalogue = catalogue
        self._clock = clock

    def is_queue_closed(self, organisation: str, service: str) -> bool:
        """True when a supervisor has closed the service."""
        record = self._decisions.queue(organisation, service)
        return record is not None and record.closed

    def is_site_closed(self, home: str, site: str) -> bool:
        """True when an operator has closed the site, or not opened one with a gate, or not again
        after the end of that.
        """
        record = self._decisions.site(home, site)
        if record is not None and record.closed:
            return True
        if not self._catalogue.has_gate(home, site):
            return False
        until_utc = record.until_utc if record is not None else None
        return until_utc is None or until_utc <= self._clock.utc_now()

    def notices(self, home: str, site: str, now_utc: datetime) -> list[tuple[str, BroadcastRecord]]:
        """(organisation, message) of what its callers read now, the newest first."""
        messages = [
            (organisation, message)
            for organisation, message in self._decisions.messages_at(f"{home}/{site}")
            if not message.withdrawn and now_utc - message.at_utc < NOTICE
        ]
        return sorted(messages, key=lambda pair: pair[1].at_utc, reverse=True)

    def shown(self, organisation: str, services: list[Service]) -> list[Service]:
        """The services with what supervisors decided about them."""
        return [
            msgspec.structs.replace(
                service, closed=self.is_queue_closed(*split_service(service.id, organisation))
            )
            for service in services
        ]


@dataclass(frozen=True)
class QueueCore:
    """Tickets, callers, and who must hear of a change.

    Attributes:
        changes: reads and changes tickets; its `view` answers questions about the queue.
        callers: what only the hub knows of a caller.
        tasks: goes through many tickets so that a bad one keeps no other from its turn.
    """

    changes: TicketChanges
    callers: CallerStore
    catalogue: Catalogue
    closures: Closures
    presence: Presence
    notifications: Notifications
    clock: Clock
    tasks: Tasks

    @property
    def view(self) -> QueueView:
        """The queue as this hub sees it."""
        return self.changes.view
