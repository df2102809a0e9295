# SPDX-License-Identifier: GPL-3.0-only
"""The replay's buttons: play, event by event, trouble by trouble, speed, zoom, and the time in two
ways. Used by the replay window.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QToolButton, QWidget

from resources.texts import _
from views.widgets.icons import icon
from views.widgets.parts import (
    ElidedLabel,
    Segments,
    label,
    push_button,
    row,
    tool_button,
)
from views.widgets.theme import SPACE

SPEEDS = (0.5, 1, 2, 4, 8, 16)


class ReplayControls(QWidget):
    """Buttons only: the window connects them."""

    def __init__(self) -> None:
        super().__init__()
        self.play = push_button(_("Play"), "mdi6.play", "primary", name="replay_play", keys="Space")
        self.earlier = tool_button(
            _("Previous event"), "mdi6.skip-previous", "replay_previous", keys="Shift+Left"
        )
        self.later = tool_button(
            _("Next event"), "mdi6.skip-next", "replay_next", keys="Shift+Right"
        )
        self.earlier_trouble = tool_button(
            _("Previous trouble"),
            "mdi6.alert-minus-outline",
            "replay_previous_trouble",
            keys="Shift+T",
        )
        self.later_trouble = tool_button(
            _("Next trouble"), "mdi6.alert-plus-outline", "replay_next_trouble", keys="T"
        )
        self.speed = Segments(
            "replay_speed",
            _("Speed"),
            choices=[(speed, f"{speed:g}×".replace(".", ","), "") for speed in SPEEDS],
        )
        self.skip_idle = self._switch(
            _("Skip the time in which nothing happens"), "mdi6.debug-step-over", "skip", "I"
        )
        self.two_ends = self._switch(
            _("Kiosk and desk side by side"), "mdi6.view-split-vertical", "two_ends", "B"
        )
        self.wall_clock = self._switch(
            _("Time of the day"), "mdi6.clock-outline", "wall_clock", "H"
        )
        self.curves = self._switch(_("Curves of the line"), "mdi6.chart-line", "curves", "L")
        self.details = self._switch(
            _("Details of the event"), "mdi6.card-text-outline", "details", "D"
        )
        self.closer = tool_button(
            _("Closer"), "mdi6.magnify-plus-outline", "replay_closer", keys="+"
        )
        self.farther = tool_button(
            _("Farther"), "mdi6.magnify-minus-outline", "replay_farther", keys="-"
        )
        self.whole = tool_button(
            _("The whole log"), "mdi6.arrow-expand-horizontal", "replay_whole", keys="0"
        )
        self.call = tool_button(
            _("The conversation, without the wait before it"), "call", "replay_fit_call", keys="C"
        )
        self._time = label("", "number", "replay_time")
        self._now = ElidedLabel("", "body", name="replay_now")
        self._arrange()

    @staticmethod
    def _switch(words: str, icon_name: str, name: str, keys: str) -> QToolButton:
        return tool_button(words, icon_name, f"replay_{name}", keys=keys, checkable=True)

    def _arrange(self) -> None:
        self._moving = QWidget()
        self._shown = QWidget()
        row(
            self._moving,
            *(self.earlier_trouble, self.earlier, self.play, self.later, self.later_trouble),
            SPACE[0],
            self.speed,
            self.skip_idle,
            SPACE[1],
            self._time,
            0,
            space=SPACE[0],
        )
        second = row(
            self._shown,
            self._now,
            *(self.two_ends, self.wall_clock, self.details, self.curves),
            SPACE[0],
            *(self.call, self.whole, self.farther, self.closer),
            space=SPACE[0],
        )
        second.setStretch(0, 1)
        self._box = row(self, self._moving, self._shown, space=SPACE[1])
        self._box.setStretch(1, 1)

    def minimumSizeHint(self) -> QSize:
        """Room for the wider half: they may stand one under the other."""
        halves = (self._moving.minimumSizeHint(), self._shown.minimumSizeHint())
        return QSize(max(half.width() for half in halves), self._box.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Two lines where one has no room for all."""
        super().resizeEvent(event)
        halves = self._moving.minimumSizeHint().width() + self._shown.minimumSizeHint().width()
        beside = self.width() >= halves + SPACE[1]
        ways = QBoxLayout.Direction
        self._box.setDirection(ways.LeftToRight if beside else ways.TopToBottom)

    def show_play(self, *, playing: bool, enabled: bool) -> None:
        """Show whether it plays, and whether it can."""
        self.play.setText(_("Pause") if playing else _("Play"))
        self.play.setAccessibleName(self.play.text())
        self.play.setIcon(icon("mdi6.pause" if playing else "mdi6.play", "on_accent"))
        self.play.setEnabled(enabled)

    def show_troubles(self, any_: bool) -> None:
        """Show whether there is a trouble to go to."""
        self.earlier_trouble.setEnabled(any_)
        self.later_trouble.setEnabled(any_)

    def show_moment(self, time: str, words: str) -> None:
        """Show where it is, and what happened last."""
        self._time.setText(time)
        self._now.setText(words)
