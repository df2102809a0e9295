# SPDX-License-Identifier: GPL-3.0-only
"""A caller who was kept for an agent is free again after a minute: that is told once."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from session.desk.hub.reservations import Reservations
from session.protocol.hub.tickets import KEPT, Ticket, TicketState
from tests.support.screens.invented import NOW, ticket

SECOND = timedelta(seconds=1)


def kept(state: TicketState = TicketState.WAITING) -> Ticket:
    return msgspec.structs.replace(
        ticket("C007", "alloc", 100), state=state, assigned_to="a1", assigned_at_utc=NOW
    )


def test_the_end_of_a_reservation_is_told_once() -> None:
    seen = Reservations()
    assert seen.ended([kept()], NOW) == []
    assert seen.ended([kept()], NOW + KEPT - SECOND) == []
    assert seen.ended([kept()], NOW + KEPT) == [kept()]
    assert seen.ended([kept()], NOW + KEPT + SECOND) == []


def test_one_that_was_over_before_this_program_began_is_not_told() -> None:
    assert Reservations().ended([kept()], NOW + KEPT) == []


def test_a_caller_whom_the_agent_has_taken_is_not_told() -> None:
    seen = Reservations()
    seen.ended([kept()], NOW)
    assert seen.ended([kept(TicketState.IN_SESSION)], NOW + KEPT) == []
    assert seen.ended([], NOW + KEPT) == []


def test_an_offer_that_is_being_answered_is_waited_for() -> None:
    seen = Reservations()
    seen.ended([kept()], NOW)
    assert seen.ended([kept(TicketState.OFFERED)], NOW + KEPT) == []
    assert seen.ended([kept()], NOW + KEPT + SECOND) == [kept()]


def test_a_second_reservation_begins_anew() -> None:
    seen = Reservations()
    seen.ended([kept()], NOW)
    later = msgspec.structs.replace(kept(), assigned_at_utc=NOW + KEPT)
    assert seen.ended([later], NOW + KEPT + SECOND) == []
    assert seen.ended([later], NOW + 2 * KEPT) == [later]
