# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk gives a session's id and sees its log, or why there is none."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.log.playback.opening import open_records
from tests.support.log_story import whole_session
from views.desk.shared_page.mirror_pane import MirrorPane
from views.helpdesk.window import HelpdeskView
from views.replay.view import ReplayView

SESSION = "0125223b7b7c9c164ce6_68fe9493"
WHY = "the picture stood still"


@pytest.fixture
def view(qtbot: QtBot) -> HelpdeskView:
    made = HelpdeskView(ReplayView(MirrorPane(), ManualClock()))
    qtbot.addWidget(made)
    made.show()
    return made


def _field(view: HelpdeskView) -> QLineEdit:
    field = view.findChild(QLineEdit, "helpdesk_session")
    assert field is not None
    return field


def _button(view: HelpdeskView) -> QPushButton:
    button = view.findChild(QPushButton, "helpdesk_open")
    assert button is not None
    return button


def _reason(view: HelpdeskView) -> QLineEdit:
    field = view.findChild(QLineEdit, "helpdesk_reason")
    assert field is not None
    return field


def test_only_what_can_be_an_id_is_asked_for(view: HelpdeskView) -> None:
    asked: list[tuple[str, str]] = []
    view.open_requested.connect(lambda session, reason: asked.append((session, reason)))
    _reason(view).setText(WHY)
    _field(view).setText("A001, ce matin")
    assert not _button(view).isEnabled()
    _field(view).returnPressed.emit()
    assert asked == []
    _field(view).setText(f"  {SESSION} ")
    _field(view).returnPressed.emit()
    assert asked == [(SESSION, WHY)]


def test_no_log_is_asked_for_without_a_reason_which_stays_for_the_next_one(
    view: HelpdeskView,
) -> None:
    asked: list[tuple[str, str]] = []
    view.open_requested.connect(lambda session, reason: asked.append((session, reason)))
    _field(view).setText(SESSION)
    _field(view).returnPressed.emit()
    assert not _button(view).isEnabled()
    _reason(view).setText(" .. ")
    assert not _button(view).isEnabled()
    _reason(view).setText(WHY)
    _button(view).click()
    _field(view).setText("another_1")
    _button(view).click()
    assert asked == [(SESSION, WHY), ("another_1", WHY)]


def test_nothing_is_asked_twice_while_a_log_is_on_its_way(view: HelpdeskView, qtbot: QtBot) -> None:
    asked: list[str] = []
    view.open_requested.connect(lambda session, _reason: asked.append(session))
    _reason(view).setText(WHY)
    _field(view).setText(SESSION)
    view.show_busy(True)
    _field(view).returnPressed.emit()
    assert asked == []
    view.show_busy(False)
    assert _button(view).isEnabled()


def test_a_log_takes_the_place_of_the_trouble(view: HelpdeskView) -> None:
    view.show_trouble("No log is kept of a session with the id x.")
    assert view.messages.texts() == ["No log is kept of a session with the id x."]
    view.show_log("Session x", open_records("x", whole_session()))
    assert view.messages.texts() == []
    assert view.replay.isVisible()
    assert view.replay.duration_s > 0
