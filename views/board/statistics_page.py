# SPDX-License-Identifier: GPL-3.0-only
"""The board's page of figures: finished requests by service, site, hour or day, on the screen or as
a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from PyQt6.QtCore import QDate, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QDateEdit, QFileDialog, QWidget

from documents.printed.dates import month_name, weekday_name
from resources.texts import _, ngettext
from session.core.clock import Clock
from session.protocol.hub.requests import Service
from session.protocol.hub.statistics import (
    MOST_DAYS,
    Solved,
    StatisticsAnswer,
    StatisticsBy,
    StatisticsRequest,
    StatisticsRow,
)
from views.board.facts import BoardFacts
from views.board.page_acts import SaveFigures
from views.board.tables import BoardTable, Cell, TableRow
from views.widgets.list_state import ListState
from views.widgets.parts import ElidedLabel, EmptyState, clock_words, column, push_button, row
from views.widgets.theme import SPACE
from views.words.counts import behind_words

CHOSEN = 0
"""In place of a number of days: from one day to another."""


class BoardStatisticsPage(QWidget):
    """One period, one way to group or two.

    Signals:
        acted(StatisticsRequest | SaveFigures)
    """

    acted = pyqtSignal(object)

    def __init__(self, facts: BoardFacts, clock: Clock) -> None:
        super().__init__()
        self._facts = facts
        self._clock = clock
        self._services: Mapping[str, Service] = {}
        self._is_shortened = False
        self._days = _choice("statistics_days", _("Days"), _days())
        self._days.setCurrentIndex(1)
        self._first = _date("statistics_first", _("First day"))
        self._last = _date("statistics_last", _("Last day"))
        self._by = _choice("statistics_by", _("Grouped by"), _groupings())
        self._across = _choice("statistics_across", _("And grouped by"), _second_groupings())
        heads = [
            _("Group"),
            _("Of it"),
            _("Callers"),
            _("Answered"),
            _("Gave up"),
            _("Median wait"),
            _("90 %"),
            _("Median talk"),
            _("90 %"),
            _("Solved"),
        ]
        self.table = BoardTable(
            "board_statistics", _("Figures of finished requests"), heads=heads, wide=0
        )
        self._empty = EmptyState(
            "table",
            _("No finished request"),
            advice=_("Choose more days."),
            name="statistics_empty",
        )
        self._state = ElidedLabel(role="small", name="statistics_state")
        self.list = ListState(
            self.table, self._empty, now=clock.utc_now, name="statistics", counts=(self._state,)
        )
        self._csv = push_button(_("Save as CSV…"), "save", "plain", name="statistics_csv")
        self._pdf = push_button(_("Save as PDF…"), "document", "plain", name="statistics_pdf")
        self._build()

    def set_services(self, services: Mapping[str, Service]) -> None:
        """Names of services."""
        self._services = services

    def show_statistics(self, answer: StatisticsAnswer) -> None:
        """The rows that were asked for."""
        self.table.setColumnHidden(1, answer.across is StatisticsBy.TOTAL)
        self.table.show_rows([self._row(answer, entry) for entry in answer.rows])
        self.list.show_answer(bool(answer.rows))
        total = sum(entry.callers for entry in answer.rows)
        words = [
            ngettext("One request has ended", "{count} requests have ended", total).format(
                count=total
            )
        ]
        if self._is_shortened:
            words.append(_("by day and something else: the last 400 days"))
        if answer.behind:
            words.append(behind_words(answer.behind))
        self._state.setText(" · ".join(words))

    def ask(self) -> None:
        """Asks for what is chosen."""
        self.list.show_asked()
        first, last = self._period()
        by, across = self._groupings()
        request = StatisticsRequest(first=first, last=last, by=by, across=across)
        self._is_shortened = request.shortened() != request
        self.acted.emit(request.shortened())

    def _groupings(self) -> tuple[StatisticsBy, StatisticsBy]:
        """Return what is chosen; the same twice is one grouping."""
        by, across = self._by.currentData(), self._across.currentData()
        return by, StatisticsBy.TOTAL if by == across else across

    def _on_days(self) -> None:
        """The days that were shown are those with which a choice of one's own begins."""
        chosen = self._days.currentData() == CHOSEN
        if chosen and self._first.isHidden():
            today = self._facts.today(self._clock.utc_now())
            for box, day in ((self._first, today - timedelta(days=6)), (self._last, today)):
                box.blockSignals(True)
                box.setMaximumDate(QDate(today.year, today.month, today.day))
                box.setMinimumDate(box.maximumDate().addDays(1 - MOST_DAYS))
                box.setDate(QDate(day.year, day.month, day.day))
                box.blockSignals(False)
        for box in (self._first, self._last):
            box.setVisible(chosen)
        self.ask()

    def _period(self) -> tuple[date, date]:
        today = self._facts.today(self._clock.utc_now())
        if self._days.currentData() == CHOSEN:
            first, last = self._first.date().toPyDate(), self._last.date().toPyDate()
            return min(first, last), max(first, last)
        return today - timedelta(days=int(self._days.currentData()) - 1), today

    def _row(self, answer: StatisticsAnswer, entry: StatisticsRow) -> TableRow:
        by, across = answer.by, answer.across
        single = across is StatisticsBy.TOTAL
        cells = (
            Cell(self._name(by, entry.key)),
            Cell("" if single else self._name(across, entry.across)),
            Cell(str(entry.callers), right=True),
            Cell(str(entry.answered), right=True),
            Cell(
                _share(entry.abandoned, entry.callers),
                "bad" if entry.abandoned else "soft",
                right=True,
            ),
            *(
                Cell("–" if seconds is None else clock_words(seconds), right=True)
                for seconds in (
                    entry.wait_median_s,
                    entry.wait_p90_s,
                    entry.talk_median_s,
                    entry.talk_p90_s,
                )
            ),
            Cell(_solved(entry.solved), right=True),
        )
        return TableRow(
            f"{by}/{entry.key}" if single else f"{by}/{entry.key}/{entry.across}", cells
        )

    def _name(self, by: StatisticsBy, key: str) -> str:
        match by:
            case StatisticsBy.SERVICE:
                if key in self._services:
                    return self._services[key].name
                return key
            case StatisticsBy.HOUR:
                return _("{hour}:00 to {hour}:59").format(hour=key)
            case StatisticsBy.DAY:
                return f"{date.fromisoformat(key):%d/%m/%Y}"
            case StatisticsBy.MONTH:
                return f"{month_name(int(key[5:]))} {key[:4]}".capitalize()
            case StatisticsBy.WEEKDAY:
                return weekday_name(int(key)).capitalize()
            case StatisticsBy.TOTAL:
                return _("All together")
        return key

    def _save(self, ending: str) -> None:
        first, last = self._period()
        dialog = QFileDialog(self, _("Save the figures"))
        dialog.setObjectName("statistics_file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.setNameFilter(f"{ending.upper()} (*.{ending})")
        dialog.selectFile(f"activite_{first:%Y-%m-%d}_{last:%Y-%m-%d}.{ending}")
        grouped = self._groupings()
        dialog.fileSelected.connect(
            lambda path: self.acted.emit(SaveFigures(first, last, path, grouped))
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _build(self) -> None:
        self._days.currentIndexChanged.connect(lambda _index: self._on_days())
        for box in (self._by, self._across):
            box.currentIndexChanged.connect(lambda _index: self.ask())
        for day in (self._first, self._last):
            day.dateChanged.connect(lambda _day: self.ask())
        self._csv.clicked.connect(lambda: self._save("csv"))
        self._pdf.clicked.connect(lambda: self._save("pdf"))
        choice = row(
            None,
            self._days,
            self._first,
            self._last,
            self._by,
            self._across,
            0,
            self._csv,
            self._pdf,
        )
        layout = column(self, choice, self.list, self._state, space=SPACE[1])
        layout.setStretch(1, 1)


def _choice(name: str, spoken: str, choices: Sequence[tuple[object, str]]) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(spoken)
    for value, words in choices:
        box.addItem(words, value)
    return box


def _days() -> list[tuple[object, str]]:
    return [
        (1, _("Today")),
        (7, _("7 days")),
        (31, _("31 days")),
        (92, _("3 months")),
        (366, _("1 year")),
        (MOST_DAYS, _("Since the opening")),
        (CHOSEN, _("From … to …")),
    ]


def _groupings() -> list[tuple[object, str]]:
    return [
        (StatisticsBy.SERVICE, _("By service")),
        (StatisticsBy.SITE, _("By site")),
        (StatisticsBy.HOUR, _("By hour of arrival")),
        (StatisticsBy.WEEKDAY, _("By weekday")),
        (StatisticsBy.DAY, _("By day")),
        (StatisticsBy.MONTH, _("By month")),
        (StatisticsBy.TOTAL, _("All together")),
    ]


def _second_groupings() -> list[tuple[object, str]]:
    return [
        (StatisticsBy.TOTAL, _("One grouping")),
        (StatisticsBy.SERVICE, _("and by service")),
        (StatisticsBy.SITE, _("and by site")),
        (StatisticsBy.HOUR, _("and by hour of arrival")),
        (StatisticsBy.WEEKDAY, _("and by weekday")),
        (StatisticsBy.DAY, _("and by day")),
        (StatisticsBy.MONTH, _("and by month")),
    ]


def _date(name: str, spoken: str) -> QDateEdit:
    box = QDateEdit()
    box.setObjectName(name)
    box.setAccessibleName(spoken)
    box.setDisplayFormat("dd/MM/yyyy")
    box.setCalendarPopup(True)
    box.hide()
    return box


def _solved(answers: Mapping[str, int]) -> str:
    """The share of callers who said yes, and how many answered; a dash for too few."""
    if not answers:
        return "–"
    total = sum(answers.values())
    return f"{round(100 * answers.get(Solved.YES, 0) / total)}\u00a0% ({total})"


def _share(part: int, of: int) -> str:
    if of and part:
        return f"{part} ({round(100 * part / of)}\u00a0%)"
    return str(part)
