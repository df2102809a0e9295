# SPDX-License-Identifier: GPL-3.0-only
"""The desk's colours can be read, in light and dark, and its style has no name without a colour."""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication, QCheckBox, QStyle, QStyleOptionButton
from pytestqt.qtbot import QtBot

from views.widgets.icons import _GLYPHS, IconLabel, _glyph, icon
from views.widgets.parts import push_button
from views.widgets.theme import (
    DARK,
    LIGHT,
    SERVICE_COLOURS,
    Tokens,
    apply_theme,
    contrast,
    palette_of,
    service_colour,
    style_sheet,
    tokens_for,
)

BOTH = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


def test_contrast_of_black_and_white_is_the_standards_21_to_1() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@BOTH
def test_every_text_colour_can_be_read_on_every_ground(tokens: Tokens) -> None:
    grounds = (tokens.window, tokens.surface, tokens.raised)
    for text in (tokens.text, tokens.soft, tokens.accent, tokens.good, tokens.warn, tokens.bad):
        assert min(contrast(text, ground) for ground in grounds) >= 4.5, text


@BOTH
def test_words_of_chips_and_filled_buttons_can_be_read(tokens: Tokens) -> None:
    pairs = {
        "accent": (tokens.accent, tokens.accent_soft),
        "good": (tokens.good, tokens.good_soft),
        "warn": (tokens.warn, tokens.warn_soft),
        "bad": (tokens.bad, tokens.bad_soft),
        "chip": (tokens.soft, tokens.sunken),
        "text on warning": (tokens.text, tokens.warn_soft),
        "text on error": (tokens.text, tokens.bad_soft),
        "text on ringing row": (tokens.text, tokens.accent_soft),
        "soft on ringing row": (tokens.soft, tokens.accent_soft),
        "primary": (tokens.on_accent, tokens.accent),
        "primary, mouse over": (tokens.on_accent, tokens.accent_hover),
        "danger": (tokens.on_bad, tokens.bad_solid),
        "danger, mouse over": (tokens.on_bad, tokens.bad_hover),
        "stage": (tokens.on_stage, tokens.stage),
    }
    assert {name: pair for name, pair in pairs.items() if contrast(*pair) < 4.5} == {}


@BOTH
def test_edges_of_fields_and_the_focus_are_seen(tokens: Tokens) -> None:
    for ground in (tokens.window, tokens.surface, tokens.raised):
        assert contrast(tokens.line_strong, ground) >= 3.0
        assert contrast(tokens.focus, ground) >= 4.5


def test_tags_of_services_can_be_seen_in_both_themes() -> None:
    for light, dark in SERVICE_COLOURS:
        assert contrast(light, LIGHT.surface) >= 4.5
        assert contrast(dark, DARK.surface) >= 4.5
    assert service_colour(palette_of(DARK), 7) == SERVICE_COLOURS[1][1]


@BOTH
def test_style_sheet_has_no_name_left(tokens: Tokens) -> None:
    sheet = style_sheet(tokens)
    assert "@" not in sheet
    assert tokens.accent in sheet


@BOTH
@pytest.mark.parametrize("ticked", [False, True])
@pytest.mark.parametrize("enabled", [False, True])
def test_a_box_to_tick_has_a_frame_that_is_seen(
    tokens: Tokens, ticked: bool, enabled: bool, desk_theme: QApplication, qtbot: QtBot
) -> None:
    apply_theme(desk_theme, dark=tokens is DARK)
    box, option = QCheckBox(), QStyleOptionButton()
    qtbot.addWidget(box)
    box.setChecked(ticked)
    box.setEnabled(enabled)
    box.show()
    box.initStyleOption(option)
    style = box.style()
    assert style is not None
    place = style.subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, box)
    edge = box.grab().toImage().pixelColor(place.left(), place.center().y())
    least = 3.0 if enabled else 1.1  # what cannot be pressed may be pale (WCAG 2.2, 1.4.11)
    assert contrast(edge.name(), tokens.window) >= least
    apply_theme(desk_theme, dark=False)


def test_larger_text_makes_larger_sizes() -> None:
    assert "20.00pt" not in style_sheet(LIGHT)
    assert "18.00pt" in style_sheet(LIGHT, text_scale=2.0)


def test_application_takes_the_theme_and_tokens_follow_the_palette(
    desk_theme: QApplication,
) -> None:
    apply_theme(desk_theme, dark=True)
    assert tokens_for(desk_theme.palette()) is DARK
    apply_theme(desk_theme, dark=False)
    assert tokens_for(desk_theme.palette()) is LIGHT
    assert desk_theme.font().family() == "Inter Expert"


def test_icons_are_painted_in_the_colours_of_the_theme_in_use(desk_theme: QApplication) -> None:
    shown = icon("hang_up")
    apply_theme(desk_theme, dark=False)
    light = shown.pixmap(32, 32).toImage()
    apply_theme(desk_theme, dark=True)
    dark = shown.pixmap(32, 32).toImage()
    assert light != dark
    assert not QIcon(shown).isNull()


def test_every_icon_of_the_table_exists_in_the_font(desk_theme: QApplication) -> None:
    assert [name for name in _GLYPHS if _glyph(name) == ("", "")] == []


def test_an_unknown_icon_is_no_icon_and_no_error(desk_theme: QApplication) -> None:
    picture = icon("no-such-icon").pixmap(16, 16).toImage()
    assert all(picture.pixelColor(x, y).alpha() == 0 for x in range(16) for y in range(16))


def test_icons_grow_with_the_letters_and_shrink_back(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, dark=False)
    button, sign = push_button("Scan", "scanner"), IconLabel("agent", size_px=20)
    for one in (button, sign):
        qtbot.addWidget(one)
    usual = button.iconSize()
    apply_theme(qapp, dark=False, text_scale=1.5)
    later = push_button("Print", "printer")
    qtbot.addWidget(later)
    assert button.iconSize() == later.iconSize() == usual * 1.5
    assert sign.width() == 30
    apply_theme(qapp, dark=False)
    assert button.iconSize() == usual
    assert sign.width() == 20
