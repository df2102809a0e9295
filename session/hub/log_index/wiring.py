# SPDX-License-Identifier: GPL-3.0-only
"""Builds the hub's list of conversations. Used by `session.hub.composition`."""

from __future__ import annotations

from dataclasses import dataclass

from session.hub.dossier.log_keeper import LogKeeper, LogWritten
from session.hub.dossier.log_service import KnownSessions
from session.hub.history.projection import Projection
from session.hub.log_index.hub_logs import HubLogs
from session.hub.log_index.indexer import LogIndexer
from session.hub.log_index.rows import LogRows
from session.hub.log_index.service import LogListService
from session.hub.parts import HubParts


@dataclass(frozen=True)
class LogList:
    """The list, who writes it, and who answers."""

    rows: LogRows
    indexer: LogIndexer
    service: LogListService

    @property
    def rules(self) -> tuple[object, ...]:
        """The objects that answer verbs."""
        return (self.service,)


def build(
    parts: HubParts, keeper: LogKeeper, *, projection: Projection, view: KnownSessions
) -> LogList:
    """It is in the history's database, and follows the keeper once it is started."""
    catalogue = parts.catalogue
    rows = LogRows(lambda: projection.history, time_zone=parts.time_zone)
    source = HubLogs(keeper, catalogue, database=rows.database, view=view)
    indexer = LogIndexer(rows, source, clock=parts.clock, tasks=parts.tasks)

    def on_written(written: LogWritten) -> None:
        is_over = not view.is_running(written.session_id)
        indexer.on_written(written.organisation, written.session_id, is_over=is_over)

    keeper.written.connect(on_written)
    service = LogListService(
        rows,
        indexer,
        ours=source.log_days,
        elsewhere=lambda: [
            organisation
            for organisation in catalogue.served
            if catalogue.card(organisation) is not None
        ],
        entries=lambda: map(catalogue.organisation, catalogue.served),
    )
    return LogList(rows=rows, indexer=indexer, service=service)
