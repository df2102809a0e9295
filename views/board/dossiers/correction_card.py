# SPDX-License-Identifier: GPL-3.0-only
"""Corrects whose a dossier is, outside of any conversation: it is shown first, for a reason.
Used by the page of doubles.
"""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QApplication

from resources.texts import _
from session.core.clock import Clock
from session.core.dossier_model import CallerIdentity, Dossier
from session.protocol.wire.typed_words import is_reason
from views.board.dossiers.side import DossierSide
from views.board.facts import BoardFacts
from views.board.page_acts import CorrectPerson, ViewDossier
from views.widgets.dossier.person_form import PersonForm
from views.widgets.field import Field
from views.widgets.parts import Card, label, push_button, row
from views.words.errors import sentence

NUMBER_LETTERS, REASON_LETTERS = 40, 200


class BoardCorrectionCard(Card):
    """A number and a reason, then the dossier and the form.

    Signals:
        acted(ViewDossier | CorrectPerson)
        opened(bool): a dossier is shown, or none any more.
    """

    acted = pyqtSignal(object)
    opened = pyqtSignal(bool)

    def __init__(self, facts: BoardFacts, clock: Clock) -> None:
        super().__init__("correction_card")
        self._facts = facts
        self._shown = ""
        self._hint = label(
            _("Type the number and a reason: the dossier is shown before anything."),
            name="correction_hint",
            wrap=True,
        )
        self._number = Field("correction_number", _("Dossier"), longest=NUMBER_LETTERS)
        self._reason = Field(
            "correction_reason", _("Why? Kept in the register of accesses"), longest=REASON_LETTERS
        )
        self._look = push_button(_("Show the dossier"), "see_page", name="correction_look")
        self._side = DossierSide("correction_side", _("As it is now"))
        self.form = PersonForm(lambda: clock.utc_now().astimezone().date())
        for part in (
            label(_("Wrong name or birth date"), "title"),
            self._hint,
            self._number,
            self._reason,
        ):
            self.body.addWidget(part)
        self.body.addLayout(row(None, self._look, 0))
        self.body.addWidget(self._side)
        self.body.addWidget(self.form)
        for field in (self._number, self._reason):
            field.entered.connect(self._on_look)
        self._look.clicked.connect(self._on_look)
        self.form.kept.connect(self._on_kept)
        self.form.left.connect(self._on_left)
        self._show(None)

    def show_dossier(self, facts: Dossier, reason: str) -> None:
        """The dossier as it is now, and what may be corrected."""
        self._show(facts)
        self.form.show_person(facts)
        self.form.fill_reason(reason)

    def show_corrected(self) -> None:
        """It is done: the card is free again."""
        here = QApplication.focusWidget()
        was_here = here is None or self.isAncestorOf(here)
        self._number.fill("")
        self._reason.fill("")
        self._show(None)
        if was_here:
            self._number.setFocus()

    def show_refused(self, code: str, detail: Mapping[str, str | int | float]) -> None:
        """Why it was not shown, or not corrected."""
        if self._shown:
            self.form.show_refused(code, detail)
        else:
            self._number.show_wrong(sentence(code, dict(detail)).sentence)
            self._number.setFocus()

    def _show(self, facts: Dossier | None) -> None:
        if facts is None:
            self._shown = ""
        else:
            self._shown = facts.number
        self._side.show_dossier(facts, None)
        if facts is None:
            self.form.clear()
        self.form.setVisible(facts is not None)
        self.opened.emit(facts is not None)
        for part in (self._hint, self._number, self._reason, self._look):
            part.setVisible(facts is None)

    def _on_look(self) -> None:
        number, reason = self._number.text(), self._reason.text()
        self._number.show_wrong("" if number else _("Type the number of a dossier."))
        is_said = is_reason(reason)
        self._reason.show_wrong("" if is_said else _("Say why, in a word or more."))
        wrong = next((field for field in (self._number, self._reason) if field.is_wrong()), None)
        if wrong is not None:
            wrong.setFocus()
        elif self._facts.connected:
            self.acted.emit(ViewDossier(number, reason))

    def _on_kept(self, caller: CallerIdentity, confirmed: bool, reason: str) -> None:
        self.acted.emit(CorrectPerson(self._shown, caller, confirmed, reason))

    def _on_left(self) -> None:
        self.show_corrected()
