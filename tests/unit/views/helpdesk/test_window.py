# SPDX-License-Identifier: GPL-3.0-only
"""A conversation in the helpdesk's window: its summary first, sentences that jump, notes, files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.log.playback.opening import open_records
from session.log.summary import summarise
from session.protocol.helpdesk.log_list import LogsFound
from session.protocol.helpdesk.log_notes import LogNote
from tests.support.log_story import whole_session
from tests.unit.views.helpdesk.invented_rows import NOW, log_row
from views.desk.shared_page.mirror_pane import MirrorPane
from views.helpdesk.columns import OF_ALL
from views.helpdesk.page_acts import (
    KeepNote,
    OpenSavedFile,
    RemoveNote,
    SaveConversation,
    SaveTable,
)
from views.helpdesk.window import HelpdeskView, OperatorPages
from views.replay.view import ReplayView
from views.site.operator_acts_view import OperatorActsView


@pytest.fixture
def view(qtbot: QtBot) -> HelpdeskView:
    made = HelpdeskView(ReplayView(MirrorPane(), ManualClock()), lambda: NOW.astimezone())
    qtbot.addWidget(made)
    made.show()
    return made


def _show(view: HelpdeskView, origin: str = "") -> None:
    log = open_records("s1", whole_session())
    view.show_conversation(
        "Conversation 0125-223B",
        log,
        summarise(log),
        origin=origin,
        file_name="c-1",
    )


def test_a_conversation_begins_with_its_summary_and_takes_the_place_of_the_trouble(
    view: HelpdeskView,
) -> None:
    view.show_trouble("No log is kept of x.")
    _show(view)
    assert view.messages.texts() == []
    assert view.shows_conversation
    said = view.conversation.summary.sentences()
    assert said[:2] == ["Nothing failed.", "Nothing is to be done."]
    assert view.conversation.replay.player.duration_s == 120
    view.conversation.back_requested.emit()
    assert not view.shows_conversation


def test_of_a_conversation_that_is_closed_nothing_is_left(view: HelpdeskView, qtbot: QtBot) -> None:
    _show(view)
    assert "www.exemple.fr" in _words(view)
    view.close_conversation()
    assert not view.shows_conversation
    qtbot.waitUntil(lambda: "www.exemple.fr" not in _words(view), timeout=30_000)
    assert view.conversation.replay.player.duration_s == 0
    assert view.conversation.started_at is None


def _words(view: HelpdeskView) -> str:
    """All that the page of a conversation says, also to a screen reader."""
    widgets = view.conversation.findChildren(QWidget)
    texts = [text() for one in widgets if callable(text := getattr(one, "text", None))]
    tables = view.conversation.findChildren(QAbstractItemView)
    cells = [
        str(model.index(line, column).data())
        for table in tables
        if (model := table.model()) is not None
        for line in range(model.rowCount())
        for column in range(model.columnCount())
    ]
    return "\n".join([*map(str, texts), *cells, *(one.accessibleName() for one in widgets)])


def test_each_sentence_with_a_moment_jumps_there(view: HelpdeskView) -> None:
    _show(view)
    buttons = view.findChildren(QToolButton, "summary_done")
    shared = next(one for one in buttons if "www.exemple.fr" in one.accessibleName())
    shared.click()
    assert view.conversation.replay.player.position_s == 21


def test_a_note_is_kept_at_the_moment_that_is_shown(view: HelpdeskView) -> None:
    _show(view)
    told: list[object] = []
    view.conversation.notes.acted.connect(told.append)
    view.conversation.replay.player.seek(40.0)
    words = view.findChild(QLineEdit, "notes_words")
    assert words is not None
    words.setText("  rollers to be cleaned ")
    words.returnPressed.emit()
    words.returnPressed.emit()
    assert told == [KeepNote(40.0, "rollers to be cleaned"), KeepNote(40.0, "")]
    view.conversation.show_notes(
        [LogNote(id="n1", at_s=58.0, words="here", by="h1", kept_at_utc=NOW)]
    )
    assert view.conversation.notes.count_notes() == 1
    listed = view.conversation.notes._list
    listed.setCurrentRow(0)
    listed.itemActivated.emit(listed.currentItem())
    assert view.conversation.replay.player.position_s == 58
    remove = view.findChild(QPushButton, "notes_remove")
    assert remove is not None
    remove.click()
    assert told[-1] == RemoveNote("n1")


def test_a_file_from_elsewhere_is_neither_saved_again_nor_gets_notes(view: HelpdeskView) -> None:
    _show(view, origin="From the file c.zip")
    save = view.findChild(QToolButton, "conversation_save")
    assert save is not None
    assert not save.isVisible()
    assert not view.conversation.notes.isVisible()
    _show(view)
    assert save.isVisible()
    assert view.conversation.notes.isVisible()


def test_paths_are_asked_for_in_the_window(view: HelpdeskView, tmp_path: Path) -> None:
    chosen: list[object] = []
    for part in (view.conversation, view.list, view):
        part.acted.connect(chosen.append)
    menu = view.findChild(QMenu, "conversation_save_menu")
    assert menu is not None
    menu.actions()[0].trigger()
    view.show_connection(True)
    view.list.show_found(LogsFound(rows=(log_row(1),)), first=True)
    for name in ("list_csv", "helpdesk_file"):
        button = view.findChild(QPushButton, name)
        assert button is not None
        button.click()
    _show(view)
    for name in ("helpdesk_save_dialog", "helpdesk_csv_dialog", "helpdesk_file_dialog"):
        dialog = view.findChild(QFileDialog, name)
        assert dialog is not None
        dialog.fileSelected.emit(str(tmp_path / name))
        dialog.close()
    assert chosen == [
        SaveConversation(str(tmp_path / "helpdesk_save_dialog"), with_pages=False),
        SaveTable(str(tmp_path / "helpdesk_csv_dialog")),
        OpenSavedFile(str(tmp_path / "helpdesk_file_dialog")),
    ]


def test_an_operator_begins_at_the_network_and_sees_no_pages_and_keeps_no_notes(
    qtbot: QtBot,
) -> None:
    network = QLabel("hubs and sites")
    acts, asked = OperatorActsView(ManualClock()), list[int]()
    acts.asked.connect(asked.append)
    view = HelpdeskView(
        ReplayView(MirrorPane(), ManualClock()),
        lambda: NOW.astimezone(),
        operator=OperatorPages(network, acts),
    )
    qtbot.addWidget(view)
    view.show()
    assert network.isVisible()
    view.findChild(QToolButton, "helpdesk_pages_acts").click()
    assert acts.isVisible()
    assert asked == [0]
    view.findChild(QToolButton, "helpdesk_pages_list").click()
    assert view.list.isVisible()
    assert not view.list.table.isColumnHidden(OF_ALL)
    menus = view.findChildren(QToolButton, "filter_organisations")
    assert len(menus) == 1
    row = log_row(1)
    view.list.show_found(LogsFound(rows=(row,)), first=True)
    view.list.filter.add("organisations", row.organisation)
    assert view.list.filter.typed().filter.organisations == (row.organisation,)
    view.findChild(QToolButton, "helpdesk_pages_network").click()
    assert network.isVisible()
    _show(view)
    assert not view.conversation.notes.isVisible()
    menu = view.findChild(QMenu, "conversation_save_menu")
    assert len(menu.actions()) == 1


def test_a_helpdesk_of_one_organisation_has_no_network_and_no_column_of_organisations(
    view: HelpdeskView,
) -> None:
    assert view.findChild(QToolButton, "helpdesk_pages_network") is None
    assert view.list.table.isColumnHidden(OF_ALL)
    assert view.findChild(QToolButton, "filter_organisations") is None
    assert log_row(1).organisation not in view.list.model.spoken(log_row(1))
