# SPDX-License-Identifier: GPL-3.0-only
"""Everything that can be touched is reached by Tab and Enter, and by two switches."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QWidget

from expert_app.kiosk.wiring.visit import KioskVisit
from session.kiosk.caller_acts import CallService, ChooseLanguage, RateTalk, Touch
from session.protocol.hub.statistics import Solved
from tests.support.screens.kiosk_fingers import CallerTouches
from tests.support.screens.kiosk_gallery import SCENES, session_facts
from views.kiosk.widgets.key_walk import TwoSwitches, in_order
from views.kiosk.window import KioskWindow


def focused(window: KioskWindow) -> object:
    QApplication.sendPostedEvents()
    return window.focusWidget()


def test_tab_goes_through_every_page_in_the_order_of_the_screen(
    visit: KioskVisit, window: KioskWindow, fingers: Any
) -> None:
    window.activateWindow()
    for name, scene in SCENES.items():
        scene(visit)
        QApplication.sendPostedEvents()
        expected = in_order(window)
        assert window.bar.bigger in expected
        seen = []
        for _step in expected:
            window.focusNextPrevChild(True)
            seen.append(focused(window))
        assert set(map(id, seen)) == set(map(id, expected)), name
        rows = [widget.mapTo(window, widget.rect().center()).y() // 24 for widget in expected]
        assert rows == sorted(rows)


def test_enter_takes_what_has_the_focus_and_a_held_key_takes_it_once(
    window: KioskWindow, touches: CallerTouches, fingers: Any
) -> None:
    card = window.start_page.cards[1]
    card.setFocus(Qt.FocusReason.TabFocusReason)
    assert card.ringed
    fingers.keyClick(card, Qt.Key.Key_Return)
    assert touches.heard == [CallService("housing")]


def test_two_switches_go_on_and_take(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, fingers: Any
) -> None:
    switches = TwoSwitches(window)
    visit.show_session(session_facts())
    window.activateWindow()
    stop = window.session_page.bar.stop
    for _press in in_order(window):
        fingers.keyClick(window.focusWidget() or window, Qt.Key.Key_Space)
        if window.focusWidget() is stop:
            break
    assert window.focusWidget() is stop
    assert touches.heard == [], "going on takes nothing"
    fingers.keyClick(stop, Qt.Key.Key_Return)
    assert touches.heard == [Touch.STOP]
    QApplication.instance().removeEventFilter(switches)  # type: ignore[union-attr]


def test_two_switches_reach_needs_the_language_the_statement_and_the_last_question(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, fingers: Any
) -> None:
    switches = TwoSwitches(window)
    window.activateWindow()

    def take(button: QWidget) -> None:
        for _press in in_order(window):
            fingers.keyClick(window.focusWidget() or window, Qt.Key.Key_Space)
            if window.focusWidget() is button:
                fingers.keyClick(button, Qt.Key.Key_Return)
                return
        raise AssertionError(f"{button.accessibleName()} is not reached")

    take(window.bar.sign)
    assert visit.choices.needs == ("lsf",)
    take(window.bar.language)
    take(window.language_page.buttons["ar"])
    assert touches.heard[-1] == ChooseLanguage("ar")
    take(window.start_page.statement)
    take(window.statement_page.back)
    assert window.current_page is window.start_page
    solved: list[object] = []
    window.goodbye_page.solved.acted.connect(solved.append)
    SCENES["goodbye-talk"](visit)
    take(window.goodbye_page.solved.faces[Solved.YES])
    assert solved == [RateTalk(Solved.YES)]
    QApplication.instance().removeEventFilter(switches)  # type: ignore[union-attr]
