# SPDX-License-Identifier: GPL-3.0-only
"""An appointment in another booking service: for whom, the caller's yes, and where it stands while
the agent chooses a time in the browser. Used by the drawer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PyQt6.QtWidgets import QWidget

from resources.texts import _
from views.desk.appointments.acts import AppointmentAct, BookingFor, BookOutside, StopOutside
from views.desk.appointments.person_fields import PersonFields
from views.widgets.announcer import announce
from views.widgets.parts import (
    FlowLayout,
    column,
    label,
    label_button,
    push_button,
    restyle,
    scroll_area,
)
from views.widgets.theme import SPACE


class OutsideView(QWidget):
    """The person, the button that opens the browser, and words while it is waited for.

    Args:
        today: the day on which a birth date is judged.
        tell: told what the agent wants.
    """

    def __init__(self, today: Callable[[], date], tell: Callable[[AppointmentAct], None]) -> None:
        super().__init__()
        self.setObjectName("outside_view")
        self._tell = tell
        self._dossier = ""
        self._what = label(role="body", name="outside_what", wrap=True)
        self._person = PersonFields(today, "outside")
        self._person.edited.connect(self._allow)
        self._person.entered.connect(self.confirm)
        self._words = label(role="body", name="outside_words", wrap=True)
        self._open = push_button("", "own_window", "primary", name="outside_open")
        self._open.clicked.connect(lambda: self.confirm())
        self._stop = push_button(_("Wait no more"), "close", name="outside_stop")
        self._stop.clicked.connect(lambda: tell(StopOutside()))
        body = QWidget()
        column(body, self._what, self._person, 0, space=SPACE[2])
        box = column(self, scroll_area(body), self._words, space=SPACE[2])
        box.addLayout(FlowLayout(self._stop, self._open, to_end=True))
        box.setStretch(0, 1)

    def begin(self, whom: BookingFor, name: str) -> None:
        """Begins anew, for this person at this service."""
        self._dossier = whom.dossier
        words = _(
            "{service} opens in your browser: choose reason, place and time there. Only the "
            "caller's name goes there, and the e-mail address and telephone if you type them."
        )
        self._what.setText(words.format(service=name))
        is_named = bool(whom.person.family_name and whom.person.given_names)
        self._person.begin(whom.name if is_named else "", whom.person)
        self._person.show_receiver(name)
        label_button(self._open, _("Open {service}").format(service=name))
        self.show_words("", tone="soft", waits=False)
        self.setFocus()

    def show_words(self, words: str, *, tone: str, waits: bool) -> None:
        """Say where it stands; while it is waited for, that can be left."""
        self._words.setText(words)
        self._words.setVisible(bool(words))
        restyle(self._words, tone=tone)
        self._stop.setVisible(waits)
        self._person.setEnabled(not waits)
        self._allow()
        if words:
            announce(self, words)

    def confirm(self) -> None:
        """Opens the browser, where all is there that is needed."""
        person = self._person.person()
        if person is not None and self._open.isEnabled():
            self._tell(BookOutside(person, self._dossier))

    def _allow(self) -> None:
        self._open.setEnabled(self._stop.isHidden() and self._person.has_name())
