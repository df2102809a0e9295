# SPDX-License-Identifier: GPL-3.0-only
"""The wrap-up: outcomes of the service, a note, a time that ends by itself and can be prolonged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QComboBox, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.protocol.hub.routing import Outcome
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import key, write
from tests.support.screens.invented import NOW
from tests.support.screens.parts import part
from views.desk.acts import CallBack, EndWrapUpTime, FinishWrapUp, UseNoteTemplate, WrapUpPress
from views.desk.wrap_up import NOT_SAID, WrapUpView
from views.widgets.announcer import announcer_of

OWN = [Outcome(id="complete", name="Complete"), Outcome(id="papers_missing", name="Papers missing")]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def view(qtbot: QtBot, clock: ManualClock, desk_theme: QApplication) -> WrapUpView:
    made = WrapUpView(clock)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    qtbot.waitExposed(made)
    made.start("D001", 65.0)
    return made


def button(view: WrapUpView, name: str) -> QPushButton:
    return part(view, QPushButton, name)


def note_field(view: WrapUpView) -> QPlainTextEdit:
    return part(view, QPlainTextEdit, "wrap_up_note")


def test_a_service_has_its_own_outcomes_and_the_next_one_the_usual(
    view: WrapUpView, qtbot: QtBot
) -> None:
    view.start("D001", 65.0, OWN)
    told = acts_of(view, FinishWrapUp)
    key(view, Qt.Key.Key_2)
    button(view, "wrap_up_finish").click()
    assert told == [FinishWrapUp("papers_missing")]
    view.start("D002", None)
    assert not button(view, "wrap_up_finish").isEnabled()
    key(view, Qt.Key.Key_2)
    button(view, "wrap_up_finish").click()
    assert told[1:] == [FinishWrapUp("pieces_missing")]


def test_who_does_not_see_hears_what_is_proposed_and_what_is_chosen(view: WrapUpView) -> None:
    said: list[str] = []
    announcer_of(view).said.connect(lambda words, _urgent: said.append(words))
    view.note.show_place(True)
    for _again in range(2):
        view.propose("pieces_missing", "Missing: Bail.", "", has_phone=False)
    assert said == [
        "What came of it? Proposed from the dossier; Ctrl+Enter agrees. 2 · Pieces still missing. "
        "Missing: Bail."
    ]
    key(view, Qt.Key.Key_1)
    assert said[1:] == ["1 · Settled is chosen. Ctrl+Enter finishes."]


def test_tab_goes_from_the_wrap_up_to_the_outcome_that_is_chosen(view: WrapUpView) -> None:
    key(view, Qt.Key.Key_3)
    key(view, Qt.Key.Key_Tab)
    assert button(view, "outcome_appointment").hasFocus()


def test_the_time_that_is_over_is_told_once_with_what_was_chosen(
    view: WrapUpView, clock: ManualClock
) -> None:
    told = acts_of(view, EndWrapUpTime)
    view.show_limit(NOW + timedelta(seconds=60), 1)
    clock.advance(59)
    view.refresh_clock()
    assert told == []
    clock.advance(1)
    view.refresh_clock()
    view.refresh_clock()
    assert told == [EndWrapUpTime(NOT_SAID)]
    view.start("D002", None)
    view.show_limit(clock.utc_now() + timedelta(seconds=10), 0)
    key(view, Qt.Key.Key_1)
    clock.advance(11)
    view.refresh_clock()
    assert told == [EndWrapUpTime(NOT_SAID), EndWrapUpTime("done")]


def test_what_the_dossier_speaks_for_is_proposed_and_one_key_agrees(
    view: WrapUpView, qtbot: QtBot
) -> None:
    view.note.show_place(True)
    view.propose("pieces_missing", "Missing: Bail.", "0612345678", has_phone=False)
    assert button(view, "outcome_pieces_missing").isChecked()
    assert note_field(view).toPlainText() == view.note.text() == "Missing: Bail."
    assert view.note.text(agreed=False) == "", "nobody has agreed to it yet"
    told = acts_of(view, FinishWrapUp)
    key(view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: told == [FinishWrapUp("pieces_missing")])
    key(view, Qt.Key.Key_1)
    view.propose("pieces_missing", "", "", has_phone=False)
    assert button(view, "outcome_done").isChecked(), "what the agent has chosen stays"
    view.start("D002", None, OWN)
    view.propose("pieces_missing", "", "", has_phone=False)
    assert not button(view, "wrap_up_finish").isEnabled(), "the service has no such outcome"


def test_the_proposed_note_follows_the_dossier_until_the_agent_writes_or_takes_it_out(
    view: WrapUpView, qtbot: QtBot
) -> None:
    fill, out = button(view, "wrap_up_note_fill"), button(view, "wrap_up_note_out")
    view.note.show_place(True)
    view.propose("pieces_missing", "Missing: Bail, RIB.", "", has_phone=False)
    view.propose("pieces_missing", "Missing: RIB.", "", has_phone=False)
    assert view.note.text() == "Missing: RIB."
    assert fill.isHidden()
    out.click()
    assert out.isHidden()
    key(view, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: view.note.text() == "Missing: RIB.")
    out.click()
    view.propose("done", "Filed: RIB.", "", has_phone=False)
    assert view.note.text() == "", "what the agent has taken out stays out"
    write(note_field(view), "Calls on Monday.")
    fill.click()
    assert view.note.text() == view.note.text(agreed=False) == "Calls on Monday. Filed: RIB."
    assert fill.isHidden()
    view.propose("done", "Filed: RIB, Bail.", "", has_phone=False)
    assert view.note.text() == "Calls on Monday. Filed: RIB."
    view.start("D002", None)
    assert not note_field(view).toPlainText()


def test_one_press_finishes_and_pauses(view: WrapUpView, qtbot: QtBot) -> None:
    pause = button(view, "wrap_up_pause")
    assert not pause.isEnabled()
    view.propose("done", "", "", has_phone=False)
    told = acts_of(view, object)
    pause.click()
    assert told == [WrapUpPress.PAUSE, FinishWrapUp("done")]
    assert not pause.isEnabled()


def test_what_was_only_proposed_is_not_said_when_the_time_is_over(
    view: WrapUpView, clock: ManualClock, qtbot: QtBot
) -> None:
    view.propose("done", "", "", has_phone=False)
    view.show_limit(NOW + timedelta(seconds=10), 0)
    clock.advance(11)
    told = acts_of(view, EndWrapUpTime)
    view.refresh_clock()
    assert told == [EndWrapUpTime(NOT_SAID)]


def test_a_call_back_is_promised_with_a_number_and_a_time(view: WrapUpView, qtbot: QtBot) -> None:
    later = button(view, "wrap_up_call_back")
    assert not later.isEnabled()
    view.propose("", "", "0612345678", has_phone=False)
    told = acts_of(view, CallBack)
    key(
        view,
        Qt.Key.Key_Return,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    qtbot.waitUntil(lambda: told == [CallBack("0612345678", 60)])
    assert not later.isEnabled()
    view.finish_failed()
    assert later.isEnabled()
    view.start("D002", None)
    assert not later.isEnabled(), "nothing of the caller before stays"


def test_more_time_is_asked_for_while_the_service_allows_it(
    view: WrapUpView, clock: ManualClock, qtbot: QtBot
) -> None:
    view.show_limit(NOW + timedelta(seconds=60), 1)
    more = button(view, "wrap_up_prolong")
    done = acts_of(view, WrapUpPress)
    more.click()
    assert done
    assert not more.isEnabled()
    view.show_limit(NOW + timedelta(seconds=120), 0)
    assert more.isHidden()
    left = view.findChild(QLabel, "wrap_up_left")
    assert left is not None
    assert left.text() == "Ends by itself in 2:00"
    view.show_limit(None, 0)
    assert not left.isVisible()


def test_a_note_is_written_only_where_it_can_be_kept(view: WrapUpView, qtbot: QtBot) -> None:
    write(note_field(view), "lost")
    assert view.note.text() == ""
    view.note.show_place(True)
    note_field(view).setFocus()
    write(note_field(view), " Call 2 days before ")
    assert view.note.text() == "Call 2 days before"
    assert not button(view, "wrap_up_finish").isEnabled()  # the 2 went into the note
    button(view, "outcome_done").click()
    done = acts_of(view, FinishWrapUp)
    key(note_field(view), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(done))
    view.start("D002", None)
    view.note.show_place(True)
    assert view.note.text() == ""


def test_the_conversations_number_stays_while_the_agent_writes_up(view: WrapUpView) -> None:
    shown = view.findChild(QLabel, "wrap_up_number")
    assert shown is not None
    view.show_number("TY89-HQPV")
    assert shown.text() == "Number of the conversation: TY89-HQPV"
    assert shown.isVisible()
    view.show_number("")
    assert not shown.isVisible()


def test_a_ready_note_takes_the_proposals_place_and_is_completed(
    view: WrapUpView, qtbot: QtBot
) -> None:
    templates = view.findChild(QComboBox, "wrap_up_templates")
    assert templates is not None
    assert templates.isHidden(), "the organisation has none"
    view.note.show_place(True)
    view.note.show_templates({"back": "To call back", "doubt": "A doubt"})
    view.propose("done", "Filed: RIB.", "", has_phone=False)
    told = acts_of(view, UseNoteTemplate)
    templates.setCurrentIndex(2)
    templates.activated.emit(2)
    assert told == [UseNoteTemplate("doubt")]
    assert templates.currentText() == "Ready notes", "the next one can be chosen"
    view.note.write("Doubt on: ")
    assert note_field(view).toPlainText() == "Doubt on: ", "the agent types on behind its space"
    assert view.note.text(agreed=False) == "Doubt on:"


def test_a_note_that_is_written_later_is_not_written_now(view: WrapUpView) -> None:
    later = button(view, "wrap_up_note_later")
    assert not later.isEnabled(), "there is no dossier"
    view.note.show_place(True)
    view.propose("done", "Filed: RIB.", "", has_phone=False)
    later.click()
    assert view.note.is_later()
    assert view.note.text() == ""
    assert button(view, "wrap_up_note_out").isHidden()
    view.start("D002", None)
    assert not view.note.is_later()


def test_a_clock_that_nobody_sees_stands_still_and_the_time_is_over_all_the_same(
    view: WrapUpView, clock: ManualClock, qtbot: QtBot
) -> None:
    here = view.findChild(QLabel, "wrap_up_clock")
    assert here is not None
    view.show_limit(NOW + timedelta(seconds=60), 0)
    before = here.text()
    view.hide()
    clock.advance(59)
    view.refresh_clock()
    assert here.text() == before
    view.show()
    assert here.text() != before
    view.hide()
    clock.advance(2)
    done = acts_of(view, EndWrapUpTime)
    view.refresh_clock()
    assert done
