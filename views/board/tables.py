# SPDX-License-Identifier: GPL-3.0-only
"""The board's three tables: tickets (dragged from), services and agents (dropped on).
Used by the board's window.

The keyboard can request whatever the mouse requests here: see `views.board.acts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from PyQt6.QtCore import QMimeData, QModelIndex, QPoint, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QBrush,
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QIcon,
    QPalette,
    QResizeEvent,
)
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from resources.plain_text import plain_text
from views.widgets.icons import icon
from views.widgets.plain_words import tip_words
from views.widgets.theme import Tokens, service_colour, size_icons, text_scale, tokens_for

ROOM_PX = 10
"""Above and below the letters of a row."""

EDGES_PX, BROKEN_EDGES_PX, LEADING_PX = 12, 18, 4
"""Beside a text in its cell, and between it and its icon, in one line and in two; what the second
line needs, so that the style does not cut it.
"""

LEAST_LETTERS, ICON_PX = 9, 30
"""What can be read at least in the column that takes what the others leave."""

LEAST_PX = 60
"""No column becomes narrower than that to make room for it."""

OUTER_SHARES, STEP_PX = (0.305, 0.25), 24
"""Of the page's width, what the first and the last table may have of it; in steps of so much."""

TICKET_MIME = "application/x-poste-expert-ticket"
_ID = Qt.ItemDataRole.UserRole
_LINE_END = "\u2028"


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
        brush, table = index.data(Qt.ItemDataRole.ForegroundRole), self.parent()
        if option is not None and isinstance(brush, QBrush):
            option.palette.setBrush(QPalette.ColorRole.HighlightedText, brush)
        if option is not None and isinstance(table, BoardTable):
            below = table.room.below(index.column())
            if below:
                option.text = f"{option.text}{_LINE_END}{index.siblingAtColumn(below).data()}"

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Gives rows one height, also without an icon and before the style sheet is known."""
        hint, table = super().sizeHint(option, index), self.parent()
        text_px = option.fontMetrics.height()
        if isinstance(table, BoardTable):
            text_px += (table.room.lines - 1) * (option.fontMetrics.lineSpacing() + LEADING_PX)
        return QSize(hint.width(), max(hint.height(), text_px + ROOM_PX))


class ColumnRoom:
    """Shares a table's width among its columns; see `BoardTable`.

    Attributes:
        rows: the cells of what is shown.
        left_out: columns that the page does not show.
        lines: of each row; they break where a text would be cut.
    """

    def __init__(
        self,
        table: QTreeWidget,
        *,
        wide: int,
        most_px: Mapping[int, int],
        spare: Sequence[int],
        whole: bool,
        below: int,
    ) -> None:
        self.rows: list[tuple[Cell, ...]] = []
        self.left_out: set[int] = set()
        self.lines = 1
        self._table = table
        self._wide = wide
        self._most_px = most_px
        self._spare = spare
        self._whole = whole
        self._most_lines = 2 if whole else 1
        self._below = below
        self._anew = QTimer(table)  # not while the rows are laid out, which may have brought it
        self._anew.setSingleShot(True)
        self._anew.setInterval(0)
        self._anew.timeout.connect(table.scheduleDelayedItemsLayout)
        self._wanted_px: list[dict[int, int]] = [{} for _lines in range(self._most_lines)]
        """By lines of a row less one, how wide each column wants to be."""
        self._whole_px: dict[int, int] = {}

    def below(self, column: int) -> int:
        """Return the column whose text is the second line of this one's; 0 for none."""
        if self.lines > 1 and column == self._wide:
            return self._below
        return 0

    def wanted_px(self, *, spare: bool) -> int:
        """Return the width in which no text is cut, but those of columns with a most.

        Args:
            spare: also with the columns that may give way.
        """
        bar = self._table.verticalScrollBar()
        if bar is not None:
            edges_px = 2 * self._table.frameWidth() + bar.sizeHint().width()
        else:
            edges_px = 2 * self._table.frameWidth()
        hidden = {*self._empty(), *self.left_out, *(() if spare else self._spare)}
        others_px = [width_px for at, width_px in self._wanted_px[0].items() if at not in hidden]
        return sum(others_px) + edges_px

    def _empty(self) -> list[int]:
        """Return the columns in which no row says anything; never the first one."""
        return [
            column
            for column in range(1, self._table.columnCount())
            if column != self._wide
            and all(
                cell.text in ("", "–") for cells in self.rows for cell in cells[column : column + 1]
            )
        ]

    def _show_columns(self) -> None:
        """Shows what is not left out by the page."""
        for column in range(self._table.columnCount()):
            is_below = column > 0 and column == self.below(self._wide)
            QTreeWidget.setColumnHidden(self._table, column, column in self.left_out or is_below)

    def measure(self) -> None:
        """Look how wide the texts are, and share the room."""
        before, self.lines = self.lines, 1
        self._show_columns()  # what is hidden has no head to measure
        for wanted_px in self._wanted_px:
            wanted_px.clear()
        for column in range(self._table.columnCount()):
            if not self._table.isColumnHidden(column):
                self._measure(column)
        if self._below:
            both_px = self._wanted_px[1]
            icon_px = self._table.iconSize().width()
            both_px[self._wide] = max(both_px[self._wide], both_px[self._below] + icon_px)
        self.lines = before
        self.make_room()

    def _measure(self, column: int) -> None:
        if column == self._wide:
            whole_px = self._table.sizeHintForColumn(column)
        else:
            self._table.resizeColumnToContents(column)
            whole_px = self._table.columnWidth(column)
        self._whole_px[column] = whole_px
        most_px = round(self._most_px.get(column, 0) * max(1.0, text_scale())) or whole_px
        self._wanted_px[0][column] = min(whole_px, most_px)
        if self._most_lines > 1:  # Qt looks at rows in sight only, and never breaks a text
            self._wanted_px[0][column] = max(whole_px, self._texts_px(column, lines=1))
            self._wanted_px[1][column] = self._texts_px(column, lines=2)

    def _texts_px(self, column: int, *, lines: int) -> int:
        """Return how wide a column is in which each text has so many lines."""
        metrics, icon_px = self._table.fontMetrics(), self._table.iconSize().width()
        cells = {(cells[column].text, bool(cells[column].icon_name)) for cells in self.rows}
        breaks = lines if not self._below else 1
        widths_px = [
            _broken_px(metrics, text, breaks) + icon_px * has_icon for text, has_icon in cells
        ]
        if lines == 1:
            return max(widths_px, default=0) + EDGES_PX
        head, header = self._table.headerItem(), self._table.header()
        assert head is not None  # a tree always has both
        assert header is not None
        head_px = _broken_px(header.fontMetrics(), head.text(column).replace("\n", " "), 2)
        return max([*widths_px, head_px]) + BROKEN_EDGES_PX

    def make_room(self) -> None:
        """Let empty columns give way to the texts of the wide one, then the spare ones to what
        must be readable in it; then let rows have another line; then the widest become narrower, or
        what is left goes to those that have a most.
        """
        least_px = LEAST_LETTERS * self._table.fontMetrics().averageCharWidth() + ICON_PX
        before = self.lines
        for lines in range(1, self._most_lines + 1):
            self.lines = lines
            wide_px = self._wanted_px[lines - 1].get(self._wide, 0)
            self._show_columns()
            self._hide_until(self._empty(), max(least_px, wide_px))
            self._hide_until(self._spare, wide_px if self._whole else least_px)
            left_px = -self._lacks_px(wide_px)
            if left_px >= 0:
                break
        if self.lines != before:
            self._break_heads()
            self._anew.start()
        wanted_px = self._others_px()
        for column in wanted_px:
            more_px = min(self._whole_px[column] - wanted_px[column], max(0, left_px))
            wanted_px[column] += more_px
            left_px -= more_px
        most_px = _level(list(wanted_px.values()), self._room_px() - least_px)
        for column, width_px in wanted_px.items():
            self._table.setColumnWidth(column, min(width_px, most_px))

    def _break_heads(self) -> None:
        """Let a head have as many lines as a row, where it is wider than its column needs."""
        head, header = self._table.headerItem(), self._table.header()
        assert head is not None  # a tree always has both
        assert header is not None
        if self.lines > 1:
            header.setTextElideMode(Qt.TextElideMode.ElideNone)
        else:
            header.setTextElideMode(Qt.TextElideMode.ElideRight)
        for column in range(self._table.columnCount()):
            words = head.text(column).replace("\n", " ")
            head.setText(column, words.replace(" ", "\n", 1) if self.lines > 1 else words)

    def _lacks_px(self, wide_px: int) -> int:
        """Return how much wider the table would have to be for this width of the wide column."""
        return sum(self._others_px().values()) + wide_px - self._room_px()

    def _hide_until(self, columns: Sequence[int], wide_px: int) -> None:
        """Hide these columns, one after the other, until the wide one has so much."""
        for column in columns:
            if self._lacks_px(wide_px) > 0:
                QTreeWidget.setColumnHidden(self._table, column, True)

    def _room_px(self) -> int:
        viewport = self._table.viewport()
        assert viewport is not None
        return viewport.width()

    def _others_px(self) -> dict[int, int]:
        """Return how wide the visible columns other than the wide one want to be."""
        return {
            column: width_px
            for column, width_px in self._wanted_px[self.lines - 1].items()
            if column != self._wide and not self._table.isColumnHidden(column)
        }


