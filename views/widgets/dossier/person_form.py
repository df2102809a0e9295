# SPDX-License-Identifier: GPL-3.0-only
"""Corrects the names and the birth date of a dossier's person, for a reason. Used by the desk's
dossier and the board's page of doubles.

What was typed stays until it is kept or left: a refusal or a cut line loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QWidget

from resources.texts import _
from session.core.dossier_model import CallerIdentity, Dossier, DossierHit
from session.protocol.wire.typed_words import is_reason
from views.widgets.dossier.birth_date import FLAWS, french_day, read_birth_date
from views.widgets.dossier.hits import HitList
from views.widgets.dossier.in_sight import InSight
from views.widgets.field import Field
from views.widgets.parts import column, label, push_button, restyle, row
from views.widgets.theme import SPACE
from views.words.errors import sentence

NAME_LETTERS, DATE_LETTERS, REASON_LETTERS = 100, 20, 200


class PersonForm(QWidget):
    """Family name, given names, birth date and the reason; the keyboard alone is enough.

    Args:
        today: the day on which a birth date is judged.

    Signals: kept(object, bool, str): a `CallerIdentity`, whether likely doubles were looked at,
        and the reason. left(): nothing is to be corrected.
    """

    kept = pyqtSignal(object, bool, str)
    left = pyqtSignal()

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self._today = today
        self._facts: Dossier | None = None
        self._asked: tuple[CallerIdentity, bool, str] | None = None
        self._fields = {
            "family_name": Field("person_family_name", _("Family name"), longest=NAME_LETTERS),
            "given_names": Field("person_given_names", _("Given names"), longest=NAME_LETTERS),
            "born_on": Field(
                "person_born_on",
                _("Birth date"),
                longest=DATE_LETTERS,
                example=_("day/month/year"),
            ),
            "reason": Field(
                "person_reason",
                _("Why? Kept in the register of accesses"),
                longest=REASON_LETTERS,
            ),
        }
        self._words = label(role="small", name="person_words", wrap=True)
        self._hits = HitList("person_hits")
        self._keep = push_button(_("Keep the correction"), "kept", "primary", name="person_keep")
        self._anyway = push_button(
            _("Correct it all the same"), "kept", "primary", name="person_anyway"
        )
        self._cancel = push_button(_("Cancel"), name="person_cancel")
        self._sight = InSight(self)
        self._build()
        self._show_hits(())

    def show_person(self, facts: Dossier) -> None:
        """Begins with whom the dossier is about now."""
        self._facts = facts
        has_family_name = bool(facts.family_name)
        self._fields["family_name"].fill(
            facts.family_name if has_family_name else facts.caller_name
        )
        self._fields["given_names"].fill(facts.given_names)
        self._fields["born_on"].fill(french_day(facts.born_on))
        self._fields["reason"].fill("")
        self._asked = None
        self._show_hits(())
        self._fields["family_name"].setFocus()
        self._sight.follow(self)

    def fill_reason(self, reason: str) -> None:
        """Why the dossier was opened is mostly why it is corrected."""
        self._fields["reason"].fill(reason)

    def show_likely(self, hits: Sequence[DossierHit]) -> None:
        """Nothing was corrected: another dossier may be the same person's."""
        self._asked = None
        self._show_hits(hits)
        self._show_words(
            _(
                "Another dossier has this name and this birth date. If it is the same person's, a "
                "supervisor merges the two; if not, correct this one all the same."
            ),
            "warn",
        )
        self._go_on_to(self._hits)

    def show_refused(
        self, code: str, detail: Mapping[str, str | int | float] | None = None
    ) -> None:
        """Why it was not corrected; it stays as it was typed."""
        self._asked = None
        self._show_words(sentence(code, dict(detail or {})).sentence, "bad")
        self._go_on_to(self._fields["reason"])

    def clear(self) -> None:
        """Nothing that was typed stays, not even to be undone."""
        self._facts = None
        self._asked = None
        for field in self._fields.values():
            field.fill("")
        self._show_hits(())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leaves."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # ---- inside

    def _build(self) -> None:
        box = column(self, *self._fields.values(), space=SPACE[0])
        box.addWidget(self._words)
        box.addWidget(self._hits)
        box.addLayout(row(None, self._keep, self._anyway, self._cancel, 0))
        for field in self._fields.values():
            field.entered.connect(lambda: self._on_keep(confirmed=False))
            field.edited.connect(lambda: self._show_hits(()))
        self._keep.clicked.connect(lambda: self._on_keep(confirmed=False))
        self._anyway.clicked.connect(lambda: self._on_keep(confirmed=True))
        self._cancel.clicked.connect(self.left)
        self._hits.taken.connect(lambda _number: self._anyway.setFocus())
        self._hits.left_upwards.connect(self._fields["reason"].setFocus)

    def _show_hits(self, hits: Sequence[DossierHit]) -> None:
        self._hits.show_hits(hits, _("Dossiers that may be the same person's"))
        self._keep.setVisible(not hits)
        self._anyway.setVisible(bool(hits))
        self._show_words("", "")

    def _show_words(self, words: str, tone: str) -> None:
        self._words.setText(words)
        self._words.setVisible(bool(words))
        restyle(self._words, tone=tone)

    def _go_on_to(self, widget: QWidget) -> None:
        """Moves the keyboard on, unless the person has gone elsewhere meanwhile."""
        here = QApplication.focusWidget()
        if here is None or self.isAncestorOf(here):
            widget.setFocus()
            self._sight.follow(self)

    def _on_keep(self, *, confirmed: bool) -> None:
        person = self._person()
        if person is None:
            wrong = next(field for field in self._fields.values() if field.is_wrong())
            wrong.setFocus()
            return
        request = (person, confirmed, self._fields["reason"].text())
        if request != self._asked:
            self._asked = request
            self.kept.emit(*request)

    def _person(self) -> CallerIdentity | None:
        """Return who was typed; None when something is wrong, which is said below its field."""
        family, given_names, born, reason = self._fields.values()
        day = read_birth_date(born.text(), self._today())
        family.show_wrong("" if family.text() else _("Ask for the family name."))
        given_names.show_wrong("" if given_names.text() else _("Ask for the given names."))
        born.show_wrong(_(FLAWS[day.flaw]) if day.flaw is not None else "")
        is_said = is_reason(reason.text())
        reason.show_wrong("" if is_said else _("Say why, in a word or more."))
        facts = self._facts
        now = (family.text(), given_names.text(), day.born_on)
        if facts is not None and now == (facts.family_name, facts.given_names, facts.born_on):
            family.show_wrong(_("Nothing is different yet."))
        if any(field.is_wrong() for field in self._fields.values()):
            return None
        return CallerIdentity(family_name=now[0], given_names=now[1], born_on=now[2])
