# SPDX-License-Identifier: GPL-3.0-only
"""Acts of supervisors read back from the history in SQL: what was before, what after, by whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from session.core.spoken_letters import short_number
from session.hub.history.audit import AuditEntry, BoardEntry
from session.hub.history.database import History
from session.hub.storage.board_store import BroadcastRecord, MoveRecord, QueueRecord
from session.hub.supervision.acts import ActsWanted, act, acts, members, moved_tickets, undone
from session.protocol.hub.history import ActKind, ActSide
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.invented_tickets import FIRST_DAY, entry, ticket

DAY = timedelta(days=1)


def waiting(number: int, **changes: object) -> Ticket:
    return ticket(
        number,
        state=TicketState.WAITING,
        accepted_at_utc=None,
        ended_at_utc=None,
        agent=None,
        session=None,
        **changes,
    )


def by_boss(before: Ticket, act_id: str, **changes: object) -> Ticket:
    whose = {"changed_by": "s.boss", "reason": "too many callers", "act": act_id, "undoes": None}
    return msgspec.structs.replace(before, **(whose | changes))


def beside(seq: int, name: str, record: QueueRecord | BroadcastRecord | MoveRecord) -> AuditEntry:
    return AuditEntry(
        seq, FIRST_DAY + timedelta(seconds=seq), None, "", BoardEntry("valdore", name, record)
    )


def at(seq: int) -> datetime:
    return FIRST_DAY + timedelta(seconds=seq)


def everything(**more: object) -> ActsWanted:
    return ActsWanted("valdore", FIRST_DAY, FIRST_DAY + DAY, **more)  # type: ignore[arg-type]


def fill(history: History) -> int:
    """A priority, a service, a keeping, a move of two, a closing, a message and its end;
    an accept between.
    """
    stream = history.stream("2026-03-01T00:00:00Z")
    one, two = waiting(1), waiting(2)
    urgent = by_boss(one, "a1", priority=10)
    elsewhere = by_boss(urgent, "a2", service="housing", changed_by="s.other")
    kept = by_boss(elsewhere, "a3", assigned_to="bob")
    taken = msgspec.structs.replace(
        kept, state=TicketState.IN_SESSION, agent="bob", changed_by="a.bob", reason=""
    )
    whose: Any = {"changed_by": "s.boss", "reason": "the agency closes"}
    history.apply(
        stream,
        [
            entry(1, one),
            entry(2, two),
            entry(3, urgent),
            entry(4, elsewhere),
            entry(5, kept),
            entry(6, taken),
            beside(7, "m1", MoveRecord(service="rights", to="family", at_utc=at(7), **whose)),
            entry(8, by_boss(two, "m-m1", service="family")),
            entry(9, by_boss(waiting(3), "m-m1", service="family")),
            beside(10, "rights", QueueRecord(closed=True, act="c1", at_utc=at(10), **whose)),
            beside(
                11, "b1", BroadcastRecord(text="Back at two.", act="b1", at_utc=at(11), **whose)
            ),
            beside(
                12,
                "b1",
                BroadcastRecord(
                    text="Back at two.",
                    act="b2",
                    undoes="b1",
                    withdrawn=True,
                    at_utc=at(12),
                    **whose,
                ),
            ),
        ],
    )
    return stream


def test_each_act_is_told_once_with_what_was_before_and_after(history: History) -> None:
    fill(history)
    found = {one.id: one for one in acts(history, everything())}
    assert list(found) == ["b2", "b1", "c1", "m1", "a3", "a2", "a1"]
    assert [one.kind for one in found.values()] == [
        ActKind.WITHDRAW,
        ActKind.BROADCAST,
        ActKind.CLOSE,
        ActKind.MOVE,
        ActKind.AGENT,
        ActKind.SERVICE,
        ActKind.PRIORITY,
    ]
    moved, urgent = found["m1"], found["a1"]
    assert (moved.service, moved.to, moved.tickets, moved.reason) == (
        "rights",
        "family",
        2,
        "the agency closes",
    )
    assert urgent.before == ActSide(service="rights", priority=0)
    assert urgent.after == ActSide(service="rights", priority=10)
    assert (urgent.number, urgent.by, urgent.reason) == ("D001", "boss", "too many callers")
    assert urgent.at_utc == at(3).astimezone(UTC)
    assert found["b1"].text == "Back at two."
    assert undone(history, "valdore", list(found)) == {"b1"}
    assert moved_tickets(history, "valdore", "m1") == ["t2", "t3"]


def test_acts_are_found_by_kind_person_number_and_time(history: History) -> None:
    fill(history)

    def ids(**more: object) -> list[str]:
        return [one.id for one in acts(history, everything(**more))]

    assert ids(kind=ActKind.PRIORITY) == ["a1"]
    assert ids(kind=ActKind.CLOSE) == ["c1"]
    assert ids(by="other") == ["a2"]
    assert ids(number="D001") == ["a3", "a2", "a1"]
    assert ids(number="D002") == ["m1"]
    assert ids(number="D999") == []
    assert ids(most=2) == ["b2", "b1"]
    early = ActsWanted("valdore", FIRST_DAY, at(4))
    assert [one.id for one in acts(history, early)] == ["a1"]
    assert acts(history, ActsWanted("marais", FIRST_DAY, FIRST_DAY + DAY)) == []


def test_one_act_is_found_by_its_id_in_its_own_organisation_only(history: History) -> None:
    fill(history)
    assert [
        one.kind if (one := act(history, "valdore", name)) else None
        for name in ("a2", "m1", "nothing")
    ] == [
        ActKind.SERVICE,
        ActKind.MOVE,
        None,
    ]
    assert act(history, "marais", "a2") is None


def test_acts_told_twice_or_late_are_stored_once(history: History) -> None:
    stream = fill(history)
    before = acts(history, everything())
    assert fill(history) == stream
    assert acts(history, everything()) == before
    assert history.last_seq(stream) == 12


def test_a_long_reason_is_kept_whole(history: History) -> None:
    history.apply(
        history.stream("x"),
        [entry(1, waiting(1)), entry(2, by_boss(waiting(1), "a1", reason="w" * 200))],
    )
    assert acts(history, everything())[0].reason == "w" * 200


def test_an_act_on_a_ticket_says_which_conversation_the_ticket_had(history: History) -> None:
    one = waiting(1)
    urgent = by_boss(one, "a1", priority=10)
    taken = msgspec.structs.replace(
        urgent, state=TicketState.IN_SESSION, agent="bob", session="s1", changed_by="a.bob"
    )
    again = msgspec.structs.replace(taken, session="s2", agent="alice", changed_by="a.alice")
    stream = history.stream("2026-03-01T00:00:00Z")
    history.apply(stream, [entry(1, one), entry(2, urgent)])
    assert [one.conversation for one in acts(history, everything())] == [""]
    history.apply(stream, [entry(3, taken), entry(4, again)])
    assert [one.conversation for one in acts(history, everything())] == [short_number("s2")]


def test_one_act_on_several_tickets_is_one_act_with_its_members(history: History) -> None:
    callers = [waiting(number) for number in range(1, 6)]
    urgent = [by_boss(caller, "a1", priority=10) for caller in callers[:4]]
    taken = msgspec.structs.replace(
        urgent[0], state=TicketState.IN_SESSION, agent="bob", session="s1", changed_by="a.bob"
    )
    story = [*callers, *urgent[:2], by_boss(callers[4], "a2", priority=5), *urgent[2:], taken]
    history.apply(
        history.stream("x"), [entry(seq, ticket) for seq, ticket in enumerate(story, start=1)]
    )
    found = acts(history, everything())
    assert [(one.id, one.kind, one.tickets) for one in found] == [
        ("a2", ActKind.PRIORITY, 1),
        ("a1", ActKind.PRIORITY, 4),
    ]
    assert acts(history, everything(number="D004")) == [found[1]]
    assert act(history, "valdore", "a1") == found[1]
    earlier = ActsWanted("valdore", FIRST_DAY, found[1].at_utc)
    assert acts(history, earlier) == [], "what is read on does not tell it again"
    parts = members(history, "valdore", "a1")
    assert [(part.number, part.tickets) for part in parts] == [
        (caller.number, 1) for caller in callers[:4]
    ]
    rest = members(history, "valdore", "a1", after=parts[1].ticket_id, most=1)
    assert rest == parts[2:3]
    assert members(history, "marais", "a1") == []
