# SPDX-License-Identifier: GPL-3.0-only
"""A number that a caller types, and the field that shows it to the caller alone. Used by the number
page.
"""

from __future__ import annotations

import msgspec
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QFrame, QHBoxLayout

from resources.texts import _
from session.protocol.hub.number_check import (
    FORMS,
    TICKET,
    NumberState,
    check_number,
    grouped,
    next_characters,
)
from views.kiosk.widgets.page_base import BigButton, label, restyle
from views.kiosk.widgets.theme import sized, spaced

MASKED_AFTER_MS = 1000
"""A digit is seen for so long by whoever stands behind the caller."""
MASK = "•"
MISSING = "_"
LONG = 11
"""A number with more characters is shown in smaller type."""


class TypedNumber(msgspec.Struct, frozen=True):
    """The number so far.

    Attributes:
        kind: a key of `FORMS`.
        refused: nobody knows it.
        sent: it is being looked for.
    """

    kind: str
    text: str = ""
    refused: bool = False
    sent: bool = False

    @property
    def state(self) -> NumberState:
        """The state of its form."""
        return check_number(self.kind, self.text)

    @property
    def following(self) -> str:
        """The characters that may follow."""
        return next_characters(self.kind, self.text)

    @property
    def can_be_sent(self) -> bool:
        """True if it is right in form, and sending it is no repetition."""
        is_whole = self.state is NumberState.COMPLETE
        return is_whole and not self.refused and not self.sent


class NumberDisplay(QFrame):
    """The number, masked but for the last character, and the button that shows it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("display")
        self._typed = TypedNumber("allocataire")
        self._in_clear = False
        self._fresh = 0
        self._mask_soon = QTimer(self)
        self._mask_soon.setSingleShot(True)
        self._mask_soon.setInterval(MASKED_AFTER_MS)
        self._mask_soon.timeout.connect(self.hide_last)
        self.number = label("number", centred=True, wrap=False)
        self.number.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.show_number = BigButton("plain", "eye", icon_u=4, margins=(1, 0.2, 1, 0.2))
        self.show_number.setCheckable(True)
        self.show_number.toggled.connect(self._on_show)
        row = spaced(QHBoxLayout(self), (1, 0, 1, 0), 1)
        row.addWidget(self.number, 1)
        row.addWidget(self.show_number)
        sized(self, None, 11.5)

    def show_kind(self, kind: str) -> None:
        """Letters of a size that numbers of this kind have room for."""
        is_long = FORMS[kind].lengths[-1] > LONG
        self.number.setProperty("look", "number-long" if is_long else "number")
        restyle(self.number)

    def show_typed(self, typed: TypedNumber) -> None:
        """The number as it is now."""
        self._typed = typed
        self.show_number.setVisible(typed.kind != TICKET)
        self._show()

    def show_last(self) -> None:
        """A character has come, and is seen for a moment."""
        self._fresh = 1
        self._mask_soon.start()

    def hide_last(self) -> None:
        """Hides the last character too: its second is over."""
        self._fresh = 0
        self._show()

    def _on_show(self, in_clear: bool) -> None:
        self._in_clear = in_clear
        self.retranslate()
        self._show()

    def _show(self) -> None:
        """The number with its last character only, unless the caller asked to see it or it is on a
        slip that everybody sees.
        """
        typed = self._typed
        if self._in_clear or typed.kind == TICKET:
            hidden = 0
        else:
            hidden = len(typed.text) - self._fresh
        missing = max(0, FORMS[typed.kind].lengths[0] - len(typed.text))
        masked = MASK * hidden + typed.text[hidden:] + MISSING * missing
        self.number.setText(grouped(typed.kind, masked))
        if self._in_clear:
            spoken = typed.text
        else:
            spoken = typed.text[hidden:]
        self.number.setAccessibleName(" ".join(spoken))

    def retranslate(self) -> None:
        """Says its button again."""
        self.show_number.set_words(
            "", _("Hide the number") if self._in_clear else _("Show the number")
        )
