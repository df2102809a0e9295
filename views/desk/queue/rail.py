# SPDX-License-Identifier: GPL-3.0-only
"""The queue folded to a strip, during a conversation. Used by the columns of the window."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QFrame

from resources.texts import _
from views.widgets.icons import IconLabel
from views.widgets.parts import (
    column,
    label,
    name_widget,
    show_clock,
    steady_figures,
    tool_button,
)
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE, text_scale
from views.words.waits import minutes_words

RAIL_WIDTH = 44
"""Width of the folded queue, in pixels."""


def rail_width() -> int:
    """Return how wide the folded queue is, for the size of the letters now."""
    return round(RAIL_WIDTH * max(1.0, text_scale()))


class QueueRail(QFrame):
    """The queue folded to a strip: how many wait and how long, and the way back.
    Shown during a conversation.

    Signals:
        expand_requested(): show the whole queue.
    """

    expand_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("queue_rail")
        self.setFixedWidth(rail_width())
        self._open = tool_button(_("Show the queue"), "expand_left", "queue_expand", keys="Ctrl+1")
        self._open.clicked.connect(self.expand_requested)
        self._number = label("–", "large", "rail_count")
        self._connected = False
        self._summary = (0, 0.0)
        self._longest = label("", "small", "rail_longest")
        steady_figures(self._longest)
        box = column(self, space=SPACE[0], margins=(1, SPACE[1], 1, SPACE[1]))
        for part in (
            self._open,
            IconLabel("queue", "soft", size_px=20),
            self._number,
            self._longest,
        ):
            box.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(1)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Set the width again: what is not seen hears nothing of larger letters."""
        self.setFixedWidth(rail_width())
        super().showEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        """Follows the size of the letters."""
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.FontChange:
            self.setFixedWidth(rail_width())

    def show_connection(self, connected: bool) -> None:
        """Show whether the hub answers; without it an empty queue is not known to be empty."""
        self._connected = connected
        self.show_summary(*self._summary)

    def show_summary(self, waiting: int, longest_s: float) -> None:
        """Number of waiting callers and the longest wait in seconds."""
        self._summary = waiting, longest_s
        is_known = self._connected or waiting > 0
        self._number.setText(str(waiting) if is_known else "–")
        if waiting:
            show_clock(self._longest, longest_s)
        else:
            self._longest.setText("")
        spoken = _("{count} waiting, longest {time}").format(
            count=waiting, time=minutes_words(longest_s)
        )
        if not is_known:
            spoken = _("Connection lost")
        name_widget(self, spoken)
        self.setToolTip(tip_words(spoken))
