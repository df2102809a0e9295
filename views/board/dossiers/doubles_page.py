# SPDX-License-Identifier: GPL-3.0-only
"""The board's page of doubles: provisional dossiers, two dossiers of one person side by side, the
merges, which are taken back for some weeks, and the correction of a name or a birth date.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.texts import N_, _, ngettext
from session.core.clock import Clock
from session.core.dossier_model import Dossier, DossierMerged
from session.protocol.dossier.identity import (
    MergeTrouble,
    ProvisionalAnswer,
    ProvisionalDossier,
)
from session.protocol.wire.typed_words import is_reason
from views.board.acts import ActBeginner
from views.board.dossiers.correction_card import BoardCorrectionCard
from views.board.dossiers.side import DossierSide
from views.board.facts import BoardFacts
from views.board.page_acts import CompareDossiers, MergeDossiers, ReadDoubles, UnmergeDossiers
from views.board.tables import BoardTable, Cell, TableRow
from views.widgets.dossier.birth_date import french_day
from views.widgets.field import Field
from views.widgets.list_state import not_read
from views.widgets.parts import Card, ElidedLabel, column, label, push_button, row, scroll_area
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE

NUMBER_LETTERS, REASON_LETTERS = 40, 200

MERGE_TROUBLES: dict[MergeTrouble, str] = {
    MergeTrouble.SAME: N_("These two numbers are one dossier."),
    MergeTrouble.MERGED_BEFORE: N_("One of these numbers opens the other dossier already."),
    MergeTrouble.TOO_LATE: N_("It is too late: a merge is taken back within 30 days."),
    MergeTrouble.LATER_FIRST: N_("Take the later merge of this dossier back first."),
}
"""Why two dossiers do not become one, or not two again."""


class BoardDoublesPage(QWidget):
    """Left the lists, right the two dossiers, and below them `correction`.

    Signals:
        acted(ReadDoubles | CompareDossiers | MergeDossiers | UnmergeDossiers)
    """

    acted = pyqtSignal(object)

    def __init__(self, facts: BoardFacts, clock: Clock, *, acts: ActBeginner) -> None:
        super().__init__()
        self._facts = facts
        self._acts = acts
        self._clock = clock
        self._read_at: datetime | None = None
        self._merges: dict[str, DossierMerged] = {}
        self._shown: tuple[Dossier, Dossier, str] | None = None
        self.provisional = BoardTable(
            "board_provisional",
            _("Provisional dossiers"),
            heads=[_("Dossier"), _("Caller"), _("Born on"), _("Created on")],
            wide=1,
        )
        self.table = BoardTable(
            "board_merges",
            _("Merges"),
            heads=[_("Merged on"), _("Kept"), _("Merged into it"), _("Caller"), _("State")],
            wide=4,
            most_px={3: 160},
        )
        self._provisional_title = label(role="caption", name="provisional_title", wrap=True)
        self._merges_state = ElidedLabel(role="small", name="merges_state")
        self._undo = push_button(_("Take the merge back…"), "undo", name="merge_undo")
        self._keep = Field("merge_keep", _("Dossier to keep"), longest=NUMBER_LETTERS)
        self._merged = Field("merge_other", _("Dossier that goes into it"), longest=NUMBER_LETTERS)
        self._reason = Field(
            "merge_reason", _("Why? Kept in the register of accesses"), longest=REASON_LETTERS
        )
        self._compare = push_button(
            _("Show side by side"), "see_page", "primary", name="merge_compare"
        )
        self._swap = push_button(_("Keep the other one"), "retry", name="merge_swap")
        self._merge = push_button(_("Merge"), "merge", "danger", name="merge_confirm")
        self._sides = (
            DossierSide("merge_side_keep", _("Is kept")),
            DossierSide("merge_side_other", _("Goes into it")),
        )
        self._warning = label(role="body", name="merge_warning", wrap=True)
        self.correction = BoardCorrectionCard(facts, clock)
        self._build()
        self._connect()
        self.provisional.hide()
        self._provisional_title.setText(_("Being read…"))
        self._allow()
        self._show_pair(None)

    @property
    def first_field(self) -> QWidget:
        """The field where the keyboard goes when the page is opened."""
        return self._keep

    # ---- facts ----

    def show_provisional(self, answer: ProvisionalAnswer) -> None:
        """Dossiers that were made while the register was away."""
        self.provisional.show_rows([_provisional_row(dossier) for dossier in answer.dossiers])
        self.provisional.setVisible(bool(answer.dossiers))
        count = max(answer.total, len(answer.dossiers))
        self._provisional_title.setText(
            ngettext(
                "One provisional dossier, not matched with the register yet",
                "{count} provisional dossiers, not matched with the register yet",
                count,
            ).format(count=count)
            if count
            else _("No provisional dossier.")
        )

    def show_merges(self, merges: Sequence[DossierMerged]) -> None:
        """Merges, the newest first."""
        self._read_at = self._clock.utc_now()
        self._merges = {merge.id: merge for merge in merges}
        self.table.show_rows([self._merge_row(merge) for merge in merges])
        self._merges_state.setText(
            ngettext("One merge", "{count} merges", len(merges)).format(count=len(merges))
            if merges
            else _("No dossier was merged.")
        )
        self._allow()

    def show_not_read(self, words: str) -> None:
        """The lists were not read, and why: nobody knows whether there are others."""
        text = not_read(words, self._read_at)
        self._provisional_title.setText(text)
        self._merges_state.setText(text)

    def show_compared(self, keep: Dossier, merged: Dossier, reason: str) -> None:
        """Both dossiers, side by side."""
        self._keep.fill(keep.number)
        self._merged.fill(merged.number)
        self._show_pair((keep, merged, reason))

    def show_merged(self) -> None:
        """The two are one: the form is free again."""
        for field in (self._keep, self._merged, self._reason):
            field.fill("")
        self._show_pair(None)

    def show_refused(self, words: str, number: str = "") -> None:
        """Why it was not done; below the number that it is about, if it is about one."""
        if number and number == self._merged.text():
            field = self._merged
        else:
            field = self._keep
        field.show_wrong(words)
        field.setFocus()

    def ask(self) -> None:
        """Asks for the lists."""
        self.acted.emit(ReadDoubles())

    # ---- inside ----

    def _merge_row(self, merge: DossierMerged) -> TableRow:
        cells = (
            Cell(f"{merge.at_utc.astimezone():%d/%m/%Y}", "soft"),
            Cell(merge.keep),
            Cell(merge.merged),
            Cell(merge.caller_name),
            Cell(*self._state(merge)),
        )
        cell_words = [cell.text for cell in cells]
        spoken = ", ".join([*cell_words, merge.by_name, merge.reason])
        return TableRow(merge.id, cells, spoken)

    def _state(self, merge: DossierMerged) -> tuple[str, str, str]:
        if merge.undone_at_utc is not None:
            day = f"{merge.undone_at_utc.astimezone():%d/%m/%Y}"
            return _("Taken back on {date}").format(date=day), "accent", "undo"
        if self._may_undo(merge):
            day = f"{merge.until_utc.astimezone():%d/%m/%Y}"
            return _("Can be taken back until {date}").format(date=day), "good", ""
        return _("For good"), "soft", ""

    def _may_undo(self, merge: DossierMerged | None) -> bool:
        return (
            merge is not None
            and merge.undone_at_utc is None
            and self._clock.utc_now() < merge.until_utc
        )

    def _allow(self) -> None:
        chosen = self._merges.get(self.table.chosen())
        self._undo.setEnabled(self._facts.connected and self._may_undo(chosen))
        self._undo.setToolTip(
            tip_words(
                _("{name}: {reason}").format(name=chosen.by_name, reason=chosen.reason)
                if chosen is not None
                else ""
            )
        )

    def _show_pair(self, pair: tuple[Dossier, Dossier, str] | None) -> None:
        self._shown = pair
        keep, merged = (pair[0], pair[1]) if pair is not None else (None, None)
        self._sides[0].show_dossier(keep, merged)
        self._sides[1].show_dossier(merged, keep)
        self._compare.setVisible(pair is None)
        self._swap.setVisible(pair is not None)
        self._merge.setVisible(pair is not None)
        if keep is None or merged is None:
            self._warning.setText(
                _("Type both numbers and a reason: the two dossiers are shown before anything.")
            )
            return
        self._merge.setText(_("Merge into {number}").format(number=keep.number))
        self._merge.setAccessibleName(self._merge.text())
        self._warning.setText(
            _(
                "All of {merged} moves into {keep}, and its number opens {keep}. For 30 days it "
                "can be taken back."
            ).format(merged=merged.number, keep=keep.number)
        )

    def _on_compare(self) -> None:
        if self._shown is not None:  # a second Enter goes on to the button, which asks for a third
            self._merge.setFocus()
            return
        keep, merged, reason = (field.text() for field in (self._keep, self._merged, self._reason))
        needed = _("Type the number of a dossier.")
        self._keep.show_wrong("" if keep else needed)
        self._merged.show_wrong("" if merged else needed)
        if keep and keep == merged:
            self._merged.show_wrong(_("This is the same dossier. Type the other number."))
        is_said = is_reason(reason)
        self._reason.show_wrong("" if is_said else _("Say why, in a word or more."))
        fields = (self._keep, self._merged, self._reason)
        wrong = next((field for field in fields if field.is_wrong()), None)
        if wrong is not None:
            wrong.setFocus()
        elif self._facts.connected:
            self.acted.emit(CompareDossiers(keep, merged, reason))

    def _on_swap(self) -> None:
        if self._shown is not None:
            keep, merged, reason = self._shown
            self.show_compared(merged, keep, reason)

    def _on_merge(self) -> None:
        if self._shown is not None and self._facts.connected:
            keep, merged, reason = self._shown
            self.acted.emit(MergeDossiers(keep.number, merged.number, reason))

    def _on_undo(self) -> None:
        merge = self._merges.get(self.table.chosen())
        if merge is None or not self._undo.isEnabled():
            return
        merge_id = merge.id
        words = f"{merge.merged} → {merge.keep}"
        title = _("Take the merge back: {what}").format(what=words)
        hint = _("Two dossiers again; what had moved goes back.")
        self._acts.ask_reason(
            title, hint, lambda reason: self.acted.emit(UnmergeDossiers(merge_id, reason))
        )

    def _on_provisional(self) -> None:
        """A provisional dossier is mostly the one that goes into another."""
        if number := self.provisional.chosen():
            self._merged.fill(number)
            self._show_pair(None)
            self._keep.setFocus()

    def _on_edited(self) -> None:
        """Clear what belongs to the numbers that were typed before."""
        if self._shown is not None:
            self._show_pair(None)

    def _connect(self) -> None:
        for field in (self._keep, self._merged, self._reason):
            field.entered.connect(self._on_compare)
            field.edited.connect(self._on_edited)
        self._compare.clicked.connect(self._on_compare)
        self._swap.clicked.connect(self._on_swap)
        self._merge.clicked.connect(self._on_merge)
        self._undo.clicked.connect(self._on_undo)
        self.table.currentItemChanged.connect(lambda _now, _before: self._allow())
        self.table.itemActivated.connect(lambda _item, _column: self._on_undo())
        self.provisional.itemActivated.connect(lambda _item, _column: self._on_provisional())

    def _build(self) -> None:
        lists = QWidget()
        lists_column = column(lists, self._provisional_title, self.provisional, space=SPACE[1])
        lists_column.addWidget(self.table)
        below = row(None, self._merges_state, self._undo)
        below.setStretch(0, 1)
        lists_column.addLayout(below)
        lists_column.setStretch(1, 1)
        lists_column.setStretch(2, 2)
        card = Card("merge_card")
        card.body.addWidget(label(_("One person, two dossiers"), "title"))
        card.body.addWidget(self._warning)
        numbers = row(None, space=SPACE[1])
        numbers.addWidget(self._keep, 1)
        numbers.addWidget(self._merged, 1)
        card.body.addLayout(numbers)
        card.body.addWidget(self._reason)
        card.body.addLayout(row(None, self._compare, self._merge, self._swap, 0))
        sides = row(None, space=SPACE[1])
        for side in self._sides:
            sides.addWidget(side, 1)
        card.body.addLayout(sides)
        card.body.addStretch(1)
        self.correction.opened.connect(lambda is_shown: card.setVisible(not is_shown))
        cards = QWidget()
        column(cards, card, self.correction, 0, space=SPACE[1])
        layout = row(self, space=SPACE[2])
        layout.addWidget(lists, 11)
        layout.addWidget(scroll_area(cards), 10)


def _provisional_row(dossier: ProvisionalDossier) -> TableRow:
    cells = (
        Cell(dossier.number),
        Cell(dossier.caller_name),
        Cell(french_day(dossier.born_on)),
        Cell(f"{dossier.made_at_utc.astimezone():%d/%m/%Y}", "soft"),
    )
    spoken = ", ".join([*(cell.text for cell in cells), dossier.by_name])
    return TableRow(dossier.number, cells, spoken)
