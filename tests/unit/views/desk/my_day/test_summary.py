# SPDX-License-Identifier: GPL-3.0-only
"""The day is shown once before the window closes, and nothing holds it up a second time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import key
from tests.support.screens.invented import NOW, SERVICES, SESSION, TICKETS, desk
from tests.support.screens.parts import part
from views.desk.acts import IdlePress
from views.desk.window import DeskWindow

DAY = ["Conversations: 3", "Time with callers: 40 min"]


@pytest.fixture
def window(qtbot: QtBot, desk_theme: QApplication) -> Iterator[DeskWindow]:
    made = desk(ManualClock(NOW))
    made.status.show_connection(True)
    made.queue.set_tickets(TICKETS, SERVICES)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    yield made
    made.close_now()
    made.deleteLater()


@pytest.fixture
def wished(window: DeskWindow) -> list[bool]:
    """True for each time that the window has asked to be closed."""
    wished: list[bool] = []
    window.close_requested.connect(lambda: wished.append(True))
    return wished


def test_the_day_is_shown_once_and_the_second_time_the_desk_closes(
    window: DeskWindow, wished: list[bool]
) -> None:
    window.idle.summary.show_day(DAY, 2, has_talks=True)
    assert not window.idle.summary.isVisible()
    window.close()
    assert window.idle.summary.isVisible()
    assert part(window, QLabel, "summary_lines").text() == "\n".join(DAY)
    assert "2 things are not finished" in part(window, QLabel, "summary_left").text()
    assert wished == []
    window.close()
    assert wished == [True]


def test_enter_closes_and_escape_stays_until_it_is_asked_again(
    window: DeskWindow, wished: list[bool]
) -> None:
    window.idle.summary.show_day(DAY, 0, has_talks=True)
    acts = acts_of(window.idle, IdlePress)
    window.close()
    assert not part(window, QLabel, "summary_left").isVisible()
    key(part(window, QPushButton, "summary_stay"), Qt.Key.Key_Escape)
    assert not window.idle.summary.isVisible()
    window.close()
    assert wished == [], "it was another wish"
    focus = window.focusWidget()
    assert focus is not None
    assert focus.objectName() == "summary_close"
    key(focus, Qt.Key.Key_Return)
    assert acts == [IdlePress.CLOSE]


def test_without_a_conversation_today_the_desk_closes_at_once(
    window: DeskWindow, wished: list[bool]
) -> None:
    window.idle.summary.show_day(["Conversations: 0"], 1, has_talks=False)
    window.close()
    assert wished == [True]


def test_the_end_of_the_computers_session_is_not_held_up(
    window: DeskWindow, wished: list[bool]
) -> None:
    window.idle.summary.show_day(DAY, 0, has_talks=True)
    window.idle.summary.skip()
    window.close()
    assert wished == [True]


def test_a_window_that_nobody_sees_closes_at_once(window: DeskWindow, wished: list[bool]) -> None:
    window.idle.summary.show_day(DAY, 0, has_talks=True)
    window.showMinimized()
    window.close()
    assert wished == [True]


def test_a_day_that_is_over_is_in_sight_already(window: DeskWindow, wished: list[bool]) -> None:
    window.idle.summary.show_day(DAY, 0, has_talks=True)
    window.idle.summary.show_over(True)
    assert not part(window, QPushButton, "summary_stay").isVisible()
    window.close()
    assert wished == [True]


def test_during_a_wrap_up_the_day_is_no_subject(window: DeskWindow, wished: list[bool]) -> None:
    window.idle.summary.show_day(DAY, 0, has_talks=True)
    window.show_session(SESSION)
    window.show_wrap_up()
    window.close()
    assert wished == [True]
