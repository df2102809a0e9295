# SPDX-License-Identifier: GPL-3.0-only
"""The fields by which a caller's dossier is found or made, and what must stand in them.
Used by the card that finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from session.core.dossier_model import CallerIdentity
from session.protocol.hub.number_check import written_number
from session.protocol.wire.typed_words import is_reason
from views.desk.dossier.caller_number import LONGEST, is_good_number, number_advice, number_name
from views.widgets.dossier.birth_date import FLAWS, read_birth_date
from views.widgets.field import Field

NAME_LETTERS, CONTACT_LETTERS, REASON_LETTERS, NUMBER_LETTERS = 100, 200, 200, 40

ORDER = ("reason", "family_name", "given_names", "born_on", "caller_number", "contact")
"""Fields from top to bottom; the dossier's own number stands apart."""

_MADE_OF = ("family_name", "given_names", "born_on", "caller_number")


class FindFields:
    """Person, reason, numbers; what is wrong is said below its field.

    Args:
        today: the day on which a birth date is judged.
        open_button: stands beside the dossier's own number.

    Attributes:
        by_name: each field.
        kind: of the number that callers have at this organisation.
    """

    def __init__(self, today: Callable[[], date], open_button: QWidget) -> None:
        self._today = today
        self.kind = ""
        self.by_name = {
            "reason": Field("dossier_reason", _("Why another dossier?"), longest=REASON_LETTERS),
            "family_name": Field("dossier_family_name", _("Family name"), longest=NAME_LETTERS),
            "given_names": Field("dossier_given_names", _("Given names"), longest=NAME_LETTERS),
            "born_on": Field(
                "dossier_born_on", _("Birth date"), longest=20, example=_("day/month/year")
            ),
            "caller_number": Field("dossier_caller_number", _("Caller number"), longest=LONGEST),
            "contact": Field(
                "dossier_contact",
                _("Telephone or e-mail, if the caller likes"),
                longest=CONTACT_LETTERS,
            ),
            "number": Field(
                "dossier_number",
                _("Or by the dossier's number"),
                longest=NUMBER_LETTERS,
                beside=open_button,
            ),
        }

    def clear(self) -> None:
        """Nothing of the caller stays, and nothing can be undone."""
        for field in self.by_name.values():
            field.fill("")

    def show_caller(self, kind: str, number: str) -> None:
        """The kind of a caller's number, and the one that was typed, if there is no other yet."""
        self.kind = kind
        field = self.by_name["caller_number"]
        field.rename(number_name(kind))
        if not field.text():
            field.fill(number)

    def show_mode(self, *, makes: bool, is_bound: bool) -> None:
        """Show what is asked for to find a dossier, or to make one."""
        if makes:
            given_names_label = _("Given names")
        else:
            given_names_label = _("Given names (if you know them)")
        self.by_name["given_names"].rename(given_names_label)
        self.by_name["reason"].setVisible(is_bound)
        for name in ("caller_number", "contact"):
            self.by_name[name].setVisible(makes)
        self.by_name["number"].setVisible(not makes)

    def first_empty(self) -> Field:
        """Return the first field that a new dossier still lacks."""
        empty = (name for name in _MADE_OF if not self.by_name[name].text())
        return self.by_name[next(empty, "contact")]

    def new_caller(self) -> CallerIdentity | None:
        """Return who the dossier is made for; None when something is missing or wrong."""
        person = self.person(makes=True)
        number = written_number(self.kind, self.by_name["caller_number"].text())
        if number and not is_good_number(self.kind, number):
            self.by_name["caller_number"].show_wrong(number_advice(self.kind))
            return None
        if person is None:
            return None
        contact = self.by_name["contact"].text()
        return msgspec.structs.replace(person, caller_number=number, contact=contact)

    def person(self, *, makes: bool) -> CallerIdentity | None:
        """Return who was typed; None when something is missing,
        which is said below its field.
        """
        family, given_names, born = (
            self.by_name[name] for name in ("family_name", "given_names", "born_on")
        )
        day = read_birth_date(born.text(), self._today())
        family.show_wrong("" if family.text() else _("Ask for the family name."))
        is_short = makes and not given_names.text()
        given_names.show_wrong(_("Ask for the given names.") if is_short else "")
        born.show_wrong(_(FLAWS[day.flaw]) if day.flaw is not None else "")
        if any(field.is_wrong() for field in (family, given_names, born)):
            self.go_to_wrong()
            return None
        return CallerIdentity(
            family_name=family.text(), given_names=given_names.text(), born_on=day.born_on
        )

    def reason(self, is_bound: bool) -> str | None:
        """Why another dossier is opened; None when it must be said and was not."""
        field = self.by_name["reason"]
        if not is_bound:
            return ""
        if is_reason(field.text()):
            return field.text()
        field.show_wrong(_("Say why: another dossier is opened only with a reason."))
        field.setFocus()
        return None

    def go_to_wrong(self) -> None:
        """Bring the keyboard to the first field that is wrong."""
        wrong = next((name for name in ORDER if self.by_name[name].is_wrong()), "")
        if wrong:
            self.by_name[wrong].setFocus()
