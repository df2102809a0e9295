# SPDX-License-Identifier: GPL-3.0-only
"""The check that a vault can do its work, and its figures for Prometheus.
Used by the vault's program and its monitor.

Says no name, no number of a caller, no agent's id, no dossier: counts, days and codes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client.core import Metric

from documents.store.dossier_store import DossierStore
from expert_app.backup.watch import BackupWatch
from expert_app.hub.metrics import MetricsCollector
from expert_app.vault.own_part import OwnPart
from session.core.clock import Clock
from session.core.errors import SealKeyOld, SessionError, StoreUnreachable
from session.core.tasks import Tasks
from session.hub.convention.seal_check import expired_keys
from session.hub.monitoring.health import Trouble, disk_troubles
from session.hub.storage.disk_space import DiskSpace
from session.hub.vault.log_store import VaultLog

PREFIX = "poste_expert_vault"


@dataclass
class VaultHealth:
    """Looks at everything a vault stands on.

    Attributes:
        is_connected: whether the network's bus answers.
        store: the dossiers; None where another process has them.
        refused: why the organisation's part, as it lies here now, was not taken; "" when it was.
        is_leaving: the vault stops and takes nothing more.
        others: what others watch.
        backups: None where no timer makes them.
    """

    is_connected: Callable[[], bool]
    keeper: VaultLog
    store: DossierStore | None
    disk_space: DiskSpace
    part: OwnPart
    clock: Clock
    refused: str = ""
    is_leaving: bool = False
    others: Callable[[], list[Trouble]] = list
    backups: BackupWatch | None = None

    async def check(self) -> list[Trouble]:
        """Return what is wrong now, the gravest first; empty when all is well.

        Beside the hub's codes: `log_unusable`, `dossiers_unreachable`, `seal_key_old` (grave);
        `seal_key_ends`, `seal_secret_missing` (the vault works all the same).
        """
        if self.is_leaving:
            return [Trouble("stopping", True)]
        if self.is_connected():
            troubles = []
        else:
            troubles = [Trouble("bus_unreachable", True)]
        troubles += await asyncio.to_thread(self._stores)
        await self.disk_space.measure()
        troubles += disk_troubles(self.disk_space)
        troubles += self._keys()
        troubles += self.others()
        troubles += self.backups.troubles() if self.backups is not None else []
        if self.refused:
            troubles.append(Trouble("convention_refused", False, {"first": self.refused}))
        return sorted(troubles, key=lambda trouble: not trouble.grave)

    def _stores(self) -> list[Trouble]:
        troubles = []
        try:
            self.keeper.count()
        except StoreUnreachable as error:
            troubles.append(
                Trouble("log_unusable", True, {"why": str(error.detail.get("why", ""))})
            )
        try:
            if self.store is not None:
                self.store.count(self.part.entry.id)
        except SessionError as error:
            troubles.append(
                Trouble("dossiers_unreachable", True, {"why": str(error.detail.get("why", ""))})
            )
        return troubles

    def _keys(self) -> Iterator[Trouble]:
        try:
            self.part.secrets()
        except SealKeyOld:
            yield Trouble("seal_key_old", True)
            return
        for problem in expired_keys(self.part.entry, self.clock.utc_now()):
            yield Trouble("seal_key_ends", False, {"day": str(problem.values.get("day", ""))})
        if self.part.missing:
            yield Trouble("seal_secret_missing", False, {"keys": len(self.part.missing)})


class VaultMetrics(MetricsCollector):
    """Reads a vault when asked."""

    def __init__(self, health: VaultHealth, tasks: Tasks) -> None:
        self._health = health
        super().__init__(PREFIX, tasks)

    def collect(self) -> Iterator[Metric]:
        """See `prometheus_client.registry.Collector`."""
        yield from super().collect()
        health = self._health
        try:
            sessions = health.keeper.count()
        except StoreUnreachable:
            pass  # /healthz says so
        else:
            yield self.gauge("log_sessions", "Conversations whose log is kept.", sessions)
        if health.disk_space.free_bytes is not None:
            yield self.gauge(
                "disk_free_bytes",
                "Least free room of the vault's folders.",
                health.disk_space.free_bytes,
            )
        yield from self.backup_age(health.backups)
        last = max(key.last for key in health.part.entry.seal_keys)
        days = (last - health.clock.utc_now().date()).days
        yield self.gauge("seal_key_days", "Days until the last sealing key ends.", days)
