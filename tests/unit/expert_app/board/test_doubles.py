# SPDX-License-Identifier: GPL-3.0-only
"""Comparing, merging and taking back at the board: nothing happens twice, what is refused is
told.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec
import pytest

from expert_app.board.doubles import BoardDoubles, ComparedDossiers, DoublesTrouble
from session.core.dossier_model import Dossier, DossierMerged
from session.core.errors import DossierUnknown, HubUnreachable, SessionError
from session.core.tasks import Tasks
from session.protocol.dossier.identity import ProvisionalAnswer
from tests.support.waiting import until

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MERGE = DossierMerged(
    id="m1",
    keep="D-1",
    merged="D-2",
    caller_name="Jeanne Exemple",
    reason="Même personne",
    by_name="Boss",
    at_utc=NOW,
    until_utc=NOW + timedelta(days=30),
)


class Hub:
    """Knows D-1 and D-2; fails once when it is told to."""

    def __init__(self) -> None:
        self.viewed: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.fails: SessionError | None = None
        self.reads = 0
        self.leads_to: dict[str, str] = {}

    async def view(self, number: str, reason: str) -> Dossier:
        self.viewed.append((number, reason))
        if number not in ("D-1", "D-2"):
            raise DossierUnknown
        number = self.leads_to.get(number, number)
        return Dossier(number=number, caller_name="Jeanne Exemple", caller_number="")

    async def merge(self, keep: str, merged: str, reason: str, *, request_id: str) -> DossierMerged:
        self.ids.append(request_id)
        failed, self.fails = self.fails, None
        if failed is not None:
            raise failed
        return MERGE

    async def unmerge(self, merge_id: str, reason: str) -> DossierMerged:
        return msgspec.structs.replace(MERGE, undone_at_utc=NOW)

    async def merges(self) -> list[DossierMerged]:
        self.reads += 1
        return [MERGE]

    async def provisional(self) -> ProvisionalAnswer:
        return ProvisionalAnswer(dossiers=[])


class Made:
    """The job, and what it told."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.job = BoardDoubles(cast(Any, self.hub), tasks=Tasks())
        self.compared: list[ComparedDossiers] = []
        self.merged: list[DossierMerged] = []
        self.troubles: list[DoublesTrouble] = []
        self.job.compared.connect(self.compared.append)
        self.job.merged.connect(self.merged.append)
        self.job.troubled.connect(self.troubles.append)


@pytest.fixture
async def made() -> Made:
    return Made()


async def test_both_are_opened_for_the_reason_that_was_given(made: Made) -> None:
    made.job.compare("D-1", "D-2", "Même personne")
    await until(lambda: bool(made.compared))
    assert made.hub.viewed == [("D-1", "Même personne"), ("D-2", "Même personne")]
    assert (made.compared[0].keep.number, made.compared[0].merged.number) == ("D-1", "D-2")


async def test_the_number_that_nobody_has_is_named(made: Made) -> None:
    made.job.compare("D-1", "D-9", "Même personne")
    await until(lambda: bool(made.troubles))
    assert (made.troubles[0].error.code, made.troubles[0].number) == ("dossier_unknown", "D-9")
    assert made.compared == []


async def test_a_number_that_opens_the_other_dossier_is_told(made: Made) -> None:
    made.hub.leads_to = {"D-2": "D-1"}
    made.job.compare("D-1", "D-2", "Même personne")
    await until(lambda: bool(made.troubles))
    assert made.troubles[0].error.detail == {"why": "merged_before"}
    assert made.compared == []


async def test_a_merge_asked_for_again_is_the_same_merge(made: Made) -> None:
    made.hub.fails = HubUnreachable()
    made.job.merge("D-1", "D-2", "Même personne")
    await until(lambda: bool(made.troubles))
    made.job.merge("D-1", "D-2", "Même personne")
    await until(lambda: made.merged == [MERGE])
    assert len(set(made.hub.ids)) == 1
    made.job.unmerge("m1", "Deux sœurs")
    await until(lambda: len(made.merged) == 2)
    made.job.merge("D-1", "D-2", "Même personne")
    await until(lambda: len(made.merged) == 3)
    assert len(set(made.hub.ids)) == 2


async def test_the_lists_are_read_while_the_page_is_in_front(made: Made) -> None:
    made.job.reading.begin()
    await until(lambda: made.hub.reads > 0)
    made.job.reading.rest()
