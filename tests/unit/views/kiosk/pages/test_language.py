# SPDX-License-Identifier: GPL-3.0-only
"""The languages of the kiosk: chosen on their page, forgotten when the caller has gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt

from expert_app.kiosk.wiring.visit import IDLE_S, KioskVisit
from resources.texts import CALLER_LANGUAGES, language, use_language
from session.core.clock import ManualClock
from tests.support.screens.kiosk_fingers import on_screen
from tests.support.screens.kiosk_gallery import WIPED, services_answer
from views.kiosk.pages.goodbye import GOODBYE_S
from views.kiosk.pages.language import LanguagePage
from views.kiosk.window import KioskWindow
from views.words.languages import LANGUAGE_NAMES


@pytest.fixture
def chosen(visit: KioskVisit) -> Iterator[KioskVisit]:
    """A kiosk whose caller chooses the language."""
    visit.show_services(services_answer(4))
    yield visit
    use_language("en")


def _choose(visit: KioskVisit, language: str) -> None:
    window = visit.window
    window.bar.language.click()
    window.language_page.buttons[language].click()


def test_every_language_has_a_button_in_its_own_words(window: KioskWindow) -> None:
    page = window.language_page
    assert list(page.buttons) == list(CALLER_LANGUAGES)
    assert [button.words() for button in page.buttons.values()] == [
        LANGUAGE_NAMES[spoken] for spoken in CALLER_LANGUAGES
    ]


def test_a_language_that_is_switched_off_has_no_button(fingers: object) -> None:
    assert fingers
    assert list(LanguagePage(["fr", "ar"]).buttons) == ["fr", "ar"]


def test_arabic_is_laid_out_from_right_to_left_but_its_pads_are_not(chosen: KioskVisit) -> None:
    _choose(chosen, "ar")
    assert on_screen(chosen.window, chosen.window.start_page)
    right_to_left = Qt.LayoutDirection.RightToLeft
    assert chosen.window.start_page.layoutDirection() == right_to_left
    assert chosen.window.number_page.layoutDirection() == right_to_left
    for pad in (chosen.window.number_page.pad.digits, chosen.window.session_page.chat.keyboard):
        assert pad.layoutDirection() == Qt.LayoutDirection.LeftToRight
    _choose(chosen, "es")
    assert chosen.window.start_page.layoutDirection() == Qt.LayoutDirection.LeftToRight


def test_from_the_languages_back_to_the_page_before(chosen: KioskVisit) -> None:
    chosen.ask_number("nir")
    chosen.window.bar.language.click()
    assert on_screen(chosen.window, chosen.window.language_page)
    chosen.window.language_page.back.click()
    assert on_screen(chosen.window, chosen.window.number_page)


def test_what_happens_meanwhile_takes_the_languages_away(chosen: KioskVisit) -> None:
    chosen.window.bar.language.click()
    chosen.show_calling()
    assert on_screen(chosen.window, chosen.window.waiting_page)


def test_the_next_caller_finds_the_first_language(chosen: KioskVisit, clock: ManualClock) -> None:
    _choose(chosen, "tr")
    chosen.show_goodbye(WIPED)
    clock.advance(GOODBYE_S + 1)
    chosen.tick()
    assert language() == "fr"


def test_a_caller_who_walks_away_leaves_no_language_behind(
    chosen: KioskVisit, clock: ManualClock
) -> None:
    _choose(chosen, "uk")
    clock.advance(IDLE_S - 1)
    chosen.tick()
    assert language() == "uk"
    clock.advance(2)
    chosen.tick()
    assert language() == "fr"
