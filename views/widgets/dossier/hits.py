# SPDX-License-Identifier: GPL-3.0-only
"""Dossiers that may be the caller's, to choose one. Used by the card that finds a dossier and by
the form that corrects whose it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QListWidget, QListWidgetItem

from resources.plain_text import plain_text
from resources.texts import N_, _
from session.core.dossier_model import DossierHit, HitReason
from views.widgets.dossier.birth_date import french_day
from views.widgets.icons import icon

WHY: dict[HitReason, str] = {
    HitReason.SAME_NAME_AND_BIRTH: N_("same name, same birth date"),
    HitReason.SIMILAR_NAME_AND_BIRTH: N_("similar name, same birth date"),
    HitReason.SAME_NUMBER: N_("same number"),
}
"""What speaks for a hit."""

FRAME_PX, BETWEEN_PX = 3, 2


class HitList(QListWidget):
    """At most a few dossiers; the arrows choose one and Enter takes it.

    Signals: taken(str): number of the dossier. left_upwards(): Up on the first line.
    """

    taken = pyqtSignal(str)
    left_upwards = pyqtSignal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setSpacing(BETWEEN_PX)
        # in the middle of a change of its size the new height would not reach its lines
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._fit)
        self.itemDoubleClicked.connect(lambda _item: self._take())
        self.hide()

    def show_hits(self, hits: Sequence[DossierHit], spoken: str) -> None:
        """Shows these, the first one chosen; `spoken` says what they are."""
        self.clear()
        self.setAccessibleName(spoken)
        for hit in hits:
            item = QListWidgetItem(icon("dossier"), plain_text("\n".join(hit_lines(hit))))
            item.setData(Qt.ItemDataRole.UserRole, hit.number)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(hit_lines(hit)))
            self.addItem(item)
        self.setVisible(bool(hits))
        if hits:
            self.setCurrentRow(0)
            self._fit()

    def chosen(self) -> str:
        """Number of the chosen dossier, or ""."""
        item = self.currentItem()
        if item is not None:
            return str(item.data(Qt.ItemDataRole.UserRole))
        return ""

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """A narrower list needs more lines for its texts."""
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self._soon.start(0)

    def _fit(self) -> None:
        """Make the list as high as its lines: the card scrolls, not the list."""
        self.scheduleDelayedItemsLayout()  # it is done when a place is asked for
        last = self.item(self.count() - 1)
        if last is not None:
            self.setFixedHeight(self.visualItemRect(last).bottom() + BETWEEN_PX + 2 * FRAME_PX)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter takes; Up on the first line goes back to what was typed."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        elif event is not None and event.key() == Qt.Key.Key_Up and self.currentRow() <= 0:
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)

    def _take(self) -> None:
        if number := self.chosen():
            self.taken.emit(number)


def hit_lines(hit: DossierHit) -> list[str]:
    """Return who it is, which dossier, and what speaks for it."""
    who = [hit.caller_name]
    if hit.born_on:
        who.append(_("born on {date}").format(date=french_day(hit.born_on)))
    what = [hit.number]
    if hit.procedure:
        what.append(hit.procedure)
    if hit.provisional:
        what.append(_("provisional"))
    if not hit.has_caller_number:
        what.append(_("without number"))
    # on a line of its own: what wraps by itself may lose its last words
    return [" · ".join(who), " · ".join(what), _(WHY[hit.why])]
