# SPDX-License-Identifier: GPL-3.0-only
"""Looks now and then how old the newest backup is, where the settings say that a timer makes them.
Used by health and metrics of hub and vault.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from pathlib import Path

from expert_app.backup.folder import BackupFolder, owner_of
from expert_app.runtime.config import HubSettings
from expert_app.runtime.store_settings import BackupSettings
from session.core.clock import Clock
from session.core.tasks import Tasks
from session.hub.monitoring.health import Trouble

log = logging.getLogger(__name__)

POLL_S = 60.0
ANSWER_S = 10.0
"""A folder of another machine that says nothing for so long is away."""


class BackupWatch:
    """The age of the newest backup, as last seen.

    Args:
        whose: see `owner_of`.

    Attributes:
        newest_at_utc: None before there is one.
    """

    def __init__(self, settings: BackupSettings, whose: str, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._folder = BackupFolder(Path(settings.folder), whose)
        self._looking: asyncio.Future[datetime | None] | None = None
        self._has_looked = False
        self._away = ""
        self.newest_at_utc: datetime | None = None

    @property
    def age_s(self) -> float | None:
        """The age of the newest backup."""
        if self.newest_at_utc is None:
            return None
        return (self._clock.utc_now() - self.newest_at_utc).total_seconds()

    def start(self, tasks: Tasks) -> None:
        """Looks every minute from now on."""
        tasks.keep(self._run, name="watch the backups")

    def troubles(self) -> list[Trouble]:
        """`backup_away`, `backup_missing`, `backup_old`; nothing where no folder is set."""
        if not self._has_looked:
            return []
        folder = self._settings.folder
        if self._away:
            return [Trouble("backup_away", False, {"folder": folder, "why": self._away})]
        age_s = self.age_s
        if age_s is None:
            return [Trouble("backup_missing", False, {"folder": folder})]
        if age_s > self._settings.warn_hours * 3600:
            hours, most = int(age_s // 3600), self._settings.warn_hours
            return [Trouble("backup_old", False, {"hours": hours, "warn_hours": most})]
        return []

    async def poll(self) -> None:
        """Looks once."""
        if self._looking is None:
            self._looking = asyncio.ensure_future(asyncio.to_thread(self._folder.newest_at_utc))
        finished, _ = await asyncio.wait([self._looking], timeout=ANSWER_S)
        if not finished:  # the same look goes on; a second one would hang beside it
            self._set_away("no answer")
            return
        looked, self._looking = self._looking, None
        try:
            self.newest_at_utc = looked.result()
        except FileNotFoundError:
            self.newest_at_utc = None  # nobody has made the first one yet
            self._set_away("")
        except OSError as error:
            self._set_away(error.strerror or str(error))
        else:
            self._set_away("")

    def _set_away(self, why: str) -> None:
        if why and why != self._away:
            log.warning("the folder of the backups cannot be read: %s", why)
        self._away = why
        self._has_looked = True

    async def _run(self) -> None:
        while True:
            await self.poll()
            await asyncio.sleep(POLL_S)


def open_backup_watch(settings: HubSettings, clock: Clock) -> BackupWatch | None:
    """None where no folder is set; start it."""
    if not settings.backup.folder:
        return None
    return BackupWatch(settings.backup, owner_of(settings), clock=clock)
