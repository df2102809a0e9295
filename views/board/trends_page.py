# SPDX-License-Identifier: GPL-3.0-only
"""The board's page of curves: the last hours in three plots, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QSplitter, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from session.core.clock import Clock
from session.protocol.hub.history import Quarter, TrendsAnswer, TrendsRequest
from session.protocol.hub.requests import Service
from views.board.plot import Series, TimePlot
from views.board.tables import BoardTable, Cell, TableRow
from views.widgets.list_state import ListState
from views.widgets.parts import (
    ElidedLabel,
    EmptyState,
    clock_words,
    column,
    label,
    row,
    tell_choice,
)
from views.widgets.theme import SPACE

HOURS = (2, 4, 8, 12, 24)
USUAL_HOURS = 8
QUARTER_S = 900.0


class BoardTrendsPage(QWidget):
    """Waiting, waits and calls of one service or of all.

    Signals:
        acted(TrendsRequest)
    """

    acted = pyqtSignal(object)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._quarters: list[Quarter] = []
        self._hours = QComboBox()
        self._service = tell_choice(QComboBox())
        self._hours.setObjectName("trends_hours")
        self._hours.setAccessibleName(_("Hours shown"))
        for hours in HOURS:
            self._hours.addItem(plain_text(_("{hours} hours").format(hours=hours)), hours)
        self._hours.setCurrentIndex(HOURS.index(USUAL_HOURS))
        self._service.setObjectName("trends_service")
        self._service.setAccessibleName(_("Service"))
        self._service.addItem(_("All services"), "")
        self._service.setMinimumContentsLength(18)
        self.waiting = TimePlot("plot_waiting", _("Waiting at once"))
        self.waits = TimePlot("plot_waits", _("Wait of those answered, min"))
        self.calls = TimePlot("plot_calls", _("Calls per hour"))
        heads = [
            _("From"),
            _("came"),
            _("answered"),
            _("gave up"),
            _("Waiting"),
            _("Median"),
            _("90 %"),
        ]
        self.table = BoardTable(
            "board_trends", _("The same numbers, per quarter of an hour"), heads=heads, wide=0
        )
        self._said = ElidedLabel(role="body", name="trends_said")
        self._build()

    # ---- facts ----

    def set_services(self, services: Sequence[Service]) -> None:
        """The organisation's services, to choose one."""
        known_services = [self._service.itemData(place) for place in range(self._service.count())]
        if known_services != ["", *(offered.id for offered in services)]:
            chosen = self._service.currentData()
            self._service.blockSignals(True)
            self._service.clear()
            self._service.addItem(_("All services"), "")
            for service in services:
                self._service.addItem(plain_text(service.name), service.id)
            self._service.setCurrentIndex(max(0, self._service.findData(chosen)))
            self._service.blockSignals(False)

    def show_trends(self, answer: TrendsAnswer) -> None:
        """The quarters of an hour that were asked for."""
        quarters = self._quarters = list(answer.quarters)
        times = [quarter.start_utc for quarter in quarters]
        self.waiting.show_series(
            times,
            QUARTER_S,
            [
                Series(
                    _("the most in each quarter"),
                    "accent",
                    tuple(quarter.waiting for quarter in quarters),
                )
            ],
        )
        median = tuple(_minutes(quarter.wait_median_s) for quarter in quarters)
        p90 = tuple(_minutes(quarter.wait_p90_s) for quarter in quarters)
        self.waits.show_series(
            times,
            QUARTER_S,
            [
                Series(_("median"), "accent", median),
                Series(_("nine in ten"), "warn", p90, dashed=True),
            ],
        )
        hours = _hours(quarters)
        self.calls.show_series(
            [at for at, _sums in hours],
            3600.0,
            [
                Series(
                    _("came"), "line_strong", tuple(sums[0] for _at, sums in hours), columns=True
                ),
                Series(_("answered"), "good", tuple(sums[1] for _at, sums in hours), columns=True),
                Series(_("gave up"), "bad", tuple(sums[2] for _at, sums in hours), columns=True),
            ],
        )
        self.table.show_rows([_row(quarter) for quarter in reversed(quarters)])
        self.list.show_answer(bool(quarters))
        self._show_quarter(self.waiting.place() if self.waiting.place() >= 0 else len(quarters) - 1)

    def ask(self) -> None:
        """Asks for what is chosen."""
        self.list.show_asked()
        service = str(self._service.currentData() or "")
        self.acted.emit(TrendsRequest(hours=int(self._hours.currentData()), service=service))

    # ---- inside ----

    def _show_quarter(self, place: int) -> None:
        """Shows a quarter of an hour in words, for those who do not read curves."""
        if not 0 <= place < len(self._quarters):
            self._said.setText("")
            return
        quarter = self._quarters[place]
        words = _(
            "{time}: {arrived} came, {answered} answered, {gone} gave up, {waiting} waiting, "
            "median wait {median}"
        )
        text = words.format(
            time=f"{quarter.start_utc.astimezone():%H:%M}",
            arrived=quarter.arrived,
            answered=quarter.answered,
            gone=quarter.abandoned,
            waiting=quarter.waiting,
            median=_wait(quarter.wait_median_s),
        )
        self._said.setText(text)
        for plot in (self.waiting, self.waits, self.calls):
            plot.setAccessibleDescription(text)

    def _on_marked(self, place: int) -> None:
        for plot in (self.waiting, self.waits):
            plot.mark(place)
        self._show_quarter(place)
        self.table.choose(self._quarters[place].start_utc.isoformat())

    def _on_hour_marked(self, place: int) -> None:
        hours = _hours(self._quarters)
        at = hours[place][0]
        self._on_marked(
            next(number for number, quarter in enumerate(self._quarters) if quarter.start_utc >= at)
        )

    def _on_row(self) -> None:
        chosen = self.table.chosen()
        place = next(
            (
                number
                for number, quarter in enumerate(self._quarters)
                if quarter.start_utc.isoformat() == chosen
            ),
            -1,
        )
        if place >= 0:
            for plot in (self.waiting, self.waits):
                plot.mark(place)
            self._show_quarter(place)

    def _build(self) -> None:
        for box in (self._hours, self._service):
            box.currentIndexChanged.connect(lambda _index: self.ask())
        for plot in (self.waiting, self.waits):
            plot.marked.connect(self._on_marked)
        self.calls.marked.connect(self._on_hour_marked)
        self.table.currentItemChanged.connect(lambda _now, _before: self._on_row())
        plots = QWidget()
        stack = column(plots, self.waiting, self.waits, self.calls, space=SPACE[0])
        for place in range(3):
            stack.setStretch(place, 1)
        right = QWidget()
        column(right, label(_("Per quarter of an hour"), "title"), self.table, space=SPACE[1])
        sides = QSplitter()
        sides.setChildrenCollapsible(False)
        sides.addWidget(plots)
        sides.addWidget(right)
        sides.setStretchFactor(0, 1)
        sides.setSizes([800, 480])
        right.setMinimumWidth(450)
        choice = row(None, self._hours, self._service, self._said, space=SPACE[1])
        choice.setStretch(2, 1)
        none = EmptyState("history", _("No quarter of an hour"), advice="", name="trends_empty")
        self.list = ListState(sides, none, now=self._clock.utc_now, name="trends")
        column(self, choice, self.list, space=SPACE[1]).setStretch(1, 1)


