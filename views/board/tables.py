# SPDX-License-Identifier: GPL-3.0-only
"""The board's three tables: tickets (dragged from), services and agents (dropped on).
Used by the board's window.

The keyboard can request whatever the mouse requests here: see `views.board.acts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from PyQt6.QtCore import QMimeData, QModelIndex, QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QBrush,
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QIcon,
    QPalette,
    QResizeEvent,
)
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
)

from resources.plain_text import plain_text
from views.widgets.icons import icon
from views.widgets.plain_words import tip_words
from views.widgets.theme import Tokens, service_colour, size_icons, text_scale, tokens_for

ROOM_PX = 10
"""Above and below the letters of a row."""

LEAST_LETTERS, ICON_PX = 9, 30
"""What can be read at least in the column that takes what the others leave."""

LEAST_PX = 60
"""No column becomes narrower than that to make room for it."""

TICKET_MIME = "application/x-poste-expert-ticket"
_ID = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Cell:
    """One text of a row; `tone` is the name of a colour of the theme, `place` a service's for its
    colour mark, `hint` what the tool tip says beside the text.
    """

    text: str
    tone: str = ""
    icon_name: str = ""
    place: int = -1
    right: bool = False
    hint: str = ""


@dataclass(frozen=True)
class TableRow:
    """A line of a table. `spoken` is what a screen reader says of it."""

    id: str
    cells: tuple[Cell, ...]
    spoken: str = ""
    strong: bool = field(default=False)


class _KeepsTone(QStyledItemDelegate):
    """A chosen row keeps the colours of its texts, because they carry meaning."""

    def initStyleOption(self, option: QStyleOptionViewItem | None, index: QModelIndex) -> None:
        """The colour of chosen texts is that of the text."""
        super().initStyleOption(option, index)
        brush = index.data(Qt.ItemDataRole.ForegroundRole)
        if option is not None and isinstance(brush, QBrush):
            option.palette.setBrush(QPalette.ColorRole.HighlightedText, brush)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Gives rows one height, also without an icon and before the style sheet is known."""
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(hint.height(), option.fontMetrics.height() + ROOM_PX))


