# SPDX-License-Identifier: GPL-3.0-only
"""The guide beside a conversation: chosen, followed in any order, forgotten at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from expert_app.desk.dossier.guide import DeskGuide
from expert_app.desk.dossier.wrap_up_proposal import GuideProgress
from session.core.dossier_model import Dossier, PieceState
from session.core.errors import HubUnreachable
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.dossier.guides import Guide, GuidesAnswer, GuidesRequest, GuideStep, Phrase
from tests.support.memory.window_settings import MemorySettings
from tests.support.screens.invented import DOSSIER
from tests.support.waiting import until

PIECE = DOSSIER.pieces[0].id
GUIDES = [
    Guide(
        id="logement",
        name="Housing",
        steps=[
            GuideStep(id="paper", name="Paper", piece=PIECE),
            GuideStep(id="form", name="Form", page="form"),
        ],
    ),
    Guide(id="rsa", name="Income", steps=[GuideStep(id="talk", name="Talk")]),
]


class Hub:
    """Answers what it has, once it is there."""

    def __init__(self) -> None:
        self.answer = GuidesAnswer(guides=GUIDES)
        self.is_away = False
        self.started: list[str] = []

    async def ask(self, _request: GuidesRequest) -> GuidesAnswer:
        if self.is_away:
            raise HubUnreachable
        return self.answer

    def start_procedure(self, procedure: str) -> None:
        self.started.append(procedure)


class Desk:
    """The desk's job, the guide, and what it has told."""

    def __init__(self, hub: Hub, tasks: Tasks, memory: MemorySettings | None = None) -> None:
        self.app: Any = SimpleNamespace(
            session=None,
            dossier=None,
            session_opened=Signal(),
            session_closed=Signal(),
            dossier_changed=Signal(),
        )
        self.guides: list[list[Guide]] = []
        self.phrases: list[list[Phrase]] = []
        self.told: list[GuideProgress | None] = []
        self.memory, self.tasks = memory or MemorySettings(), tasks
        self.guide = DeskGuide(
            cast(Any, self.app), cast(Any, hub), pieces=hub, tasks=tasks, memory=self.memory
        )
        self.guide.guides_changed.connect(self.guides.append)
        self.guide.phrases_changed.connect(self.phrases.append)
        self.guide.progress_changed.connect(self.told.append)
        self.guide.start()

    def open(self) -> None:
        self.app.session = SimpleNamespace(facts=SimpleNamespace(id="s1"))
        self.app.session_opened.emit(self.app.session)

    def show(self, dossier: Dossier) -> None:
        self.app.dossier = dossier
        self.app.dossier_changed.emit(dossier)


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
async def desk(hub: Hub) -> AsyncIterator[Desk]:
    tasks = Tasks()
    yield Desk(hub, tasks)
    await tasks.close()


def with_state(state: PieceState, procedure: str = "") -> Dossier:
    pieces = tuple(
        msgspec.structs.replace(one, state=state, procedure=procedure) for one in DOSSIER.pieces
    )
    return msgspec.structs.replace(DOSSIER, pieces=pieces)


async def test_a_chosen_guide_brings_its_pieces_and_marks_those_that_are_here(
    desk: Desk, hub: Hub
) -> None:
    desk.open()
    await until(lambda: desk.guides[-1] == GUIDES)
    desk.show(with_state(PieceState.EXPECTED))
    desk.guide.choose("logement")
    assert hub.started == ["logement"]
    desk.show(with_state(PieceState.EXPECTED, "logement"))
    progress = desk.guide.progress
    assert progress is not None
    assert [step.id for step in progress.left()] == ["paper", "form"]
    desk.guide.set_done("form", True)
    desk.show(with_state(PieceState.SCANNED, "logement"))
    progress = desk.guide.progress
    assert progress is not None
    assert progress.left() == []
    desk.guide.set_done("paper", False)  # the agent knows better
    assert desk.told[-1] == GuideProgress(GUIDES[0], frozenset(), frozenset({"form"}))
    assert hub.started == ["logement"]


async def test_a_procedure_that_has_begun_is_guided_at_once(desk: Desk) -> None:
    desk.open()
    await until(lambda: desk.guides[-1] == GUIDES)
    desk.show(with_state(PieceState.EXPECTED, "rsa"))
    assert desk.guide.progress == GuideProgress(GUIDES[1])


async def test_a_service_that_was_away_is_asked_again_with_the_dossier(
    desk: Desk, hub: Hub
) -> None:
    hub.is_away = True
    desk.open()
    hub.is_away = False
    desk.show(with_state(PieceState.EXPECTED))
    await until(lambda: desk.guides[-1] == GUIDES)


async def test_the_programs_phrases_stand_in_for_those_of_the_organisation(
    desk: Desk, hub: Hub
) -> None:
    assert len(desk.phrases[-1]) >= 8
    own = [Phrase(id="hello", say={"fr": "Bonjour"})]
    hub.answer = GuidesAnswer(guides=[], phrases=own)
    desk.open()
    await until(lambda: desk.phrases[-1] == own)
    desk.app.session_closed.emit("done")
    assert len(desk.phrases[-1]) >= 8
    assert desk.guide.progress is None


async def test_ticks_are_there_after_a_restart_and_gone_with_the_conversation(
    desk: Desk, hub: Hub
) -> None:
    desk.open()
    await until(lambda: desk.guides[-1] == GUIDES)
    desk.guide.choose("logement")
    desk.guide.set_case("tenant", True)
    desk.guide.set_done("form", True)
    before = desk.guide.progress
    started_again = Desk(hub, desk.tasks, desk.memory)
    started_again.open()
    await until(lambda: started_again.guides[-1] == GUIDES)
    assert before == GuideProgress(GUIDES[0], frozenset({"tenant"}), frozenset({"form"}))
    assert started_again.guide.progress == before
    started_again.app.session_closed.emit("done")
    third = Desk(hub, desk.tasks, desk.memory)
    third.open()
    await until(lambda: third.guides[-1] == GUIDES)
    assert third.guide.progress is None
