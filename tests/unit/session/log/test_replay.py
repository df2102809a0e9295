# SPDX-License-Identifier: GPL-3.0-only
"""The timeline of a session, played by a clock that the test moves."""

from __future__ import annotations

import json

import msgspec
import pytest
import zstandard

from session.core.clock import ManualClock
from session.log.events import (
    CallRequestedAtKiosk,
    Lane,
    MirrorChunk,
    Record,
    TicketAccepted,
    Writer,
    label_of,
    mirror_parts,
)
from session.log.replay import Replay, whole_chunks
from session.protocol.conversation.messages import Grant, PrintState
from session.protocol.hub.tickets import TicketState
from tests.support.log_story import START, Story, frame, mirror, whole_session


def labels(records: list[Record]) -> list[str]:
    return [label_of(record.event) for record in records]


def names(chunks: list[MirrorChunk]) -> list[str]:
    return [
        json.loads(zstandard.ZstdDecompressor().decompress(chunk.data))[0]["name"]
        for chunk in chunks
    ]


def test_the_timeline_has_every_event_but_the_mirrors_chunks() -> None:
    replay = Replay(whole_session(), ManualClock())
    assert replay.duration_s == 120.0
    assert [event.label for event in replay.events][:2] == [
        "call_requested_at_kiosk",
        "ticket_accepted",
    ]
    assert len(replay.events) == len(whole_session()) - 4
    assert {event.lane for event in replay.events} == set(Lane) - {Lane.LINE}
    assert all(
        before.offset_s <= after.offset_s
        for before, after in zip(replay.events, replay.events[1:], strict=False)
    )


def test_playing_gives_each_record_once_and_when_it_is_due() -> None:
    clock = ManualClock()
    replay = Replay(whole_session(), clock)
    assert labels(replay.tick()) == ["call_requested_at_kiosk"]
    clock.advance(60)
    assert replay.tick() == []
    replay.play()
    clock.advance(10.4)
    assert labels(replay.tick()) == ["ticket_accepted"]
    assert replay.tick() == []
    assert replay.position_s == pytest.approx(10.4)
    clock.advance(0.7)
    assert labels(replay.tick()) == ["session_opened", "call_offered"]


def test_eight_times_faster_is_eight_times_sooner() -> None:
    clock = ManualClock()
    replay = Replay(whole_session(), clock)
    replay.play()
    clock.advance(1)
    replay.set_speed(8)
    clock.advance(2)
    assert replay.position_s == pytest.approx(17.0)
    for speed in (0.5, 9):
        with pytest.raises(ValueError, match="speed"):
            replay.set_speed(speed)


def test_it_stops_at_the_end_and_starts_over() -> None:
    clock = ManualClock()
    replay = Replay(whole_session(), clock)
    replay.play()
    clock.advance(1000)
    assert len(replay.tick()) == len(whole_session())
    assert not replay.playing
    assert replay.position_s == replay.duration_s
    replay.play()
    assert replay.position_s == 0.0
    assert labels(replay.tick()) == ["call_requested_at_kiosk"]


def test_nothing_runs_while_paused() -> None:
    clock = ManualClock()
    replay = Replay(whole_session(), clock)
    replay.play()
    clock.advance(11)
    replay.pause()
    clock.advance(500)
    assert replay.position_s == 11.0
    assert labels(replay.tick())[-1] == "call_offered"


def test_a_jump_gives_the_mirror_from_the_last_snapshot_before_it() -> None:
    replay = Replay(whole_session(), ManualClock())
    assert replay.jump(20.0) == []
    assert names(replay.jump(30.0)) == ["first picture", "a click"]
    assert names(replay.jump(47.0)) == ["second picture", "typing"]
    assert names(replay.jump(21.0)) == ["first picture"]


def test_after_a_jump_only_what_follows_is_due() -> None:
    clock = ManualClock()
    replay = Replay(whole_session(), clock)
    replay.play()
    replay.jump(100.0)
    clock.advance(10.5)
    assert labels(replay.tick()) == ["hung_up"]
    replay.jump(-5.0)
    assert replay.position_s == 0.0
    assert labels(replay.tick()) == ["call_requested_at_kiosk"]
    replay.jump(1e9)
    assert replay.position_s == 120.0


def test_the_state_is_rebuilt_at_any_instant() -> None:
    replay = Replay(whole_session(), ManualClock())
    waiting = replay.state_at(5)
    assert (waiting.ticket, waiting.session_open, waiting.last) == (
        TicketState.WAITING,
        False,
        "call_requested_at_kiosk",
    )
    talking = replay.state_at(30)
    assert talking.session_open
    assert talking.sharing
    assert talking.call == "seen"
    assert talking.seen_by == {Writer.DESK, Writer.KIOSK}
    assert talking.grants == {Grant.SEE_PAGE}
    assert replay.state_at(55).scanning == {"n1"}
    filed = replay.state_at(92)
    assert (filed.pages_received, filed.documents_filed, filed.pieces_filed) == (
        ("p1",),
        ("d1",),
        ("revenus",),
    )
    assert filed.prints == {"r1": PrintState.PRINTING}
    end = replay.state_at(120)
    assert (end.ticket, end.session_open, end.wiped, end.last) == (
        TicketState.WRAP_UP,
        False,
        True,
        "kiosk_wiped",
    )
    assert end.grants == frozenset()


def test_a_button_noted_after_the_accept_does_not_put_the_ticket_back() -> None:
    story = Story()
    story.tell(0, Writer.DESK, TicketAccepted(ticket_id="t1", agent="a7"))
    story.tell(1, Writer.KIOSK, CallRequestedAtKiosk(ticket_id="t1", service="aides"))
    assert Replay(story.records, ManualClock()).state_at(1).ticket is TicketState.IN_SESSION


def test_a_picture_that_needed_several_records_is_whole_again_and_a_broken_one_is_left_out() -> (
    None
):
    data = frame({"name": "large", "noise": [number * 7919 % 100_003 for number in range(200_000)]})
    parts = mirror_parts(START, data, is_snapshot=True, events=1)
    assert len(parts) > 1
    story = Story()
    for part in parts:
        story.tell(1, Writer.KIOSK, part)
    story.tell(2, Writer.KIOSK, mirror(2, "small", snapshot=False))
    replay = Replay(story.records, ManualClock())
    assert names(whole_chunks(replay.tick())) == ["large"]
    assert names(replay.jump(5)) == ["large", "small"]
    without_second = [record for record in story.records if record.number != 1]
    assert Replay(without_second, ManualClock()).jump(5) == []


def test_a_redacted_chunk_is_no_picture() -> None:
    story = Story()
    story.tell(1, Writer.KIOSK, msgspec.structs.replace(mirror(1, "x", snapshot=True), data=b""))
    story.tell(2, Writer.KIOSK, mirror(2, "later", snapshot=False))
    assert Replay(story.records, ManualClock()).jump(9) == []


def test_an_empty_log_can_be_opened() -> None:
    replay = Replay([], ManualClock())
    replay.play()
    assert replay.tick() == []
    assert (replay.duration_s, replay.events, replay.jump(3)) == (0.0, [], [])
    assert replay.state_at(0).last == ""
