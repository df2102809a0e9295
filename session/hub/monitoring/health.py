# SPDX-License-Identifier: GPL-3.0-only
"""Checks of a hub's ability to do its work, and of what stands in its way.
Used by the monitor's /healthz and the metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from session.bus.hub_connection import HubConnection
from session.core.errors import StoreUnreachable
from session.core.tasks import Tasks
from session.hub.storage.disk_space import DiskSpace
from session.hub.storage.store_space import StoreSpace
from session.hub.storage.ticket_store import BUCKET

if TYPE_CHECKING:  # who only has troubles to tell does without SQLAlchemy
    from session.hub.history.projection import Projection

BEHIND = 1000
"""Changes that the history may lack before it is worth a word: minutes of work of a large network.
"""


@dataclass(frozen=True)
class Trouble:
    """One thing that is not as it should be.

    Attributes:
        code: `stopping`, `bus_unreachable`, `store_unreachable`, `no_leader`, `disk_full`,
            `store_full`, `documents_away` (grave); `disk_low`, `disk_remote`, `store_low`,
            `oldest_leave`, `history_closed`, `history_behind`, `convention_refused`,
            `partner_away`, `partner_refuses`, `backup_old`, `backup_missing`, `backup_away`,
            `sign_on_away`, `sign_on_unchecked`, `kiosks_faulty`,
            `self_tests_missing`, `procedures_unknown`, `task_failing`, `nobody_there`,
            `rdv_unmapped`, `rdv_refused`, `rdv_closed`,
            `certificate_not_believed` (the hub works all the same).
        grave: callers are not served as they should be.
        detail: numbers and words for people; no personal data.
    """

    code: str
    grave: bool
    detail: dict[str, str | int] = field(default_factory=dict)


class Health:
    """Looks at everything a hub stands on.

    Args:
        refused_parts: what of the convention was not taken, in words.

    Attributes:
        is_leaving: the hub stops and takes nothing more.
        others: what others watch.
    """

    def __init__(
        self,
        connection: HubConnection,
        projection: Projection,
        *,
        disk_space: DiskSpace,
        store_space: StoreSpace,
        refused_parts: Callable[[], Sequence[str]],
        others: Sequence[Callable[[], Sequence[Trouble]]] = (),
    ) -> None:
        self.is_leaving = False
        self.others = list(others)
        self._connection = connection
        self._projection = projection
        self._disk_space = disk_space
        self._store_space = store_space
        self._refused_parts = refused_parts

    async def check(self) -> list[Trouble]:
        """Return what is wrong now, the gravest first; empty when all is well.
        Takes as long as the store's answer.
        """
        if self.is_leaving:
            return [Trouble("stopping", True)]
        store = await self._store()
        troubles = [*store, *disk_troubles(self._disk_space), *store_troubles(self._store_space)]
        troubles += self._history(is_stored=not store)
        troubles += [trouble for watched in self.others for trouble in watched()]
        refused = list(self._refused_parts())
        if refused:
            troubles.append(
                Trouble("convention_refused", False, {"parts": len(refused), "first": refused[0]})
            )
        return sorted(troubles, key=lambda trouble: not trouble.grave)

    async def _store(self) -> list[Trouble]:
        if not self._connection.bus.is_connected:
            return [Trouble("bus_unreachable", True)]
        try:
            state = await self._connection.streams.state(BUCKET)
        except StoreUnreachable as error:
            return [Trouble("store_unreachable", True, {"why": str(error.detail.get("why", ""))})]
        if state.has_leader:
            return []
        return [Trouble("no_leader", True)]

    def _history(self, *, is_stored: bool) -> list[Trouble]:
        """A history that waits for the store has nothing of its own."""
        why = self._projection.trouble
        if not self._projection.is_open or (why and is_stored):
            return [Trouble("history_closed", False, {"why": why} if why else {})]
        behind = self._projection.position.behind
        if behind > BEHIND:
            return [Trouble("history_behind", False, {"changes": behind})]
        return []


def task_troubles(tasks: Tasks) -> list[Trouble]:
    """`task_failing`: work that goes on for ever failed a short time ago, or an entry of it did."""
    return [
        Trouble(
            "task_failing",
            False,
            {"task": task.name, "failures": task.failures, "error": task.error},
        )
        for task in tasks.failing
    ]


def disk_troubles(disk_space: DiskSpace) -> list[Trouble]:
    """`disk_full` or `disk_low`, as of the room's last look."""
    if disk_space.free_bytes is None or not disk_space.is_low:
        return []
    free_mb = disk_space.free_bytes >> 20
    return [
        Trouble(
            "disk_full" if disk_space.is_full else "disk_low",
            disk_space.is_full,
            {"free_mb": free_mb},
        )
    ]


def store_troubles(space: StoreSpace) -> list[Trouble]:
    """`store_full`, `store_low` and `oldest_leave` of each share, as of the last look."""
    troubles = []
    for part in space.parts:
        used: dict[str, str | int] = {"part": part.name, "used_percent": part.used_percent}
        if part.is_full:
            troubles.append(Trouble("store_full", True, used))
        elif part.is_shortened:
            used |= {"kept_days": part.kept_days or 0, "wanted_days": part.wanted_days or 0}
            troubles.append(Trouble("oldest_leave", False, used))
        elif part.is_low:
            troubles.append(Trouble("store_low", False, used))
    return troubles
