# SPDX-License-Identifier: GPL-3.0-only
"""The agent's side of a shown document:
turning by keys and buttons, pens, and what is said of the caller's screen.
"""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QLabel, QProgressBar, QToolButton
from pytestqt.qtbot import QtBot

from documents.pdf.showing import draw_shown
from session.protocol.conversation.shown_document import MAX_POINTS, MarkKind
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import drag, key, stroke
from tests.support.screens.parts import part
from tests.support.shown_documents import ARROW, invented_pdf
from views.desk.shared_page import acts
from views.desk.shared_page.shown_document_view import Pen, ShownDocumentView
from views.widgets.document_sheet import page_image
from views.widgets.parts import Chip, ElidedLabel

PAGE = draw_shown(invented_pdf(1), 0).data


@pytest.fixture
def view(qtbot: QtBot) -> ShownDocumentView:
    made = ShownDocumentView()
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    made.show_document("Pièces à fournir", 3, 0)
    made.show_picture(0, PAGE)
    return made


def test_keys_turn_within_the_document_only(qtbot: QtBot, view: ShownDocumentView) -> None:
    told = acts_of(view, object)
    key(view, Qt.Key.Key_PageUp)
    key(view, Qt.Key.Key_Home)
    assert told == []
    for pressed, page in ((Qt.Key.Key_PageDown, 1), (Qt.Key.Key_End, 2)):
        turned = acts_of(view, acts.TurnDocument)
        key(view, pressed)
        assert turned == [acts.TurnDocument(page)]


def test_a_document_of_one_page_has_nothing_to_turn(view: ShownDocumentView) -> None:
    view.show_document("Plan", 1, 0)
    assert not part(view, QToolButton, "shown_next").isVisible()
    assert not part(view, QLabel, "shown_place").isVisible()


@pytest.mark.parametrize(
    ("pen", "kind"), [(Pen.ARROW, MarkKind.ARROW), (Pen.FRAME, MarkKind.FRAME)]
)
def test_a_drag_is_a_mark_and_a_click_is_none(
    qtbot: QtBot, view: ShownDocumentView, pen: Pen, kind: MarkKind
) -> None:
    view.pens[pen].click()
    drawn = acts_of(view, acts.MarkDocument)
    drag(view.sheet, QPoint(100, 100), QPoint(101, 101))
    assert drawn == []
    drag(view.sheet, QPoint(100, 100), QPoint(300, 200))
    mark = drawn[0].mark
    assert mark.kind is kind
    width, height = view.sheet.width(), view.sheet.height()
    assert mark.points == pytest.approx(
        [100 / width, 100 / height, 300 / width, 200 / height], abs=0.001
    )


def test_a_line_by_hand_has_a_bounded_number_of_points(view: ShownDocumentView) -> None:
    view.pens[Pen.LINE].click()
    drawn = acts_of(view, acts.MarkDocument)
    sheet = view.sheet
    places = [sheet.place(0.1 + step % 100 / 125, 0.1 + step / 1250) for step in range(1000)]
    stroke(sheet, [place.toPoint() for place in places])
    assert len(drawn[0].mark.points) == 2 * MAX_POINTS


def test_marks_stay_when_their_picture_comes_after_them(view: ShownDocumentView) -> None:
    view.show_document("Pièces à fournir", 3, 1)
    view.show_marks([ARROW])
    view.show_picture(1, PAGE)
    assert list(view.sheet.marks) == [ARROW]
    assert view.remove_button.isEnabled()


def test_what_the_caller_sees_is_said(view: ShownDocumentView) -> None:
    view.show_progress(40)
    assert "40" in part(view, Chip, "shown_state").text()
    assert part(view, QProgressBar, "shown_progress").isVisible()
    view.show_painted(0)
    assert not part(view, QProgressBar, "shown_progress").isVisible()
    said = part(view, Chip, "shown_state").text()
    view.show_painted(2)  # a page that is no longer in view
    assert part(view, Chip, "shown_state").text() == said


def test_nothing_of_a_document_stays(view: ShownDocumentView) -> None:
    view.clear()
    assert view.sheet.is_empty
    assert part(view, ElidedLabel, "shown_title").text() == ""


@pytest.mark.parametrize("data", [b"", b"RIFF", PAGE[:200], b"\x89PNG\r\n\x1a\n" + PAGE])
def test_what_is_no_page_is_no_picture(qtbot: QtBot, data: bytes) -> None:
    assert page_image(data) is None
