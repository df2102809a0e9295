# SPDX-License-Identifier: GPL-3.0-only
"""The statement of accessibility: from the start page and back, spoken, and left alone."""

from __future__ import annotations

from expert_app.kiosk.wiring.visit import IDLE_S, KioskVisit
from session.core.clock import ManualClock
from tests.support.screens.kiosk_fingers import on_screen, said
from views.kiosk.window import KioskWindow


def test_the_start_page_leads_to_the_statement_and_back(
    window: KioskWindow,
) -> None:
    assert "Accessibility: partially compliant" in said(window), "the law asks for these words"
    window.start_page.statement.click()
    assert on_screen(window, window.statement_page)
    assert "tell the reception" in said(window)
    assert "Défenseur des droits" in said(window)
    assert any("captions" in words for words in window.statement_page.words()), "it is spoken"
    window.statement_page.back.click()
    assert on_screen(window, window.start_page)


def test_from_the_statement_to_the_languages_and_back_to_the_start(window: KioskWindow) -> None:
    window.start_page.statement.click()
    window.bar.language.click()
    assert on_screen(window, window.language_page)
    window.language_page.back.click()
    assert on_screen(window, window.start_page)


def test_the_statement_is_not_left_for_the_next_caller(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    window.start_page.statement.click()
    clock.advance(IDLE_S + 1)
    visit.tick()
    assert on_screen(window, window.start_page)
