# SPDX-License-Identifier: GPL-3.0-only
"""The page that compares what was filed here with what the agency's own system has, by keyboard and
mouse.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from expert_app.board.deliveries import copies_csv
from expert_app.ged.connector import Reason
from session.core.dossier_model import Delivery, DeliveryState
from session.protocol.dossier.deliveries import DeliveriesAnswer, DeliveriesRequest
from tests.support.screens.board_scenes import copies, delivered, no_system
from tests.support.screens.fingers import click, key, write
from tests.unit.views.board.reasons import give_reason
from views.board.page_acts import ExportDossier, GiveUpCopies, RetryCopies, SaveList
from views.board.window import BoardWindow
from views.words.deliveries import REASONS, copy_words


@pytest.fixture
def board(qtbot: QtBot, desk_theme: QApplication) -> BoardWindow:
    window = delivered()
    qtbot.addWidget(window)
    window.close_requested.connect(window.close_now)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    return window


def _find[Kind: QWidget](board: BoardWindow, kind: type[Kind], name: str) -> Kind:
    found = board.findChild(kind, name)
    assert found is not None
    return found


def test_each_line_says_what_was_filed_and_what_the_system_has(board: BoardWindow) -> None:
    table = board.copies.table
    assert table.texts("200")[1:6] == [
        "VD-2026-0041",
        "Pièce d’identité",
        "depot",
        "Delivered",
        "88120",
    ]
    assert table.texts("199")[4] == "Waiting"
    assert (
        table.texts("199")[5]
        == "The system does not answer; it is tried again by itself. (ConnectError)"
    )
    assert table.texts("194")[5] == "Remis en main propre au service courrier (Chantal Viguier)"
    said = _find(board, QLabel, "ged_sum").text()
    assert "archive (CMIS 1.1): 1284 delivered, 1 waiting, the oldest filed on" in said
    assert "depot (watched folder): 1282 delivered, 1 refused, 1 given up" in said
    assert "put it right there, then try again" in _find(board, QLabel, "ged_why").text()


def test_only_what_has_not_arrived_can_be_decided(board: BoardWindow) -> None:
    asked: list[object] = []
    board.copies.acted.connect(asked.append)
    retry = _find(board, QPushButton, "ged_retry")
    give_up = _find(board, QPushButton, "ged_give_up")
    board.copies.table.choose("200")
    assert (retry.isEnabled(), give_up.isEnabled()) == (False, False)
    board.copies.table.choose("194")
    assert (retry.isEnabled(), give_up.isEnabled()) == (True, False)
    board.copies.table.choose("198")
    key(board.copies.table, Qt.Key.Key_Return)
    click(_find(board, QPushButton, "ged_retry_all"))
    assert asked == [RetryCopies([198]), RetryCopies([199, 198])]
    board.set_connection(False)
    board.copies.show_deliveries(copies())
    assert not retry.isEnabled()


def test_giving_up_asks_for_a_reason(board: BoardWindow) -> None:
    given: list[object] = []
    board.copies.acted.connect(given.append)
    click(_find(board, QPushButton, "ged_give_up"))
    assert "Avis d’imposition · VD-2026-0041 · depot" in _find(board, QLabel, "act_title").text()
    assert given == []
    give_reason(board, "Remis par courrier")
    assert given == [GiveUpCopies([198], "Remis par courrier")]


def test_the_filters_ask(board: BoardWindow) -> None:
    asked: list[DeliveriesRequest] = []
    board.copies.acted.connect(asked.append)
    _find(board, QComboBox, "ged_state").setCurrentIndex(2)
    _find(board, QComboBox, "ged_target").setCurrentIndex(1)
    dossier = _find(board, QLineEdit, "ged_dossier")
    write(dossier, "VD-2026-0041")
    key(dossier, Qt.Key.Key_Return)
    last = asked[-1]
    assert (last.state, last.target, last.dossier) == (
        DeliveryState.REFUSED,
        "archive",
        "VD-2026-0041",
    )
    board.copies.show_deliveries(DeliveriesAnswer(targets=copies().targets, deliveries=[]))
    assert not board.copies.table.isVisible()


def test_without_a_system_the_page_says_who_sets_one_up(
    qtbot: QtBot, desk_theme: QApplication
) -> None:
    window = no_system()
    qtbot.addWidget(window)
    window.close_requested.connect(window.close_now)
    window.show()
    words = " ".join(one.text() for one in _find(window, QWidget, "ged_empty").findChildren(QLabel))
    assert "[[ged]]" in words


def test_a_dossier_is_exported_with_a_reason_and_a_place(
    board: BoardWindow, tmp_path: Path
) -> None:
    asked: list[object] = []
    board.copies.acted.connect(asked.append)
    click(_find(board, QPushButton, "ged_export"))  # the dossier of the chosen line
    assert "VD-2026-0041" in _find(board, QLabel, "act_title").text()
    give_reason(board, "Recours")
    dialog = board.copies.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.selectedFiles()[0].endswith("dossier_VD-2026-0041.zip")
    dialog.fileSelected.emit(str(tmp_path / "x.zip"))
    dialog.close()
    assert asked == [ExportDossier("VD-2026-0041", "Recours", str(tmp_path / "x.zip"))]


def test_every_reason_has_words() -> None:
    assert set(REASONS) == {*(reason.value for reason in Reason), "given_up"}


def test_the_list_is_saved_for_a_spreadsheet_that_runs_nothing(
    board: BoardWindow, tmp_path: Path
) -> None:
    asked: list[object] = []
    board.copies.acted.connect(asked.append)
    click(_find(board, QPushButton, "ged_csv"))
    dialog = board.copies.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "x.csv"))
    dialog.close()
    assert asked == [SaveList(str(tmp_path / "x.csv"))]
    rows = copies().deliveries
    at_utc = rows[0].filed_at_utc
    bad = Delivery(
        id=1,
        target="depot",
        state=DeliveryState.WAITING,
        document_id="d1",
        name='=HYPERLINK("x")',
        dossier="D",
        filed_at_utc=at_utc,
        next_try_utc=at_utc,
        changed_at_utc=at_utc,
    )
    lines = copies_csv([*rows, bad], copy_words).decode("utf-8-sig").splitlines()
    assert len(lines) == 16
    assert "VD-2026-0041;Pièce d’identité;depot;Delivered;88120" in lines[1]
    assert "'=HYPERLINK" in lines[15]
