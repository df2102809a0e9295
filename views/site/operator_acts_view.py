# SPDX-License-Identifier: GPL-3.0-only
"""The operator's page of what was done with the hub: the newest first, a page at a time.
Used by `expert_app.helpdesk.wiring.operator_acts`.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.texts import _, ngettext
from session.core.clock import Clock
from session.protocol.hub.site import OperatorAct, OperatorActsAnswer
from views.board.tables import BoardTable, Cell, TableRow
from views.widgets.list_state import ListState
from views.widgets.parts import ElidedLabel, EmptyState, column, push_button, row
from views.widgets.theme import SPACE
from views.words.troubles import act_tone, act_words

MOST_ROWS = 5_000
"""Of one look back: who wants more reads them with `hub acts`."""


class OperatorActsView(QWidget):
    """The register of acts.

    Signals:
        asked(int): lines before this one; 0 for the newest.
    """

    asked = pyqtSignal(int)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("operator_acts")
        self._acts: list[OperatorAct] = []
        self._before = 0
        self._machine = ""
        heads = [_("When"), _("What"), _("About"), _("By")]
        self.table = BoardTable(
            "acts", _("Acts of the operators"), heads=heads, wide=2, most_px={3: 260}
        )
        self._state = ElidedLabel(role="small", name="acts_state")
        empty = EmptyState(
            "history",
            _("Nothing is in the register yet."),
            advice=_("Starts, invitations, keys, certificates and backups are written down here."),
            name="acts_empty",
        )
        self.list = ListState(
            self.table, empty, now=clock.utc_now, name="acts", counts=(self._state,)
        )
        self._older = push_button(_("Older ones"), "down", "plain", name="acts_older")
        self._older.clicked.connect(self._on_older)
        self._again = push_button(_("Read again"), "retry", "plain", name="acts_again")
        self._again.clicked.connect(self.ask)
        pad = SPACE[3]
        head = row(None, self._state, self._again, self._older, space=SPACE[1])
        head.setStretch(0, 1)
        column(
            self,
            head,
            self.list,
            space=SPACE[1],
            margins=(pad, pad, pad, pad),
        ).setStretch(1, 1)

    def ask(self) -> None:
        """Ask for the newest."""
        self._before = 0
        self.asked.emit(0)

    def _on_older(self) -> None:
        if self._acts:
            self._before = self._acts[-1].id
            self.asked.emit(self._before)

    def show_acts(self, answer: OperatorActsAnswer) -> None:
        """Show what was asked for, below what is there when it was the older ones."""
        if self._before and answer.machine != self._machine:
            words = _("{machine} has answered, which has a register of its own: ask once more.")
            self.show_not_read(words.format(machine=answer.machine))
            return
        self._machine = answer.machine
        if not self._before:
            self._acts = []
        self._acts += [act for act in answer.acts if not self._acts or act.id < self._acts[-1].id]
        self.table.show_rows([_row(act) for act in self._acts])
        self.list.show_answer(bool(self._acts))
        self._older.setEnabled(answer.older and len(self._acts) < MOST_ROWS)
        count = len(self._acts)
        words = ngettext("{count} act", "{count} acts", count).format(count=count)
        if answer.older:
            words = _("{count}, there are older ones").format(count=words)
        if answer.machine:
            words = _("Register of {machine}: {count}").format(machine=answer.machine, count=words)
        self._state.setText(words)

    def show_not_read(self, words: str) -> None:
        """Show why it was not read; what stands there is older."""
        self.list.show_refused(words)


def _row(act: OperatorAct) -> TableRow:
    tone = act_tone(act)
    cells = (
        Cell(f"{act.at_utc.astimezone():%d/%m/%Y %H:%M}", "soft"),
        Cell(act_words(act), tone, "warning" if tone else ""),
        Cell(act.of),
        Cell(act.by, "soft"),
    )
    return TableRow(str(act.id), cells)
