# SPDX-License-Identifier: GPL-3.0-only
"""Documents on their way: bytes on the disk, in order, checked."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from session.bus.rate_limits import RateLimits
from session.core.clock import ManualClock
from session.core.errors import (
    MessageMalformed,
    PageDamaged,
    PageTooLarge,
    RateLimited,
    TransferInterrupted,
)
from session.hub.dossier.uploads import KEPT_S, MOST_OPEN, UploadSpool
from session.protocol.hub.requests import UploadBegin


def _begin(data: bytes, upload_id: str = "u1") -> UploadBegin:
    return UploadBegin(
        session_id="t1_1",
        upload_id=upload_id,
        dossier="D-1",
        piece_id="payslip",
        name="Bulletin",
        pages=1,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def test_chunks_out_of_order_or_twice_change_nothing(tmp_path: Path) -> None:
    upload = UploadSpool(tmp_path).begin("valdore", "alice", _begin(b"abcdef"))
    assert upload.add(0, b"abc") == 3
    assert upload.add(0, b"abc") == 3
    assert upload.add(5, b"f") == 3
    with pytest.raises(TransferInterrupted):
        upload.whole()
    assert upload.add(3, b"def") == 6
    assert upload.whole() == b"abcdef"


def test_damaged_bytes_start_again_from_nothing(tmp_path: Path) -> None:
    upload = UploadSpool(tmp_path).begin("valdore", "alice", _begin(b"abcdef"))
    upload.add(0, b"abcxyz")
    with pytest.raises(PageDamaged):
        upload.whole()
    assert upload.received_bytes == 0


def test_more_than_announced_is_refused(tmp_path: Path) -> None:
    upload = UploadSpool(tmp_path).begin("valdore", "alice", _begin(b"abc"))
    with pytest.raises(PageTooLarge):
        upload.add(0, b"abcd")
    assert upload.received_bytes == 0


def test_an_upload_goes_on_after_a_restart_and_only_for_its_agent(tmp_path: Path) -> None:
    UploadSpool(tmp_path).begin("valdore", "alice", _begin(b"abcdef")).add(0, b"abc")
    spool = UploadSpool(tmp_path)
    assert spool.begin("valdore", "alice", _begin(b"abcdef")).received_bytes == 3
    with pytest.raises(MessageMalformed):
        spool.begin("valdore", "alice", _begin(b"other!"))
    with pytest.raises(TransferInterrupted):
        spool.find("valdore", "bob", "u1")
    with pytest.raises(TransferInterrupted):
        spool.find("marais", "alice", "u1")


def test_nobody_may_begin_documents_without_end(tmp_path: Path) -> None:
    spool = UploadSpool(tmp_path)
    for n in range(MOST_OPEN):
        spool.begin("valdore", "alice", _begin(b"abc", f"u{n}")).add(0, b"a")
    with pytest.raises(RateLimited):
        spool.begin("valdore", "alice", _begin(b"abc", "one_more"))
    spool.begin("valdore", "bob", _begin(b"abc"))


def test_what_nobody_continued_for_a_week_is_removed(tmp_path: Path) -> None:
    spool = UploadSpool(tmp_path)
    spool.begin("valdore", "alice", _begin(b"abc")).add(0, b"a")
    spool.begin("valdore", "alice", _begin(b"abc", "u2"))
    for path in (tmp_path / "valdore" / "alice").glob("u1.*"):
        old_s = path.stat().st_mtime - KEPT_S - 10
        os.utime(path, (old_s, old_s))
    assert spool.sweep() == 2
    assert [path.name for path in (tmp_path / "valdore" / "alice").iterdir()] == ["u2.json"]


def test_a_bucket_empties_and_fills_again() -> None:
    clock = ManualClock()
    rates = RateLimits(clock, per_s=2, burst=3)
    assert [rates.take("alice") for _ in range(4)] == [True, True, True, False]
    assert rates.take("bob")
    clock.advance(1)
    assert [rates.take("alice") for _ in range(3)] == [True, True, False]
    clock.advance(100)
    assert not rates.take("alice", 4)
    assert rates.take("alice", 3)
