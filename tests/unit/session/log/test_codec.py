# SPDX-License-Identifier: GPL-3.0-only
"""A record of another version is refused in words; what is no record is refused at its line."""

from __future__ import annotations

import pytest

from session.core.errors import LogFormatUnknown, LogUnreadable
from session.log.codec import decode_record, encode_record
from session.log.events import FORMAT
from tests.support.log_story import whole_session


def test_a_record_is_read_as_it_was_written() -> None:
    for record in whole_session():
        assert decode_record(encode_record(record)) == record


@pytest.mark.parametrize("number", [0, FORMAT - 1, FORMAT + 1, 99])
def test_a_record_of_another_version_is_refused_with_both_numbers(number: int) -> None:
    with pytest.raises(LogFormatUnknown) as caught:
        decode_record(b'{"format": %d, "whatever": true}' % number)
    assert caught.value.detail == {"theirs": number, "ours": FORMAT}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{}",
        b'{"format": "4"}',
        b'{"format": 4}',
        b'{"format": 4, "at_utc": 1e40, "writer": "kiosk", "number": 0, "event": {}}',
        b'{"format": 4, "at_utc": "2026-03-02T09:00:00Z", "writer": "kiosk", "number": 0, "event": '
        b"[]}",
        b'{"format": 4, "at_utc": "2026-03-02T09:00:00Z", "writer": "thief", "number": 0, "event": '
        b"{}}",
        b'{"format": 4, "at_utc": "2026-03-02T09:00:00Z", "writer": "hub", "number": 0, "event": '
        b'{"type": "Sung"}}',
        b'{"at_utc": "2026-03-02T09:00:00Z", "writer": "desk", "number": 0, "event": {"type": '
        b'"HungUp", "by": "desk", "reason": "done"}}',
    ],
)
def test_what_is_no_record_is_unreadable_at_its_line(line: bytes) -> None:
    with pytest.raises(LogUnreadable) as caught:
        decode_record(line, 7)
    assert type(caught.value) is LogUnreadable
    assert caught.value.detail == {"line": 7}
