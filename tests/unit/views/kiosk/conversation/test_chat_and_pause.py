# SPDX-License-Identifier: GPL-3.0-only
"""The keyboard on the screen, and the caller's own privacy pause."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.visit import KioskVisit
from session.kiosk.caller_acts import SayWords, SetPause
from session.protocol.endpoints.chat import ChatLine
from tests.support.screens.kiosk_fingers import said
from tests.support.screens.kiosk_gallery import ALL_GRANTS, kiosk_visit, session_facts
from tests.support.screens.parts import part
from views.kiosk.widgets.keyboard import TouchKeyboard
from views.kiosk.widgets.theme import MIN_TOUCH_PX
from views.kiosk.window import KioskWindow

QUESTION = (ChatLine("w1", "Où habitez-vous ?", mine=False),)


@pytest.fixture
def keyboard(visit: KioskVisit, window: KioskWindow, fingers: Any) -> TouchKeyboard:
    visit.show_session(session_facts())
    window.session_page.stage.show_page(True)
    window.session_page.chat.show_lines(QUESTION)
    entry = part(window, QLineEdit, "written_entry")
    assert window.session_page.chat.keyboard.isHidden()
    fingers.mouseClick(entry, Qt.MouseButton.LeftButton)
    return window.session_page.chat.keyboard


def type_words(keyboard: TouchKeyboard, text: str) -> None:
    for character in text:
        if character == " ":
            keyboard.space.click()
            continue
        sheet = keyboard.to_signs if character in "0123456789,." else keyboard.to_letters
        if sheet.isVisible():
            sheet.click()
        if character.isupper() and keyboard.keys["a"].text() == "a":
            keyboard.shift.click()
        keyboard.keys[character.lower()].click()


def test_a_touch_brings_the_keyboard_beside_the_face_and_words_go_by_it(
    window: KioskWindow, keyboard: TouchKeyboard
) -> None:
    sent: list[object] = []
    window.session_page.chat.acted.connect(sent.append)
    assert keyboard.isVisible()
    assert window.session_page.face.call_pane.isVisible()
    assert not window.session_page.stage.browser.isVisible()
    type_words(keyboard, "Rue d")
    keyboard.keys["'"].click()
    type_words(keyboard, "Élu ça, 12")
    keyboard.send.click()
    assert sent[-1] == SayWords("Rue d'Élu ça, 12")
    assert keyboard.isHidden()
    assert window.session_page.stage.browser.isVisible()


def test_a_capital_comes_by_itself_once_and_the_last_character_goes(
    window: KioskWindow, keyboard: TouchKeyboard
) -> None:
    type_words(keyboard, "Oui")
    keyboard.erase.click()
    assert part(window, QLineEdit, "written_entry").text() == "Ou"
    assert [keyboard.keys[key].text() for key in "aé"] == ["a", "é"]


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (1080, 1920)])
def test_every_key_is_as_large_as_a_finger_and_can_be_read_aloud(
    qtbot: QtBot, size: tuple[int, int]
) -> None:
    visit = kiosk_visit()
    window = visit.window
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.resize(*size)
    window.show()
    visit.show_session(session_facts())
    window.session_page.chat.show_lines(QUESTION)
    keyboard = window.session_page.chat.keyboard
    keyboard.open_keyboard()
    for sheet, turn in enumerate((keyboard.to_letters, keyboard.to_signs)):
        turn.click()
        window.grab()
        for key in (
            *keyboard.keys.values(),
            keyboard.space,
            keyboard.send,
            keyboard.erase,
            keyboard.shut,
        ):
            if key.isVisible():
                assert min(key.width(), key.height()) >= MIN_TOUCH_PX, (
                    sheet,
                    key.text(),
                    key.size(),
                )
                assert key.accessibleName()


def test_a_real_keyboard_makes_do_without_and_a_new_caller_finds_it_shut(
    visit: KioskVisit, window: KioskWindow, keyboard: TouchKeyboard
) -> None:
    type_words(keyboard, "secret")
    visit.show_session(session_facts())
    assert keyboard.isHidden()
    assert part(window, QLineEdit, "written_entry").text() == ""


def test_the_caller_begins_and_ends_a_pause_of_its_own(
    visit: KioskVisit, window: KioskWindow
) -> None:
    requested: list[object] = []
    window.bar.acted.connect(requested.append)
    visit.show_session(session_facts())
    window.session_page.show_grants(dict.fromkeys(ALL_GRANTS, True))
    window.session_page.stage.show_page(True)
    window.bar.pause.click()
    window.session_page.show_private(True)
    window.bar.show_pause(True)
    assert not window.session_page.stage.browser.isVisible()
    assert "End the pause" in said(window)
    line = window.session_page.bar.line.text()
    assert "does not see you" in line
    assert "do not see your page" in line, "what is hidden is not said to be seen"
    window.bar.pause.click()
    window.bar.show_pause(False)
    assert requested == [SetPause(True), SetPause(False)]
    assert "End my privacy pause" not in said(window)
    assert not window.session_page.stage.browser.isVisible(), "the agent's own pause goes on"
    window.session_page.show_private(False)
    assert window.session_page.stage.browser.isVisible()
    assert "They see your page" in window.session_page.bar.line.text()
