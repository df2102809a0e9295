# SPDX-License-Identifier: GPL-3.0-only
"""Old logs are read for ever; newer ones are refused in words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from session.core.errors import LogTooNew, LogUnreadable
from session.log.events import FORMAT, HungUp, VideoSeen, Writer
from session.log.migrate import STEPS, decode_record
from session.log.reader import read_log

SAMPLES = Path(__file__).parents[3] / "data" / "logs"


def test_every_older_format_has_its_step_and_its_sample() -> None:
    assert sorted(STEPS) == list(range(FORMAT))
    for step in STEPS:
        assert (SAMPLES / f"format-{step}.jsonl").is_file()


def test_a_log_of_format_0_is_read_as_todays() -> None:
    log = read_log(SAMPLES / "format-0.jsonl")
    assert log.session_id == "s0"
    assert [record.writer for record in log.records] == [
        Writer.KIOSK,
        Writer.DESK,
        Writer.DESK,
        Writer.DESK,
    ]
    assert all(record.format == FORMAT for record in log.records)
    assert log.records[0].at_utc == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert log.records[2].at_utc == datetime(2026, 3, 2, 9, 0, 15, 250_000, tzinfo=UTC)
    assert log.records[2].event == VideoSeen(
        by=Writer.DESK, first_frame_ms=640.5, width_px=640, height_px=360
    )
    assert log.records[3].event == HungUp(by=Writer.DESK, reason="done")


def test_a_record_of_tomorrow_is_refused_with_both_numbers() -> None:
    with pytest.raises(LogTooNew) as caught:
        decode_record(b'{"format": 99, "whatever": true}')
    assert caught.value.detail == {"theirs": 99, "ours": FORMAT}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{}",
        b'{"format": -1}',
        b'{"format": 0}',
        b'{"format": 0, "time_ms": 1e40, "writer": "kiosk", "number": 0, "event": {}}',
        b'{"format": 0, "time_ms": 1, "writer": "kiosk", "number": 0, "event": []}',
        b'{"format": 0, "time_ms": 1, "writer": ["kiosk"], "number": 0, "event": {}}',
        b'{"format": 1, "at_utc": "2026-03-02T09:00:00Z", "writer": "thief", "number": 0, "event": '
        b"{}}",
        b'{"format": 1, "at_utc": "2026-03-02T09:00:00Z", "writer": "hub", "number": 0, "event": '
        b'{"type": "Sung"}}',
    ],
)
def test_what_is_no_record_is_unreadable_at_its_line(line: bytes) -> None:
    with pytest.raises((LogUnreadable, LogTooNew)) as caught:
        decode_record(line, 7)
    assert isinstance(caught.value, LogTooNew) == (b"-1" in line)
    if isinstance(caught.value, LogUnreadable):
        assert caught.value.detail == {"line": 7}


def test_the_old_sample_is_really_of_the_old_form() -> None:
    first = msgspec.json.decode((SAMPLES / "format-0.jsonl").read_bytes().splitlines()[1])
    assert "time_ms" in first
    assert "at_utc" not in first
