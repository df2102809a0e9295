# SPDX-License-Identifier: GPL-3.0-only
"""A backup that is missing, too old, or out of reach is told; one that is there is not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from expert_app.backup.folder import BackupFolder
from expert_app.backup.watch import BackupWatch, open_backup_watch
from expert_app.runtime.config import HubSettings
from expert_app.runtime.store_settings import BackupSettings
from session.core.clock import ManualClock


async def test_each_state_of_the_backups_is_said(tmp_path: Path) -> None:
    clock, place = ManualClock(), tmp_path / "backups"
    watch = BackupWatch(BackupSettings(str(place), warn_hours=36), "hub", clock=clock)

    async def code() -> str:
        await watch.poll()
        return ",".join(one.code for one in watch.troubles())

    assert watch.troubles() == []  # nobody has looked yet
    assert await code() == "backup_missing"
    path = BackupFolder(place, "hub").new_path(clock.utc_now())
    path.touch()
    assert await code() == ""
    clock.advance(timedelta(hours=37).total_seconds())
    assert await code() == "backup_old"
    assert watch.troubles()[0].detail == {"hours": 37, "warn_hours": 36}
    path.unlink()  # somebody took the files away
    assert await code() == "backup_missing"
    place.rmdir()
    place.touch()  # no folder any more
    assert await code() == "backup_away"


def test_nothing_is_watched_where_no_folder_is_set() -> None:
    assert open_backup_watch(HubSettings(), ManualClock()) is None


@pytest.mark.parametrize("serve", [[], ["dossier", "log"]])
def test_a_vault_and_a_hub_look_for_their_own(tmp_path: Path, serve: list[str]) -> None:
    settings = HubSettings(
        backup=BackupSettings(str(tmp_path)),
        serve=serve,  # type: ignore[arg-type]
        organisation="caf",
    )
    assert open_backup_watch(settings, ManualClock()) is not None
