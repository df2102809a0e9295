# SPDX-License-Identifier: GPL-3.0-only
"""WCAG 2.5.3, label in name, in the windows through which `test_text_size.py` does not walk: those
of the kiosk.
"""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from resources.texts import use_language
from tests.accessibility.layout import mislabelled
from tests.support.matrix import thinned
from tests.support.screens.every import BROWSER, EVERY, is_touched

NAMES = [name for name in EVERY if is_touched(name) and not name.startswith(BROWSER)]


@pytest.mark.parametrize("name", thinned(NAMES, kept=NAMES[::3]))
def test_the_words_of_a_button_are_in_its_name(
    name: str, qtbot: QtBot, desk_theme: QApplication
) -> None:
    use_language("fr")
    window = EVERY[name]()
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    assert mislabelled(window) == []
