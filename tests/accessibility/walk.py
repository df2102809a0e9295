# SPDX-License-Identifier: GPL-3.0-only
"""Walks through windows in their states with letters of some size, and says what is laid out
wrongly or called otherwise than it is labelled: `flaws_of(...)`. Used by the tests of text size.

    flaws_of(names, application, screen=SCREENS[1], language="fr") == []
"""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QDialog

from resources.texts import use_language
from tests.accessibility.layout import flaws, mislabelled, settle
from tests.support.screens.every import EVERY, is_touched
from views.widgets.theme import apply_theme

Screen = tuple[int, int, float]
SCREENS: tuple[Screen, ...] = ((1280, 720, 1.0), (1366, 768, 1.5), (2560, 1440, 2.0))
"""Width and height in pixels, and how large the letters are."""


def flaws_of(
    names: Iterable[str], application: QApplication, *, screen: Screen, language: str
) -> list[str]:
    """What is wrong with these windows, each sentence after the name of its state."""
    width, height, larger = screen
    use_language(language)
    apply_theme(application, dark=False, text_scale=larger)
    found = []
    for name in names:
        window = EVERY[name]()
        window.show()
        window.resize(width, height)
        settle()
        # a dialog is as large as it wants, and scrolls
        size = None if isinstance(window, QDialog) else (width, height)
        wrong = flaws(window, size=size, target_px=60 if is_touched(name) else 24)
        found += [f"{name}: {flaw}" for flaw in (*wrong, *mislabelled(window))]
        window.hide()
        window.deleteLater()
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return found
