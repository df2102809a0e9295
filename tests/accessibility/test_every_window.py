# SPDX-License-Identifier: GPL-3.0-only
"""Our windows in their states, in French: every control has a name, and all words stand out in both
themes, those of empty fields too. Layout: `test_text_size.py`.

A state costs half a second: every run looks at each in one theme. The kiosk's pages are looked at
by `tests/unit/views/kiosk/test_window_layout.py`, on the kiosk's own screens.
"""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from resources.texts import use_language
from tests.accessibility.contrast import faint
from tests.accessibility.layout import settle, unnamed
from tests.support.matrix import thinned
from tests.support.screens.every import EVERY
from views.widgets.theme import apply_theme

SCREEN = (1280, 720)
LOOKED_AT = (
    "desk/idle",
    "desk/offered",
    "desk/page",
    "desk/preview",
    "desk/wrap_up",
    "desk/passing",
    "desk/help",
    "desk/make_likely",
    "desk/booking",
    "desk/booking_nobody",
    "desk/booked",
    "desk/expected_day",
    "board/board",
    "board/board_act",
    "board/board_curves",
    "board/board_statistics",
    "board/board_appointments",
    "others/sign-in",
    "others/about",
    "others/passphrase",
    "settings/look",
    "settings/media",
    "settings/layouts",
    "settings/keys",
    "settings/notifications",
    "settings/privacy",
    "host-settings/notifications",
    "host-settings/help",
    "site/host",
    "others/visit",
)
"""Each kind of page once."""


@pytest.mark.parametrize(
    ("name", "dark"),
    thinned(
        [(name, dark) for name in LOOKED_AT for dark in (False, True)],
        kept=[(name, place % 2 == 1) for place, name in enumerate(LOOKED_AT)],
    ),
)
def test_everything_has_a_name_and_stands_out(
    name: str, dark: bool, qtbot: QtBot, desk_theme: QApplication
) -> None:
    use_language("fr")
    apply_theme(desk_theme, dark)
    window = EVERY[name]()
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.resize(*SCREEN)
    window.show()
    settle()
    wrong = [*unnamed(window), *faint(window)]
    assert not wrong, "\n".join(wrong)
