# SPDX-License-Identifier: GPL-3.0-only
"""The permissions as one button in words: what it says, how it fits, and what it opens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from session.protocol.conversation.messages import Grant
from tests.support.screens.fingers import key
from views.desk.grants_control import IN_PAGE, GrantButton, GrantsControl


@pytest.fixture
def control(qtbot: QtBot, desk_theme: QApplication) -> Iterator[GrantsControl]:
    made = GrantsControl()
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def said(control: GrantsControl) -> str:
    """The words on one line, without the sign of what opens."""
    return " ".join(control.text().replace("▾", "").split())


def test_it_says_in_words_what_the_caller_allows_and_what_runs_out_first(
    control: GrantsControl,
) -> None:
    assert said(control) == "Nothing is allowed"
    control.show_grants(dict.fromkeys(IN_PAGE, True))
    assert said(control) == "May see, point, click, type"
    control.show_times({Grant.SEE_PAGE: 1792.0, Grant.TYPE: 593.0})
    assert said(control) == "May see, point, click, type · 9:53"
    control.show_grants(dict.fromkeys(Grant, True))
    assert said(control).startswith("All is allowed")
    control.show_grants(dict.fromkeys(Grant, False))
    assert said(control) == "Nothing is allowed"


def test_while_the_caller_is_asked_it_says_for_what_and_how_long(control: GrantsControl) -> None:
    control.show_grants({Grant.SEE_PAGE: True})
    control.show_asked([Grant.POINT, Grant.CONTROL])
    control.show_asking({Grant.POINT: 29.6, Grant.CONTROL: 29.6})
    assert said(control) == "Asking to point, click · 30 s"
    assert control.accessibleName() == "Asking to point, click", "no seconds for a screen reader"


def test_it_is_as_wide_as_its_place_whatever_it_says(control: GrantsControl) -> None:
    control.show_grants(dict.fromkeys(IN_PAGE, True))
    one_line, two_lines = (control.width_px(lines=lines) for lines in (1, 2))
    assert two_lines < one_line
    for room, shown in (
        (one_line, "May see, point, click, type"),
        (two_lines, "May see, point,\nclick, type"),
        (two_lines - 1, "Allowed: 4"),
    ):
        control.show_room(room)
        assert shown in control.text()
        assert control.sizeHint().width() == room
        assert "May see, point, click, type" in control.accessibleName()
    for grants in ({Grant.SEE_PAGE: False}, dict.fromkeys(Grant, True), {Grant.KEEP: False}):
        control.show_grants(grants)
        control.show_room(None)
        needed = control.sizeHint().width()
        control.show_room(two_lines)
        assert control.sizeHint().width() == two_lines
        assert "\n" in control.text() or needed <= two_lines or ": 6" in control.text()


def test_a_press_opens_the_permissions_one_by_one(control: GrantsControl, qtbot: QtBot) -> None:
    wanted: list[Grant] = []
    control.wanted.connect(wanted.append)
    control.show_grants({Grant.SEE_PAGE: True})
    control.setFocus()
    key(control, Qt.Key.Key_Return)
    see, point, click = (control.buttons[grant] for grant in IN_PAGE[:3])
    qtbot.waitUntil(point.isVisible)
    assert point.hasFocus(), "the first that is not allowed yet"
    assert (see.text(), see.accessibleName()) == ("See the page", "See the page: allowed")
    key(point, Qt.Key.Key_Down)
    assert click.hasFocus()
    key(click, Qt.Key.Key_Return)
    assert wanted == [Grant.CONTROL]
    assert not click.isVisible()
    assert said(control).startswith("Asking to click")
    control.open_panel()
    qtbot.waitUntil(point.isVisible)
    key(point, Qt.Key.Key_Escape)
    assert not point.isVisible()
    assert wanted == [Grant.CONTROL]


def test_a_question_that_runs_is_not_asked_again(control: GrantsControl) -> None:
    wanted: list[Grant] = []
    control.wanted.connect(wanted.append)
    scan = control.buttons[Grant.SCAN]
    scan.click()
    scan.click()
    assert wanted == [Grant.SCAN]
    control.show_grants({Grant.SCAN: True})
    scan.click()
    assert wanted == [Grant.SCAN, Grant.SCAN], "an allowed one is renewed"


def test_the_time_that_is_left_is_on_the_button_only_when_it_is_short(qtbot: QtBot) -> None:
    button = GrantButton(Grant.SCAN)
    qtbot.addWidget(button)
    button.show_state(allowed=True)
    button.show_left(1792)
    assert "29:52" not in button.text()
    assert "29 min" in button.toolTip()
    button.show_left(300)
    assert "5:00" in button.text()
