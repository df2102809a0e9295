# SPDX-License-Identifier: GPL-3.0-only
"""The caller chooses a file: one touch chooses, a second one gives, and nothing goes by itself."""

from __future__ import annotations

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.kiosk.caller_acts import GiveFile
from session.kiosk.devices.given_files import OfferedFile
from tests.support.screens.kiosk_fingers import read
from tests.support.screens.kiosk_gallery import session_facts
from views.kiosk.window import KioskWindow

FILES = (
    OfferedFile("0", "attestation de loyer.pdf", 231_000),
    OfferedFile("1", "photo.jpg", 2_400_000),
)


def test_a_file_goes_on_the_second_touch(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    answers: list[object] = []
    page = window.session_page
    page.giving.acted.connect(answers.append)
    visit.show_session(session_facts())
    window.session_page.stage.show_page(True)
    page.show_files(())
    assert page.giving.sheet.isVisible()
    assert not page.stage.browser.isVisible()
    assert not page.giving.yes.isEnabled()
    page.show_files(FILES)
    page.giving.sheet.buttons["1"].click()
    assert page.giving.yes.isEnabled()
    page.show_files(
        (
            OfferedFile("0", "new.pdf", 9),
            OfferedFile("1", FILES[0].name, 231_000),
            FILES[1]._replace(file_id="2"),
        )
    )
    read(page.giving, clock)
    page.giving.yes.click()
    assert answers == [
        GiveFile("2")
    ]  # another file came first meanwhile: what was chosen stays chosen
    assert not page.giving.sheet.isVisible()
    assert page.stage.browser.isVisible()


def test_no_and_the_end_of_the_question_give_nothing(
    visit: KioskVisit, window: KioskWindow
) -> None:
    answers: list[object] = []
    page = window.session_page
    page.giving.acted.connect(answers.append)
    visit.show_session(session_facts())
    page.show_files(FILES)
    page.giving.sheet.buttons["0"].click()
    page.giving.no.click()
    assert answers == [GiveFile("")]
    page.show_files(FILES)
    assert not page.giving.yes.isEnabled()
    page.end_files()
    page.giving.yes.click()
    assert answers == [GiveFile("")]
    assert not page.giving.isVisible()
