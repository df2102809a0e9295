# SPDX-License-Identifier: GPL-3.0-only
"""Looking at a dossier and correcting it at the board: what came of it, and what was refused."""

from __future__ import annotations

from typing import Any, cast

from expert_app.board.corrections import BoardCorrections, OpenedDossier
from session.core.dossier_model import CallerIdentity, Dossier, DossierHit, HitReason
from session.core.errors import DossierUnknown, SessionError
from session.core.tasks import Tasks
from session.protocol.dossier.identity import PersonCorrected
from tests.support.waiting import until

JEANNE = CallerIdentity(family_name="Exemple", given_names="Jeanne", born_on="1988-05-14")
DOSSIER = Dossier(number="D-1", caller_name="Jeanne Exempel", caller_number="")
HIT = DossierHit(number="D-2", caller_name="Jeanne Exemple", why=HitReason.SAME_NAME_AND_BIRTH)


class Hub:
    """Knows D-1, which has a likely double."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def view(self, number: str, reason: str) -> Dossier:
        self.asked.append((number, reason))
        if number != "D-1":
            raise DossierUnknown
        return DOSSIER

    async def correct_person(
        self, number: str, caller: CallerIdentity, *, reason: str, confirmed: bool
    ) -> PersonCorrected:
        self.asked.append((number, caller, reason))
        return PersonCorrected(
            dossier=DOSSIER if confirmed else None, likely=[] if confirmed else [HIT]
        )


async def test_a_dossier_is_looked_at_then_corrected() -> None:
    hub = Hub()
    job = BoardCorrections(cast(Any, hub), tasks=Tasks())
    told: list[object] = []
    refused: list[SessionError] = []
    for signal in (job.opened, job.likely, job.corrected):
        signal.connect(told.append)
    job.refused.connect(refused.append)
    job.view("D-9", "Demande écrite")
    await until(lambda: len(refused) == 1)
    job.view("D-1", "Demande écrite")
    await until(lambda: told == [OpenedDossier(DOSSIER, "Demande écrite")])
    job.correct("D-1", JEANNE, False, "Mal tapé")
    await until(lambda: told[1:] == [[HIT]])
    job.correct("D-1", JEANNE, True, "Mal tapé")
    await until(lambda: told[2:] == [DOSSIER])
    assert hub.asked[-1] == ("D-1", JEANNE, "Mal tapé")
