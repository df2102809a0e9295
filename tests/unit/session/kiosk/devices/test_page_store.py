# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's store really on a disk."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from session.core.device_errors import ScanCancelled
from session.kiosk.devices.page_encryption import (
    KEY_FILE,
    PageSeal,
    SealedPageDamaged,
    wrapping_key,
)
from session.kiosk.devices.page_store import PageStore
from session.protocol.conversation.messages import PageOffered, ScanKind

WRAPPING = wrapping_key(b"an invented seed")
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


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_page_is_found_again_after_a_restart_oldest_first(tmp_path: Path) -> None:
    store = PageStore(tmp_path / "shelf", WRAPPING)
    store.put(offer("later", 5), DATA)
    store.put(offer("early", 1), DATA)
    again = PageStore(tmp_path / "shelf", WRAPPING)
    assert again.offers() == [offer("early", 1), offer("later", 5)]
    assert again.read("later") == DATA
    assert again.find("nobodys") is None
    with pytest.raises(KeyError):
        again.read("nobodys")


def test_only_the_kiosks_own_user_may_read_the_pages(tmp_path: Path) -> None:
    PageStore(tmp_path / "shelf", WRAPPING).put(offer("p1"), DATA)
    assert stat.S_IMODE((tmp_path / "shelf").stat().st_mode) == 0o700
    for path in (tmp_path / "shelf").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_half_written_page_is_no_page(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = PageStore(tmp_path, WRAPPING)
    for name in ("whole", "no_offer", "cut", "damaged"):
        store.put(offer(name), DATA)
    (tmp_path / "no_offer.offer").unlink()
    (tmp_path / "cut.bytes").write_bytes(DATA[:-1])
    (tmp_path / "damaged.offer").write_bytes(b'{"page_id":')
    assert [page.page_id for page in PageStore(tmp_path, WRAPPING).offers()] == ["whole"]
    assert "damaged" in caplog.text


def test_a_forgotten_page_leaves_no_file(tmp_path: Path) -> None:
    store = PageStore(tmp_path, WRAPPING)
    store.put(offer("p1"), DATA)
    assert store.forget("p1")
    assert not store.forget("p1")
    assert files(tmp_path) == [KEY_FILE]
    assert len(store) == 0


def test_a_wipe_removes_all_counts_the_pages_and_takes_no_more(tmp_path: Path) -> None:
    store = PageStore(tmp_path, WRAPPING)
    store.put(offer("p1"), DATA)
    store.put(offer("p2"), DATA)
    (tmp_path / "p3.bytes.part").write_bytes(DATA)
    assert store.wipe() == 2
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ScanCancelled):
        store.put(offer("p4"), DATA)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_leaves_no_half_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PageStore(tmp_path, WRAPPING)
    real = os.fsync
    calls = []

    def fails_the_second_time(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", fails_the_second_time)
    with pytest.raises(OSError, match="No space"):
        store.put(offer("p1"), DATA)
    assert files(tmp_path) == [KEY_FILE]
    assert store.offers() == []


def test_nothing_on_the_disk_can_be_read_without_the_kiosks_key(tmp_path: Path) -> None:
    PageStore(tmp_path, WRAPPING).put(offer("p1"), DATA)
    for path in tmp_path.iterdir():
        assert b"invented page" not in path.read_bytes()
        assert b"image/jpeg" not in path.read_bytes()
    thief = PageStore(tmp_path, wrapping_key(b"another seed"))
    assert thief.offers() == []


def test_a_page_cannot_be_put_in_another_ones_place(tmp_path: Path) -> None:
    store = PageStore(tmp_path, WRAPPING)
    store.put(offer("p1"), DATA)
    store.put(offer("p2"), DATA)
    (tmp_path / "p1.bytes").replace(tmp_path / "p2.bytes")
    with pytest.raises(OSError, match="changed"):
        PageStore(tmp_path, WRAPPING).read("p2")


def test_after_the_wipe_a_copy_of_the_disk_shows_nothing(tmp_path: Path) -> None:
    store = PageStore(tmp_path / "shelf", WRAPPING)
    store.put(offer("p1"), DATA)
    copied = (tmp_path / "shelf" / "p1.bytes").read_bytes()
    store.wipe()
    (tmp_path / "found").mkdir()
    seal = PageSeal(tmp_path / "found", WRAPPING)
    with pytest.raises(SealedPageDamaged):
        seal.open(copied, "p1.bytes")
