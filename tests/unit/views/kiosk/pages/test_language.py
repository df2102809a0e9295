# SPDX-License-Identifier: GPL-3.0-only
"""The languages of the kiosk: chosen on their page, forgotten when the caller has gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt

from resources.texts import CALLER_LANGUAGES, use_language
from session.core.clock import ManualClock
from tests.support.screens.kiosk_fingers import CallerTouches, on_screen
from tests.support.screens.kiosk_gallery import WIPED, services_answer
from views.kiosk.pages.goodbye import GOODBYE_S
from views.kiosk.pages.language import LanguagePage
from views.kiosk.window import IDLE_S, KioskWindow
from views.words.languages import LANGUAGE_NAMES


@pytest.fixture
def chosen(window: KioskWindow) -> Iterator[KioskWindow]:
    """The window in the language that its caller chooses, as the program does it."""

    def on_language(language: str) -> None:
        use_language(language)
        window.show_language(language)

    window.language_requested.connect(on_language)
    window.show_services(services_answer(4))
    yield window
    use_language("en")


def _choose(window: KioskWindow, language: str) -> None:
    window.choose_language()
    window.language_page.buttons[language].click()


def test_every_language_has_a_button_in_its_own_words(window: KioskWindow) -> None:
    page = window.language_page
    assert list(page.buttons) == list(CALLER_LANGUAGES)
    assert [button.words() for button in page.buttons.values()] == [
        LANGUAGE_NAMES[language] for language in CALLER_LANGUAGES
    ]


def test_a_language_that_is_switched_off_has_no_button(fingers: object) -> None:
    assert fingers
    assert list(LanguagePage(["fr", "ar"]).buttons) == ["fr", "ar"]


def test_arabic_is_laid_out_from_right_to_left_but_its_pads_are_not(chosen: KioskWindow) -> None:
    _choose(chosen, "ar")
    assert on_screen(chosen, chosen.start_page)
    right_to_left = Qt.LayoutDirection.RightToLeft
    assert chosen.start_page.layoutDirection() == right_to_left
    assert chosen.number_page.layoutDirection() == right_to_left
    for pad in (chosen.number_page.digits, chosen.session_page.chat.keyboard):
        assert pad.layoutDirection() == Qt.LayoutDirection.LeftToRight
    _choose(chosen, "es")
    assert chosen.start_page.layoutDirection() == Qt.LayoutDirection.LeftToRight


def test_from_the_languages_back_to_the_page_before(chosen: KioskWindow) -> None:
    chosen.ask_number("nir")
    chosen.choose_language()
    assert on_screen(chosen, chosen.language_page)
    chosen.language_page.back.click()
    assert on_screen(chosen, chosen.number_page)


def test_what_happens_meanwhile_takes_the_languages_away(chosen: KioskWindow) -> None:
    chosen.choose_language()
    chosen.show_calling()
    assert on_screen(chosen, chosen.waiting_page)


def test_the_next_caller_finds_the_first_language(
    chosen: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    _choose(chosen, "tr")
    chosen.show_goodbye(WIPED)
    clock.advance(GOODBYE_S + 1)
    chosen.tick()
    assert ("language_requested", "fr") in touches.heard


def test_a_caller_who_walks_away_leaves_no_language_behind(
    chosen: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    _choose(chosen, "uk")
    clock.advance(IDLE_S - 1)
    chosen.tick()
    assert touches.heard[-1] == ("language_requested", "uk")
    clock.advance(2)
    chosen.tick()
    assert touches.heard[-1] == ("language_requested", "fr")
