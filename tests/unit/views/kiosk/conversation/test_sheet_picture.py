# SPDX-License-Identifier: GPL-3.0-only
"""The picture in a question: the page that it is about, or its sentence in sign language."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from PyQt6.QtWidgets import QAbstractButton

from expert_app.kiosk.wiring.visit import KioskVisit
from session.kiosk.call.consent import Question
from session.protocol.conversation.messages import Grant
from tests.support.screens.kiosk_gallery import session_facts
from views.kiosk.conversation.sheet_picture import MOST_SIDE_PX
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


def test_a_file_that_cannot_be_played_leaves_no_empty_box(
    visit: KioskVisit, window: KioskWindow, tmp_path: Path
) -> None:
    visit.show_session(session_facts())
    page, file = window.session_page, tmp_path / "control+type.webp"
    file.write_bytes(b"RIFF no film")
    page.consent.use_signs({QUESTION: file})
    page.ask(QUESTION)
    assert (page.consent.icon.isVisible(), page.consent.picture.isVisible()) == (True, False)
