# SPDX-License-Identifier: GPL-3.0-only
"""The board shows a full day, and each act goes out with its reason:
by keyboard alone, and by drag and drop.
"""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.desk.hub.board_acts import (
    Act,
    Announce,
    GiveToAgent,
    GiveToService,
    Join,
    MoveQueue,
    SetAgentServices,
    SetAgentState,
    SetPriority,
    SetQueue,
)
from session.protocol.hub.board import MessageTo
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.screens.board_scenes import QUEUES, callers, figures, full, quiet
from tests.support.screens.fingers import click, key, write
from tests.support.screens.invented import SERVICES, ticket
from tests.unit.views.board.reasons import KEYS, give_reason
from views.board.page_acts import DoAct, UndoLastAct
from views.board.tables import TargetTable
from views.board.window import BoardWindow
from views.board.words import words_of


@pytest.fixture
def board(qtbot: QtBot, desk_theme: QApplication) -> BoardWindow:
    window = full()
    qtbot.addWidget(window)
    window.close_requested.connect(window.close_now)
    window.resize(1440, 900)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def asked(board: BoardWindow) -> list[tuple[Act, str]]:
    acts: list[tuple[Act, str]] = []

    def on_act(wish: object) -> None:
        if isinstance(wish, DoAct):
            acts.append((wish.act, wish.reason))

    board.acts.acted.connect(on_act)
    return acts


def number_at(board: BoardWindow, place: int) -> str:
    return board.tickets.texts(board.tickets.ids()[place])[0]


def test_forty_callers_in_six_queues_are_shown_in_the_order_they_are_served(
    board: BoardWindow,
) -> None:
    assert len(board.tickets.ids()) == 40
    assert [number_at(board, place) for place in range(4)] == ["E121", "B108", "B136", "E135"]
    assert board.queues.texts("logement") == [
        "Aide au logement",
        "12",
        "13:37",
        "73\u00a0%",
        "1–15 min",
    ]
    assert [board.queues.texts(service)[4] for service in ("alloc", "rdv", "sante", "emploi")] == [
        "< 5 min",
        "> 9 min",
        "Nobody",
        "Is closed",
    ]
    waiting = sum(int(board.queues.texts(service.id)[1]) for service in QUEUES)
    assert (waiting, board.figures.waiting.value()) == (36, "36")
    kept = next(one for one in callers() if one.assigned_to is not None)
    assert board.tickets.texts(kept.id)[5] == "Kept for Yanis Belcourt"


def test_an_alert_is_said_in_words_and_not_by_colour_alone(board: BoardWindow) -> None:
    alerts = {
        board.figures.waiting,
        board.figures.longest,
        board.figures.level,
        board.figures.abandoned,
    }
    assert all(figure.words().startswith("Alert") for figure in alerts)
    assert board.figures.agents.words() == "3 busy · 3 paused"
    board.show_board(figures(abandoned=1))
    assert not board.figures.abandoned.words().startswith("Alert")
    assert board.figures.abandoned.value() == "1"


