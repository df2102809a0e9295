# SPDX-License-Identifier: GPL-3.0-only
"""Two clocks that disagree, one timeline."""

from __future__ import annotations

from itertools import pairwise

import pytest

from session.log.events import (
    HungUp,
    LineBack,
    LineLost,
    PageReceived,
    PageTaken,
    Record,
    Writer,
    label_of,
)
from session.log.merge import merge
from tests.support.log_story import Story, whole_session


def labels(records: list[Record]) -> list[str]:
    return [label_of(moment.record.event) for moment in merge(records).placed]


def test_records_of_two_ends_are_ordered_by_time() -> None:
    records = whole_session()
    assert merge(list(reversed(records))).placed == merge(records).placed
    assert labels(records) == [
        label_of(record.event) for record in sorted(records, key=lambda r: r.at_utc)
    ]


@pytest.mark.parametrize("ahead_s", [40.0, -40.0])
def test_a_kiosk_whose_clock_is_wrong_still_acts_before_the_desk_answers(ahead_s: float) -> None:
    merged = merge(whole_session(kiosk_ahead_s=ahead_s))
    order = [label_of(moment.record.event) for moment in merged.placed]
    for cause, effect in [
        ("call_requested_at_kiosk", "ticket_accepted"),
        ("call_offered", "call_answered"),
        ("scan_requested", "scan_started"),
        ("page_taken", "page_received"),
    ]:
        assert order.index(cause) < order.index(effect)
    assert merged.skew_s[Writer.DESK] == 0.0
    assert merged.skew_s[Writer.KIOSK] == pytest.approx(ahead_s, abs=1.0)


def test_a_skew_that_nothing_proves_is_not_invented() -> None:
    assert merge(whole_session()).skew_s == {Writer.DESK: 0.0, Writer.KIOSK: 0.0}


def test_a_clock_set_back_does_not_reorder_its_own_writer() -> None:
    story = Story()
    story.add(10, Writer.DESK, LineLost(by=Writer.DESK))
    story.add(4, Writer.DESK, LineBack(by=Writer.DESK, lost_s=1.0))
    story.add(5, Writer.DESK, HungUp(by=Writer.DESK, reason="done"))
    placed = merge(story.records).placed
    assert [moment.record.number for moment in placed] == [0, 1, 2]
    assert all(before.at_s <= after.at_s for before, after in pairwise(placed))


def test_a_record_that_came_twice_is_shown_once() -> None:
    records = whole_session()
    assert len(merge(records + records).placed) == len(records)


def test_only_the_kiosks_part_of_a_log_is_readable_too() -> None:
    records = [record for record in whole_session() if record.writer is Writer.KIOSK]
    merged = merge(records)
    assert len(merged.placed) == len(records)
    assert merged.skew_s == {Writer.KIOSK: 0.0}
    kinds = {type(moment.record.event) for moment in merged.placed}
    assert PageTaken in kinds
    assert PageReceived not in kinds


def test_an_empty_log_is_an_empty_timeline() -> None:
    assert merge([]).placed == []
