# SPDX-License-Identifier: GPL-3.0-only
"""Two menus by mouse, letter or arrow: why a page is taken out, and how a page is split.
Used by the devices view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QMenu, QWidget

from resources.texts import N_, _
from session.protocol.conversation.page_removal import RemovalReason
from views.widgets.plain_words import face_words

REASON_WORDS: dict[RemovalReason, str] = {
    RemovalReason.BLANK: N_("Blank"),
    RemovalReason.UNREADABLE: N_("Cannot be read"),
    RemovalReason.TWICE: N_("Scanned twice"),
    RemovalReason.NOT_NEEDED: N_("Not needed"),
    RemovalReason.NOT_CALLERS: N_("Not the caller's"),
    RemovalReason.SCANNED_AGAIN: N_("Scanned again"),
    RemovalReason.SPLIT: N_("Split"),
    RemovalReason.NOT_FILED: N_("Not filed when the conversation was finished"),
}

CHOICES = tuple(
    reason
    for reason in RemovalReason
    if reason.value not in ("scanned_again", "split", "not_filed")
)
"""The reasons that a person chooses; the others come with another act."""


class Split(StrEnum):
    """The ways to make two pages of one."""

    SIDE_BY_SIDE = "side_by_side"
    ONE_ABOVE_OTHER = "one_above_other"


SPLIT_WORDS: dict[Split, str] = {
    Split.SIDE_BY_SIDE: N_("Left and right half"),
    Split.ONE_ABOVE_OTHER: N_("Upper and lower half"),
}


def ask_reason(over: QWidget, chosen: Callable[[RemovalReason], object]) -> QMenu:
    """Opens the menu of reasons; the digits 1 to 5 choose too."""
    words = [_(REASON_WORDS[reason]) for reason in CHOICES]
    menu = _menu(over, _("Why is it taken out?"), words, lambda place: chosen(CHOICES[place]))
    menu.setObjectName("removal_menu")
    return menu


def ask_split(over: QWidget, chosen: Callable[[Split], object]) -> QMenu:
    """Opens the menu of ways to split."""
    ways = list(Split)
    words = [_(SPLIT_WORDS[way]) for way in ways]
    menu = _menu(over, _("Split the page"), words, lambda place: chosen(ways[place]))
    menu.setObjectName("split_menu")
    return menu


def _menu(
    over: QWidget, title: str, words: Sequence[str], chosen: Callable[[int], object]
) -> QMenu:
    menu = QMenu(over)
    menu.setAccessibleName(title)
    heading = menu.addAction(face_words(title))
    assert heading is not None
    heading.setEnabled(False)
    menu.addSeparator()
    for place, text in enumerate(words):
        action = menu.addAction(f"&{place + 1}  {face_words(text)}")
        assert action is not None
        action.triggered.connect(lambda _checked, place=place: chosen(place))
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(over.mapToGlobal(QPoint(0, over.height())))
    actions = menu.actions()
    menu.setActiveAction(actions[2])
    return menu
