# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's colours and sizes."""

from __future__ import annotations

import re

import pytest
from pytestqt.qtbot import QtBot

from views.kiosk.widgets import theme as kiosk_theme
from views.kiosk.widgets.theme import (
    DISABLED,
    FAMILIES,
    PAPER,
    TEXT_PAIRS,
    load_fonts,
    style_sheet,
    unit_px,
)
from views.widgets.theme import contrast


@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable_on_its_ground(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


def test_sleeping_keys_can_still_be_made_out() -> None:
    assert contrast(DISABLED, PAPER) >= 3


def test_every_button_look_uses_checked_colours() -> None:
    for ground, pressed, text, _border in kiosk_theme._LOOKS.values():
        assert (text, ground) in TEXT_PAIRS
        assert contrast(text, pressed) >= 4.5


def test_the_style_sheet_names_only_colours_of_the_palette() -> None:
    palette = {
        value
        for value in vars(kiosk_theme).values()
        if isinstance(value, str) and value.startswith("#")
    }
    assert set(re.findall(r"#[0-9A-F]{6}", style_sheet(8))) <= palette


@pytest.mark.parametrize(
    ("width_px", "height_px", "title_px"),
    [(1280, 800, 45), (1920, 1080, 60), (1080, 1920, 60), (800, 600, 34)],
)
def test_titles_grow_with_the_screen(width_px: int, height_px: int, title_px: int) -> None:
    sheet = style_sheet(unit_px(width_px, height_px))
    found = re.search(r"QLabel\[look=title\] \{ font-size: (\d+)px", sheet)
    assert found is not None
    assert abs(int(found[1]) - title_px) <= 1


def test_shipped_fonts_are_found(qtbot: QtBot) -> None:
    from PyQt6.QtGui import QFontDatabase

    load_fonts()
    assert FAMILIES[0] in QFontDatabase.families()
    assert "SemiBold" in QFontDatabase.styles(FAMILIES[0])
