# SPDX-License-Identifier: GPL-3.0-only
"""The events of a log as a table: when, whose, what. Only the lines on the screen are read and put
into words, however long the log is. Used by the replay window.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PyQt6.QtGui import QBrush, QColor, QIcon

from resources.plain_text import plain_text
from resources.texts import _
from session.core.clock import instant
from session.log.events import Writer
from session.log.playback.opened import OpenedLog
from views.replay.gaps import Gap, gap_words
from views.replay.words import END_NAMES, LANES, describe
from views.widgets.icons import icon
from views.widgets.parts import clock_words
from views.widgets.plain_words import tip_words
from views.widgets.theme import Tokens

_FIGURE_SPACE = "\u2007"
TIME, FIRST, SECOND = range(3)
_Role = Qt.ItemDataRole


def wall_words(at_s: float) -> str:
    """The time of the day here, of seconds since 1970."""
    return instant(at_s).astimezone().strftime("%H:%M:%S")


class EventLines(NamedTuple):
    """The lines of the table: rows of the log, or -1 and below for gaps; and when each was."""

    rows: npt.NDArray[np.int64]
    at_s: npt.NDArray[np.float64]


def lines_of(log: OpenedLog, marks: npt.NDArray[np.int64], gaps: Sequence[Gap]) -> EventLines:
    """Marks of a log and gaps, in order of time."""
    at_s = log.columns.at_s[marks]
    places = np.searchsorted(at_s, [gap.begin_s for gap in gaps], side="right")
    return EventLines(
        np.insert(marks, places, -1 - np.arange(len(gaps), dtype=np.int64)),
        np.insert(at_s, places, [gap.begin_s for gap in gaps]),
    )


class EventsModel(QAbstractTableModel):
    """Rows are marks of the timeline and, between them, gaps in words.

    Columns: the time; then either whose it is and what, or what the kiosk saw and what the desk
    saw, side by side.
    """

    def __init__(self) -> None:
        super().__init__()
        self._log: OpenedLog | None = None
        self._gaps: Sequence[Gap] = ()
        self._rows: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._at_s: npt.NDArray[np.float64] = np.zeros(0)
        self._tokens: Tokens | None = None
        self._two_ends = self._wall = False
        self._words = lru_cache(maxsize=4096)(self._describe)

    # ---- what is shown

    def show_lines(
        self, log: OpenedLog, lines: EventLines, gaps: Sequence[Gap], tokens: Tokens
    ) -> None:
        """Shows lines of a log, in which its gaps are."""
        self.beginResetModel()
        self._log = log
        self._gaps = gaps
        self._tokens = tokens
        self._words.cache_clear()
        self._rows, self._at_s = lines
        self.endResetModel()

    def set_two_ends(self, on: bool) -> None:
        """A column for each end, or one for both."""
        self.beginResetModel()
        self._two_ends = on
        self.endResetModel()

    def set_wall_clock(self, on: bool) -> None:
        """The time of the day, or the time since the beginning."""
        self._wall = on
        if len(self._rows):
            self.dataChanged.emit(self.index(0, TIME), self.index(len(self._rows) - 1, TIME))

    def set_tokens(self, tokens: Tokens) -> None:
        """Other colours."""
        self._tokens = tokens

    def log_row(self, row: int) -> int | None:
        """The log's row in a line of the table; None for a gap."""
        if 0 <= row < len(self._rows):
            entry = int(self._rows[row])
        else:
            entry = -1
        if entry >= 0:
            return entry
        return None

    def gap(self, row: int) -> Gap | None:
        """The gap in a line of the table."""
        if 0 <= row < len(self._rows):
            entry = int(self._rows[row])
        else:
            entry = 0
        if entry < 0:
            return self._gaps[-1 - entry]
        return None

    def offset_s(self, row: int) -> float:
        """Return when the line of the table was."""
        return float(self._at_s[row])

    def line_at(self, offset_s: float) -> int:
        """The last line at or before a moment; -1 before the first."""
        return int(np.searchsorted(self._at_s, offset_s, side="right")) - 1

    def line_of(self, row: int) -> int:
        """The line of a row of the log; the one before where it is left out."""
        assert self._log is not None
        line = self.line_at(self._log.offset_s(row))
        for back in range(line, max(-1, line - 200), -1):
            if self._rows[back] == row:
                return back
        return line

    # ---- Qt

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """All lines."""
        if parent is not None and parent.isValid():
            return 0
        return len(self._rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Time and two more."""
        if parent is not None and parent.isValid():
            return 0
        return 3

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        """The columns' names."""
        text_roles = (_Role.DisplayRole, _Role.ToolTipRole)
        if role not in text_roles or orientation is not Qt.Orientation.Horizontal:
            return None
        if self._two_ends:
            names = (_("Moment"), _("Kiosk"), _("Desk"))
        else:
            names = (_("Moment"), _("End"), _("Event"))
        return names[section]

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        """A cell."""
        if not index.isValid() or self._log is None:
            return None
        row = int(self._rows[index.row()])
        column = index.column()
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return plain_text(self._text(index.row(), row, column))
        if role == _Role.ToolTipRole:
            if column != TIME:
                cell_text = self._text(index.row(), row, column)
            else:
                cell_text = ""
            return tip_words(cell_text or self._words(row))
        if role == _Role.DecorationRole and self._is_place_of(row, column):
            return self._icon(row)
        if role == _Role.ForegroundRole and self._tokens is not None:
            return self._brush(row)
        return None

    def _text(self, line: int, row: int, column: int) -> str:
        if column == TIME:
            assert self._log is not None
            at_s = float(self._at_s[line])
            if self._wall:
                return wall_words(self._log.start_s + at_s)
            return clock_words(at_s).rjust(7, _FIGURE_SPACE)
        if column == FIRST and not self._two_ends:
            return _(END_NAMES[self._writer(row)])
        if self._is_place_of(row, column):
            return self._words(row)
        return ""

    def _is_place_of(self, row: int, column: int) -> bool:
        """True if the sentence stands in this column."""
        if not self._two_ends:
            return column == SECOND
        return column == (FIRST if self._writer(row) is Writer.KIOSK else SECOND)

    def _writer(self, row: int) -> Writer:
        assert self._log is not None
        if row >= 0:
            return self._log.writer(row)
        return self._gaps[-1 - row].writer

    def _describe(self, row: int) -> str:
        assert self._log is not None
        if row < 0:
            return gap_words(self._gaps[-1 - row])
        return describe(self._log.record(row).event)

    def _icon(self, row: int) -> QIcon:
        assert self._log is not None
        if row < 0:
            return icon("disconnected", "warn")
        meaning = self._log.meaning(row)
        if meaning.is_trouble:
            return icon("error", "bad")
        return icon(LANES[meaning.lane][1], "soft")

    def _brush(self, row: int) -> QBrush | None:
        assert self._log is not None
        assert self._tokens is not None
        if row < 0:
            return QBrush(QColor(self._tokens.warn))
        if self._log.meaning(row).is_trouble:
            return QBrush(QColor(self._tokens.bad))
        return None
