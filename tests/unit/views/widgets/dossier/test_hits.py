# SPDX-License-Identifier: GPL-3.0-only
"""The list of likely dossiers: every line of a hit is seen, however narrow the list is."""

from __future__ import annotations

from PyQt6.QtWidgets import QApplication, QListWidget
from pytestqt.qtbot import QtBot

from tests.accessibility.layout import settle
from tests.support.screens.dossier_scenes import correcting
from views.widgets.theme import apply_theme


def test_a_narrow_window_cuts_no_line_of_a_hit(qtbot: QtBot, desk_theme: QApplication) -> None:
    apply_theme(desk_theme, dark=False, text_scale=1.5)
    window = correcting()
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    found = window.findChild(QListWidget, "person_hits")
    assert found is not None
    viewport, item = found.viewport(), found.item(0)
    assert viewport is not None
    assert item is not None
    window.show()
    for width_px in (1366, 1320, 1280, 1366, 1280):
        window.resize(width_px, 720)
        settle()
        qtbot.waitUntil(
            lambda: viewport.height() > found.visualItemRect(item).bottom(), timeout=20_000
        )