class BoardTable(QTreeWidget):
    """A flat list with columns that keeps the chosen row while its content moves.

    Args:
        wide: the column that takes what the others leave.
        most_px: columns that are cut (their tool tip has the whole text) rather than wider than
            that with usual letters.
        spare: columns that give way, one after the other, before the wide one cannot be read; then
            the widest others become narrower.

    Signals: menu_requested(QPoint): the person wants the acts of the chosen row, at this place of
        the screen. sort_requested(int): the head of this column was pressed.
    """

    menu_requested = pyqtSignal(QPoint)
    sort_requested = pyqtSignal(int)

    def __init__(
        self,
        name: str,
        spoken: str,
        *,
        heads: Sequence[str],
        wide: int,
        most_px: Mapping[int, int] = MappingProxyType({}),
        spare: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self._spare = spare
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setHeaderLabels(heads)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setItemDelegate(_KeepsTone(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        header = self.header()
        assert header is not None  # a tree always has one
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
        size_icons(self, 16, 16)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setSectionsClickable(False)
        header.sectionClicked.connect(self.sort_requested)
        self._wide = wide
        self._most_px = most_px
        self._items: dict[str, QTreeWidgetItem] = {}
        self._shown: dict[str, tuple[TableRow, Tokens]] = {}
        self._widths: list[int] = []
        self._wanted_px: dict[int, int] = {}

    def setHeaderLabels(self, labels: Iterable[str | None]) -> None:
        """Names the columns; the tool tips have the names whole."""
        names = list(labels)
        super().setHeaderLabels(names)
        head = self.headerItem()
        assert head is not None  # a tree always has one
        for column, name in enumerate(names):
            head.setToolTip(column, tip_words(name or ""))

    def show_rows(self, rows: Sequence[TableRow]) -> None:
        """Shows these rows in this order; a row that has not changed is not touched."""
        if [row.id for row in rows] != self.ids():
            self._deal(rows)
        tokens = tokens_for(self.palette())
        for row in rows:
            before, drawn_with = self._shown.get(row.id, (None, tokens))
            if before != row or drawn_with is not tokens:
                self._fill(self._items[row.id], row, before if drawn_with is tokens else None)
        widths = _widths(rows)
        if rows:
            self._align_heads(rows[0])
        self._shown = {row.id: (row, tokens) for row in rows}
        # letters, not pixels: waits move each second and are not worth a measure
        if widths != self._widths:
            self._widths = widths
            self._measure()

    def setColumnHidden(self, column: int, hide: bool) -> None:
        """Hides a column, or shows it again; the others share the room."""
        changed = self.isColumnHidden(column) is not hide
        super().setColumnHidden(column, hide)
        if changed:
            self._measure()

    def _measure(self) -> None:
        larger = max(1.0, text_scale())
        for column in self._spare:
            super().setColumnHidden(column, False)  # what is hidden has no head to measure
        for column in range(self.columnCount()):
            if column != self._wide and not self.isColumnHidden(column):
                self.resizeColumnToContents(column)
                wanted_px, most_px = self.columnWidth(column), self._most_px.get(column, 0)
                self._wanted_px[column] = min(wanted_px, round(most_px * larger) or wanted_px)
        self._make_room()

    def _make_room(self) -> None:
        viewport = self.viewport()
        assert viewport is not None
        least_px = LEAST_LETTERS * self.fontMetrics().averageCharWidth() + ICON_PX
        for column in self._spare:
            super().setColumnHidden(column, False)
        for column in self._spare:
            if viewport.width() - sum(self._others_px().values()) < least_px:
                super().setColumnHidden(column, True)
        wanted_px = self._others_px()
        most_px = _level(list(wanted_px.values()), viewport.width() - least_px)
        for column, width_px in wanted_px.items():
            self.setColumnWidth(column, min(width_px, most_px))

    def _others_px(self) -> dict[int, int]:
        """Return how wide the visible columns other than the wide one want to be."""
        return {
            column: width_px
            for column, width_px in self._wanted_px.items()
            if not self.isColumnHidden(column)
        }

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Measures the columns again: Qt measures only rows in sight, and more may be in sight."""
        super().resizeEvent(event)
        if event is not None and event.size().height() != event.oldSize().height():
            self._measure()
        else:
            self._make_room()

    def _align_heads(self, row: TableRow) -> None:
        """A column of numbers has its head above them."""
        head = self.headerItem()
        if head is not None:
            for column, cell in enumerate(row.cells):
                if cell.right:
                    side = Qt.AlignmentFlag.AlignRight
                else:
                    side = Qt.AlignmentFlag.AlignLeft
                head.setTextAlignment(column, side | Qt.AlignmentFlag.AlignVCenter)

    def chosen(self) -> str:
        """The id of the row that acts are about, or ""."""
        item = self.currentItem()
        if item is not None:
            return str(item.data(0, _ID))
        return ""

    def all_chosen(self) -> list[str]:
        """Ids of all chosen rows, from top to bottom."""
        chosen = {str(item.data(0, _ID)) for item in self.selectedItems()} or {self.chosen()}
        return [row_id for row_id in self.ids() if row_id in chosen]

    def choose_several(self) -> None:
        """Lets several rows be chosen: Ctrl or Shift and a click or an arrow, Ctrl+A for all."""
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)

    def sort_by_heads(self) -> None:
        """Lets the heads be pressed."""
        header = self.header()
        assert header is not None
        header.setSectionsClickable(True)

    def show_sorting(self, column: int, descending: bool) -> None:
        """An arrow in the head of the column by which the rows are sorted; -1 for none."""
        header = self.header()
        assert header is not None
        header.setSortIndicatorShown(column >= 0)
        if descending:
            order = Qt.SortOrder.DescendingOrder
        else:
            order = Qt.SortOrder.AscendingOrder
        header.setSortIndicator(column, order)

    def choose(self, row_id: str) -> None:
        """Chooses a row, if it is there."""
        item = self._items.get(row_id)
        if item is not None:
            self.setCurrentItem(item)

    def texts(self, row_id: str) -> list[str]:
        """The texts of a row."""
        item = self._items[row_id]
        return [item.text(column) for column in range(self.columnCount())]

    def ids(self) -> list[str]:
        """Ids from top to bottom."""
        items = (self.topLevelItem(index) for index in range(self.topLevelItemCount()))
        return [str(item.data(0, _ID)) for item in items if item is not None]

    def id_at(self, place: QPoint) -> str:
        """The id of the row at a place of the viewport, or ""."""
        item = self.itemAt(place)
        if item is not None:
            return str(item.data(0, _ID))
        return ""

    def _deal(self, rows: Sequence[TableRow]) -> None:
        """Puts the rows in order. The chosen row stays chosen; when it is gone, the row in its
        place is chosen.
        """
        chosen, several = self.chosen(), self.all_chosen()
        at = self.indexOfTopLevelItem(self.currentItem() or QTreeWidgetItem())
        bar = self.verticalScrollBar()
        if bar is not None:
            scrolled = bar.value()
        else:
            scrolled = 0
        self.blockSignals(True)
        while self.topLevelItemCount():
            self.takeTopLevelItem(0)
        self._items = {row.id: self._items.get(row.id) or QTreeWidgetItem() for row in rows}
        for row in rows:
            self._items[row.id].setData(0, _ID, row.id)
        self.addTopLevelItems(list(self._items.values()))
        self.blockSignals(False)
        if chosen in self._items:
            self.choose(chosen)
            if len(several) > 1:
                for row_id in several:
                    if row_id in self._items:
                        self._items[row_id].setSelected(True)
        elif chosen and rows:
            self.choose(rows[min(max(at, 0), len(rows) - 1)].id)
        if bar is not None:
            bar.setValue(scrolled)

    def _fill(self, item: QTreeWidgetItem, row: TableRow, before: TableRow | None) -> None:
        for column, cell in enumerate(row.cells):
            if before is not None:
                previous = before.cells[column]
            else:
                previous = None
            if previous is None or (previous.tone, previous.place, previous.icon_name) != (
                cell.tone,
                cell.place,
                cell.icon_name,
            ):
                self._fill_tone(item, column, cell, row.strong and column == 0)
            if previous is None or (previous.text, previous.hint) != (cell.text, cell.hint):
                item.setText(column, plain_text(cell.text))
                item.setToolTip(column, tip_words("\n".join(filter(None, (cell.text, cell.hint)))))
        spoken = row.spoken or ", ".join(cell.text for cell in row.cells if cell.text)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, spoken)

    def _fill_tone(self, item: QTreeWidgetItem, column: int, cell: Cell, strong: bool) -> None:
        tokens, service = tokens_for(self.palette()), cell.place >= 0
        if service:
            colour = service_colour(self.palette(), cell.place)
        else:
            colour = getattr(tokens, cell.tone or "text")
        item.setForeground(column, QBrush(QColor(colour)))
        item.setIcon(
            column, icon(cell.icon_name, cell.tone or "soft") if cell.icon_name else QIcon()
        )
        if cell.right:
            side = Qt.AlignmentFlag.AlignRight
        else:
            side = Qt.AlignmentFlag.AlignLeft
        item.setTextAlignment(column, side | Qt.AlignmentFlag.AlignVCenter)
        font = item.font(column)
        font.setBold(strong)
        item.setFont(column, font)

    def _on_menu(self, place: QPoint) -> None:
        viewport = self.viewport()
        if viewport is not None and self.chosen():
            self.menu_requested.emit(viewport.mapToGlobal(place))


class TicketTable(BoardTable):
    """Tickets that can be dragged to a service or an agent."""

    def __init__(
        self,
        name: str,
        spoken: str,
        *,
        heads: Sequence[str],
        wide: int,
        most_px: Mapping[int, int] = MappingProxyType({}),
        spare: Sequence[int] = (),
    ) -> None:
        super().__init__(name, spoken, heads=heads, wide=wide, most_px=most_px, spare=spare)
        self.choose_several()
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)

    def mimeTypes(self) -> list[str]:
        """Return the kind of data that is dragged."""
        return [TICKET_MIME]

    def mimeData(self, items: Iterable[QTreeWidgetItem]) -> QMimeData | None:
        """The ids of the dragged tickets, with a space between two."""
        data = QMimeData()
        data.setData(TICKET_MIME, " ".join(str(item.data(0, _ID)) for item in items).encode())
        return data


class TargetTable(BoardTable):
    """Rows that take a ticket.

    Signals:
        ticket_dropped(str, str): ids of tickets with a space between two, id of the row they were
            dropped on.
    """

    ticket_dropped = pyqtSignal(str, str)

    def __init__(
        self, name: str, spoken: str, *, heads: Sequence[str], wide: int, spare: Sequence[int] = ()
    ) -> None:
        super().__init__(name, spoken, heads=heads, wide=wide, spare=spare)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Takes tickets only."""
        if event is not None and _ticket_of(event):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent | None) -> None:
        """Shows the row under the mouse as the target."""
        if event is None:
            return
        target = self.id_at(event.position().toPoint())
        if target and _ticket_of(event):
            self.choose(target)
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Emits which ticket was dropped on which row."""
        if event is None:
            return
        ticket, target = _ticket_of(event), self.id_at(event.position().toPoint())
        if ticket and target:
            event.acceptProposedAction()
            self.ticket_dropped.emit(ticket, target)


def _level(widths_px: Sequence[int], room_px: int) -> int:
    """Return how wide a column may be at most, so that all together have this room;
    the narrow ones keep their width.
    """
    left_px, widths_px = room_px, sorted(widths_px)
    for place, width_px in enumerate(widths_px):
        each_px = left_px // (len(widths_px) - place)
        if width_px > each_px:
            return max(LEAST_PX, each_px)
        left_px -= width_px
    return max(widths_px, default=LEAST_PX)


def _widths(rows: Sequence[TableRow]) -> list[int]:
    """Return how many letters the longest text of each column has."""
    return [
        max(len(cell.text) for cell in column)
        for column in zip(*(row.cells for row in rows), strict=True)
    ]


def _ticket_of(event: QDropEvent) -> str:
    data = event.mimeData()
    if data is not None:
        return data.data(TICKET_MIME).data().decode("ascii", "replace")
    return ""
