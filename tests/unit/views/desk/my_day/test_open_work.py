# SPDX-License-Identifier: GPL-3.0-only
"""The work that is not finished stands in rows, also very much of it."""

from __future__ import annotations

import time

from PyQt6.QtWidgets import QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.support.screens.parts import part
from views.desk.acts import IdleAct, MakePromisedCall, WriteOfDossier
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
