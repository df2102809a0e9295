# SPDX-License-Identifier: GPL-3.0-only
"""The board's first page on an office screen: who talks is found among many who wait, is joined
from an agent's row or a request for help, and no name is cut beside a column that says nothing.
"""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QCheckBox, QPushButton
from pytestqt.qtbot import QtBot

from session.desk.hub.board_acts import Act, Join
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.screens.board_scenes import QUEUES, callers, figures, full
from tests.support.screens.fingers import click, key
from tests.support.screens.invented import ticket
from tests.unit.views.board.reasons import give_reason
from views.board.page_acts import DoAct
from views.board.tables import BoardTable
from views.board.window import BoardWindow
from views.widgets.keyboard.window_actions import WindowActions

OFFICE_SCREENS = ((1366, 768), (1440, 900), (1920, 1080))


@pytest.fixture
def board(qtbot: QtBot, desk_theme: QApplication) -> BoardWindow:
    window = full()
    qtbot.addWidget(window)
    window.close_requested.connect(window.close_now)
    window.resize(1440, 900)
    window.show()
    qtbot.waitExposed(window)
    return window


def talks() -> list[Ticket]:
    return [one for one in callers() if one.state is TicketState.IN_SESSION]


def is_seen(table: BoardTable, row_id: str) -> bool:
    item = table.topLevelItem(table.ids().index(row_id))
    viewport = table.viewport()
    assert item is not None
    assert viewport is not None
    return viewport.rect().contains(table.visualItemRect(item))


def test_who_talks_is_on_the_screen_with_sixty_who_wait(board: BoardWindow) -> None:
    more = [ticket(f"Z{place:03d}", "rsa", 60 + place) for place in range(24)]
    board.set_tickets([*callers(), *more], QUEUES)
    talking = board.findChild(QCheckBox, "board_talking")
    assert talking is not None
    assert talking.text() == "In conversation (3)"
    assert not any(is_seen(board.tickets, one.id) for one in talks())
    key(talking, Qt.Key.Key_Space)
    assert sorted(board.tickets.ids()) == sorted(one.id for one in talks())
    assert all(is_seen(board.tickets, one.id) for one in talks())
    assert board.tickets.texts(talks()[0].id)[5] == board.facts.agent_name(talks()[0].agent or "")
    board.set_tickets([one for one in callers() if one not in talks()], QUEUES)
    assert not talking.isChecked(), "the last conversation has ended: all are shown again"
    assert not talking.isEnabled()
    assert len(board.tickets.ids()) == 37


def test_a_conversation_is_joined_by_the_button_under_the_agents_and_by_its_words(
    board: BoardWindow,
) -> None:
    asked: list[Act] = []
    board.acts.acted.connect(lambda wish: asked.append(wish.act))
    button = board.findChild(QPushButton, "act_join_agent")
    assert button is not None
    talk = talks()[0]
    assert talk.agent is not None
    board.agents.choose("a3")
    assert not button.isEnabled()
    board.agents.choose(talk.agent)
    entries = {entry.keys: entry for entry in WindowActions(board, {}).entries()}
    assert entries["Ctrl+F10"].words == button.accessibleName()
    click(button)
    give_reason(board, "asked for help")
    assert asked == [Join(talk)]


def test_a_request_for_help_leads_into_the_conversation(board: BoardWindow) -> None:
    asked: list[DoAct] = []
    board.acts.acted.connect(asked.append)
    talk = talks()[0]
    agents = [
        msgspec.structs.replace(one, help="advice" if one.id in (talk.agent, "a3") else "")
        for one in figures().agents
    ]
    board.show_board(msgspec.structs.replace(figures(), agents=agents))
    join = board.messages.findChild(QPushButton, "message_action")
    assert join is not None
    assert join.text() == "Join visibly…"
    click(join)
    give_reason(board, "asked for help")
    assert asked == [DoAct(Join(talk), "asked for help")]


@pytest.mark.parametrize("screen", OFFICE_SCREENS, ids=str)
def test_no_service_is_cut_while_another_column_may_give_way(
    board: BoardWindow, screen: tuple[int, int]
) -> None:
    board.resize(*screen)
    table = board.queues
    assert table.columnWidth(0) >= table.sizeHintForColumn(0)
    sizes = board.queues.width(), board.tickets.width(), board.agents.width()
    board.refresh()
    assert (board.queues.width(), board.tickets.width(), board.agents.width()) == sizes


def test_an_empty_column_gives_way_and_comes_back_with_its_first_text(board: BoardWindow) -> None:
    board.resize(1366, 768)
    usual = [one for one in callers() if not one.priority]
    board.set_tickets(usual, QUEUES)
    assert board.tickets.isColumnHidden(4)
    board.set_tickets([msgspec.structs.replace(usual[0], priority=10), *usual[1:]], QUEUES)
    assert not board.tickets.isColumnHidden(4)
