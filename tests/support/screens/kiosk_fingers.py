# SPDX-License-Identifier: GPL-3.0-only
"""What a caller can do at a kiosk's window and read on it. Used by the kiosk's tests."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel, QWidget

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.kiosk.caller_acts import (
    CallerAct,
    ChangeVolume,
    Choice,
    ChooseLook,
    ReadWords,
    VisitAct,
)
from views.kiosk.conversation.question_sheet import QuestionSheet
from views.kiosk.widgets.hold_off import HOLD_OFF_S
from views.kiosk.window import KioskWindow


class CallerTouches:
    """All that the caller asks of the job and of the conversation, in order: acts, and `LEFT_ALONE`
    when the window goes back to the start by itself. Steps from page to page are left out.
    """

    LEFT_ALONE = "left alone"

    def __init__(self, visit: KioskVisit) -> None:
        self.heard: list[object] = []
        visit.left_alone.connect(lambda: self.heard.append(self.LEFT_ALONE))
        for part in visit.window.parts():
            part.acted.connect(self._on_act)

    def _on_act(self, act: CallerAct) -> None:
        if not isinstance(act, VisitAct | Choice | ChooseLook | ChangeVolume | ReadWords):
            self.heard.append(act)


def read(panel: QuestionSheet, clock: ManualClock) -> None:
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
            page.pad.letters_key.click()
            page.pad.letters.keys[character].click()
        else:
            page.pad.digits.keys[character].click()
