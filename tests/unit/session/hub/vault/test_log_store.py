# SPDX-License-Identifier: GPL-3.0-only
"""An organisation's own log keeper:
once, in order, for its ends only, and not longer than it is kept.
"""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from session.core.errors import (
    LogClosed,
    LogFull,
    NotAllowed,
    StoreUnreachable,
    TicketUnknown,
)
from session.hub.storage.erasures import Erasure, ErasureDemand, Hold, mark_of
from session.hub.storage.format import StoredFormatUnknown
from session.hub.storage.store_space import StoreLimits
from session.hub.vault.log_store import FORMAT, PART_BYTES, VaultLog

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ENDS = ("k.reseau/borne1", "a.alice")


@pytest.fixture
def log(tmp_path: Path) -> VaultLog:
    keeper = VaultLog(tmp_path / "log.sqlite")
    keeper.open("s1", ENDS, NOW)
    return keeper


def test_records_are_kept_once_in_the_order_they_came(log: VaultLog, tmp_path: Path) -> None:
    assert log.append("s1", "a.alice", 0, records=[b"a0", b"a1"], now=NOW) == 2
    assert log.append("s1", "k.reseau/borne1", 0, records=[b"k0"], now=NOW) == 1
    assert (
        log.append("s1", "a.alice", 1, records=[b"a1", b"a2"], now=NOW) == 3
    )  # a repeat and something new
    assert (
        log.append("s1", "a.alice", 7, records=[b"a7"], now=NOW) == 3
    )  # something is missing in between
    assert log.append("s1", "a.alice", 0, records=[], now=NOW) == 3
    part = VaultLog(tmp_path / "log.sqlite").read("s1", 0)
    assert ([bytes(record) for record in part.records], part.end) == (
        [b"a0", b"a1", b"k0", b"a2"],
        True,
    )
    assert [bytes(record) for record in log.read("s1", 3).records] == [b"a2"]


def test_long_after_its_beginning_a_log_takes_no_more_records(
    log: VaultLog, tmp_path: Path
) -> None:
    late = NOW + timedelta(days=7)
    log.append("s1", "a.alice", 0, records=[b"a0"], now=NOW + timedelta(days=6))
    assert log.append("s1", "a.alice", 1, records=[b"a1"], now=late) == 2  # no writing prolongs it
    late += timedelta(minutes=1)
    with pytest.raises(LogClosed) as refused:
        log.append("s1", "a.alice", 2, records=[b"a2"], now=late)
    assert refused.value.detail == {"days": 7}
    # what is there already may be said again, and a stranger learns nothing
    assert log.append("s1", "a.alice", 0, records=[b"a0", b"a1"], now=late) == 2
    with pytest.raises(NotAllowed):
        log.append("s1", "a.bob", 0, records=[b"x"], now=late)
    with sqlite3.connect(tmp_path / "log.sqlite") as base:  # begun by an older version
        base.execute("DELETE FROM begun")
    base.close()
    assert log.append("s1", "a.alice", 2, records=[b"a2"], now=late) == 3
    with pytest.raises(LogClosed):
        log.append("s1", "a.alice", 3, records=[b"a3"], now=late + timedelta(days=8))


def test_only_the_ends_write_and_nobody_a_session_that_is_not_known(log: VaultLog) -> None:
    with pytest.raises(NotAllowed):
        log.append("s1", "a.bob", 0, records=[b"x"], now=NOW)
    with pytest.raises(TicketUnknown):
        log.append("s2", "a.alice", 0, records=[b"x"], now=NOW)
    with pytest.raises(TicketUnknown):
        log.read("s2", 0)
    log.open("s1", ("a.bob",), NOW)  # again: the first word counts
    with pytest.raises(NotAllowed):
        log.append("s1", "a.bob", 0, records=[b"x"], now=NOW)


