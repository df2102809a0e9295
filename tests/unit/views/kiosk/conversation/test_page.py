# SPDX-License-Identifier: GPL-3.0-only
"""In a session: the agent, what the agent can do, questions, STOP."""

from __future__ import annotations

from typing import override

import msgspec
import pytest
from PyQt6.QtCore import QEvent, QObject, QRect
from PyQt6.QtGui import QColor, QResizeEvent
from PyQt6.QtWidgets import QApplication, QFrame, QWidget

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.kiosk.call.consent import SILENCE_S
from session.kiosk.caller_acts import AnswerQuestion, Touch, WithdrawGrant
from session.protocol.conversation.messages import Grant
from session.protocol.hub.tickets import HelpState
from tests.support.screens.kiosk_fingers import CallerTouches, read, said
from tests.support.screens.kiosk_gallery import (
    ALL_GRANTS,
    services_answer,
    session_facts,
)
from views.kiosk.widgets.icons import StopSign
from views.kiosk.widgets.page_base import TouchButton
from views.kiosk.window import KioskWindow
from views.words.consent import powers_sentence


def test_the_agent_is_named_and_the_page_stays_hidden_until_opened(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    assert "Claire Vasseur" in said(window)
    short = msgspec.structs.replace(session_facts(), agent_name="Camille R.")
    window.session_page.show_session(short)
    assert window.session_page.words()[0] == "You are talking with Camille R."
    assert window.session_page.face.call_pane.isVisible()
    assert not window.session_page.stage.browser.isVisible()
    window.session_page.stage.show_page(True)
    assert window.session_page.stage.browser.isVisible()
    assert window.session_page.face.call_pane.isVisible()


def test_the_line_says_what_the_agent_can_do_now(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_session(session_facts())
    assert window.session_page.bar.line.text() == (
        "Your adviser sees and hears you. They do not see your page. They can neither scan nor "
        "print."
    )
    window.session_page.show_grants({Grant.SEE_PAGE: True, Grant.POINT: True, Grant.SCAN: True})
    window.session_page.bar.show_media(is_seen=False, heard=True)
    assert window.session_page.bar.line.text() == (
        "Your adviser hears you but does not see you. They see your page and can point at it. "
        "They can scan, but not print."
    )


MUTED = "Your adviser's microphone is off for a moment."


def test_the_caller_reads_that_the_agent_s_microphone_is_off(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    assert MUTED not in said(window)
    window.session_page.face.show_agent_switches(camera_on=True, microphone_on=False)
    assert MUTED in said(window)
    face = window.session_page.face.call_pane
    assert face.isVisible()  # and it covers nothing of the face
    window.session_page.face.show_agent_switches(camera_on=False, microphone_on=False)
    assert "Your adviser's camera and microphone are off for a moment." in said(window)
    window.session_page.face.show_agent_switches(camera_on=False, microphone_on=True)
    assert "Your adviser's camera is off. You can go on talking." in said(window)
    window.session_page.face.show_agent_switches(camera_on=True, microphone_on=True)
    assert not window.session_page.findChild(QFrame, "switched_off").isVisible()


def test_the_next_conversation_begins_with_everything_switched_on(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    window.session_page.face.show_agent_switches(camera_on=True, microphone_on=False)
    visit.show_session(session_facts())
    assert MUTED not in said(window)


def test_every_mix_of_powers_has_its_own_sentence() -> None:
    mixes = {
        powers_sentence({Grant.SEE_PAGE: page, Grant.SCAN: scan, Grant.PRINT: sheet}, seen, heard)
        for page in (True, False)
        for scan in (True, False)
        for sheet in (True, False)
        for seen in (True, False)
        for heard in (True, False)
    }
    assert len(mixes) == 32


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("grant", list(Grant))
def test_answer_is_passed_on_and_the_question_goes(
    visit: KioskVisit,
    window: KioskWindow,
    touches: CallerTouches,
    clock: ManualClock,
    grant: Grant,
    allowed: bool,
) -> None:
    visit.show_session(session_facts())
    window.session_page.ask((grant,))
    consent = window.session_page.consent
    assert consent.isVisible()
    read(consent, clock)
    (consent.yes if allowed else consent.no).click()
    assert touches.heard == [AnswerQuestion((grant,), (grant,) if allowed else ())]
    assert not consent.isVisible()
    consent.yes.click()
    assert len(touches.heard) == 1, "a second touch answers nothing"


def test_time_to_answer_is_counted_down_and_silence_answers_nothing(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    visit.show_session(session_facts())
    window.session_page.ask((Grant.SCAN,))
    consent = window.session_page.consent
    clock.advance(SILENCE_S - 5)
    visit.tick()
    assert consent.countdown.left_s == 5
    clock.advance(5)
    visit.tick()
    assert not consent.isVisible()
    assert touches.heard == []


def test_question_settled_elsewhere_goes_away(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_session(session_facts())
    window.session_page.ask((Grant.SCAN,))
    window.session_page.end_question((Grant.PRINT,))
    assert window.session_page.consent.isVisible()
    window.session_page.end_question((Grant.SCAN,))
    assert not window.session_page.consent.isVisible()


def test_given_power_can_be_taken_back_by_touch(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.show_session(session_facts())
    page = window.session_page
    window.session_page.stage.show_page(True)
    page.bar.show_powers.click()
    assert page.powers.isVisible()
    assert page.face.call_pane.isVisible()
    assert not any(row.isEnabled() for row in page.powers.rows.values())
    window.session_page.show_grants(ALL_GRANTS)
    window.session_page.powers.show_times({Grant.SCAN: 600.0})
    rows = page.powers.rows
    assert all(row.isEnabled() for row in rows.values())
    assert rows[Grant.SCAN].words() == "Scan my document : Yes (10 min)"
    rows[Grant.SCAN].click()
    assert touches.heard == [WithdrawGrant(Grant.SCAN)]
    window.session_page.show_grants({**ALL_GRANTS, Grant.SCAN: False})
    assert rows[Grant.SCAN].words() == "Scan my document : No"
    assert page.powers.isVisible(), "the caller may take back another one"
    page.powers.close_button.click()
    assert not page.powers.isVisible()
    assert page.stage.browser.isVisible()


def test_the_only_red_button_of_a_conversation_is_stop(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    window.session_page.stage.show_page(True)
    window.session_page.show_grants(ALL_GRANTS)
    stops = [
        button
        for button in window.findChildren(TouchButton)
        if button.isVisible() and button.property("look") in ("stop", "danger")
    ]
    assert stops == [window.session_page.bar.stop]


def test_stop_and_a_sheet_to_print_take_the_place_of_the_powers(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    page = window.session_page
    page.bar.show_powers.click()
    page.bar.stop.click()
    assert not page.powers.isVisible()


def test_stop_is_at_once_and_then_asks_what_to_do(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.show_session(session_facts())
    window.session_page.ask((Grant.SCAN,))
    page = window.session_page
    page.bar.stop.click()
    assert touches.heard == [Touch.STOP]
    assert not page.consent.isVisible()
    assert page.stopped.isVisible()
    page.stopped.go_on.click()
    assert not page.stopped.isVisible()
    page.bar.stop.click()
    page.stopped.end_call.click()
    assert touches.heard[-1] == Touch.LEAVE


def test_stop_is_a_red_octagon_with_the_word(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_session(session_facts())
    stop = window.session_page.bar.stop
    assert stop.words() == "STOP"
    sign = stop.findChild(StopSign)
    assert sign is not None
    image = window.grab(QRect(sign.mapTo(window, sign.rect().topLeft()), sign.size())).toImage()
    colour = QColor(image.pixelColor(image.width() // 2, image.height() // 8))
    assert colour.red() > 150
    assert colour.green() < 60


def test_devices_tell_the_caller_what_to_do(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_session(session_facts())
    window.session_page.face.notice.show_notice("place_document")
    assert "Put your document on the glass" in said(window)
    window.session_page.face.notice.show_notice("printer_out_of_paper")
    assert "There is no more paper" in said(window)
    window.session_page.face.notice.show_notice("")
    assert "paper" not in said(window)


def test_next_session_starts_with_nothing_of_the_last(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    window.session_page.stage.show_page(True)
    window.session_page.show_grants(ALL_GRANTS)
    window.session_page.face.notice.show_notice("scanning")
    window.session_page.ask((Grant.PRINT,))
    visit.show_session(session_facts())
    page = window.session_page
    assert not page.stage.browser.isVisible()
    assert not page.consent.isVisible()
    assert not any(row.isEnabled() for row in page.powers.rows.values())
    assert "scanned" not in said(window)


def test_the_host_can_be_called_from_the_conversation(
    visit: KioskVisit, window: KioskWindow
) -> None:
    asked: list[object] = []
    window.bar.acted.connect(asked.append)
    visit.show_session(session_facts())
    assert not window.bar.help.isVisible()  # this site has no host
    visit.show_services(msgspec.structs.replace(services_answer(), host=True))
    window.bar.help.click()
    assert asked == [Touch.HOST]
    window.bar.show_help(HelpState.COMING)
    assert "The host is coming" in said(window)
    window.bar.show_help(HelpState.HERE)
    assert "The host is with you" in said(window)


class Sizes(QObject):
    """Counts how often a widget was given another size."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.changes = 0
        widget.installEventFilter(self)

    @override
    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        self.changes += isinstance(a1, QResizeEvent)
        return False


@pytest.mark.parametrize("size", [(1280, 800), (1080, 1920)])
def test_the_page_keeps_its_size_while_a_question_stands(
    visit: KioskVisit, window: KioskWindow, size: tuple[int, int]
) -> None:
    window.resize(*size)
    visit.show_session(session_facts())
    page = window.session_page
    page.stage.show_page(True)
    QApplication.processEvents()
    before, sizes = page.stage.browser.geometry(), Sizes(page.stage.browser)
    page.ask((Grant.CONTROL,))
    page.stage.finish_slides()
    QApplication.processEvents()
    assert not page.stage.browser.isVisible()
    face, sheet = page.face.call_pane.size(), page.consent.size()
    assert face.width() >= 0.4 * size[0] or face.height() >= 0.22 * size[1]
    assert sheet.width() * sheet.height() > 0
    page.end_question((Grant.CONTROL,))
    QApplication.processEvents()
    assert page.stage.browser.isVisible()
    assert (page.stage.browser.geometry(), sizes.changes) == (before, 0), (
        "the agent's mirror stands still"
    )
