# SPDX-License-Identifier: GPL-3.0-only
"""The work that is not finished stands in rows, also very much of it."""

from __future__ import annotations

import time

import msgspec
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from session.core.dossier_model import OwnNote, OwnPaper, OwnWork, PaperPlace
from tests.accessibility.layout import settle
from tests.support.screens.parts import part
from views.desk.acts import (
    CorrectOutcome,
    IdleAct,
    MakePromisedCall,
    SettleUntold,
    TakeBackNote,
    TakeBackPaper,
    WriteOfDossier,
)
from views.desk.my_day.open_work import MOST_ROWS, OpenWork, WorkCard, WorkKind, WorkRow


def _calls(count: int) -> list[OpenWork]:
    return [
        OpenWork(WorkKind.CALL, f"c{n}", f"Call back B{n:03}", f"Housing · {n}")
        for n in range(count)
    ]


def _card(qtbot: QtBot, acts: list[IdleAct]) -> WorkCard:
    card = WorkCard("idle_work", "To do: {count}", empty="It comes here.", tell=acts.append)
    qtbot.addWidget(card)
    return card


def test_five_hundred_calls_do_not_freeze_the_window_and_are_shown_by_and_by(
    qtbot: QtBot,
) -> None:
    card = _card(qtbot, [])
    began = time.process_time()
    card.show_work(_calls(500))
    assert time.process_time() - began < 1.0
    assert len(card.findChildren(WorkRow)) == MOST_ROWS
    assert part(card, QLabel, "idle_work_count").text() == "To do: 500"
    more = part(card, QPushButton, "idle_work_more")
    assert more.text() == "450 more: show some of them"
    more.click()
    assert len(card.findChildren(WorkRow)) == 2 * MOST_ROWS
    card.show_work([])
    assert part(card, QLabel, "idle_work_empty").isVisibleTo(card)


def test_a_row_goes_when_its_work_is_done_and_the_others_keep_what_was_typed(
    qtbot: QtBot,
) -> None:
    acts = list[IdleAct]()
    card = _card(qtbot, acts)
    note = OpenWork(WorkKind.NOTE, "s1", "Note to write", "B012 · Housing · 9:12")
    card.show_work([*_calls(2), note])
    card.show()
    part(card, QPushButton, "owed_note_write").click()
    text = part(card, QPlainTextEdit, "owed_note_text")
    text.setPlainText("Bring the lease")
    card.show_work([*_calls(1), note])
    assert text.toPlainText() == "Bring the lease"
    assert text.isVisible()
    shown = [row.work.title for row in card.findChildren(WorkRow) if row.isVisible()]
    assert shown == ["Call back B000", "Note to write"]
    part(card, QPushButton, "promised_call").click()
    assert acts == [MakePromisedCall("c0")]


def test_a_stranger_s_words_are_plain_text(qtbot: QtBot) -> None:
    card = _card(qtbot, [])
    card.show_work([OpenWork(WorkKind.NOTE, "s1", "<b>Note</b>", "<img src=x>")])
    titles = [part(card, QLabel, name) for name in ("work_title", "work_detail")]
    assert [label.text() for label in titles] == ["<b>Note</b>", "<img src=x>"]
    assert {label.textFormat().name for label in titles} == {"PlainText"}


def test_a_provisional_dossier_can_be_asked_for_at_a_supervisor(qtbot: QtBot) -> None:
    told = list[IdleAct]()
    card = _card(qtbot, told)
    card.show_work([OpenWork(WorkKind.DOSSIER, "P-2026-0012", "Dossier P-2026-0012", "waits")])
    write = part(card, QPushButton, "provisional_write")
    assert "P-2026-0012" in write.accessibleName()
    write.click()
    assert told == [WriteOfDossier("P-2026-0012")]


OWN = OwnWork(
    notes=(OwnNote(id="n1", text="Bring the lease"),),
    papers=(OwnPaper(id="d1", name="Payslip & lease", dossier="A1", piece_id="payslip"),),
    places=(
        PaperPlace(dossier="A1"),
        PaperPlace(dossier="A1", piece_id="payslip", name="Payslip"),
        PaperPlace(dossier="A1", piece_id="lease", name="Lease"),
        PaperPlace(dossier="B2", piece_id="lease", name="Lease"),
    ),
)
TALK = OpenWork(WorkKind.TALK, "s1", "9:12 · Housing", "Zoé Lefèvre", (("done", "Settled"),), OWN)


def test_a_menu_of_500_documents_stays_on_the_screen_in_one_column(
    qtbot: QtBot, desk_theme: QApplication
) -> None:
    papers = tuple(msgspec.structs.replace(OWN.papers[0], id=f"d{n}") for n in range(500))
    card = _card(qtbot, [])
    card.show_work([TALK._replace(own=msgspec.structs.replace(OWN, papers=papers))])
    card.show()
    menu = part(card, QPushButton, "talk_correct").menu()
    assert menu is not None
    menu.popup(card.mapToGlobal(card.rect().center()))
    settle()
    screen = menu.screen()
    assert screen is not None
    assert menu.width() <= screen.size().width()
    assert menu.height() <= screen.size().height()
    columns = {menu.actionGeometry(action).x() for action in menu.actions()}
    menu.hide()
    assert len(columns) == 1


