# SPDX-License-Identifier: GPL-3.0-only
"""Which agent may serve which ticket, and from when on.
Pure; used by routing and dispatch; desks are told the result.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import PersonEntry, ServiceEntry
from session.protocol.hub.routing import may_serve
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.ids import split_service


def serves_after_s(
    person: PersonEntry, service: ServiceEntry, skills: Collection[str] = ()
) -> int | None:
    """Seconds that a caller of `service` must have waited before `person` may serve;
    None for never. `skills`: those that this caller needs.

    Skills relax with time, services do not:
    after a while any agent of the service is better than more waiting.
    """
    if person.services and service.id not in person.services:
        return None
    if {*service.skills, *skills} <= set(person.skills):
        return 0
    return service.relax_s


class Eligibility:
    """`serves_after_s`, and the convention's overflow rules within one organisation: an agent of
    the rule's target service may answer too.

    Args:
        answering: (organisation, service) -> how many who answer it are there and available.
        today: (organisation, agent) -> the agent with what it serves today.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        answering: Callable[[str, str], int] = lambda organisation, service: 1,
        *,
        today: Callable[[str, PersonEntry], PersonEntry] = lambda organisation, person: person,
    ):
        self._catalogue = catalogue
        self._answering = answering
        self._today = today

    def after_s(
        self,
        organisation: str,
        person: PersonEntry,
        service: ServiceEntry,
        skills: Collection[str] = (),
    ) -> int | None:
        """Seconds that a caller of `service` who needs these skills must have waited before
        `person` may serve, now; None for never.
        """
        person = self._today(organisation, person)
        ways = [serves_after_s(person, service, skills)]
        for rule in service.overflow:
            owner, name = split_service(rule.to, organisation)
            if owner != organisation or ways[0] == 0:
                continue
            receiver_after_s = serves_after_s(
                person, self._catalogue.service(organisation, name), skills
            )
            if receiver_after_s is not None:
                at_once = rule.when_nobody and self._answering(organisation, service.id) == 0
                ways.append(max(receiver_after_s, 0 if at_once else rule.after_s))
        return min((way for way in ways if way is not None), default=None)

    def is_eligible(
        self, person: PersonEntry, service: ServiceEntry, ticket: Ticket, now_utc: datetime
    ) -> bool:
        """True if `person` may serve the ticket now."""
        after_s = self.after_s(ticket.organisation, person, service, ticket.skills)
        return may_serve(after_s, ticket, now_utc)
