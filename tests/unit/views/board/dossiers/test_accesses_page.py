# SPDX-License-Identifier: GPL-3.0-only
"""The register of accesses: every line says who, what, when and why; the filters ask."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PyQt6.QtCore import QDate, Qt
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QDateEdit,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from session.core.dossier_model import AccessKind, AccessLine
from session.protocol.dossier.identity import AccessesAnswer, AccessesRequest, LogAccessesRequest
from session.protocol.helpdesk.remote_help import RemoteHelpsRequest
from session.protocol.hub.requests import RemoteAct
from tests.support.screens.dossier_scenes import access_lines, accesses, help_lines
from tests.support.screens.fingers import click, key, write
from views.board.page_acts import SaveList
from views.board.window import BoardWindow
from views.words.accesses import KINDS


@pytest.fixture
def board(qtbot: QtBot, desk_theme: QApplication) -> BoardWindow:
    window = accesses()
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


def _choose(board: BoardWindow, name: str, data: object) -> None:
    box = _find(board, QComboBox, name)
    box.setCurrentIndex(box.findData(data))


def test_each_line_says_who_what_which_and_why(board: BoardWindow) -> None:
    table = board.accesses.table
    assert table.texts("899")[1:] == [
        "Claire Fontanel",
        "Opened besides the caller's own",
        "D-2026-00555",
        "Dossier du conjoint, présent à la borne",
        "c6cc7b4565ec3deb6f8c_1",
        "agence-2",
    ]
    assert table.texts("897")[2] == "Searched by name and birth date: 3"
    assert "older ones are not shown" in _find(board, QLabel, "accesses_state").text()


def test_the_filters_ask(board: BoardWindow) -> None:
    asked: list[AccessesRequest] = []
    board.accesses.acted.connect(asked.append)
    _choose(board, "accesses_days", "week")
    _choose(board, "accesses_person", "claire")
    _choose(board, "accesses_kind", AccessKind.OPENED_OTHER)
    dossier = _find(board, QLineEdit, "accesses_dossier")
    write(dossier, " D-2026-00555 ")
    key(dossier, Qt.Key.Key_Return)
    assert asked[-1] == AccessesRequest(
        first=date(2026, 2, 24),
        last=date(2026, 3, 2),
        user="claire",
        dossier="D-2026-00555",
        kind=AccessKind.OPENED_OTHER,
    )
    _choose(board, "accesses_days", "all")
    assert (asked[-1].first, asked[-1].last) == (None, None)


def test_who_read_which_conversation_is_asked_apart(board: BoardWindow) -> None:
    asked: list[AccessesRequest] = []
    board.accesses.acted.connect(asked.append)
    _choose(board, "accesses_about", "logs")
    assert asked == [LogAccessesRequest(first=date(2026, 3, 2), last=date(2026, 3, 2))]
    kinds = _find(board, QComboBox, "accesses_kind")
    found = {kinds.itemData(number) for number in range(kinds.count())}
    assert found == {None, AccessKind.READ_LOG, AccessKind.LOG_REFUSED}
    session = _find(board, QLineEdit, "accesses_dossier")
    write(session, "c6cc7b4565ec3deb6f8c_1")
    key(session, Qt.Key.Key_Return)
    assert (asked[-1].session, asked[-1].dossier) == ("c6cc7b4565ec3deb6f8c_1", "")
    line = AccessLine(
        id=1,
        at_utc=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        user="help",
        by_name="Denis W.",
        kind=AccessKind.READ_LOG,
        session_id="c6cc7b4565ec3deb6f8c_1",
        reason="picture stood still",
        computer="pc7",
    )
    board.accesses.show_accesses(AccessesAnswer(lines=[line]))
    assert board.accesses.table.texts("1")[1:] == [
        "Denis W.",
        "Log of a conversation read",
        "",
        "picture stood still",
        "c6cc7b4565ec3deb6f8c_1",
        "pc7",
    ]
    assert board.accesses.table.isColumnHidden(3)
    board.accesses.show_refused_of("bastien", "Bastien Orval", AccessKind.REFUSED)
    assert type(asked[-1]) is AccessesRequest


def test_who_wanted_what_of_which_kiosk_or_desk_is_asked_and_shown(board: BoardWindow) -> None:
    asked: list[RemoteHelpsRequest] = []
    board.accesses.acted.connect(asked.append)
    _choose(board, "accesses_about", "help")
    assert asked == [RemoteHelpsRequest(first=date(2026, 3, 2), last=date(2026, 3, 2))]
    board.accesses.show_helps(help_lines())
    board.accesses.show_accesses(access_lines())  # what was asked for before: not shown any more
    assert board.accesses.table.texts("h1")[1:] == [
        "Denis Walter",
        "Checks (doctor)",
        "Desk of claire",
        "Son poste ne trouve plus sa caméra",
        "done",
        "",
    ]
    assert board.accesses.table.texts("h0")[3:6] == [
        "Kiosk borne-3",
        "Plus rien ne s'imprime",
        "no answer",
    ]
    _choose(board, "accesses_person", "h.aide1")
    _choose(board, "accesses_kind", RemoteAct.DOCTOR)
    kiosk = _find(board, QLineEdit, "accesses_dossier")
    write(kiosk, "claire")
    key(kiosk, Qt.Key.Key_Return)
    assert (asked[-1].by, asked[-1].act, asked[-1].kiosk) == (
        "h.aide1",
        RemoteAct.DOCTOR,
        "claire",
    )
    assert "older ones" not in _find(board, QLabel, "accesses_state").text()
    again: list[object] = []
    board.accesses.acted.connect(again.append)
    _choose(board, "accesses_about", "dossiers")
    assert [type(one) for one in again] == [AccessesRequest]


def test_one_day_may_be_chosen(board: BoardWindow) -> None:
    asked: list[AccessesRequest] = []
    board.accesses.acted.connect(asked.append)
    day = _find(board, QDateEdit, "accesses_day")
    assert not day.isVisible()
    _choose(board, "accesses_days", "day")
    assert day.isVisible()
    day.setDate(QDate(2026, 2, 14))
    assert (asked[-1].first, asked[-1].last) == (date(2026, 2, 14), date(2026, 2, 14))


def test_an_alert_leads_to_what_one_agent_was_refused(board: BoardWindow) -> None:
    asked: list[AccessesRequest] = []
    board.accesses.acted.connect(asked.append)
    board.accesses.show_refused_of("bastien", "Bastien Orval", AccessKind.REFUSED)
    assert [(one.user, one.kind) for one in asked] == [("bastien", AccessKind.REFUSED)]


def test_the_file_is_asked_for_where_others_are(board: BoardWindow, tmp_path: Path) -> None:
    wanted: list[object] = []
    board.accesses.acted.connect(wanted.append)
    click(_find(board, QPushButton, "accesses_csv"))
    dialog = board.findChild(QFileDialog, "accesses_file")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "x.csv"))
    dialog.close()
    assert wanted == [SaveList(str(tmp_path / "x.csv"))]


def test_an_empty_register_says_what_to_choose(board: BoardWindow) -> None:
    board.accesses.show_accesses(AccessesAnswer(lines=[]))
    assert not board.accesses.table.isVisible()
    assert not _find(board, QPushButton, "accesses_csv").isEnabled()
    board.accesses.show_accesses(access_lines())
    assert board.accesses.table.isVisible()


def test_every_kind_has_words() -> None:
    assert set(KINDS) == set(AccessKind)
