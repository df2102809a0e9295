# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's list of conversations: filter, table, bars, and the reason to open one.
Used by the helpdesk's window.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PyQt6.QtCore import QEvent, QModelIndex, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTableView,
    QWidget,
)

from resources.texts import _, ngettext
from session.protocol.helpdesk.log_list import LogCounts, LogFilter, LogRow, LogsFound
from session.protocol.wire.typed_words import is_reason
from views.helpdesk.column_widths import ColumnWidths
from views.helpdesk.columns import TROUBLES
from views.helpdesk.counts_card import CountsCard
from views.helpdesk.filter_bar import FilterBar
from views.helpdesk.filter_language import TypedFilter
from views.helpdesk.list_model import ConversationModel
from views.helpdesk.opening_card import OpeningCard
from views.helpdesk.page_acts import FindConversations, OpenConversation, SaveTable
from views.helpdesk.save_dialog import ask_path
from views.helpdesk.words import why_not
from views.widgets.list_state import ListState
from views.widgets.parts import (
    ElidedLabel,
    EmptyState,
    column,
    push_button,
    row,
    steady_figures,
)
from views.widgets.theme import SPACE

AGAIN_MS = 60_000


class ListPage(QWidget):
    """Conversations that a filter finds.

    Args:
        now: the local time.
        of_all: of all organisations, each with its name.

    Signals:
        acted(FindConversations | OpenConversation | SaveTable)
        not_openable(str): why the chosen conversation cannot be opened.
    """

    acted = pyqtSignal(object)
    not_openable = pyqtSignal(str)

    def __init__(self, now: Callable[[], datetime], *, of_all: bool = False) -> None:
        super().__init__()
        self.setObjectName("list_page")
        self._now = now
        self._of_all = of_all
        self._filter = LogFilter()
        self._number = ""
        self._counts = LogCounts()
        self._answered: LogFilter | None = None
        self._busy = self._connected = self._known = self._is_showing = False
        self.filter = FilterBar(now, of_all=of_all)
        self.model = ConversationModel(now, of_all=of_all)
        self._build()
        self._connect()
        self.show_not_connected("")

    # ---- facts ----

    def show_connection(self, connected: bool) -> None:
        """Show whether the hub answers."""
        self._connected = connected
        self._allow()

    def show_not_connected(self, words: str) -> None:
        """The hub has never answered: that is not an empty list."""
        if not self._known:
            self._waiting.show_words(_("Not connected yet"), words)
            self._waiting.setAccessibleName(words)
            self._stack.setCurrentWidget(self._waiting)

    def show_found(self, answer: LogsFound, *, first: bool) -> None:
        """A page of the list; the first one brings the counts."""
        self._known = True
        self._answered = self._filter
        self.filter.show_organisations(row.organisation for row in answer.rows)
        if first:
            self._show_first(answer)
        else:
            self.model.add_rows(answer.rows, answer.next)
        if answer.counts is not None:
            self._counts = answer.counts
            self.filter.show_counts(answer.counts)
            self._counts_card.show_counts(self._counts)
        self._show_state(answer)

    def show_find_failed(self, words: str) -> None:
        """Show that what was asked for does not come, and why; rows of another question go."""
        self.model.give_up()
        if self._filter != self._answered:
            self._show_none()
        if self._connected:  # else it is said that the hub has never answered
            self._stack.setCurrentWidget(self.list)
        self.list.show_refused(words)

    def _show_none(self) -> None:
        """Empty the list: what is listed is no answer to what the line says."""
        self._answered = None
        self.model.show_rows((), "")
        self._counts = LogCounts()
        self._counts_card.show_counts(self._counts)
        self._state.setText("")
        self._select_first()
        self.list.show_asked()

    def show_busy(self, busy: bool) -> None:
        """A log is being brought."""
        self._busy = busy
        self._opening.show_busy(busy)
        self._allow()

    def chosen(self) -> LogRow | None:
        """The conversation of the chosen line."""
        return self.model.row(self.table.currentIndex().row())

    def choose(self, session_id: str) -> None:
        """Chooses a conversation, if it is here."""
        for place, log_row in enumerate(self.model.rows()):
            if log_row.session_id == session_id:
                self.table.selectRow(place)

    def ask(self) -> None:
        """Asks for the first page again."""
        self.acted.emit(FindConversations(self._filter, ""))

    def ask_again(self) -> None:
        """Asks for the first page again while its beginning is looked at: new conversations come
        by themselves, and nobody's place in the list moves.
        """
        bar = self.table.verticalScrollBar()
        assert bar is not None
        if self._connected and self._known and self.isVisible() and not bar.value():
            self.ask()

    # ---- building ----

    def _build(self) -> None:
        self.table = steady_figures(QTableView())
        self.table.setObjectName("list_table")
        self.table.setAccessibleName(_("Conversations"))
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows, heads = self.table.verticalHeader(), self.table.horizontalHeader()
        assert rows is not None
        assert heads is not None
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        heads.setSectionResizeMode(TROUBLES, QHeaderView.ResizeMode.Stretch)
        heads.setHighlightSections(False)
        self._widths = ColumnWidths(self.table, of_all=self._of_all)
        self._empty = EmptyState("history", "", advice="", name="list_empty")
        self._stack = QStackedWidget()
        state = self._build_state()
        self.list = ListState(
            self.table, self._empty, now=self._now, name="list", counts=(self._state,)
        )
        self._stack.addWidget(self.list)
        self._waiting = EmptyState("retry", "", advice="", name="not_connected_yet")
        self._stack.addWidget(self._waiting)
        self._counts_card = CountsCard()
        self.bars = self._counts_card.bars
        self._opening = OpeningCard()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(_card(self._stack, state))
        split.addWidget(self._counts_card)
        split.setStretchFactor(0, 1)
        split.setSizes([950, 290])
        margins = (SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        layout = column(self, self.filter, space=SPACE[1], margins=margins)
        layout.addWidget(split, 1)
        layout.addWidget(self._opening)

    def _build_state(self) -> QWidget:
        self._state = ElidedLabel(role="small", name="list_state")
        self._csv = push_button(_("Table (CSV)…"), "table", "plain", name="list_csv")
        self._csv.clicked.connect(self._on_csv)
        state_line = QWidget()
        box = row(state_line, self._state, self._csv, margins=(SPACE[1], 0, 0, 0))
        box.setStretch(0, 1)
        return state_line

    def _connect(self) -> None:
        self.filter.filter_changed.connect(self._on_filter)
        self.filter.filter_refused.connect(self._on_filter_refused)
        self.model.more_requested.connect(
            lambda cursor: self.acted.emit(FindConversations(self._filter, cursor))
        )
        chosen = self.table.selectionModel()
        assert chosen is not None
        chosen.currentRowChanged.connect(self._on_row)
        self.table.doubleClicked.connect(lambda _index: self.open_chosen())
        for key in ("Return", "Enter"):
            open_shortcut = QShortcut(QKeySequence(key), self.table)
            open_shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            open_shortcut.activated.connect(self.open_chosen)
        QShortcut(QKeySequence("Ctrl+F"), self).activated.connect(self.filter.focus_line)
        QShortcut(QKeySequence("F5"), self).activated.connect(self.ask)
        self._minute = QTimer(self)
        self._minute.setInterval(AGAIN_MS)
        self._minute.timeout.connect(self.ask_again)
        self._minute.start()
        self._counts_card.chosen.connect(self.filter.add)
        self._opening.reason_line.textChanged.connect(lambda _text: self._allow())
        self._opening.reason_line.returnPressed.connect(self.open_chosen)
        self._opening.open.clicked.connect(self.open_chosen)

    # ---- inside ----

    def open_chosen(self) -> None:
        """Opens the number that was typed, or the chosen line; asks for the reason first."""
        chosen = self.chosen()
        if chosen is not None and (
            not self._number or self._number in (chosen.short_number, chosen.session_id)
        ):
            words = why_not(chosen)
            if words:
                self.not_openable.emit(words)
                return
        session_id = self._number or (chosen.session_id if chosen is not None else "")
        if not session_id or self._busy:
            return
        if not is_reason(self._opening.reason()):
            self._opening.ask_reason(self._number or (chosen.short_number if chosen else ""))
            return
        self.acted.emit(OpenConversation(session_id, self._opening.reason()))

    def _on_csv(self) -> None:
        name = f"entretiens-{self._now():%Y-%m-%d}.csv"
        ask_path(
            self, "helpdesk_csv_dialog", name, then=lambda path: self.acted.emit(SaveTable(path))
        )

    def _on_filter(self, typed: TypedFilter) -> None:
        self._filter = typed.filter
        self._number = typed.number
        self._opening.end_question()
        self.ask()
        if typed.number:
            if is_reason(self._opening.reason()):
                self.acted.emit(OpenConversation(typed.number, self._opening.reason()))
            else:
                self._opening.ask_reason(typed.number)
        self._allow()

    def _on_filter_refused(self) -> None:
        if self._known:
            self._show_none()
            self.list.show_refused(_("The filter is not understood: nothing was searched."))

    def _on_row(self, now: QModelIndex, _before: QModelIndex) -> None:
        chosen = self.model.row(now.row())
        if chosen is not None and not self._is_showing:
            self._number = ""  # the person goes on in the list
        self._opening.show_chosen(chosen, self._now())
        self._allow()

    def _show_first(self, answer: LogsFound) -> None:
        before = self.chosen()
        self._is_showing = True
        self.model.show_rows(answer.rows, answer.next)
        self._is_showing = False
        self._select_first()
        if before is not None:
            self.choose(before.session_id)

    def _select_first(self) -> None:
        if self.model.rowCount():
            self._is_showing = True
            self.table.selectRow(0)
            self._is_showing = False
        else:
            self._opening.show_chosen(None, self._now())
        self._allow()

    def _show_state(self, answer: LogsFound) -> None:
        here, all_of_them = self.model.rowCount(), self._counts.conversations
        count_words = ngettext(
            "{count} conversation, {here} shown", "{count} conversations, {here} shown", all_of_them
        )
        words = [count_words.format(count=all_of_them, here=here)]
        if answer.elsewhere:
            names = ", ".join(answer.elsewhere)
            words.append(_("kept elsewhere: {names}").format(names=names))
        if answer.behind:
            words.append(_("{count} events are still being counted").format(count=answer.behind))
        self._state.setText("  ·  ".join(words))
        self.list.show_answer(bool(here))
        self._stack.setCurrentWidget(self.list)
        self._empty.show_words(
            _("No conversation here"),
            _(
                "Choose a longer period or fewer conditions. A conversation is in the list as soon "
                "as its agent has taken the caller."
            ),
        )

    def _allow(self) -> None:
        has_choice = self._number or self.chosen() is not None
        self._opening.open.setEnabled(bool(has_choice) and self._connected and not self._busy)
        self._csv.setEnabled(self._connected and self.model.rowCount() > 0)

    def changeEvent(self, event: QEvent | None) -> None:
        """Follows the theme and the size of letters."""
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange)
        if event is not None and event.type() in kinds and hasattr(self, "_widths"):
            self.model.set_palette(self.palette())
            self._widths.measure()


def _card(*parts: QWidget) -> QFrame:
    card = QFrame()
    card.setProperty("card", True)
    pad = SPACE[1]
    box = column(card, *parts, space=SPACE[0], margins=(pad, pad, pad, pad))
    box.setStretch(0, 1)
    return card
