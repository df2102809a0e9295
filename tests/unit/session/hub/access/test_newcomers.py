# SPDX-License-Identifier: GPL-3.0-only
"""Whoever sends much at the door for newcomers delays nobody but himself."""

from __future__ import annotations

import json

from session.bus.transport.connection import Incoming
from session.core.clock import ManualClock
from session.hub.access.newcomers import (
    CROWD,
    CUT_OFF_AFTER,
    KNOWN,
    OF_ONE_HOST,
    REFUSED_IN_WORDS,
    REQUEST_INFO,
    STAY_S,
    TRIES_BURST,
    WAITING,
    Knock,
    NewcomerQueue,
    Source,
    Standing,
    overstayed,
    source_of,
)
from tests.support.object_graph import most_kept


def knock(number: int, host: str = "192.0.2.1", text: bytes = b"{}") -> Incoming:
    info = json.dumps({"id": number, "host": host, "server": "S", "rtt": 5, "acc": "ENROL"})
    return Incoming("enrol", text, {REQUEST_INFO: info}, "_R_.a.b")


def test_a_connection_has_ten_tries_and_then_one_a_second() -> None:
    clock = ManualClock()
    queue = NewcomerQueue(clock)
    for _ in range(TRIES_BURST):
        assert queue.knock(knock(1), is_read=True) is Knock.WAITS
    assert queue.knock(knock(1), is_read=True) is Knock.REFUSED
    assert queue.knock(knock(2), is_read=True) is Knock.WAITS
    clock.advance(1.0)
    assert queue.knock(knock(1), is_read=True) is Knock.WAITS


def test_who_goes_on_is_dropped_and_then_cut_off_while_he_does() -> None:
    queue = NewcomerQueue(ManualClock())
    found = [queue.knock(knock(1), is_read=True) for _ in range(1000)]
    assert len(queue) == 0, "what waits of it is not read either"
    assert found.count(Knock.WAITS) == TRIES_BURST
    assert found.count(Knock.REFUSED) <= REFUSED_IN_WORDS * 2
    assert found.index(Knock.CUT_OFF) == TRIES_BURST + CUT_OFF_AFTER - 1
    assert found.count(Knock.CUT_OFF) > 2
    assert queue.dropped == 1000


def test_nobody_is_cut_off_whom_the_server_does_not_name() -> None:
    queue = NewcomerQueue(ManualClock())
    nameless = Incoming("enrol", b"{}", {REQUEST_INFO: "[no info"}, "_R_.a.b")
    found = [queue.knock(nameless, is_read=True) for _ in range(1000)]
    assert Knock.CUT_OFF not in found


def test_a_closed_door_counts_but_keeps_nothing() -> None:
    queue = NewcomerQueue(ManualClock())
    found = {queue.knock(knock(1), is_read=False) for _ in range(1000)}
    assert Knock.WAITS not in found
    assert Knock.CUT_OFF in found
    assert len(queue) == 0


def test_addresses_take_turns_and_so_do_their_connections() -> None:
    queue = NewcomerQueue(ManualClock())
    for number in (1, 1, 1, 2):
        queue.knock(knock(number), is_read=True)
    queue.knock(knock(9, "192.0.2.9"), is_read=True)
    order = [source_of(queue.next()).number for _ in range(len(queue))]
    assert order == [1, 9, 2, 1, 1]


def test_a_full_queue_takes_from_the_address_that_fills_it() -> None:
    queue = NewcomerQueue(ManualClock())
    for number in range(WAITING):
        queue.knock(knock(number), is_read=True)
    assert queue.knock(knock(WAITING), is_read=True) is Knock.DROPPED
    assert queue.knock(knock(WAITING + 1, "192.0.2.9"), is_read=True) is Knock.WAITS
    assert len(queue) == WAITING
    served = [source_of(queue.next()).host for _ in range(2)]
    assert "192.0.2.9" in served


def test_a_full_queue_of_one_address_takes_from_the_connection_that_fills_it() -> None:
    queue = NewcomerQueue(ManualClock())
    for number in range(WAITING // TRIES_BURST):
        for _ in range(TRIES_BURST):
            queue.knock(knock(number), is_read=True)
    assert len(queue) == WAITING
    honest = [WAITING + number for number in range(40)]
    for number in honest:
        assert queue.knock(knock(number), is_read=True) is Knock.WAITS
    assert len(queue) == WAITING
    first = [source_of(queue.next()).number for _ in range(WAITING // TRIES_BURST + 40)]
    assert set(honest) <= set(first)


def test_connections_are_forgotten_in_the_end() -> None:
    queue = NewcomerQueue(ManualClock())
    for number in range(KNOWN * 2):
        queue.knock(knock(number), is_read=True)
    assert most_kept(queue) == KNOWN
    while queue:
        queue.next()
    assert not queue


def standing(number: int, age_s: float, host: str = "192.0.2.1") -> Standing:
    return Standing(Source("S", number, host), age_s)


def test_who_stands_at_the_door_for_a_minute_is_sent_away() -> None:
    late = standing(2, STAY_S + 1)
    assert overstayed([standing(1, STAY_S - 1), late, standing(3, 0.1, "192.0.2.2")]) == {
        late.source
    }


def test_in_a_crowd_each_address_keeps_its_youngest() -> None:
    crowd = [standing(number, number / 100) for number in range(CROWD)]
    assert overstayed(crowd) == set()
    honest = standing(9999, 20.0, "192.0.2.2")  # a slow line
    leave = overstayed([honest, *crowd])
    assert leave == {one.source for one in crowd[OF_ONE_HOST:]}


def test_who_waits_for_our_answer_is_not_sent_away() -> None:
    crowd = [standing(number, number / 100) for number in range(CROWD + 1)]
    queue = NewcomerQueue(ManualClock())
    queue.knock(knock(CROWD), is_read=True)
    assert queue.waiting() == {source_of(knock(CROWD))}
    asking = {crowd[CROWD].source, crowd[50].source}
    leave = overstayed(crowd, asking)
    assert len(leave) == CROWD + 1 - OF_ONE_HOST - len(asking)
    assert not leave & asking
    assert overstayed([standing(1, STAY_S + 1)], {standing(1, 0.0).source}) == set()
