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
    label_button,
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
        self._callers = push_button(_("Callers…"), "agent", "plain", name="history_callers")
        self._of_act = ""
        self._next = ""
        self._undo = push_button(
            _("Take back…"), "undo", "plain", name="history_undo", keys="Ctrl+Z"
        )
        self._build()

    # ---- facts ----

    def show_history(self, answer: HistoryAnswer) -> None:
        """The acts that were asked for."""
        self._acts = {self._row_id(act): act for act in answer.acts}
        self.table.show_rows([self._row(act) for act in answer.acts])
        self.list.show_answer(bool(answer.acts))
        if answer.acts and not self.table.chosen():
            self.table.choose(self._row_id(answer.acts[0]))
        self._add_people(answer.acts)
        count = len(answer.acts)
        if self._of_act:
            one_act = ngettext("One caller of this act", "{count} callers of this act", count)
            words = [one_act.format(count=count)]
        else:
            words = [ngettext("One act", "{count} acts", count).format(count=count)]
        self._next = answer.acts[-1].ticket_id if self._of_act and answer.more else ""
        if answer.more and not self._of_act:
            words.append(_("older ones are not shown: choose fewer days"))
        if answer.behind:
            words.append(behind_words(answer.behind))
        self._state.setText(" · ".join(words))
        self._allow()

    def ask(self) -> None:
        """Asks for what the filters say."""
        self._ask()

    def _ask(self, act: str = "", after: str = "") -> None:
        """Ask for acts, or for the callers of one act from the one behind `after` on."""
        self._of_act = act
        self.list.show_asked()
        first, last = self._period()
        request = HistoryRequest(
            first=first,
            last=last,
            kind=self._kind.currentData(),
            by=str(self._person.currentData() or ""),
            number=self._number.text().strip(),
            act=act,
            after=after,
        )
        self.acted.emit(request)

    def begin_undo(self) -> None:
        """Asks for the reason to take the chosen act back."""
        act = self._acts.get(self.table.chosen())
        if act is not None and self._can_be_undone(act):
            words, _icon = KINDS[act.kind]
            self._beginner.undo(act.id, f"{_(words)} · {subject_of(act, self._facts)}")

    # ---- inside ----

    def _can_be_undone(self, act: ActFacts | None) -> bool:
        """True for an act as a whole that can be taken back now."""
        is_whole = act is not None and act.undo is UndoState.POSSIBLE and not self._of_act
        return is_whole and self._facts.connected

    def _row_id(self, act: ActFacts) -> str:
        """Return the id of a row: an act's, or of one of its callers."""
        if self._of_act:
            return act.ticket_id
        return act.id

    def _show_callers(self) -> None:
        """Shows whom the chosen act was about, then further ones, then all acts again."""
        if self._next:
            self._ask(self._of_act, self._next)
        elif self._of_act:
            self._ask()
        else:
            self._ask(self.table.chosen())

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
        return TableRow(self._row_id(act), cells)

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
        self._undo.setEnabled(self._can_be_undone(act))
        has_callers = act is not None and act.tickets > 1 and act.kind is not ActKind.MOVE
        self._callers.setEnabled(bool(self._of_act) or has_callers)
        words = _("Callers…")
        if self._of_act:
            words = _("Further callers") if self._next else _("All acts")
        label_button(self._callers, words)

    def _build(self) -> None:
        ask = push_button(_("Show"), "retry", "plain", name="history_ask")
        ask.clicked.connect(self.ask)
        for box in (self._days, self._kind, self._person):
            box.currentIndexChanged.connect(lambda _index: self.ask())
        self._number.editingFinished.connect(self.ask)
        self._undo.clicked.connect(self.begin_undo)
        self._callers.clicked.connect(self._show_callers)
        shortcut("Ctrl+Z", self._undo, self)
        self.table.currentItemChanged.connect(lambda _now, _before: self._allow())
        self.table.itemActivated.connect(lambda _item, _column: self.begin_undo())
        filters = FlowLayout(self._days, self._kind, self._person, self._number, ask)
        acts = row(None, self._state, self._callers, self._undo)
        acts.setStretch(0, 1)
        layout = column(self, filters, self.list, acts, space=SPACE[1])
        layout.setStretch(1, 1)
