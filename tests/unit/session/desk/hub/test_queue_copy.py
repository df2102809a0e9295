# SPDX-License-Identifier: GPL-3.0-only
"""A desk's copy of the queue equals the hub's, in whatever order things arrive."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from session.desk.hub.queue_copy import QueueCopy
from session.hub.queue.index import TicketIndex
from session.hub.storage.interfaces import StoredTicket
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.object_graph import most_kept


def _ticket(name: str) -> Ticket:
    return Ticket(
        id=name,
        organisation="valdore",
        service="rights",
        kiosk="kiosk1",
        site="Mairie",
        number="D001",
        state=TicketState.WAITING,
        arrived_at_utc=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    )


def _closed(name: str) -> Ticket:
    return msgspec.structs.replace(_ticket(name), state=TicketState.CLOSED)


def _ids(copy: QueueCopy) -> list[str]:
    return [ticket.id for ticket in copy.ordered()]


def test_changes_heard_before_the_snapshot_survive_it() -> None:
    copy = QueueCopy()
    copy.apply(_ticket("new"), 12)
    copy.apply(_closed("gone"), 11)
    copy.load([_ticket("old"), _ticket("gone")], 10)
    assert _ids(copy) == ["new", "old"]


def test_changes_older_than_the_snapshot_are_ignored() -> None:
    copy = QueueCopy()
    copy.load([], 10)
    assert not copy.apply(_ticket("gone"), 9)
    assert _ids(copy) == []


def test_a_change_heard_twice_counts_once() -> None:
    copy = QueueCopy()
    assert copy.apply(_ticket("a"), 3)
    assert not copy.apply(_ticket("a"), 3)
    assert copy.apply(_closed("a"), 4)
    assert not copy.apply(_ticket("a"), 3)
    assert _ids(copy) == []


def test_two_disagreeing_beats_reveal_a_gap() -> None:
    copy = QueueCopy()
    copy.load([_ticket("a")], 10)
    assert not copy.is_behind(10, 1)
    assert not copy.is_behind(11, 1)
    assert not copy.is_behind(10, 1)
    assert not copy.is_behind(11, 2)
    assert copy.is_behind(11, 2)
    copy.load([_ticket("a"), _ticket("b")], 11)
    assert not copy.is_behind(11, 2)


def test_a_change_that_was_missed_in_the_middle_is_a_gap() -> None:
    taken = msgspec.structs.replace(_ticket("a"), state=TicketState.IN_SESSION, agent="alice")
    hub = TicketIndex()
    hub.put(StoredTicket(taken, 11))
    hub.put(StoredTicket(_ticket("b"), 12))
    copy = QueueCopy()
    copy.load([_ticket("a")], 10)
    copy.apply(_ticket("b"), 12)  # 11 never came
    assert not copy.is_behind(hub.revision, len(hub), hub.digest)
    assert copy.is_behind(hub.revision, len(hub), hub.digest)
    assert not copy.is_behind(hub.revision, len(hub))  # a hub that says no digest
    copy.load([taken, _ticket("b")], 12)
    assert not copy.is_behind(hub.revision, len(hub), hub.digest)


def test_the_digests_of_hub_and_desk_go_together_whatever_comes() -> None:
    hub, copy = TicketIndex(), QueueCopy()
    copy.load([], 0)
    states = [TicketState.WAITING, TicketState.OFFERED, TicketState.IN_SESSION, TicketState.CLOSED]
    for revision in range(1, 200):
        name, state = f"t{revision % 7}", states[revision % 4]
        ticket = msgspec.structs.replace(_ticket(name), state=state, agent=f"a{revision % 3}")
        hub.put(StoredTicket(ticket, revision))
        copy.apply(ticket, revision)
        for _ in range(2):
            assert not copy.is_behind(hub.revision, len(hub), hub.digest)
    copy.load(hub.pages(), hub.revision)
    assert not copy.is_behind(hub.revision, len(hub), hub.digest)


def test_a_hub_that_restarted_with_a_lower_revision_is_no_gap() -> None:
    copy = QueueCopy()
    copy.load([_ticket("a")], 10)
    assert not copy.is_behind(8, 1)
    assert not copy.is_behind(8, 1)


def test_a_restored_store_takes_what_it_never_had_along() -> None:
    copy = QueueCopy()
    copy.load([_ticket("a"), _ticket("b")], 10)
    copy.apply(_ticket("lost"), 11)  # after the backup
    copy.apply(_closed("b"), 12)
    copy.forget_revisions()
    assert copy.apply(_ticket("new"), 11), "the number is used again"
    copy.load([_ticket("a"), _ticket("b")], 10)
    assert _ids(copy) == ["a", "b", "new"]
    assert copy.apply(_closed("b"), 12)
    assert _ids(copy) == ["a", "new"]
    assert not copy.is_behind(12, 2)


def test_what_comes_between_the_new_hub_and_its_snapshot_counts_though_its_number_is_lower() -> (
    None
):
    copy = QueueCopy()
    copy.load([_ticket("a")], 10)
    copy.apply(_ticket("a"), 15)
    copy.forget_revisions()
    assert copy.apply(_closed("a"), 12)
    assert not copy.apply(_ticket("a"), 11), "of what is heard now the order counts as ever"
    copy.load([_ticket("a")], 11)
    assert _ids(copy) == []


def test_many_ended_tickets_take_no_room() -> None:
    copy = QueueCopy()
    for n in range(1000):
        copy.apply(_closed(f"t{n}"), n + 1)
    assert most_kept(copy) == 200
