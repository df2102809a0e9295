# SPDX-License-Identifier: GPL-3.0-only
"""The board's other pages, by keyboard:
curves that can be read without seeing them, history and taking back, lines.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QDateEdit,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from resources.texts import use_language
from session.desk.hub.board_acts import Act, GiveToOrganisation, MoveQueue
from session.protocol.hub.board import DayFigures
from session.protocol.hub.history import ActKind, HistoryAnswer, HistoryRequest, UndoState
from session.protocol.hub.statistics import StatisticsBy, StatisticsRequest
from session.protocol.hub.tickets import TicketState
from tests.support.screens.board_scenes import acts, callers, figures, full, lines, trends, week
from tests.support.screens.fingers import click, key, write
from tests.support.screens.invented import NOW
from tests.unit.views.board.reasons import give_reason
from views.board.page_acts import SaveFigures, UndoAct
from views.board.window import GED, HISTORY, LINES, LIVE, STATISTICS, TRENDS, BoardWindow
from views.widgets.theme import LIGHT, apply_theme

KEYS, ALT = Qt.Key, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def board(qtbot: QtBot, desk_theme: QApplication) -> BoardWindow:
    window = full()
    qtbot.addWidget(window)
    window.close_requested.connect(window.close_now)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    return window


def test_each_page_has_its_key_and_asks_for_its_facts(board: BoardWindow) -> None:
    shown: list[str] = []
    board.page_shown.connect(shown.append)
    for number in (KEYS.Key_2, KEYS.Key_3, KEYS.Key_4, KEYS.Key_5, KEYS.Key_6, KEYS.Key_1):
        key(board, number, ALT)
    assert shown == [TRENDS, HISTORY, LINES, STATISTICS, GED, LIVE]
    assert board.tickets.hasFocus()
    board.show_page(HISTORY)
    key(board, KEYS.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert (board.page(), board.queues.hasFocus()) == (LIVE, True)


def test_the_curves_are_read_with_the_arrow_keys(board: BoardWindow) -> None:
    board.trends.show_trends(trends())
    key(board, KEYS.Key_2, ALT)
    plot, said = board.trends.waiting, board.findChild(QLabel, "trends_said")
    assert said is not None
    assert plot.hasFocus()
    key(plot, KEYS.Key_End)
    assert ": 19 came, 17 answered, 4 gave up, 36 waiting, median wait 13:52" in said.text()
    last = board.trends.table.chosen()
    key(plot, KEYS.Key_Left)
    assert ": 16 came" in said.text()
    assert board.trends.table.chosen() != last
    assert board.trends.waits.place() == plot.place() == 30
    assert plot.accessibleDescription() == said.text()
    key(board.trends.table, KEYS.Key_Up)
    assert plot.place() == 31


def test_every_number_of_the_curves_is_in_the_table(board: BoardWindow) -> None:
    board.trends.show_trends(trends())
    newest = board.trends.table.texts(board.trends.table.ids()[0])
    assert newest[1:] == ["19", "17", "4", "36", "13:52", "26:06"]
    assert len(board.trends.table.ids()) == 32


def test_the_curves_follow_the_theme(board: BoardWindow, desk_theme: QApplication) -> None:
    board.trends.show_trends(trends())
    board.show_page(TRENDS)
    before = board.trends.waiting.backgroundBrush().color().name()
    apply_theme(desk_theme, dark=True)
    QApplication.sendPostedEvents()
    assert before == LIGHT.surface
    assert board.trends.waiting.backgroundBrush().color().name() != before
    apply_theme(desk_theme, dark=False)


def test_other_hours_or_another_service_are_asked_for(board: BoardWindow) -> None:
    asked: list[tuple[int, str]] = []
    board.trends.acted.connect(lambda wish: asked.append((wish.hours, wish.service)))
    hours = board.findChild(QComboBox, "trends_hours")
    service = board.findChild(QComboBox, "trends_service")
    assert hours is not None
    assert service is not None
    hours.setCurrentIndex(0)
    service.setCurrentIndex(service.findData("logement"))
    assert asked == [(2, ""), (2, "logement")]


def test_an_act_of_the_history_is_taken_back_by_keyboard_with_its_reason(
    board: BoardWindow,
) -> None:
    wanted: list[object] = []
    board.acts.acted.connect(wanted.append)
    board.history.show_history(acts())
    key(board, KEYS.Key_3, ALT)
    board.history.table.choose("x4")
    key(board, KEYS.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert board.panel.isVisible()
    give_reason(board, "the agency stays open")
    assert wanted == [UndoAct("x4", "the agency stays open")]


def test_an_act_that_cannot_be_taken_back_says_why(board: BoardWindow) -> None:
    board.history.show_history(acts())
    board.show_page(HISTORY)
    button = board.findChild(QPushButton, "history_undo")
    assert button is not None
    board.history.table.choose("x2")
    assert not button.isEnabled()
    assert board.history.table.texts("x2")[4:] == [
        "everybody → Yanis Belcourt",
        "Connaît le dossier",
        "Too late: an agent has the caller",
    ]
    key(board, KEYS.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not board.panel.isVisible()
    board.history.table.choose("x1")
    assert button.isEnabled()


def test_one_act_on_several_callers_is_one_line_that_says_whom(board: BoardWindow) -> None:
    asked: list[HistoryRequest] = []
    board.history.acted.connect(asked.append)
    board.show_page(HISTORY)
    several = msgspec.structs.replace(acts().acts[2], tickets=26, undo=UndoState.POSSIBLE)
    board.history.show_history(HistoryAnswer(acts=[several, *acts().acts[3:]]))
    board.history.table.choose("x3")
    assert board.history.table.texts("x3")[3:5] == ["26 callers", "→ RSA et prime d'activité"]
    button = board.findChild(QPushButton, "history_callers")
    assert button is not None
    button.click()
    assert (asked[-1].act, asked[-1].after) == ("x3", "")
    parts = [msgspec.structs.replace(several, ticket_id=f"t{n}", tickets=1) for n in (1, 2)]
    board.history.show_history(HistoryAnswer(acts=parts, more=True))
    assert board.history.table.ids() == ["t1", "t2"]
    undo = board.findChild(QPushButton, "history_undo")
    assert undo is not None
    assert not undo.isEnabled(), "an act is taken back as a whole"
    assert button.text() == "Further callers"
    button.click()
    assert (asked[-1].act, asked[-1].after) == ("x3", "t2")
    board.history.show_history(HistoryAnswer(acts=parts[:1]))
    assert button.text() == "All acts"
    button.click()
    assert asked[-1].act == ""


def test_the_history_is_asked_by_days_kind_person_and_number(board: BoardWindow) -> None:
    asked: list[HistoryRequest] = []
    board.history.acted.connect(asked.append)
    board.history.show_history(acts())
    boxes = {
        name: board.findChild(QComboBox, f"history_{name}") for name in ("days", "kind", "person")
    }
    number = board.findChild(QLineEdit, "history_number")
    assert number is not None
    assert all(box is not None for box in boxes.values())
    for name, choice in (("days", "week"), ("kind", ActKind.MOVE), ("person", "other")):
        box = boxes[name]
        assert box is not None
        box.setCurrentIndex(box.findData(choice))
    write(number, "B108")
    key(number, KEYS.Key_Return)
    last = asked[-1]
    assert (last.kind, last.by, last.number) == (ActKind.MOVE, "other", "B108")
    assert (last.last - last.first).days == 6


def test_lines_are_judged_in_words_and_a_bad_one_is_an_alert(board: BoardWindow) -> None:
    assert board.figures.lines.words() == "Alert: 1 bad"
    title = board.findChild(QLabel, "lines_title")
    assert title is not None
    assert title.text() == "Kiosks there: 11 of 12 · lines: 1 bad, 2 weak, 8 good"
    worst = board.lines.table.texts(board.lines.table.ids()[0])
    assert worst[1:9] == ["Kiosk 2", "Yes", "A105", "Bad", "13.4 %", "596 ms", "69 kb/s", "3 times"]
    assert len(board.lines.table.ids()) == len(lines().lines)


def test_only_a_new_alert_is_told_in_a_message(board: BoardWindow) -> None:
    board.refresh()
    board.messages.dismiss_all()
    board.refresh()
    assert board.messages.texts() == []
    board.show_board(figures(abandoned=1))
    board.show_board(figures(abandoned=7))
    assert board.messages.texts() == ["Alert: many gave up today"]


def test_a_day_that_cannot_be_read_is_not_shown_as_a_good_one(board: BoardWindow) -> None:
    answer = figures()
    unknown = type(answer.day)(since_utc=answer.day.since_utc, known=False)
    board.show_board(type(answer)(agents=answer.agents, queues=answer.queues, day=unknown))
    assert (board.figures.level.value(), board.figures.level.words()) == (
        "–",
        "History not readable",
    )


def test_a_caller_goes_to_another_organisation_only_where_the_hub_allows_it(
    board: BoardWindow,
) -> None:
    asked: list[Act] = []
    board.acts.acted.connect(lambda wish: asked.append(wish.act))
    waiting = [one for one in callers() if one.state is TicketState.WAITING]
    target = board.panel.findChild(QComboBox, "act_target")
    assert target is not None
    allowed = next(one for one in waiting if one.service == "logement")
    board.tickets.choose(allowed.id)
    key(board, KEYS.Key_F5)
    target.setCurrentIndex(target.findText("Travail du Val – Mon suivi"))
    give_reason(board, "is about work")
    board.tickets.choose(next(one.id for one in waiting if one.service == "sante"))
    key(board, KEYS.Key_F5)
    assert target.findText("Travail du Val – Mon suivi") == -1
    key(board.panel, KEYS.Key_Escape)
    key(board, KEYS.Key_F7)
    target.setCurrentIndex(target.findData("travail/suivi"))
    give_reason(board, "agency closes")
    assert asked == [
        GiveToOrganisation((allowed,), "travail/suivi"),
        MoveQueue("logement", "travail/suivi"),
    ]


def test_figures_are_grouped_and_saved_as_a_file(
    board: BoardWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    wishes: list[StatisticsRequest | SaveFigures] = []
    board.statistics.acted.connect(wishes.append)
    board.show_page(STATISTICS)
    board.statistics.show_statistics(week())
    assert board.statistics.table.isColumnHidden(1)
    assert board.statistics.table.texts("service/alloc")[:5] == [
        "Allocations familiales",
        "",
        "140",
        "128",
        "12 (9\u00a0%)",
    ]
    by = board.findChild(QComboBox, "statistics_by")
    assert by is not None
    by.setCurrentIndex(by.findData(StatisticsBy.HOUR))
    assert isinstance(wishes[-1], StatisticsRequest)
    assert wishes[-1].by is StatisticsBy.HOUR
    wishes.clear()
    across = board.findChild(QComboBox, "statistics_across")
    assert across is not None
    across.setCurrentIndex(across.findData(StatisticsBy.SITE))
    across.setCurrentIndex(across.findData(StatisticsBy.HOUR))
    assert [(wish.by, wish.across) for wish in wishes if isinstance(wish, StatisticsRequest)] == [
        (StatisticsBy.HOUR, StatisticsBy.SITE),
        (StatisticsBy.HOUR, StatisticsBy.TOTAL),
    ], "the same twice is one grouping"
    row = msgspec.structs.replace(week().rows[0], key="09", across="Mairie de Valdoré")
    board.statistics.show_statistics(
        msgspec.structs.replace(week(), by=StatisticsBy.HOUR, across=StatisticsBy.SITE, rows=[row])
    )
    assert not board.statistics.table.isColumnHidden(1)
    assert board.statistics.table.texts("hour/09/Mairie de Valdoré")[:2] == [
        "09:00 to 09:59",
        "Mairie de Valdoré",
    ]
    across.setCurrentIndex(across.findData(StatisticsBy.SITE))
    button = board.findChild(QPushButton, "statistics_csv")
    assert button is not None
    click(button)
    dialog = board.statistics.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "a.csv"))
    dialog.close()
    saved = wishes[-1]
    assert isinstance(saved, SaveFigures)
    assert saved.grouped == (StatisticsBy.HOUR, StatisticsBy.SITE), "the file has what is shown"
    assert ((saved.last - saved.first).days, Path(saved.path).name) == (6, "a.csv")


@pytest.mark.parametrize(
    "zone", ["Europe/Paris", "Pacific/Tahiti", "Indian/Reunion", "Pacific/Wallis"]
)
@pytest.mark.parametrize("page", [STATISTICS, HISTORY])
def test_the_days_of_the_hub_are_counted_whatever_this_computer_takes_for_today(
    board: BoardWindow, page: str, zone: str
) -> None:
    asked: list[tuple[date, date]] = []
    board.statistics.acted.connect(lambda wish: asked.append((wish.first, wish.last)))
    board.history.acted.connect(lambda wish: asked.append((wish.first, wish.last)))
    board.show_page(page)
    days = board.findChild(QComboBox, "history_days")
    assert days is not None
    days.setCurrentIndex(days.findData("week"))
    asked.clear()
    for day in (20, 20, 21):  # it is midnight, and the page is still in front
        midnight = datetime(2031, 5, day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        board.show_board(msgspec.structs.replace(figures(), day=DayFigures(since_utc=midnight)))
    assert asked == [(date(2031, 5, last - 6), date(2031, 5, last)) for last in (20, 21)]
    board.show_page(LIVE)
    board.show_board(figures())
    assert len(asked) == 2
    board.statistics.ask()
    board.history.ask()
    assert [last for _first, last in asked[2:]] == [NOW.date()] * 2


@pytest.mark.parametrize(
    ("choice", "first", "last"), [("today", 20, 20), ("yesterday", 19, 19), ("month", -10, 20)]
)
def test_the_history_is_asked_by_the_days_of_the_hub(
    board: BoardWindow, choice: str, first: int, last: int
) -> None:
    asked: list[HistoryRequest] = []
    board.history.acted.connect(asked.append)
    board.show_board(
        msgspec.structs.replace(
            figures(), day=DayFigures(since_utc=datetime(2031, 5, 20, tzinfo=UTC))
        )
    )
    days = board.findChild(QComboBox, "history_days")
    assert days is not None
    days.setCurrentIndex(days.findData(choice))
    board.history.ask()
    day = date(2031, 5, 1)
    assert (asked[-1].first, asked[-1].last) == (
        day + timedelta(days=first - 1),
        day + timedelta(days=last - 1),
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_word_of_an_act_is_cut_on_a_small_screen(
    desk_theme: QApplication, qtbot: QtBot, language: str
) -> None:
    use_language(language)
    window = full()
    qtbot.addWidget(window)
    window.close_requested.connect(window.close_now)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    of_callers = ("agent", "service", "priority", "join", "undo")
    names = (*of_callers, "move", "close", "announce", "state", "services")
    buttons = [
        button
        for name in names
        if (button := window.findChild(QPushButton, f"act_{name}")) is not None
    ]
    assert len(buttons) == len(names)
    assert [button.text() for button in buttons if button.width() < button.sizeHint().width()] == []
    assert window.queues.columnWidth(0) > 128
    assert window.tickets.columnWidth(2) > 80


def test_figures_are_asked_for_any_days_of_ten_years(board: BoardWindow) -> None:
    asked: list[tuple[date, date]] = []
    board.show_page(STATISTICS)
    board.statistics.acted.connect(lambda wish: asked.append((wish.first, wish.last)))
    days = board.findChild(QComboBox, "statistics_days")
    first = board.findChild(QDateEdit, "statistics_first")
    last = board.findChild(QDateEdit, "statistics_last")
    assert days is not None
    assert first is not None
    assert last is not None
    assert not first.isVisible()
    days.setCurrentIndex(days.findText("From … to …"))
    assert first.isVisible()
    assert (asked[-1][1] - asked[-1][0]).days == 6
    first.setDate(first.date().addDays(-30))
    assert (asked[-1][1] - asked[-1][0]).days == 36
    last.setDate(first.date().addDays(-2))
    assert (asked[-1][1] - asked[-1][0]).days == 2, "the other way round is the same period"
    last.setDate(last.maximumDate())
    first.setDate(first.minimumDate().addDays(-5))
    assert (asked[-1][1] - asked[-1][0]).days == 3659


def test_days_by_something_else_are_the_last_four_hundred(board: BoardWindow) -> None:
    asked: list[StatisticsRequest] = []
    board.show_page(STATISTICS)
    board.statistics.acted.connect(asked.append)
    days = board.findChild(QComboBox, "statistics_days")
    by = board.findChild(QComboBox, "statistics_by")
    across = board.findChild(QComboBox, "statistics_across")
    state = board.findChild(QLabel, "statistics_state")
    assert days is not None
    assert by is not None
    assert across is not None
    assert state is not None
    days.setCurrentIndex(days.findText("Since the opening"))
    by.setCurrentIndex(by.findData(StatisticsBy.DAY))
    assert (asked[-1].last - asked[-1].first).days == 3659
    board.statistics.show_statistics(week())
    assert "400" not in state.text()
    across.setCurrentIndex(across.findData(StatisticsBy.SITE))
    assert (asked[-1].last - asked[-1].first).days == 399
    board.statistics.show_statistics(week())
    assert "the last 400 days" in state.text()


def test_months_and_weekdays_are_read_as_words(board: BoardWindow) -> None:
    row = msgspec.structs.replace(week().rows[0], key="2026-03", across="1")
    month, weekday = StatisticsBy.MONTH, StatisticsBy.WEEKDAY
    answer = msgspec.structs.replace(week(), by=month, across=weekday, rows=[row])
    board.statistics.show_statistics(answer)
    assert board.statistics.table.texts("month/2026-03/1")[:2] == ["March 2026", "Monday"]


def test_in_large_letters_a_service_is_still_read(desk_theme: QApplication, qtbot: QtBot) -> None:
    apply_theme(desk_theme, dark=False, text_scale=1.5)
    try:
        window = full()
        qtbot.addWidget(window)
        window.close_requested.connect(window.close_now)
        window.resize(1366, 768)
        window.show()
        qtbot.waitExposed(window)
        letters = window.queues.fontMetrics().averageCharWidth()
        assert window.queues.columnWidth(0) >= 9 * letters
        assert window.queues.isColumnHidden(2)
        assert window.tickets.isColumnHidden(2), "the site stands below the service"
        assert window.tickets.columnWidth(1) >= 18 * letters
        window.resize(2400, 900)
        assert not window.tickets.isColumnHidden(5)
    finally:
        apply_theme(desk_theme, dark=False)
