# SPDX-License-Identifier: GPL-3.0-only
"""A caller's whole visit without a finger on the screen: by Tab and Enter alone, and by two
switches alone. What is heard of it is in `tests/accessibility/test_bus.py`.
"""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.kiosk.caller_acts import AnswerQuestion, CallService, ConfirmPrint, EnterNumber, Touch
from tests.accessibility.kiosk_story import FILL, PAPERS, VISIT, StoryKiosk
from tests.support.screens.kiosk_fingers import CallerTouches
from views.kiosk.widgets.key_walk import TwoSwitches, in_order

DONE = [
    CallService("rsa"),
    EnterNumber("1234567"),
    AnswerQuestion(FILL, FILL),
    AnswerQuestion(PAPERS, PAPERS),
    ConfirmPrint("p1", True),
    Touch.STOP,
    CallerTouches.LEFT_ALONE,
]


@pytest.fixture
def story(visit: KioskVisit, clock: ManualClock) -> StoryKiosk:
    visit.window.activateWindow()
    return StoryKiosk(visit, clock)


def go_through(story: StoryKiosk, fingers: Any, on: Qt.Key) -> None:
    """Goes on with one key until the thing has the focus, and takes it with Enter."""
    for happens, takes, _heard in VISIT:
        if happens:
            getattr(story, happens)()
        if not takes:
            continue
        QApplication.sendPostedEvents()
        wanted = story.part(takes)
        for _press in range(2 * len(in_order(story.window))):
            if story.window.focusWidget() is wanted:
                break
            fingers.keyClick(story.window.focusWidget() or story.window, on)
        assert story.window.focusWidget() is wanted, f"{takes} is not reached"
        fingers.keyClick(wanted, Qt.Key.Key_Return)


def test_a_whole_visit_by_keys_alone(story: StoryKiosk, fingers: Any) -> None:
    go_through(story, fingers, Qt.Key.Key_Tab)
    assert story.touches.heard == DONE


def test_a_whole_visit_by_two_switches_alone(story: StoryKiosk, fingers: Any) -> None:
    switches = TwoSwitches(story.window)
    go_through(story, fingers, Qt.Key.Key_Space)
    assert story.touches.heard == DONE
    QApplication.instance().removeEventFilter(switches)  # type: ignore[union-attr]
