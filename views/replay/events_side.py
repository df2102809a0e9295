# SPDX-License-Identifier: GPL-3.0-only
"""The list of a log's events with its filter, and one event in full. Used by the replay window."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QModelIndex, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QSplitter, QTableView, QWidget

from resources.texts import _
from session.log.playback.opened import OpenedLog
from views.replay.details import EventDetails
from views.replay.event_filter_bar import EventFilterBar
from views.replay.events_model import FIRST, TIME, EventsModel, lines_of
from views.replay.filters import EventFilter, Matcher
from views.replay.gaps import Gap
from views.replay.whole import whole_log
from views.widgets.parts import column, steady_figures
from views.widgets.theme import SPACE, size_icons, tokens_for

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


LINES_OF_TWO_ENDS = 3


class EventsTable(QTableView):
    """Shows an `EventsModel`.

    Signals:
        line_chosen(int): the person chose a line of the model, by mouse or keyboard.
    """

    line_chosen = pyqtSignal(int)
    _two_ends = False

    def __init__(self, model: EventsModel) -> None:
        super().__init__()
        self.setObjectName("replay_events")
        self.setAccessibleName(_("Events"))
        steady_figures(self)
        self._model = model
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        size_icons(self, 16, 16)
        below, beside = self.horizontalHeader(), self.verticalHeader()
        assert below is not None
        assert beside is not None
        below.setStretchLastSection(True)
        below.setHighlightSections(False)
        below.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        beside.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        beside.hide()
        self.clicked.connect(self._on_clicked)
        self.activated.connect(self._on_clicked)
        self._fit()

    def show_line(self, line: int) -> None:
        """Marks the line of the moment, without a signal; -1: none."""
        if line == self.currentIndex().row():
            return
        if line < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self.setCurrentIndex(self._model.index(line, TIME))

    def set_two_ends(self, on: bool) -> None:
        """Two columns of half the width, whose words go on on more lines, or one."""
        self._two_ends = on
        self.setWordWrap(on)
        self._model.set_two_ends(on)
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The columns share the width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        beside = self.verticalHeader()
        assert beside is not None
        if self._two_ends:
            lines = LINES_OF_TWO_ENDS
        else:
            lines = 1
        beside.setDefaultSectionSize(lines * metrics.height() + 8)
        self.setColumnWidth(TIME, metrics.horizontalAdvance("00:00:00") + 22)
        narrow = max(metrics.horizontalAdvance(name) for name in (_("Kiosk"), _("Desk"))) + 24
        viewport = self.viewport()
        assert viewport is not None
        half = max(120, (viewport.width() - self.columnWidth(TIME)) // 2)
        self.setColumnWidth(FIRST, half if self._two_ends else min(narrow, half))

    def changeEvent(self, event: QEvent | None) -> None:
        """Other letters: other heights."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def event(self, event: QEvent | None) -> bool:
        """Keys of the window (Home, End, Space, letters) stay the window's."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() not in _MOVES
        ):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Up and down go from event to event."""
        assert event is not None
        if event.key() not in _MOVES:
            event.ignore()
            return
        before = self.currentIndex().row()
        super().keyPressEvent(event)
        if self.currentIndex().row() != before:
            self.line_chosen.emit(self.currentIndex().row())

    def _on_clicked(self, index: QModelIndex) -> None:
        self.line_chosen.emit(index.row())


class EventsSide(QFrame):
    """Shows the events that its filter lets through.

    Args:
        log: what is shown at first.

    Signals:
        marks_changed(): other events are shown.
        chosen(float): the person chose a line; its moment, in seconds from the first record.

    Attributes:
        filter: which events are shown.
        marks: their rows in the log.
    """

    marks_changed = pyqtSignal()
    chosen = pyqtSignal(float)

    def __init__(self, log: OpenedLog) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._log = log
        self._matcher = Matcher(log)
        self._position_s = 0.0
        self.filter = EventFilter()
        self.marks = log.marks
        self._model = EventsModel()
        self.table = EventsTable(self._model)
        self.bar = EventFilterBar()
        self.details = EventDetails()
        self.details.hide()
        upper, pad = QWidget(), SPACE[1]
        column(upper, self.bar, self.table, space=SPACE[0]).setStretch(1, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(upper)
        parts.addWidget(self.details)
        parts.setStretchFactor(0, 1)
        column(self, parts, margins=(pad, pad, pad, pad))
        self.bar.changed.connect(self.set_filter)
        self.table.line_chosen.connect(self._on_line)

    def show_log(self, log: OpenedLog) -> None:
        """Another log, by the same filter."""
        self._log = log
        self._matcher = Matcher(log)
        self._show_marks()

    def set_filter(self, event_filter: EventFilter) -> None:
        """Which events stand in list and timeline."""
        if event_filter != self.filter:
            self.filter = event_filter
            self.bar.show_filter(event_filter)
            self._show_marks()
            self._show_moment()

    def _show_marks(self) -> None:
        self.marks = self._matcher.marks(self.filter)
        gaps: list[Gap] = []
        if self.filter.is_all:
            gaps = whole_log(self._log).gaps
            lines = whole_log(self._log).lines
        else:
            lines = lines_of(self._log, self.marks, gaps)
        self._model.show_lines(self._log, lines, gaps, tokens_for(self.palette()))
        self.bar.show_count(len(self.marks), len(self._log.marks))
        self.marks_changed.emit()

    def set_two_ends(self, on: bool) -> None:
        """A column for each end, or one for both."""
        self.table.set_two_ends(on)
        self._show_moment()

    def set_wall_clock(self, on: bool) -> None:
        """The time of the day, or the time since the beginning."""
        self._model.set_wall_clock(on)

    def show_row(self, row: int) -> None:
        """Marks the line of a row of the log, one of several of the same instant."""
        self.table.show_line(self._model.line_of(row))
        self._show_moment()

    def mark_place(self, position_s: float) -> None:
        """Marks the line of a moment."""
        self._position_s = position_s
        self._show_moment()

    def _show_moment(self) -> None:
        line = self._model.line_at(self._position_s)
        chosen = self.table.currentIndex().row()
        if not (0 <= chosen <= line and self._model.offset_s(chosen) == self._position_s):
            self.table.show_line(line)  # else it is one of several of the same instant
        line = self.table.currentIndex().row()
        self.details.show_event(self._log, self._model.log_row(line), self._model.gap(line))

    def _on_line(self, line: int) -> None:
        row = self._model.log_row(line)
        self.chosen.emit(self._model.offset_s(line) if row is None else self._log.offset_s(row))

    def changeEvent(self, event: QEvent | None) -> None:
        """Other colours, in the list too."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self._model.set_tokens(tokens_for(self.palette()))
