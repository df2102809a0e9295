# SPDX-License-Identifier: GPL-3.0-only
"""Messages and progress at the bottom of the desk's window, instead of pop-ups.
Used by the desk's window.

Lines stack, the newest on top; the same words are not shown twice;
a line with a key replaces the one before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QProgressBar, QWidget

from resources.texts import N_, _
from views.widgets.announcer import announce
from views.widgets.icons import IconLabel
from views.widgets.parts import column, label, name_widget, push_button, restyle, row, tool_button


class Level(StrEnum):
    """The weight of a message."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


STAYS_S: dict[Level, float] = {Level.INFO: 6.0, Level.WARNING: 20.0, Level.ERROR: 0.0}
"""Seconds until a line disappears; 0: it stays until it is dismissed or cleared."""

MAX_LINES = 4
"""More lines push the oldest one without progress out."""

_LOOK = {
    Level.INFO: ("info", "accent"),
    Level.WARNING: ("warning", "warn"),
    Level.ERROR: ("error", "bad"),
}
_WORD = {Level.INFO: N_("Information"), Level.WARNING: N_("Warning"), Level.ERROR: N_("Error")}


@dataclass(frozen=True)
class MessageAction:
    """A thing the person may do about a message: the words of its button and what they start."""

    text: str
    act: Callable[[], None]


class MessageLine(QFrame):
    """One line: icon, plain text, perhaps a bar, perhaps a button, and a cross."""

    dismissed = pyqtSignal()

    def __init__(
        self, level: Level, text: str, *, key: str, actions: Sequence[MessageAction] = ()
    ) -> None:
        super().__init__()
        self.key = key
        self.level = level
        self._leaving = QTimer(self)
        self._leaving.setSingleShot(True)
        self._leaving.timeout.connect(self.dismissed)
        self.setObjectName(f"message_{key}" if key else "message")
        restyle(self, level=level.value)
        self._words = label(text, wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(220)
        self._bar.hide()
        cross = tool_button(_("Dismiss this message"), "close", "message_dismiss")
        cross.clicked.connect(self.dismissed)
        box = row(self, IconLabel(*_LOOK[level], size_px=18), space=10, margins=(14, 4, 8, 4))
        box.addWidget(self._words, 1)
        box.addWidget(self._bar)
        for place, action in enumerate(actions):
            box.addWidget(self._action_button(action, place))
        box.addWidget(cross)
        self.setAccessibleName(f"{_(_WORD[level])}: {text}")

    def _action_button(self, action: MessageAction, place: int) -> QWidget:
        if place:
            name = f"message_action{place + 1}"
        else:
            name = "message_action"
        button = push_button(action.text, kind="plain", name=name)
        # it goes first: what the act says may come in its place
        button.clicked.connect(self.dismissed)
        button.clicked.connect(action.act)
        return button

    def leave_after(self, seconds: float) -> None:
        """Removes the line after so many seconds; 0: it stays."""
        self._leaving.stop()
        if seconds > 0:
            self._leaving.start(round(seconds * 1000))

    def text(self) -> str:
        """The words."""
        return self._words.text()

    def is_progress(self) -> bool:
        """True for a line with a bar."""
        return not self._bar.isHidden()

    def show_progress(self, text: str, percent: int) -> None:
        """Words and 0..100; less than 0 is a bar that only moves."""
        self._words.setText(text)
        self._bar.setRange(0, 0 if percent < 0 else 100)
        self._bar.setValue(max(0, min(100, percent)))
        name_widget(self._bar, text)
        self._bar.show()


class MessageBar(QWidget):
    """The stack of lines; without one it takes no space. A screen reader is told each new one."""

    def __init__(self, stays_s: dict[Level, float] | None = None) -> None:
        super().__init__()
        self.setObjectName("message_bar")
        self._stays_s = stays_s or STAYS_S
        self._lines: list[MessageLine] = []
        self._box = column(self, space=0)
        self.setVisible(False)

    def show_message(
        self,
        level: Level,
        text: str,
        key: str | None = None,
        action: MessageAction | None = None,
        *,
        other: MessageAction | None = None,
        stays: bool = False,
    ) -> None:
        """Shows a line.

        Args:
            level: how much it matters; it also decides how long the line stays.
            text: plain text, shown as it is.
            key: a later line with the same key takes its place.
            action: a button on the line.
            other: a second one.
            stays: until somebody has dismissed it or chosen.
        """
        if key is not None:
            before = self._find(key)
        else:
            before = None
        news = before is None or before.text() != text
        actions = [each for each in (action, other) if each is not None]
        if before is not None and not news and before.level is level and not actions:
            before.leave_after(self._stays_s[level] if not stays else 0)
            return
        if before is not None:
            self._drop(before)
        if any(line.text() == text and line.level == level for line in self._lines):
            return
        line = MessageLine(level, text, key=key or "", actions=actions)
        self._put(line)
        if news:
            announce(self, text, urgent=level is Level.ERROR)
        line.leave_after(self._stays_s[level] if not stays else 0)

    def show_progress(self, key: str, text: str, percent: int) -> None:
        """Shows or moves the bar called `key`: 0..100, less than 0 when nobody knows.
        `clear(key)` ends it.
        """
        line = self._find(key)
        if line is None:
            line = MessageLine(Level.INFO, text, key=key)
            self._put(line)
        line.show_progress(text, percent)

    def clear(self, key: str) -> None:
        """Removes the line called `key`, if it is there."""
        line = self._find(key)
        if line is not None:
            self._drop(line)

    def dismiss_all(self) -> None:
        """Removes every line that is not a progress."""
        for line in [line for line in self._lines if not line.is_progress()]:
            self._drop(line)

    def texts(self) -> list[str]:
        """Return what is shown, newest first."""
        return [line.text() for line in self._lines]

    def _find(self, key: str) -> MessageLine | None:
        return next((line for line in self._lines if key and line.key == key), None)

    def _put(self, line: MessageLine) -> None:
        line.dismissed.connect(lambda: self._drop(line))
        self._lines.insert(0, line)
        self._box.insertWidget(0, line)
        for extra in [old for old in reversed(self._lines) if not old.is_progress()][
            : self._too_many()
        ]:
            self._drop(extra)
        self.setVisible(True)

    def _too_many(self) -> int:
        return max(0, len(self._lines) - MAX_LINES)

    def _drop(self, line: MessageLine) -> None:
        if line not in self._lines:
            return
        self._lines.remove(line)
        self._box.removeWidget(line)
        line.hide()
        line.deleteLater()
        self.setVisible(bool(self._lines))
