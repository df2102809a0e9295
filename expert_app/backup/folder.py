# SPDX-License-Identifier: GPL-3.0-only
"""The folder in which a timer keeps backups: their names, the newest, which ones go.
Used by `hub backup` without a file, and by health.

A backup has its name only when it is whole, so the names alone say when the last good one was made.
"""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from expert_app.runtime.config import HubSettings

STAMP = "%Y%m%dT%H%M%SZ"
DAMAGED = ".damaged"
LEFT_OVER = timedelta(days=1)
"""What a killed backup left behind is removed when it is so old."""


def owner_of(settings: HubSettings) -> str:
    """First word of the names of this hub's or vault's backups."""
    if settings.serve:
        return f"vault-{settings.organisation}"
    return "hub"


class BackupFolder:
    """Backups of one hub or vault.

    Args:
        folder: may be shared with other hubs and vaults.
        whose: see `owner_of`.
    """

    def __init__(self, folder: Path, whose: str) -> None:
        self._folder = folder
        self._whose = whose
        self._name = re.compile(re.escape(whose) + r"-(\d{8}T\d{6}Z)\.backup")

    def new_path(self, now: datetime) -> Path:
        """Return where the next one goes; the folder is made when it is not there."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder / f"{self._whose}-{now.astimezone(UTC).strftime(STAMP)}.backup"

    def newest_at_utc(self) -> datetime | None:
        """Return when the newest was made, None without any.
        Raises `OSError`: the folder is away.
        """
        return max((at for at, _path in self._found()), default=None)

    def remove_old(self, keep: int, now: datetime) -> list[Path]:
        """Leaves the `keep` newest; the others, which it returns, are gone. Raises `OSError`."""
        gone = [path for _at, path in sorted(self._found(), reverse=True)[keep:]]
        for path in gone:
            path.unlink()
        for leftover in self._folder.glob(f"{self._whose}-*.backup.part"):
            if now.timestamp() - leftover.stat().st_mtime > LEFT_OVER.total_seconds():
                shutil.rmtree(leftover, ignore_errors=True)
        return gone

    def _found(self) -> list[tuple[datetime, Path]]:
        backups = []
        for path in self._folder.iterdir():
            if (match := self._name.fullmatch(path.name)) is not None:
                backups.append((datetime.strptime(match[1], STAMP).replace(tzinfo=UTC), path))
        return backups
