# SPDX-License-Identifier: GPL-3.0-only
"""The page of a computer that waits says where its agent works, and asks for it by one click."""

from __future__ import annotations

from typing import Any

from PyQt6.QtWidgets import QLabel, QPushButton, QWidget

from views.widgets.theme import text_scale
from views.workplace.elsewhere import CARD_WIDTH, ElsewhereView
from views.workplace.first_bar import FirstPage


def _words(view: ElsewhereView, name: str) -> str:
    found = view.findChild(QLabel, name)
    assert found is not None
    return found.text() if found.isVisible() else ""


def test_it_says_where_and_asks_once_until_it_is_answered(qtbot: Any) -> None:
    view, asked = ElsewhereView(), list[None]()
    qtbot.addWidget(view)
    view.work_here_requested.connect(lambda: asked.append(None))
    view.show()
    view.show_elsewhere("guichet-1", talks=False)
    assert "guichet-1" in _words(view, "elsewhere_where")
    assert _words(view, "elsewhere_words") == ""
    take = view.findChild(QPushButton, "elsewhere_take")
    assert take is not None
    take.click()
    take.click()
    assert len(asked) == 1
    view.show_elsewhere("", talks=True)
    assert "Finish it there" in _words(view, "elsewhere_words")
    assert "another computer" in _words(view, "elsewhere_where")
    view.show_error("The network does not answer.")
    take.click()
    assert len(asked) == 2
    assert _words(view, "elsewhere_words") == ""


def test_who_works_here_already_is_not_offered_the_demonstration(qtbot: Any) -> None:
    pages = [
        FirstPage(ElsewhereView(), language="fr", text_size=1.0, demo=demo)
        for demo in (True, False)
    ]
    offered = [page.findChild(QPushButton, "first_demo") for page in pages]
    assert [button is not None and not button.isHidden() for button in offered] == [True, False]
    for page in pages:
        qtbot.addWidget(page)


def test_the_card_is_never_wider_than_its_window(qtbot: Any) -> None:
    view = ElsewhereView()
    qtbot.addWidget(view)
    view.show_elsewhere("guichet-1", talks=True)
    view.resize(400, 620)
    view.show()
    card = view.findChild(QWidget, "elsewhere_card")
    assert card is not None
    assert card.geometry().right() <= 400
    view.resize(1400, 620)
    qtbot.waitUntil(lambda: card.width() == round(CARD_WIDTH * text_scale()))