def _choose(card: WorkCard, name: str, number: int = 0) -> None:
    [row] = [row for row in card.findChildren(WorkRow) if row.isVisible()]
    [*actions] = row.findChildren(QAction, name)
    actions[number].trigger()


def _talks(qtbot: QtBot, acts: list[IdleAct]) -> WorkCard:
    card = _card(qtbot, acts)
    card.show_work([TALK])
    card.show()
    return card


def test_a_document_leaves_its_dossier_after_what_that_means_was_said(qtbot: QtBot) -> None:
    acts = list[IdleAct]()
    card = _talks(qtbot, acts)
    assert part(card, QPushButton, "talk_correct").text() == "Correct"
    _choose(card, "paper_wrong")
    what = part(card, QLabel, "talk_what").text()
    assert what.startswith("“Payslip & lease” leaves the dossier, and its piece is missing again.")
    assert "receipt" in what
    assert acts == []
    do = part(card, QPushButton, "talk_do")
    assert (do.text(), do.accessibleName()) == (
        "Take it out of the dossier",
        f"Take it out of the dossier: {what}",
    )
    assert card.focusWidget() is part(card, QPushButton, "talk_leave")
    part(card, QPushButton, "talk_leave").click()
    assert not do.isVisible()
    _choose(card, "paper_wrong")
    do.click()
    assert acts == [TakeBackPaper("s1", "d1", "Filed in the wrong dossier")]
    assert not do.isEnabled()
    card.show_failed(WorkKind.TALK)
    assert do.isEnabled(), "it may be tried again"
    do.click()
    card.show_work([TALK._replace(own=OwnWork(), choices=())])
    assert [row.work.own for row in card.findChildren(WorkRow) if row.isVisible()] == [OwnWork()]


def test_a_document_goes_to_another_piece_or_to_the_other_dossier(qtbot: QtBot) -> None:
    acts = list[IdleAct]()
    card = _talks(qtbot, acts)
    assert card.findChildren(QAction, "paper_to_payslip") == [], "there it is"
    names = [action.text() for action in card.findChildren(QAction, "paper_to_lease")]
    assert names == ["Lease", "Dossier B2: Lease"]
    for number in (0, 1):
        _choose(card, "paper_to_lease", number)
        part(card, QPushButton, "talk_do").click()
        card.show_failed(WorkKind.TALK)
    _choose(card, "paper_to_")
    part(card, QPushButton, "talk_do").click()
    assert acts == [
        TakeBackPaper("s1", "d1", "Filed as the wrong piece", "A1", "lease"),
        TakeBackPaper("s1", "d1", "Filed in the wrong dossier", "B2", "lease"),
        TakeBackPaper("s1", "d1", "Filed as the wrong piece", "A1", ""),
    ]


def test_a_note_is_corrected_in_its_row_and_keeps_what_was_typed(qtbot: QtBot) -> None:
    acts = list[IdleAct]()
    card = _talks(qtbot, acts)
    _choose(card, "note_correct")
    text, do = part(card, QPlainTextEdit, "talk_note"), part(card, QPushButton, "talk_do")
    assert card.focusWidget() is text
    assert text.toPlainText() == "Bring the lease"
    text.setPlainText("  ")
    assert not do.isEnabled()
    text.setPlainText("Bring the deed")
    card.show_work([TALK._replace(own=OwnWork(), choices=())])
    assert text.toPlainText() == "Bring the deed", "what is written is not taken away"
    assert text.isVisible()
    do.click()
    assert acts == [TakeBackNote("s1", "n1", "Bring the deed")]


def test_a_note_is_withdrawn_by_two_presses(qtbot: QtBot) -> None:
    acts = list[IdleAct]()
    card = _talks(qtbot, acts)
    _choose(card, "note_withdraw")
    assert "a note was withdrawn" in part(card, QLabel, "talk_what").text()
    assert not part(card, QPlainTextEdit, "talk_note").isVisible()
    part(card, QPushButton, "talk_do").click()
    assert acts == [TakeBackNote("s1", "n1")]


def test_without_a_note_or_a_document_only_the_outcome_is_offered(qtbot: QtBot) -> None:
    acts = list[IdleAct]()
    card = _card(qtbot, acts)
    card.show_work([TALK._replace(own=OwnWork(places=OWN.places))])
    card.show()
    assert part(card, QPushButton, "talk_correct").text() == "Correct the outcome"
    _choose(card, "outcome_done")
    assert acts == [CorrectOutcome("s1", "done")]


def test_a_person_whom_no_message_reached_is_settled_by_one_press(qtbot: QtBot) -> None:
    acts = list[IdleAct]()
    card = _card(qtbot, acts)
    card.show_work([OpenWork(WorkKind.UNTOLD, "ap1", "No message reached Ilse", "01 99 00 00 00")])
    part(card, QPushButton, "untold_settled").click()
    assert acts == [SettleUntold("ap1")]
