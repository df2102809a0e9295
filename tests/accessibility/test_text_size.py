# SPDX-License-Identifier: GPL-3.0-only
"""Every window of desk, board, helpdesk and site in every state, with letters of 100, 150 and
200 %: nothing is cut, lies on anything or sticks out, and each button's name has the words on it,
in French and in English.

A state costs a third of a second: every run of the tests looks at French with 150 % on a small
screen, where there is least room; the others are for before a release.
"""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QApplication

from tests.accessibility.walk import SCREENS, Screen, flaws_of
from tests.support.screens.every import BROWSER, EVERY, is_touched

WALKED = [
    name
    for name in EVERY
    # the kiosk has letters of its own; the engine of these is looked at by their own tests
    if not is_touched(name) and (name == "helpdesk/conversation" or not name.startswith(BROWSER))
]
DESK = [name for name in WALKED if name.startswith("desk/")]
PARTS = {
    "desk": DESK[::2],
    "and desk": DESK[1::2],
    "board": [name for name in WALKED if name.startswith("board/")],
    "others": [name for name in WALKED if not name.startswith(("desk/", "board/"))],
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    "screen",
    [
        pytest.param(SCREENS[0], id="100", marks=pytest.mark.long),
        pytest.param(SCREENS[1], id="150"),
        pytest.param(SCREENS[2], id="200", marks=pytest.mark.long),
    ],
)
def test_french_has_room(screen: Screen, part: str, desk_theme: QApplication) -> None:
    wrong = flaws_of(PARTS[part], desk_theme, screen=screen, language="fr")
    assert not wrong, "\n".join(wrong)


@pytest.mark.long
@pytest.mark.parametrize("part", PARTS)
def test_english_has_room(part: str, desk_theme: QApplication) -> None:
    wrong = flaws_of(PARTS[part], desk_theme, screen=SCREENS[1], language="en")
    assert not wrong, "\n".join(wrong)


LARGEST = [f"desk/{state}" for state in ("my_day", "empty", "shift_check", "offered")]


def test_the_queue_has_room_for_the_largest_letters_on_a_small_screen(
    desk_theme: QApplication,
) -> None:
    wrong = flaws_of(LARGEST, desk_theme, screen=(1366, 768, 2.0), language="fr")
    assert not wrong, "\n".join(wrong)
