# SPDX-License-Identifier: GPL-3.0-only
"""A Yes counts only when its question can have been read; No and STOP always do."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PyQt6.QtGui import QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QWidget

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.kiosk.call.consent import SILENCE_S
from session.kiosk.caller_acts import AnswerQuestion, ConfirmPrint, GiveFile, Touch
from session.kiosk.devices.given_files import OfferedFile
from session.kiosk.devices.print_preview import ShownPrint
from session.protocol.conversation.messages import LONGEST_QUESTION_S, Grant
from tests.support.screens.kiosk_fingers import CallerTouches, read
from tests.support.screens.kiosk_gallery import session_facts
from views.kiosk.browser.act_strip import ProposalStrip
from views.kiosk.conversation.consent import ConsentPanel
from views.kiosk.widgets.hold_off import HOLD_OFF_S, FingerWatch
from views.kiosk.window import KioskWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def asked(visit: KioskVisit, window: KioskWindow) -> ConsentPanel:
    """A question for the greatest power, in its place, at this moment."""
    visit.show_session(session_facts())
    window.session_page.stage.show_page(True)
    window.session_page.ask((Grant.CONTROL,))
    consent = window.session_page.consent
    consent.finish_slide()
    return consent


def _mouse(widget: QWidget, kind: QEvent.Type, *, down: bool) -> None:
    at = widget.rect().center()
    away, buttons = QPointF(widget.mapToGlobal(at)), LEFT if down else Qt.MouseButton.NoButton
    QCoreApplication.sendEvent(
        widget,
        QMouseEvent(kind, QPointF(at), away, LEFT, buttons, Qt.KeyboardModifier.NoModifier),
    )


def press(widget: QWidget) -> None:
    _mouse(widget, QEvent.Type.MouseButtonPress, down=True)


def release(widget: QWidget) -> None:
    _mouse(widget, QEvent.Type.MouseButtonRelease, down=False)


def tap(widget: QWidget) -> None:
    press(widget)
    release(widget)


def test_a_yes_counts_after_seven_tenths_of_a_second(
    asked: ConsentPanel, touches: CallerTouches, clock: ManualClock
) -> None:
    clock.advance(HOLD_OFF_S * 0.9)
    tap(asked.yes)
    assert touches.heard == []
    assert asked.yes.property("on_hold")
    clock.advance(HOLD_OFF_S + 0.01)
    tap(asked.yes)
    assert touches.heard == [AnswerQuestion((Grant.CONTROL,), (Grant.CONTROL,))]


def test_who_drums_where_the_yes_comes_up_has_not_said_yes(
    asked: ConsentPanel, touches: CallerTouches, clock: ManualClock, visit: KioskVisit
) -> None:
    for _ in range(60):
        tap(asked.yes)
        tap(asked.yes)
        clock.advance(HOLD_OFF_S * 0.6)
        visit.tick()
    assert not any(isinstance(act, AnswerQuestion) for act in touches.heard)


def test_a_no_counts_at_once(asked: ConsentPanel, touches: CallerTouches) -> None:
    tap(asked.no)
    assert touches.heard == [AnswerQuestion((Grant.CONTROL,), ())]


def test_stop_counts_at_once(
    window: KioskWindow, asked: ConsentPanel, touches: CallerTouches
) -> None:
    tap(window.session_page.bar.stop)
    assert touches.heard == [Touch.STOP]
    assert not asked.isVisible()


def test_a_press_that_began_too_early_does_not_count(
    asked: ConsentPanel, touches: CallerTouches, clock: ManualClock
) -> None:
    press(asked.yes)
    clock.advance(HOLD_OFF_S * 2)
    release(asked.yes)
    assert touches.heard == []
    clock.advance(HOLD_OFF_S + 0.01)
    tap(asked.yes)
    assert touches.heard != []


def test_a_key_that_is_held_down_does_not_count(
    asked: ConsentPanel, touches: CallerTouches, clock: ManualClock, fingers: Any
) -> None:
    asked.yes.setFocus()
    none = Qt.KeyboardModifier.NoModifier
    fingers.keyPress(asked.yes, Qt.Key.Key_Space)
    clock.advance(HOLD_OFF_S * 2)
    for kind, repeats in ((QEvent.Type.KeyPress, True), (QEvent.Type.KeyRelease, False)):
        QCoreApplication.sendEvent(asked.yes, QKeyEvent(kind, Qt.Key.Key_Space, none, " ", repeats))
    assert touches.heard == []
    fingers.keyClick(asked.yes, Qt.Key.Key_Space)
    assert touches.heard != []


def test_the_time_starts_when_the_panel_stands_still(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    visit.show_session(session_facts())
    window.session_page.ask((Grant.CONTROL,))
    consent = window.session_page.consent
    clock.advance(HOLD_OFF_S * 2)
    tap(consent.yes)
    assert touches.heard == []
    consent.finish_slide()
    tap(consent.yes)
    assert touches.heard == []
    clock.advance(HOLD_OFF_S + 0.01)
    tap(consent.yes)
    assert touches.heard != []


def test_who_goes_on_tapping_the_page_has_not_read(
    window: KioskWindow, asked: ConsentPanel, touches: CallerTouches, clock: ManualClock
) -> None:
    for _ in range(10):
        clock.advance(HOLD_OFF_S * 0.9)
        tap(window.session_page.face.call_pane)
    tap(asked.yes)
    assert touches.heard == []
    clock.advance(HOLD_OFF_S + 0.01)
    tap(asked.yes)
    assert touches.heard != []


def test_the_panel_does_not_come_under_a_finger(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock, qtbot: Any
) -> None:
    visit.show_session(session_facts())
    window.session_page.stage.show_page(True)
    press(window.session_page.stage.browser)
    window.session_page.ask((Grant.CONTROL,))
    consent = window.session_page.consent
    assert not consent.isVisible()
    release(window.session_page.stage.browser)
    qtbot.waitUntil(consent.isVisible)
    consent.finish_slide()
    tap(consent.yes)
    assert touches.heard == []


def test_a_question_that_is_over_does_not_come_after_the_finger(
    visit: KioskVisit, window: KioskWindow, qtbot: Any
) -> None:
    visit.show_session(session_facts())
    press(window.session_page.face.call_pane)
    window.session_page.ask((Grant.CONTROL,))
    window.session_page.end_question((Grant.CONTROL,))
    release(window.session_page.face.call_pane)
    consent = window.session_page.consent
    assert not consent._finger_up.isActive()
    assert not consent.isVisible()


def test_a_second_question_has_its_own_time(
    window: KioskWindow, asked: ConsentPanel, touches: CallerTouches, clock: ManualClock
) -> None:
    clock.advance(HOLD_OFF_S + 0.01)
    tap(asked.yes)
    window.session_page.ask((Grant.TYPE,))
    asked.finish_slide()
    tap(asked.yes)
    window.session_page.ask((Grant.TYPE,))
    tap(asked.yes)
    assert touches.heard == [AnswerQuestion((Grant.CONTROL,), (Grant.CONTROL,))]
    assert asked.isVisible()


def test_a_touch_that_another_program_saw_begins_the_time_anew(
    asked: ConsentPanel, touches: CallerTouches, clock: ManualClock
) -> None:
    clock.advance(HOLD_OFF_S * 0.9)
    asked.fingers.note_tap()
    clock.advance(HOLD_OFF_S * 0.9)
    tap(asked.yes)
    assert touches.heard == []


def test_a_proposed_value_is_taken_no_sooner(fingers: Any, clock: ManualClock) -> None:
    strip = ProposalStrip(FingerWatch(clock))
    answers: list[bool] = []
    fingers.addWidget(strip)
    strip.answered.connect(answers.append)
    strip.propose("Ville", "Saint-Oyen")
    tap(strip.take)
    clock.advance(HOLD_OFF_S + 0.01)
    strip.propose("Ville", "Val-Doré")
    tap(strip.take)
    assert answers == []
    clock.advance(HOLD_OFF_S + 0.01)
    tap(strip.take)
    assert answers == [True]
    strip.propose("Ville", "Saint-Oyen")
    tap(strip.leave)
    assert answers == [True, False]


@pytest.fixture
def strip(fingers: Any, clock: ManualClock) -> ProposalStrip:
    """A value is proposed, and was there for long enough."""
    strip = ProposalStrip(FingerWatch(clock))
    fingers.addWidget(strip)
    strip.propose("Ville", "Saint-Oyen")
    clock.advance(HOLD_OFF_S + 0.01)
    return strip


def test_a_screen_reader_says_yes_no_sooner(
    asked: ConsentPanel, touches: CallerTouches, clock: ManualClock
) -> None:
    asked.yes.click()  # as it presses: neither mouse nor key
    assert touches.heard == []
    clock.advance(HOLD_OFF_S + 0.01)
    asked.yes.click()
    assert touches.heard == [AnswerQuestion((Grant.CONTROL,), (Grant.CONTROL,))]


def test_a_press_on_one_question_does_not_answer_the_next(
    window: KioskWindow, asked: ConsentPanel, touches: CallerTouches, clock: ManualClock
) -> None:
    clock.advance(HOLD_OFF_S + 0.01)
    press(asked.yes)
    window.session_page.ask((Grant.CONTROL, Grant.TYPE))
    release(asked.yes)
    assert touches.heard == []


def test_a_press_on_one_sheet_does_not_print_the_next(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    visit.show_session(session_facts())
    page = window.session_page
    answers: list[object] = []
    page.printing.acted.connect(answers.append)
    window.session_page.show_print(ShownPrint("p1", "Reçu", b"", pages=1, copies=1))
    read(page.printing, clock)
    press(page.printing.yes)
    window.session_page.show_print(ShownPrint("p2", "Procuration", b"", pages=1, copies=1))
    release(page.printing.yes)
    assert answers == []


def test_a_press_on_one_value_does_not_take_the_next(
    strip: ProposalStrip, clock: ManualClock
) -> None:
    answers: list[bool] = []
    strip.answered.connect(answers.append)
    press(strip.take)
    strip.propose("Montant", "9 000")
    release(strip.take)
    assert answers == []
    clock.advance(HOLD_OFF_S + 0.01)
    tap(strip.take)
    assert answers == [True]


def test_a_sheet_is_printed_and_a_file_given_no_sooner(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    visit.show_session(session_facts())
    page = window.session_page
    answers: list[object] = []
    page.printing.acted.connect(answers.append)
    page.giving.acted.connect(answers.append)
    window.session_page.show_print(ShownPrint("p1", "Reçu", b"", pages=1, copies=1))
    page.printing.finish_slide()
    tap(page.printing.yes)
    page.show_files((OfferedFile("f1", "carte.pdf", 1000),))
    page.giving.sheet.chosen.emit("f1")
    assert not page.giving.isVisible(), "one question after the other"
    assert answers == []
    clock.advance(HOLD_OFF_S + 0.01)
    tap(page.printing.yes)
    page.giving.finish_slide()
    tap(page.giving.yes)
    assert len(answers) == 1
    clock.advance(HOLD_OFF_S + 0.01)
    tap(page.giving.yes)
    assert answers == [ConfirmPrint("p1", True), GiveFile("f1")]


def test_who_touches_wildly_answers_nothing(
    asked: ConsentPanel, touches: CallerTouches, clock: ManualClock, visit: KioskVisit
) -> None:
    begun_s = clock.monotonic_s()
    spots = (asked.panel, asked.icon, asked.title, asked.note, asked.countdown)
    while clock.monotonic_s() - begun_s < LONGEST_QUESTION_S - 1:
        for spot in spots:
            tap(spot)
        clock.advance(SILENCE_S / 2)
        visit.tick()
    assert set(touches.heard) <= {Touch.HERE}
    clock.advance(SILENCE_S)
    visit.tick()
    assert not asked.isVisible(), "no question stays for ever"
    assert set(touches.heard) <= {Touch.HERE}


def test_who_scrolls_the_sheet_and_lets_go_on_the_yes_prints_nothing(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    visit.show_session(session_facts())
    page = window.session_page
    page.show_print(ShownPrint("p1", "Reçu", b"", pages=1, copies=1))
    page.printing.finish_slide()
    clock.advance(HOLD_OFF_S + 0.01)
    press(page.printing.sheet)
    release(page.printing.yes)
    assert ConfirmPrint("p1", True) not in touches.heard
    tap(page.printing.yes)
    assert touches.heard[-1] == ConfirmPrint("p1", True)


def test_who_walks_away_has_said_no_and_the_next_caller_sees_no_question(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    visit.show_session(session_facts())
    page = window.session_page
    page.ask((Grant.SCAN,))
    page.show_print(ShownPrint("p1", "Reçu", b"", pages=1, copies=1))
    clock.advance(SILENCE_S)
    visit.tick()
    assert touches.heard == []
    visit.show_goodbye(None)
    visit.show_session(session_facts())
    assert (page.consent.question, page.printing.print_id) == ((), "")
    assert not page.consent.isVisible()
    assert not page.printing.isVisible()
