# SPDX-License-Identifier: GPL-3.0-only
"""Overview, timeline and curves of the line, all over the same stretch of time.
Used by the replay window.
"""

from __future__ import annotations

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QFrame, QWidget

from session.log.playback.opened import OpenedLog
from views.replay.gaps import Gap, conversation
from views.replay.marks import Places
from views.replay.overview import Overview
from views.replay.shown_time import ShownTime
from views.replay.timeline import Timeline
from views.replay.timeline_ground import RIGHT
from views.replay.whole import whole_log
from views.widgets.parts import clock_words, column, scroll_area
from views.widgets.plots.line_curves import LineCurves
from views.widgets.theme import SPACE

CURVES_AFTER_MS = 50
"""What is seen first is painted meanwhile."""
LEAD_S = 3.0
"""So much of the wait stays on the screen where the conversation is shown without it."""


class TimeRows(QFrame):
    """The rows below the page; its timeline tells where the person goes.

    Args:
        log: what is shown at first.

    Attributes:
        time: the stretch that is shown.
    """

    def __init__(self, log: OpenedLog) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._log = log
        self._position_s = 0.0
        self._around_px = 0
        self._curves_wanted = False
        self.time = ShownTime()
        self.timeline = Timeline(self.time)
        self._overview = Overview(self.time)
        self._curves = LineCurves(clock_words, compact=True)
        self._curves.setFixedHeight(196)
        self._curves.hide()
        body = QWidget()
        column(body, self._overview, self.timeline, self._curves, 0, space=SPACE[0])
        self._area = scroll_area(body)
        self._area.setMinimumHeight(120)
        column(self, self._area, margins=(1, SPACE[0], 1, 1))
        self.time.changed.connect(self._on_time_shown)
        self._curves_due = QTimer(self)
        self._curves_due.setSingleShot(True)
        self._curves_due.setInterval(CURVES_AFTER_MS)
        self._curves_due.timeout.connect(self._show_curves)

    def show_log(self, log: OpenedLog) -> None:
        """Another log, all of it; its curves follow."""
        self._log = log
        self.time.set_duration(log.duration_s)
        self._curves_due.start()

    def show_marks(self, marks: Places, gaps: list[Gap]) -> None:
        """Shows these marks of the log."""
        self.timeline.show_marks(self._log, marks, gaps)
        self._overview.show_marks(self._log, marks, self.timeline.gutter)

    def _show_curves(self) -> None:
        """In a turn of the loop of its own: the window never stands still for long."""
        self._curves.show_history(whole_log(self._log).history, 0.0, self._log.duration_s)
        self._on_time_shown()
        self._curves.mark_place(self._position_s)
        self.want_curves(self._curves_wanted)

    def want_curves(self, on: bool) -> None:
        """Shows the curves of the line where there are any, or hides them."""
        self._curves_wanted = on
        self._curves.setVisible(on and bool(self._log.line))
        self._fit_rows()

    def set_two_ends(self, on: bool) -> None:
        """A row for each end, or one for both."""
        self.timeline.set_two_ends(on)
        self._overview.gutter = self.timeline.gutter
        self._on_time_shown()
        self._fit_rows()

    def fit_rows(self, around_px: int) -> None:
        """The rows are seen whole where that leaves the page half of the window's height."""
        self._around_px = around_px
        self._fit_rows()

    def _fit_rows(self) -> None:
        rows_px = self._overview.sizeHint().height() + self.timeline.sizeHint().height() + 12
        rows_px += self._curves.height() if self._curves_wanted else 0
        self.setMaximumHeight(rows_px + 8)
        self._area.setMinimumHeight(min(rows_px, round(self._around_px * 0.46)))

    def mark_place(self, position_s: float) -> None:
        """Mark where the replay is."""
        self._position_s = position_s
        self.timeline.blockSignals(True)
        self.timeline.setValue(round(position_s * 1000))
        self.timeline.blockSignals(False)
        self.timeline.update()
        self._curves.mark_place(position_s)
        self._overview.mark_place(position_s)

    def zoom(self, closer: float) -> None:
        """Zoom so many times closer around the moment, when it is on the screen."""
        at_s = self._position_s
        if not self.time.begin_s <= at_s <= self.time.end_s:
            at_s = (self.time.begin_s + self.time.end_s) / 2
        self.time.zoom(closer, at_s)

    def fit_call(self) -> None:
        """The conversation fills the width; the wait before it is folded away."""
        begin_s, end_s = conversation(self._log)
        if begin_s <= LEAD_S:
            begin_s = 0.0
        self.time.show(max(0.0, begin_s - LEAD_S), max(end_s, self._log.duration_s))

    def _on_time_shown(self) -> None:
        self._curves.show_range(self.time.begin_s, self.time.end_s)
        self._curves.set_edges(self.timeline.gutter, RIGHT)
