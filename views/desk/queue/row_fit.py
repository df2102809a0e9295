# SPDX-License-Identifier: GPL-3.0-only
"""The form of a row of the queue: its parts on one line or on two, and which badges
have words. Used by the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from views.widgets.parts import Chip, restyle, row

BORDER_PX = 2
BADGE_SPACE = 6
"""Pixels between two badges."""

NO_LIMIT = 16_777_215
"""Qt's QWIDGETSIZE_MAX, which PyQt does not name."""

SERVICE_PART = 0.31
"""Part of a row's width for the service, where it stands on one line with the site."""

WIDEST_NUMBER = "M000"
"""Services stand in a column, whatever letter a number begins with."""

PLACE_LETTERS = 15
"""So many letters of a service or a site must be seen where both stand on one line."""


class RowForm(StrEnum):
    """The form of a row: one line; two where one is too narrow or the caller is new, and a third
    for many badges.
    """

    LINE = "line"
    TWO_LINES = "two_lines"


MARGINS = {
    RowForm.LINE: (10, 1, 4, 1),
    RowForm.TWO_LINES: (10, 3, 4, 3),
}


class RowFit:
    """Places the parts of one row in the room that it has.

    Args:
        chips: badges; the last ones give up their words first.
        clock: how long the caller waits.
        tag, site: the service and where the caller is; under a head one of them is hidden.
    """

    def __init__(
        self,
        ticket_row: QFrame,
        *,
        number: QLabel,
        chips: Sequence[Chip],
        clock: QWidget,
        tag: QWidget,
        site: QWidget,
        accept: QPushButton,
    ) -> None:
        self._row = ticket_row
        self._number = number
        self._chips = chips
        self._clock = clock
        self._tag = tag
        self._accept = accept
        self._form: RowForm | None = None
        self._below = False
        self._fitted: tuple[object, ...] = ()
        self._badges = QWidget()
        badges = row(self._badges, *chips, space=BADGE_SPACE)
        badges.addStretch(1)
        self._where = QWidget()
        places = row(self._where, space=6)
        places.addWidget(tag, 5)
        places.addWidget(site, 6)
        # they are placed once the width is known, and never a window of their own
        for part in (number, self._badges, clock, self._where, accept):
            part.setParent(ticket_row)
        self._grid = QGridLayout(ticket_row)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(1)

    def forget(self) -> None:
        """Fit anew next time: other letters need other room."""
        self._fitted = ()

    def fit(self, under: str, *, is_new: bool, wait: str) -> None:
        """Every caller has one line, or two where one is too narrow or the caller is new.

        Badges stand beside the number; where they are too wide, in a line of their own; and where
        that is too narrow, without words. Number, wait and Accept are never cut.

        Args:
            under: a head that says the service or the site; "" where the row says both.
            is_new: the caller has rung and nobody has looked.
            wait: text of the clock; its width does not change with each second.
        """
        chips = [chip for chip in self._chips if not chip.isHidden()]
        state = (self._row.width(), is_new, under, wait[:-3])
        fitted = (*state, *(chip.text() for chip in chips), self._number.text())
        if fitted == self._fitted:
            return
        self._fitted = fitted
        room = self._row.width() - 2 * BORDER_PX
        form = RowForm.TWO_LINES
        if not is_new:
            form = self._form_for(room, chips, names=1 if under else 2)
        margins = MARGINS[form]
        room -= margins[0] + margins[2] + self._taken()
        self._fit_badges(form, room, chips)
        if form is RowForm.LINE and not under:
            # services and sites stand in columns, whatever else is in a row
            self._tag.setFixedWidth(round(self._row.width() * SERVICE_PART))

    def _form_for(self, room: int, chips: list[Chip], *, names: int) -> RowForm:
        """One line when service and site are readable on it."""
        margins = MARGINS[RowForm.LINE]
        needed = self._taken() + margins[0] + margins[2]
        needed += sum(chip.width_px(words=False) + BADGE_SPACE for chip in chips)
        needed += names * PLACE_LETTERS * self._row.fontMetrics().averageCharWidth() + 40
        if needed <= room:
            return RowForm.LINE
        return RowForm.TWO_LINES

    def _taken(self) -> int:
        """Pixels of what is never cut and stands in the first line."""
        parts: list[QWidget] = [self._number, self._clock, self._accept]
        space = self._grid.horizontalSpacing()
        return sum(max(part.sizeHint().width(), part.minimumWidth()) + space for part in parts)

    def _fit_badges(self, form: RowForm, room: int, chips: list[Chip]) -> None:
        needed = sum(chip.width_px(words=True) + BADGE_SPACE for chip in chips)
        least = sum(chip.width_px(words=False) + BADGE_SPACE for chip in chips)
        below = least > room and form is not RowForm.LINE
        if below:
            room = self._row.width() - 2 * BORDER_PX - MARGINS[form][0] - MARGINS[form][2]
        for chip in reversed(chips):
            worded = needed <= room and form is not RowForm.LINE
            if not worded:
                needed += chip.width_px(words=False) - chip.width_px(words=True)
            chip.show_words(worded)
        self._arrange(form, below=below)

    def _arrange(self, form: RowForm, *, below: bool) -> None:
        if (form, below) == (self._form, self._below):
            return
        self._form = form
        self._below = below
        line = form is RowForm.LINE
        policy = QSizePolicy.Policy
        self._badges.setSizePolicy(policy.Fixed if line else policy.Ignored, policy.Fixed)
        self._grid.setContentsMargins(*MARGINS[form])
        restyle(self._row, form=form.value)
        self._number.setMinimumWidth(self._number.fontMetrics().horizontalAdvance(WIDEST_NUMBER))
        self._tag.setMinimumWidth(0)
        self._tag.setMaximumWidth(NO_LIMIT)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self._number, 0, 0)
        self._grid.addWidget(self._where if line else self._badges, 0, 1)
        self._grid.addWidget(self._clock, 0, 3, Qt.AlignmentFlag.AlignRight)
        self._place_rest(form, below=below)

    def _place_rest(self, form: RowForm, *, below: bool) -> None:
        sides = Qt.AlignmentFlag
        match form:
            case RowForm.LINE:
                self._grid.addWidget(self._badges, 0, 2)
                self._grid.addWidget(self._accept, 0, 4)
            case RowForm.TWO_LINES:
                if below:
                    self._grid.addWidget(self._badges, 2, 0, 1, 5)
                self._grid.addWidget(self._where, 1, 0, 1, 4)
                self._grid.addWidget(self._accept, 0, 4, 2, 1, sides.AlignVCenter)
