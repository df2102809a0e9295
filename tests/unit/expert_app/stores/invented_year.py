# SPDX-License-Identifier: GPL-3.0-only
"""A year of an invented network whose figures are known by hand: 3,000 conversations at 21 kiosks,
for four organisations. Used by the tests of the activity report.

Every month: 250 conversations, of which 200, 40, 9 and 1 are the organisations'; the place `i` of a
conversation in its month says all of it. It waited `i % 10` minutes and talked `10 + i % 5`. Its
outcome is "done" seven times in ten, then "redirected", "pieces_missing" and "cut_off". 25 callers
of the first organisation gave up.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from session.hub.history.audit import AuditEntry
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.invented_tickets import ticket

YEAR = 2025
SITES = 21
SHARES = {"valdore": 200, "marais": 40, "cormeuse": 9, "arvenne": 1}
"""Conversations of each organisation in a month."""
GAVE_UP = 25
KM = 20.0
"""One way, from every site to every organisation's agency."""
OUTCOMES = (*["done"] * 7, "redirected", "pieces_missing", "cut_off")


def convention() -> str:
    """The network as TOML: the first organisation has all sites and kiosks."""
    names = list(SHARES)
    refs = ", ".join(f'"{name}/rights"' for name in names)
    km = ", ".join(f"{name} = {KM}" for name in names)
    lines = []
    for name in names:
        lines += ["[[organisations]]", f'id = "{name}"', f'name = "Organisme {name.title()}"']
        lines += [
            f'services = [{{ id = "rights", name = "Mes droits", letter = "{name[0].upper()}" }}]'
        ]
        if name == names[0]:
            lines += ["sites = ["]
            lines += [
                f'  {{ id = "site{n}", name = "Mairie {n:02}", services = [{refs}],'
                f" shared_with = [{', '.join(repr(one) for one in names[1:])}],"
                f" record = {{ km = {{ {km} }} }} }},"
                for n in range(SITES)
            ]
            lines += ["]", "kiosks = ["]
            lines += [f'  {{ id = "kiosk{n}", site = "site{n}" }},' for n in range(SITES)]
            lines += ["]"]
    return "\n".join(lines)


def tickets() -> list[Ticket]:
    """Every caller of the year."""
    made: list[Ticket] = []
    for month in range(1, 13):
        owners = [name for name, share in SHARES.items() for _one in range(share)]
        for place, owner in enumerate(owners):
            arrived = _arrival(month, place)
            accepted = arrived + timedelta(minutes=place % 10)
            made.append(
                ticket(
                    len(made),
                    organisation=owner,
                    site=f"Mairie {place % SITES:02}",
                    kiosk=f"kiosk{place % SITES}",
                    arrived_at_utc=arrived,
                    accepted_at_utc=accepted,
                    ended_at_utc=accepted + timedelta(minutes=10 + place % 5),
                    reason=OUTCOMES[place % 10],
                )
            )
        for place in range(GAVE_UP):
            arrived = _arrival(month, place)
            made.append(
                ticket(
                    len(made),
                    site=f"Mairie {place % SITES:02}",
                    kiosk=f"kiosk{place % SITES}",
                    state=TicketState.ABANDONED,
                    arrived_at_utc=arrived,
                    accepted_at_utc=None,
                    ended_at_utc=arrived + timedelta(minutes=3),
                    agent=None,
                    session=None,
                    reason="left",
                )
            )
    return made


def _arrival(month: int, place: int) -> datetime:
    """In the working hours of one of the first 20 days."""
    return datetime(YEAR, month, 1 + place % 20, 8 + place % 8, place % 60, tzinfo=UTC)


def entries() -> list[AuditEntry]:
    """The same as the audit tells it."""
    return [
        AuditEntry(seq, made.ended_at_utc or made.arrived_at_utc, made)
        for seq, made in enumerate(tickets(), 1)
    ]
