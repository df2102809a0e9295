# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's colours and sizes."""

from __future__ import annotations

import re

import pytest
from pytestqt.qtbot import QtBot

from views.kiosk.widgets import theme as kiosk_theme
from views.kiosk.widgets.theme import (
    ACCENT,
    BLUE,
    CONTRAST,
    DEEP,
    DISABLED,
    FAMILIES,
    GREEN,
    INK,
    NAVY,
    PAPER,
    PLAIN,
    RED,
    SKY,
    TEXT_PAIRS,
    button_styles,
    grown,
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
    for palette, least in ((PLAIN, 4.5), (CONTRAST, 6.5)):
        for ground, pressed, text, _border in button_styles(palette).values():
            assert contrast(text, ground) >= least
            assert contrast(text, pressed) >= 4.5


def test_high_contrast_is_seven_to_one_for_all_that_is_read() -> None:
    p = CONTRAST
    for text, ground in (
        (p.ink, p.paper),
        (p.grey, p.white),
        (p.blue_words, p.paper),
        (p.green_words, p.green_paper),
        (p.on_dark, p.deep),
        (p.on_blue, p.blue),
        (p.on_green, p.green),
        (p.on_accent, p.accent),
        (p.on_held, p.held),
        (p.pale_words, p.navy),
    ):
        assert contrast(text, ground) >= 7


def test_the_ring_stands_out_from_every_ground() -> None:
    for ground in (PAPER, "#FFFFFF", SKY, NAVY, DEEP, BLUE, GREEN, RED, "#000000"):
        assert max(contrast(INK, ground), contrast(ACCENT, ground)) >= 3
    assert contrast(INK, ACCENT) >= 3


def test_letters_grow_and_titles_that_are_large_already_do_not() -> None:
    assert [grown(2.3, text) for text in (1.0, 1.5, 2.0)] == [2.3, pytest.approx(3.45), 4.6]
    assert grown(5.6, 2.0) == 6.0
    assert grown(15.0, 2.0) == 15.0
    assert "font-size: 46px" in style_sheet(10, 2.0)


def test_the_style_sheet_names_only_colours_of_the_palette() -> None:
    palette = {
        value
        for value in vars(kiosk_theme).values()
        if isinstance(value, str) and value.startswith("#")
    }
    for colours in (PLAIN, CONTRAST):
        assert set(re.findall(r"#[0-9A-F]{6}", style_sheet(8, 1.5, colours))) <= palette


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
