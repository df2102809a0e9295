# SPDX-License-Identifier: GPL-3.0-only
"""The languages of the kiosk, each by its own name. Used by the kiosk window."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QSize
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from resources.texts import _
from session.kiosk.caller_acts import ChooseLanguage, Step
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import CENTRE, BigButton, KioskPage, label, restyle
from views.kiosk.widgets.theme import BLUE, SKY, spaced
from views.words.languages import LANGUAGE_NAMES

MOST_COLUMNS = 4


class LanguagePage(KioskPage):
    """One button for each language; the one in use is marked.

    Args:
        languages: those that this kiosk offers, in the order of the buttons.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        super().__init__()
        self.buttons: dict[str, BigButton] = {}
        self._title = label("title", centred=True)
        self._grid = spaced(QGridLayout(), (0,), 2)
        for language in languages:
            button = BigButton("plain", size="lead", wrap=True, margins=(1, 1, 1, 1))
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            button.setObjectName(f"language_{language}")
            button.clicked.connect(
                lambda _checked, language=language: self.acted.emit(ChooseLanguage(language))
            )
            self.buttons[language] = button
        self.back = BigButton("plain", "arrow-left")
        self.back.clicked.connect(lambda: self.acted.emit(Step.BACK))
        foot = spaced(QHBoxLayout(), (0,), 2)
        foot.addWidget(self.back)
        foot.addStretch(1)
        box = spaced(QVBoxLayout(self), (6, 4, 6, 4), 2.4)
        box.addWidget(IconView("translate", 9, colour=BLUE, disc=SKY), 0, CENTRE)
        box.addWidget(self._title)
        box.addLayout(self._grid, 1)
        box.addLayout(foot)
        self.set_portrait(False)
        self.show_language("")

    def set_portrait(self, portrait: bool) -> None:
        """Two columns instead of four."""
        if portrait:
            self._most_columns = 2
        else:
            self._most_columns = MOST_COLUMNS
        self._place(self._most_columns)

    def fit(self, room: QSize, unit: float) -> None:
        """Use as many columns as the longest word allows."""
        inner_px, gap_px = room.width() - round(12 * unit), round(2 * unit)
        least_px = max(button.minimumSizeHint().width() for button in self.buttons.values())
        columns = self._most_columns
        while columns > 1 and (inner_px - (columns - 1) * gap_px) // columns < least_px:
            columns -= 1
        if columns != self._columns:
            self._place(columns)

    def _place(self, columns: int) -> None:
        self._columns = columns
        for place, button in enumerate(self.buttons.values()):
            self._grid.addWidget(button, *divmod(place, columns))
        for column in range(MOST_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def show_language(self, language: str) -> None:
        """Marks the language in use, and says the page again in it."""
        for each, button in self.buttons.items():
            name = LANGUAGE_NAMES[each]
            button.setProperty("look", "primary" if each == language else "plain")
            for part in (button, *button.findChildren(QWidget)):
                restyle(part)
            button.set_words(name, spoken=f"✓ {name}" if each == language else name)
        self._title.setText(_("Choose your language"))
        self.back.set_words(_("Back"))

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken."""
        return [self._title.text()]
