# SPDX-License-Identifier: GPL-3.0-only
"""Which agent may serve which ticket, and from when on. Pure; used by the hub's routing, told to every desk."""

from __future__ import annotations

from datetime import datetime

from session.hub.entries import PersonEntry, ServiceEntry
from session.protocol.routing_messages import may_serve
from session.protocol.tickets import Ticket


def serves_after_s(person: PersonEntry, service: ServiceEntry) -> int | None:
    """Seconds that a caller of `service` must have waited before `person` may serve; None for never.

    Skills relax with time, services do not: after a while any agent of the service is better than more waiting.
    """
    if person.services and service.id not in person.services:
        return None
    return 0 if set(service.skills) <= set(person.skills) else service.relax_s


def is_eligible(person: PersonEntry, service: ServiceEntry, ticket: Ticket, now_utc: datetime) -> bool:
    """Whether `person` may serve the ticket now."""
    return may_serve(serves_after_s(person, service), ticket, now_utc)
