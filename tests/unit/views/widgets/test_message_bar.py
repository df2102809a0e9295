# SPDX-License-Identifier: GPL-3.0-only
"""The message bar stacks, does not repeat itself, and leaves when it should."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QProgressBar, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from tests.support.screens.fingers import click
from views.widgets.message_bar import MAX_LINES, Level, MessageAction, MessageBar


@pytest.fixture
def bar(qtbot: QtBot) -> MessageBar:
    made = MessageBar(stays_s={Level.INFO: 0.05, Level.WARNING: 0.0, Level.ERROR: 0.0})
    qtbot.addWidget(made)
    return made


def test_newest_line_stands_on_top_and_an_empty_bar_takes_no_room(bar: MessageBar) -> None:
    assert bar.isHidden()
    bar.show_message(Level.WARNING, "first")
    bar.show_message(Level.ERROR, "second")
    assert bar.texts() == ["second", "first"]
    assert not bar.isHidden()


def test_same_words_are_shown_once(bar: MessageBar) -> None:
    bar.show_message(Level.ERROR, "no line")
    bar.show_message(Level.ERROR, "no line")
    assert bar.texts() == ["no line"]


def test_same_key_takes_the_place_of_the_line_before(bar: MessageBar) -> None:
    bar.show_message(Level.WARNING, "trying again (1)", key="line")
    bar.show_message(Level.WARNING, "trying again (2)", key="line")
    bar.clear("line")
    assert bar.texts() == []
    assert bar.isHidden()


def test_information_goes_by_itself_and_an_error_stays(bar: MessageBar, qtbot: QtBot) -> None:
    bar.show_message(Level.ERROR, "stays")
    bar.show_message(Level.INFO, "goes")
    qtbot.waitUntil(lambda: bar.texts() == ["stays"])


def test_the_cross_dismisses_a_line(bar: MessageBar, qtbot: QtBot) -> None:
    bar.show_message(Level.ERROR, "away with it")
    cross = bar.findChild(QToolButton, "message_dismiss")
    assert cross is not None
    assert cross.accessibleName()
    click(cross)
    assert bar.texts() == []


def test_an_action_acts_and_takes_the_line_away(bar: MessageBar, qtbot: QtBot) -> None:
    acted: list[str] = []
    bar.show_message(
        Level.WARNING, "page taken out", action=MessageAction("Undo", lambda: acted.append("undo"))
    )
    button = bar.findChild(QPushButton, "message_action")
    assert button is not None
    click(button)
    assert acted == ["undo"]
    assert bar.texts() == []


def test_progress_moves_in_one_line_and_is_not_dismissed_with_the_others(bar: MessageBar) -> None:
    bar.show_progress("send", "Sending", 10)
    bar.show_progress("send", "Sending", 60)
    bar.show_message(Level.ERROR, "other")
    bar.dismiss_all()
    assert bar.texts() == ["Sending"]
    shown = bar.findChild(QProgressBar)
    assert shown is not None
    assert shown.value() == 60
    bar.show_progress("send", "Sending", -1)
    assert (shown.minimum(), shown.maximum()) == (0, 0)
    bar.clear("send")
    assert bar.texts() == []


def test_too_many_lines_push_the_oldest_out_but_never_a_progress(bar: MessageBar) -> None:
    bar.show_progress("send", "Sending", 10)
    for number in range(MAX_LINES + 3):
        bar.show_message(Level.ERROR, f"error {number}")
    assert len(bar.texts()) == MAX_LINES
    assert bar.texts()[0] == f"error {MAX_LINES + 2}"
    assert "Sending" in bar.texts()


def test_what_is_shown_is_plain_text(bar: MessageBar) -> None:
    bar.show_message(Level.ERROR, "<b>not bold</b>")
    words = [label for label in bar.findChildren(QLabel) if "not bold" in label.text()]
    assert [label.textFormat() for label in words] == [Qt.TextFormat.PlainText]
