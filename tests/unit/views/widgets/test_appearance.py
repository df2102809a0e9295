# SPDX-License-Identifier: GPL-3.0-only
"""Theme and text size: kept, and at once in every window."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.support.memory.window_settings import MemorySettings
from views.widgets.appearance import TEXT_SIZES, Appearance
from views.widgets.parts import label
from views.widgets.theme import DARK, text_scale, tokens_for


@pytest.fixture
def words(qtbot: QtBot, desk_theme: QApplication) -> QLabel:
    shown = label("A caller waits", role="title")
    qtbot.addWidget(shown)
    shown.show()
    return shown


def test_larger_text_has_effect_at_once_and_holds_tomorrow(
    words: QLabel, desk_theme: QApplication
) -> None:
    settings = MemorySettings()
    look = Appearance(desk_theme, settings)
    look.apply()
    usual = words.fontMetrics().height()
    for size in TEXT_SIZES:
        look.set_text_size(size)
        assert words.fontMetrics().height() == pytest.approx(usual * size, abs=2)
        assert text_scale() == pytest.approx(size)
    assert Appearance(desk_theme, settings).text_size == 2.0


def test_theme_and_text_size_do_not_undo_each_other(
    words: QLabel, desk_theme: QApplication
) -> None:
    look = Appearance(desk_theme, MemorySettings(), theme="light")
    look.set_text_size(1.5)
    look.set_dark(True)
    assert text_scale() == pytest.approx(1.5)
    look.set_text_size(1.0)
    assert tokens_for(words.palette()) is DARK


@pytest.mark.parametrize("kept", ["", "huge", "17", "nan"])
def test_what_nobody_can_choose_is_the_usual_size(kept: str, desk_theme: QApplication) -> None:
    settings = MemorySettings()
    settings.write("text_size", kept)
    assert Appearance(desk_theme, settings).text_size == 1.0


def test_a_theme_that_the_organisation_has_fixed_stays(
    words: QLabel, desk_theme: QApplication
) -> None:
    settings = MemorySettings(fixed={"theme"})
    look = Appearance(desk_theme, settings, theme="dark")
    look.apply()
    look.set_dark(False)
    assert look.dark
    assert tokens_for(desk_theme.palette()) is DARK