def test_a_caller_is_given_to_an_agent_without_a_mouse(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    key(board, KEYS.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert board.tickets.hasFocus()
    before = board.tickets.chosen()
    key(board.tickets, KEYS.Key_Down)
    assert board.tickets.chosen() != before
    key(board.tickets, KEYS.Key_F4)
    target = QApplication.focusWidget()
    assert isinstance(target, QComboBox)
    assert target.currentText() == "Solène Cadiou (available)"
    key(target, KEYS.Key_Down)
    give_reason(board, "Knows the case")
    (act, reason) = asked[0]
    assert isinstance(act, GiveToAgent)
    assert (act.tickets[0].id, act.agent, reason) == (
        board.tickets.chosen(),
        "a3",
        "Knows the case",
    )
    assert not board.panel.isVisible()
    assert board.tickets.hasFocus()


def test_nothing_is_done_without_a_reason_or_after_escape(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    key(board, KEYS.Key_F6)
    confirm = board.panel.findChild(QPushButton, "act_confirm")
    assert confirm is not None
    give_reason(board, "ab")
    assert board.panel.isVisible()
    assert not confirm.isEnabled()
    key(board.panel, KEYS.Key_Escape)
    assert not board.panel.isVisible()
    assert asked == []


def test_priority_is_chosen_with_its_reason(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    chosen = board.tickets.chosen()
    key(board, KEYS.Key_F6)
    target = board.panel.findChild(QComboBox, "act_target")
    assert target is not None
    target.setCurrentIndex(target.findData(10))
    give_reason(board, "cannot stand any longer")
    act, reason = asked[0]
    assert isinstance(act, SetPriority)
    assert (act.tickets[0].id, act.priority, reason) == (chosen, 10, "cannot stand any longer")


def test_a_service_is_moved_and_closed_by_keyboard(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    board.queues.setFocus()
    key(board, KEYS.Key_F7)
    target = board.panel.findChild(QComboBox, "act_target")
    assert target is not None
    assert target.findData("emploi") == -1, "a closed service takes nobody"
    target.setCurrentIndex(target.findData("rsa"))
    give_reason(board, "agency closes")
    key(board, KEYS.Key_F8)
    give_reason(board, "agency closes")
    board.queues.choose("emploi")
    key(board, KEYS.Key_F8)
    give_reason(board, "agency opens")
    assert [act for act, _reason in asked] == [
        MoveQueue("logement", "rsa"),
        SetQueue("logement", True),
        SetQueue("emploi", False),
    ]


def test_a_message_to_all_has_a_text_and_a_reason(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    key(board, KEYS.Key_F9)
    field = QApplication.focusWidget()
    assert field is not None
    assert field.objectName() == "act_text"
    write(field, "The line is slow today")
    give_reason(board, "network works")
    assert asked == [(Announce("The line is slow today"), "network works")]


def drop(board: BoardWindow, table: TargetTable, ticket_id: str, row_id: str) -> None:
    """What Qt tells a table when a dragged ticket is let go over a row."""
    board.tickets.choose(ticket_id)
    data = board.tickets.mimeData(board.tickets.selectedItems())
    table.choose(row_id)
    item = table.currentItem()
    assert item is not None
    place: QPoint = table.visualItemRect(item).center()
    move, none = Qt.DropAction.MoveAction, Qt.KeyboardModifier.NoModifier
    table.dropEvent(QDropEvent(QPointF(place), move, data, Qt.MouseButton.LeftButton, none))


def test_a_ticket_dropped_on_an_agent_or_a_service_asks_only_for_the_reason(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    ticket = next(
        one for one in callers() if one.service == "logement" and one.state is TicketState.WAITING
    )
    drop(board, board.agents, ticket.id, "a6")
    give_reason(board, "knows the case")
    drop(board, board.queues, ticket.id, "sante")
    give_reason(board, "wrong service chosen")
    assert [act for act, _reason in asked] == [
        GiveToAgent((ticket,), "a6"),
        GiveToService((ticket,), "sante"),
    ]


def test_a_ticket_is_not_dropped_on_who_is_away_or_on_what_is_closed(board: BoardWindow) -> None:
    ticket_id = board.tickets.ids()[5]
    drop(board, board.agents, ticket_id, "a8")
    drop(board, board.queues, ticket_id, "emploi")
    assert not board.panel.isVisible()


def test_the_act_is_about_the_ticket_as_it_was_when_it_was_begun(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    seen = next(one for one in callers() if one.id == board.tickets.chosen())
    key(board, KEYS.Key_F5)
    changed = [
        msgspec.structs.replace(one, priority=5) if one.id == seen.id else one for one in callers()
    ]
    board.set_tickets(changed, QUEUES)
    give_reason(board, "wrong service chosen")
    act = asked[0][0]
    assert isinstance(act, GiveToService)
    assert act.tickets == (seen,)  # the hub compares, and refuses what has changed meanwhile


def test_the_chosen_row_stays_chosen_while_others_come_and_go(board: BoardWindow) -> None:
    chosen = board.tickets.chosen()
    board.set_tickets([one for one in callers() if one.number != "E121"], QUEUES)
    assert board.tickets.chosen() == chosen
    board.set_tickets([one for one in callers() if one.id != chosen], QUEUES)
    assert board.tickets.chosen() not in ("", chosen)


def test_who_talks_cannot_be_given_away_and_nothing_is_done_without_a_line(
    board: BoardWindow,
) -> None:
    talking = next(one for one in callers() if one.state is TicketState.IN_SESSION)
    give = board.findChild(QPushButton, "act_agent")
    announce = board.findChild(QPushButton, "act_announce")
    assert give is not None
    assert announce is not None
    assert give.isEnabled()
    board.tickets.choose(talking.id)
    assert not give.isEnabled()
    board.set_connection(False)
    assert not announce.isEnabled()


def test_a_board_without_a_hub_does_not_say_that_nobody_waits(board: BoardWindow) -> None:
    board.set_tickets([], list(SERVICES.values()))
    empty = board.findChild(QWidget, "board_empty")
    assert empty is not None

    def said() -> list[str]:
        return [one.text() for one in empty.findChildren(QLabel) if one.text()]

    assert "Nobody is waiting" in said()
    assert board.figures.waiting.value() == "0"
    board.set_connection(False)
    assert said() == ["Connection lost", "Who waits is shown as soon as the network answers."]
    assert board.figures.waiting.value() == "–"
    assert board.figures.waiting.words() == "Connection lost"
    counts = [board.queues.topLevelItem(at) for at in range(board.queues.topLevelItemCount())]
    assert {one.text(1) for one in counts if one is not None} == {"–"}
    board.set_connection(True)
    assert "Nobody is waiting" in said()
    assert board.figures.waiting.value() == "0"


def test_undo_says_what_it_takes_back(board: BoardWindow, qtbot: QtBot) -> None:
    button = board.findChild(QPushButton, "act_undo")
    words = board.findChild(QLabel, "board_undo_words")
    assert button is not None
    assert words is not None
    assert not button.isEnabled()
    board.show_undo(SetPriority((callers()[7],), 0))
    assert words.text() == "Undo: B108: priority usual"
    with qtbot.waitSignal(board.acts.acted) as acted:
        click(button)
    assert acted.args == [UndoLastAct()]
    board.show_undo(None)
    assert not button.isEnabled()


def test_an_empty_board_says_so(qtbot: QtBot, desk_theme: QApplication) -> None:
    window = quiet()
    qtbot.addWidget(window)
    window.show()
    assert not window.tickets.isVisible()
    assert window.figures.waiting.value() == "–"
    window.set_connection(True)
    assert window.figures.waiting.value() == "0"
    window.close_now()


def test_a_reservation_that_ran_out_is_told_with_the_agent_s_name(board: BoardWindow) -> None:
    waiting = next(one for one in callers() if one.state is TicketState.WAITING)
    kept = msgspec.structs.replace(waiting, assigned_to=next(iter(board.facts.agent_names())))
    board.show_reservation_ended(kept)
    said = " ".join(text.text() for text in board.messages.findChildren(QLabel))
    assert f"{kept.number} was kept for" in said
    assert f"kept for {kept.assigned_to}," not in said  # a name, no id


def test_a_conversation_is_joined_from_its_agents_row(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    talk = next(one for one in callers() if one.state is TicketState.IN_SESSION and one.agent)
    free = next(one for one in board.agents.ids() if board.facts.talk_of(one) is None)
    for agent, joined in ((free, False), (talk.agent, True)):
        board.agents.choose(agent or "")
        key(board, KEYS.Key_F10, Qt.KeyboardModifier.ControlModifier)
        assert board.panel.isVisible() is joined
    give_reason(board, "asked for help")
    assert asked == [(Join(talk), "asked for help")]


def choose_several(board: BoardWindow, count: int) -> list[Ticket]:
    """The first callers who wait, as with Shift and an arrow."""
    board.tickets.setFocus()
    board.tickets.choose(board.tickets.ids()[0])
    for _step in range(count - 1):
        key(board.tickets, KEYS.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    known = {one.id: one for one in callers()}
    return [known[one] for one in board.tickets.ids()[:count]]


def test_several_callers_are_given_away_at_once_and_stay_chosen_while_others_come(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    chosen = choose_several(board, 3)
    board.set_tickets([*callers(), ticket("Z999", "rsa", 3000)], QUEUES)
    assert board.tickets.all_chosen() == [one.id for one in chosen]
    title = board.findChild(QLabel, "board_callers")
    assert title is not None
    assert title.text().endswith("3 chosen")
    key(board, KEYS.Key_F6)
    target = board.panel.findChild(QComboBox, "act_target")
    assert target is not None
    target.setCurrentIndex(target.findData(10))
    give_reason(board, "school is over")
    assert asked == [(SetPriority(tuple(chosen), 10), "school is over")]
    assert words_of(asked[0][0], board.facts) == "3 callers, the first: E121: priority urgent"


def test_who_waits_for_a_service_already_is_not_given_to_it(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    chosen = choose_several(board, 5)
    key(board, KEYS.Key_F5)
    target = board.panel.findChild(QComboBox, "act_target")
    assert target is not None
    target.setCurrentIndex(target.findData("logement"))
    give_reason(board, "the only one open")
    act = asked[0][0]
    assert isinstance(act, GiveToService)
    assert act.tickets == tuple(one for one in chosen if one.service != "logement")
    assert len(act.tickets) < 5


def combo(board: BoardWindow, name: str) -> QComboBox:
    found = board.findChild(QComboBox, name)
    assert found is not None
    return found


def test_one_site_and_one_service_are_shown_with_the_agents_who_serve_it(
    board: BoardWindow,
) -> None:
    sites = combo(board, "board_of_site")
    sites.setCurrentIndex(sites.findData("Maison de services de Courville"))
    shown = [board.tickets.texts(one) for one in board.tickets.ids()]
    assert 0 < len(shown) < 20
    assert {row[2] for row in shown} == {"Maison de services de Courville"}
    services = combo(board, "board_of_service")
    services.setCurrentIndex(services.findData("rdv"))
    assert {board.tickets.texts(one)[1] for one in board.tickets.ids()} <= {
        "Préparer un rendez-vous"
    }
    answer = figures()
    only = [
        msgspec.structs.replace(one, services=["rdv" if one.id == "a3" else "alloc"])
        for one in answer.agents
    ]
    board.show_board(msgspec.structs.replace(answer, agents=only))
    assert board.agents.ids() == ["a3"]
    services.setCurrentIndex(services.findData("emploi"))
    sites.setCurrentIndex(sites.findData("Maison de services de Courville"))
    if not board.tickets.ids():
        assert not board.tickets.isVisible()
    services.setCurrentIndex(0)
    sites.setCurrentIndex(0)
    assert len(board.tickets.ids()) == 40


def test_a_head_sorts_up_and_down_and_then_in_turn_again(board: BoardWindow) -> None:
    in_turn = board.tickets.ids()
    header = board.tickets.header()
    assert header is not None
    header.sectionClicked.emit(2)
    sites = [board.tickets.texts(one)[2] for one in board.tickets.ids()]
    assert sites == sorted(sites)
    assert header.isSortIndicatorShown()
    header.sectionClicked.emit(2)
    assert [board.tickets.texts(one)[2] for one in board.tickets.ids()] == sites[::-1]
    header.sectionClicked.emit(2)
    assert board.tickets.ids() == in_turn
    assert not header.isSortIndicatorShown()


def test_a_message_goes_to_one_agent_one_service_or_one_site(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    for target in ((MessageTo.AGENT, "a6"), (MessageTo.SERVICE, "rsa"), (MessageTo.SITE, "site1")):
        key(board, KEYS.Key_F9)
        box = combo(board, "act_target")
        box.setCurrentIndex(next(at for at in range(box.count()) if box.itemData(at) == target))
        field = QApplication.focusWidget()
        assert field is not None
        write(field, "Agents come late")
        give_reason(board, "strike")
    assert [act for act, _reason in asked] == [
        Announce("Agents come late", MessageTo.AGENT, "a6"),
        Announce("Agents come late", MessageTo.SERVICE, "rsa"),
        Announce("Agents come late", MessageTo.SITE, "site1"),
    ]
    assert [words_of(act, board.facts) for act, _reason in asked] == [
        "message to Solène Cadiou",
        "message to Agents of RSA et prime d'activité",
        "message to Callers at France services de Morlaix-les-Bains",
    ]


def test_an_agent_is_paused_and_made_available_by_keyboard_with_a_reason(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    board.agents.setFocus()
    board.agents.choose("a3")
    key(board, KEYS.Key_E, Qt.KeyboardModifier.ControlModifier)
    box = combo(board, "act_target")
    box.setCurrentIndex(box.findData("meeting"))
    give_reason(board, "asked for")
    board.agents.choose("a5")
    key(board, KEYS.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert box.currentText() == "Available", "who is paused is mostly wanted back"
    give_reason(board, "the queue is long")
    board.agents.choose("a8")
    key(board, KEYS.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert not board.panel.isVisible(), "nobody is there"
    assert asked == [
        (SetAgentState("a3", False, "meeting"), "asked for"),
        (SetAgentState("a5", True), "the queue is long"),
    ]
    assert words_of(asked[0][0], board.facts) == "Yanis Belcourt: paused · meeting"


def test_what_an_agent_serves_today_is_ticked_and_said(
    board: BoardWindow, asked: list[tuple[Act, str]]
) -> None:
    board.agents.choose("a3")
    key(board, KEYS.Key_T, Qt.KeyboardModifier.ControlModifier)
    boxes = board.panel.findChildren(QCheckBox)
    assert [box.isChecked() for box in boxes] == [True] * 6
    for box in boxes:
        box.setChecked(box.objectName() in ("act_choice_rsa", "act_choice_rdv"))
    give_reason(board, "nobody else for it")
    assert asked == [(SetAgentServices("a3", ("rsa", "rdv")), "nobody else for it")]
    answer = figures()
    changed = [
        msgspec.structs.replace(one, services=["rsa", "rdv"], for_today=True)
        if one.id == "a3"
        else one
        for one in answer.agents
    ]
    board.show_board(msgspec.structs.replace(answer, agents=changed))
    item = board.agents.topLevelItem(board.agents.ids().index("a3"))
    assert item is not None
    spoken = item.data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert "today: RSA et prime d'activité, Préparer un rendez-vous" in spoken


def test_a_service_s_own_thresholds_make_its_alerts(board: BoardWindow) -> None:
    own = [
        msgspec.structs.replace(one, longest_s=3600, most_waiting=3) if one.id == "sante" else one
        for one in QUEUES
    ]
    board.set_tickets(callers(), own)
    said = " ".join(text.text() for text in board.messages.findChildren(QLabel))
    count = board.queues.texts("sante")[1]
    assert f"Carte et remboursements: {count} waiting" in said
    item = board.queues.topLevelItem(4)
    assert item is not None
    spoken = item.data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert "too many callers" in spoken
    assert "long wait" not in spoken, "an hour is what this service takes for long"
