# SPDX-License-Identifier: GPL-3.0-only
"""The checker of the cluster's faults finds each kind of broken promise, and nothing where all were
kept.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from session.hub.queue.sessions import HEAD
from session.protocol.hub.tickets import Ticket, TicketState
from tests.faults.checker import NOT_READY, Verdict, compared, differences, explain, judge
from tests.faults.history import History, Kind, Seen, read

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GOOD = Verdict(acked=2, lost=0, double=0, forgotten=0, inverted=0, stale=0)


def _ticket(name: str, arrived_s: float, accepted_s: float) -> Ticket:
    return Ticket(
        id=name,
        organisation="valdore",
        service="housing",
        kiosk=f"kiosk_{name}",
        site="",
        number="L001",
        state=TicketState.CLOSED,
        arrived_at_utc=START + timedelta(seconds=arrived_s),
        accepted_at_utc=START + timedelta(seconds=accepted_s),
        agent="alice",
        session=f"{name}_1",
    )


def _seen(kind: Kind, ticket: str, at_s: float, *, session: str = "", user: str = "") -> Seen:
    at_s += START.timestamp()
    return Seen(
        kind=kind,
        user=user or f"kiosk_{ticket}",
        ticket=ticket,
        session=session,
        sent_s=at_s - 0.1,
        at_s=at_s,
    )


HISTORY = [
    _seen("acked", "a", 0.1),
    _seen("acked", "b", 1.1),
    _seen("accepted", "a", 9.0, session="a_1"),
    _seen("accepted", "b", 9.5, session="b_1"),
]
STORED = {"a": _ticket("a", 0.0, 9.0), "b": _ticket("b", 1.0, 9.5)}


def test_kept_promises_are_good() -> None:
    verdict = judge(HISTORY, STORED, {"kiosk_a": "", "kiosk_b": ""})
    assert verdict == GOOD
    assert verdict.is_good
    assert verdict.line == "acked 2 lost 0 double 0 forgotten 0 inverted 0 stale 0"
    assert not judge([], {}, {}).is_good  # nothing was done, so nothing is proved


def test_a_ticket_that_is_not_in_the_store_is_lost() -> None:
    verdict = judge(HISTORY, {"a": STORED["a"]}, {})
    assert verdict.lost == 1
    assert not verdict.is_good


def test_an_abandoned_ticket_is_lost_unless_its_kiosk_called_again() -> None:
    abandoned = msgspec.structs.replace(
        STORED["a"], state=TicketState.ABANDONED, reason="new_call", session=None
    )
    quiet = [line for line in HISTORY if line.kind == "acked"]
    assert judge(quiet, {**STORED, "a": abandoned}, {}).lost == 1
    called_again = [*quiet, _seen("acked", "b", 2.0, user="kiosk_a")]
    assert judge(called_again, {**STORED, "a": abandoned}, {}).lost == 0


def test_two_agents_with_one_ticket_are_a_double_unless_it_was_given_back() -> None:
    twice = [*HISTORY, _seen("accepted", "a", 9.1, session="a_2", user="bob")]
    assert judge(twice, STORED, {}) == replace(GOOD, double=1)
    given_back = {**STORED, "a": msgspec.structs.replace(STORED["a"], priority=HEAD)}
    assert judge(twice, given_back, {}).double == 0
    # its priority tells nothing
    assert judge([*twice, _seen("moved", "a", 9.05, user="boss")], STORED, {}).double == 0


def test_a_ticket_that_nobody_ends_and_a_kiosk_that_still_waits_are_forgotten() -> None:
    waiting = msgspec.structs.replace(STORED["b"], state=TicketState.WAITING)
    assert judge(HISTORY, {**STORED, "b": waiting}, {}).forgotten == 1
    assert judge(HISTORY, STORED, {"kiosk_b": "b"}).forgotten == 1


def _asked(first_s: float, second_s: float) -> list[Seen]:
    """Both are called and taken; the second called is asked for at `second_s`."""
    return [
        *HISTORY[:2],
        _seen("accepted", "a", first_s + 0.1, session="a_1"),
        _seen("accepted", "b", second_s + 0.1, session="b_1"),
    ]


def test_a_ticket_that_a_later_one_overtakes_is_inverted() -> None:
    assert judge(_asked(9.0, 8.0), STORED, {}) == replace(GOOD, inverted=1)
    assert judge(_asked(2.0, 1.9), STORED, {}).inverted == 0  # a desk may be a moment behind
    assert judge(_asked(5.0, 4.0), STORED, {}).inverted == 1
    stamped_wrong = {"a": _ticket("a", 2.0, 9.0), "b": _ticket("b", 1.0, 9.5)}
    assert judge(HISTORY, stamped_wrong, {}).inverted == 1
    taken_before = [*HISTORY[:2], _seen("accepted", "a", 0.9, session="a_1"), HISTORY[3]]
    assert judge(taken_before, stamped_wrong, {}).inverted == 0  # they never stood in one queue


def test_who_has_left_is_not_overtaken_however_wrong_the_clock_was_that_stamped_its_arrival() -> (
    None
):
    """The kiosk of the first called anew before the second came."""
    left = msgspec.structs.replace(
        STORED["a"],
        arrived_at_utc=START + timedelta(hours=1),
        state=TicketState.ABANDONED,
        reason="new_call",
    )
    seen = [line for line in HISTORY if (line.kind, line.ticket) != ("accepted", "a")]
    assert judge(seen, {**STORED, "a": left}, {}).inverted == 1
    again = _seen("acked", "c", 0.9, user="kiosk_a")
    stored = {**STORED, "a": left, "c": _ticket("c", 0.5, 9.2)}
    assert (
        judge([*seen, again, _seen("accepted", "c", 9.2, session="c_1")], stored, {}).inverted == 0
    )


def test_what_is_behind_a_double_is_told() -> None:
    twice = [*HISTORY, _seen("accepted", "a", 9.1, session="a_2", user="bob")]
    told = explain(twice, STORED)
    assert told[0] == "double: session a_2"
    assert [line for line in told if "bob accepted a a_2" in line]


def test_the_order_of_who_was_moved_or_passed_on_is_not_that_of_arrival() -> None:
    for kind in ("moved", "passed", "declined"):
        touched = [*_asked(9.0, 8.0), _seen(kind, "a", 3.0)]
        assert judge(touched, STORED, {}).inverted == 0
        assert compared(touched, STORED) == 0
    assert compared(_asked(9.0, 8.0), STORED) == 1


def test_two_callers_of_one_agent_and_two_agents_of_one_caller_at_once_are_double() -> None:
    whole = [
        *HISTORY[:2],
        *_sessions("alice", "a", begin_s=4.0, end_s=6.0),
        *_sessions("alice", "b", begin_s=6.5, end_s=8.0),
    ]
    assert judge(whole, STORED, {}).double == 0
    at_once = [
        *HISTORY[:2],
        *_sessions("alice", "a", begin_s=4.0, end_s=6.0),
        *_sessions("alice", "b", begin_s=5.0, end_s=8.0),
    ]
    assert judge(at_once, STORED, {}).double == 1
    assert (
        judge([*whole, _seen("two", "a", 5.0, session="b_1", user="alice")], STORED, {}).double == 1
    )
    passed_on = [
        *HISTORY[:2],
        _seen("passed", "a", 5.0, session="a_0", user="bob"),
        *_sessions("bob", "a", begin_s=4.0, end_s=7.0, session="a_0"),
    ]
    assert (
        judge([*passed_on, *_sessions("alice", "a", begin_s=6.0, end_s=8.0)], STORED, {}).double
        == 0
    )
    assert (
        judge([*passed_on, *_sessions("alice", "a", begin_s=4.5, end_s=8.0)], STORED, {}).double
        == 1
    )


def _sessions(
    user: str, ticket: str, *, begin_s: float, end_s: float, session: str = ""
) -> list[Seen]:
    name = session or f"{ticket}_1"
    return [
        _seen("accepted", ticket, begin_s, session=name, user=user),
        _seen("finished", ticket, end_s, session=name, user=user),
    ]


def test_who_waits_for_a_dead_hub_s_answer_is_not_overtaken() -> None:
    answered_late = {"a": _ticket("a", 0.0, 14.0), "b": _ticket("b", 1.0, 9.5)}
    assert judge(_asked(8.5, 9.4), answered_late, {}).inverted == 0


def test_what_a_desk_cannot_know_while_something_is_broken_is_not_held_against_it() -> None:
    begun = START.timestamp()
    assert judge(_asked(9.0, 8.0), STORED, {}, faults=[(begun + 1, begun + 7)]).inverted == 0
    assert judge(_asked(9.0, 8.0), STORED, {}, faults=[(begun + 6, begun + 7)]).inverted == 1
    assert judge(_asked(20.0, 19.0), STORED, {}, faults=[(begun + 1, begun + 7)]).inverted == 1


def test_a_desk_that_shows_something_else_than_the_store_is_found() -> None:
    waiting = msgspec.structs.replace(STORED["a"], state=TicketState.WAITING)
    store = {"a": (waiting, 1), "b": (STORED["b"], 2)}
    views = {
        "good": {"a": "waiting"},
        "behind": {},
        "wrong": {"a": "waiting", "b": "in_session"},
        "off": None,
    }
    found = differences(views, store, store)
    assert found["good"] == set()
    assert found["behind"] == {"a@1 is waiting, shown as None"}
    assert found["wrong"] == {"b@2 is closed, shown as in_session"}
    assert found["off"] == {NOT_READY}
    moved = {"a": (STORED["a"], 3), "b": (STORED["b"], 2)}
    # it changed while the desk was asked
    assert differences({"behind": {}}, store, moved)["behind"] == set()
    assert differences({"odd": {"zzz": "waiting"}}, store, moved)["odd"] == {"zzz does not exist"}


def test_a_line_cut_short_by_a_kill_is_not_an_answer(tmp_path: Path) -> None:
    (tmp_path / "load0").mkdir()
    path = tmp_path / "load0" / "history.jsonl"
    history = History(path)
    history.write(HISTORY[0])
    history.close()
    with path.open("ab") as file:
        file.write(msgspec.json.encode(HISTORY[1])[:20])
    assert list(read(tmp_path)) == [HISTORY[0]]
