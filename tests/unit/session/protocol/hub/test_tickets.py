# SPDX-License-Identifier: GPL-3.0-only
"""The states of a ticket, edge by edge, and the digest that another language can compute."""

from __future__ import annotations

from datetime import UTC, datetime
from zlib import crc32

import msgspec
import pytest

from session.protocol.hub.tickets import TRANSITIONS, Ticket, TicketState, ticket_digest

ALLOWED = {
    "waiting": {"waiting", "offered", "in_session", "abandoned", "closed"},
    "offered": {"offered", "waiting", "in_session", "abandoned", "closed"},
    "in_session": {"in_session", "wrap_up", "waiting", "closed"},
    "wrap_up": {"wrap_up", "closed"},
    "closed": {"closed"},
    "abandoned": {"abandoned"},
}
EDGES = [(before, after) for before in TicketState for after in TicketState]

TICKET = Ticket(
    id="t1",
    organisation="valdore",
    service="rights",
    kiosk="kiosk1",
    site="townhall",
    number="D001",
    state=TicketState.WAITING,
    arrived_at_utc=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
)
IN_SESSION = msgspec.structs.replace(
    TICKET,
    id="t2",
    state=TicketState.IN_SESSION,
    service="housing",
    priority=2,
    agent="alice",
    session="t2_1f00c0de",
)


@pytest.mark.parametrize(("before", "after"), EDGES)
def test_a_ticket_goes_only_where_the_table_allows(before: TicketState, after: TicketState) -> None:
    ticket = msgspec.structs.replace(TICKET, state=before)
    assert ticket.may_become(after) is (after.value in ALLOWED[before.value])


def test_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(TicketState)


def test_the_digest_of_the_example_in_the_protocol_document() -> None:
    assert ticket_digest(TICKET) == crc32(b"t1\x1fwaiting\x1frights\x1f0\x1f\x1f\x1f") == 4260949836
    assert ticket_digest(IN_SESSION) == 3627672159
    assert ticket_digest(TICKET) ^ ticket_digest(IN_SESSION) == 633408787


def test_the_digest_changes_with_each_field_that_a_desk_shows() -> None:
    shown = (
        {"state": TicketState.OFFERED},
        {"service": "housing"},
        {"priority": 1},
        {"agent": "alice"},
        {"session": "alice"},
        {"assigned_to": "alice"},
    )
    digests = {ticket_digest(msgspec.structs.replace(TICKET, **change)) for change in shown}
    assert len(digests | {ticket_digest(TICKET)}) == len(shown) + 1
