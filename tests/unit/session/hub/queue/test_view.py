# SPDX-License-Identifier: GPL-3.0-only
"""The hub's view of the queue: order, position, wait, numbers, revisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from session.hub.queue.view import QueueView
from session.hub.storage.interfaces import StoredTicket
from session.protocol.hub.tickets import Ticket, TicketState

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _ticket(name: str, minute: int = 0, organisation: str = "valdore") -> Ticket:
    return Ticket(
        id=name,
        organisation=organisation,
        service="rights",
        kiosk=f"k{name}",
        site="Mairie",
        number=f"D{minute + 1:03d}",
        state=TicketState.WAITING,
        arrived_at_utc=START + timedelta(minutes=minute),
    )


def _view(*tickets: Ticket) -> QueueView:
    view = QueueView()
    view.load([StoredTicket(ticket, revision) for revision, ticket in enumerate(tickets, start=1)])
    return view


def test_a_step_of_priority_counts_as_three_minutes_of_waiting() -> None:
    late, early = _ticket("a", 5), _ticket("b", 1)
    urgent = msgspec.structs.replace(_ticket("c", 9), priority=2)
    view = _view(late, early, urgent, _ticket("z", 0, "marais"))
    assert [ticket.id for ticket in view.waiting("valdore")] == ["b", "c", "a"]
    assert [view.position(ticket) for ticket in (early, urgent, late)] == [1, 2, 3]
    assert view.position(msgspec.structs.replace(late, state=TicketState.CLOSED)) == 0


def test_an_older_change_does_not_undo_a_newer_one() -> None:
    view = _view(_ticket("a"))
    taken = msgspec.structs.replace(
        _ticket("a"), state=TicketState.IN_SESSION, agent="alice", session="a_1"
    )
    assert view.apply(StoredTicket(taken, 5))
    assert not view.apply(StoredTicket(_ticket("a"), 4))
    assert view.waiting("valdore") == []
    assert view.revision("valdore") == 5
    assert view.revision("marais") == 0


def test_a_session_leads_to_its_ticket_only_in_its_organisation_and_while_it_is_current() -> None:
    taken = msgspec.structs.replace(
        _ticket("a"), state=TicketState.IN_SESSION, agent="alice", session="a_1"
    )
    view = _view(taken)
    assert view.by_session("valdore", "a_1") is not None
    assert view.by_session("marais", "a_1") is None
    view.apply(StoredTicket(msgspec.structs.replace(taken, session="a_2"), 2))
    assert view.by_session("valdore", "a_1") is None
    assert view.by_session("valdore", "a_2") is not None


def test_numbers_go_on_and_skip_those_in_use() -> None:
    view = _view(_ticket("a", 0), _ticket("b", 1))
    assert view.next_number("valdore", "D") == "D003"
    assert view.next_number("valdore", "L") == "L001"
    assert view.next_number("marais", "D") == "D001"
    last = msgspec.structs.replace(_ticket("c", 2), number="D999")
    view.apply(StoredTicket(last, 9))
    assert view.next_number("valdore", "D") == "D003"


def test_ended_tickets_are_known_for_a_while_and_then_forgotten() -> None:
    ended = msgspec.structs.replace(
        _ticket("a"), state=TicketState.CLOSED, session="a_1", ended_at_utc=START
    )
    view = _view(ended, _ticket("b"))
    assert [ticket.id for ticket in view.open_tickets("valdore")] == ["b"]
    assert view.by_session("valdore", "a_1") is not None
    view.forget_ended(lambda ticket: True)
    assert view.by_session("valdore", "a_1") is None
    assert view.get("valdore", "b") is not None


def test_pages_of_a_long_queue_follow_each_change_and_cannot_be_spoilt() -> None:
    view = _view(_ticket("b"), _ticket("a"))
    view.open_tickets("valdore").clear()
    assert [ticket.id for ticket in view.open_tickets("valdore")] == ["a", "b"]
    closed = msgspec.structs.replace(_ticket("a"), state=TicketState.CLOSED)
    assert view.apply(StoredTicket(closed, 3))
    assert view.apply(StoredTicket(_ticket("c"), 4))
    assert [ticket.id for ticket in view.open_tickets("valdore")] == ["b", "c"]
    view.load([StoredTicket(_ticket("d"), 5)])
    assert [ticket.id for ticket in view.open_tickets("valdore")] == ["d"]


def test_an_emptied_queue_still_knows_its_revision_and_its_ended_tickets() -> None:
    view = _view(_ticket("a"))
    assert view.apply(
        StoredTicket(msgspec.structs.replace(_ticket("a"), state=TicketState.CLOSED), 7)
    )
    assert view.revision("valdore") == 7
    assert view.get("valdore", "a") is not None
    assert [ticket.id for ticket in view.tickets("valdore")] == ["a"]


def test_a_service_is_wanted_while_somebody_waits_to_whom_no_agent_is_offered() -> None:
    view = _view(_ticket("a"), _ticket("b"))
    offered = msgspec.structs.replace(_ticket("a"), state=TicketState.OFFERED, agent="alice")
    view.apply(StoredTicket(offered, 3))
    assert view.is_wanted("valdore", "rights")
    view.apply(StoredTicket(msgspec.structs.replace(_ticket("b"), state=TicketState.ABANDONED), 4))
    assert not view.is_wanted("valdore", "rights")
    view.apply(
        StoredTicket(msgspec.structs.replace(offered, state=TicketState.WAITING, agent=None), 5)
    )
    assert view.is_wanted("valdore", "rights")
    assert not view.is_wanted("valdore", "housing")


def test_a_kiosk_s_tickets_are_found_until_the_last_one_ends() -> None:
    first, second = _ticket("a"), msgspec.structs.replace(_ticket("b"), kiosk="ka")
    view = _view(first, second)
    assert {ticket.id for ticket in view.at_kiosk("valdore", "ka")} == {"a", "b"}
    view.apply(StoredTicket(msgspec.structs.replace(first, state=TicketState.ABANDONED), 3))
    view.apply(StoredTicket(msgspec.structs.replace(second, priority=3), 4))
    assert [ticket.priority for ticket in view.at_kiosk("valdore", "ka")] == [3]
    view.apply(StoredTicket(msgspec.structs.replace(second, state=TicketState.CLOSED), 5))
    assert view.at_kiosk("valdore", "ka") == []
