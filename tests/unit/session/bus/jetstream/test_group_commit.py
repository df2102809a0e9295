# SPDX-License-Identifier: GPL-3.0-only
"""Rounds of syncs: what a round covers, who waits for which, and a disk that fails."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from session.bus.jetstream import fsync_worker as sync_child
from session.bus.jetstream.group_commit import GroupSync, is_possible
from session.core.errors import StoreUnreachable

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the server syncs by itself"
)

ROOT = "25 1 253:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard\n"
XFS = "30 25 253:1 / /srv/store\\040two rw,relatime - xfs /dev/vdb rw,attr2\n"
WRITEBACK = "31 25 253:2 / /fast rw - ext4 /dev/vdc rw,data=writeback\n"
NO_ALLOC = "32 25 253:3 / /old rw shared:3 master:1 - ext4 /dev/vdd rw,noauto_da_alloc\n"
COVERED = (
    "33 25 0:40 / /var/lib rw - tmpfs tmpfs rw\n34 25 253:4 / /var/lib rw - ext4 /dev/vde rw\n"
)


@pytest.mark.parametrize(
    ("folder", "possible"),
    [
        ("/var/cache", True),
        ("/srv/store", True),
        ("/srv/store two/bus", False),
        ("/fast/bus", False),
        ("/old", False),
        ("/var/lib/hub", True),
    ],
)
def test_only_a_file_system_that_keeps_what_is_renamed(folder: str, possible: bool) -> None:
    assert is_possible(Path(folder), ROOT + XFS + WRITEBACK + NO_ALLOC + COVERED) is possible


def test_nothing_is_known_of_the_mounts() -> None:
    assert not is_possible(Path("/var/lib/hub"), "")
    assert not is_possible(Path("/var/lib/hub"), "25 1 253:0 / / rw\n")


# ---- what a round syncs


class Disk:
    """A store's folder, and the paths that were synced since one last looked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.streams = folder / "jetstream" / "HUB" / "streams"
        self.store = sync_child.Store(folder)
        self.synced: list[str] = []
        self.is_late = True
        """The round comes long after the last change."""

    def block(self, stream: str, number: int) -> Path:
        return self.streams / stream / "msgs" / f"{number}.blk"

    def write(self, stream: str, number: int, data: bytes) -> None:
        path = self.block(stream, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def round(self) -> set[str]:
        """What one round syncs, as names below the streams."""
        self.synced.clear()
        self.store.sync()
        return {str(Path(path).relative_to(self.streams)) for path in self.synced}


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(tmp_path)
    monkeypatch.setattr(sync_child, "sync", made.synced.append)
    monkeypatch.setattr(sync_child, "is_settled", lambda _state: made.is_late)
    made.write("KV_tk", 1, b"one")
    made.write("AUDIT", 1, b"one")
    made.round()
    made.round()
    return made


def test_a_round_syncs_what_has_changed(disk: Disk) -> None:
    assert disk.round() == set()
    disk.write("KV_tk", 1, b"one, two")
    assert disk.round() == {"KV_tk/msgs/1.blk"}
    assert disk.round() == set()


def test_what_is_written_in_place_is_synced_though_it_is_no_longer(disk: Disk) -> None:
    path = disk.block("KV_tk", 1)
    disk.is_late = False
    path.write_bytes(b"two")
    assert disk.round() == {"KV_tk/msgs/1.blk"}
    now = path.stat()
    path.write_bytes(b"six")
    # the file system's clock has not moved meanwhile
    os.utime(path, ns=(now.st_atime_ns, now.st_mtime_ns))
    assert disk.round() == {"KV_tk/msgs/1.blk"}


def test_a_block_that_was_begun_meanwhile(disk: Disk) -> None:
    disk.write("KV_tk", 1, b"one, two")
    disk.write("KV_tk", 2, b"three")
    disk.write("KV_tk", 3, b"four")
    assert disk.round() == {
        "KV_tk/msgs/1.blk",
        "KV_tk/msgs/2.blk",
        "KV_tk/msgs/3.blk",
        "KV_tk/msgs",
    }
    disk.write("KV_tk", 3, b"four, five")
    assert disk.round() == {"KV_tk/msgs/3.blk"}


def test_a_block_that_was_written_anew_under_its_name(disk: Disk) -> None:
    path, before = disk.block("KV_tk", 1), disk.block("KV_tk", 1).stat()
    part = path.with_suffix(".new")
    part.write_bytes(b"One")
    part.replace(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert disk.round() == {"KV_tk/msgs/1.blk"}


def test_a_stream_that_comes_and_one_that_begins_again(disk: Disk) -> None:
    disk.write("LOGS", 7, b"one")
    (disk.streams / "LOGS" / "meta.inf").write_bytes(b"{}")
    found = disk.round()
    assert {"LOGS/msgs/7.blk", "LOGS/msgs", "LOGS/meta.inf", "LOGS", "."} <= found
    disk.block("LOGS", 7).unlink()
    disk.write("LOGS", 1, b"again")
    assert "LOGS/msgs/1.blk" in disk.round()


def test_an_empty_store_and_one_whose_stream_has_gone(disk: Disk, tmp_path: Path) -> None:
    sync_child.Store(tmp_path / "nothing").sync()
    for path in sorted((disk.streams / "AUDIT").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (disk.streams / "AUDIT").rmdir()
    assert disk.round() == {"."}


# ---- who waits for what


@asynccontextmanager
async def group_sync(folder: Path) -> AsyncIterator[GroupSync]:
    made = GroupSync(folder)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def test_many_who_wait_share_a_round(tmp_path: Path) -> None:
    async with group_sync(tmp_path) as found:
        before = found.rounds
        assert before == 1, "all that lies there"

        async def write() -> None:
            found.touched()
            await found.kept()

        await asyncio.gather(*(write() for _ in range(100)))
        assert 2 <= found.rounds - before <= 3, "the one that runs, and the next for all others"


async def test_who_wrote_nothing_waits_for_nothing_new(tmp_path: Path) -> None:
    async with group_sync(tmp_path) as found:
        before = found.rounds
        await found.kept()
        assert found.rounds == before


async def test_a_round_that_had_begun_is_not_enough(tmp_path: Path) -> None:
    async with group_sync(tmp_path) as found:
        assert found.pid is not None
        os.kill(found.pid, signal.SIGSTOP)
        before = found.rounds
        found.touched()
        first = asyncio.ensure_future(found.kept())
        await asyncio.sleep(0)
        # wrote nothing, and must not know more than the disk
        onlooker = asyncio.ensure_future(found.kept())
        await asyncio.sleep(0)
        found.touched()
        second = asyncio.ensure_future(found.kept())
        await asyncio.sleep(0.2)
        assert not any(each.done() for each in (first, onlooker, second))
        os.kill(found.pid, signal.SIGCONT)
        await asyncio.gather(first, onlooker, second)
        assert found.rounds - before == 2


async def test_who_gives_up_does_not_take_the_others_along(tmp_path: Path) -> None:
    async with group_sync(tmp_path) as found:
        assert found.pid is not None
        os.kill(found.pid, signal.SIGSTOP)
        found.touched()
        waiting = [asyncio.ensure_future(found.kept()) for _ in range(2)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        os.kill(found.pid, signal.SIGCONT)
        await waiting[1]


async def test_a_disk_that_fails_acknowledges_nothing_any_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stream = tmp_path / "jetstream" / "HUB" / "streams" / "KV_tk"
    stream.parent.mkdir(parents=True)
    async with group_sync(tmp_path) as found:
        stream.mkdir()
        (stream / "meta.inf").symlink_to("/dev/null")  # opens, and cannot be synced
        found.touched()
        with pytest.raises(StoreUnreachable):
            await found.kept()
        (stream / "meta.inf").unlink()
        with pytest.raises(StoreUnreachable):  # also once the disk seems to be well again
            await found.kept()
    assert "cannot be synced" in caplog.text


async def test_a_file_that_cannot_be_opened_is_no_failure_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = tmp_path / "jetstream" / "HUB" / "streams" / "KV_tk"
    stream.parent.mkdir(parents=True)
    monkeypatch.chdir(stream.parent)  # a socket's path is short
    async with group_sync(tmp_path) as found:
        stream.mkdir()
        with socket.socket(socket.AF_UNIX) as unreadable:  # for whoever we are
            unreadable.bind("KV_tk/x")
            found.touched()
            with pytest.raises(StoreUnreachable):
                await found.kept()
        (stream / "x").unlink()
        await found.kept()


async def test_the_program_that_syncs_is_killed(tmp_path: Path) -> None:
    async with group_sync(tmp_path) as found:
        assert found.pid is not None
        os.kill(found.pid, signal.SIGKILL)
        found.touched()
        with pytest.raises(StoreUnreachable):
            await found.kept()
        (tmp_path / "written").write_bytes(b"meanwhile")
        await found.kept()
        assert found.rounds == 2, "of a new one, which begins with everything"


async def test_what_has_ended_keeps_nothing(tmp_path: Path) -> None:
    async with group_sync(tmp_path) as found:
        assert found.pid is not None
        os.kill(found.pid, signal.SIGSTOP)
        found.touched()
        waiting = asyncio.ensure_future(found.kept())
        await asyncio.sleep(0)
        await found.stop()  # one that hangs is killed
        with pytest.raises(StoreUnreachable):
            await waiting
        with pytest.raises(StoreUnreachable):
            await found.kept()
    assert found.pid is None
