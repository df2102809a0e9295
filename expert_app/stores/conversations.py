# SPDX-License-Identifier: GPL-3.0-only
"""Opens the list of conversations of a vault, and that of a hub from its history.
Used by programs, by erasing and by commands.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from session.hub.log_index.rows import LogRows
from session.hub.log_index.vault_logs import OwnDatabase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from session.hub.history.database import History


def rows_of_hub(history: History) -> LogRows:
    """A hub's list stands in the history's database."""
    return LogRows(lambda: history, time_zone=history.time_zone)


def rows_of_vault(settings: HubSettings, paths: Paths) -> AbstractContextManager[LogRows]:
    """A vault's own; opened when it is first asked. Closed at the end."""
    return _opened(settings, paths)


@contextmanager
def _opened(settings: HubSettings, paths: Paths) -> Iterator[LogRows]:
    databases: list[OwnDatabase] = []

    def database() -> OwnDatabase:
        if not databases:
            url = settings.history_database or settings.database
            databases.append(OwnDatabase(paths.folder("conversations"), url))
        return databases[0]

    try:
        yield LogRows(database, time_zone=settings.time_zone)
    finally:
        for entry in databases:
            entry.close()
