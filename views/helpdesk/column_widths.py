# SPDX-License-Identifier: GPL-3.0-only
"""The widths of the columns of the list of conversations. Used by the list's page."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtGui import QFont, QFontMetrics
from PyQt6.QtWidgets import QTableView

from resources.texts import _
from views.helpdesk.columns import COLUMNS, LEAST_LETTERS, OF_ALL

_ROOM_PX = 18
"""Beside the letters of a cell."""


class ColumnWidths(QObject):
    """Shares out the width of a table.

    Args:
        of_all: of all organisations, each with its name.
    """

    def __init__(self, table: QTableView, *, of_all: bool) -> None:
        super().__init__(table)
        self._table = table
        self._of_all = of_all
        viewport = table.viewport()
        assert viewport is not None
        viewport.installEventFilter(self)
        self.measure()

    def measure(self) -> None:
        """Gives each column the width of its sample, and what is left to what failed; columns that
        matter less give way where that would be too little.
        """
        metrics, viewport = self._table.fontMetrics(), self._table.viewport()
        heads = QFontMetrics(QFont(self._table.font()))
        widths = {
            place: max(
                metrics.horizontalAdvance(column.sample), heads.horizontalAdvance(_(column.head))
            )
            + _ROOM_PX
            for place, column in enumerate(COLUMNS)
            if column.sample
        }
        least = LEAST_LETTERS * metrics.averageCharWidth()
        room = (viewport.width() if viewport is not None else 0) - least
        leaving = sorted(widths, key=lambda place: COLUMNS[place].leaves)
        gone: set[int] = set() if self._of_all else {OF_ALL}
        for place in (column_place for column_place in leaving if COLUMNS[column_place].leaves):
            if (
                sum(width for column_place, width in widths.items() if column_place not in gone)
                <= room
            ):
                break
            gone.add(place)
        for place, width in widths.items():
            self._table.setColumnWidth(place, width)
            self._table.setColumnHidden(place, place in gone)
        rows = self._table.verticalHeader()
        if rows is not None:
            rows.setDefaultSectionSize(metrics.height() + 12)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Shares the columns out anew when the table has another width."""
        if event is not None and event.type() is QEvent.Type.Resize:
            self.measure()
        return super().eventFilter(watched, event)
