# SPDX-License-Identifier: GPL-3.0-only
"""The head of a dossier: whose it is, a number for a caller who has one now, and what was typed
wrongly.
Used by the dossier view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QBoxLayout, QWidget

from resources.texts import _
from session.core.dossier_model import Dossier
from session.protocol.hub.number_check import written_number
from views.desk.dossier import acts
from views.desk.dossier.caller_number import (
    LONGEST,
    is_good_number,
    number_advice,
    number_name,
)
from views.widgets.dossier.birth_date import french_day
from views.widgets.dossier.person_form import PersonForm
from views.widgets.field import Field
from views.widgets.parts import (
    Card,
    Chip,
    FlowLayout,
    column,
    label,
    label_button,
    push_button,
    row,
    tool_button,
)
from views.words.errors import sentence


class PersonCard(Card):
    """Name, numbers and birth date of the caller.

    Args:
        today: the day on which a birth date is judged.
        act: told what the agent wants.
        find_another: called when another dossier is wanted.
    """

    def __init__(
        self,
        today: Callable[[], date],
        act: Callable[[acts.DossierAct], None],
        *,
        find_another: Callable[[], None],
    ) -> None:
        super().__init__("dossier_person", space=2)
        self._act = act
        self._kind = self._asked = ""
        self._facts: Dossier | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._name = label(role="large", name="dossier_name", wrap=True)
        self._who = label(role="soft", name="dossier_who", wrap=True)
        self._more = label(role="small", name="dossier_more", wrap=True)
        self._what = label(role="strong", name="dossier_procedure", wrap=True)
        for words in (self._name, self._who, self._more):
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._provisional = Chip(
            "dossier_provisional",
            _("Provisional: the register did not answer"),
            icon_name="time",
            tone="warn",
        )
        self._give = push_button(_("Give a number"), "given", "quiet", name="dossier_give_number")
        self._give.clicked.connect(self._on_give)
        self._number = Field("dossier_new_number", number_name(""), longest=LONGEST)
        self._number.entered.connect(self._on_number)
        self._keep = push_button(
            _("Keep the number"), "kept", "primary", name="dossier_keep_number"
        )
        self._keep.clicked.connect(self._on_number)
        self._cancel = push_button(_("Cancel"), name="dossier_no_number")
        self._cancel.clicked.connect(self._close_number)
        self._correct = push_button(
            _("Correct the identity"), "pen", "quiet", name="dossier_correct_person"
        )
        self._correct.clicked.connect(self._on_correct)
        self.form = PersonForm(today)
        self.form.kept.connect(lambda *correction: act(acts.CorrectCaller(*correction)))
        self.form.left.connect(self._close_form)
        self._entry = QWidget()
        column(self._entry, self._number, FlowLayout(self._keep, self._cancel))
        self.body.addLayout(self._build_top(find_another))
        self.body.addWidget(self._who)
        self.body.addWidget(self._more)
        self.body.addLayout(row(None, self._provisional, 0))
        self.body.addSpacing(4)
        self.body.addWidget(self._what)
        self.body.addLayout(FlowLayout(self._give, self._correct))
        self.body.addWidget(self._entry)
        self.body.addWidget(self.form)
        self.show_person(None)

    def _build_top(self, find_another: Callable[[], None]) -> QBoxLayout:
        other = tool_button(_("Open another dossier"), "search", "dossier_other")
        other.clicked.connect(lambda: find_another())
        top = row(None)
        top.addWidget(self._name, 1)
        top.addWidget(other, 0, Qt.AlignmentFlag.AlignTop)
        return top

    def show_kind(self, kind: str) -> None:
        """Which kind of number the caller's service asks for."""
        self._kind = kind
        self._number.rename(number_name(kind))

    def show_person(self, facts: Dossier | None) -> None:
        """The dossier as the store has it, or nobody."""
        self._name.setText(facts.caller_name if facts else "")
        self.setAccessibleName(f"{facts.caller_name}, {_who(facts)}" if facts else "")
        self._who.setText(_who(facts) if facts else "")
        more = _more(facts) if facts else ""
        self._more.setText(more)
        self._more.setVisible(bool(more))
        self._what.setText(facts.procedure if facts else "")
        self._what.setVisible(bool(facts and facts.procedure))
        self._provisional.setVisible(bool(facts and facts.provisional))
        before, self._facts = self._facts, facts
        here = QApplication.focusWidget()
        typing = here is not None and any(
            part.isAncestorOf(here) for part in (self._entry, self.form)
        )
        if facts is None or _number(facts) != _number(before):
            self._number.fill("")
            self._entry.hide()
            self._asked = ""
        if facts is None or _person(facts) != _person(before):
            self.form.clear()
            self.form.hide()
        has_number = facts is not None and facts.caller_number
        label_button(self._give, _("Correct the number") if has_number else _("Give a number"))
        self._show_buttons()
        if typing and not self._give.isHidden():
            self.setFocus()  # not to whatever comes next, where one more Enter would press it

    def show_refused(
        self, code: str, detail: Mapping[str, str | int | float] | None = None
    ) -> None:
        """Why the number was not taken; it stays as it was typed."""
        self._asked = ""
        self._number.show_wrong(sentence(code, dict(detail or {})).sentence)
        here = QApplication.focusWidget()
        if here is None or self._entry.isAncestorOf(here):
            self._number.setFocus()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leaves the number."""
        is_escape = event is not None and event.key() == Qt.Key.Key_Escape
        if is_escape and not self._entry.isHidden():
            self._close_number()
        else:
            super().keyPressEvent(event)

    def _on_give(self) -> None:
        self._entry.show()
        self._show_buttons()
        self._number.setFocus()

    def _close_number(self) -> None:
        self._number.fill("")
        self._entry.hide()
        self._show_buttons()
        self._give.setFocus()

    def _on_correct(self) -> None:
        if self._facts is not None:
            self.form.show()
            self._show_buttons()
            self.form.show_person(self._facts)

    def _close_form(self) -> None:
        self.form.clear()
        self.form.hide()
        self._show_buttons()
        self._correct.setFocus()

    def _show_buttons(self) -> None:
        """One thing is typed at a time."""
        free = self._facts is not None and self._entry.isHidden() and self.form.isHidden()
        self._give.setVisible(free)
        self._correct.setVisible(free)

    def _on_number(self) -> None:
        number = written_number(self._kind, self._number.text())
        if not is_good_number(self._kind, number):
            self._number.show_wrong(number_advice(self._kind))
            self._number.setFocus()
        elif self._facts is not None and number == self._facts.caller_number:
            self._close_number()
        elif number != self._asked:
            self._asked = number
            self._act(acts.GiveNumber(number))


def _number(facts: Dossier | None) -> tuple[str, ...]:
    """Return what a number that is being typed belongs to."""
    if facts is None:
        return ()
    return (facts.number, facts.caller_number)


def _person(facts: Dossier | None) -> tuple[str, ...]:
    """Return what a correction that is being typed belongs to."""
    if facts is None:
        return ()
    names = (facts.caller_name, facts.family_name, facts.given_names)
    return (facts.number, *names, facts.born_on)


def _who(facts: Dossier) -> str:
    parts = [_("Dossier {number}").format(number=facts.number)]
    if facts.caller_number:
        parts.append(_("caller number {number}").format(number=facts.caller_number))
    if facts.born_on:
        parts.append(_("born on {date}").format(date=french_day(facts.born_on)))
    return " · ".join(parts)


def _more(facts: Dossier) -> str:
    parts = []
    if facts.contact:
        parts.append(_("To reach: {contact}").format(contact=facts.contact))
    if facts.merged:
        parts.append(_("Also filed as: {numbers}").format(numbers=", ".join(facts.merged)))
    return " · ".join(parts)
