# SPDX-License-Identifier: GPL-3.0-only
"""One button of the guide does all that its step names, in the order that a caller understands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from PyQt6.QtWidgets import QCheckBox, QPushButton
from pytestqt.qtbot import QtBot

from expert_app.desk.ask_first import Powers
from expert_app.desk.dossier.guide import DeskGuide
from expert_app.desk.wiring.pieces import GuideConnections
from session.core.clock import ManualClock
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.conversation.messages import Grant, GrantChanged
from session.protocol.conversation.scan_profiles import ScanProfile
from session.protocol.dossier.guides import (
    Guide,
    GuideCase,
    GuidesAnswer,
    GuidesRequest,
    GuideStep,
    Phrase,
)
from tests.support.memory.window_settings import MemorySettings
from tests.support.screens.acts import acts_of
from tests.support.screens.invented import DEVICES, DOSSIER, NOW, SERVICES, SESSION, TICKETS, desk
from views.desk.devices.acts import ScanPiece
from views.desk.dossier.guide import SayStep
from views.desk.window import DeskWindow

PIECE = DOSSIER.pieces[0].id
GUIDE = Guide(
    id="logement",
    name="Housing",
    cases=[GuideCase(id="tenant", name="Tenant")],
    steps=[
        GuideStep(
            id="form",
            name="Fill in",
            page="form",
            powers=["see_page", "type", "of_tomorrow"],
            say={"fr": "Ensemble.", "es": "Juntos."},
        ),
        GuideStep(id="lease", name="Lease", piece=PIECE, scan="mail", only_if="tenant"),
        GuideStep(id="end", name="Say what follows"),
    ],
)


class Doers:
    """Remembers what the step asked for, in order; says yes at once, or waits."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.waiting: Callable[[], object] | None = None
        self.library = {"form"}

    def do(self, powers: Powers, act: Callable[..., object], *values: object) -> None:
        asked = [grant.value for grant in (*powers.needed, *powers.along)]
        self.did.append("ask " + " ".join(asked))
        self.waiting = partial(act, *values)

    def yes(self) -> None:
        assert self.waiting is not None
        self.waiting()

    def knows(self, item_id: str) -> bool:
        return item_id in self.library

    def push(self, item_id: str) -> None:
        self.did.append(f"page {item_id}")

    async def ask(self, _request: GuidesRequest) -> GuidesAnswer:
        return GuidesAnswer(guides=[GUIDE])

    def start_procedure(self, procedure: str) -> None:
        self.did.append(f"start {procedure}")


class Stage:
    """A real window with the guide connected to it, in a conversation."""

    def __init__(self, window: DeskWindow, tasks: Tasks) -> None:
        self.window, self.doers = window, Doers()
        app: Any = SimpleNamespace(
            session=SimpleNamespace(facts=SESSION),
            dossier=DOSSIER,
            session_opened=Signal(),
            session_closed=Signal(),
            session_ended=Signal(),
            dossier_changed=Signal(),
        )
        self.app = app
        doers = cast(Any, self.doers)
        self.guide = DeskGuide(app, doers, pieces=doers, tasks=tasks, memory=MemorySettings())
        self.connections = GuideConnections(
            window, app, guide=self.guide, documents=doers, ask_first=doers
        )
        window.show_session(SESSION)
        window.chat.set_in_session(True)
        window.dossier.show_dossier(DOSSIER)
        window.devices.show_devices(DEVICES)
        window.devices.scan.profiles.show_profiles([ScanProfile(id="mail", name="Mail", dpi=200)])
        self.guide._guides, self.guide._known = [GUIDE], True
        self.guide.guides_changed.emit([GUIDE])
        self.guide.choose("logement")
        window.columns.open_tab(window.guide)

    def press(self, name: str) -> None:
        button = self.window.guide.findChild(QPushButton, name)
        assert button is not None
        button.click()

    def is_done(self, step: str) -> bool:
        box = self.window.guide.findChild(QCheckBox, f"guide_done_{step}")
        assert box is not None
        return box.isChecked()


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    window = desk(ManualClock(NOW))
    window.status.show_connection(True)
    window.queue.set_tickets(TICKETS, SERVICES)
    window.resize(1280, 720)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    yield Stage(window, Tasks())
    window.close_now()
    window.deleteLater()


