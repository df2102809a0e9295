# SPDX-License-Identifier: GPL-3.0-only
"""The groups of the desk's queue: who is in which, and the head above each.
Used by the queue view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PyQt6.QtCore import QEvent, QSize, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QPushButton, QWidget

from resources.texts import N_, _
from session.protocol.hub.tickets import Ticket
from views.widgets.icons import IconLabel
from views.widgets.parts import (
    ElidedLabel,
    label,
    name_widget,
    restyle,
    row,
    show_clock,
    steady_figures,
)
from views.widgets.plain_words import PlainFace, tip_words
from views.words.waits import WaitLimits, minutes_words, wait_style


class GroupBy(StrEnum):
    """The thing that the callers of a group have in common."""

    ARRIVAL = "arrival"
    SERVICE = "service"
    SITE = "site"


GROUP_WORDS = {
    GroupBy.ARRIVAL: N_("By arrival"),
    GroupBy.SERVICE: N_("By service"),
    GroupBy.SITE: N_("By site"),
}

TARGET_PX = 24
"""WCAG 2.2, 2.5.8: the least height of what is pressed."""

MARGIN_PX = 2
"""Above and below the words of a head."""

NEXT, MINE, REST = "next", "mine", "rest"
"""Keys of the groups that are always there; any other is a service's id or a site's name."""


@dataclass(frozen=True)
class QueueSection:
    """Rows that stand together. `key` "" and `NEXT` have no head."""

    key: str
    tickets: Sequence[Ticket]


def sections(
    waiting: Sequence[Ticket],
    by: GroupBy,
    *,
    first: Ticket | None,
    is_mine: Callable[[Ticket], bool],
    services: Sequence[str],
) -> list[QueueSection]:
    """Whom F2 takes, then this agent's own callers, then everybody else, in groups.

    Args:
        waiting: in the order of the queue, which stays within each group.
        services: ids in the organisation's order, which groups of services keep; sites stand by
            their longest wait.
    """
    rest = [ticket for ticket in waiting if ticket is not first]
    mine, others = list[Ticket](), list[Ticket]()
    for ticket in rest:
        (mine if is_mine(ticket) else others).append(ticket)
    if first is not None:
        queue_sections = [QueueSection(NEXT, [first])]
    else:
        queue_sections = []
    if mine:
        queue_sections.append(QueueSection(MINE, mine))
    if by is GroupBy.ARRIVAL:
        # a head is only needed to part them from this agent's own
        if others:
            return [*queue_sections, QueueSection(REST if mine else "", others)]
        return queue_sections
    groups: dict[str, list[Ticket]] = {one: [] for one in services} if by is by.SERVICE else {}
    for ticket in others:
        groups.setdefault(ticket.service if by is by.SERVICE else ticket.site, []).append(ticket)
    return [
        *queue_sections,
        *(QueueSection(key, tickets) for key, tickets in groups.items() if tickets),
    ]


class QueueGroup(PlainFace, QPushButton):
    """The head of a group: what its callers have in common, how many wait, the longest wait.
    Pressed, it folds the group.
    """

    def __init__(self, key: str) -> None:
        super().__init__()
        self.setObjectName(f"queue_group_{key}")
        self.is_folded = False
        self._arrow = IconLabel("down", "soft", size_px=16)
        self._name = ElidedLabel(role="caption")
        self._count = label(role="caption")
        self._icon = IconLabel(size_px=16)
        self._wait = steady_figures(label(role="small"))
        box = row(self, self._arrow, space=6, margins=(6, MARGIN_PX, 8, MARGIN_PX))
        box.addWidget(self._name, 1)
        parts: tuple[QWidget, ...] = (self._count, self._icon, self._wait)
        for part in parts:
            box.addWidget(part)
        for part in (self._arrow, self._name, *parts):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        """Fold or unfold; a box to tick would say "ticked" of what is folded."""
        self.is_folded = not self.is_folded
        self._arrow.set_icon(_arrow(self.is_folded), "soft")

    def event(self, e: QEvent | None) -> bool:
        """A button does not tell its layout when its own parts have grown."""
        if e is not None and e.type() == QEvent.Type.LayoutRequest:
            self._fit()
            self.updateGeometry()
        return super().event(e)

    def _fit(self) -> None:
        """A style sheet sets the least height of buttons, whatever their letters are."""
        if self.minimumHeight() != self._high_px():
            self.setMinimumHeight(self._high_px())

    def sizeHint(self) -> QSize:
        """Return a size as high as its words, and high enough for a mouse."""
        layout = self.layout()
        assert layout is not None
        return QSize(layout.sizeHint().width(), self._high_px())

    def minimumSizeHint(self) -> QSize:
        """Return the size that the layout says, not that of the button's empty text."""
        layout = self.layout()
        assert layout is not None
        return QSize(layout.minimumSize().width(), self._high_px())

    def _high_px(self) -> int:
        words = (self._name, self._count, self._wait)
        for part in words:
            part.ensurePolished()
        letters = max(part.sizeHint().height() for part in words)
        return max(TARGET_PX, letters + 2 * MARGIN_PX)

    def show_group(self, name: str, count: int, longest_s: float, limits: WaitLimits) -> None:
        """The name, how many wait, and the longest wait by the limits of its service."""
        look = wait_style(longest_s, limits)
        self._name.setText(name)
        self._count.setText(str(count))
        self._icon.set_icon(look.icon_name, look.tone or "soft")
        show_clock(self._wait, longest_s)
        restyle(self._wait, tone=look.tone or "soft")
        words = _("{group}: {count} waiting, longest {time}").format(
            group=name, count=count, time=minutes_words(longest_s)
        )
        if self.is_folded:
            state = _("folded")
        else:
            state = _("unfolded")
        name_widget(self, ", ".join(part for part in (words, look.words, state) if part))
        self.setToolTip(tip_words(", ".join(part for part in (name, look.words) if part)))
        self._fit()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter does what Space does."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def _arrow(folded: bool) -> str:
    if folded:
        return "arrow_right"
    return "down"