class BoardTable(QTreeWidget):
    """A flat list with columns that keeps the chosen row while its content moves.

    Args:
        wide: the column that takes what the others leave.
        most_px: columns that are cut (their tool tip has the whole text) rather than wider than
            that with usual letters, unless there is room that nobody needs.
        spare: columns that give way, one after the other, before the wide one cannot be read; then
            the widest others become narrower.
        whole: they give way before any text of the wide one is cut, and then rows have two lines.
        below: the column that is the second line, below the wide one; 0: texts break.

    Attributes:
        room: how wide the columns are.

    Signals: menu_requested(QPoint): the person wants the acts of the chosen row, at this place of
        the screen. sort_requested(int): the head of this column was pressed. widths_changed():
        its texts want another width.
    """

    menu_requested = pyqtSignal(QPoint)
    sort_requested = pyqtSignal(int)
    widths_changed = pyqtSignal()

    def __init__(
        self,
        name: str,
        spoken: str,
        *,
        heads: Sequence[str],
        wide: int,
        most_px: Mapping[int, int] = MappingProxyType({}),
        spare: Sequence[int] = (),
        whole: bool = False,
        below: int = 0,
    ) -> None:
        super().__init__()
        self.room = ColumnRoom(
            self,
            wide=wide,
            most_px=most_px,
            spare=spare,
            whole=whole,
            below=below,
        )
        self.setWordWrap(whole)
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
        self._items: dict[str, QTreeWidgetItem] = {}
        self._shown: dict[str, tuple[TableRow, Tokens]] = {}
        self._widths: list[int] = []

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
        self.room.rows = [row.cells for row in rows]
        # letters, not pixels: waits move each second and are not worth a measure
        if widths != self._widths:
            self._widths = widths
            self.room.measure()
            self.widths_changed.emit()

    def setColumnHidden(self, column: int, hide: bool) -> None:
        """Hides a column, or shows it again; the others share the room."""
        if (column in self.room.left_out) is hide:
            return
        self.room.left_out ^= {column}
        self.room.measure()
        self.widths_changed.emit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Measures the columns again: Qt measures only rows in sight, and more may be in sight."""
        super().resizeEvent(event)
        if event is not None and event.size().height() != event.oldSize().height():
            self.room.measure()
        else:
            self.room.make_room()

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
        spare: Sequence[int],
        below: int,
    ) -> None:
        super().__init__(
            name,
            spoken,
            heads=heads,
            wide=wide,
            spare=spare,
            whole=True,
            below=below,
        )
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
        self,
        name: str,
        spoken: str,
        *,
        heads: Sequence[str],
        wide: int,
        spare: Sequence[int] = (),
    ) -> None:
        super().__init__(name, spoken, heads=heads, wide=wide, spare=spare, whole=True)
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


class TableSplitter(QSplitter):
    """Three tables side by side, each as wide as its texts; where there is no room for all, the
    outer ones have their share and the middle one the rest. Whoever moves a handle decides.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setChildrenCollapsible(False)
        self._tables: list[BoardTable] = []
        self._is_moved = False
        self.splitterMoved.connect(self._on_moved)

    def add_table(self, table: BoardTable, panel: QWidget) -> None:
        """Adds a table in its panel."""
        self._tables.append(table)
        self.addWidget(panel)
        table.widths_changed.connect(self._share)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Shares the new width."""
        super().resizeEvent(event)
        self._share()

    def _on_moved(self) -> None:
        self._is_moved = True

    def _share(self) -> None:
        if self._is_moved or len(self._tables) != len(OUTER_SHARES) + 1:
            return
        room_px = self.width() - 2 * self.handleWidth()
        fits = sum(table.room.wanted_px(spare=True) for table in self._tables) < room_px
        # in steps, so that a wait of one more figure moves nothing
        first_px, last_px = (
            min(
                STEP_PX * -(-table.room.wanted_px(spare=fits) // STEP_PX),
                round(share * room_px),
            )
            for table, share in zip((self._tables[0], self._tables[-1]), OUTER_SHARES, strict=True)
        )
        last_px = max(last_px, self._tables[-1].minimumWidth())
        sizes = [first_px, room_px - first_px - last_px, last_px]
        if sizes != self.sizes():
            self.setSizes(sizes)


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


def _broken_px(metrics: QFontMetrics, text: str, lines: int) -> int:
    """Return how wide a text is at least in so many lines, one or two, that end at a space or
    after a hyphen.
    """
    ends = [at for at, letter in enumerate(text, 1) if letter in " -"] if lines > 1 else []
    parts = [(text[:at].rstrip(), text[at:]) for at in ends] or [(text, "")]
    return min(max(map(metrics.horizontalAdvance, both)) for both in parts)


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
