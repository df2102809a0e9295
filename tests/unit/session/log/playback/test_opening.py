# SPDX-License-Identifier: GPL-3.0-only
"""Logs opened without being held in memory: whole, packed, damaged, old, and with other clocks."""

from __future__ import annotations

import gc
import tracemalloc
import typing
from pathlib import Path

import msgspec
import pytest
import zstandard

from session.core.errors import LogFormatUnknown, LogUnreadable
from session.log import events
from session.log.codec import encode_record
from session.log.events import AnyEvent, Lane, MirrorChunk, Record, Writer, label_of, mirror_parts
from session.log.playback.opened import OpenedLog
from session.log.playback.opening import open_lines, open_log, open_records, session_in
from session.log.playback.state import SessionState, StateFold
from session.log.reader import MAX_LINE_BYTES, read_log, write_log
from tests.benchmarks.replay_log import Session
from tests.support.log_story import START, Story, frame, mirror, whole_session

SAMPLE = Path(__file__).parents[4] / "data" / "logs" / f"format-{events.FORMAT}.jsonl"


def all_of(log: OpenedLog) -> list[Record]:
    return [log.record(row) for row in range(len(log))]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.zst"])
def test_a_log_opened_row_by_row_is_the_log_read_at_once(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("session.log.text.FRAME_BYTES", 30_000)
    monkeypatch.setattr("session.log.text.BLOCK_BYTES", 7_000)
    write_log(tmp_path / name, "s1", Session(2000).records())
    told: list[float] = []
    log = open_log(tmp_path / name, told.append)
    read = read_log(tmp_path / name)
    assert (log.session_id, session_in(tmp_path / name)) == ("s1", "s1")
    assert all_of(log) == read.records
    assert log.skew_s == read.skew_s
    assert told == sorted(told)
    assert len(told) > 2
    assert log.damage == (0, 0, False)
    assert log.missing == []


def test_a_fact_is_what_records_have_in_common_but_for_ids_sizes_and_times() -> None:
    log = open_records("s1", Session(2000).records())
    assert len(log.meanings) < 60
    for row in range(len(log)):
        meaning, event = log.meaning(row), log.record(row).event
        assert meaning.label == label_of(event)
        assert meaning.lane is events.lane_of(event)
        assert meaning.is_trouble == events.is_trouble(event)
    assert [log.meaning(int(row)).lane for row in log.marks] == [
        events.lane_of(one.event)
        for one in all_of(log)
        if not isinstance(one.event, MirrorChunk | events.LineMeasured)
    ]
    assert {meaning.lane for meaning in log.meanings} == set(Lane)


def test_every_kind_of_event_can_be_opened() -> None:
    """Also those that a later change adds: nobody has to name them here."""
    names = {kind.__name__ for kind in typing.get_args(AnyEvent)}
    log = open_records("s1", [_example(kind) for kind in typing.get_args(AnyEvent)])
    assert {type(meaning.event).__name__ for meaning in log.meanings} == names


def _example(kind: type[events.Event]) -> Record:
    values = {
        field.name: _value(typing.get_type_hints(kind)[field.name], field.name)
        for field in msgspec.structs.fields(kind)
        if field.required
    }
    number = typing.get_args(AnyEvent).index(kind)
    event = typing.cast("AnyEvent", kind(**values))
    return Record(at_utc=START, writer=Writer.DESK, number=number, event=event)


def _value(kind: object, name: str) -> object:
    if name == "sha256":
        return "ab" * 32
    if isinstance(kind, type) and hasattr(kind, "__members__"):
        return next(iter(kind))  # type: ignore[call-overload]
    known: dict[object, object] = {str: "a", int: 1, float: 1.0, bool: True, bytes: b"x"}
    return known.get(kind, START if kind is type(START) else None)


def test_the_state_is_the_same_from_a_checkpoint_as_from_the_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("session.log.playback.opening.CHECKPOINT_ROWS", 7)
    monkeypatch.setattr("session.log.playback.opening.MOST_CHECKPOINTS", 1000)
    log = open_records("s1", Session(300).records())
    assert log.checkpoints.every == 7
    fold, last = StateFold(SessionState()), ""
    for row, record in enumerate(all_of(log)):
        fold.add(record.event)
        last = log.meaning(row).label if log.meaning(row).is_mark else last
        assert log.state_before(row + 1) == fold.state(last)


def test_what_a_kill_cut_off_is_told_and_the_rest_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_log(path, "s1", whole_session())
    path.write_bytes(path.read_bytes()[:-40])
    log = open_log(path)
    assert len(log) == len(whole_session()) - 1
    assert log.damage == (0, 0, True)


def test_a_packed_log_is_opened_up_to_where_it_was_cut_or_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("session.log.text.FRAME_BYTES", 2_000)
    path = tmp_path / "a.jsonl.zst"
    write_log(path, "s1", whole_session())
    whole = path.read_bytes()
    path.write_bytes(whole[:-300])
    cut = open_log(path)
    assert 0 < len(cut) < len(whole_session())
    assert cut.damage.cut
    assert all_of(cut)
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :])
    assert open_log(path).damage.cut


