# SPDX-License-Identifier: GPL-3.0-only
"""A number that is typed is hidden from whoever stands behind the caller."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.visit import KioskVisit
from tests.support.screens.kiosk_fingers import type_number
from views.kiosk.pages.number_display import MASK, MASKED_AFTER_MS, MISSING
from views.kiosk.window import KioskWindow


def _seen(window: KioskWindow) -> str:
    return window.number_page.display.number.text().replace(" ", "").replace(MISSING, "")


def test_only_the_last_digit_is_seen_and_only_for_a_second(
    visit: KioskVisit, window: KioskWindow, qtbot: QtBot
) -> None:
    page = window.number_page
    visit.ask_number("allocataire")
    type_number(window, "104")
    assert _seen(window) == MASK * 2 + "4"
    qtbot.waitUntil(lambda: _seen(window) == MASK * 3, timeout=2 * MASKED_AFTER_MS)
    assert "1" not in page.display.number.accessibleName()


def test_the_caller_may_look_at_the_number_and_hide_it_again(
    visit: KioskVisit, window: KioskWindow
) -> None:
    page = window.number_page
    visit.ask_number("allocataire")
    type_number(window, "104")
    page.display.show_number.click()
    assert _seen(window) == "104"
    assert page.display.show_number.accessibleName() == "Hide the number"
    page.display.show_number.click()
    assert _seen(window) == MASK * 2 + "4"
    page.display.show_number.click()
    page.clear()
    type_number(window, "2")
    type_number(window, "3")
    assert _seen(window) == MASK + "3"


def test_a_ticket_number_is_no_secret(visit: KioskVisit, window: KioskWindow) -> None:
    visit.ask_number("ticket")
    type_number(window, "A04")
    window.number_page.display.hide_last()
    assert _seen(window) == "A04"
    assert not window.number_page.display.show_number.isVisible()
