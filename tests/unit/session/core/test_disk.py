# SPDX-License-Identifier: GPL-3.0-only
"""Which errors and which disks a person is told of."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from session.core import disk
from session.core.disk import is_disk_error, network_disk, write_durably

MOUNTS = """/dev/vda1 / ext4 rw 0 0
nas:/hub /srv/poste\\040expert nfs4 rw 0 0
/dev/vdb1 /srv/poste\\040expert/local ext4 rw 0 0
//nas/share /mnt cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/poste expert/hub", "nfs4"),
        ("/srv/poste expert/local/hub", ""),
        ("/srv/poste", ""),
        ("/mnt", "cifs"),
        ("/var/lib", ""),
    ],
)
def test_the_nearest_mount_says_whose_disk_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, kind: str
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS, encoding="utf-8")
    monkeypatch.setattr(disk, "MOUNTS", mounts)
    assert network_disk(Path(folder)) == kind


def test_a_system_without_a_list_of_mounts_has_its_own_disks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "MOUNTS", tmp_path / "none")
    assert network_disk(tmp_path) == ""


def test_a_full_disk_is_a_disks_error_and_a_lost_line_is_not() -> None:
    assert is_disk_error(OSError(errno.ENOSPC, "No space left on device"))
    assert is_disk_error(OSError(errno.EROFS, "Read-only file system"))
    assert not is_disk_error(OSError(errno.ECONNRESET, "Connection reset by peer"))


def test_two_programs_that_write_a_file_at_once_leave_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "authority.pem"
    texts = [b"one" * 1000, b"two" * 2000]
    barrier, flush = threading.Barrier(len(texts)), os.fsync

    def flush_together(handle: int) -> None:
        barrier.wait(10)
        flush(handle)

    monkeypatch.setattr("session.core.disk.os.fsync", flush_together)
    with ThreadPoolExecutor() as programs:
        list(programs.map(partial(write_durably, file), texts))
    assert file.read_bytes() in texts
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o600 or os.name == "nt"


def test_a_file_is_read_by_whom_its_writer_names(tmp_path: Path) -> None:
    write_durably(tmp_path / "authority.pem", b"text", 0o644)
    assert (tmp_path / "authority.pem").stat().st_mode & 0o777 == 0o644 or os.name == "nt"
