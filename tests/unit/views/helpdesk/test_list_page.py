# SPDX-License-Identifier: GPL-3.0-only
"""The list of conversations: pages, bars that narrow, and the reason before one is opened."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PyQt6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from session.protocol.helpdesk.log_list import LogCounts, LogFilter, LogsFound, LogState
from tests.support.screens.parts import part
from tests.unit.views.helpdesk.invented_rows import NOW, counts_of, log_row, log_rows
from views.helpdesk.columns import COLUMNS
from views.helpdesk.list_page import ListPage
from views.helpdesk.page_acts import FindConversations, KeepSearches, OpenConversation
from views.widgets.parts import EmptyState

WHY = "the scanner jams"


@pytest.fixture
def page(qtbot: QtBot) -> ListPage:
    made = ListPage(lambda: NOW.astimezone())
    qtbot.addWidget(made)
    made.resize(1280, 640)
    made.show()
    made.show_connection(True)
    return made


def _reason(page: ListPage) -> QLineEdit:
    found = page.findChild(QLineEdit, "list_reason")
    assert found is not None
    return found


def _open(page: ListPage) -> QPushButton:
    found = page.findChild(QPushButton, "list_open")
    assert found is not None
    return found


def _show(page: ListPage, number: int) -> None:
    rows = log_rows(number)
    page.show_found(LogsFound(rows=rows, counts=counts_of(rows)), first=True)


def test_not_connected_is_not_empty(page: ListPage) -> None:
    page.show_not_connected("The hub does not answer.")
    assert not page.table.isVisible()
    said = [one.text() for one in page.findChildren(QLabel) if one.isVisible()]
    assert "The hub does not answer." in said
    page.show_found(LogsFound(rows=(), counts=LogCounts()), first=True)
    said = [one.text() for one in page.findChildren(QLabel) if one.isVisible()]
    assert "No conversation here" in said
    _show(page, 1)
    page.show_not_connected("The hub does not answer.")
    assert page.table.isVisible()


def _told[Wish](page: ListPage, kind: type[Wish]) -> list[Wish]:
    """Wishes of one kind that the page tells from now on."""
    wishes: list[Wish] = []
    page.acted.connect(lambda wish: wishes.append(wish) if isinstance(wish, kind) else None)
    return wishes


def test_pages_come_while_the_list_is_scrolled(page: ListPage) -> None:
    asked = _told(page, FindConversations)
    rows = log_rows(10_000)
    page.show_found(LogsFound(rows=rows[:100], next="n1", counts=counts_of(rows)), first=True)
    page.table.scrollToBottom()
    assert asked == [FindConversations(LogFilter(), "n1")]
    page.table.scrollToBottom()
    assert len(asked) == 1
    page.show_find_failed("No hub.")
    page.model.fetchMore(page.table.rootIndex())
    assert len(asked) == 2
    page.show_found(LogsFound(rows=rows[100:]), first=False)
    assert page.model.rowCount() == 10_000
    assert page.model.row(9_999) == rows[9_999]
    assert not page.model.has_more


def test_a_number_and_enter_open_at_once_when_the_reason_is_there(page: ListPage) -> None:
    opened = _told(page, OpenConversation)
    _show(page, 4)
    number = log_row(2).short_number
    page.filter.line.setText(number.lower())
    page.filter.line.returnPressed.emit()
    assert opened == []
    assert _reason(page).hasFocus()
    _reason(page).setText(WHY)
    _reason(page).returnPressed.emit()
    assert opened == [OpenConversation(number, WHY)]
    page.filter.line.setText(number)
    page.filter.line.returnPressed.emit()
    assert opened == [OpenConversation(number, WHY)] * 2
    rows = log_rows(4)
    page.choose(rows[3].session_id)  # the person goes on in the list
    page.open_chosen()
    assert opened[-1] == OpenConversation(rows[3].session_id, WHY)


def test_a_line_of_the_list_is_opened_for_a_reason_or_says_why_not(page: ListPage) -> None:
    opened = _told(page, OpenConversation)
    said: list[str] = []
    page.not_openable.connect(said.append)
    rows = (
        log_row(0),
        log_row(1, state=LogState.RUNNING, ended_at_utc=None),
        log_row(2, state=LogState.ERASED),
        log_row(3, state=LogState.NO_LOG),
    )
    page.show_found(LogsFound(rows=rows, counts=counts_of(rows)), first=True)
    page.open_chosen()
    assert opened == []
    _reason(page).setText(" .. ")
    page.open_chosen()
    assert opened == []
    _reason(page).setText(WHY)
    _open(page).click()
    assert opened == [OpenConversation(rows[0].session_id, WHY)]
    for row in rows[1:]:
        page.choose(row.session_id)
        page.open_chosen()
    assert len(opened) == 1
    assert len(set(said)) == 3
    assert all(row.short_number in words for row, words in zip(rows[1:], said, strict=True))


def test_of_an_erased_conversation_only_the_day_is_told() -> None:
    midnight = datetime(2026, 11, 27, tzinfo=UTC)
    row = log_row(2, state=LogState.ERASED, started_at_utc=midnight, ended_at_utc=midnight)
    told = {one.key: one.text(row, midnight) for one in COLUMNS}
    assert (told["start"], told["length"]) == ("27/11", "")


def test_bars_say_which_kiosk_fails_most_and_narrow_the_list(page: ListPage) -> None:
    asked = _told(page, FindConversations)
    _show(page, 40)
    assert [one.value for one in page.bars.bars()] == ["scanner_jammed", "line_lost"]
    assert "jammed" in page.bars.bars()[0].words
    page.bars.bar_chosen.emit("scanner_jammed")
    assert asked[-1].filter.troubles == ("scanner_jammed",)
    by = page.findChild(QComboBox, "list_bars_by")
    assert by is not None
    by.setCurrentIndex(by.findData("kiosks"))
    page.bars.bar_chosen.emit(page.bars.bars()[0].value)
    assert asked[-1].filter.kiosks == ("borne-1",)
    by.setCurrentIndex(by.findData("days"))
    page.bars.bar_chosen.emit("2026-11-28")
    assert asked[-1].filter.since_utc is not None


def test_what_is_not_understood_is_not_asked_for(page: ListPage) -> None:
    asked = _told(page, FindConversations)
    page.filter.line.setText("sitee:x")
    page.filter.apply()
    assert asked == []
    wrong = page.findChild(QLabel, "list_filter_wrong")
    assert wrong is not None
    assert "sitee" in wrong.text()
    page.filter.line.setText("")
    page.filter.apply()
    assert asked == [FindConversations(LogFilter(), "")]
    assert not wrong.isVisible()


def test_columns_that_matter_less_give_way(page: ListPage) -> None:
    _show(page, 3)

    def shown(width: int) -> list[str]:
        page.resize(width, 640)
        return [
            one.key for place, one in enumerate(COLUMNS) if not page.table.isColumnHidden(place)
        ]

    assert shown(2200) == [one.key for one in COLUMNS if one.key != "organisation"]
    narrow = shown(900)
    assert {"start", "number", "kiosk", "troubles"} <= set(narrow)
    assert "outcome" not in narrow


def test_searches_are_kept_and_forgotten(page: ListPage) -> None:
    kept: list[KeepSearches] = []
    page.filter.acted.connect(kept.append)
    page.filter.line.setText("panne:any")
    page.filter._keep("panne:any", True)
    page.filter._keep("panne:any", False)
    assert kept == [KeepSearches(["panne:any"]), KeepSearches([])]


def test_new_conversations_come_by_themselves_and_the_chosen_line_stays_chosen(
    page: ListPage,
) -> None:
    asked = _told(page, FindConversations)
    rows = log_rows(300)
    page.show_found(LogsFound(rows=rows[1:200], counts=counts_of(rows)), first=True)
    page.table.selectRow(3)
    chosen = page.chosen()

    page.ask_again()
    assert asked == [FindConversations(LogFilter(), "")]
    page.show_found(LogsFound(rows=rows[:200], counts=counts_of(rows)), first=True)
    assert chosen is not None
    assert page.chosen() == chosen
    assert page.table.currentIndex().row() == 4

    page.table.scrollToBottom()
    page.ask_again()
    page.show_connection(False)
    page.table.scrollToTop()
    page.ask_again()
    assert len(asked) == 1, "neither while somebody reads further down nor without a hub"


def test_rows_of_another_question_go_when_it_is_refused(page: ListPage) -> None:
    _show(page, 12)
    page.show_find_failed("No hub.")
    assert page.model.rowCount() == 12
    assert page.list.trouble.startswith("No hub. Last read at ")
    page.filter.line.setText("heure:99")
    page.filter.apply()
    assert page.model.rowCount() == 0
    assert not part(page, EmptyState, "list_empty").isVisible()
    assert "nothing was searched" in page.list.trouble
    page.filter.line.setText("site:oyen")
    page.filter.apply()
    page.show_find_failed("No hub.")
    assert page.list.trouble == "No hub."
    assert not part(page, EmptyState, "list_empty").isVisible()
