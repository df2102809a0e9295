# SPDX-License-Identifier: GPL-3.0-only
"""The board's pages of dossiers over jobs that only tell: alerts, refusals, who reads when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import pytest
from PyQt6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from expert_app.board.corrections import OpenedDossier
from expert_app.board.doubles import ComparedDossiers, DoublesTrouble
from expert_app.board.wiring.dossiers import DossierPages
from session.core.dossier_model import AccessKind, AccessLine
from session.core.errors import DossierUnknown, DossierWasMerged, MergeImpossible
from session.protocol.dossier.identity import AccessesRequest, LogAccessesRequest, MergeTrouble
from tests.support.screens.board_scenes import full
from tests.support.screens.dossier_scenes import OTHER, merge_list
from tests.support.screens.invented import DOSSIER, NOW
from tests.unit.expert_app.desk.wiring.telling import Telling
from views.board.window import ACCESSES, DOUBLES, LIVE, BoardWindow


class Job(Telling):
    """Tells, and notes which page it reads for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[object] = []
        self.reading = self

    def begin(self) -> None:
        self.asked.append("begin")

    def show(self, *said: object) -> None:
        self.asked.append(said)

    def rest(self) -> None:
        self.asked.append("rest")


class Board:
    """The window and its jobs."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window: BoardWindow = full()
        qtbot.addWidget(self.window)
        self.window.close_requested.connect(self.window.close_now)
        self.window.show()
        self.accesses, self.doubles, self.alert = Job(), Job(), Telling()
        self.corrections = Telling()
        self.pages = DossierPages(
            self.window,
            cast(Any, self.accesses),
            doubles=cast(Any, self.doubles),
            corrections=cast(Any, self.corrections),
            alert=cast(Any, self.alert),
        )
        self.window.page_shown.connect(self.pages.show)

    def message(self, key: str) -> str:
        found = self.window.findChild(QWidget, f"message_{key}")
        return found.accessibleName() if found is not None else ""

    def said(self) -> str:
        return " ".join(self.window.messages.texts())


@pytest.fixture
def board(qtbot: QtBot) -> Board:
    return Board(qtbot)


def test_only_the_page_in_front_is_read(board: Board) -> None:
    board.window.show_page(ACCESSES)
    assert isinstance(cast(Any, board.accesses.asked[-1])[0], AccessesRequest)
    board.window.show_page(DOUBLES)
    assert (board.accesses.asked[-1], board.doubles.asked[-1]) == ("rest", "begin")
    board.window.show_page(LIVE)
    assert board.doubles.asked[-1] == "rest"


@pytest.mark.parametrize(
    ("kind", "said", "register"),
    [
        (AccessKind.REFUSED, "opened or searched for too many dossiers", AccessesRequest),
        (AccessKind.LOG_REFUSED, "wanted to read too many logs", LogAccessesRequest),
    ],
)
def test_an_alert_names_the_person_and_leads_to_what_was_refused(
    board: Board, kind: AccessKind, said: str, register: type[AccessesRequest]
) -> None:
    line = AccessLine(
        id=9,
        at_utc=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        user="claire",
        by_name="Claire Fontanel",
        kind=kind,
    )
    board.alert.refused.emit([line])
    assert f"Claire Fontanel has {said}" in board.said()
    button = next(
        one for one in board.window.findChildren(QPushButton) if one.text() == "Show the accesses"
    )
    button.click()
    assert board.window.page() == ACCESSES
    asked = cast(Any, board.accesses.asked[-1])[0]
    assert (type(asked), asked.user, asked.kind) == (register, "claire", kind)


def test_a_merge_and_its_taking_back_are_said(board: Board) -> None:
    board.doubles.compared.emit(ComparedDossiers(DOSSIER, OTHER, "Meme personne"))
    merge = merge_list()[0]
    board.doubles.merged.emit(merge)
    assert "D-2026-00550 is now part of D-2026-00417." in board.said()
    confirm = board.window.findChild(QPushButton, "merge_confirm")
    assert confirm is not None
    assert confirm.isHidden()
    board.doubles.merged.emit(msgspec.structs.replace(merge, undone_at_utc=NOW))
    assert "are two dossiers again" in board.said()


@pytest.mark.parametrize("why", list(MergeTrouble))
def test_every_refusal_of_a_merge_says_which(board: Board, why: MergeTrouble) -> None:
    board.doubles.troubled.emit(DoublesTrouble(MergeImpossible(why=why.value)))
    assert "These dossiers stay as they are." not in board.said()
    assert board.said() != ""


def test_an_unknown_number_is_told_below_it(board: Board) -> None:
    board.window.show_page(DOUBLES)
    board.doubles.troubled.emit(DoublesTrouble(DossierUnknown(), "D-9"))
    assert board.window.doubles._keep.is_wrong()
    board.accesses.saved.emit("/x.csv")
    assert "/x.csv" in board.said()
    board.accesses.failed.emit("No space left")
    assert "No space left" in board.said()


def test_a_correction_is_shown_refused_and_said(board: Board) -> None:
    board.window.show_page(DOUBLES)
    board.corrections.refused.emit(DossierUnknown())
    card = board.window.doubles.correction
    assert card._number.is_wrong()
    board.corrections.opened.emit(OpenedDossier(DOSSIER, "Demande écrite"))
    assert card._shown == DOSSIER.number
    board.corrections.refused.emit(DossierWasMerged(dossier="D-9"))
    words = card.findChild(QLabel, "person_words")
    assert words is not None
    assert "D-9" in words.text()
    board.corrections.corrected.emit(msgspec.structs.replace(DOSSIER, caller_name="Jo Verdelain"))
    assert f"Dossier {DOSSIER.number} is corrected: Jo Verdelain." in board.said()
    assert card._shown == ""
