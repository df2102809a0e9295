# SPDX-License-Identifier: GPL-3.0-only
"""The checks themselves: each finds the one thing that is wrong in a small window, and nothing in a
good one.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.accessibility.contrast import faint
from tests.accessibility.layout import cut_cells, flaws, settle, unnamed
from tests.support.screens.accepted import changes, difference, print_of, read, write
from views.widgets.parts import ElidedLabel, scroll_area
from views.widgets.theme import LIGHT


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A window of two buttons and a text, all of them well."""
    made = QWidget()
    made.setStyleSheet(f"background: {LIGHT.surface}; color: {LIGHT.text}")
    box = QVBoxLayout(made)
    for word in ("Accept", "Decline"):
        button = QPushButton(word)
        button.setObjectName(word)
        button.setMinimumHeight(30)
        box.addWidget(button)
    text = QLabel("A caller waits at the town hall and would like to talk to somebody.")
    text.setWordWrap(True)
    box.addWidget(text)
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    settle()
    return made


def child[Kind: QWidget](window: QWidget, kind: type[Kind]) -> Kind:
    found = window.findChild(kind)
    assert found is not None
    return found


def only(found: list[str]) -> str:
    assert len(found) == 1, found
    return found[0]


def test_nothing_is_wrong_with_a_good_window(window: QWidget) -> None:
    assert flaws(window, size=(400, 200)) == []
    assert unnamed(window) == []
    assert faint(window) == []


def test_cut_words_are_found(window: QWidget) -> None:
    child(window, QLabel).setFixedHeight(12)
    settle()
    assert only(flaws(window)).startswith("cut: QLabel 'A caller waits")


def test_a_hint_wider_than_its_field_is_found(window: QWidget) -> None:
    box = window.layout()
    assert box is not None
    line = QLineEdit()
    line.setPlaceholderText("Site, name or id of a kiosk")
    line.setMinimumHeight(30)
    line.setFixedWidth(100)
    box.addWidget(line)
    settle()
    assert only(flaws(window)).startswith("cut hint: QLineEdit")
    line.setFixedWidth(300)
    settle()
    assert flaws(window) == []


def test_a_choice_wider_than_its_list_is_found_unless_the_tool_tip_has_it(window: QWidget) -> None:
    layout, choices = window.layout(), QComboBox()
    assert layout is not None
    choices.addItem("Kiosks and desks of all sites")
    choices.setMinimumHeight(30)
    choices.setFixedWidth(90)
    layout.addWidget(choices)
    settle()
    assert only(flaws(window)).startswith("cut: QComboBox")
    choices.setToolTip(choices.currentText())
    assert flaws(window) == []


def test_cells_and_heads_that_end_in_dots_are_found_unless_their_tool_tips_have_them(
    window: QWidget,
) -> None:
    layout, table = window.layout(), QTableWidget(1, 2)
    assert layout is not None
    table.setAccessibleName("Sites")
    table.setHorizontalHeaderLabels(["Site where the kiosk stands", "State"])
    table.setItem(0, 0, QTableWidgetItem("Town hall of Saint-Aubin-le-Vieux"))
    table.setItem(0, 1, QTableWidgetItem("open"))
    layout.addWidget(table)
    window.resize(400, 300)
    settle()
    head, cell = cut_cells(window)
    assert head.startswith("cut head of QTableWidget 'Sites'")
    assert cell.startswith("cut cell of QTableWidget 'Sites'")
    for one in (table.item(0, 0), table.horizontalHeaderItem(0)):
        assert one is not None
        one.setToolTip(one.text())
    assert cut_cells(window) == []


def test_a_button_narrower_than_its_words_is_found(window: QWidget) -> None:
    child(window, QPushButton).setFixedWidth(30)
    settle()
    assert only(flaws(window)).startswith("cut: QPushButton #Accept")


def test_dots_on_purpose_are_no_flaw(window: QWidget) -> None:
    box = window.layout()
    assert box is not None
    box.addWidget(ElidedLabel("A very long name of a very long place " * 5))
    settle()
    assert flaws(window) == []


def test_controls_that_a_layout_puts_on_one_another_are_found(window: QWidget) -> None:
    one, other = window.findChildren(QPushButton)
    other.move(one.pos())
    assert only(flaws(window)).startswith("QPushButton #Accept 'Accept'")


def test_what_lies_over_the_rest_on_purpose_is_no_flaw(window: QWidget) -> None:
    veil = QWidget(window)
    QHBoxLayout(veil).addWidget(QLabel("Help"))
    veil.setGeometry(window.rect())
    veil.show()
    settle()
    assert flaws(window) == []


def test_what_sticks_out_is_found_and_what_can_be_scrolled_to_is_not(
    window: QWidget, qtbot: QtBot
) -> None:
    child(window, QPushButton).move(-50, 0)
    assert "sticks out of QWidget" in only(flaws(window))
    long = QWidget()
    box = QVBoxLayout(long)
    for number in range(30):
        box.addWidget(QPushButton(f"Piece {number}"))
        long.findChildren(QPushButton)[-1].setMinimumHeight(30)
    area = scroll_area(long)
    qtbot.addWidget(area)
    area.resize(200, 100)
    area.show()
    settle()
    assert flaws(area) == []


def test_small_targets_are_found(window: QWidget) -> None:
    child(window, QPushButton).setFixedHeight(20)
    settle()
    assert only(flaws(window)).endswith("less than 24")
    assert len(flaws(window, target_px=60)) == 2


def test_a_window_larger_than_the_screen_is_found(window: QWidget) -> None:
    assert only(flaws(window, size=(300, 200))).startswith("the window needs 400x200")


def test_a_field_without_a_name_is_found(window: QWidget) -> None:
    box = window.layout()
    assert box is not None
    field = QLineEdit()
    box.addWidget(field)
    settle()
    assert only(unnamed(window)).startswith("QLineEdit")
    field.setAccessibleName("Number of the dossier")
    assert unnamed(window) == []


def test_words_that_hardly_stand_out_are_found(window: QWidget, qapp: QApplication) -> None:
    text = child(window, QLabel)
    text.setStyleSheet("color: #9aa4b0")
    assert "2.5" in only(faint(window))


def test_another_word_is_another_picture_and_a_shade_is_none(window: QWidget) -> None:
    accepted = print_of(window.grab().toImage())
    child(window, QLabel).setStyleSheet("color: #222c39")  # a little paler than text is
    assert changes({"it": print_of(window.grab().toImage())}, {"it": accepted}, "") == []
    child(window, QLabel).setText("Nobody waits.")
    settle()
    now = print_of(window.grab().toImage())
    assert only(changes({"it": now}, {"it": accepted}, "")).startswith("it: changed by")
    assert changes({"it": now}, {}, "") == ["it: new"]
    assert changes({}, {"it": accepted}, "") == ["it: gone"]


def test_what_was_accepted_is_read_back(window: QWidget, tmp_path: Path) -> None:
    accepted = print_of(window.grab().toImage())
    write({"desk/face": accepted}, tmp_path / "pictures.txt")
    assert difference(read(tmp_path / "pictures.txt")["desk/face"], accepted) == 0
