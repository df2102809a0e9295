# SPDX-License-Identifier: GPL-3.0-only
"""The people to whom one may write, and the memos of today."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from PyQt6.QtWidgets import QLabel, QLineEdit, QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.core.errors import NotAllowed
from session.desk.hub.memos import SUPERVISORS, MemoBook, MemoFate
from session.protocol.colleagues.memos import MEMO_LETTERS
from tests.support.screens.desk_scenes import MEMOS
from tests.support.screens.invented import NOW
from tests.support.screens.parts import part
from views.widgets.parts import column
from views.workplace.memos import MemoAct, MemoView, ReadMemos, SendMemo


@pytest.fixture
def acts() -> list[MemoAct]:
    return []


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def view(qtbot: QtBot, acts: list[MemoAct], window: QWidget) -> MemoView:
    """A part of a window: Qt tells it less than the window."""
    memos = MemoView(acts.append)
    column(window, memos)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    memos.show_book(MEMOS, NOW)
    return memos


def _people(view: MemoView) -> list[str]:
    people = part(view, QListWidget, "memo_people")
    items = [people.item(place) for place in range(people.count())]
    return [item.text().replace("\n", ", ") for item in items if item is not None]


def _texts(view: MemoView) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel, "memo_text") if label.isVisible()]


def test_everybody_is_said_to_be_there_or_not_and_until_when(view: MemoView) -> None:
    assert _people(view) == [
        "Supervisors (1), Chantal V.",
        "Solène C., available",
        "Yanis B. (1), in conversation · 4 min",
        f"Inès K., paused until {(NOW + timedelta(minutes=10)).astimezone():%H:%M}",
        "Marc O., absent",
    ]


def test_a_pause_that_is_over_is_not_said_to_go_on(view: MemoView) -> None:
    ends_utc = NOW + timedelta(minutes=10)
    view.show_book(MEMOS, ends_utc)
    [words] = [words for words in _people(view) if words.startswith("Inès K.")]
    assert words == f"Inès K., paused, was to end at {ends_utc.astimezone():%H:%M}"


def test_an_answer_is_sent_once_and_stays_in_its_line_until_it_is_kept(
    view: MemoView, acts: list[MemoAct]
) -> None:
    view.open_thread("yanis")
    assert len(_texts(view)) == 2
    assert acts == [ReadMemos("yanis")]
    entry = part(view, QLineEdit, "memo_entry")
    entry.setText("é" * (MEMO_LETTERS + 9))
    assert len(entry.text()) == MEMO_LETTERS
    entry.setText(" Merci <b>bien</b> ")
    part(view, QPushButton, "memo_send").click()
    entry.returnPressed.emit()
    assert acts[1:] == [SendMemo("yanis", "Merci <b>bien</b>")]
    view.show_fate(MemoFate("yanis", "Merci", code=NotAllowed.code))
    assert "it was not sent" in part(view, QLabel, "memo_fate").text()
    assert entry.text().strip() == "Merci <b>bien</b>"
    part(view, QPushButton, "memo_send").click()
    view.show_fate(MemoFate("yanis", "Merci", there=0))
    assert "Nobody is there" in part(view, QLabel, "memo_fate").text()
    assert entry.text() == ""


def test_what_was_written_is_never_markup_and_the_newest_fifty_are_shown(view: MemoView) -> None:
    first = MEMOS.memos[0]
    many = [
        msgspec.structs.replace(first, memo_id=f"x{number}", text=f"<i>{number}</i>")
        for number in range(500)
    ]
    view.show_book(msgspec.structs.replace(MEMOS, memos=many), NOW)
    view.open_thread("yanis")
    assert _texts(view)[-1] == "<i>499</i>"
    assert len(_texts(view)) == 50


def test_the_keyboard_goes_to_whoever_has_written(view: MemoView, acts: list[MemoAct]) -> None:
    view.take_keyboard()
    assert acts == [ReadMemos(SUPERVISORS)]
    view.close_thread()
    assert part(view, QListWidget, "memo_people").hasFocus()


def test_a_supervisor_has_a_thread_for_each_agent() -> None:
    book = MemoBook(user="boss", is_supervisor=True, memos=MEMOS.memos[2:])
    assert (book.threads(), book.unread(), book.name_of("me")) == (["me"], 0, "Claire Fontanel")


def test_what_came_while_another_window_was_in_front_is_read_on_coming_back(
    view: MemoView, acts: list[MemoAct], qtbot: QtBot, window: QWidget
) -> None:
    other = QWidget()
    qtbot.addWidget(other)
    with qtbot.waitActive(other):
        other.show()
        other.activateWindow()
    view.open_thread("yanis")
    assert acts == []
    with qtbot.waitActive(window):
        window.activateWindow()
    assert acts == [ReadMemos("yanis")]
