# SPDX-License-Identifier: GPL-3.0-only
"""Was it solved? One touch on a face, and nobody is asked for long."""

from __future__ import annotations

from session.core.clock import ManualClock
from session.protocol.hub.statistics import Solved
from tests.support.screens.kiosk_fingers import said
from tests.support.screens.kiosk_gallery import WIPED
from views.kiosk.pages.goodbye import ASKED_S
from views.kiosk.window import KioskWindow


def test_one_touch_is_one_answer_and_is_thanked_for(window: KioskWindow) -> None:
    heard: list[object] = []
    window.solved_answered.connect(heard.append)
    window.show_goodbye(None)
    assert "Was your request solved?" in said(window)
    strip = window.goodbye_page.solved
    strip.faces[Solved.PARTLY].click()
    strip.faces[Solved.NO].click()
    assert heard == [Solved.PARTLY]
    assert "Thank you for your answer." in said(window)
    assert not strip.faces[Solved.YES].isVisible()


def test_the_question_goes_by_itself_and_comes_to_the_next_caller(
    window: KioskWindow, clock: ManualClock
) -> None:
    window.show_goodbye(None)
    strip = window.goodbye_page.solved
    strip.faces[Solved.YES].click()
    clock.advance(ASKED_S + 0.1)
    window.tick()
    assert not strip.isVisible()
    window.show_goodbye(WIPED)
    window.goodbye_page.finish.click()
    window.show_goodbye(None)
    assert strip.isVisible()
    assert strip.faces[Solved.YES].isVisible()
