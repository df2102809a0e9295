# SPDX-License-Identifier: GPL-3.0-only
"""The words that stand with a list: it is being read, it is truly empty, or it could not be
read, and from when its rows are. Used by every window that shows a list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PyQt6.QtWidgets import QLabel, QWidget

from resources.texts import _
from views.widgets.announcer import announce
from views.widgets.parts import EmptyState, column, label, restyle
from views.widgets.theme import SPACE


def not_read(words: str, at_utc: datetime | None) -> str:
    """Return why something was not read, with the time of its last answer."""
    if at_utc is not None:
        last_read = _("Last read at {time}.").format(time=f"{at_utc.astimezone():%H:%M:%S}")
    else:
        last_read = ""
    return f"{words} {last_read}".strip()


class ListState(QWidget):
    """A list's rows, or what stands in their place.

    Args:
        rows: the widget with the rows.
        empty: stands in their place after an answer without rows, and only then.
        now: the time; an aware one.
        name: of the line that says why the list was not read.
        counts: say how many there are; they say nothing while nobody knows.
    """

    def __init__(
        self,
        rows: QWidget,
        empty: EmptyState,
        *,
        now: Callable[[], datetime],
        name: str,
        counts: Sequence[QLabel] = (),
    ) -> None:
        super().__init__()
        self._rows = rows
        self._empty = empty
        self._now = now
        self._counts = counts
        self._answered_at: datetime | None = None
        self._reading = EmptyState("retry", _("Being read…"), advice="", name=f"{name}_reading")
        self._trouble = label(role="small", name=f"{name}_trouble", wrap=True)
        restyle(self._trouble, tone="bad")
        box = column(self, self._trouble, rows, empty, self._reading, space=SPACE[1])
        for place in range(1, 4):
            box.setStretch(place, 1)
        self._trouble.hide()
        self._show(self._reading)

    @property
    def trouble(self) -> str:
        """Why the list was not read, "" when it was."""
        if self._trouble.isHidden():
            return ""
        return self._trouble.text()

    def show_asked(self) -> None:
        """Something else was asked for: the rows before are no answer to it, and go when none
        comes.
        """
        self._answered_at = None
        if self._rows.isHidden():
            self._show(self._reading)

    def show_answer(self, has_rows: bool) -> None:
        """The list was read."""
        self._answered_at = self._now()
        self._show(self._rows if has_rows else self._empty)
        self._trouble.hide()

    def show_refused(self, words: str) -> None:
        """The list was not read, in words. Rows that were read before stay, with their time."""
        if self._answered_at is None or not self._empty.isHidden():
            self._show(None)  # no answer to this, or nobody knows whether it is still empty
        text = not_read(words, self._answered_at)
        if text != self.trouble:
            self._trouble.setText(text)
            announce(self, text)
        self._trouble.show()

    def _show(self, visible_part: QWidget | None) -> None:
        for part in (self._rows, self._empty, self._reading):
            part.setVisible(part is visible_part)
        for count in self._counts if visible_part is None else ():
            count.setText("")
