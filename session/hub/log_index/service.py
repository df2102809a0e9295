# SPDX-License-Identifier: GPL-3.0-only
"""Rules of who may see which part of the list of conversations:
the verb `find_logs` of hub and vault.

No reason is asked, because no log is read; each question is counted with all others. Helpdesk
and supervisor see their own organisation; an operator sees what failed in all whose logs are
here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

import msgspec

from session.core.errors import NotAllowed
from session.hub.access.handlers import Asker, handles
from session.hub.convention.entries import OrganisationEntry
from session.hub.log_index.find import find_logs
from session.hub.log_index.indexer import LogIndexer
from session.hub.log_index.rows import LogRows
from session.protocol.helpdesk.log_list import CountOf, FindLogs, LogCounts, LogRow, LogsFound
from session.protocol.wire.roles import Role


class PlaceNames:
    """The convention's names of kiosks and services. An id that two organisations give to
    different things has no name where only the id is known.
    """

    def __init__(self, entries: Iterable[OrganisationEntry]) -> None:
        self._services: dict[tuple[str, str], str] = {}
        self._kiosks: dict[str, tuple[str, str]] = {}
        for entry in entries:
            sites = {site.id: site.name for site in entry.sites}
            for service in entry.services:
                self._services[entry.id, service.id] = service.name
            for kiosk in entry.kiosks:
                place = (kiosk.name, sites.get(kiosk.site, ""))
                if self._kiosks.setdefault(kiosk.id, place) != place:
                    self._kiosks[kiosk.id] = ("", "")

    def name(self, row: LogRow) -> LogRow:
        """The row with the names."""
        return msgspec.structs.replace(
            row,
            kiosk_name=self._kiosks.get(row.kiosk, ("", ""))[0],
            service_name=self._services.get((row.organisation, row.service), ""),
        )

    def name_counts(self, counts: LogCounts, organisations: Sequence[str]) -> LogCounts:
        """The counts with the names; two kiosks of one name stand at two sites."""
        return msgspec.structs.replace(
            counts,
            kiosks=tuple(_worded(count, self._kiosk_words(count.name)) for count in counts.kiosks),
            services=tuple(
                _worded(count, self._service_words(count.name, organisations))
                for count in counts.services
            ),
        )

    def _kiosk_words(self, kiosk: str) -> str:
        name, site = self._kiosks.get(kiosk, ("", ""))
        if name and site:
            return f"{name} · {site}"
        return name

    def _service_words(self, service: str, organisations: Sequence[str]) -> str:
        names = {self._services.get((owner, service), "") for owner in organisations} - {""}
        if len(names) == 1:
            return names.pop()
        return ""


def _worded(count: CountOf, words: str) -> CountOf:
    return msgspec.structs.replace(count, words=words)


class LogListService:
    """Args:
    ours: whose logs are here.
    elsewhere: organisations of this network whose own vault has them.
    entries: the convention's, for names; a vault has none.
    """

    def __init__(
        self,
        rows: LogRows,
        indexer: LogIndexer,
        *,
        ours: Callable[[], Iterable[str]],
        elsewhere: Callable[[], Iterable[str]],
        entries: Callable[[], Iterable[OrganisationEntry]] = tuple,
    ) -> None:
        self._rows = rows
        self._indexer = indexer
        self._ours = ours
        self._elsewhere = elsewhere
        self._entries = entries

    @handles(FindLogs)
    async def find(self, asker: Asker, request: FindLogs) -> LogsFound:
        """A page of the list. Raises `NotAllowed`, `StoreUnreachable`."""
        is_operator = asker.role is Role.OPERATOR
        ours = sorted(self._ours())
        if not is_operator and asker.organisation not in ours:
            raise NotAllowed(why="organisation")
        if is_operator:
            whose = ours
        else:
            whose = [asker.organisation]
        page = await asyncio.to_thread(find_logs, self._rows, whose, request)
        if is_operator:
            elsewhere = tuple(sorted(self._elsewhere()))
        else:
            elsewhere = ()
        names = PlaceNames(self._entries())
        return msgspec.structs.replace(
            page,
            rows=tuple(map(names.name, page.rows)),
            counts=names.name_counts(page.counts, whose) if page.counts is not None else None,
            elsewhere=elsewhere,
            behind=self._indexer.behind,
        )
