# SPDX-License-Identifier: GPL-3.0-only
"""Below the expected pieces: start a procedure, print what is missing, see what happened.
Used by the dossier view.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QMenu, QWidget

from resources.texts import _, ngettext
from session.core.dossier_model import PieceStep
from session.protocol.dossier.pieces import ActStep, PieceHistory, ProcedureFacts
from views.desk.dossier import acts
from views.desk.dossier.history_words import act_words, state_words
from views.widgets.parts import column, label, label_button, push_button, restyle, row
from views.widgets.plain_words import face_words
from views.widgets.theme import SPACE

SHOWN_STEPS = 12


class PiecesBar(QWidget):
    """Three buttons, and the history after a press.

    Args:
        act: told what the agent wants.
    """

    def __init__(self, act: Callable[[acts.DossierAct], None]) -> None:
        super().__init__()
        self._act = act
        self.setObjectName("pieces_bar")
        self._start = push_button(_("Start a procedure"), "piece", name="procedure_start")
        self._menu = QMenu(self._start)
        self._menu.setObjectName("procedure_menu")
        self._start.setMenu(self._menu)
        self._missing = push_button(_("Print what is missing"), "printer", name="print_missing")
        self._missing.clicked.connect(lambda: act(acts.DossierPress.PRINT_MISSING))
        self._past = push_button(_("History"), "history", "quiet", name="piece_history")
        self._past.setCheckable(True)
        self._past.toggled.connect(self._on_past)
        self._steps = label(role="small", name="piece_steps", wrap=True)
        self._steps.hide()
        box = column(
            self,
            self._start,
            self._missing,
            row(None, self._past, 0),
            self._steps,
            space=SPACE[0],
            margins=(0, SPACE[1], 0, 0),
        )
        self._not_read = label(role="small", name="procedures_not_read", wrap=True)
        restyle(self._not_read, tone="bad")
        box.insertWidget(1, self._not_read)
        self.show_procedures([])

    def show_procedures(self, procedures: list[ProcedureFacts]) -> None:
        """The procedures that may be started; without any the button is hidden."""
        self._menu.clear()
        for procedure in procedures:
            words = ngettext(
                "{name} (one piece)", "{name} ({count} pieces)", procedure.pieces
            ).format(name=procedure.name, count=procedure.pieces)
            action = self._menu.addAction(face_words(words))
            assert action is not None
            action.setObjectName(f"procedure_{procedure.id}")
            action.triggered.connect(
                lambda _checked=False, name=procedure.id: self._act(acts.StartProcedure(name))
            )
        self._start.setVisible(bool(procedures))
        self._not_read.hide()

    def show_procedures_not_read(self, words: str) -> None:
        """Nobody knows which procedures may be started, and why."""
        self._not_read.setText(words)
        self._not_read.show()

    def set_missing(self, count: int) -> None:
        """Set how many pieces are missing."""
        label_button(self._missing, _("Print what is missing ({count})").format(count=count))
        self._missing.setEnabled(count > 0)
        self._past.setChecked(False)

    def show_history(self, past: PieceHistory, names: dict[str, str]) -> None:
        """Show what happened, newest first; `names` of pieces by id."""
        happened = [(step.at_utc, _step_words(step, names)) for step in past.steps]
        happened += [(act.at_utc, _act_line(act)) for act in past.acts]
        happened.sort(key=lambda entry: entry[0], reverse=True)
        lines = [
            f"{at.astimezone():%d/%m/%Y %H:%M}  {words}".rstrip()
            for at, words in happened[:SHOWN_STEPS]
        ]
        self._steps.setText("\n".join(lines) or _("Nothing happened yet."))
        self._steps.setVisible(self._past.isChecked())

    def show_history_not_read(self, words: str) -> None:
        """Nobody knows what happened, and why."""
        self._steps.setText(words)
        self._steps.setVisible(self._past.isChecked())

    def _on_past(self, is_wanted: bool) -> None:
        self._steps.setVisible(False)
        if is_wanted:
            self._act(acts.DossierPress.ASK_HISTORY)


def _step_words(step: PieceStep, names: dict[str, str]) -> str:
    where = " · ".join(part for part in (step.by_name, step.site) if part)
    return f"{names.get(step.piece_id, step.piece_id)} : {state_words(step)}  {where}"


def _act_line(act: ActStep) -> str:
    why = " · ".join(part for part in (act.reason, act.by_name) if part)
    return f"{act_words(act)}  {why}"
