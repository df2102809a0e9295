# SPDX-License-Identifier: GPL-3.0-only
"""WCAG 2.5.3, label in name: who speaks to the computer says what stands on a button, and a screen
reader says it first of all; so its accessible name contains its words, in every window.
"""

from __future__ import annotations

import re

import pytest
from PyQt6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from resources.texts import use_language
from tests.support.screens.every import BROWSER, EVERY
from views.widgets.plain_words import written_words

SYMBOLS = ("ABC", "123", "1:1")
"""What stands for something else, like an icon, is no label."""

_SIGNS = re.compile(r"[\W_]+")


def said(words: str) -> str:
    """Return the words alone, as they are heard."""
    return " ".join(_SIGNS.sub(" ", words).casefold().split())


@pytest.mark.parametrize("name", [name for name in EVERY if not name.startswith(BROWSER)])
def test_the_words_of_a_button_are_in_its_name(
    name: str, qtbot: QtBot, desk_theme: QApplication
) -> None:
    use_language("fr")
    window = EVERY[name]()
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    wrong = []
    for button in window.findChildren(QAbstractButton):
        words, spoken = written_words(QAbstractButton.text(button)), button.accessibleName()
        if spoken and words not in SYMBOLS and said(words) not in said(spoken):
            wrong.append(f"{button.objectName()} shows {words!r}, is called {spoken!r}")
    assert not wrong, "\n".join(wrong)
