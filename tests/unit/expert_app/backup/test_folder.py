# SPDX-License-Identifier: GPL-3.0-only
"""Which backups of a folder are ours, which is the newest, and which ones go."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from expert_app.backup.folder import BackupFolder

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _made(folder: BackupFolder, at: datetime) -> Path:
    path = folder.new_path(at)
    path.write_bytes(b"whole")
    return path


def test_the_newest_is_told_by_its_name_and_only_ours_go(tmp_path: Path) -> None:
    place = tmp_path / "backups"
    folder = BackupFolder(place, "hub")
    paths = [_made(folder, NOON - timedelta(days=age)) for age in range(5)]
    others = [
        _made(BackupFolder(place, "vault-caf"), NOON + timedelta(days=1)),
        place / "hub-20990101T000000Z.backup.damaged",
        place / "hub-by-hand.backup",
    ]
    for other in others:
        other.touch()
    os.utime(paths[4], (NOON.timestamp(), NOON.timestamp()))  # a copy has a new time
    assert folder.newest_at_utc() == NOON
    assert sorted(folder.remove_old(2, NOON)) == sorted(paths[2:])
    assert {path.name for path in place.iterdir()} == {path.name for path in [*paths[:2], *others]}


def test_what_a_killed_backup_left_goes_after_a_day(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path, "hub")
    _made(folder, NOON)
    now = datetime.now(UTC)
    for name, age in (("hub-old.backup.part", 2), ("hub-new.backup.part", 0)):
        left = tmp_path / name
        left.mkdir()
        (left / "whole").write_bytes(b"half")
        at = (now - timedelta(days=age)).timestamp()
        os.utime(left, (at, at))
    assert folder.remove_old(3, now) == []
    assert not (tmp_path / "hub-old.backup.part").exists()
    assert (tmp_path / "hub-new.backup.part").exists()


def test_a_folder_that_is_not_there_has_no_newest(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        BackupFolder(tmp_path / "away", "hub").newest_at_utc()
