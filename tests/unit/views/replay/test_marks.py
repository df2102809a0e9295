# SPDX-License-Identifier: GPL-3.0-only
"""Marks of a timeline: one per pixel and row, and no trouble that another mark hides."""

from __future__ import annotations

import numpy as np

from session.log.events import Lane, PageActed, TroubleShown, Writer
from tests.support.log_story import Story, whole_session
from views.replay.marks import TimelineRow, bars_of, nearest, rows_of, shown


def crowd() -> Story:
    """A thousand clicks in ten seconds, and among them one trouble of the page."""
    story = Story()
    for number in range(1000):
        code = "grant_missing" if number == 500 else ""
        story.add(number / 100, Writer.KIOSK, PageActed(command="click_requested", code=code))
    return story


def page_row(story: Story) -> TimelineRow:
    log = story.opened()
    rows = rows_of(log, log.marks, two_ends=False)
    return next(row for row in rows if row.lane is Lane.PAGE)


def test_many_marks_on_a_pixel_are_one_bar_that_knows_how_many() -> None:
    bars = bars_of(np.array([0.0, 0.1, 0.2, 5.0, 5.05]), 0.0, 10.0)
    assert bars.px.tolist() == [0, 1, 2, 50]
    assert bars.counts.tolist() == [1, 1, 1, 2]
    assert bars.alone.tolist() == [False, False, False, True]
    assert len(bars_of(np.zeros(0), 0.0, 10.0).px) == 0


def test_a_crowd_is_drawn_with_no_more_marks_than_pixels_and_keeps_its_trouble() -> None:
    log, row = crowd().opened(), page_row(crowd())
    bars = bars_of(log.columns.at_s[row.marks], 0.0, 20.0)
    assert bars.counts.sum() == 1000
    assert len(bars.px) <= 200
    assert row.troubles.tolist() == [500]


def test_under_the_mouse_a_trouble_is_found_before_all_others() -> None:
    story = crowd()
    log, row = story.opened(), page_row(story)
    assert nearest(log, row, 5.03, 0.1) == 500
    assert nearest(log, row, 2.0, 0.1) == 200
    assert nearest(log, row, 50.0, 0.1) is None


def test_only_what_is_on_the_screen_is_looked_at() -> None:
    log = crowd().opened()
    assert shown(log, log.marks, 1.0, 1.05).tolist() == [100, 101, 102, 103, 104, 105]


def test_two_ends_have_rows_of_their_own_and_none_that_is_empty() -> None:
    story = Story()
    story.records = whole_session()
    story._count = {Writer.DESK: 100, Writer.KIOSK: 100}
    story.add(60, Writer.DESK, TroubleShown(by=Writer.DESK, code="paper_jam"))
    log = story.opened()
    rows = rows_of(log, log.marks, two_ends=True)
    order = [Writer.KIOSK, Writer.DESK]
    ends = [order.index(row.writer) for row in rows if row.writer is not None]
    assert ends == sorted(ends)
    assert len(ends) == len(rows)
    assert all(len(row.marks) for row in rows)
    assert sum(len(row.marks) for row in rows) == len(log.marks)
    assert [(row.lane, row.writer) for row in rows if len(row.troubles)] == [
        (Lane.LINE, Writer.DESK)
    ]
