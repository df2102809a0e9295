# SPDX-License-Identifier: GPL-3.0-only
"""Tab goes as the eye reads in a whole window, in whatever order its parts were made."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tests.accessibility.layout import settle
from tests.support.screens.every import EVERY
from views.widgets.keyboard.tab_order import order_window
from views.widgets.plain_window import PlainWindow


def _window() -> tuple[PlainWindow, dict[str, QPushButton]]:
    """Made from the last to the first: foot, right column, left column, head."""
    buttons = {name: QPushButton(name) for name in ("foot", "r2", "r1", "l2", "l1", "h2", "h1")}
    root, left, right = QWidget(), QWidget(), QWidget()
    for frame, names in ((right, ("r1", "r2")), (left, ("l1", "l2"))):
        inside = QVBoxLayout(frame)
        for name in names:
            inside.addWidget(buttons[name])
    head, middle = QHBoxLayout(), QHBoxLayout()
    for name in ("h1", "h2"):
        head.addWidget(buttons[name])
    middle.addWidget(left)
    middle.addWidget(right)
    box = QVBoxLayout(root)
    box.addLayout(head)
    box.addLayout(middle)
    box.addWidget(buttons["foot"])
    window = PlainWindow(root, "Fenêtre")
    window.resize(600, 400)
    return window, buttons


def test_a_frame_is_walked_through_before_the_next_begins(qapp: QApplication) -> None:
    window, _buttons = _window()
    window.show()
    settle()
    seen = [one.text() for one in order_window(window) if isinstance(one, QPushButton)]
    assert seen == ["h1", "h2", "l1", "l2", "r1", "r2", "foot"]
    window.hide()
    window.deleteLater()


def test_tab_in_a_plain_window_follows_the_eye(qapp: QApplication) -> None:
    window, buttons = _window()
    window.show()
    settle()
    buttons["h1"].setFocus()
    walked = []
    for _press in range(7):
        at = window.focusWidget()
        assert isinstance(at, QPushButton)
        walked.append(at.text())
        window.focusNextPrevChild(True)
    assert walked == ["h1", "h2", "l1", "l2", "r1", "r2", "foot"]
    window.focusNextPrevChild(False)
    assert window.focusWidget() is buttons["foot"]
    window.hide()
    window.deleteLater()


def test_a_tall_field_beside_two_rows_comes_first_and_the_rows_follow(qapp: QApplication) -> None:
    root, below, above, tall = QWidget(), QLineEdit("below"), QLineEdit("above"), QPushButton("t")
    grid = QGridLayout(root)
    grid.addWidget(below, 1, 1)
    grid.addWidget(above, 0, 1)
    grid.addWidget(tall, 0, 0, 2, 1)
    tall.setMinimumHeight(120)
    window = PlainWindow(root, "Fenêtre")
    window.show()
    settle()
    assert order_window(window) == [tall, above, below]
    window.hide()
    window.deleteLater()


@pytest.mark.parametrize("name", ["board/board", "helpdesk/list", "site/host", "others/about"])
def test_in_every_window_of_lists_tab_begins_at_the_top(qapp: QApplication, name: str) -> None:
    window = EVERY[name]()
    window.resize(1366, 768)
    window.show()
    settle()
    stops = order_window(window)
    assert len(stops) > 2
    tops = [one.mapTo(window, one.rect().topLeft()).y() for one in stops]
    assert tops[0] <= min(tops) + stops[0].height()
    assert len(set(map(id, stops))) == len(stops)
    window.hide()
    window.deleteLater()
