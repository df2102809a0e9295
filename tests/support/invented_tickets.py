# SPDX-License-Identifier: GPL-3.0-only
"""Finished tickets of invented days, the same for the same seed.
Used by tests and benchmarks of the history.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from session.hub.history.audit import AuditEntry
from session.protocol.hub.tickets import Ticket, TicketState

FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
SITES = (
    "Mairie de Saint-Oyen",
    "Maison commune de Sableuse",
    "Relais de Cormeuse",
    "Médiathèque d'Arvenne",
)
SERVICES = ("rights", "housing", "family")
OUTCOMES = (
    "done",
    "done",
    "done",
    "pieces_missing",
    "appointment",
    "redirected",
    "information",
    "cut_off",
)
LEFT = ("left", "left", "kiosk_lost", "new_call")


def ticket(number: int, **changes: object) -> Ticket:
    """One that was answered after a minute and closed ten minutes later."""
    arrived = FIRST_DAY + timedelta(hours=9, minutes=number)
    facts: dict[str, object] = {
        "id": f"t{number}",
        "organisation": "valdore",
        "service": "rights",
        "kiosk": "kiosk1",
        "site": SITES[0],
        "number": f"D{number:03}",
        "state": TicketState.CLOSED,
        "arrived_at_utc": arrived,
        "accepted_at_utc": arrived + timedelta(seconds=60),
        "ended_at_utc": arrived + timedelta(seconds=660),
        "agent": "alice",
        "session": f"t{number}_s",
        "reason": "done",
    }
    return Ticket(**(facts | changes))  # type: ignore[arg-type]  # fields of a Ticket, named by the tests


def entry(seq: int, changed: Ticket | None) -> AuditEntry:
    """As the audit tells it."""
    return AuditEntry(seq, FIRST_DAY + timedelta(seconds=seq), changed)


def days_of_work(count: int, days: int, seed: int = 1) -> list[Ticket]:
    """`count` finished tickets on `days` working days:
    busy Mondays and mornings, one in ten gives up.
    """
    chance = random.Random(seed)
    calendar = [FIRST_DAY + timedelta(days=n) for n in range(days * 7 // 5 + 3)]
    working = [day for day in calendar if day.weekday() < 5][:days]
    busy = [(9, 7, 6, 7, 5)[day.weekday()] + chance.random() * 3 for day in working]
    made = []
    for number in range(count):
        hour = chance.choices(range(8, 17), (6, 12, 14, 9, 3, 8, 11, 9, 4))[0]
        arrived = chance.choices(working, busy)[0] + timedelta(
            hours=hour - 1, seconds=chance.randrange(3600)
        )
        wait = timedelta(seconds=chance.expovariate(1 / 280))
        facts: dict[str, object] = {
            "id": f"{number:x}",
            "service": chance.choices(SERVICES, (6, 3, 2))[0],
            "site": chance.choices(SITES, (5, 4, 2, 1))[0],
            "arrived_at_utc": arrived,
        }
        if chance.random() < 0.1:
            facts |= {
                "state": TicketState.ABANDONED,
                "accepted_at_utc": None,
                "ended_at_utc": arrived + wait,
            }
            facts |= {"agent": None, "session": None, "reason": chance.choice(LEFT)}
        else:
            talk = timedelta(seconds=120 + chance.expovariate(1 / 700))
            facts |= {"accepted_at_utc": arrived + wait, "ended_at_utc": arrived + wait + talk}
            facts |= {"reason": chance.choice(OUTCOMES)}
        made.append(ticket(number, **facts))
    return made
