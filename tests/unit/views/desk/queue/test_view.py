# SPDX-License-Identifier: GPL-3.0-only
"""The queue shows who waits, in order, and one wish at a time goes out."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from resources.texts import use_language
from session.core.clock import ManualClock
from session.protocol.hub.routing import ServiceMode, ServiceWork
from session.protocol.hub.tickets import TicketState
from tests.support.screens.acts import acts_of
from tests.support.screens.desk_scenes import SCENES
from tests.support.screens.fingers import click, key
from tests.support.screens.invented import NOW, SERVICES, TICKETS, ticket
from tests.support.screens.parts import part
from views.desk.acts import AcceptCaller, AcceptNext, ChooseOwnState
from views.desk.queue.groups import QueueGroup
from views.desk.queue.rail import QueueRail
from views.desk.queue.rows import MOST_ROWS
from views.desk.queue.ticket_row import TicketRow
from views.desk.queue.view import DeskQueueView
from views.widgets.parts import Chip, ElidedLabel
from views.widgets.theme import apply_theme
from views.words.appointments import due_words


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def queue(qtbot: QtBot, clock: ManualClock, desk_theme: QApplication) -> DeskQueueView:
    view = DeskQueueView(clock)
    qtbot.addWidget(view)
    view.resize(380, 700)
    view.set_connection(True)
    view.set_tickets(TICKETS, SERVICES)
    view.show()
    qtbot.waitExposed(view)
    return view


def rows(queue: DeskQueueView) -> list[TicketRow]:
    shown = [row for row in queue.findChildren(TicketRow) if row.isVisible()]
    return sorted(shown, key=lambda row: row.mapTo(queue, row.rect().topLeft()).y())


def words(widget: QWidget, name: str) -> str:
    found = widget.findChild(QLabel, name)
    assert found is not None
    return found.text()


def button(widget: QWidget, name: str) -> QPushButton:
    found = widget.findChild(QPushButton, name)
    assert found is not None
    return found


def test_priority_comes_first_then_the_longest_wait_and_others_stand_below(
    queue: DeskQueueView,
) -> None:
    assert [row.ticket.number for row in rows(queue)] == ["C007", "B012", "A031", "A032", "D002"]
    assert words(queue, "queue_count") == "Waiting: 4"
    assert words(queue, "queue_others") == "In conversation: 1"


def test_waits_move_with_the_clock(queue: DeskQueueView, clock: ManualClock) -> None:
    row = rows(queue)[3]
    assert words(row, "ticket_wait") == "0:21"
    clock.advance(65)
    queue.refresh_waits()
    assert words(row, "ticket_wait") == "1:26"


def test_a_long_wait_is_said_in_words_too(queue: DeskQueueView) -> None:
    assert "long wait" in rows(queue)[1].accessibleName()
    assert "long wait" not in rows(queue)[2].accessibleName()


def test_a_row_says_what_the_caller_needs_and_its_accept_does_too(queue: DeskQueueView) -> None:
    queue.set_tickets([ticket("L001", "logement", 30, needs=("lsf", "ar"))], SERVICES)
    (row,) = rows(queue)
    chip = row.findChild(Chip, "ticket_needs")
    assert chip is not None
    assert chip.isVisible()
    assert chip.text() == "Sign language, العربية"
    assert "Sign language, العربية" in row.accessibleName()
    assert button(row, "accept_t-l001").accessibleName() == "Accept L001 (Sign language, العربية)"
    queue.set_tickets([ticket("L001", "logement", 30)], SERVICES)
    assert not chip.isVisible()


def test_accept_of_a_row_asks_for_that_ticket_once(queue: DeskQueueView, qtbot: QtBot) -> None:
    asked = acts_of(queue, AcceptCaller)
    click(button(queue, "accept_t-a031"))
    click(button(queue, "accept_t-b012"))
    assert asked == [AcceptCaller("t-a031")]
    queue.accept_failed()
    click(button(queue, "accept_t-b012"))
    assert asked == [AcceptCaller("t-a031"), AcceptCaller("t-b012")]


def test_arrows_and_enter_take_a_caller_without_a_mouse(queue: DeskQueueView, qtbot: QtBot) -> None:
    first = rows(queue)[0]
    first.setFocus()
    key(first, Qt.Key.Key_Down)
    second = QApplication.focusWidget()
    assert isinstance(second, TicketRow)
    assert second.ticket.number == "B012"
    asked = acts_of(queue, AcceptCaller)
    key(second, Qt.Key.Key_Return)
    assert asked == [AcceptCaller("t-b012")]


def test_nobody_can_be_taken_without_a_line_or_while_busy(queue: DeskQueueView) -> None:
    asked = acts_of(queue, AcceptNext)
    queue.set_connection(False)
    queue.accept_next()
    assert not button(queue, "accept_t-b012").isEnabled()
    queue.set_connection(True)
    queue.set_busy(True)
    queue.accept_next()
    assert asked == []
    queue.set_busy(False)
    queue.accept_next()
    assert asked == [AcceptNext("")]


def test_a_filter_shows_one_service_and_accept_next_keeps_to_it(
    queue: DeskQueueView, qtbot: QtBot
) -> None:
    chooser = queue.findChild(QComboBox, "queue_filter")
    assert chooser is not None
    chooser.setCurrentIndex(chooser.findData("alloc"))
    assert [row.ticket.number for row in rows(queue)] == ["A031", "A032", "D002"]
    asked = acts_of(queue, AcceptNext)
    queue.accept_next()
    assert asked == [AcceptNext("alloc")]


def test_a_new_ticket_rings_until_it_is_taken(queue: DeskQueueView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(queue.ticket_rang) as rang:
        queue.ring("t-a032")
    assert rang.args == ["t-a032"]
    assert rows(queue)[3].property("ringing") is True
    assert [row.property("place") for row in rows(queue)][:2] == ["next", ""], "whom F2 takes"
    taken = [
        msgspec.structs.replace(one, state=TicketState.IN_SESSION) if one.id == "t-a032" else one
        for one in TICKETS
    ]
    queue.set_tickets(taken, SERVICES)
    assert not any(row.property("ringing") for row in rows(queue))


def test_the_keyboard_stays_in_the_queue_when_its_row_goes(queue: DeskQueueView) -> None:
    rows(queue)[0].setFocus()
    queue.set_tickets([one for one in TICKETS if one.number != "C007"], SERVICES)
    focused = QApplication.focusWidget()
    assert isinstance(focused, TicketRow)
    assert focused.ticket.number == "B012"


def test_an_empty_queue_is_not_said_to_be_empty_while_the_hub_does_not_answer(
    queue: DeskQueueView,
) -> None:
    queue.set_tickets([], SERVICES)
    empty = queue.findChild(QWidget, "queue_empty")
    assert empty is not None

    def said() -> list[str]:
        return [one.text() for one in empty.findChildren(QLabel) if one.text()]

    assert not empty.isVisible(), "the middle says that nobody waits"
    queue.set_connection(False)
    assert empty.isVisible()
    assert said() == [
        "The queue is not known yet",
        "Who waits is shown as soon as the network answers.",
    ]
    assert words(queue, "queue_count") == "Waiting: –"
    line = queue.findChild(QLabel, "queue_connection")
    assert line is not None
    assert not line.isVisible(), "the list's place says it"
    queue.set_tickets(TICKETS, SERVICES)
    assert line.isVisible()
    seen = f"{NOW.astimezone():%H:%M:%S}"
    assert line.text() == f"Connection lost, trying again… Last read at {seen}."
    assert words(queue, "queue_count") == "Waiting: 4", "who was seen to wait is still shown"
    queue.set_tickets([], SERVICES)
    queue.set_connection(True)
    assert not empty.isVisible()
    assert words(queue, "queue_count") == "Waiting: 0"


def test_the_folded_queue_counts_nobody_only_while_the_hub_answers(qtbot: QtBot) -> None:
    rail = QueueRail()
    qtbot.addWidget(rail)
    rail.show_connection(True)
    rail.show_summary(0, 0.0)
    assert words(rail, "rail_count") == "0"
    rail.show_connection(False)
    assert words(rail, "rail_count") == "–"
    assert rail.accessibleName() == "Connection lost"
    rail.show_summary(2, 30.0)
    assert words(rail, "rail_count") == "2"


def test_a_state_that_was_chosen_is_told_and_nobody_rings_in_a_pause(queue: DeskQueueView) -> None:
    told = acts_of(queue, ChooseOwnState)
    queue.choose_state(False, "break")
    assert told == [ChooseOwnState(False, "break")]
    assert not queue.may_ring(TICKETS[0])
    queue.choose_state(True, "")
    assert queue.may_ring(TICKETS[0])


def test_of_very_many_callers_the_first_have_rows_and_more_when_asked_for(
    queue: DeskQueueView, qtbot: QtBot
) -> None:
    many = [
        msgspec.structs.replace(TICKETS[0], id=f"t{n}", arrived_at_utc=NOW - timedelta(seconds=n))
        for n in range(1_000)
    ]
    queue.set_tickets(many, SERVICES)
    qtbot.waitUntil(lambda: len(rows(queue)) == MOST_ROWS)
    assert [row.ticket.id for row in rows(queue)][:2] == ["t999", "t998"]
    assert words(queue, "queue_count") == "Waiting: 1000"
    before = set(map(id, rows(queue)))
    queue.set_tickets(many, SERVICES)
    assert set(map(id, rows(queue))) == before
    more = button(queue, "queue_more")
    assert more.text() == "970 more wait: show some of them"
    click(more)
    qtbot.waitUntil(lambda: len(rows(queue)) == 2 * MOST_ROWS)
    queue.set_tickets(many[:20], SERVICES)
    assert not more.isVisible()


def test_a_caller_kept_for_a_colleague_cannot_be_taken_until_the_minute_is_over(
    queue: DeskQueueView, clock: ManualClock, qtbot: QtBot
) -> None:
    kept = [
        msgspec.structs.replace(one, assigned_to="a7", assigned_at_utc=NOW)
        if one.id == "t-c007"
        else one
        for one in TICKETS
    ]
    queue.facts.set_agent("a1")
    queue.set_tickets(kept, SERVICES)
    assert not button(queue, "accept_t-c007").isEnabled()
    assert [row.ticket.id for row in rows(queue)][:2] == ["t-b012", "t-c007"]
    assert "For a colleague" in rows(queue)[1].accessibleName()
    first = queue.facts.next_ticket()
    assert first is not None
    assert first.id == "t-b012"
    clock.advance(61)
    queue.refresh_waits()
    assert button(queue, "accept_t-c007").isEnabled()


def test_a_caller_kept_for_this_agent_says_so_and_can_be_taken(queue: DeskQueueView) -> None:
    mine = [
        msgspec.structs.replace(one, assigned_to="a1", assigned_at_utc=NOW)
        if one.id == "t-b012"
        else one
        for one in TICKETS
    ]
    queue.facts.set_agent("a1")
    queue.set_tickets(mine, SERVICES)
    assert button(queue, "accept_t-b012").isEnabled()
    assert "For you" in rows(queue)[1].accessibleName()


WORK = [
    ServiceWork(id="alloc", mode=ServiceMode.PUSH),
    ServiceWork(id="logement"),
    ServiceWork(id="rsa", after_s=200),
]


def test_only_callers_whom_this_agent_may_serve_are_shown_and_those_of_specialists_later(
    queue: DeskQueueView, clock: ManualClock, qtbot: QtBot
) -> None:
    queue.set_work(WORK)
    queue.set_work([*WORK[:2], ServiceWork(id="rsa", after_s=None)])
    assert [row.ticket.number for row in rows(queue)][:3] == ["B012", "A031", "A032"]
    queue.set_work(WORK)
    qtbot.waitUntil(lambda: any(row.ticket.number == "C007" for row in rows(queue)))
    shown = next(row for row in rows(queue) if row.ticket.number == "C007")
    assert "Specialists first: 0:12" in shown.accessibleName()
    assert not button(shown, "accept_t-c007").isEnabled()
    clock.advance(13)
    queue.refresh_waits()
    assert button(shown, "accept_t-c007").isEnabled()


def test_a_caller_offered_to_a_colleague_still_waits_but_cannot_be_taken(
    queue: DeskQueueView,
) -> None:
    queue.facts.set_agent("a1")
    until = NOW + timedelta(seconds=20)
    offered = {"state": TicketState.OFFERED, "agent": "a2", "offer_until_utc": until}
    queue.set_tickets(
        [msgspec.structs.replace(one, **offered) if one.id == "t-b012" else one for one in TICKETS],
        SERVICES,
    )
    assert words(queue, "queue_count") == "Waiting: 4"
    assert not button(queue, "accept_t-b012").isEnabled()
    offered["agent"] = "a1"
    queue.set_tickets(
        [msgspec.structs.replace(one, **offered) if one.id == "t-b012" else one for one in TICKETS],
        SERVICES,
    )
    assert button(queue, "accept_t-b012").isEnabled()


def test_only_a_caller_that_this_agent_may_take_itself_rings(queue: DeskQueueView) -> None:
    queue.set_work(WORK)
    callers = {one.number: one for one in TICKETS}
    assert [queue.may_ring(callers[number]) for number in ("B012", "A031", "C007", "D002")] == [
        True,
        False,
        False,
        False,
    ]
    queue.is_available = False
    assert not queue.may_ring(callers["B012"])


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_the_button_for_more_rows_pushes_no_clock_out_of_sight(
    queue: DeskQueueView, desk_theme: QApplication, scale: float
) -> None:
    use_language("fr")
    apply_theme(desk_theme, dark=False, text_scale=scale)
    try:
        queue.resize(440, 700)
        waiting = [ticket(f"A{n:03}", "alloc", 1_500) for n in range(40)]
        queue.set_tickets(waiting, SERVICES)
        settle()
        area = queue.findChild(QScrollArea)
        assert area is not None
        body, viewport = area.widget(), area.viewport()
        assert body is not None
        assert viewport is not None
        assert body.width() == viewport.width()
        more = button(queue, "queue_more")
        assert more.sizeHint().width() <= more.width(), "its words are cut"
    finally:
        use_language("en")
        apply_theme(desk_theme, dark=False)


CROWDED: dict[str, object] = {
    "caller_number_given": True,
    "assigned_to": "a1",
    "assigned_at_utc": NOW,
    "preferred": "a1",
}


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("width", [380, 330, 264])
def test_wait_and_accept_are_never_cut_whatever_stands_in_the_row(
    queue: DeskQueueView, desk_theme: QApplication, width: int, scale: float
) -> None:
    apply_theme(desk_theme, dark=False, text_scale=scale)
    try:
        queue.facts.set_agent("a1")
        queue.resize(width, 700)
        queue.set_tickets(
            [
                ticket("F002", "alloc", 3700, **CROWDED),
                ticket("F003", "alloc", 700, **CROWDED, away="phone", priority=5),
            ],
            SERVICES,
        )
        for _pass in range(4):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        for row in rows(queue):
            inside = row.mapTo(queue, row.rect().topRight()).x()
            assert inside <= queue.width(), "the row itself is cut"
            for name in ("ticket_wait", "ticket_number"):
                found = row.findChild(QLabel, name)
                assert found is not None
                assert found.width() >= found.sizeHint().width(), f"{name} is cut"
            accept = button(row, f"accept_{row.ticket.id}")
            assert accept.width() >= accept.sizeHint().width()
            for part in (accept, row.findChild(QLabel, "ticket_wait")):
                assert part is not None
                assert part.mapTo(row, part.rect().topRight()).x() < row.width()
            for chip in [one for one in row.findChildren(Chip) if one.isVisible()]:
                assert chip.width() >= chip.sizeHint().width()
                assert chip.mapTo(row, chip.rect().topRight()).x() < row.width(), chip.text()
            assert "For you" in row.accessibleName()
    finally:
        apply_theme(desk_theme, dark=False)


def heads(queue: DeskQueueView) -> list[str]:
    shown = [one for one in queue.findChildren(QueueGroup) if one.isVisible()]
    shown.sort(key=lambda one: one.mapTo(queue, one.rect().topLeft()).y())
    return [one.accessibleName() for one in shown]


def settle() -> None:
    for _pass in range(4):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def test_own_callers_stand_above_everybody_else_and_f2_s_caller_above_all(
    queue: DeskQueueView,
) -> None:
    back = [
        msgspec.structs.replace(one, preferred="a1") if one.id == "t-a032" else one
        for one in TICKETS
    ]
    queue.facts.set_agent("a1")
    queue.set_tickets(back, SERVICES)
    settle()
    assert [row.ticket.number for row in rows(queue)][:4] == ["C007", "A032", "B012", "A031"]
    assert heads(queue) == [
        "Your callers: 1 waiting, longest less than 1 min, unfolded",
        "Everybody else: 2 waiting, longest 12 min, long wait, unfolded",
    ]
    assert "Comes back to you" in rows(queue)[1].accessibleName()


def test_callers_stand_in_groups_that_fold_and_the_arrows_pass_over_what_is_folded(
    queue: DeskQueueView,
) -> None:
    queue.head.group_by("service")
    settle()
    assert [row.ticket.number for row in rows(queue)][:4] == ["C007", "A031", "A032", "B012"]
    assert heads(queue) == [
        "Allocations familiales: 2 waiting, longest 6 min, over 3 min, unfolded",
        "Aide au logement: 1 waiting, longest 12 min, long wait, unfolded",
    ]
    first = queue.findChild(QueueGroup, "queue_group_alloc")
    assert first is not None
    key(first, Qt.Key.Key_Return)
    settle()
    assert [row.ticket.number for row in rows(queue)][:2] == ["C007", "B012"]
    rows(queue)[0].setFocus()
    key(rows(queue)[0], Qt.Key.Key_Down)
    focused = QApplication.focusWidget()
    assert isinstance(focused, TicketRow)
    assert focused.ticket.number == "B012"
    queue.head.group_by("site")
    settle()
    assert heads(queue)[0].startswith("Mairie de Saint-Aubin-le-Vieux: 1 waiting")
    assert queue.head.grouping() == "site"


def test_tab_stops_once_among_the_rows_where_the_keyboard_was_last(queue: DeskQueueView) -> None:
    def stops() -> list[str]:
        return [
            row.ticket.number
            for row in rows(queue)
            if row.focusPolicy() == Qt.FocusPolicy.StrongFocus
        ]

    assert stops() == ["C007"]
    key(rows(queue)[0], Qt.Key.Key_Down)
    assert stops() == ["B012"]
    queue.set_tickets([one for one in TICKETS if one.number != "B012"], SERVICES)
    assert stops() == ["C007"]


def test_a_service_says_itself_from_when_a_wait_is_too_long(queue: DeskQueueView) -> None:
    strict = SERVICES | {
        "alloc": msgspec.structs.replace(SERVICES["alloc"], within_s=60, longest_s=300)
    }
    assert "over 3 min" in rows(queue)[2].accessibleName()
    queue.set_tickets(TICKETS, strict)
    late = rows(queue)[2]
    assert late.ticket.number == "A031"
    assert "long wait" in late.accessibleName()
    wait = late.findChild(QLabel, "ticket_wait")
    assert wait is not None
    assert (wait.property("tone"), wait.toolTip()) == ("bad", "long wait")


def test_a_few_callers_have_two_lines_each_where_no_name_is_cut(queue: DeskQueueView) -> None:
    queue.resize(560, 700)
    settle()
    assert {row.property("form") for row in rows(queue)} == {"two_lines"}


def test_with_little_height_every_caller_has_one_line_and_a_new_one_two(
    queue: DeskQueueView,
) -> None:
    queue.resize(560, 380)
    queue.ring("t-a032")
    settle()
    forms = {row.ticket.number: row for row in rows(queue)}
    assert [(number, row.property("form")) for number, row in forms.items()] == [
        ("C007", "line"),
        ("B012", "line"),
        ("A031", "line"),
        ("A032", "two_lines"),
        ("D002", "line"),
    ]
    assert button(forms["B012"], "accept_t-b012").accessibleName() == "Accept B012"


def test_sixteen_callers_are_seen_at_once_in_a_queue_of_an_office_screen(
    queue: DeskQueueView,
) -> None:
    many = [
        ticket(f"B{100 + n}", list(SERVICES)[n % 3], 30 * n, site=f"Mairie de Valdoré {n}")
        for n in range(40)
    ]
    queue.resize(560, 690)
    queue.set_tickets(many, SERVICES)
    settle()
    area = queue.findChild(QScrollArea)
    assert area is not None
    viewport = area.viewport()
    assert viewport is not None
    whole = [
        row
        for row in rows(queue)
        if viewport.rect().contains(row.mapTo(viewport, row.rect().bottomRight()))
    ]
    assert len(whole) >= 16
    for row in whole:
        site = row.findChild(ElidedLabel)
        assert site is not None
        assert row.height() <= 32


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_no_word_of_a_head_is_cut_in_large_letters(
    queue: DeskQueueView, desk_theme: QApplication, scale: float
) -> None:
    apply_theme(desk_theme, dark=False, text_scale=scale)
    try:
        queue.head.group_by("service")
        settle()
        queue.refresh_waits()
        settle()
        heads_shown = [one for one in queue.findChildren(QueueGroup) if one.isVisible()]
        assert len(heads_shown) == 2
        for head in heads_shown:
            assert head.height() >= 24
            for words in head.findChildren(QLabel):
                assert words.height() >= words.sizeHint().height() - 1, words.text()
    finally:
        apply_theme(desk_theme, dark=False)


def test_rows_come_to_rest_at_any_width_and_stay_inside(
    qtbot: QtBot, desk_theme: QApplication
) -> None:
    use_language("fr")
    window = SCENES["away"]()
    use_language("en")
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.show()
    area = window.queue.findChild(QScrollArea)
    assert area is not None
    body, viewport = area.widget(), area.viewport()
    assert body is not None
    assert viewport is not None
    for width in (1280, 1281, 1366, 1240):
        window.resize(width, 720)
        settle()
        QApplication.processEvents()
        assert body.width() == viewport.width(), width


def test_a_caller_with_an_appointment_has_its_hour(qtbot: QtBot) -> None:
    due = ticket("A040", "alloc", 60, due_at_utc=NOW, appointment="ap1")
    row = TicketRow(due)
    qtbot.addWidget(row)
    row.resize(460, 60)
    row.show_ticket(due, SERVICES["alloc"], place=0, next_one=True, ringing=False)
    row.show_wait(NOW)
    words = due_words(NOW)
    assert f"{NOW.astimezone():%M}" in words
    chip = part(row, Chip, "ticket_due")
    assert chip.isVisibleTo(row)
    assert chip.text() == words
    assert words in row.accessibleName()
    walk_in = ticket("A041", "alloc", 60)
    row.show_ticket(walk_in, SERVICES["alloc"], place=0, next_one=True, ringing=False)
    assert not chip.isVisibleTo(row)
