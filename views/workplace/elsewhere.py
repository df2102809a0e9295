# SPDX-License-Identifier: GPL-3.0-only
"""The page of a computer that waits because its agent works at another one.
Used by the desk's program.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from resources.texts import _
from views.widgets.announcer import announce
from views.widgets.icons import IconLabel
from views.widgets.parts import Card, label, push_button, row
from views.widgets.theme import SPACE, text_scale

CARD_WIDTH = 520


class ElsewhereView(QWidget):
    """The page that says where the agent works instead, and the button that takes the work
    here.

    Signals: work_here_requested(): this computer instead of the other one.
    """

    work_here_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("elsewhere")
        self._where = label("", name="elsewhere_where", wrap=True)
        self._take = push_button(_("Work here"), "sign_in", "primary", name="elsewhere_take")
        self._take.clicked.connect(self._on_take)
        self._words = label("", name="elsewhere_words", wrap=True)
        self._words.setProperty("tone", "bad")
        self._says = QWidget()
        words_row = row(self._says, IconLabel("error", "bad", size_px=20))
        words_row.addWidget(self._words, 1)
        self._says.hide()
        self._build()

    def show_elsewhere(self, computer: str, *, talks: bool) -> None:
        """Show where the agent works.

        Args:
            computer: what that one calls itself; "" where it does not say.
            talks: a conversation or a wrap-up there is not finished.
        """
        self._says.hide()
        if computer:
            words = _("You work at the computer {computer} now.").format(computer=computer)
        else:
            words = _("You work at another computer now.")
        self._where.setText(words)
        announce(self, words)
        if talks:
            self.show_error(
                _(
                    "A conversation or its wrap-up goes on there. Finish it there, then press "
                    "“Work here”. If that computer has stopped, wait half a minute and press it: "
                    "the conversation goes on here."
                )
            )
        self._take.setEnabled(True)
        self._take.setFocus()

    def show_error(self, text: str) -> None:
        """Why the work did not come here, and what to do."""
        self._take.setEnabled(True)
        self._words.setText(text)
        self._says.show()
        announce(self, text, urgent=True)

    def _on_take(self) -> None:
        self._take.setEnabled(False)
        self._says.hide()
        self.work_here_requested.emit()

    def _build(self) -> None:
        card = Card("elsewhere_card", padding=SPACE[3])
        card.setMaximumWidth(round(CARD_WIDTH * text_scale()))
        waits = _(
            "This one waits: no caller and no message comes here, and nothing that you have done "
            "is lost. “Work here” brings your work here, and the other computer waits."
        )
        for part in (
            label(_("This computer waits"), "large"),
            self._where,
            label(waits, "soft", wrap=True),
            self._says,
            self._take,
        ):
            card.body.addWidget(part)
        middle = row(None)
        middle.addStretch(1)
        middle.addWidget(card, 100)  # as wide as it may be, never wider than the window
        middle.addStretch(1)
        box = QVBoxLayout(self)
        box.addStretch(1)
        box.addLayout(middle)
        box.addStretch(2)
