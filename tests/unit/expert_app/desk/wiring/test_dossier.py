# SPDX-License-Identifier: GPL-3.0-only
"""The real window connected with finding a dossier: what the caller typed, why none opened,
and what was refused.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from PyQt6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from expert_app.desk.app import LOADING, DeskTrouble
from expert_app.desk.dossier.finding import NUMBER, OPEN, PERSON, FindingRefused
from expert_app.desk.wiring.dossier import DossierConnections
from session.protocol.hub.requests import Service
from tests.support.screens.dossier_scenes import HITS
from tests.support.screens.fingers import write
from tests.support.screens.invented import DOSSIER, SESSION, desk
from tests.unit.expert_app.desk.wiring.telling import Telling
from views.desk.dossier import acts
from views.desk.window import DeskWindow

KINDS = [Service(id="logement", name="Aide au logement", number_kind="allocataire")]


class Made:
    """The window, and jobs that only tell."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window: DeskWindow = desk()
        qtbot.addWidget(self.window)
        self.window.show()
        self.session = SimpleNamespace(facts=SESSION)
        self.app, self.finding = Telling(session=self.session), Telling()
        self.link = Telling(services=KINDS)
        self.corrected: list[dict[str, str]] = []
        pieces = SimpleNamespace(correct=self._note, supersede=self._note)
        jobs = SimpleNamespace(app=self.app, finding=self.finding, pieces=pieces)
        self.connections = DossierConnections(
            self.window, cast(Any, jobs), link=cast(Any, self.link)
        )
        self.window.show_session(SESSION)
        self.app.session_opened.emit(self.session)

    def _note(self, document_id: str, **correction: str) -> None:
        self.corrected.append({"document_id": document_id, **correction})

    def words(self, name: str) -> str:
        found = self.window.findChild(QLabel, name)
        assert found is not None
        return "" if found.isHidden() else found.text()

    def line(self, name: str) -> QLineEdit:
        found = self.window.findChild(QLineEdit, name)
        assert found is not None
        return found


@pytest.fixture
def made(qtbot: QtBot) -> Made:
    return Made(qtbot)


def test_a_known_number_opens_the_dossier_and_an_unknown_one_is_proposed(made: Made) -> None:
    made.app.dossier_changed.emit(DOSSIER)
    assert made.words("dossier_name") == "Josiane Verdelin"
    made.window.show_idle()
    made.app.session_opened.emit(made.session)
    made.app.dossier_changed.emit(None)
    assert "No dossier has the number" in made.words("dossier_find_hint")
    assert made.line("dossier_caller_number").text() == "4821906"
    assert made.line("dossier_caller_number").accessibleName() == "Family allowance number"


def test_a_sealed_number_is_proposed_once_it_is_read(made: Made) -> None:
    sealed = SimpleNamespace(facts=msgspec.structs.replace(SESSION, caller_number=""))
    made.window.show_idle()
    vars(made.app).update(session=sealed)
    made.app.session_opened.emit(sealed)
    made.app.dossier_changed.emit(None)
    assert "gave no number" in made.words("dossier_find_hint")
    made.app.number_opened.emit((SESSION.id, "7654321"))
    assert made.line("dossier_caller_number").text() == "7654321"


def test_a_number_that_is_given_later_stands_above_the_face(made: Made) -> None:
    sealed = SimpleNamespace(facts=msgspec.structs.replace(SESSION, caller_number=""))
    vars(made.app).update(session=sealed)
    made.window.show_session(sealed.facts)
    made.app.dossier_changed.emit(msgspec.structs.replace(DOSSIER, caller_number="7654321"))
    shown = [label.text() for label in made.window.conversation.header.findChildren(QLabel)]
    assert any("7654321" in text for text in shown)


def test_why_the_dossier_does_not_open_by_itself_is_said_and_goes_when_the_hub_answers(
    made: Made,
) -> None:
    made.app.troubled.emit(DeskTrouble("vault_away", {}, LOADING))
    assert "Nothing that you typed is lost" in made.words("dossier_refused")
    write(made.line("dossier_family_name"), "Exemple")
    made.link.connection_changed.emit(True)
    assert made.words("dossier_refused") == ""
    made.app.dossier_changed.emit(None)
    assert made.line("dossier_family_name").text() == "Exemple"


def test_refusals_go_where_they_were_asked(made: Made) -> None:
    made.app.dossier_changed.emit(msgspec.structs.replace(DOSSIER, caller_number=""))
    made.finding.refused.emit(FindingRefused(NUMBER, "number_taken", {"dossier": "D-9"}))
    assert "D-9" in made.words("dossier_new_number_wrong")
    made.window.dossier.show_search()
    made.finding.asked.emit(OPEN)
    assert made.words("dossier_refused") == "Opening the dossier…"
    made.finding.refused.emit(FindingRefused(OPEN, "too_many_dossiers", {"limit": 20}))
    assert "(20)" in made.words("dossier_refused")


def test_a_correction_is_answered_in_the_head_of_the_dossier(made: Made) -> None:
    made.app.dossier_changed.emit(DOSSIER)
    made.finding.asked.emit(PERSON)
    assert made.words("dossier_refused") == "", "the card that searches stays out of it"
    made.finding.refused.emit(FindingRefused(PERSON, "dossier_was_merged", {"dossier": "D-9"}))
    assert "D-9" in made.words("person_words")
    made.finding.alike.emit(HITS)
    assert "supervisor merges" in made.words("person_words")


def test_the_correction_of_a_document_reaches_the_job(made: Made) -> None:
    made.window.dossier.acted.emit(acts.CorrectDocument("d1", "p4", "Bail", "Wrong piece"))
    made.window.dossier.acted.emit(acts.SupersedeDocument("d2", "d1", "Better scan"))
    assert made.corrected == [
        {"document_id": "d1", "piece_id": "p4", "name": "Bail", "reason": "Wrong piece"},
        {"document_id": "d2", "by_document_id": "d1", "reason": "Better scan"},
    ]
