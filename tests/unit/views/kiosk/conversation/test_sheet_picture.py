# SPDX-License-Identifier: GPL-3.0-only
"""The picture in a question: the page that it is about, or its sentence in sign language."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtWidgets import QAbstractButton, QWidget

from expert_app.kiosk.wiring.visit import KioskVisit
from resources.texts import CALLER_LANGUAGES, use_language
from session.kiosk.call.consent import Question
from session.protocol.conversation.messages import Grant
from tests.accessibility.layout import flaws, settle
from tests.support.screens.kiosk_gallery import session_facts
from views.kiosk.conversation.sheet_picture import MOST_SIDE_PX
from views.kiosk.widgets.theme import MIN_TOUCH_PX
from views.kiosk.window import KioskWindow

QUESTION: Question = (Grant.CONTROL, Grant.TYPE)


def picture(kind: str, size: tuple[int, int] = (90, 50), frames: int = 1) -> bytes:
    out = io.BytesIO()
    first, *others = [Image.new("RGB", size, (60 * number, 90, 30)) for number in range(frames)]
    if others:
        first.save(out, kind, save_all=True, append_images=others, duration=40)
    else:
        first.save(out, kind)
    return out.getvalue()


def test_the_page_stands_in_its_question_and_nowhere_else(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    page = window.session_page
    page.ask(QUESTION)
    page.stage.finish_slides()
    assert (page.consent.icon.isVisible(), page.consent.picture.isVisible()) == (True, False)
    page.consent.show_page(QUESTION, picture("PNG"))
    assert (page.consent.icon.isVisible(), page.consent.picture.isVisible()) == (False, True)
    page.consent.choose.click()
    assert not page.consent.picture.isVisible(), "the switches need the room"
    page.end_question(QUESTION)
    page.ask((Grant.SCAN,))
    page.consent.show_page(QUESTION, picture("PNG"))
    assert page.consent.picture.is_empty, "it came too late"
    assert page.consent.icon.isVisible()


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", picture("GIF"), picture("PNG", (MOST_SIDE_PX + 1, 2))],
    ids=["none", "words", "another kind", "too large"],
)
def test_without_a_picture_that_can_be_believed_there_is_the_icon(
    visit: KioskVisit, window: KioskWindow, data: bytes
) -> None:
    visit.show_session(session_facts())
    page = window.session_page
    page.ask(QUESTION)
    page.consent.show_page(QUESTION, data)
    assert (page.consent.icon.isVisible(), page.consent.picture.isVisible()) == (True, False)


@pytest.mark.parametrize(("kind", "frames"), [("WEBP", 3), ("GIF", 3), ("PNG", 1)])
def test_the_sentence_is_signed_and_changes_with_what_a_yes_gives(
    visit: KioskVisit, window: KioskWindow, tmp_path: Path, kind: str, frames: int
) -> None:
    visit.show_session(session_facts())
    page, file = window.session_page, tmp_path / f"control+type.{kind.lower()}"
    file.write_bytes(picture(kind, frames=frames))
    page.consent.use_signs({QUESTION: file})
    page.ask(QUESTION)
    page.consent.show_page(QUESTION, picture("PNG"))
    shown = page.consent.picture
    assert (shown.isVisible(), shown.is_signed) == (True, True)
    page.consent.choose.click()
    switch = page.consent.switches.findChild(QAbstractButton, "switch_type")
    assert switch is not None
    switch.click()
    page.consent.choose.click()
    is_left = "nobody has filmed the sentence that is left"
    assert (shown.is_signed, shown.is_empty) == (False, False), is_left
    page.end_question(QUESTION)
    assert shown.is_empty


def place_of(part: QWidget) -> QRect:
    return QRect(part.mapTo(part.window(), QPoint(0, 0)), part.size())


@pytest.mark.parametrize("language", CALLER_LANGUAGES)
def test_the_film_is_of_use_with_the_largest_letters_on_the_smallest_screen(
    visit: KioskVisit, window: KioskWindow, tmp_path: Path, language: str
) -> None:
    use_language(language)
    visit.show_session(session_facts())
    window.resize(1024, 768)
    while window.bar.text < 2:
        window.bar.bigger.click()
    page, file = window.session_page, tmp_path / "film.gif"
    file.write_bytes(picture("GIF", size=(640, 480), frames=3))
    four: Question = (Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE)
    page.consent.use_signs({four: file})
    answers = page.consent.yes, page.consent.no, page.bar.stop
    page.ask((Grant.SCAN,))
    page.stage.finish_slides()
    settle()
    places = [place_of(answer) for answer in answers]
    page.end_question((Grant.SCAN,))
    page.ask(four)
    page.stage.finish_slides()
    settle()
    assert page.consent.picture.place().width() >= 200
    assert flaws(window, size=(1024, 768), target_px=MIN_TOUCH_PX) == []
    assert [place_of(answer) for answer in answers] == places
    page.consent.choose.click()
    settle()
    assert flaws(window, size=(1024, 768), target_px=MIN_TOUCH_PX) == []
    assert [place_of(answer) for answer in answers] == places
    page.consent.choose.click()
    settle()
    assert page.consent.picture.place().width() >= 200


def test_a_file_that_cannot_be_played_leaves_no_empty_box(
    visit: KioskVisit, window: KioskWindow, tmp_path: Path
) -> None:
    visit.show_session(session_facts())
    page, file = window.session_page, tmp_path / "control+type.webp"
    file.write_bytes(b"RIFF no film")
    page.consent.use_signs({QUESTION: file})
    page.ask(QUESTION)
    assert (page.consent.icon.isVisible(), page.consent.picture.isVisible()) == (True, False)
