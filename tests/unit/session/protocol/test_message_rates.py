# SPDX-License-Identifier: GPL-3.0-only
"""The table of rates leaves what our own programs send untouched."""

from __future__ import annotations

import pytest

from session.desk.cobrowse import remote_control, shared_page, shown_document
from session.protocol.conversation.messages import (
    ChunksRequested,
    Grant,
    GrantChanged,
    MessageRefused,
    PageGlimpsed,
    PageKept,
    PageOffered,
    PageRefused,
    PointerMoved,
    ScanProgressed,
)
from session.protocol.conversation.mirror import MAX_PACKED_BYTES, PART_BYTES
from session.protocol.conversation.remote_control import ScrollRequested, TextRequested
from session.protocol.conversation.shown_document import ShowPointerMoved
from session.protocol.endpoints.channel import MessageRate
from session.protocol.endpoints.refusals import IN_S, MOST
from session.protocol.endpoints.sending import MAX_WAITING
from session.protocol.message_rates import (
    RAW_RATES,
    RELAY_TIMES,
    TOPIC_RATES,
    rate_of,
)
from session.protocol.topics import (
    CHUNK_TOPIC,
    CONTROL_TOPICS,
    MESSAGE_ROWS,
    MIRROR_TOPIC,
    RAW_TOPICS,
)
from session.protocol.wire.version import MAX_CHUNK_BYTES, MAX_ITEM_BYTES


def test_the_hub_passes_more_than_an_end_takes_of_each() -> None:
    assert set(TOPIC_RATES) == {*CONTROL_TOPICS, *RAW_TOPICS}
    for row in MESSAGE_ROWS:
        for topic in row.topics:
            rate = rate_of(row.message)
            assert TOPIC_RATES[topic].per_s >= RELAY_TIMES * rate.per_s
            assert TOPIC_RATES[topic].burst >= RELAY_TIMES * rate.burst
    for topic, rate in RAW_RATES.items():
        assert TOPIC_RATES[topic].burst > rate.burst


@pytest.mark.parametrize(
    "message", [PageOffered, PageGlimpsed, PageKept, PageRefused, ChunksRequested, ScanProgressed]
)
def test_what_waited_for_a_line_that_was_away_is_taken_at_once(message: type) -> None:
    assert rate_of(message).burst > MAX_WAITING


def test_every_hand_that_points_scrolls_and_types_is_slower() -> None:
    for every_s, message in (
        (shared_page.POINTER_EVERY_S, PointerMoved),
        (shown_document.POINTER_EVERY_S, ShowPointerMoved),
        (remote_control.GATHER_S, ScrollRequested),
        (remote_control.GATHER_S, TextRequested),
    ):
        assert rate_of(message).per_s >= 2 / every_s


def test_all_powers_are_told_several_times_over() -> None:
    assert rate_of(GrantChanged).burst >= 10 * len(Grant)
    told = MessageRate(MOST / IN_S, MOST)
    assert rate_of(MessageRefused) >= told


def test_the_largest_page_and_picture_are_taken_at_once() -> None:
    assert RAW_RATES[CHUNK_TOPIC].burst >= 2 * MAX_ITEM_BYTES / MAX_CHUNK_BYTES
    assert RAW_RATES[MIRROR_TOPIC].burst >= 2 * MAX_PACKED_BYTES / PART_BYTES