def test_the_page_comes_before_the_question_and_the_step_is_done_on_the_yes(stage: Stage) -> None:
    assert stage.doers.did == ["start logement"]
    stage.window.guide.press_next()
    assert stage.doers.did[1:] == ["page form", "ask see_page type"]
    assert not stage.is_done("form")
    stage.doers.yes()
    assert stage.is_done("form")


def test_a_page_that_the_library_has_not_is_said_and_the_question_is_put(stage: Stage) -> None:
    stage.doers.library.clear()
    stage.press("guide_do_form")
    assert stage.doers.did[1:] == ["ask see_page type"]
    assert any("“form”" in words for words in stage.window.messages.texts())


def test_a_scan_is_of_the_steps_profile_for_its_piece(stage: Stage, qtbot: QtBot) -> None:
    box = stage.window.guide.findChild(QCheckBox, "guide_case_tenant")
    assert box is not None
    box.click()
    stage.press("guide_do_lease")
    assert stage.doers.did[1:] == ["ask scan print keep"]
    chosen = acts_of(stage.window.dossier, ScanPiece)
    stage.doers.yes()
    assert chosen == [ScanPiece(PIECE)]
    assert stage.window.devices.scan._dpi.currentData() == 200


def test_a_profile_that_the_convention_has_not_is_said_and_the_page_is_scanned_all_the_same(
    stage: Stage, qtbot: QtBot
) -> None:
    stage.window.devices.scan.profiles.show_profiles([])
    box = stage.window.guide.findChild(QCheckBox, "guide_case_tenant")
    assert box is not None
    box.click()
    stage.press("guide_do_lease")
    done = acts_of(stage.window.dossier, ScanPiece)
    stage.doers.yes()
    assert done
    assert any("“mail”" in words for words in stage.window.messages.texts())


def test_a_step_without_an_act_is_ticked_and_words_go_out_in_the_callers_language(
    stage: Stage, qtbot: QtBot
) -> None:
    stage.press("guide_do_end")
    assert stage.is_done("end")
    chat = stage.window.chat
    chat.show_language("es")
    with qtbot.waitSignal(chat.send_requested) as sent:
        stage.window.guide.acted.emit(SayStep("form"))
    assert sent.args == ["Juntos."]


def test_phrases_follow_the_language_in_which_the_caller_was_asked(stage: Stage) -> None:
    stage.guide.phrases_changed.emit([Phrase(id="p", say={"fr": "Un", "es": "Uno", "ar": "واحد"})])
    chat, changed = stage.window.chat, Signal[Any]()
    session: Any = SimpleNamespace(facts=SESSION, grants=SimpleNamespace(changed=changed))
    stage.connections._on_opened(session)

    def answer(version: str) -> str:
        changed.emit(GrantChanged(grant=Grant.SCAN, allowed=True, at_utc=NOW, text_version=version))
        return chat.language()

    assert answer("es_0123456789ab") == "es"
    chat.show_language("ar")  # the agent knows better
    assert answer("es_0123456789ab") == "ar"
    assert answer("") == "ar"
    assert answer("fr_easy_0123456789ab") == "fr"


def test_phrases_are_in_the_language_of_the_kiosk_before_the_first_question(stage: Stage) -> None:
    stage.guide.phrases_changed.emit([Phrase(id="p", say={"fr": "Un", "ar": "واحد"})])
    ticket = next(one for one in TICKETS if one.id == SESSION.ticket_id)
    spoken = msgspec.structs.replace(ticket, needs=("writing", "ar"))
    stage.window.queue.set_tickets([spoken], SERVICES)
    session: Any = SimpleNamespace(facts=SESSION, grants=SimpleNamespace(changed=Signal[Any]()))
    stage.connections._on_opened(session)
    assert stage.window.chat.language() == "ar"


def test_after_the_end_nothing_is_asked_any_more(stage: Stage) -> None:
    stage.app.session_ended.emit(None)
    stage.press("guide_do_form")
    assert stage.doers.did == ["start logement"]
    stage.press("guide_do_end")
    assert stage.is_done("end")
