# SPDX-License-Identifier: GPL-3.0-only
"""A switch for each power of a question that asks for several at once. Used by the consent panel.

All stand on "yes" when the question is put; the caller's Yes gives those that still do.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QWidget

from resources.texts import _
from session.kiosk.call.consent import Question, ending_with, needed_for
from session.protocol.conversation.messages import Grant
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton
from views.kiosk.widgets.theme import BLUE, GREY, spaced
from views.words.consent import SWITCHES

BOX_U, BOX_GROWS = 7.4, 0.5
"""The sign has a margin of its own: the box in it is 35 px wide on the smallest screen."""


class PowerSwitch(BigButton):
    """One power: a ticked or an empty box, and what the adviser could do."""

    def __init__(self, grant: Grant) -> None:
        box = IconView("checkbox-marked", BOX_U, colour=BLUE, grows=BOX_GROWS)
        super().__init__("plain", box, size="body", wrap=True, margins=(1.4, 0.3, 1.4, 0.3))
        self._box = box
        self.grant = grant
        self.setObjectName(f"switch_{grant.value}")
        self.setCheckable(True)
        self.toggled.connect(self._show_box)

    def _show_box(self, on: bool) -> None:
        name, colour = ("checkbox-marked", BLUE) if on else ("checkbox-blank-outline", GREY)
        self._box.show_icon(name, colour)
        self.retranslate()

    def retranslate(self) -> None:
        """Says its words again."""
        words = _(SWITCHES[self.grant])
        self.set_words(words, spoken=f"{words}, {_('Yes') if self.isChecked() else _('No')}")


class PowerSwitches(QWidget):
    """The switches of one question.

    Signals:
        changed(): the caller touched a switch.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("switches")
        self._question: Question = ()
        self._columns = 2
        self._switches = {grant: PowerSwitch(grant) for grant in Grant}
        self._grid = spaced(QGridLayout(self), (0,), 1)
        for switch in self._switches.values():
            switch.setParent(self)
            switch.hide()
            switch.clicked.connect(lambda on, grant=switch.grant: self._on_switched(grant, on))
        self.hide()

    def show_question(self, question: Question) -> None:
        """Puts the switches of these powers, all on."""
        self._question = question
        for switch in self._switches.values():
            switch.setHidden(switch.grant not in question)
            switch.setChecked(True)
        self._place()
        self.retranslate()

    def set_columns(self, columns: int) -> None:
        """Set how many switches stand side by side."""
        self._columns = columns
        self._place()

    def _place(self) -> None:
        for switch in self._switches.values():
            self._grid.removeWidget(switch)
        for column in range(2):
            self._grid.setColumnStretch(column, int(column < self._columns))
        for place, grant in enumerate(self._question):
            self._grid.addWidget(self._switches[grant], *divmod(place, self._columns))

    @property
    def given(self) -> Question:
        """The powers whose switch is on."""
        return tuple(grant for grant in self._question if self._switches[grant].isChecked())

    def _on_switched(self, grant: Grant, on: bool) -> None:
        """A power over the page is nothing without seeing it."""
        for each in needed_for(grant) if on else ending_with(grant):
            if each in self._question:
                self._switches[each].setChecked(on)
        self.changed.emit()

    def retranslate(self) -> None:
        """Says every text again."""
        for switch in self._switches.values():
            switch.retranslate()
