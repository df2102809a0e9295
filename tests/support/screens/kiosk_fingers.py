# SPDX-License-Identifier: GPL-3.0-only
"""What a caller can do at a kiosk's window and read on it. Used by the kiosk's tests."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel, QWidget

from session.core.clock import ManualClock
from views.kiosk.conversation.consent import SlidingPanel
from views.kiosk.widgets.hold_off import HOLD_OFF_S
from views.kiosk.window import KioskWindow


class CallerTouches:
    """Everything that the window asks for, in order; what is done in a conversation as acts."""

    def __init__(self, window: KioskWindow) -> None:
        self.heard: list[object] = []
        for name in (
            "service_requested",
            "number_entered",
            "number_skipped",
            "leave_requested",
            "language_requested",
            "start_requested",
            "away_requested",
            "callback_requested",
            "returns_requested",
            "came_back",
            "slip_requested",
            "close_requested",
        ):
            getattr(window, name).connect(
                lambda *facts, name=name: self.heard.append((name, *facts))
            )
        page = window.session_page
        for part in (page, page.consent, page.stopped, page.powers, page.printing, page.giving):
            part.acted.connect(self.heard.append)


def read(panel: SlidingPanel, clock: ManualClock) -> None:
    """The question stands still, and for so long that a Yes counts."""
    panel.finish_slide()
    clock.advance(HOLD_OFF_S + 0.01)


def said(window: KioskWindow) -> str:
    """All that stands in the window, or will once it is shown."""
    return " ".join(text.text() for text in window.findChildren(QLabel) if text.isVisibleTo(window))


def on_screen(window: KioskWindow, page: QWidget) -> bool:
    return window.current_page is page


def type_number(window: KioskWindow, text: str) -> None:
    page = window.number_page
    for character in text:
        if character.isalpha():
            page.letters_key.click()
            page.letters.keys[character].click()
        else:
            page.digits.keys[character].click()
