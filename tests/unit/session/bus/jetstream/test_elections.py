# SPDX-License-Identifier: GPL-3.0-only
"""Who has lost its leader, by what the servers say;
on a real cluster in `tests/faults/test_election.py`.
"""

from __future__ import annotations

import struct

import pytest

from session.bus.jetstream.elections import (
    LONGEST_S,
    Member,
    Patience,
    Peer,
    seconds_of,
    vote_request,
    without_leader,
)
from session.bus.transport.nkeys import elector_seed, new_seed, public_key


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("153.902294ms", 0),
        ("71µs", 0),
        ("1.653s", 1.653),
        ("12s", 12),
        ("1m2.5s", 62.5),
        ("2h0m1s", 7201),
        ("", float("inf")),
        ("soon", float("inf")),
    ],
)
def test_a_duration_of_go_is_read(said: str, seconds: float) -> None:
    assert seconds_of(said) == seconds


def member(name: str, state: str = "FOLLOWER", leader: str = "", seen: str = "0.4s") -> Member:
    peers = {other: Peer(seen if other == leader else "") for other in "abc" if other != name}
    return Member(
        id=name, state=state, quorum_needed=2, term=3, pindex=9, leader=leader, peers=peers
    )


def empty(name: str) -> Member:
    """Its log was in memory, and its server has just started."""
    return Member(id=name, state="FOLLOWER", quorum_needed=2, term=3)


@pytest.mark.parametrize(
    ("one", "hears"),
    [
        (member("a", "LEADER", "a"), True),
        (member("a", leader="b"), True),
        (member("a", leader="b", seen="1.9s"), False),
        (member("a", leader="b", seen=""), False),
        (member("a"), False),
        (member("a", "CANDIDATE"), False),
    ],
)
def test_a_member_hears_its_leader_or_not(one: Member, hears: bool) -> None:
    assert one.hears_leader is hears


def test_only_a_group_that_can_elect_and_that_nobody_leads_is_lost() -> None:
    members = {
        "well": [member("a", "LEADER", "a"), member("b", leader="a")],
        "dead leader": [member("a", leader="c"), member("b", leader="c")],
        "back too soon": [member("a", leader="c"), member("b", leader="c"), member("c")],
        "electing": [member("a", "CANDIDATE"), member("b", leader="c")],
        "leaderless": [member("a"), member("b")],
        "one is left": [member("a", leader="c")],
        "one lost its memory": [member("a", leader="c"), empty("b")],
        "all lost their memory": [empty("a"), empty("b"), empty("c")],
    }
    assert without_leader(members) == {
        "dead leader": False,
        "back too soon": True,
        "electing": True,
        "leaderless": True,
        "one lost its memory": True,
    }


def test_the_servers_own_election_always_has_its_time() -> None:
    patience = Patience()
    asked = [now_s for now_s in range(200) if patience.due({"tickets": False}, float(now_s))]
    assert asked == [0, 2, 14, 74, 134, 194]
    assert asked[-1] - asked[-2] == LONGEST_S
    patience.forget("tickets")
    assert patience.due({"tickets": False}, 195.0) == ["tickets"]


def test_who_may_be_electing_is_not_disturbed_at_once() -> None:
    patience = Patience()
    lost = {"may be electing": True, "leader is silent": False}
    assert patience.due(lost, 0.0) == ["leader is silent"]
    assert patience.due(lost, 1.9) == []
    assert patience.due(lost, 2.0) == ["may be electing", "leader is silent"]


def test_nobody_can_vote_for_what_asks() -> None:
    """The layout of nats-server's voteRequest (server/raft.go):
    an empty log loses against any entry.
    """
    request = vote_request(7)
    assert struct.unpack("<QQQ", request[:24]) == (7, 0, 0)
    assert len(request) == 32


def test_all_hubs_of_a_cluster_have_the_same_elector_and_nobody_else_has_it() -> None:
    hub, other = new_seed(), new_seed()
    assert elector_seed(hub) == elector_seed(hub + b"\n")
    assert (
        len({public_key(seed) for seed in (hub, other, elector_seed(hub), elector_seed(other))})
        == 4
    )
