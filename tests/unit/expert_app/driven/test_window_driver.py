# SPDX-License-Identifier: GPL-3.0-only
"""A script chooses in lists and tables as a person does, and finds what a card asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, QTime
from PyQt6.QtGui import QAction, QImage
from PyQt6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QListWidget,
    QMenu,
    QPushButton,
    QTimeEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from expert_app.driven.window_driver import WindowDriver
from tests.support.screens.acts import acts_of
from tests.support.screens.dossier_scenes import accesses, compared, find_hits
from views.board.page_acts import MergeDossiers, SaveList
from views.desk.dossier.acts import OpenDossier


def test_a_found_dossier_is_chosen_by_its_words(qtbot: QtBot, desk_theme: QApplication) -> None:
    window = find_hits()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    opened = acts_of(window.dossier, OpenDossier)
    driver = WindowDriver(window)
    driver.type_text("dossier_hits", "D-2026-00555")
    driver.click("dossier_open_hit")
    assert opened == [OpenDossier("D-2026-00555", "")]
    with pytest.raises(LookupError, match="no line with"):
        driver.type_text("dossier_hits", "D-2026-99999")
    window.close_now()


def test_a_line_of_a_table_is_chosen_and_a_file_named(
    qtbot: QtBot, desk_theme: QApplication, tmp_path: Path
) -> None:
    window = accesses()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    wanted: list[object] = []
    window.accesses.acted.connect(wanted.append)
    driver = WindowDriver(window)
    driver.type_text("board_accesses", "D-2026-00560")
    assert window.accesses.table.chosen() == "898"
    driver.click("accesses_csv")
    driver.type_text("accesses_file", str(tmp_path / "acces.csv"))
    assert wanted == [SaveList(str(tmp_path / "acces.csv"))]
    window.close_now()


def test_two_dossiers_are_merged_by_a_script(qtbot: QtBot, desk_theme: QApplication) -> None:
    window = compared()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    asked: list[MergeDossiers] = []
    window.doubles.acted.connect(asked.append)
    driver = WindowDriver(window)
    assert "D-2026-00417" in driver.read("merge_confirm")
    driver.click("merge_confirm")
    assert [(wish.keep, wish.merged) for wish in asked] == [("D-2026-00417", "D-2026-00555")]
    driver.type_text("merge_keep", "é")
    line = window.findChild(QLineEdit, "merge_keep")
    assert line is not None
    assert line.text().endswith("é")
    window.close_now()


def test_a_key_of_an_action_does_it_where_the_action_is_seen(qtbot: QtBot) -> None:
    window, done = QWidget(), []
    qtbot.addWidget(window)
    page = QWidget(window)
    action = QAction("Défaire", page)
    action.setShortcut("Ctrl+Z")
    action.triggered.connect(lambda: done.append("undone"))
    field = QLineEdit(window)
    window.show()
    field.setFocus()
    WindowDriver(window).click("key:Ctrl+Z")
    page.hide()
    WindowDriver(window).click("key:Ctrl+Z")
    assert done == ["undone"]


def test_a_time_is_typed_by_its_digits_and_a_list_read_with_its_line(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    time, people = QTimeEdit(window), QListWidget(window)
    time.setObjectName("pause_time")
    time.setDisplayFormat("HH:mm")
    people.setObjectName("people")
    people.setAccessibleName("Collègues")
    people.addItems(["Camille", "Dominique"])
    people.move(0, 60)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    driver = WindowDriver(window)
    driver.type_text("pause_time", "0735")
    assert time.time() == QTime(7, 35)
    assert driver.read("people") == "Collègues"
    driver.type_text("people", "Domi")
    assert driver.read("people") == "Collègues: Dominique"


def test_an_entry_of_a_menu_in_a_menu_is_chosen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    menu = QMenu(window)
    inner = menu.addMenu("Issue")
    assert inner is not None
    inner.setObjectName("talk_outcomes")
    chosen: list[str] = []
    for words in ("Demande réglée", "Pièces manquantes"):
        inner.addAction(words, lambda words=words: chosen.append(words))
    window.show()
    qtbot.waitExposed(window)
    WindowDriver(window).type_text("talk_outcomes", "Pièces")
    assert chosen == ["Pièces manquantes"]


def test_a_click_brings_a_window_to_the_front(qtbot: QtBot) -> None:
    window, other = QWidget(), QWidget()
    button = QPushButton("Répondre", window)
    button.setObjectName("answer")
    for shown in (window, other):
        qtbot.addWidget(shown)
        with qtbot.waitActive(shown):
            shown.show()
            shown.activateWindow()
    WindowDriver(window).click("answer")
    qtbot.waitUntil(window.isActiveWindow)


def test_a_picture_has_the_dialog_that_lies_over_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    window = QWidget()
    window.resize(200, 100)
    qtbot.addWidget(window)
    dialog = QDialog(window)
    dialog.setStyleSheet("background: #d62180")
    dialog.resize(50, 50)
    window.show()
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.move(window.mapToGlobal(QPoint(20, 10)))
    picture = tmp_path / "window.png"
    WindowDriver(window).shot(str(picture))
    inside = dialog.geometry().center() - window.geometry().topLeft()
    assert QImage(str(picture)).pixelColor(inside).name() == "#d62180"
    dialog.hide()
    WindowDriver(window).shot(str(picture))
    assert QImage(str(picture)).pixelColor(inside).name() != "#d62180"
