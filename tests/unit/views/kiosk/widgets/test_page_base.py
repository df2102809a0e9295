# SPDX-License-Identifier: GPL-3.0-only
"""What the kiosk's pages are made of: buttons with room for their words."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.accessibility.layout import cut_words, settle
from views.kiosk.browser.calm_page import CalmPage
from views.kiosk.browser.refused_page import RefusedPage
from views.kiosk.widgets.page_base import BigButton
from views.kiosk.widgets.theme import BLACK, CONTRAST, apply_unit

WORDS = {
    "fr": ("Continuer à parler", "Mettre fin à l'entretien"),
    "ru": ("Продолжить разговор", "Закончить разговор"),
    "ar": ("متابعة المحادثة مع المستشار", "إنهاء المحادثة"),
}


@pytest.mark.parametrize("language", WORDS)
def test_words_of_buttons_stand_in_one_line_or_in_as_many_as_they_need(
    language: str, qtbot: QtBot
) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    if language == "ar":
        holder.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    across = QHBoxLayout()
    buttons = [BigButton("plain", "arrow-left"), BigButton("plain")]
    for button, said in zip(buttons, WORDS[language], strict=True):
        button.set_words(said)
        across.addWidget(button, 1)
    box = QVBoxLayout(holder)
    box.addLayout(across)
    box.addStretch(1)
    holder.show()
    lines: list[int] = []
    for text, width in ((1.0, 1900), (1.5, 900), (2.0, 720)):
        apply_unit(holder, 7.2, text=text)
        holder.resize(width, 700)
        settle()
        assert holder.width() == width
        assert cut_words(holder) == []
        for button in buttons:
            words = button.findChild(QLabel)
            assert words is not None
            assert button.rect().contains(words.geometry())
            lines.append(words.heightForWidth(words.width()) // words.fontMetrics().height())
    assert lines[:2] == [1, 1]
    assert max(lines[-2:]) > 1


@pytest.mark.parametrize("kind", ["calm", "refused"])
def test_in_high_contrast_what_stands_for_a_page_is_dark(kind: str, qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    page = CalmPage() if kind == "calm" else RefusedPage(holder)
    QVBoxLayout(holder).addWidget(page)
    page.show()
    holder.show()
    apply_unit(holder, 7.2, palette=CONTRAST)
    holder.resize(900, 500)
    settle()
    assert page.grab().toImage().pixelColor(3, 3).name() == BLACK
