# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's work on one person's two dossiers, without Qt: look at both, merge, take back.
Used by the board.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import NamedTuple

from expert_app.board.repeated_reading import RepeatedReading
from session.core.dossier_model import Dossier, DossierMerged
from session.core.errors import MergeImpossible, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.identity import DossierRegisterClient
from session.protocol.dossier.identity import MergeTrouble, ProvisionalAnswer
from session.protocol.wire.ids import new_id

AGAIN_S = 20.0
"""Between two readings while the page is in front."""


class ComparedDossiers(NamedTuple):
    """Two dossiers that were opened to be looked at, and why."""

    keep: Dossier
    merged: Dossier
    reason: str


class DoublesTrouble(NamedTuple):
    """The refusal of a request; `number`: the dossier that it is about, or ""."""

    error: SessionError
    number: str = ""


class BoardDoubles:
    """The requests of the page of doubles.

    Attributes:
        provisional, merges: the lists.
        not_read: why the list was not read; it is tried again.
        compared: see `ComparedDossiers`.
        merged: two dossiers are one; or, with `undone_at_utc`, two again.
        troubled: see `DoublesTrouble`.
    """

    def __init__(self, link: DossierRegisterClient, *, tasks: Tasks) -> None:
        self.provisional: Signal[ProvisionalAnswer] = Signal()
        self.merges: Signal[list[DossierMerged]] = Signal()
        self.compared: Signal[ComparedDossiers] = Signal()
        self.merged: Signal[DossierMerged] = Signal()
        self.troubled: Signal[DoublesTrouble] = Signal()
        self._link = link
        self._tasks = tasks
        self.reading = RepeatedReading(self._read, tasks, what="doubles", again_s=AGAIN_S)
        self.not_read: Signal[SessionError] = self.reading.not_read
        self._asked: tuple[str, str, str] | None = None
        self._request_id = ""

    async def _read(self) -> None:
        self.provisional.emit(await self._link.provisional())
        self.merges.emit(await self._link.merges())

    def compare(self, keep: str, merged: str, reason: str) -> None:
        """Opens both; each opening is a line of the register of accesses."""
        self._do(self._compare(keep, merged, reason))

    async def _compare(self, keep: str, merged: str, reason: str) -> None:
        dossiers = []
        for number in (keep, merged):
            try:
                dossiers.append(await self._link.view(number, reason))
            except SessionError as error:
                self.troubled.emit(DoublesTrouble(error, number))
                return
        if dossiers[0].number == dossiers[1].number:
            same = MergeImpossible(why=MergeTrouble.MERGED_BEFORE.value)
            self.troubled.emit(DoublesTrouble(same, merged))
            return
        self.compared.emit(ComparedDossiers(dossiers[0], dossiers[1], reason))

    def merge(self, keep: str, merged: str, reason: str) -> None:
        """Makes two dossiers one."""
        # asked for again after a line was cut, the hub does it once
        if self._asked != (keep, merged, reason):
            self._asked = (keep, merged, reason)
            self._request_id = new_id()
        self._do(self._merge(self._request_id, keep, merged, reason))

    async def _merge(self, request_id: str, keep: str, merged: str, reason: str) -> None:
        self.merged.emit(await self._link.merge(keep, merged, reason, request_id=request_id))
        self._asked = None
        await self._read()

    def unmerge(self, merge_id: str, reason: str) -> None:
        """Takes a merge back."""
        self._do(self._unmerge(merge_id, reason))

    async def _unmerge(self, merge_id: str, reason: str) -> None:
        self.merged.emit(await self._link.unmerge(merge_id, reason))
        await self._read()

    def _do(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            try:
                await work
            except SessionError as error:
                self.troubled.emit(DoublesTrouble(error))

        self._tasks.start(run(), name="doubles")
