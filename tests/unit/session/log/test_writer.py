# SPDX-License-Identifier: GPL-3.0-only
"""The log's writer against a hub that numbers, forgets, fails and comes back."""

from __future__ import annotations

import asyncio
import json
import random
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from session.core.clock import ManualClock
from session.core.errors import HubUnreachable, LogClosed, LogFull, TicketUnknown
from session.core.tasks import Tasks
from session.log.codec import decode_record
from session.log.events import (
    CallRequestedAtKiosk,
    HungUp,
    LineLost,
    MirrorChunk,
    TroubleShown,
    Writer,
)
from session.log.playback.replay import whole_chunks
from session.log.writer import MAX_BATCH_BYTES, LogWriter, left_over
from session.protocol.wire.version import MAX_CONTROL_BYTES
from tests.support.log_story import START, frame, mirror
from tests.support.waiting import LONGEST_S


class Keeper:
    """The hub's side of one writer: appends in order, drops repeats, says what it wants next."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.failures = 0
        self.lose_answers = 0
        self.calls = 0
        self.takes_pages = self.takes_any = self.knows = self.is_open = True
        self.back = asyncio.Event()
        self.back.set()

    async def send(self, first: int, records: list[bytes]) -> int:
        self.calls += 1
        assert sum(len(record) + 1 for record in records) < MAX_CONTROL_BYTES
        if self.failures:
            self.failures -= 1
            raise HubUnreachable
        await self.back.wait()
        if not self.knows:
            raise TicketUnknown
        fresh = [decode_record(line).event for line in records[len(self.lines) - first :]]
        if fresh and not self.is_open:
            raise LogClosed(days=7)
        if fresh and not self.takes_any:
            raise LogFull
        if not self.takes_pages and any(isinstance(event, MirrorChunk) for event in fresh):
            raise LogFull
        for number, line in enumerate(records, start=first):
            assert decode_record(line).number == number
            if number == len(self.lines):
                self.lines.append(line)
        if self.lose_answers and records:
            self.lose_answers -= 1
            raise HubUnreachable
        return len(self.lines)

    @property
    def codes(self) -> list[str]:
        events = [decode_record(line).event for line in self.lines]
        return [event.code for event in events if isinstance(event, TroubleShown)]


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    nursery = Tasks()
    yield nursery
    await nursery.close()


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


def writer(folder: Path, keeper: Keeper, tasks: Tasks) -> LogWriter:
    return LogWriter(
        "s1",
        Writer.DESK,
        folder=folder,
        clock=ManualClock(),
        send=keeper.send,
        tasks=tasks,
        retry_s=(0.01, 0.02),
    )


def trouble(code: str) -> TroubleShown:
    return TroubleShown(by=Writer.DESK, code=code)


async def test_records_reach_the_hub_in_order_and_the_spool_goes(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    log = writer(tmp_path, keeper, tasks)
    for number in range(450):
        log.write(trouble(f"code_{number}"))
    assert await log.close()
    assert keeper.codes == [f"code_{number}" for number in range(450)]
    assert list(tmp_path.iterdir()) == []


async def test_an_event_is_on_disk_before_the_hub_has_it(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    keeper.back.clear()
    log = writer(tmp_path, keeper, tasks)
    log.write(trouble("peer_gone"))
    assert json.loads(log.path.read_bytes())["event"] == {
        "type": "TroubleShown",
        "by": "desk",
        "code": "peer_gone",
    }
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert not await log.flush(timeout_s=0.05)
    assert log.pending == 1


async def test_what_happened_before_the_log_began_keeps_its_time(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    log = writer(tmp_path, keeper, tasks)
    pressed_at = START - timedelta(minutes=4)
    log.write(CallRequestedAtKiosk(ticket_id="t1", service="aides"), at_utc=pressed_at)
    log.write(trouble("later"))
    assert await log.close()
    assert [decode_record(line).at_utc for line in keeper.lines] == [pressed_at, START]


@pytest.mark.parametrize(("days", "is_kept", "timeout_s"), [(6, True, 0.2), (8, False, LONGEST_S)])
async def test_a_log_that_no_hub_knows_is_given_up_after_a_week(
    tmp_path: Path, keeper: Keeper, tasks: Tasks, days: int, is_kept: bool, timeout_s: float
) -> None:
    keeper.knows = False
    log = writer(tmp_path, keeper, tasks)
    log.write(trouble("peer_gone"), at_utc=START - timedelta(days=days))
    assert await log.close(timeout_s=timeout_s) is not is_kept
    assert bool(left_over(tmp_path)) is is_kept


async def test_an_event_after_the_end_is_left_out_and_stops_nothing(
    tmp_path: Path, keeper: Keeper, tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    log = writer(tmp_path, keeper, tasks)
    log.write(trouble("in_time"))
    assert await log.close()
    log.write(trouble("too_late"))
    assert "after the log was closed" in caplog.text
    assert (keeper.codes, list(tmp_path.iterdir())) == (["in_time"], [])


async def test_a_hub_that_is_away_gets_everything_when_it_is_back(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    keeper.failures = 4
    log = writer(tmp_path, keeper, tasks)
    log.write(trouble("first"))
    log.write(trouble("second"))
    assert await log.flush()
    assert keeper.codes == ["first", "second"]
    assert await log.close()


async def test_an_answer_that_is_lost_doubles_nothing(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    keeper.lose_answers = 2
    log = writer(tmp_path, keeper, tasks)
    log.write(trouble("once"))
    assert await log.flush()
    assert keeper.codes == ["once"]
    await log.close()


@pytest.mark.parametrize("rest", [b'{"format":4,"at_utc":"2026-', b'{"format":3}\n{"format":4}\n'])
async def test_a_killed_writer_goes_on_where_it_stopped(
    tmp_path: Path, keeper: Keeper, tasks: Tasks, rest: bytes
) -> None:
    """Half a line, or what another version wrote, is cut off."""
    first = writer(tmp_path, keeper, tasks)
    first.write(trouble("sent"))
    assert await first.flush()
    keeper.back.clear()
    first.write(trouble("not_sent"))
    await tasks.close()  # killed: nothing is closed
    with first.path.open("ab") as spool:
        spool.write(rest)
    assert left_over(tmp_path) == [("s1", Writer.DESK)]
    keeper.back.set()
    second = writer(tmp_path, keeper, tasks)
    assert second.next_number == 2
    second.write(trouble("after"))
    assert await second.close()
    assert keeper.codes == ["sent", "not_sent", "after"]
    assert left_over(tmp_path) == []


async def test_a_spool_that_cannot_be_sent_stays_for_the_next_start(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    keeper.back.clear()
    log = writer(tmp_path, keeper, tasks)
    log.write(trouble("kept"))
    assert not await log.close(timeout_s=0.05)
    assert left_over(tmp_path) == [("s1", Writer.DESK)]
    keeper.back.set()
    assert await writer(tmp_path, keeper, tasks).close()
    assert keeper.codes == ["kept"]


async def test_another_machine_counts_on_after_what_the_hub_already_holds(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    there = writer(tmp_path / "there", keeper, tasks)
    there.write(trouble("one"))
    there.write(trouble("two"))
    assert await there.close()
    here = writer(tmp_path / "here", keeper, tasks)
    here.write(trouble("three"))
    here.write(trouble("four"))
    assert await here.flush()
    here.write(trouble("five"))
    assert here.next_number == 5
    assert [decode_record(line).number for line in here.path.read_bytes().splitlines()] == [2, 3, 4]
    assert await here.close()
    assert keeper.codes == ["one", "two", "three", "four", "five"]


async def test_a_damaged_spool_loses_only_what_is_damaged(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    first = writer(tmp_path, keeper, tasks)
    for code in ("a", "b", "c"):
        first.write(trouble(code))
    assert await first.flush()
    await tasks.close()
    lines = first.path.read_bytes().splitlines(keepends=True)
    first.path.write_bytes(lines[0] + b"#" * 40 + b"\n" + lines[2])
    second = writer(tmp_path, keeper, tasks)
    second.write(trouble("d"))
    assert await second.close()
    assert keeper.codes == ["a", "b", "c", "d"]


async def test_planted_secrets_are_neither_in_the_spool_nor_at_the_hub(
    tmp_path: Path, keeper: Keeper, tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    log = writer(tmp_path, keeper, tasks)
    secrets = [
        "185057800608491",
        "jeanne.martin@exemple.fr",
        "0612345678",
        "1234567",
        "Jeanne Martin",
    ]
    for secret in secrets:
        log.write(HungUp(by=Writer.DESK, reason=secret))
    page = frame({"text": "NIR 1 85 05 78 006 084 91"})
    log.write(MirrorChunk(started_at_utc=START, data=page, is_snapshot=True, events=1))
    spool = log.path.read_bytes()
    assert await log.flush()
    for place in (spool, b"\n".join(keeper.lines), caplog.text.encode()):
        for secret in secrets:
            assert secret.encode() not in place
    kept = [decode_record(line) for line in keeper.lines]
    assert [record.redacted for record in kept] == [True] * 6
    assert whole_chunks(kept) == []
    await log.close()


async def test_a_large_picture_of_the_page_travels_in_several_messages(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    log = writer(tmp_path, keeper, tasks)
    data = frame({"noise": random.Random(1).randbytes(300_000).hex()})
    log.write(MirrorChunk(started_at_utc=START, data=data, is_snapshot=True, events=1))
    assert await log.close()
    assert len(data) > MAX_BATCH_BYTES
    records = [decode_record(line) for line in keeper.lines]
    assert len(records) > 1
    assert [chunk.data for chunk in whole_chunks(records)] == [data]


async def test_a_full_disk_stops_nothing_and_is_made_good_when_there_is_room(
    tmp_path: Path, keeper: Keeper, tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    log = writer(tmp_path, keeper, tasks)
    log.path.symlink_to("/dev/full")
    log.write(LineLost(by=Writer.DESK))
    assert "cannot be written" in caplog.text
    log.write(trouble("room_again"))
    assert [decode_record(line).number for line in log.path.read_bytes().splitlines()] == [0, 1]
    assert not log.path.is_symlink()
    assert await log.close()
    assert len(keeper.lines) == 2


async def test_a_hub_that_makes_no_progress_is_not_asked_without_pause(
    tmp_path: Path, tasks: Tasks
) -> None:
    calls = 0

    async def stuck(first: int, records: list[bytes]) -> int:
        nonlocal calls
        calls += 1
        return 0

    log = LogWriter(
        "s3",
        Writer.DESK,
        folder=tmp_path,
        clock=ManualClock(),
        send=stuck,
        tasks=tasks,
        retry_s=(0.05, 0.05),
    )
    log.write(trouble("x"))
    assert not await log.close(timeout_s=0.3)
    assert calls < 12


async def test_a_full_log_keeps_the_steps_and_says_so_where_the_page_ends(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    log = writer(tmp_path, keeper, tasks)
    page = mirror(1.0, "a page", snapshot=True)
    log.write(trouble("before"))
    log.write(page)
    assert await log.flush()
    keeper.takes_pages = False
    keeper.lose_answers = 1
    log.write(trouble("kept_but_not_heard"))
    assert not await log.flush(timeout_s=0.001)
    log.write(page)
    log.write(trouble("after"))
    log.write(page)
    assert await log.flush()
    log.write(page)
    log.write(trouble("at_the_end"))
    assert await log.close()
    assert keeper.codes == ["before", "kept_but_not_heard", "log_full", "after", "at_the_end"]
    events = [decode_record(line).event for line in keeper.lines]
    assert [isinstance(event, MirrorChunk) for event in events].count(True) == 1
    assert list(tmp_path.iterdir()) == []


async def test_a_log_that_takes_nothing_any_more_is_given_up_and_stops_nothing(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    log = writer(tmp_path, keeper, tasks)
    log.write(trouble("before"))
    assert await log.flush()
    keeper.takes_any = False
    log.write(trouble("too_much"))
    assert await log.flush()
    log.write(trouble("not_even_tried"))
    assert await log.close()
    assert keeper.codes == ["before"]
    assert list(tmp_path.iterdir()) == []


async def test_what_comes_long_after_the_conversation_is_given_up_at_once(
    tmp_path: Path, keeper: Keeper, tasks: Tasks
) -> None:
    log = writer(tmp_path, keeper, tasks)
    log.write(trouble("in_time"))
    assert await log.flush()
    keeper.is_open = False
    log.write(trouble("too_late"))
    assert await log.close()
    assert keeper.codes == ["in_time"]
    assert list(tmp_path.iterdir()) == []
