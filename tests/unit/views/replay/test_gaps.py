# SPDX-License-Identifier: GPL-3.0-only
"""Silences of an end in words: a cut line, missing records, and no gap in a calm talk."""

from __future__ import annotations

from session.log.events import (
    HungUp,
    LineBack,
    LineLost,
    LineMeasured,
    PointerShown,
    TicketAccepted,
    Writer,
)
from tests.support.log_story import Story, whole_session
from views.replay.gaps import conversation, gap_words, gaps_of


def measured(by: Writer) -> LineMeasured:
    return LineMeasured(
        by=by,
        over_s=10,
        kbps=300,
        loss_percent=0,
        rtt_ms=None,
        height_px=0,
        fps=0,
        freezes=0,
        concealed_percent=0,
    )


def talk(*, quiet: tuple[float, float] = (0, 0)) -> Story:
    """Two minutes in which both ends measure the line; the kiosk is quiet for a while."""
    story = Story()
    story.add(0, Writer.DESK, TicketAccepted(ticket_id="t1", agent="a7"))
    for at_s in range(1, 120, 10):
        story.add(at_s, Writer.DESK, measured(Writer.DESK))
        if not quiet[0] < at_s < quiet[1]:
            story.add(at_s, Writer.KIOSK, measured(Writer.KIOSK))
    story.add(120, Writer.DESK, HungUp(by=Writer.DESK, reason="done"))
    return story


def words(story: Story) -> list[str]:
    return [gap_words(gap) for gap in gaps_of(story.opened())]


def test_a_calm_talk_has_no_gap() -> None:
    assert words(talk()) == []


def test_a_long_silence_of_one_end_is_told() -> None:
    assert words(talk(quiet=(30, 75))) == ["Kiosk: no event for 60 s"]


def test_a_silence_in_which_the_line_was_cut_says_so() -> None:
    story = Story()
    story.add(0, Writer.DESK, TicketAccepted(ticket_id="t1", agent="a7"))
    story.add(10, Writer.KIOSK, LineLost(by=Writer.KIOSK))
    story.add(22, Writer.KIOSK, LineBack(by=Writer.KIOSK, lost_s=12))
    story.add(40, Writer.DESK, HungUp(by=Writer.DESK, reason="done"))
    assert words(story) == ["Kiosk: no event for 12 s, its line was cut"]


def test_records_that_are_not_in_the_log_are_told_where_they_should_be() -> None:
    story = Story()
    for at_s in range(10):
        story.add(at_s, Writer.KIOSK, PointerShown(x_px=1, y_px=1))
    story.records = [record for record in story.records if record.number not in (0, 4, 5)]
    found = gaps_of(story.opened())
    assert [(gap.begin_s, gap.missing) for gap in found] == [(0.0, 1), (5.0, 2)]
    assert gap_words(found[1]) == "Kiosk: 2 events are missing here"


def test_the_conversation_begins_where_the_wait_ends() -> None:
    story = Story()
    story.records = whole_session()
    assert conversation(story.opened()) == (10.0, 110.0)
    assert conversation(Story().opened()) == (0.0, 0.0)
