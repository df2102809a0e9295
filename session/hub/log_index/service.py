# SPDX-License-Identifier: GPL-3.0-only
"""Who may see which part of the list of conversations: the verb `find_logs` of hub and vault.

No reason is asked, because no log is read; each question is counted with all others. Helpdesk and
supervisor see their own organisation; an operator sees what failed in all whose logs are here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import msgspec

from session.core.errors import NotAllowed
from session.hub.access.handlers import Asker, handles
from session.hub.log_index.find import find_logs
from session.hub.log_index.indexer import LogIndexer
from session.hub.log_index.rows import LogRows
from session.protocol.helpdesk.log_list import FindLogs, LogsFound
from session.protocol.wire.roles import Role


class LogListService:
    """Args:
    ours: whose logs are here.
    elsewhere: organisations of this network whose own vault has them.
    """

    def __init__(
        self,
        rows: LogRows,
        indexer: LogIndexer,
        *,
        ours: Callable[[], Iterable[str]],
        elsewhere: Callable[[], Iterable[str]],
    ) -> None:
        self._rows, self._indexer = rows, indexer
        self._ours, self._elsewhere = ours, elsewhere

    @handles("find_logs")
    async def find(self, asker: Asker, request: FindLogs) -> LogsFound:
        """A page of the list. Raises `NotAllowed`, `StoreUnreachable`."""
        is_operator = asker.role is Role.OPERATOR
        ours = sorted(self._ours())
        if not is_operator and asker.organisation not in ours:
            raise NotAllowed(why="organisation")
        whose = ours if is_operator else [asker.organisation]
        found = await asyncio.to_thread(find_logs, self._rows, whose, request)
        elsewhere = tuple(sorted(self._elsewhere())) if is_operator else ()
        return msgspec.structs.replace(found, elsewhere=elsewhere, behind=self._indexer.behind)