def test_a_packed_log_of_an_older_version_is_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_log(path, "s1", whole_session())
    packed = tmp_path / "b.jsonl.zst"
    packed.write_bytes(zstandard.ZstdCompressor(write_checksum=True).compress(path.read_bytes()))
    assert all_of(open_log(packed)) == read_log(path).records


def test_lines_that_are_no_records_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_log(path, "s1", whole_session())
    lines = path.read_bytes().splitlines(keepends=True)
    lines[4], lines[9] = lines[4][:-20] + b"\n", b"\xff\xfe\n"
    path.write_bytes(b"".join(lines))
    log = open_log(path)
    assert log.damage == (2, 5, False)
    assert len(log) == len(whole_session()) - 2
    assert sum(one.records for one in log.missing) == 2


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b'{"number":' + b"9" * 30 + b"}",
        b'{"format":4,"at_utc":"2026-03-02T09:00:00Z","writer":"kiosk","number":'
        + b"9" * 30
        + b',"event":{"type":"VideoSeen","by":"desk","first_frame_ms":1}}',
        b'{"format":4,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=["nothing in it", "old with a huge number", "huge number", "deep"],
)
def test_a_line_that_a_liar_wrote_hides_no_other(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a.jsonl"
    write_log(path, "s1", whole_session())
    lines = path.read_bytes().splitlines()
    lines.insert(6, line)
    path.write_bytes(b"\n".join(lines) + b"\n")
    opened = [one for one in all_of(open_log(path)) if one.event is not None]
    assert [one for one in whole_session() if one not in opened] == []


def test_a_record_whose_hidden_part_is_damaged_says_so_when_it_is_looked_at() -> None:
    story = Story()
    story.add(0, Writer.DESK, events.PointerShown(x_px=1, y_px=2))
    lines = [encode_record(one).replace(b'"x_px":1', b'"x_px":"a"') for one in story.records]
    log = open_lines("s1", lines)
    assert len(log) == 1
    assert events.code_of(log.record(0).event) == LogUnreadable.code


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b'{"poste-expert-log": "x"}\n', b"\x89PNG\r\n\x1a\n", b"{}\n"]
)
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    for way in (open_log, session_in):
        with pytest.raises(LogUnreadable) as caught:
            way(tmp_path / "a.jsonl")
        assert caught.value.detail == {"line": 1}


def test_a_log_or_record_of_another_version_is_refused_with_both_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"poste-expert-log":12,"session_id":"s1"}\n{"new":"things"}\n')
    with pytest.raises(LogFormatUnknown):
        open_log(path)
    path.write_bytes(b'{"poste-expert-log":4,"session_id":"s1"}\n{"format":12,"new":1}\n')
    with pytest.raises(LogFormatUnknown) as caught:
        open_log(path)
    assert caught.value.detail == {"theirs": 12, "ours": 4}


def test_a_bomb_is_refused_without_unpacking_it_all(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    header = b'{"poste-expert-log":4,"session_id":"s1"}\n'
    path.write_bytes(zstandard.ZstdCompressor().compress(header + b"x" * (MAX_LINE_BYTES * 8)))
    with pytest.raises(LogUnreadable):
        open_log(path)


def test_a_recorded_log_opens_as_it_is_read() -> None:
    log = open_log(SAMPLE)
    assert all_of(log) == read_log(SAMPLE).records
    assert log.damage == (0, 0, False)
    assert log.stretches


@pytest.mark.parametrize("ahead_s", [3 * 3600.0, -3 * 3600.0])
def test_clocks_hours_apart_are_brought_together(ahead_s: float) -> None:
    log = open_records("s1", whole_session(kiosk_ahead_s=ahead_s))
    assert log.duration_s < 200
    assert log.skew_s[Writer.KIOSK] == pytest.approx(ahead_s, abs=1.0)


def test_a_page_in_several_records_is_one_stretch_and_a_broken_one_is_left_out() -> None:
    data = frame({"name": "large", "noise": [number * 7919 % 100_003 for number in range(200_000)]})
    parts = mirror_parts(START, data, is_snapshot=True, events=1)
    assert len(parts) > 1
    story = Story()
    for part in parts:
        story.add(1, Writer.KIOSK, part)
    story.add(2, Writer.KIOSK, mirror(2, "small", snapshot=False))
    log = story.opened()
    chunks = [log.chunk(stretch) for stretch in log.stretches]
    assert chunks[0] is not None
    assert chunks[0].data == data
    assert len(chunks) == 2
    story.records = [record for record in story.records if record.number != 1]
    assert len(story.opened().stretches) == 1


def test_a_redacted_page_is_no_picture() -> None:
    story = Story()
    story.add(1, Writer.KIOSK, msgspec.structs.replace(mirror(1, "x", snapshot=True), data=b""))
    log = story.opened()
    assert [log.chunk(stretch) for stretch in log.stretches] == [None]


def test_a_large_log_needs_a_small_part_of_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_log(path, "s1", Session(20_000).records())
    gc.collect()
    tracemalloc.start()
    log = open_log(path)
    held, _most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(log) == 20_000
    assert held < path.stat().st_size / 2
