# SPDX-License-Identifier: GPL-3.0-only
"""The bar at the foot of every page: what a caller chooses holds until they leave."""

from __future__ import annotations

from typing import Any

import msgspec
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel

from expert_app.kiosk.wiring.visit import IDLE_S, KioskVisit
from resources.texts import language
from session.core.clock import ManualClock
from session.kiosk.caller_acts import ChooseLanguage, ChooseLook, SayWords
from session.protocol.conversation.messages import Grant
from tests.support.screens.kiosk_fingers import CallerTouches, said
from tests.support.screens.kiosk_gallery import (
    SCENES,
    WIPED,
    SilentVoice,
    session_facts,
    ticket_answer,
)
from views.kiosk.header import KioskHeader
from views.kiosk.window import KioskWindow


def letters_px(window: KioskWindow) -> int:
    """Of the smallest ones."""
    text = window.findChild(KioskHeader).findChildren(QLabel)[1]
    text.ensurePolished()
    return text.font().pixelSize()


def test_the_bar_is_on_every_page_and_never_covered(visit: KioskVisit, window: KioskWindow) -> None:
    for scene in SCENES.values():
        scene(visit)
        QApplication.sendPostedEvents()
        for button in (window.bar.bigger, window.bar.contrast_button, window.bar.language):
            middle = button.mapTo(window, button.rect().center())
            assert button.isVisible()
            assert window.childAt(middle) is button or button.isAncestorOf(window.childAt(middle))


