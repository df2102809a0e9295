# SPDX-License-Identifier: GPL-3.0-only
"""The timeline of a session, played by a clock that the test moves."""

from __future__ import annotations

import pytest

from session.core.clock import ManualClock
from session.log.events import CallRequestedAtKiosk, Record, TicketAccepted, Writer, label_of
from session.log.playback.opening import open_records
from session.log.playback.replay import Replay
from session.protocol.conversation.messages import Grant, PrintState
from session.protocol.hub.tickets import TicketState
from tests.support.log_story import Story, whole_session


class Played(Replay):
    """A replay of records in memory, whose rows are told by name."""

    def __init__(self, records: list[Record], clock: ManualClock) -> None:
        super().__init__(open_records("s1", records), clock)

    def due(self) -> list[str]:
        """The names of the rows that became due."""
        return [label_of(self.log.record(row).event) for row in self.tick()]


def test_playing_gives_each_record_once_and_when_it_is_due() -> None:
    clock = ManualClock()
    replay = Played(whole_session(), clock)
    assert replay.due() == ["call_requested_at_kiosk"]
    clock.advance(60)
    assert replay.due() == []
    replay.play()
    clock.advance(10.4)
    assert replay.due() == ["ticket_accepted"]
    assert replay.due() == []
    assert replay.position_s == pytest.approx(10.4)
    clock.advance(0.7)
    assert replay.due() == ["session_opened", "call_offered"]


def test_eight_times_faster_is_eight_times_sooner() -> None:
    clock = ManualClock()
    replay = Played(whole_session(), clock)
    replay.play()
    clock.advance(1)
    replay.set_speed(8)
    clock.advance(2)
    assert replay.position_s == pytest.approx(17.0)
    for speed in (0.25, 17):
        with pytest.raises(ValueError, match="speed"):
            replay.set_speed(speed)


def test_it_stops_at_the_end_and_starts_over() -> None:
    clock = ManualClock()
    replay = Played(whole_session(), clock)
    replay.play()
    clock.advance(1000)
    assert len(replay.due()) == len(whole_session())
    assert not replay.playing
    assert replay.position_s == replay.duration_s
    replay.play()
    assert replay.position_s == 0.0
    assert replay.due() == ["call_requested_at_kiosk"]


def test_nothing_runs_while_paused() -> None:
    clock = ManualClock()
    replay = Played(whole_session(), clock)
    replay.play()
    clock.advance(11)
    replay.pause()
    clock.advance(500)
    assert replay.position_s == 11.0
    assert replay.due()[-1] == "call_offered"


def test_after_a_seek_only_what_follows_is_due() -> None:
    clock = ManualClock()
    replay = Played(whole_session(), clock)
    replay.play()
    replay.seek(100.0)
    clock.advance(10.5)
    assert replay.due() == ["hung_up"]
    replay.seek(-5.0)
    assert replay.position_s == 0.0
    assert replay.due() == ["call_requested_at_kiosk"]
    replay.seek(1e9)
    assert replay.position_s == 120.0


def test_the_state_is_rebuilt_at_any_instant() -> None:
    replay = Played(whole_session(), ManualClock())
    waiting = replay.log.state_at(5)
    assert (waiting.ticket, waiting.session_open, waiting.last) == (
        TicketState.WAITING,
        False,
        "call_requested_at_kiosk",
    )
    talking = replay.log.state_at(30)
    assert talking.session_open
    assert talking.sharing
    assert talking.call == "seen"
    assert talking.seen_by == {Writer.DESK, Writer.KIOSK}
    assert talking.grants == {Grant.SEE_PAGE}
    assert replay.log.state_at(55).scanning == {"n1"}
    filed = replay.log.state_at(92)
    assert (filed.pages_received, filed.documents_filed, filed.pieces_filed) == (
        ("p1",),
        ("d1",),
        ("revenus",),
    )
    assert filed.prints == {"r1": PrintState.PRINTING}
    end = replay.log.state_at(120)
    assert (end.ticket, end.session_open, end.wiped, end.last) == (
        TicketState.WRAP_UP,
        False,
        True,
        "kiosk_wiped",
    )
    assert end.grants == frozenset()


def test_a_button_noted_after_the_accept_does_not_put_the_ticket_back() -> None:
    story = Story()
    story.add(0, Writer.DESK, TicketAccepted(ticket_id="t1", agent="a7"))
    story.add(1, Writer.KIOSK, CallRequestedAtKiosk(ticket_id="t1", service="aides"))
    assert story.opened().state_at(1).ticket is TicketState.IN_SESSION


def test_half_and_sixteen_times_the_speed() -> None:
    clock = ManualClock()
    replay = Played(whole_session(), clock)
    replay.play()
    replay.set_speed(0.5)
    clock.advance(2)
    replay.set_speed(16)
    clock.advance(2)
    assert replay.position_s == pytest.approx(33.0)


def test_time_in_which_nothing_happens_is_skipped_where_that_is_wanted() -> None:
    clock = ManualClock()
    replay = Played(whole_session(), clock)
    replay.skip_idle = True
    replay.play()
    replay.tick()
    assert replay.position_s == 9.0, "a second before the agent accepts"
    clock.advance(1.2)
    assert replay.due() == ["ticket_accepted"]
    clock.advance(0.8)
    replay.tick()
    assert replay.position_s == pytest.approx(11.0), "what is near is waited for"
    replay.skip_idle = False
    replay.seek(0.0)
    replay.tick()
    assert replay.position_s == 0.0


def test_an_empty_log_can_be_opened() -> None:
    replay = Played([], ManualClock())
    replay.play()
    replay.seek(3)
    assert replay.due() == []
    assert replay.duration_s == 0.0
    assert replay.log.state_at(0).last == ""
