# SPDX-License-Identifier: GPL-3.0-only
"""What is about to be printed is seen first, and prints on a yes alone."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.kiosk.call.consent import SHEET
from session.kiosk.caller_acts import ConfirmPrint
from session.kiosk.devices.print_preview import ShownPrint
from session.protocol.conversation.messages import Grant
from tests.accessibility.layout import settle
from tests.support.screens.kiosk_fingers import read
from tests.support.screens.kiosk_gallery import session_facts
from views.kiosk.window import KioskWindow


def sheet(print_id: str = "p1", document: bytes | None = None) -> ShownPrint:
    out = io.BytesIO()
    page = Image.new("L", (595, 842), 255)
    ImageDraw.Draw(page).text((70, 80), "Accusé de réception", fill=0)
    page.save(out, "PDF")
    return ShownPrint(print_id, "Reçu de dépôt", document or out.getvalue(), 1, 2)


@pytest.mark.parametrize("wanted", [True, False])
def test_the_sheet_stands_beside_the_face_until_the_answer(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock, wanted: bool
) -> None:
    answers: list[object] = []
    window.session_page.printing.acted.connect(answers.append)
    visit.show_session(session_facts())
    window.session_page.stage.show_page(True)
    window.session_page.show_print(sheet())
    page = window.session_page
    assert page.printing.sheet.isVisible()
    assert page.printing.isVisible()
    assert not page.stage.browser.isVisible()
    assert page.bar.stop.isVisible()
    read(page.printing, clock)
    (page.printing.yes if wanted else page.printing.no).click()
    assert answers == [ConfirmPrint("p1", wanted)]
    assert not page.printing.sheet.isVisible()
    assert page.stage.browser.isVisible()
    page.printing.yes.click()
    assert len(answers) == 1


@pytest.mark.parametrize("size", [(1280, 720), (1280, 800), (1080, 1920), (1024, 768)])
@pytest.mark.parametrize("letters", [0, 2])
def test_hands_can_be_read_beside_the_sheet(
    visit: KioskVisit, window: KioskWindow, tmp_path: Path, size: tuple[int, int], letters: int
) -> None:
    page, film = window.session_page, tmp_path / "sheet.gif"
    Image.new("RGB", (480, 360)).save(film)
    page.printing.use_signs({SHEET: film})
    visit.show_session(session_facts())
    page.show_print(sheet())
    for _touch in range(letters):
        window.bar.bigger.click()
    window.resize(*size)
    settle()
    page.stage.finish_slides()
    settle()
    hands = page.printing.picture
    assert hands.place().width() >= 280
    assert page.printing.sheet.isVisible()
    assert not hands.geometry().intersects(page.printing.sheet.geometry())


def test_the_question_goes_with_silence_stop_and_the_next_caller(
    visit: KioskVisit, window: KioskWindow
) -> None:
    page = window.session_page
    visit.show_session(session_facts())
    window.session_page.show_print(sheet())
    window.session_page.end_print("another")
    assert page.printing.isVisible()
    window.session_page.end_print("p1")
    assert not page.printing.isVisible()
    window.session_page.show_print(sheet("p2"))
    window.session_page.show_grants({Grant.PRINT: True})
    page.bar.stop.click()
    assert not page.printing.isVisible()
    window.session_page.show_print(sheet("p3"))
    visit.show_session(session_facts())
    assert not page.printing.sheet.isVisible()


def test_the_time_to_answer_is_seen(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    visit.show_session(session_facts())
    window.session_page.show_print(sheet())
    clock.advance(60)
    visit.tick()
    assert window.session_page.printing.countdown.left_s == 30


def test_a_document_that_cannot_be_drawn_is_asked_by_its_name(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    window.session_page.show_print(sheet(document=b"%PDF-1.7 nothing"))
    assert window.session_page.printing.isVisible()
    assert not window.session_page.printing.sheet.isVisible()


def test_a_sheet_that_stood_behind_a_question_has_its_whole_time_again(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    page = window.session_page
    visit.show_session(session_facts())
    page.show_print(sheet())
    clock.advance(60)
    page.ask((Grant.SCAN,))
    assert not page.printing.isVisible()
    clock.advance(60)
    visit.tick()
    page.end_question((Grant.SCAN,))
    assert page.printing.isVisible()
    assert page.printing.countdown.left_s == 90