def _minutes(seconds: int | None) -> float | None:
    if seconds is None:
        return None
    return round(seconds / 60, 2)


def _wait(seconds: int | None) -> str:
    if seconds is None:
        return "–"
    return clock_words(seconds)


def _hours(quarters: Sequence[Quarter]) -> list[tuple[datetime, tuple[int, int, int]]]:
    """(start, (came, answered, gave up)) per full hour; the first and last may be parts."""
    sums: dict[datetime, list[int]] = {}
    for quarter in quarters:
        at = quarter.start_utc.astimezone(UTC)
        start = at - timedelta(minutes=at.minute)
        hour_sums = sums.setdefault(start, [0, 0, 0])
        for place, count in enumerate((quarter.arrived, quarter.answered, quarter.abandoned)):
            hour_sums[place] += count
    return [(at, (counts[0], counts[1], counts[2])) for at, counts in sums.items()]


def _row(quarter: Quarter) -> TableRow:
    cells = (
        Cell(f"{quarter.start_utc.astimezone():%H:%M}"),
        *(
            Cell(str(count), "" if count else "soft", right=True)
            for count in (quarter.arrived, quarter.answered)
        ),
        Cell(str(quarter.abandoned), "bad" if quarter.abandoned else "soft", right=True),
        Cell(str(quarter.waiting), "" if quarter.waiting else "soft", right=True),
        Cell(_wait(quarter.wait_median_s), right=True),
        Cell(_wait(quarter.wait_p90_s), right=True),
    )
    return TableRow(quarter.start_utc.isoformat(), cells)
