# SPDX-License-Identifier: GPL-3.0-only
"""The board's page of history: what supervisors did, with filters, and a button that takes an act
back where that is still possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.plain_text import plain_text
from resources.texts import _, ngettext
from session.core.clock import Clock
from session.protocol.hub.history import ActFacts, ActKind, HistoryAnswer, HistoryRequest, UndoState
from views.board.acts import ActBeginner
from views.board.facts import BoardFacts
from views.board.tables import BoardTable, Cell, TableRow
from views.board.words import KINDS, UNDO_WORDS, change_of, subject_of
from views.widgets.field import HintedLine
from views.widgets.list_state import ListState
from views.widgets.parts import (
    ElidedLabel,
    EmptyState,
    FlowLayout,
    column,
    filter_box,
    push_button,
    row,
    shortcut,
)
from views.widgets.theme import SPACE
from views.words.counts import behind_words

TODAY = "today"
YESTERDAY = "yesterday"
WEEK = "week"
MONTH = "month"


class BoardHistoryPage(QWidget):
    """The acts of some days, the newest first.

    Signals:
        acted(HistoryRequest)
    """

    acted = pyqtSignal(object)

    def __init__(self, facts: BoardFacts, clock: Clock, *, acts: ActBeginner) -> None:
        super().__init__()
        self._facts = facts
        self._beginner = acts
        self._clock = clock
        self._acts: dict[str, ActFacts] = {}
        self._days = filter_box("history_days", _("Days"))
        for key, words in (
            (TODAY, _("Today")),
            (YESTERDAY, _("Yesterday")),
            (WEEK, _("7 days")),
            (MONTH, _("31 days")),
        ):
            self._days.addItem(words, key)
        self._kind = filter_box("history_kind", _("Kind of act"))
        self._kind.addItem(_("All acts"), None)
        for kind, (words, _icon) in KINDS.items():
            self._kind.addItem(_(words), kind)
        self._person = filter_box("history_person", _("By whom"))
        self._person.addItem(_("All supervisors"), "")
        self._number = HintedLine(_("No. of a caller"))
        self._number.setObjectName("history_number")
        self._number.setAccessibleName(_("Caller's number"))
        self._number.setMaxLength(20)
        heads = [
            _("Hour"),
            _("Who"),
            _("Act"),
            _("About"),
            _("Before → after"),
            _("Reason"),
            _("Taking back"),
        ]
        self.table = BoardTable("board_history", _("History of acts"), heads=heads, wide=5)
        self._empty = EmptyState(
            "history",
            _("No act here"),
            advice=_("Choose other days or fewer conditions."),
            name="history_empty",
        )
        self._state = ElidedLabel(role="small", name="history_state")
        self.list = ListState(
            self.table, self._empty, now=clock.utc_now, name="history", counts=(self._state,)
        )
        self._undo = push_button(
            _("Take back…"), "undo", "plain", name="history_undo", keys="Ctrl+Z"
        )
        self._build()

    # ---- facts ----

    def show_history(self, answer: HistoryAnswer) -> None:
        """The acts that were asked for."""
        self._acts = {act.id: act for act in answer.acts}
        self.table.show_rows([self._row(act) for act in answer.acts])
        self.list.show_answer(bool(answer.acts))
        if answer.acts and not self.table.chosen():
            self.table.choose(answer.acts[0].id)
        self._add_people(answer.acts)
        count = len(answer.acts)
        words = [ngettext("One act", "{count} acts", count).format(count=count)]
        if answer.more:
            words.append(_("older ones are not shown: choose fewer days"))
        if answer.behind:
            words.append(behind_words(answer.behind))
        self._state.setText(" · ".join(words))
        self._allow()

    def ask(self) -> None:
        """Asks for what the filters say."""
        self.list.show_asked()
        first, last = self._period()
        request = HistoryRequest(
            first=first,
            last=last,
            kind=self._kind.currentData(),
            by=str(self._person.currentData() or ""),
            number=self._number.text().strip(),
        )
        self.acted.emit(request)

    def begin_undo(self) -> None:
        """Asks for the reason to take the chosen act back."""
        act = self._acts.get(self.table.chosen())
        if act is not None and act.undo is UndoState.POSSIBLE and self._facts.connected:
            words, _icon = KINDS[act.kind]
            self._beginner.undo(act.id, f"{_(words)} · {subject_of(act, self._facts)}")

    # ---- inside ----

    def _row(self, act: ActFacts) -> TableRow:
        words, icon_name = KINDS[act.kind]
        local = act.at_utc.astimezone()
        today = self._clock.utc_now().astimezone().date()
        if local.date() == today:
            time = f"{local:%H:%M}"
        else:
            time = f"{local:%d/%m %H:%M}"
        taken_back = act.undoes and act.kind is not ActKind.WITHDRAW
        if taken_back:
            kind = _("{kind} (taking back)").format(kind=_(words))
        else:
            kind = _(words)
        tone = {UndoState.POSSIBLE: "good", UndoState.UNDONE: "accent"}.get(act.undo, "soft")
        cells = (
            Cell(time, "soft"),
            Cell(act.by_name or act.by),
            Cell(kind, icon_name="undo" if act.undoes else icon_name),
            Cell(subject_of(act, self._facts)),
            Cell(change_of(act, self._facts)),
            Cell(act.reason),
            Cell(_(UNDO_WORDS[act.undo]), tone, "undo" if act.undo is UndoState.POSSIBLE else ""),
        )
        return TableRow(act.id, cells)

    def _add_people(self, acts: Sequence[ActFacts]) -> None:
        """Adds everybody who acted to the filter; the chosen person stays chosen."""
        for act in acts:
            if self._person.findData(act.by) == -1:
                self._person.addItem(plain_text(act.by_name or act.by), act.by)

    def _period(self) -> tuple[date, date]:
        today = self._facts.today(self._clock.utc_now())
        match self._days.currentData():
            case "yesterday":
                return today - timedelta(days=1), today - timedelta(days=1)
            case "week":
                return today - timedelta(days=6), today
            case "month":
                return today - timedelta(days=30), today
        return today, today

    def _allow(self) -> None:
        act = self._acts.get(self.table.chosen())
        self._undo.setEnabled(
            self._facts.connected and act is not None and act.undo is UndoState.POSSIBLE
        )

    def _build(self) -> None:
        ask = push_button(_("Show"), "retry", "plain", name="history_ask")
        ask.clicked.connect(self.ask)
        for box in (self._days, self._kind, self._person):
            box.currentIndexChanged.connect(lambda _index: self.ask())
        self._number.editingFinished.connect(self.ask)
        self._undo.clicked.connect(self.begin_undo)
        shortcut("Ctrl+Z", self._undo, self)
        self.table.currentItemChanged.connect(lambda _now, _before: self._allow())
        self.table.itemActivated.connect(lambda _item, _column: self.begin_undo())
        filters = FlowLayout(self._days, self._kind, self._person, self._number, ask)
        acts = row(None, self._state, self._undo)
        acts.setStretch(0, 1)
        layout = column(self, filters, self.list, acts, space=SPACE[1])
        layout.setStretch(1, 1)