def test_a_long_log_is_read_in_parts(log: VaultLog) -> None:
    records = [bytes([65 + number]) * (PART_BYTES // 3) for number in range(8)]
    for number, record in enumerate(records):
        log.append("s1", "a.alice", number, records=[record], now=NOW)
    read: list[bytes] = []
    while not (part := log.read("s1", len(read))).end:
        read += [bytes(record) for record in part.records]
        assert part.next == len(read)
    assert read + [bytes(record) for record in part.records] == records


def test_retention_leaves_nothing_in_the_file(log: VaultLog, tmp_path: Path) -> None:
    log.append("s1", "a.alice", 0, records=[b"Garrigue-Tesson" * 500], now=NOW)
    log.open("s2", ENDS, NOW + timedelta(days=80))
    log.append("s2", "a.alice", 0, records=[b"new"], now=NOW + timedelta(days=80))
    assert log.forget_older(NOW + timedelta(days=91), 90) == 1
    assert not log.knows("s1")
    assert log.read("s2", 0).records
    assert b"Garrigue" not in (tmp_path / "log.sqlite").read_bytes()


def test_the_dossier_that_was_named_is_remembered(log: VaultLog) -> None:
    assert log.bound("t1") == ""
    log.bind("t1", "VD-1", NOW)
    assert log.bound("t1") == "VD-1"


def test_the_file_is_its_owners_alone_and_that_of_another_version_is_not_touched(
    tmp_path: Path,
) -> None:
    path = tmp_path / "own" / "log.sqlite"
    VaultLog(path)
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0
    for number in (FORMAT - 1, FORMAT + 1):
        with sqlite3.connect(path) as base:
            base.execute(f"PRAGMA user_version = {number}")
        base.close()
        with pytest.raises(StoredFormatUnknown, match=f"log: {number}, not {FORMAT}"):
            VaultLog(path)
    path.write_bytes(b"no database" * 100)
    with pytest.raises(StoreUnreachable):
        VaultLog(path)


def test_a_copy_comes_back_whole_and_a_newer_one_changes_nothing(
    log: VaultLog, tmp_path: Path
) -> None:
    log.append("s1", "a.alice", 0, records=[b"a0"], now=NOW)
    log.bind("t1", "VD-1", NOW)
    other = VaultLog(tmp_path / "other" / "log.sqlite")
    assert (other.is_empty, log.is_empty, log.count()) == (True, False, 1)
    other.restore(log.copy())
    assert [bytes(record) for record in other.read("s1", 0).records] == [b"a0"]
    assert (other.bound("t1"), other.count()) == ("VD-1", 1)
    with sqlite3.connect(tmp_path / "log.sqlite") as base:
        base.execute("PRAGMA user_version = 9")
    base.close()
    empty = VaultLog(tmp_path / "empty" / "log.sqlite")
    with pytest.raises(StoredFormatUnknown):
        empty.restore((tmp_path / "log.sqlite").read_bytes())
    assert empty.is_empty


def test_one_conversation_cannot_fill_the_log_and_still_tells_how_it_ended(tmp_path: Path) -> None:
    keeper = VaultLog(tmp_path / "log.sqlite", StoreLimits(session_log_bytes=20_000))
    keeper.open("s1", ENDS, NOW)
    page, step = bytes(9_000), b"a step"
    assert keeper.append("s1", "a.alice", 0, records=[page, page], now=NOW) == 2
    with pytest.raises(LogFull):
        keeper.append("s1", "a.alice", 2, records=[page], now=NOW)
    # of a batch nothing is taken; a repeat is no harm
    assert keeper.append("s1", "a.alice", 0, records=[page, page], now=NOW) == 2
    assert keeper.append("s1", "a.alice", 2, records=[step], now=NOW) == 3
    assert keeper.append("s1", "k.reseau/borne1", 0, records=[step] * 600, now=NOW) == 600


def _line(session: str) -> Erasure:
    return Erasure(
        at_utc=NOW,
        organisation="valdore",
        demand=ErasureDemand.CALLER,
        by="root",
        what="session",
        sessions=1,
        records=1,
        marks=[mark_of("valdore", session)],
    )


def test_a_held_log_outlives_its_age_and_an_erased_one_comes_from_no_backup(
    log: VaultLog, tmp_path: Path
) -> None:
    log.append("s1", "a.alice", 0, records=[b"words of s1"], now=NOW)
    log.open("s2", ("a.alice",), NOW)
    log.append("s2", "a.alice", 0, records=[b"words of s2"], now=NOW)
    log.hold(Hold(session="s1", at_utc=NOW, by="root", reason="inquiry"))
    with pytest.raises(TicketUnknown):
        log.hold(Hold(session="nosuch", at_utc=NOW, by="root", reason="inquiry"))
    backup = log.copy()
    assert log.between(NOW - timedelta(days=1), NOW + timedelta(days=1)) == ["s1", "s2"]
    assert log.erase("valdore", "s2") == 1
    log.note_erasure(_line("s2"))
    assert b"words of s2" not in (tmp_path / "log.sqlite").read_bytes()
    assert (log.knows("s2"), log.is_erased("valdore", "s2")) == (False, True)
    assert log.forget_older(NOW + timedelta(days=400), 90) == 0
    assert [one.session for one in log.holds()] == ["s1"]
    assert [one.sessions for one in log.erasures()] == [1]

    again = VaultLog(tmp_path / "again.sqlite")
    again.restore(backup)
    assert again.knows("s2")
    assert again.erase_again("valdore", [_line("s2")]) == 1
    assert (again.knows("s1"), again.knows("s2")) == (True, False)
    assert again.erasures() == [_line("s2")]
    assert (log.lift("s1"), log.lift("s1")) == (True, False)
    assert log.forget_older(NOW + timedelta(days=400), 90) == 1
