# SPDX-License-Identifier: GPL-3.0-only
"""Log files: written, read, damaged, too new."""

from __future__ import annotations

from pathlib import Path

import pytest
import zstandard

from session.core.errors import LogFormatUnknown, LogTooLarge, LogUnreadable
from session.log import reader
from session.log.reader import MAX_LINE_BYTES, read_log, write_log
from tests.support.log_story import whole_session


@pytest.mark.parametrize("name", ["session.jsonl", "session.jsonl.zst"])
def test_what_was_written_is_read_back_in_order(tmp_path: Path, name: str) -> None:
    records = whole_session()
    write_log(tmp_path / name, "s1", reversed(records))
    log = read_log(tmp_path / name)
    assert log.session_id == "s1"
    assert sorted(log.records, key=lambda r: (r.writer, r.number)) == sorted(
        records, key=lambda r: (r.writer, r.number)
    )
    assert [record.at_utc for record in log.records] == sorted(record.at_utc for record in records)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_packing_makes_a_log_smaller(tmp_path: Path) -> None:
    write_log(tmp_path / "a.jsonl", "s1", whole_session())
    write_log(tmp_path / "a.jsonl.zst", "s1", whole_session())
    assert (tmp_path / "a.jsonl.zst").stat().st_size < (tmp_path / "a.jsonl").stat().st_size / 2


def test_the_first_line_says_what_the_file_is(tmp_path: Path) -> None:
    write_log(tmp_path / "a.jsonl", "s1", [])
    assert (tmp_path / "a.jsonl").read_text(
        encoding="utf-8"
    ) == '{"poste-expert-log":4,"session_id":"s1"}\n'


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b'{"poste-expert-log": "x"}\n', b"\x89PNG\r\n\x1a\n", b"{}\n"]
)
def test_another_kind_of_file_is_refused_at_line_1(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(LogUnreadable) as caught:
        read_log(tmp_path / "a.jsonl")
    assert caught.value.detail == {"line": 1}


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_log(path, "s1", whole_session())
    lines = path.read_bytes().splitlines(keepends=True)
    lines[4] = lines[4][:-20] + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(LogUnreadable) as caught:
        read_log(path)
    assert caught.value.detail == {"line": 5}


def test_a_packed_log_that_was_changed_or_cut_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    write_log(path, "s1", whole_session())
    whole = path.read_bytes()
    path.write_bytes(
        whole[: len(whole) // 2]
        + bytes([whole[len(whole) // 2] ^ 0xFF])
        + whole[len(whole) // 2 + 1 :]
    )
    with pytest.raises(LogUnreadable):
        read_log(path)
    path.write_bytes(whole[:-300])
    with pytest.raises(LogUnreadable):
        read_log(path)


def test_a_newer_log_is_refused_with_both_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(
        b'{"poste-expert-log":12,"session_id":"s1"}\n{"new":"things"}\n'
    )
    with pytest.raises(LogFormatUnknown) as caught:
        read_log(tmp_path / "a.jsonl")
    assert caught.value.detail == {"theirs": 12, "ours": 4}


def test_a_log_that_is_too_large_is_said_to_be_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_log(tmp_path / "a.jsonl", "s1", whole_session())
    monkeypatch.setattr(reader, "MAX_LOG_BYTES", 2000)
    with pytest.raises(LogTooLarge):
        read_log(tmp_path / "a.jsonl")


def test_a_bomb_is_refused_without_unpacking_it_all(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    header = b'{"poste-expert-log":4,"session_id":"s1"}\n'
    path.write_bytes(zstandard.ZstdCompressor().compress(header + b"x" * (MAX_LINE_BYTES * 8)))
    assert path.stat().st_size < 20_000
    with pytest.raises(LogUnreadable) as caught:
        read_log(path)
    assert caught.value.detail == {"line": 2}
