# SPDX-License-Identifier: GPL-3.0-only
"""The documents of a dossier: in order, by year and by piece, found by words, with pictures of
those on the screen only; thousands of them, and names that would like to be more than words.
"""

from __future__ import annotations

import time
from datetime import timedelta

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.core.dossier_model import DocumentRecord, Dossier
from tests.support import drawn_pages
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import click, key, write
from tests.support.screens.invented import DOSSIER, NOW
from views.desk.dossier import acts
from views.desk.dossier.document_model import MOST_SKETCHES
from views.desk.dossier.documents import DocumentsView
from views.desk.dossier.view import DossierView

PICTURE = drawn_pages.jpeg(drawn_pages.letter().resize((127, 180)))


class Shown:
    """The tab of a dossier, and the dossier view that fills it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.dossier = DossierView(ManualClock(NOW))
        self.view: DocumentsView = self.dossier.documents
        qtbot.addWidget(self.dossier)
        qtbot.addWidget(self.view)
        self.view.resize(400, 640)
        self.view.show()
        self.list = self.part(QListView, "documents_list")

    def part[Part: QWidget](self, kind: type[Part], name: str) -> Part:
        part = self.view.findChild(kind, name)
        assert part is not None, name
        return part

    def press(self, name: str) -> None:
        click(self.part(QPushButton, name))

    def lines(self) -> list[str]:
        """Return what a screen reader says of each line."""
        model = self.list.model()
        assert model is not None
        places = range(model.rowCount())
        return [
            model.data(model.index(place, 0), Qt.ItemDataRole.AccessibleTextRole)
            for place in places
        ]

    def choose(self, beginning: str) -> None:
        model = self.list.model()
        assert model is not None
        place = next(
            place for place, words in enumerate(self.lines()) if words.startswith(beginning)
        )
        self.list.setCurrentIndex(model.index(place, 0))

    def words(self) -> str:
        texts = (line.text() for line in self.view.findChildren(QLabel) if line.isVisible())
        return " ".join(texts)


@pytest.fixture
def shown(qtbot: QtBot, desk_theme: QApplication) -> Shown:
    return Shown(qtbot)


def many(count: int) -> Dossier:
    """A dossier of some years."""
    documents = tuple(
        msgspec.structs.replace(
            DOSSIER.documents[0],
            id=f"n{number}",
            name=f"Bulletin {number}",
            filed_at_utc=NOW - timedelta(hours=9 * number),
        )
        for number in range(count)
    )
    return msgspec.structs.replace(DOSSIER, number="D-2026-00999", documents=documents[::-1])


def versions() -> Dossier:
    """The identity card was first filed as a tax notice, then scanned better."""
    card, tax = DOSSIER.documents
    first: DocumentRecord = msgspec.structs.replace(
        card,
        id="d0",
        name="Avis",
        piece_id="p5",
        filed_at_utc=tax.filed_at_utc,
        replaced_by="d1",
        why="Wrong piece",
    )
    return msgspec.structs.replace(DOSSIER, documents=(first, tax, card))


def test_documents_stand_by_year_newest_first_and_by_piece_on_wish(shown: Shown) -> None:
    old = msgspec.structs.replace(
        DOSSIER.documents[1], id="d3", name="Bail", piece_id="", filed_at_utc=NOW.replace(year=2024)
    )
    shown.dossier.show_dossier(
        msgspec.structs.replace(DOSSIER, documents=(old, *DOSSIER.documents[::-1]))
    )
    assert [line.partition(",")[0] for line in shown.lines()] == [
        "2026",
        "Pièce d'identité",
        "Avis d'imposition 2025",
        "2024",
        "Bail",
    ]
    order = shown.part(QComboBox, "documents_order")
    order.setCurrentText("Oldest first")
    assert shown.lines()[0].startswith("2024")
    order.setCurrentText("By piece")
    assert [line.partition(",")[0] for line in shown.lines()] == [
        "Pièce d'identité",
        "Pièce d'identité",
        "Avis d'imposition",
        "Avis d'imposition 2025",
        "Other documents",
        "Bail",
    ]


def test_arrows_choose_and_enter_opens(shown: Shown) -> None:
    shown.dossier.show_dossier(DOSSIER)
    opened = acts_of(shown.dossier, acts.OpenDocument)
    shown.view.take_keyboard()
    key(shown.part(QLineEdit, "documents_search"), Qt.Key.Key_Down)
    assert shown.list.hasFocus()
    key(shown.list, Qt.Key.Key_Down)
    key(shown.list, Qt.Key.Key_Return)
    assert opened == [acts.OpenDocument("d2")]
    key(shown.list, Qt.Key.Key_Up)
    shown.press("document_open")
    assert opened == [acts.OpenDocument("d2"), acts.OpenDocument("d1")]


def test_what_is_found_stands_under_the_words_while_they_are_typed(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    shown.dossier.show_dossier(many(400))
    field = shown.part(QLineEdit, "documents_search")
    searched = acts_of(shown.dossier, acts.SearchDocuments)
    bar = shown.list.verticalScrollBar()
    assert bar is not None
    bar.setValue(bar.maximum())
    write(field, "BULLETIN 39")
    assert bar.value() == 0
    assert shown.lines()[1].startswith("Bulletin 39,")
    assert field.mapTo(shown.view, field.rect().bottomLeft()).y() < shown.list.y() + 200
    assert "11 of 400" in shown.words()
    qtbot.waitUntil(lambda: searched == [acts.SearchDocuments("BULLETIN 39")])
    shown.view.show_found("bulletin", ["n7"])
    assert len(shown.lines()) == 13, "an answer to other words"
    shown.view.show_found("BULLETIN 39", ["n7"])
    assert len(shown.lines()) == 14
    key(field, Qt.Key.Key_Escape)
    assert "400 documents filed" in shown.words()


def test_words_that_nothing_has_say_so_and_what_to_do(shown: Shown) -> None:
    shown.view.show_found("", [])
    assert "No dossier is open" in shown.words()
    shown.dossier.show_dossier(msgspec.structs.replace(DOSSIER, documents=()))
    assert "Nothing is filed yet." in shown.words()
    assert "Scan a page" in shown.words()
    shown.dossier.show_dossier(DOSSIER)
    write(shown.part(QLineEdit, "documents_search"), "garrigue")
    assert "The texts are being searched" in shown.words()
    shown.view.show_not_searched("The hub does not answer.")
    assert "The hub does not answer." in shown.words()
    shown.view.show_found("garrigue", [])
    assert "No document has these words" in shown.words()


def test_words_searched_in_one_dossier_do_not_stay_for_the_next(shown: Shown) -> None:
    shown.dossier.show_dossier(DOSSIER)
    field = shown.part(QLineEdit, "documents_search")
    write(field, "loyer")
    shown.dossier.show_dossier(msgspec.structs.replace(DOSSIER, number="D-2026-00001"))
    field.undo()
    assert field.text() == ""
    assert len(shown.lines()) == 3
    shown.dossier.show_nothing()
    assert shown.lines() == []


def test_only_last_versions_are_listed_and_earlier_ones_open_on_wish(shown: Shown) -> None:
    shown.dossier.show_dossier(versions())
    assert [line.partition(",")[0] for line in shown.lines()[1:]] == [
        "Pièce d'identité",
        "Avis d'imposition 2025",
    ]
    shown.choose("Pièce")
    assert "version 2" in shown.lines()[1]
    shown.press("document_versions")
    assert "replaced: Wrong piece" in shown.lines()[2]
    opened = acts_of(shown.dossier, acts.OpenDocument)
    shown.choose("Avis,")
    key(shown.list, Qt.Key.Key_Return)
    assert opened == [acts.OpenDocument("d0")]
    write(shown.part(QLineEdit, "documents_search"), "quittance")
    shown.view.show_found("quittance", ["d0"])  # its words are those of an earlier version
    assert shown.lines()[1].startswith("Pièce d'identité")


def test_a_wrong_filing_is_corrected_with_a_reason(shown: Shown) -> None:
    shown.dossier.show_dossier(DOSSIER)
    shown.choose("Pièce")
    shown.press("document_correct")
    what = shown.part(QComboBox, "correct_what")
    reason = shown.part(QLineEdit, "correct_reason")
    confirm = shown.part(QPushButton, "correct_confirm")
    assert what.currentText() == "File as: Pièce d'identité"
    write(reason, "Wrong piece")
    assert not confirm.isEnabled()  # nothing is changed yet
    what.setCurrentIndex(3)
    assert confirm.isEnabled()
    corrected = acts_of(shown.dossier, acts.CorrectDocument)
    key(reason, Qt.Key.Key_Return)
    assert corrected == [acts.CorrectDocument("d1", "p4", "Pièce d'identité", "Wrong piece")]
    assert not confirm.isVisible()


def test_a_document_is_replaced_by_one_filed_later(shown: Shown) -> None:
    shown.dossier.show_dossier(DOSSIER)
    shown.choose("Avis")
    shown.press("document_correct")
    what = shown.part(QComboBox, "correct_what")
    reason = shown.part(QLineEdit, "correct_reason")
    assert what.itemText(what.count() - 1).startswith("Replaced by: Pièce d'identité, ")
    what.setCurrentIndex(what.count() - 1)
    write(reason, "Better scan")
    replaced = acts_of(shown.dossier, acts.SupersedeDocument)
    key(reason, Qt.Key.Key_Return)
    assert replaced == [acts.SupersedeDocument("d2", "d1", "Better scan")]
    shown.choose("Pièce")
    shown.press("document_correct")
    # nothing is newer
    assert not any("Replaced by" in what.itemText(place) for place in range(what.count()))
    key(reason, Qt.Key.Key_Escape)
    assert not reason.isVisible()


def test_pictures_are_asked_for_on_the_screen_only_and_few_are_kept(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    asked = acts_of(shown.dossier, acts.SketchDocuments)
    shown.dossier.show_dossier(many(2_000))
    qtbot.waitUntil(lambda: len(asked) == 1)
    assert asked[0].document_ids[0] == "n0"
    assert len(asked[0].document_ids) < 20
    for document_id in asked[0].document_ids:
        shown.view.show_sketch(document_id, PICTURE)
    bar = shown.list.verticalScrollBar()
    assert bar is not None
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert "n1999" in asked[1].document_ids
    assert not set(asked[0].document_ids) & set(asked[1].document_ids)
    for number in range(MOST_SKETCHES):
        shown.view.show_sketch(f"n{1_000 + number}", PICTURE)
    bar.setValue(0)
    qtbot.waitUntil(lambda: len(asked) == 3)
    assert asked[2].document_ids == asked[0].document_ids, "seen longest ago, they went"


@pytest.mark.parametrize("answer", [b"", b"no picture", drawn_pages.jpeg(drawn_pages.letter())])
def test_a_picture_that_is_none_is_not_asked_for_again(
    shown: Shown, qtbot: QtBot, answer: bytes
) -> None:
    asked = acts_of(shown.dossier, acts.SketchDocuments)
    shown.dossier.show_dossier(DOSSIER)
    qtbot.waitUntil(lambda: len(asked) == 1)
    for document in DOSSIER.documents:
        shown.view.show_sketch(document.id, answer)
    filed = msgspec.structs.replace(DOSSIER.documents[0], id="d3")
    shown.dossier.show_dossier(
        msgspec.structs.replace(DOSSIER, documents=(*DOSSIER.documents, filed))
    )
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert asked[1].document_ids == ("d3",)


def test_names_of_others_are_words_on_one_line(shown: Shown) -> None:
    hostile = "<b>Payé</b>\n\u202egnp.exe" + "W" * 150
    documents = (msgspec.structs.replace(DOSSIER.documents[0], name=hostile),)
    shown.dossier.show_dossier(msgspec.structs.replace(DOSSIER, documents=documents))
    spoken = shown.lines()[1]
    assert "<b>Payé</b>" in spoken
    assert "\u202e" not in spoken
    model = shown.list.model()
    assert model is not None
    tip = model.data(model.index(1, 0), Qt.ItemDataRole.ToolTipRole)
    assert "<b>Payé" not in tip
    assert shown.list.sizeHintForRow(1) < 80
    shown.view.grab()  # is painted without a warning


def test_five_thousand_documents_are_a_list_of_few_widgets(shown: Shown) -> None:
    facts = many(5_000)
    shown.dossier.show_dossier(many(5))
    before = len(shown.view.findChildren(QWidget))
    began_s = time.process_time()
    shown.dossier.show_dossier(facts)
    shown.view.grab()
    took_s = time.process_time() - began_s
    assert len(shown.view.findChildren(QWidget)) == before
    assert took_s < 1.5, "a tenth of it on a quiet machine"
