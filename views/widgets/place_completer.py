# SPDX-License-Identifier: GPL-3.0-only
"""Kiosks and desks to choose from, by site and name, for a line that takes an id.
Used by the board's register of accesses and by the helpdesk's help from afar.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QModelIndex, Qt
from PyQt6.QtGui import QAction, QKeySequence, QShortcut, QStandardItem, QStandardItemModel
from PyQt6.QtWidgets import QCompleter, QLineEdit

from resources.plain_text import plain_text
from resources.texts import _
from session.protocol.helpdesk.remote_help import HelpPlace
from views.widgets.icons import icon
from views.widgets.plain_words import tip_words

_ID = Qt.ItemDataRole.UserRole
ROWS = 12
LEAST_PX = 440


class PlaceCompleter(QCompleter):
    """Shows, while somebody types or with Alt+Down, what a hub knows; the line gets the id."""

    def __init__(self, line: QLineEdit) -> None:
        super().__init__(line)
        self._places = QStandardItemModel(self)
        self.setModel(self._places)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(ROWS)
        line.setCompleter(self)
        self._all = QAction(icon("down"), _("Choose from the list (Alt+Down)"), line)
        self._all.triggered.connect(self.show_all)
        line.addAction(self._all, QLineEdit.ActionPosition.TrailingPosition)
        QShortcut(
            QKeySequence("Alt+Down"), line, self.show_all, context=Qt.ShortcutContext.WidgetShortcut
        )
        self.show_places([])

    def show_places(self, places: Sequence[HelpPlace], *, of_all: bool = False) -> None:
        """Offer what can be chosen; `of_all`: each is called "organisation/id"."""
        self._places.clear()
        for place in places:
            item = QStandardItem(plain_text(place_words(place)))
            if of_all:
                name = f"{place.organisation}/{place.id}"
            else:
                name = place.id
            item.setData(name, _ID)
            item.setToolTip(tip_words(name))
            self._places.appendRow(item)
        self._all.setVisible(bool(places))

    def show_all(self) -> None:
        """Opens the whole list."""
        if not self._places.rowCount():
            return
        self.setCompletionPrefix("")
        popup = self.popup()
        if popup is not None:
            popup.setMinimumWidth(LEAST_PX)
        self.complete()

    def words(self) -> list[str]:
        """Return what can be chosen, in words."""
        items = (self._places.item(row) for row in range(self._places.rowCount()))
        return [item.text() for item in items if item is not None]

    def pathFromIndex(self, index: QModelIndex) -> str:
        """Return what the line gets: the id."""
        return str(index.data(_ID))


def place_words(place: HelpPlace) -> str:
    """Say where it is, its name and id, and when it was last seen."""
    if place.name in ("", place.id):
        name = place.id
    else:
        name = f"{place.name} ({place.id})"
    if place.there:
        presence = _("there now")
    elif place.desk:
        presence = _("not there")
    elif place.seen_at_utc is None:
        presence = _("not seen since the hub started")
    else:
        at = place.seen_at_utc.astimezone().strftime("%d/%m %H:%M")
        presence = _("last seen {at}").format(at=at)
    return "  ·  ".join(part for part in (place.site, name, presence) if part)
