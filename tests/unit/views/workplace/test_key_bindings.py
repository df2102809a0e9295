# SPDX-License-Identifier: GPL-3.0-only
"""Keys are changed at once and kept; what is in the way is said, and nothing is taken away."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.support.screens.fingers import key
from views.widgets.keyboard.window_actions import WindowActions
from views.widgets.parts import push_button, shortcut
from views.widgets.window_settings import IniSettings
from views.workplace.key_bindings import KeyBindings
from views.workplace.keys_page import KeyButton, KeysPage

NAMED = {"Ctrl+M": "Microphone", "F2": "Accept", "F1": "Help", "Ctrl+Space": "Speak", "Del": "Out"}


class _Window(QWidget):
    """A button with keys, a bare shortcut, help."""

    def __init__(self) -> None:
        super().__init__()
        self.pressed: list[str] = []
        self.button = push_button("Microphone", name="microphone", keys="Ctrl+M")
        self.button.clicked.connect(lambda: self.pressed.append("microphone"))
        shortcut("Ctrl+M", self.button, self)
        for keys in ("F2", "F1"):
            made = QShortcut(QKeySequence(keys), self)
            made.activated.connect(lambda keys=keys: self.pressed.append(keys))
        QVBoxLayout(self).addWidget(self.button)


@pytest.fixture
def window(qtbot: QtBot) -> _Window:
    made = _Window()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def _bindings(window: QWidget, tmp_path: Path) -> KeyBindings:
    store = IniSettings(tmp_path / "window.ini")
    return KeyBindings(window, NAMED, settings=store, local=("Del",))


def test_other_keys_hold_at_once_and_the_next_day(window: _Window, tmp_path: Path) -> None:
    bindings = _bindings(window, tmp_path)
    assert bindings.change("Ctrl+M", "Ctrl+Alt+M") is None
    key(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert window.pressed == []
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    key(window, Qt.Key.Key_M, both)
    assert window.pressed == ["microphone"]
    assert "Ctrl+Alt+M" in window.button.toolTip()
    assert _bindings(_Window(), tmp_path).keys_of("Ctrl+M") == "Ctrl+Alt+M"


@pytest.mark.parametrize("wanted", ["F2", "Ctrl+C", "M", "Shift+M", "Ctrl+Space", "F1"])
def test_what_is_in_the_way_is_said_and_nothing_changes(
    window: _Window, tmp_path: Path, wanted: str
) -> None:
    bindings = _bindings(window, tmp_path)
    conflict = bindings.change("Ctrl+M", wanted)
    assert conflict is not None
    assert conflict.text
    assert bindings.keys_of("Ctrl+M") == "Ctrl+M"


def test_usual_keys_that_another_act_has_taken_are_not_taken_back(
    window: _Window, tmp_path: Path
) -> None:
    bindings = _bindings(window, tmp_path)
    assert bindings.change("Ctrl+M", "Ctrl+Alt+M") is None
    assert bindings.change("F2", "Ctrl+M") is None
    assert bindings.reset("Ctrl+M") is not None
    bindings.reset_all()
    assert bindings.keys_of("Ctrl+M") == "Ctrl+M"
    assert bindings.keys_of("F2") == "F2"


def test_only_keys_of_the_whole_window_can_be_changed(window: _Window, tmp_path: Path) -> None:
    bindings = _bindings(window, tmp_path)
    can = {usual for usual in NAMED if bindings.can_change(usual)}
    assert can == {"Ctrl+M", "F2"}


def test_the_palette_finds_the_act_by_its_usual_keys_and_shows_those_that_hold(
    window: _Window, tmp_path: Path
) -> None:
    _bindings(window, tmp_path).change("Ctrl+M", "Ctrl+Alt+M")
    entries = {one.words: one for one in WindowActions(window, NAMED).entries()}
    assert entries["Microphone"].keys == "Ctrl+Alt+M"


def test_a_damaged_file_leaves_the_usual_keys(window: _Window, tmp_path: Path) -> None:
    IniSettings(tmp_path / "window.ini").write("keys", "Ctrl+M=;x;F2=Q;=;Ctrl+M")
    assert _bindings(window, tmp_path).keys_of("Ctrl+M") == "Ctrl+M"


@pytest.fixture
def page(qtbot: QtBot, window: _Window, tmp_path: Path) -> KeysPage:
    made = KeysPage(_bindings(window, tmp_path))
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_button_takes_the_next_keys_and_escape_leaves(page: KeysPage) -> None:
    button = page.findChild(KeyButton, "key_Ctrl_M")
    said = page.findChild(QLabel, "keys_said")
    back = page.findChild(QWidget, "key_reset_Ctrl_M")
    assert button is not None
    assert said is not None
    assert back is not None
    assert not back.isEnabled()
    button.setFocus()
    button.click()
    key(button, Qt.Key.Key_Escape)
    assert "Ctrl" in button.text()
    button.click()
    key(button, Qt.Key.Key_F2)
    assert "Accept" in said.text()
    button.click()
    key(button, Qt.Key.Key_F4)
    assert button.text() == "F4"
    assert back.isEnabled()
    all_back = page.findChild(QPushButton, "keys_reset_all")
    assert all_back is not None
    all_back.click()
    assert button.text() != "F4"
