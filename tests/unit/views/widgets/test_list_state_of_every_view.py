# SPDX-License-Identifier: GPL-3.0-only
"""A list that was refused, or whose answer was lost, says so: it never looks like an empty one.
Every view that has a list stands in `CASES`, or in `OTHERS` with the reason why not.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from PyQt6.QtWidgets import QApplication, QLabel, QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import views
from session.core.clock import ManualClock
from session.core.dossier_model import Dossier
from session.desk.hub.memos import MemoBook
from session.protocol.appointments.day import AppointmentsAnswer
from session.protocol.dossier.deliveries import DeliveriesAnswer
from session.protocol.dossier.identity import AccessesAnswer, ProvisionalAnswer, RegisterState
from session.protocol.dossier.pieces import PieceHistory
from session.protocol.helpdesk.log_list import LogsFound
from session.protocol.hub.history import HistoryAnswer, LinesAnswer, TrendsAnswer
from session.protocol.hub.site import AuthorityAnswer, NetworkAnswer, OperatorActsAnswer
from session.protocol.hub.statistics import StatisticsAnswer, StatisticsBy
from session.protocol.hub.third_parties import TargetsAnswer
from tests.support.screens.invented import NOW, SERVICES
from views.board.act_panel import ActPanel
from views.board.acts import ActBeginner
from views.board.appointments.page import BoardAppointmentsPage
from views.board.deliveries_page import BoardDeliveriesPage
from views.board.dossiers.accesses_page import BoardAccessesPage
from views.board.dossiers.doubles_page import BoardDoublesPage
from views.board.facts import BoardFacts
from views.board.history_page import BoardHistoryPage
from views.board.lines_page import BoardLinesPage
from views.board.statistics_page import BoardStatisticsPage
from views.board.trends_page import BoardTrendsPage
from views.desk.dossier.find_card import SEARCH, FindCard
from views.desk.dossier.guide import GuideView
from views.desk.dossier.pieces_bar import PiecesBar
from views.desk.dossier.view import DossierView
from views.desk.pass_on_panel import PassOnPanel
from views.desk.queue.view import DeskQueueView
from views.desk.shared_page.library_panel import LibraryPanel
from views.helpdesk.list_page import ListPage
from views.helpdesk.notes_panel import NotesPanel
from views.helpdesk.remote_help_page import RemoteHelpPage
from views.site.authority_panel import AuthorityPanel
from views.site.network_view import NetworkView
from views.site.operator_acts_view import OperatorActsView
from views.widgets.message_bar import MessageBar
from views.words.errors import sentence
from views.workplace.memos import MemoView

WHY = "The hub did not answer: try again."


class ShownList(NamedTuple):
    """A view that was just made; how it is told that there is nothing, and that nobody knows."""

    view: QWidget
    show_none: Callable[[], None]
    refuse: Callable[[], None]


def _acts() -> ActBeginner:
    return ActBeginner(BoardFacts(), ActPanel(), messages=MessageBar(), window=QWidget())


def _lines() -> ShownList:
    page = BoardLinesPage(ManualClock(NOW))
    return ShownList(
        page, lambda: page.show_lines(LinesAnswer(lines=[])), lambda: page.list.show_refused(WHY)
    )


def _history() -> ShownList:
    page = BoardHistoryPage(BoardFacts(), ManualClock(NOW), acts=_acts())
    none = HistoryAnswer(acts=[])
    return ShownList(page, lambda: page.show_history(none), lambda: page.list.show_refused(WHY))


def _statistics() -> ShownList:
    page = BoardStatisticsPage(BoardFacts(), ManualClock(NOW))
    none = StatisticsAnswer(by=StatisticsBy.TOTAL, rows=[], time_zone="Europe/Paris")
    return ShownList(page, lambda: page.show_statistics(none), lambda: page.list.show_refused(WHY))


def _trends() -> ShownList:
    page = BoardTrendsPage(ManualClock(NOW))
    none = TrendsAnswer(quarters=[])
    return ShownList(page, lambda: page.show_trends(none), lambda: page.list.show_refused(WHY))


def _accesses() -> ShownList:
    page = BoardAccessesPage(BoardFacts(), ManualClock(NOW))
    none = AccessesAnswer(lines=[])
    return ShownList(page, lambda: page.show_accesses(none), lambda: page.list.show_refused(WHY))


def _deliveries() -> ShownList:
    page = BoardDeliveriesPage(BoardFacts(), ManualClock(NOW), acts=_acts())
    none = DeliveriesAnswer(targets=[], deliveries=[])
    return ShownList(page, lambda: page.show_deliveries(none), lambda: page.list.show_refused(WHY))


def _appointments() -> ShownList:
    page = BoardAppointmentsPage(BoardFacts(), ManualClock(NOW))
    none = AppointmentsAnswer(appointments=[], day=NOW.date().isoformat())
    return ShownList(page, lambda: page.show_day(none), lambda: page.list.show_refused(WHY))


def _doubles() -> ShownList:
    page = BoardDoublesPage(BoardFacts(), ManualClock(NOW), acts=_acts())

    def show_none() -> None:
        page.show_provisional(ProvisionalAnswer(dossiers=[]))
        page.show_merges(())

    return ShownList(page, show_none, lambda: page.show_not_read(WHY))


def _conversations() -> ShownList:
    page = ListPage(lambda: NOW.astimezone())
    page.show_connection(True)
    none = LogsFound(rows=())
    return ShownList(
        page, lambda: page.show_found(none, first=True), lambda: page.show_find_failed(WHY)
    )


def _kiosks() -> ShownList:
    page = RemoteHelpPage(lambda: NOW.astimezone())

    def show_none() -> None:
        page.show_tests(())
        page.show_helps(())

    return ShownList(page, show_none, lambda: page.show_not_read(WHY))


def _notes() -> ShownList:
    panel = NotesPanel(lambda: 0.0)
    return ShownList(panel, lambda: panel.show_notes(()), lambda: panel.show_not_read(WHY))


def _network() -> ShownList:
    view = NetworkView()
    none = NetworkAnswer(your_name="Marc L.", hubs=[], sites=[])
    view.show_network(none)
    return ShownList(view, lambda: view.show_network(none), lambda: view.show_not_read(WHY))


def _authority() -> ShownList:
    view = AuthorityPanel()
    none = AuthorityAnswer(is_given=True, have=1, count=2, missing=[])  # with these words
    return ShownList(view, lambda: view.show_answer(none), lambda: view.show_not_read(WHY))


def _operator_acts() -> ShownList:
    view = OperatorActsView(ManualClock(NOW))
    none = OperatorActsAnswer(acts=[])
    return ShownList(view, lambda: view.show_acts(none), lambda: view.show_not_read(WHY))


def _library() -> ShownList:
    panel = LibraryPanel(ManualClock(NOW))
    panel.open_panel()
    return ShownList(panel, lambda: panel.show_items(()), lambda: panel.show_not_read(WHY))


def _targets() -> ShownList:
    panel = PassOnPanel()
    panel.open()
    none = TargetsAnswer(agents=[], services=[], elsewhere=[])
    return ShownList(panel, lambda: panel.show_targets(none, ""), lambda: panel.show_not_read(WHY))


def _colleagues() -> ShownList:
    view = MemoView(list[object]().append)
    book = MemoBook(user="alice", known=True)
    refused = msgspec.structs.replace(book, refused="hub_unreachable")
    return ShownList(view, lambda: view.show_book(book, NOW), lambda: view.show_book(refused, NOW))


def _guides() -> ShownList:
    view = GuideView()
    return ShownList(view, lambda: view.show_guides(()), lambda: view.show_not_read(WHY))


def _procedures() -> ShownList:
    bar = PiecesBar(list[object]().append)
    return ShownList(
        bar, lambda: bar.show_procedures([]), lambda: bar.show_procedures_not_read(WHY)
    )


def _pieces() -> ShownList:
    bar = PiecesBar(list[object]().append)
    past = bar.findChild(QPushButton, "piece_history")
    assert past is not None
    past.setChecked(True)
    none = PieceHistory(steps=[])
    return ShownList(
        bar, lambda: bar.show_history(none, {}), lambda: bar.show_history_not_read(WHY)
    )


def _documents() -> ShownList:
    view = DossierView(ManualClock(NOW))
    documents = view.documents
    view.show_dossier(
        Dossier(number="D-2026-0001", caller_name="Jeanne Exemple", caller_number="1234567")
    )
    return ShownList(
        documents,
        lambda: documents.show_found("", []),
        lambda: documents.show_not_searched(WHY),
    )


def _people() -> ShownList:
    card = FindCard(lambda: date(2026, 11, 24), list[object]().append, back=lambda: None)

    def show_none() -> None:
        card.show_busy(SEARCH)
        card.show_found((), more=False, register=RegisterState.NONE)

    def refuse() -> None:
        card.show_busy(SEARCH)
        card.show_refused(SEARCH, "hub_unreachable")

    return ShownList(card, show_none, refuse)


def _queue() -> ShownList:
    view = DeskQueueView(ManualClock(NOW))

    def show_none() -> None:
        view.set_connection(True)
        view.set_tickets((), SERVICES)

    return ShownList(view, show_none, lambda: view.set_connection(False))


CASES: dict[str, tuple[Callable[[], ShownList], str]] = {
    "board/lines_page.py": (_lines, WHY),
    "board/history_page.py": (_history, WHY),
    "board/statistics_page.py": (_statistics, WHY),
    "board/trends_page.py": (_trends, WHY),
    "board/dossiers/accesses_page.py": (_accesses, WHY),
    "board/deliveries_page.py": (_deliveries, WHY),
    "board/appointments/page.py": (_appointments, WHY),
    "board/dossiers/doubles_page.py": (_doubles, WHY),
    "helpdesk/list_page.py": (_conversations, WHY),
    "helpdesk/remote_help_page.py": (_kiosks, WHY),
    "helpdesk/notes_panel.py": (_notes, WHY),
    "site/network_view.py": (_network, WHY),
    "site/authority_panel.py": (_authority, WHY),
    "site/operator_acts_view.py": (_operator_acts, WHY),
    "desk/shared_page/library_panel.py": (_library, WHY),
    "desk/pass_on_panel.py": (_targets, WHY),
    "desk/dossier/guide.py": (_guides, WHY),
    "desk/dossier/pieces_bar.py": (_procedures, WHY),
    "desk/dossier/pieces_bar.py history": (_pieces, WHY),
    "desk/dossier/documents.py": (_documents, WHY),
    "widgets/dossier/hits.py": (_people, "The network answers but its service does not."),
    "workplace/memos.py": (_colleagues, sentence("hub_unreachable").sentence),
    "desk/queue/rows.py": (_queue, "The queue is not known yet"),
}
"""View, or view and list -> how it is made, and the words that a refusal is shown with."""

OTHERS = {
    "board/appointments/figures_table.py": "of the page",
    "desk/appointments/place_choice.py": "refusals are in the drawer, beside the free times",
    "board/live_page.py": "refusals are in the window's message bar, with the time",
    "board/tables.py": "of the pages",
    "desk/chat_view.py": "the program's own phrases stand in for the organisation's",
    "desk/devices/page_strip.py": "pages of this desk",
    "desk/devices/page_viewer.py": "pages of this desk",
    "desk/devices/pages_panel.py": "pages of this desk",
    "desk/dossier/view.py": "no dossier, or its loading; its documents are above",
    "desk/shared_page/page_contents.py": "of the page that is shown, read in this desk's mirror",
    "desk/shared_page/view.py": "the state of a page, no list",
    "helpdesk/bars.py": "counts of the list of conversations, emptied with it",
    "replay/events_side.py": "of a log that was read whole, else its window does not open",
    "replay/page_pane.py": "the state of a page, no list",
    "site/sites_panel.py": "of the network's page, which says it",
    "site/host_view.py": "refusals are in the window's message bar; empty says what is awaited",
    "widgets/connection_gate.py": "not connected yet",
    "widgets/keyboard/command_palette.py": "acts of the window, no answer",
    "widgets/list_state.py": "of the pages",
    "workplace/settings.py": "pages of the settings",
}
"""View with a list -> why it needs no case."""

MAKERS = {"BoardTable", "EmptyState", "QListView", "QListWidget", "QTableView", "QTableWidget"}
MAKERS |= {"QTreeView", "QTreeWidget", "TicketTable", "TargetTable"}


def _texts(view: QWidget) -> set[str]:
    """What is read in it now."""
    shown = {one.text() for one in view.findChildren(QLabel) if one.isVisible() and one.text()}
    for rows in view.findChildren(QListWidget):
        items = map(rows.item, range(rows.count() if rows.isVisible() else 0))
        shown |= {item.text() for item in items if item is not None}
    return shown


@pytest.mark.parametrize("name", CASES)
def test_a_list_that_was_refused_does_not_look_empty(
    name: str, qtbot: QtBot, desk_theme: QApplication
) -> None:
    made, words = CASES[name]
    shown = made()
    qtbot.addWidget(shown.view)
    shown.view.show()
    qtbot.waitExposed(shown.view)
    before = _texts(shown.view)
    shown.refuse()
    assert any(words in text for text in _texts(shown.view)), "refused at first"
    refused = _texts(shown.view)
    shown.show_none()
    empty = _texts(shown.view) - before - refused
    assert not any(words in text for text in _texts(shown.view)), "read again"
    shown.refuse()
    after = _texts(shown.view)
    assert any(words in text for text in after), "refused later"
    assert not after & empty, "nobody knows whether it is still empty"


def _lists(source: Path) -> bool:
    """True for a module that makes a list, or is one."""
    names = set[str]()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names.add(node.func.id)
        elif isinstance(node, ast.ClassDef):
            names |= {base.id for base in node.bases if isinstance(base, ast.Name)}
    return bool(names & MAKERS)


def test_every_view_with_a_list_is_tried_or_says_why_not() -> None:
    home = Path(views.__path__[0])
    found = {source.relative_to(home).as_posix() for source in home.rglob("*.py") if _lists(source)}
    # two lists that are none of Qt's: one of widgets, one in a menu
    known = {name.partition(" ")[0] for name in CASES} | set(OTHERS)
    assert found - known == set()
    assert known - found == {"desk/dossier/pieces_bar.py"}
