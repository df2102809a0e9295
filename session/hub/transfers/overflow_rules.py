# SPDX-License-Identifier: GPL-3.0-only
"""Who else may answer a caller who waits: the convention's overflow rules.
Pure; used by the hub's queue and check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from session.hub.convention.catalogue import Catalogue
from session.hub.convention.overflow_check import takes
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.ids import split_service


@dataclass(frozen=True)
class Target:
    """A service that may answer too, and since when it may (seconds of waiting;
    0 because nobody is there).
    """

    organisation: str
    service: str
    after_s: int


def overflow_targets(
    catalogue: Catalogue, ticket: Ticket, now: datetime, answering: Callable[[str, str], int]
) -> list[Target]:
    """Services beside its own that may take this ticket now, in the convention's order.

    A rule that leads to nothing, or to a service that does not take these callers, is none.
    Rules do not chain: whoever gets an overflowing caller does not pass it on by the next rule.

    Args:
        answering: (organisation, service) -> how many who answer it are there and free.
    """
    # a hub's clock may have been ahead
    waited_s = max(0.0, (now - ticket.arrived_at_utc).total_seconds())
    service = catalogue.service(ticket.organisation, ticket.service)
    found = []
    for rule in service.overflow:
        organisation, name = split_service(rule.to, ticket.organisation)
        if not catalogue.has(organisation, name):
            continue
        if not takes(
            catalogue.service(organisation, name), organisation, ticket.organisation, ticket.service
        ):
            continue
        if waited_s >= rule.after_s:
            found.append(Target(organisation, name, rule.after_s))
        elif rule.when_nobody and answering(ticket.organisation, ticket.service) == 0:
            found.append(Target(organisation, name, 0))
    return found
