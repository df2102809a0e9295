# SPDX-License-Identifier: GPL-3.0-only
"""Records without what was on the page: the numbers stay, the page and its host do not."""

from __future__ import annotations

from datetime import UTC, datetime

from session.log.codec import decode_record, encode_record
from session.log.events import AddressOpened, AnyEvent, MirrorChunk, Record, TroubleShown, Writer
from session.log.without_pages import SITE, line_without_page

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def _cut(event: AnyEvent) -> Record:
    record = Record(at_utc=AT, writer=Writer.KIOSK, number=7, event=event)
    return decode_record(line_without_page(encode_record(record)))


def test_a_page_and_a_host_are_left_out_and_the_number_stays() -> None:
    chunk = _cut(
        MirrorChunk(started_at_utc=AT, data=b"words", is_snapshot=True, part=1, parts=2, events=1)
    )
    assert chunk.number == 7
    assert isinstance(chunk.event, MirrorChunk)
    assert (chunk.event.data, chunk.event.is_snapshot, chunk.event.parts) == (b"", False, 1)
    opened = _cut(AddressOpened(host="www.caf.example", path_length=3))
    assert opened.event == AddressOpened(host=SITE, path_length=3)


def test_what_is_about_no_page_is_told_whole_and_what_cannot_be_read_not_at_all() -> None:
    jam = TroubleShown(by=Writer.KIOSK, code="scanner_jammed")
    assert _cut(jam).event == jam
    assert line_without_page(b'{"page": "words"}') == b""
