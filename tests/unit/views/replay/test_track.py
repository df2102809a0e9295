# SPDX-License-Identifier: GPL-3.0-only
"""The shared page of a log in order:
what is fed when, from where a jump starts, and what is left out.
"""

from __future__ import annotations

import json
from datetime import timedelta

from session.log.events import CallRequestedAtKiosk, MirrorChunk, Writer
from tests.support.log_story import START, Story, frame
from tests.support.screens.mirrored import Event, new_words, picture, typed
from views.replay.track import MirrorTrack

KIOSK_MS = 1_700_000_000_000


def chunk(at_s: float, *events: Event) -> MirrorChunk:
    """A stretch that began at `at_s` of the story."""
    return MirrorChunk(
        started_at_utc=START + timedelta(seconds=at_s),
        data=frame(*events),
        is_snapshot=events[0]["type"] == 4,
        events=len(events),
    )


def session() -> Story:
    """A picture at 10 s, typing until 13 s, written 4 s late; another picture at 30 s."""
    story = Story()
    story.add(0, Writer.DESK, CallRequestedAtKiosk(ticket_id="t1", service="aides"))
    first = [*picture("Un", KIOSK_MS), typed("Z", KIOSK_MS + 1000), typed("Zo", KIOSK_MS + 3000)]
    story.add(14, Writer.DESK, chunk(10, *first))
    story.add(
        33,
        Writer.DESK,
        chunk(30, *picture("Deux", KIOSK_MS + 20_000), new_words("Trois", KIOSK_MS + 22_000)),
    )
    return story


def words(text: str) -> list[str]:
    """What the events are, in short."""
    names = {4: "meta", 2: "picture"}
    return [
        names.get(event["type"]) or event["data"].get("text", "words")
        for event in json.loads(text or "[]")
    ]


def test_events_come_when_they_happened_not_when_they_were_written() -> None:
    track = MirrorTrack(session().opened())
    assert track.between(0, 9.99) == ""
    assert words(track.between(9.99, 10.5)) == ["meta", "picture"]
    assert words(track.between(10.5, 11.5)) == ["Z"]
    assert words(track.between(11.5, 13.5)) == ["Zo"]
    assert words(track.between(13.5, 60)) == ["meta", "picture", "words"]


def test_a_jump_starts_from_the_last_picture_before_it() -> None:
    track = MirrorTrack(session().opened())
    assert track.until(5) == ""
    assert not track.has_picture(5)
    assert words(track.until(11.5)) == ["meta", "picture", "Z"]
    assert words(track.until(29)) == ["meta", "picture", "Z", "Zo"]
    assert words(track.until(31)) == ["meta", "picture"]
    assert words(track.until(999)) == ["meta", "picture", "words"]
    assert track.has_picture(11.5)


def test_time_never_goes_back_when_the_kiosks_clock_does() -> None:
    story = Story()
    story.add(0, Writer.DESK, CallRequestedAtKiosk(ticket_id="t1", service="aides"))
    story.add(5.5, Writer.DESK, chunk(0, *picture("Un", KIOSK_MS), typed("a", KIOSK_MS + 5000)))
    story.add(
        8, Writer.DESK, chunk(6, typed("b", KIOSK_MS - 60_000), typed("c", KIOSK_MS - 59_000))
    )
    track = MirrorTrack(story.opened())
    assert words(track.between(4.9, 6.5)) == ["a", "b"]
    assert words(track.between(6.5, 7.5)) == ["c"]


def test_a_frame_in_several_records_is_one_and_a_broken_one_is_left_out() -> None:
    story = Story()
    whole = frame(*picture("Un", KIOSK_MS), typed("x" * 400, KIOSK_MS + 10))
    half = len(whole) // 2
    for part, data in enumerate((whole[:half], whole[half:])):
        its = MirrorChunk(
            started_at_utc=START, data=data, is_snapshot=True, events=3, part=part, parts=2
        )
        story.add(1, Writer.DESK, its)
    story.add(
        2,
        Writer.DESK,
        MirrorChunk(started_at_utc=START, data=b"broken", is_snapshot=False, events=1),
    )
    story.add(3, Writer.DESK, chunk(3, typed("après", KIOSK_MS + 3000)))
    assert words(MirrorTrack(story.opened()).until(99)) == ["meta", "picture", "x" * 400, "après"]


def test_a_log_without_a_shared_page_is_an_empty_track() -> None:
    track = MirrorTrack(Story().opened())
    assert track.until(5) == ""
    assert track.between(0, 99) == ""


def test_what_a_slow_way_made_late_at_first_is_there_at_the_end() -> None:
    story = Story()
    story.add(0, Writer.DESK, CallRequestedAtKiosk(ticket_id="t1", service="aides"))
    # the picture came a second late, what was typed two seconds after it at once
    story.add(3, Writer.DESK, chunk(2, *picture("Un", KIOSK_MS), typed("a", KIOSK_MS + 2000)))
    assert words(MirrorTrack(story.opened()).until(3)) == ["meta", "picture", "a"]
