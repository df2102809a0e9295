# SPDX-License-Identifier: GPL-3.0-only
"""One question with large buttons: which service, which day, which hour.
Used by the kiosk window.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout

from documents.printed.dates import full_day, full_moment, hour
from resources.texts import N_, _
from session.kiosk.appointment_acts import (
    AppointmentQuestion,
    ChooseAnswer,
    Offered,
    OfferedAnswer,
    Way,
)
from session.kiosk.caller_acts import Step
from views.kiosk.widgets.page_base import BigButton, KioskPage, label
from views.kiosk.widgets.theme import spaced

_TITLES = {
    Offered.SERVICE: N_("Which service is your appointment with?"),
    Offered.DAY: N_("Which day suits you?"),
    Offered.HOUR: N_("At what time?"),
    Offered.INSTEAD: N_("Somebody has just taken this time. These are still free:"),
}
_AT_ONCE = {Offered.HOUR: 12}
_FEW = 6
"""Buttons on the screen at once."""


def answer_words(offered: Offered, answer: OfferedAnswer) -> str:
    """The words on the button of an answer."""
    if answer.at is None:
        return answer.name
    if offered is Offered.DAY:
        words = full_day(answer.at)
    elif offered is Offered.HOUR:
        words = hour(answer.at)
    else:
        words = full_moment(answer.at)
    return words[:1].upper() + words[1:]


class ChoicePage(KioskPage):
    """A question, and some of its answers at a time; the last button shows others."""

    def __init__(self) -> None:
        super().__init__()
        self._choice = AppointmentQuestion(Offered.DAY, ())
        self._first = 0
        self._portrait = False
        self.buttons: list[BigButton] = []
        self._title = label("title")
        self._grid = spaced(QGridLayout(), (0,), 1.6)
        self.back = BigButton("plain", "arrow-left")
        self.back.clicked.connect(lambda: self.acted.emit(Step.BACK))
        self.others = BigButton("plain", "arrow-right", size="large")
        self.others.clicked.connect(self._show_others)
        foot = spaced(QHBoxLayout(), (0,), 2)
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.others)
        box = spaced(QVBoxLayout(self), (6, 3, 6, 3), 2)
        box.addWidget(self._title)
        box.addLayout(self._grid, 1)
        box.addLayout(foot)
        self.retranslate()

    def offer(self, choice: AppointmentQuestion) -> None:
        """Asks this; the first answers are shown."""
        self._choice = choice
        self._first = 0
        self._deal()
        self.retranslate()

    def clear(self) -> None:
        """Forgets what was offered."""
        self.offer(AppointmentQuestion(Offered.DAY, ()))

    def set_portrait(self, portrait: bool) -> None:
        """Fewer columns."""
        if portrait != self._portrait:
            self._portrait = portrait
            self._deal()
            self.retranslate()

    @property
    def _at_once(self) -> int:
        return _AT_ONCE.get(self._choice.offered, _FEW)

    def _columns(self) -> int:
        if self._choice.offered is Offered.HOUR:
            return 3 if self._portrait else 4
        if self._portrait or self._choice.offered is not Offered.DAY:
            return 1
        return 2

    def _deal(self) -> None:
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.setParent(None)
            button.deleteLater()
        self.buttons = []
        answers = self._choice.answers[self._first : self._first + self._at_once]
        for place, answer in enumerate(answers):
            button = BigButton("card", size="large", wrap=True)
            button.setObjectName(f"choice_{place}")
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            button.clicked.connect(
                lambda _checked, key=answer.key: self.acted.emit(ChooseAnswer(key))
            )
            self._grid.addWidget(button, *divmod(place, self._columns()))
            self.buttons.append(button)
            button.show()
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 1 if row * self._columns() < len(answers) else 0)

    @property
    def _has_more(self) -> bool:
        return self._first + self._at_once < len(self._choice.answers)

    def _show_others(self) -> None:
        """The next answers, days that are not here yet, or the first ones again."""
        if not self._has_more and self._choice.goes_on:
            self.acted.emit(Way.LATER_DAYS)
            return
        self._first = self._first + self._at_once if self._has_more else 0
        self._deal()
        self.retranslate()
        self.acted.emit(Step.KEY)

    def retranslate(self) -> None:
        """Says every text again."""
        self._title.setText(_(_TITLES[self._choice.offered]))
        for button, answer in zip(self.buttons, self._choice.answers[self._first :], strict=False):
            button.set_words(answer_words(self._choice.offered, answer))
        self.back.set_words(_("Back"))
        self.others.set_words(
            _("Other times") if self._choice.offered is Offered.HOUR else _("Other days")
        )
        goes_on = self._choice.goes_on or len(self._choice.answers) > self._at_once
        self.others.setVisible(goes_on)
