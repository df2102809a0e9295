# SPDX-License-Identifier: GPL-3.0-only
"""Who comes to an appointment: nothing to type for the person of a dossier, else a number, or a
name and a birth date. Used by the panel that takes a free time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from session.core.appointment_model import AppointmentPerson, Email, Phone
from views.widgets.dossier.birth_date import FLAWS, french_day, read_birth_date
from views.widgets.dossier.in_sight import InSight
from views.widgets.field import Field
from views.widgets.parts import column, label, row
from views.widgets.plain_words import CheckBox
from views.widgets.theme import SPACE

_OF_NOBODY = ("caller_number", "born_on", "family_name", "given_names")
"""Fields that a person without a dossier needs."""


class PersonFields(QWidget):
    """Reads one person.

    Args:
        today: the day on which a birth date is judged.
        name: what the names of the parts begin with.

    Signals: entered(): Enter was pressed. edited(): something was typed.
    """

    entered = pyqtSignal()
    edited = pyqtSignal()

    def __init__(self, today: Callable[[], date], name: str = "booking") -> None:
        super().__init__()
        self._today = today
        self._known: AppointmentPerson | None = None
        self._sight = InSight(self)
        self._agreed = CheckBox("")
        self._agreed.setObjectName(f"{name}_agreed")
        self._agreed.toggled.connect(lambda _on: self.edited.emit())
        self._name = label(role="strong", name=f"{name}_person", wrap=True)
        self._fields = {
            "caller_number": Field(f"{name}_number", _("Caller number"), longest=20),
            "born_on": Field(
                f"{name}_born_on", _("Birth date"), longest=20, example=_("day/month/year")
            ),
            "family_name": Field(f"{name}_family_name", _("Family name"), longest=100),
            "given_names": Field(f"{name}_given_names", _("Given names"), longest=100),
            "email": Field(f"{name}_email", _("E-mail (optional)"), longest=254),
            "phone": Field(f"{name}_phone", _("Telephone (optional)"), longest=20),
        }
        for field in self._fields.values():
            field.entered.connect(self.entered)
            field.edited.connect(self.edited)
        self._hint = label(
            _("A number, or a name and a birth date: so the person is found at the kiosk."),
            "small",
            f"{name}_person_hint",
            wrap=True,
        )
        box = column(self, self._name, self._hint, space=SPACE[0])
        fields = list(self._fields.values())
        for first, second in zip(fields[::2], fields[1::2], strict=True):
            line = row(None, space=SPACE[1])
            line.addWidget(first, 1)
            line.addWidget(second, 1)
            box.addLayout(line)
        box.addWidget(self._agreed)

    def begin(self, name: str, person: AppointmentPerson) -> None:
        """Begins anew: for a person who is known, by `name`; else with what is known."""
        if name:
            words = _("For {name}").format(name=name)
            self._known = person
        else:
            words = ""
            self._known = None
        self._name.setText(words)
        self._name.setVisible(bool(name))
        self._hint.setVisible(not name)
        for key, field in self._fields.items():
            text = getattr(person, key)
            field.fill(french_day(text) if key == "born_on" else text)
            field.setVisible(not name or key not in _OF_NOBODY)
        self.show_receiver("")

    def show_receiver(self, organisation_name: str) -> None:
        """Another organisation gets the person's data, to which the person agrees first; "" for
        none.
        """
        words = _("The caller agrees that {organisation} gets these data")
        self._agreed.setText(words.format(organisation=organisation_name))
        self._agreed.setChecked(False)
        self._agreed.setVisible(bool(organisation_name))

    def is_complete(self) -> bool:
        """True when the person can be told from others, and has agreed where that is needed."""
        typed = {key: field.text() for key, field in self._fields.items()}
        has_name = bool(typed["family_name"] and typed["born_on"])
        is_known = self._known is not None or bool(typed["caller_number"]) or has_name
        return is_known and (self._agreed.isHidden() or self._agreed.isChecked())

    def has_name(self) -> bool:
        """True when the whole name is there, and the person has agreed where that is needed."""
        known = self._known
        if known is not None:
            names = [known.family_name, known.given_names]
        else:
            names = [self._fields[key].text() for key in ("family_name", "given_names")]
        return all(names) and (self._agreed.isHidden() or self._agreed.isChecked())

    def take_keyboard(self) -> None:
        """The keyboard goes to the first line."""
        next(field for field in self._fields.values() if not field.isHidden()).setFocus()
        self._sight.follow(self)

    def person(self) -> AppointmentPerson | None:
        """Return the person; None when something is wrong, which is said below its line."""
        typed = {key: field.text() for key, field in self._fields.items()}
        wrong = dict[str, str]()
        if self._known is not None:
            typed |= {key: getattr(self._known, key) for key in _OF_NOBODY}
        elif typed["born_on"]:
            born = read_birth_date(typed["born_on"], self._today())
            typed["born_on"] = born.born_on
            if born.flaw is not None:
                wrong["born_on"] = _(FLAWS[born.flaw])
        if not _fits(typed["email"], Email):
            wrong["email"] = _("This is no e-mail address: check it with the caller.")
        if not _fits(typed["phone"], Phone):
            wrong["phone"] = _("Only figures, spaces, dots and +.")
        for key, field in self._fields.items():
            field.show_wrong(wrong.get(key, ""))
        if wrong:
            self._fields[next(iter(wrong))].setFocus()
            return None
        return AppointmentPerson(**typed)


def _fits(text: str, kind: object) -> bool:
    try:
        msgspec.convert(text, kind)
    except msgspec.ValidationError:
        return False
    return True