def test_large_letters_and_contrast_hold_until_the_caller_leaves(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    looks: list[object] = []
    window.bar.acted.connect(looks.append)
    visit.show_session(session_facts())
    before = letters_px(window)
    visit.show_ticket(ticket_answer())
    window.bar.bigger.click()
    window.bar.bigger.click()
    window.bar.contrast_button.click()
    visit.show_session(session_facts())
    assert letters_px(window) > 1.9 * before
    assert window.bar.bigger.words() == "200 %"
    assert window.property("contrast")
    visit.show_goodbye(WIPED)
    assert window.bar.text == 2.0, "the last page is read by the same eyes"
    clock.advance(60)
    visit.tick()
    assert window.current_page is window.start_page
    assert (window.bar.text, window.bar.contrast) == (1.0, False)
    assert letters_px(window) == before
    assert looks[:3] == [ChooseLook(1.5, False), ChooseLook(2.0, False), ChooseLook(2.0, True)]
    assert looks[-1] == ChooseLook(1.0, False)


def test_a_third_touch_makes_letters_small_again(window: KioskWindow) -> None:
    for _touch in range(3):
        window.bar.bigger.click()
    assert window.bar.text == 1.0


def test_who_leaves_the_queue_takes_the_large_letters_along(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_ticket(ticket_answer())
    window.bar.bigger.click()
    window.waiting_page.leave.click()
    window.waiting_page.leave_really.click()
    visit.show_start()
    visit.forget_caller()
    assert window.bar.text == 1.0


def test_a_caller_who_was_refused_keeps_them_and_one_who_walks_away_does_not(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock, touches: CallerTouches
) -> None:
    window.bar.bigger.click()
    window.bar.language.click()
    window.language_page.buttons["en"].click()
    visit.choices.show_language("en")
    visit.show_calling()
    visit.show_start()
    assert window.bar.text == 1.5
    clock.advance(IDLE_S + 1)
    visit.tick()
    assert window.bar.text == 1.0
    assert touches.heard == [ChooseLanguage("en")]
    assert language() == "fr"


def test_with_the_largest_letters_face_and_stop_stay_where_they_are(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    window.session_page.stage.show_page(True)
    window.session_page.show_grants(dict.fromkeys(Grant, True))
    window.bar.bigger.click()
    window.bar.bigger.click()
    for width, height in ((1280, 720), (1080, 1920)):
        window.resize(width, height)
        for _round in range(2):
            QApplication.sendPostedEvents()
        page = window.session_page
        for widget in (page.bar.stop, page.face.call_pane, page.bar.line):
            place = widget.rect().translated(widget.mapTo(window, widget.rect().topLeft()))
            assert window.rect().contains(place), (widget.objectName(), place, width)
            assert place.bottom() < window.bar.y()
        assert page.face.call_pane.width() >= 0.22 * width


def test_questions_and_stop_are_read_aloud(talking: KioskVisit, voice: SilentVoice) -> None:
    window = talking.window
    talking.show_session(session_facts())
    window.bar.listen.click()
    assert "You are talking with Claire Vasseur." in voice.said[-1]
    assert "They do not see your page." in voice.said[-1]
    assert "STOP: your adviser can do nothing more" in voice.said[-1]
    window.session_page.ask((Grant.SCAN,))
    window.bar.listen.click()
    window.bar.listen.click()
    for words in ("May your adviser scan your document?", "Without an answer, it is no.", "Yes"):
        assert words in voice.said[-1]
    window.session_page.consent.no.click()
    window.session_page.bar.show_powers.click()
    window.bar.listen.click()
    window.bar.listen.click()
    assert "Scan my document : No." in voice.said[-1]


def test_every_page_has_something_to_be_read(visit: KioskVisit, window: KioskWindow) -> None:
    for name, scene in SCENES.items():
        scene(visit)
        page = window.current_page
        assert page is not None
        assert any(text.strip() for text in page.words()), name  # type: ignore[attr-defined]


def test_the_voice_becomes_louder_by_touch_and_by_key(
    talking: KioskVisit, voice: SilentVoice, fingers: Any
) -> None:
    window = talking.window
    assert not window.bar.louder.isVisible()
    window.bar.listen.click()
    window.bar.louder.click()
    window.bar.quieter.click()
    fingers.keyClick(window, Qt.Key.Key_VolumeUp)
    assert voice.steps == [1, -1, 1]
    voice.on_quiet()
    assert not window.bar.louder.isVisible()


def test_signing_writing_and_the_language_are_needs_until_the_caller_leaves(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    needs: list[tuple[str, ...]] = []
    visit.choices.needs_changed.connect(needs.append)
    window.bar.sign.click()
    window.bar.write.click()
    visit.choices.show_language("en")
    assert needs == [("lsf",), ("lsf", "write"), ("lsf", "write", "en")]
    visit.show_session(session_facts())
    chat = window.session_page.chat
    assert chat.isVisible()
    assert chat.keyboard.isVisible()
    window.bar.sign.click()
    visit.show_goodbye(WIPED)
    clock.advance(60)
    visit.tick()
    assert needs[-2:] == [("en",), ()]
    assert (window.bar.writes, window.bar.signs) == (False, False)
    visit.show_session(session_facts())
    assert not window.session_page.chat.isVisible()


def test_the_caller_begins_to_write(visit: KioskVisit, window: KioskWindow) -> None:
    written: list[object] = []
    window.session_page.chat.acted.connect(written.append)
    visit.show_session(session_facts())
    window.bar.write.click()
    chat = window.session_page.chat
    chat.keyboard.keys["o"].click()
    chat.keyboard.send.click()
    assert written == [SayWords("O")]
    assert chat.isVisible(), "the strip stays, an answer may come"


def test_what_can_be_promised_to_who_signs_is_written_on_the_waiting_page(
    visit: KioskVisit,
    window: KioskWindow,
) -> None:
    answer = ticket_answer()
    for skills, words in (
        (("lsf",), "We look first for an adviser who uses sign language"),
        ((), "No adviser uses sign language"),
    ):
        ticket = msgspec.structs.replace(answer.ticket, needs=("lsf",), skills=skills)
        visit.show_ticket(msgspec.structs.replace(answer, ticket=ticket))
        assert words in " ".join(window.waiting_page.words()) + said(window)
