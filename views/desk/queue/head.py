# SPDX-License-Identifier: GPL-3.0-only
"""The head of the queue: how many wait, the agent's state, the service and the groups shown.
Used by the queue view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QComboBox, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from session.protocol.hub.requests import Service
from views.desk.acts import ChooseOwnState, QueueAct
from views.desk.queue.groups import GROUP_WORDS, GroupBy
from views.widgets.agent_state import NOT_RESPONDING, PAUSES
from views.widgets.parts import Segments, clock_words, column, label, row, steady_figures
from views.widgets.theme import SPACE

WIDE_LETTERS = 66
"""From so many letters of width on the queue is wide."""


class QueueHead(QWidget):
    """What stands above the rows.

    Args:
        act: told the state that the agent chooses.
        changed: called when another service or other groups are to be shown.

    Attributes:
        last: the last part of it that Tab reaches.
    """

    def __init__(self, act: Callable[[QueueAct], None], changed: Callable[[], None]) -> None:
        super().__init__()
        self._act = act
        self._count = label(role="title", name="queue_count")
        self._longest = steady_figures(label(role="small", name="queue_longest"))
        self._availability = Segments(
            "availability",
            _("My state"),
            choices=[("available", _("Available"), "available"), ("paused", _("Paused"), "paused")],
        )
        self._availability.chosen.connect(self._on_availability)
        self._pause = self._choice("pause_reason", _("Reason of the pause"))
        for code, words in PAUSES:
            self._pause.addItem(_(words), code)
        self._pause.setVisible(False)
        self._pause.activated.connect(lambda: act(ChooseOwnState(False, self._pause.currentData())))
        self._filter = self._choice("queue_filter", _("Show only one service"))
        self._filter.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._filter.setMinimumContentsLength(12)
        self.show_services({})
        self._filter.currentIndexChanged.connect(lambda: changed())
        self.last = self._grouping = self._choice("queue_grouping", _("Groups of the queue"))
        for by, words in GROUP_WORDS.items():
            self._grouping.addItem(_(words), by.value)
        self._grouping.currentIndexChanged.connect(lambda: changed())
        choices = row(None, self._filter, space=SPACE[1])
        choices.setStretch(0, 1)
        choices.addWidget(self._grouping)
        self._top = row(None, row(None, self._count, 0, self._longest), self._availability)
        margins = (SPACE[2], SPACE[2], SPACE[2], SPACE[1])
        column(self, self._top, self._pause, choices, space=SPACE[1], margins=margins)

    def _choice(self, name: str, spoken: str) -> QComboBox:
        choice = QComboBox()
        choice.setObjectName(name)
        choice.setAccessibleName(spoken)
        return choice

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Put the agent's state beside the count where it is wide: more rows are seen."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        parts = (self._count, self._longest, self._availability)
        needed_px = sum(part.sizeHint().width() for part in parts) + 2 * self._top.spacing()
        wide = self.width() >= self.fontMetrics().averageCharWidth() * WIDE_LETTERS
        fits = needed_px <= self.width() - 2 * SPACE[2]
        direction = QBoxLayout.Direction
        self._top.setDirection(direction.LeftToRight if wide and fits else direction.TopToBottom)

    def show_count(self, count: str) -> None:
        """Show how many wait; a dash while nobody knows."""
        self._count.setText(_("Waiting: {count}").format(count=count))

    def show_longest(self, longest_s: float | None) -> None:
        """Show the longest wait; None when nobody waits."""
        words = ""
        if longest_s is not None:
            words = _("Longest wait {time}").format(time=clock_words(longest_s))
        self._longest.setText(words)
        self._arrange()

    def show_services(self, services: Mapping[str, Service]) -> None:
        """Offer each service alone; the chosen one stays if it is still there."""
        chosen = self._filter.currentData()
        self._filter.blockSignals(True)
        self._filter.clear()
        self._filter.addItem(_("All services"), "")
        for service in services.values():
            self._filter.addItem(plain_text(service.name), service.id)
        self._filter.setCurrentIndex(max(0, self._filter.findData(chosen)))
        self._filter.blockSignals(False)

    def service(self) -> str:
        """Return the id of the one service to be shown; "" for all."""
        return self._filter.currentData() or ""

    def group_by(self, by: str) -> None:
        """Shows the groups that this name of `grouping` stands for; arrival for any other."""
        self._grouping.setCurrentIndex(max(0, self._grouping.findData(by)))

    def grouping(self) -> GroupBy:
        """The groups shown, to be remembered."""
        return GroupBy(self._grouping.currentData())

    # ---- the agent's state ----

    def is_available(self) -> bool:
        """True if the agent chose to be available."""
        return self._availability.choice() == "available"

    def set_availability(self, available: bool, reason: str = "") -> None:
        """Shows the agent's state, with the code of a pause's reason, and tells nobody."""
        self._availability.choose("available" if available else "paused")
        self._pause.setVisible(not available and reason != NOT_RESPONDING)
        self._pause.setCurrentIndex(max(0, self._pause.findData(reason)))

    def choose_state(self, available: bool, reason: str) -> None:
        """The agent has chosen its state elsewhere in the window."""
        self.set_availability(available, reason)
        self._act(ChooseOwnState(available, reason))

    def _on_availability(self, key: object) -> None:
        self.choose_state(key == "available", "")
