# SPDX-License-Identifier: GPL-3.0-only
"""The rows of the list of conversations, fetched page by page while it is scrolled.
Used by the list page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPalette

from resources.plain_text import plain_text
from resources.texts import _
from session.protocol.helpdesk.log_list import LogRow, LogState
from views.helpdesk.columns import COLUMNS, OF_ALL, TROUBLES
from views.helpdesk.words import PART_ICONS
from views.widgets.icons import icon
from views.widgets.plain_words import tip_words
from views.widgets.theme import tokens_for

_NOWHERE = QModelIndex()


class ConversationModel(QAbstractTableModel):
    """Conversations, the newest first.

    Signals:
        more_requested(str): the page after this cursor is wanted.

    Args:
        of_all: whose organisations' each is, is worth saying.
    """

    more_requested = pyqtSignal(str)

    def __init__(self, now: Callable[[], datetime], *, of_all: bool = False) -> None:
        super().__init__()
        self._now = now
        self._palette = QPalette()
        self._columns = [
            column for place, column in enumerate(COLUMNS) if of_all or place != OF_ALL
        ]
        self._rows: list[LogRow] = []
        self._next = ""
        self._asked = ""

    # ---- what the page gives ----

    def show_rows(self, rows: Sequence[LogRow], following: str) -> None:
        """The first page: everything before is gone."""
        self.beginResetModel()
        self._rows = list(rows)
        self._next = following
        self._asked = ""
        self.endResetModel()

    def add_rows(self, rows: Sequence[LogRow], following: str) -> None:
        """The next page."""
        self._next = following
        self._asked = ""
        if not rows:
            return
        first = len(self._rows)
        self.beginInsertRows(_NOWHERE, first, first + len(rows) - 1)
        self._rows.extend(rows)
        self.endInsertRows()

    def give_up(self) -> None:
        """The page that was asked for does not come; it is asked for again at the next scroll."""
        self._asked = ""

    def set_palette(self, palette: QPalette) -> None:
        """Colours of the window."""
        self._palette = palette
        if self._rows:
            last = self.index(len(self._rows) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def row(self, place: int) -> LogRow | None:
        """The conversation of a line."""
        if 0 <= place < len(self._rows):
            return self._rows[place]
        return None

    def rows(self) -> list[LogRow]:
        """All that are here."""
        return list(self._rows)

    @property
    def has_more(self) -> bool:
        """True if the keeper has more of them."""
        return bool(self._next)

    # ---- Qt ----

    def rowCount(self, parent: QModelIndex = _NOWHERE) -> int:
        """Lines that are here."""
        if parent.isValid():
            return 0
        return len(self._rows)

    def columnCount(self, parent: QModelIndex = _NOWHERE) -> int:
        """Columns."""
        if parent.isValid():
            return 0
        return len(COLUMNS)

    def canFetchMore(self, parent: QModelIndex) -> bool:
        """True if there is a next page that nobody has asked for."""
        return not parent.isValid() and bool(self._next) and self._asked != self._next

    def fetchMore(self, parent: QModelIndex) -> None:
        """Asks for it, once."""
        if self.canFetchMore(parent):
            self._asked = self._next
            self.more_requested.emit(self._next)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Heads of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(COLUMNS[section].head)
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        row = self.row(index.row())
        if row is None:
            return None
        column = COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return plain_text(column.text(row, self._now()))
            case Qt.ItemDataRole.ToolTipRole if column.key == "number" and (
                traces := " · ".join(filter(None, (row.trace, row.accept_trace)))
            ):
                return tip_words(f"{row.short_number} · trace {traces}")
            case Qt.ItemDataRole.ToolTipRole:
                return tip_words(column.text(row, self._now())) or None
            case Qt.ItemDataRole.DecorationRole if index.column() == TROUBLES:
                return self._sign(row)
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(row, column.key)
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == 0:
                return self.spoken(row)
        return None

    def spoken(self, row: LogRow) -> str:
        """A line as a screen reader says it."""
        now = self._now()
        parts = [(column.head, column.text(row, now)) for column in self._columns]
        return ", ".join(f"{_(head)} {words}" for head, words in parts if words)

    def _sign(self, row: LogRow) -> Any:
        if row.state is not LogState.ENDED:
            return icon("info", "soft")
        if not row.troubles:
            return icon("allowed", "good")
        return icon(PART_ICONS[row.troubles[0].part], "bad")

    def _colour(self, row: LogRow, key: str) -> QColor | None:
        tokens = tokens_for(self._palette)
        if row.state is not LogState.ENDED or key in ("start", "length", "outcome"):
            return QColor(tokens.soft)
        if key == "troubles":
            return QColor(tokens.bad if row.troubles else tokens.good)
        return QColor(tokens.text)
