# SPDX-License-Identifier: GPL-3.0-only
"""Buttons that have no room beside each other stand on further lines, as wide as their words."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.accessibility.layout import settle
from tests.support.screens.fingers import key as press
from views.widgets.parts import FlowLayout, column, name_button, push_button, row, tool_button

WIDE, HIGH, SPACE = 100, 30, 8


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def flow_in(window: QWidget, count: int, width: int, *, to_end: bool = False) -> list[QPushButton]:
    buttons = [QPushButton(str(place)) for place in range(count)]
    for button in buttons:
        button.setFixedSize(WIDE, HIGH)
    column(window, FlowLayout(*buttons, space=SPACE, to_end=to_end), 0)
    window.resize(width, 300)
    window.show()
    settle()
    return buttons


@pytest.mark.parametrize(
    ("width", "lines"), [(330, [0, 0, 0]), (220, [0, 0, 38]), (100, [0, 38, 76])]
)
def test_what_has_no_room_goes_to_the_next_line(
    width: int, lines: list[int], window: QWidget
) -> None:
    assert [button.y() for button in flow_in(window, 3, width)] == lines


def test_buttons_at_the_end_of_the_line_stay_there(window: QWidget) -> None:
    first, second = flow_in(window, 2, 300, to_end=True)
    assert second.x() + WIDE == 300
    assert first.x() + WIDE + SPACE == second.x()


def test_a_field_gets_what_its_line_has_left(window: QWidget) -> None:
    field, button = QLineEdit(), QPushButton()
    button.setFixedSize(WIDE, HIGH)
    column(window, FlowLayout(field, button, space=SPACE), 0)
    window.resize(500, 300)
    window.show()
    settle()
    assert field.width() == 500 - WIDE - SPACE


def test_what_is_hidden_takes_no_room(window: QWidget) -> None:
    first, second, third = flow_in(window, 3, 220)
    second.hide()
    settle()
    assert (first.y(), third.y()) == (0, 0)
    assert third.x() == WIDE + SPACE


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_presses_the_button_that_has_the_keyboard(qtbot: QtBot, key: Qt.Key) -> None:
    for button in (push_button("Create"), tool_button("Help", "help")):
        qtbot.addWidget(button)
        pressed: list[bool] = []
        button.clicked.connect(pressed.append)
        press(button, key)
        press(button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert len(pressed) == 1


def test_a_button_that_is_switched_off_under_the_keyboard_keeps_it_and_its_presses(
    window: QWidget, qtbot: QtBot
) -> None:
    first, tool, other = push_button("File"), tool_button("Next", ""), push_button("Print")
    row(window, first, tool, other)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    pressed: list[str] = []
    asleep: list[bool] = []
    first.pressed_asleep.connect(lambda: asleep.append(True))
    for each in (first, tool, other):
        each.clicked.connect(lambda _checked, each=each: pressed.append(each.accessibleName()))
    for busy in (first, tool):
        busy.setFocus()
        busy.setEnabled(False)
        for enter in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            focused = window.focusWidget()
            assert focused is busy
            press(focused, enter)
        assert pressed == []
        busy.setEnabled(True)
        assert busy.hasFocus()
    assert asleep == [True] * 3
    first.setFocus()
    first.setEnabled(False)
    press(first, Qt.Key.Key_Tab)
    assert tool.hasFocus(), "Tab leaves it"


def test_a_button_that_is_switched_off_leaves_other_shortcuts_alone(window: QWidget) -> None:
    busy = push_button("File")
    row(window, busy)
    busy.setEnabled(False)
    control = Qt.KeyboardModifier.ControlModifier
    for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
        held = QKeyEvent(kind, Qt.Key.Key_Return, control)
        held.ignore()
        QCoreApplication.sendEvent(busy, held)
        assert not held.isAccepted(), "Ctrl+Enter is somebody else's"


def test_other_words_on_a_button_leave_it_its_key() -> None:
    finish = push_button("Finish")
    finish.setShortcut("Ctrl+Return")
    finish.setText("Finish and throw one page away")
    assert finish.shortcut() == QKeySequence("Ctrl+Return")


def test_a_screen_reader_hears_a_buttons_keys_and_not_its_name_again(qtbot: QtBot) -> None:
    button = push_button("File", keys="F8")
    qtbot.addWidget(button)
    assert (button.accessibleName(), button.accessibleDescription()) == ("File", "F8")
    name_button(button, "File", "F9")
    assert button.accessibleDescription() == "F9", "the agent has chosen other keys"
    button.setAccessibleDescription("1 Lease, 2 Payslip")
    name_button(button, "File", "F8")
    assert button.accessibleDescription() == "1 Lease, 2 Payslip", "what the view says of it stays"
