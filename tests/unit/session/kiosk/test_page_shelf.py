# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's shelf really on a disk."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from session.errors import ScanCancelled
from session.kiosk.page_shelf import PageShelf
from session.protocol.session_messages import PageOffered, ScanKind

DATA = b"\xff\xd8 an invented page"


def offer(page_id: str, minute: int = 0) -> PageOffered:
    return PageOffered(
        page_id=page_id,
        scan_id="n1",
        kind=ScanKind.PAGE,
        media_type="image/jpeg",
        size_bytes=len(DATA),
        sha256=hashlib.sha256(DATA).hexdigest(),
        width_px=10,
        height_px=10,
        dpi=300,
        chunks=1,
        taken_at_utc=datetime(2026, 3, 2, 9, 0, tzinfo=UTC) + timedelta(minutes=minute),
    )


def test_a_page_is_found_again_after_a_restart_oldest_first(tmp_path: Path) -> None:
    shelf = PageShelf(tmp_path / "shelf")
    shelf.put(offer("later", 5), DATA)
    shelf.put(offer("early", 1), DATA)
    again = PageShelf(tmp_path / "shelf")
    assert again.offers() == [offer("early", 1), offer("later", 5)]
    assert again.read("later") == DATA
    assert again.find("nobodys") is None
    with pytest.raises(KeyError):
        again.read("nobodys")


def test_only_the_kiosks_own_user_may_read_the_pages(tmp_path: Path) -> None:
    PageShelf(tmp_path / "shelf").put(offer("p1"), DATA)
    assert stat.S_IMODE((tmp_path / "shelf").stat().st_mode) == 0o700
    for path in (tmp_path / "shelf").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_half_written_page_is_no_page(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shelf = PageShelf(tmp_path)
    for name in ("whole", "no_offer", "cut", "damaged"):
        shelf.put(offer(name), DATA)
    (tmp_path / "no_offer.json").unlink()
    (tmp_path / "cut.bytes").write_bytes(DATA[:-1])
    (tmp_path / "damaged.json").write_bytes(b'{"page_id":')
    assert [page.page_id for page in PageShelf(tmp_path).offers()] == ["whole"]
    assert "damaged" in caplog.text


def test_a_forgotten_page_leaves_no_file(tmp_path: Path) -> None:
    shelf = PageShelf(tmp_path)
    shelf.put(offer("p1"), DATA)
    assert shelf.forget("p1")
    assert not shelf.forget("p1")
    assert list(tmp_path.iterdir()) == []
    assert len(shelf) == 0


def test_a_wipe_removes_all_counts_the_pages_and_takes_no_more(tmp_path: Path) -> None:
    shelf = PageShelf(tmp_path)
    shelf.put(offer("p1"), DATA)
    shelf.put(offer("p2"), DATA)
    (tmp_path / "p3.bytes.part").write_bytes(DATA)
    assert shelf.wipe() == 2
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ScanCancelled):
        shelf.put(offer("p4"), DATA)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_leaves_no_half_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = PageShelf(tmp_path)
    real = os.fsync
    calls = []

    def fails_the_second_time(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", fails_the_second_time)
    with pytest.raises(OSError, match="No space"):
        shelf.put(offer("p1"), DATA)
    assert list(tmp_path.iterdir()) == []
    assert shelf.offers() == []
