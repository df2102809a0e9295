# SPDX-License-Identifier: GPL-3.0-only
"""The words of the log."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import get_args, get_type_hints

import msgspec
import pytest

from session.log.codec import decode_record, encode_record
from session.log.events import (
    MAX_MIRROR_PART_BYTES,
    AnyEvent,
    Code,
    Event,
    GrantChanged,
    Hash,
    Host,
    Lane,
    MaybeId,
    MirrorChunk,
    Record,
    ScanEnded,
    Topic,
    Writer,
    address_opened,
    label_of,
    lane_of,
    mirror_parts,
)
from session.protocol.conversation.messages import Grant
from session.protocol.helpdesk.log_list import Version
from session.protocol.wire.ids import Id
from session.protocol.wire.version import MAX_CONTROL_BYTES
from tests.support.log_story import START, whole_session


def test_every_event_is_in_the_union_and_so_can_be_read_back() -> None:
    assert set(get_args(AnyEvent)) == set(Event.__subclasses__())


KINDS: dict[object, str] = {
    Id: "an id",
    MaybeId: "an id or nothing",
    Code: "a code of ours",
    tuple[Grant, ...]: "the powers of a question",
    Hash: "a hash",
    Host: "a host",
    Topic: "the name of a kind of messages",
    Version: "the version of a program",
    int: "a count, size, place or number of the program",
    float: "a time or measure",
    float | None: "a time or measure, or nothing",
    bool: "a switch",
    datetime: "a time",
}
FIELDS = [
    (event, name, hint)
    for event in get_args(AnyEvent)
    for name, hint in get_type_hints(event, include_extras=True).items()
    if not name.startswith("__")
]


@pytest.mark.parametrize(("event", "name", "hint"), FIELDS)
def test_no_field_of_any_event_has_room_for_free_text(
    event: type[Event], name: str, hint: object
) -> None:
    if (event, name) == (MirrorChunk, "data"):
        assert hint is bytes  # the structure of a page: tests of `page_structure`
        return
    is_enum = isinstance(hint, type) and issubclass(hint, StrEnum)
    assert is_enum or hint in KINDS, "say here what this is, and that it tells nothing of anybody"


@pytest.mark.parametrize("hint", [Id, MaybeId, Code, Hash, Host, Topic, Version])
@pytest.mark.parametrize(
    "text",
    [
        "Maëlle Garrigue",
        "née en 1988",
        "06 12 34 56 78",
        "a@b.fr",
        "FR76 3000",
        "/a?b=c",
        "x" * 300,
    ],
)
def test_words_numbers_and_addresses_of_people_are_no_strings_of_an_event(
    hint: object, text: str
) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, hint)


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
