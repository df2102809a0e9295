# SPDX-License-Identifier: GPL-3.0-only
"""The words of the log."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from session.log.events import (
    MAX_MIRROR_PART_BYTES,
    AnyEvent,
    Event,
    GrantChanged,
    Lane,
    Record,
    ScanEnded,
    Writer,
    address_opened,
    label_of,
    lane_of,
    mirror_parts,
)
from session.log.migrate import decode_record, encode_record
from session.protocol.conversation.messages import Grant
from session.protocol.wire.version import MAX_CONTROL_BYTES
from tests.support.log_story import START, whole_session


def test_every_event_is_in_the_union_and_so_can_be_read_back() -> None:
    assert set(get_args(AnyEvent)) == set(Event.__subclasses__())


def test_every_record_of_a_session_reads_back_as_it_was_written() -> None:
    for record in whole_session():
        assert decode_record(encode_record(record)) == record


def test_events_are_named_and_placed_for_the_timeline() -> None:
    ended = ScanEnded(scan_id="n1", pages=0, code="scanner_empty")
    assert (label_of(ended), lane_of(ended)) == ("scan_ended", Lane.SCANNER)
    assert lane_of(GrantChanged(grant=Grant.PRINT, allowed=True)) is Lane.PRINTER
    assert lane_of(GrantChanged(grant=Grant.POINT, allowed=True)) is Lane.PAGE


@pytest.mark.parametrize(
    ("address", "host", "length"),
    [
        ("https://www.Exemple.fr/mes-droits?nir=1850578006084", "www.exemple.fr", 10),
        ("http://jeanne:secret@127.0.0.1:8080/a/b#c", "127.0.0.1:8080", 3),
        ("https://exemple.fr", "exemple.fr", 0),
    ],
)
def test_of_an_address_only_the_host_and_a_length_are_kept(
    address: str, host: str, length: int
) -> None:
    opened = address_opened(address)
    assert (opened.host, opened.path_length) == (host, length)


def test_a_large_picture_of_the_page_is_cut_so_that_each_record_fits_a_message() -> None:
    data = bytes(range(256)) * 1500
    parts = mirror_parts(START, data, is_snapshot=True, events=9)
    assert b"".join(part.data for part in parts) == data
    assert [(part.part, part.parts) for part in parts] == [
        (n, len(parts)) for n in range(len(parts))
    ]
    for part in parts:
        assert len(part.data) <= MAX_MIRROR_PART_BYTES
        record = Record(at_utc=START, writer=Writer.KIOSK, number=123_456, event=part)
        assert len(encode_record(record)) < MAX_CONTROL_BYTES - 20_000


def test_an_empty_frame_is_still_one_record() -> None:
    assert len(mirror_parts(START, b"", is_snapshot=False, events=0)) == 1


def test_no_event_has_a_field_for_free_text() -> None:
    """A bare `str` would let a name in: every string has a pattern or is an enumeration."""
    for kind in Event.__subclasses__():
        for field in msgspec.structs.fields(kind):
            assert field.type is not str, f"{kind.__name__}.{field.name}"
