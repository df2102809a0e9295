# SPDX-License-Identifier: GPL-3.0-only
"""Was it solved? One touch on a face, and nobody is asked for long."""

from __future__ import annotations

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.kiosk.caller_acts import RateTalk
from session.protocol.hub.statistics import Solved
from tests.support.screens.kiosk_fingers import said
from tests.support.screens.kiosk_gallery import WIPED
from views.kiosk.pages.goodbye import ASKED_S
from views.kiosk.window import KioskWindow


def test_one_touch_is_one_answer_and_is_thanked_for(visit: KioskVisit, window: KioskWindow) -> None:
    heard: list[object] = []
    window.goodbye_page.solved.acted.connect(heard.append)
    visit.show_goodbye(None)
    assert "Was your request solved?" in said(window)
    strip = window.goodbye_page.solved
    strip.faces[Solved.PARTLY].click()
    strip.faces[Solved.NO].click()
    assert heard == [RateTalk(Solved.PARTLY)]
    assert "Thank you for your answer." in said(window)
    assert not strip.faces[Solved.YES].isVisible()


def test_the_question_goes_by_itself_and_comes_to_the_next_caller(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    visit.show_goodbye(None)
    strip = window.goodbye_page.solved
    strip.faces[Solved.YES].click()
    clock.advance(ASKED_S + 0.1)
    visit.tick()
    assert not strip.isVisible()
    visit.show_goodbye(WIPED)
    window.goodbye_page.finish.click()
    visit.show_goodbye(None)
    assert strip.isVisible()
    assert strip.faces[Solved.YES].isVisible()
