# SPDX-License-Identifier: GPL-3.0-only
"""Disks that are full or read-only under a hub, a desk's outbox and a kiosk: words, and nothing
lost. Linux, root: each is a file system of its own, in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.hashes import sha256_of
from documents.pages.outbox import KeptPage, Outbox
from session.core.disk import is_disk_error
from session.kiosk.devices.page_encryption import wrapping_key
from session.kiosk.devices.page_store import PageStore
from session.protocol.conversation.messages import PageOffered, ScanKind
from tests.faults.disks import can_mount
from tests.support.hub_world import hub_world
from tests.support.programs import HubFolder, one_session, people
from tests.support.town_hall import Hall
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(not can_mount(), reason="needs root on Linux, to mount")

PAGE = os.urandom(40_000)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


class SmallDisk:
    """A file system of its own at `path`."""

    def __init__(self, path: Path, size_kb: int) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self._mount("-t", "tmpfs", "-o", f"size={size_kb}k,mode=700", "tmpfs", str(path))

    def read_only(self, wanted: bool) -> None:
        self._mount("-o", f"remount,{'ro' if wanted else 'rw'}", str(self.path))

    def fill(self) -> None:
        with (self.path / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                os.write(file.fileno(), bytes(4096))

    def free(self) -> None:
        (self.path / "filler").unlink()

    def remove(self) -> None:
        subprocess.run(["umount", "-l", str(self.path)], check=False)

    @staticmethod
    def _mount(*words: str) -> None:
        subprocess.run(["mount", *words], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    made = SmallDisk(tmp_path / "disk", 256)
    yield made
    made.remove()


async def test_a_hub_on_a_full_or_read_only_disk_says_so_and_starts_when_there_is_room(
    tmp_path: Path,
) -> None:
    place = HubFolder(tmp_path / "hub")
    disk = SmallDisk(place.data, 64 << 10)
    try:
        async with place.hub(), people(place) as them:
            await one_session(await them.kiosk(), await them.desk(), "r1")
        disk.read_only(True)
        code, said = await place.said()
        assert (code, "cannot be used: Read-only file system" in said) == (2, True), said
        assert "Traceback" not in said
        disk.read_only(False)
        disk.fill()
        code, said = await place.said()
        assert code != 0
        assert "Traceback" not in said
        disk.free()
        async with place.hub(), people(place) as them:
            await one_session(await them.kiosk(), await them.desk(), "r2")
    finally:
        disk.remove()


def test_an_outbox_on_a_full_disk_keeps_what_it_has_and_goes_on_with_room(disk: SmallDisk) -> None:
    outbox = Outbox(disk.path / "outbox")

    def keep(page_id: str) -> None:
        outbox.keep_page(
            KeptPage(
                session_id="s1",
                page_id=page_id,
                sha256=sha256_of(PAGE),
                size_bytes=len(PAGE),
                media_type="image/jpeg",
                width_px=10,
                height_px=10,
                dpi=300,
                taken_at_utc=AT,
            ),
            PAGE,
        )

    keep("p1")
    disk.fill()
    with pytest.raises(OSError, match="No space") as full:
        keep("p2")
    assert is_disk_error(full.value)
    again = Outbox(disk.path / "outbox")
    again.recover()
    assert [page.page_id for page in again.pages("s1")] == ["p1"]
    assert again.page_bytes("s1", "p1") == PAGE
    disk.free()
    keep("p2")
    disk.read_only(True)
    with pytest.raises(OSError, match="Read-only") as locked:
        keep("p3")
    assert is_disk_error(locked.value)
    assert outbox.page_bytes("s1", "p2") == PAGE


def test_a_page_store_on_a_full_disk_has_whole_pages_only(disk: SmallDisk) -> None:
    store = PageStore(disk.path / "shelf", wrapping_key(b"an invented seed"))

    def put(page_id: str) -> None:
        offer = PageOffered(
            page_id=page_id,
            scan_id="n1",
            kind=ScanKind.PAGE,
            media_type="image/jpeg",
            size_bytes=len(PAGE),
            sha256=hashlib.sha256(PAGE).hexdigest(),
            width_px=10,
            height_px=10,
            dpi=300,
            chunks=1,
            taken_at_utc=AT,
        )
        store.put(offer, PAGE)

    put("p1")
    disk.fill()
    with pytest.raises(OSError, match="No space"):
        put("p2")
    assert [offer.page_id for offer in store.offers()] == ["p1"]
    assert store.read("p1") == PAGE
    disk.free()
    put("p2")
    assert store.read("p2") == PAGE


@pytest.mark.parametrize("what", ["full", "read-only"])
async def test_a_kiosk_whose_disk_takes_nothing_turns_its_caller_away_in_words(
    tmp_path: Path, what: str
) -> None:
    disk = SmallDisk(tmp_path / "kiosk1", 64)
    try:
        async with hub_world(tmp_path / "hub") as world:
            hall = Hall(world, tmp_path)
            kiosk, desk = await hall.kiosk(), await world.desk("alice")
            if what == "full":
                disk.fill()
            else:
                disk.read_only(True)
            ended: list[str] = []
            desk.session_ended.connect(lambda end: ended.append(end.reason))
            facts = await desk.accept(await hall.waiting(kiosk))
            await until(lambda: bool(ended))
            assert ended == ["kiosk_disk"]
            await until(lambda: "kiosk_disk_unusable" in kiosk.screen.troubles)
            await desk.close(facts.id)
            if what == "full":
                disk.free()
            else:
                disk.read_only(False)
            await until(lambda: kiosk.screen.page == "start")
            facts = await desk.accept(await hall.waiting(kiosk))
            await until(lambda: kiosk.screen.page == "session with Alice M.")
            await desk.hang_up(facts.id)
            await until(lambda: bool(kiosk.screen.wiped))
            assert kiosk.screen.wiped[0].left_over == 0
            await hall.close()
    finally:
        disk.remove()
