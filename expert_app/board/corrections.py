# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's correction of whose a dossier is, without Qt: view it, then correct it.
Used by the board.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import NamedTuple

from session.core.dossier_model import CallerIdentity, Dossier, DossierHit
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.identity import DossierRegisterClient


class OpenedDossier(NamedTuple):
    """A dossier that was opened to be corrected, and why."""

    dossier: Dossier
    reason: str


class BoardCorrections:
    """The requests of the card of corrections.

    Attributes:
        opened: see `OpenedDossier`.
        likely: nothing was corrected; one of these may be the same person's.
        corrected: the dossier as it is now.
        refused: why it was not shown, or not corrected.
    """

    def __init__(self, link: DossierRegisterClient, *, tasks: Tasks) -> None:
        self.opened: Signal[OpenedDossier] = Signal()
        self.likely: Signal[list[DossierHit]] = Signal()
        self.corrected: Signal[Dossier] = Signal()
        self.refused: Signal[SessionError] = Signal()
        self._link = link
        self._tasks = tasks

    def view(self, number: str, reason: str) -> None:
        """Opens it; that is a line of the register of accesses."""
        self._do(self._view(number, reason))

    async def _view(self, number: str, reason: str) -> None:
        self.opened.emit(OpenedDossier(await self._link.view(number, reason), reason))

    def correct(self, number: str, caller: CallerIdentity, confirmed: bool, reason: str) -> None:
        """Corrects it.

        Args:
            confirmed: likely doubles were looked at.
        """
        self._do(self._correct(number, caller, confirmed=confirmed, reason=reason))

    async def _correct(
        self, number: str, caller: CallerIdentity, *, confirmed: bool, reason: str
    ) -> None:
        answer = await self._link.correct_person(number, caller, reason=reason, confirmed=confirmed)
        if answer.dossier is None:
            self.likely.emit(answer.likely)
        else:
            self.corrected.emit(answer.dossier)

    def _do(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            try:
                await work
            except SessionError as error:
                self.refused.emit(error)

        self._tasks.start(run(), name="correction of a dossier")
