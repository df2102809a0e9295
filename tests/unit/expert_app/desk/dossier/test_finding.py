# SPDX-License-Identifier: GPL-3.0-only
"""Finding and making the caller's dossier: once, for the conversation that asked, and no other."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from expert_app.desk.dossier.finding import CREATE, NUMBER, OPEN, PERSON, DossierFinding
from session.core.dossier_model import CallerIdentity, Dossier, DossierHit, HitReason
from session.core.errors import HubUnreachable, NumberTaken, ReasonNeeded, SessionError
from session.core.tasks import Tasks
from session.protocol.dossier.identity import DossierCreated, DossierHits, PersonCorrected
from tests.support.waiting import until

JEANNE = CallerIdentity(family_name="Exemple", given_names="Jeanne", born_on="1988-05-14")
DOSSIER = Dossier(number="D-1", caller_name="Jeanne Exemple", caller_number="")
HIT = DossierHit(number="D-1", caller_name="Jeanne Exemple", why=HitReason.SAME_NAME_AND_BIRTH)


class Hub:
    """Answers what it is told to; `gate` holds answers back."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.asked: list[tuple[Any, ...]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def _answer(self, *said: Any) -> Any:
        self.asked.append(said)
        await self.gate.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, SessionError):
            raise answer
        return answer

    async def find(self, session_id: str, *names: str, born_on: str) -> Any:
        return await self._answer("find", session_id, *names, born_on)

    async def create(self, session_id: str, caller: Any, **more: Any) -> Any:
        return await self._answer("create", session_id, caller, more)

    async def give_number(self, *said: str) -> Any:
        return await self._answer("give_number", *said)

    async def correct_person(self, *said: Any, **more: Any) -> Any:
        return await self._answer("correct_person", *said, more)


class App:
    """The desk's job, as far as this one uses it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.dossier: Dossier | None = None
        self.shown: list[Dossier] = []
        self.logged: list[str] = []
        self.begin("s1")

    def begin(self, session_id: str) -> None:
        log = SimpleNamespace(trouble=self.logged.append)
        self.session = SimpleNamespace(facts=SimpleNamespace(id=session_id), event_log=log)

    async def load_dossier(self, number: str, reason: str) -> None:
        self.open_dossier(await self._hub._answer("dossier", number, reason))

    def open_dossier(self, facts: Dossier) -> None:
        self.show_dossier(facts)

    def show_dossier(self, facts: Dossier) -> None:
        self.dossier = facts
        self.shown.append(facts)


class Made:
    """The job between the two, and what it tells."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.app = App(self.hub)
        self.job = DossierFinding(cast(Any, self.app), cast(Any, self.hub), tasks=Tasks())
        self.told: list[tuple[str, Any]] = []
        self.job.found.connect(lambda hits: self.told.append(("found", hits.hits)))
        self.job.likely.connect(lambda hits: self.told.append(("likely", hits)))
        self.job.alike.connect(lambda hits: self.told.append(("alike", hits)))
        self.job.refused.connect(lambda said: self.told.append((said.act, said.code)))


@pytest.fixture
async def made() -> Made:
    return Made()


async def test_a_search_tells_what_was_found(made: Made) -> None:
    made.hub.answers = [DossierHits(hits=[HIT])]
    made.job.search(JEANNE)
    await until(lambda: made.told == [("found", [HIT])])
    assert made.hub.asked == [("find", "s1", "Exemple", "Jeanne", "1988-05-14")]


async def test_an_answer_for_the_caller_before_is_not_shown(made: Made) -> None:
    made.hub.gate.clear()
    made.hub.answers = [DossierHits(hits=[HIT]), DossierCreated(dossier=DOSSIER), NumberTaken()]
    made.job.search(JEANNE)
    made.job.create(JEANNE, False, "")
    made.app.dossier = DOSSIER
    made.job.give_number("1234567")
    await until(lambda: len(made.hub.asked) == 3)
    made.app.begin("s2")
    made.hub.gate.set()
    await until(lambda: not made.hub.answers)
    await asyncio.sleep(0)
    assert (made.told, made.app.shown, made.app.logged) == ([], [], [])


async def test_a_dossier_asked_for_again_after_a_cut_line_is_made_once(made: Made) -> None:
    made.hub.answers = [
        HubUnreachable(),
        DossierCreated(dossier=None, likely=[HIT]),
        DossierCreated(dossier=DOSSIER),
        DossierCreated(dossier=DOSSIER),
    ]
    for confirmed in (False, False, True):
        made.job.create(JEANNE, confirmed, "")
        count = len(made.hub.asked)
        await until(lambda count=count: len(made.hub.asked) > count)  # type: ignore[misc]
    await until(lambda: made.app.shown == [DOSSIER])
    assert made.told == [(CREATE, "hub_unreachable"), ("likely", [HIT])]
    ids = {said[-1]["request_id"] for said in made.hub.asked}
    assert len(ids) == 1
    made.job.create(msgspec.structs.replace(JEANNE, given_names="Jane"), True, "")
    await until(lambda: len(made.app.shown) == 2)
    assert made.hub.asked[-1][-1]["request_id"] not in ids


async def test_what_is_refused_is_told_under_what_was_asked(made: Made) -> None:
    made.hub.answers = [ReasonNeeded(dossier="D-9"), NumberTaken(dossier="D-9")]
    made.job.open("D-1", "")
    await until(lambda: made.told == [(OPEN, "reason_needed")])
    made.app.dossier = DOSSIER
    made.job.give_number("1234567")
    await until(lambda: made.told[-1] == (NUMBER, "number_taken"))
    assert made.app.logged == ["reason_needed", "number_taken"]


async def test_without_a_conversation_nothing_is_asked(made: Made) -> None:
    cast(Any, made.app).session = None
    asked: list[str] = []
    made.job.asked.connect(asked.append)
    made.job.search(JEANNE)
    made.job.open("D-1", "")
    made.job.create(JEANNE, True, "")
    made.job.give_number("1")
    made.job.correct_person(JEANNE, True, "Mal tapé")
    assert (asked, made.hub.asked) == ([], [])


async def test_a_wrong_name_is_corrected_after_its_doubles_were_seen(made: Made) -> None:
    right = msgspec.structs.replace(DOSSIER, caller_name="Jeanne Exemples")
    made.hub.answers = [
        PersonCorrected(dossier=None, likely=[HIT]),
        PersonCorrected(dossier=right),
        HubUnreachable(),
    ]
    made.app.dossier = DOSSIER
    made.job.correct_person(JEANNE, False, "Mal tapé")
    await until(lambda: made.told == [("alike", [HIT])])
    made.job.correct_person(JEANNE, True, "Mal tapé")
    await until(lambda: made.app.shown == [right])
    said = ("correct_person", "s1", "D-1", JEANNE, {"reason": "Mal tapé", "confirmed": True})
    assert made.hub.asked[-1] == said
    made.job.correct_person(JEANNE, True, "Mal tapé")
    await until(lambda: made.told[-1] == (PERSON, "hub_unreachable"))


async def test_a_correction_for_the_caller_before_is_not_shown(made: Made) -> None:
    made.hub.gate.clear()
    made.hub.answers = [PersonCorrected(dossier=DOSSIER)]
    made.app.dossier = DOSSIER
    made.job.correct_person(JEANNE, False, "Mal tapé")
    await until(lambda: len(made.hub.asked) == 1)
    made.app.begin("s2")
    made.hub.gate.set()
    await until(lambda: not made.hub.answers)
    await asyncio.sleep(0)
    assert (made.told, made.app.shown) == ([], [])
