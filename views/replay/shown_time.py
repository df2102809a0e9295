# SPDX-License-Identifier: GPL-3.0-only
"""Which stretch of a session is on the screen: shared by the timeline, its overview and the curves
of the line, so that the same moment stands at the same place in all.
"""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

LEAST_S = 2.0
"""No closer: a second is then half of the width."""

STEP = 1.6
"""Of one press of a key, or one notch of the wheel."""


class ShownTime(QObject):
    """The stretch of time on the screen, in seconds from the log's first record.

    Signals:
        changed(): another stretch is shown.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.begin_s = 0.0
        self.end_s = 1.0
        self.duration_s = 0.0

    @property
    def length_s(self) -> float:
        """The length of the time that is shown."""
        return self.end_s - self.begin_s

    @property
    def is_all(self) -> bool:
        """True if the whole session is on the screen."""
        return self.begin_s <= 0.0 and self.end_s >= self.duration_s

    def set_duration(self, duration_s: float) -> None:
        """Another session: all of it is shown."""
        self.duration_s = duration_s
        self.begin_s = 0.0
        self.end_s = max(duration_s, 1.0)
        self.changed.emit()

    def show(self, begin_s: float, end_s: float) -> None:
        """Shows a stretch, as far as there is one."""
        whole_s = max(self.duration_s, 1.0)
        length_s = min(max(end_s - begin_s, LEAST_S), whole_s)
        begin_s = min(max(begin_s, 0.0), whole_s - length_s)
        if (begin_s, begin_s + length_s) != (self.begin_s, self.end_s):
            self.begin_s = begin_s
            self.end_s = begin_s + length_s
            self.changed.emit()

    def show_all(self) -> None:
        """Shows the whole session."""
        self.show(0.0, max(self.duration_s, 1.0))

    def zoom(self, closer: float, at_s: float) -> None:
        """Zoom so many times closer (below 1: farther); `at_s` stays where it is."""
        length_s = min(max(self.length_s / closer, LEAST_S), max(self.duration_s, 1.0))
        share = (min(max(at_s, self.begin_s), self.end_s) - self.begin_s) / self.length_s
        begin_s = at_s - share * length_s
        self.show(begin_s, begin_s + length_s)

    def pan(self, by_s: float) -> None:
        """Moves on, or back."""
        self.show(self.begin_s + by_s, self.end_s + by_s)

    def reveal(self, at_s: float) -> None:
        """Turns to the page on which a moment is, when it is on none."""
        if at_s > self.end_s or at_s < self.begin_s:
            margin_s = self.length_s * 0.08
            begin_s = at_s - margin_s
            if at_s < self.begin_s and self.begin_s - at_s < self.length_s:
                begin_s = at_s - self.length_s + margin_s
            self.show(begin_s, begin_s + self.length_s)
