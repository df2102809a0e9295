# SPDX-License-Identifier: GPL-3.0-only
"""The room that a hub's disks have, and what follows: a warning first, then no new calls.
Used by `session.hub.composition`.

New callers are refused while there is still room for those who are here:
their tickets' changes, pages and logs. A server that runs into the very end of its disk stops
working for everybody.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from session.core.errors import StoreFull

log = logging.getLogger(__name__)

WARN_BYTES = 2 << 30
FULL_BYTES = 256 << 20
"""Room for some thousand changes of tickets and some hundred filed documents."""


class DiskSpace:
    """The least free space of some folders, as last measured.

    Args:
        folders: on this machine's disks; none for a hub that keeps nothing here.
        warn_bytes: below it health and log warn.
        full_bytes: below it no new call is taken.

    Attributes:
        free_bytes: None before the first measurement, or without folders.
    """

    def __init__(
        self,
        folders: Sequence[Path] = (),
        *,
        warn_bytes: int = WARN_BYTES,
        full_bytes: int = FULL_BYTES,
    ) -> None:
        self._folders = list(folders)
        self.warn_bytes = warn_bytes
        self.full_bytes = full_bytes
        self.free_bytes: int | None = None

    @property
    def is_low(self) -> bool:
        """Somebody should make room."""
        return self.free_bytes is not None and self.free_bytes < self.warn_bytes

    @property
    def is_full(self) -> bool:
        """No new calls."""
        return self.free_bytes is not None and self.free_bytes < self.full_bytes

    async def measure(self) -> None:
        """Measures anew; each change of what follows stands in the log once."""
        before = (self.is_low, self.is_full)
        self.free_bytes = await asyncio.to_thread(self._least)
        if (self.is_low, self.is_full) == before or self.free_bytes is None:
            return
        free_mb = self.free_bytes >> 20
        if self.is_full:
            log.error("the disk is full, %d MB left: no new calls until there is room", free_mb)
        elif self.is_low:
            log.warning("the disk is getting full: %d MB left", free_mb)
        else:
            log.warning("the disk has room again: %d MB", free_mb)

    def check(self) -> None:
        """Raises `StoreFull` while no new call may be taken."""
        if self.is_full:
            raise StoreFull

    def _least(self) -> int | None:
        free_bytes: list[int] = []
        for folder in self._folders:
            try:
                free_bytes.append(shutil.disk_usage(folder).free)
            except FileNotFoundError:
                continue  # not made yet
            except OSError as error:
                log.warning("the room of a folder cannot be read: %s", error.strerror)
        return min(free_bytes, default=None)
