# SPDX-License-Identifier: GPL-3.0-only
"""The table of a log's events: the line of the moment is marked, a chosen line is gone to.
Used by the replay window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QModelIndex, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from resources.texts import _
from views.replay.events_model import FIRST, TIME, EventsModel
from views.widgets.parts import steady_figures
from views.widgets.theme import size_icons

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
