# SPDX-License-Identifier: GPL-3.0-only
"""The head of the queue: how many wait, the service and the groups shown.
Used by the queue view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QComboBox, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from session.protocol.hub.requests import Service
from views.desk.queue.groups import GROUP_WORDS, GroupBy
from views.widgets.parts import column, label, name_widget, row, show_clock, steady_figures
from views.widgets.theme import SPACE


class QueueHead(QWidget):
    """What stands above the rows.

    Args:
        changed: called when another service or other groups are to be shown.

    Attributes:
        last: the last part of it that Tab reaches.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__()
        self._count = label(role="title", name="queue_count")
        self._longest = steady_figures(label(role="small", name="queue_longest"))
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
        choices = self._choices = row(None, self._filter, space=SPACE[1])
        choices.setStretch(0, 1)
        choices.addWidget(self._grouping)
        top = row(None, self._count, 0, self._longest)
        column(self, top, choices, margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[1]))

    def _choice(self, name: str, spoken: str) -> QComboBox:
        choice = QComboBox()
        choice.setObjectName(name)
        choice.setAccessibleName(spoken)
        return choice

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Service and groups stand one under the other where their words are wider."""
        super().resizeEvent(event)
        self._stand()

    def _stand(self) -> None:
        metrics = self._filter.fontMetrics()
        groups = [self._grouping.itemText(at) for at in range(self._grouping.count())]
        around_px = self._grouping.sizeHint().width() - max(map(metrics.horizontalAdvance, groups))
        needed_px = (
            metrics.horizontalAdvance(self._filter.itemText(0))
            + around_px
            + SPACE[1]
            + self._grouping.sizeHint().width()
        )
        is_narrow = needed_px > self.width() - 2 * SPACE[2]
        directions = QBoxLayout.Direction
        self._choices.setDirection(directions.TopToBottom if is_narrow else directions.LeftToRight)
        self._choices.setStretch(0, int(not is_narrow))

    def show_count(self, count: str) -> None:
        """Show how many wait; a dash while nobody knows."""
        self._count.setText(_("Waiting: {count}").format(count=count))

    def show_longest(self, longest_s: float | None) -> None:
        """Show the longest wait; None when nobody waits."""
        if longest_s is not None:
            show_clock(self._longest, longest_s, _("Longest wait {time}"))
        else:
            self._longest.setText("")
            name_widget(self._longest, "")

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
