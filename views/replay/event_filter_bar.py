# SPDX-License-Identifier: GPL-3.0-only
"""Which events are looked at: a field for words, the parts, the ends, troubles only. Used by the
replay window.
"""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu, QToolButton, QWidget

from resources.texts import _, ngettext
from session.log.events import Lane, Writer
from views.replay.filters import EventFilter
from views.replay.words import END_NAMES, LANES
from views.widgets.field import HintedLine
from views.widgets.icons import icon
from views.widgets.parts import FlowLayout, column, label, tool_button
from views.widgets.plain_words import face_words, tip_words
from views.widgets.theme import SPACE

TYPED_MS = 120
"""After the last letter; a search is quick, a search per letter is not wanted."""


class EventFilterBar(QWidget):
    """Shows a filter and says when the person changes it.

    Signals:
        changed(EventFilter): what is wanted now.
        next_requested(int): the next (1) or previous (-1) event found.
    """

    changed = pyqtSignal(object)
    next_requested = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.words = HintedLine(_("Search in the events"))
        self.words.setObjectName("replay_search")
        self.words.setAccessibleName(_("Search in the events"))
        self.words.setClearButtonEnabled(True)
        self.words.setToolTip(tip_words(_("Search in the events  (Ctrl+F; Enter: next)")))
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(TYPED_MS)
        self._typed.timeout.connect(self._publish)
        self.words.textChanged.connect(lambda _text: self._typed.start())
        self.words.returnPressed.connect(self._on_return)
        self.troubles = tool_button(
            _("Troubles only"), "error", "replay_troubles_only", keys="P", checkable=True
        )
        self.troubles.toggled.connect(self._publish)
        self._lanes = self._menu(
            _("Parts"),
            "replay_parts",
            ((lane, _(name), icon_name) for lane, (name, icon_name) in LANES.items()),
        )
        self._ends = self._menu(
            _("Ends"), "replay_ends", ((end, _(name), "") for end, name in END_NAMES.items())
        )
        self._count = label("", "soft", name="replay_count")
        first = FlowLayout(self.words, self.troubles, self._lanes, self._ends, space=SPACE[0])
        column(self, first, self._count, space=SPACE[0])

    def _menu(
        self, words: str, name: str, choices: Iterable[tuple[object, str, str]]
    ) -> QToolButton:
        button = tool_button(words, "", name)
        button.setText(words)
        menu = QMenu(button)
        for key, text, icon_name in choices:
            action = QAction(face_words(text), menu)
            action.setCheckable(True)
            action.setData(key)
            if icon_name:
                action.setIcon(icon(icon_name, "soft"))
            action.toggled.connect(self._publish)
            menu.addAction(action)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    @staticmethod
    def _actions(button: QToolButton) -> list[QAction]:
        menu = button.menu()
        assert menu is not None
        return menu.actions()

    def _chosen(self, button: QToolButton) -> list[object]:
        return [action.data() for action in self._actions(button) if action.isChecked()]

    def wanted(self) -> EventFilter:
        """The filter that the fields say."""
        return EventFilter(
            lanes=frozenset(Lane(str(lane)) for lane in self._chosen(self._lanes)),
            writers=frozenset(Writer(str(end)) for end in self._chosen(self._ends)),
            troubles=self.troubles.isChecked(),
            words=self.words.text().strip(),
        )

    def show_filter(self, event_filter: EventFilter) -> None:
        """Shows a filter that the program set, without a signal."""
        self.blockSignals(True)
        if self.words.text().strip() != event_filter.words:
            self.words.setText(event_filter.words)
        self._typed.stop()
        self.troubles.setChecked(event_filter.troubles)
        for action in self._actions(self._lanes):
            action.setChecked(action.data() in event_filter.lanes)
        for action in self._actions(self._ends):
            action.setChecked(action.data() in event_filter.writers)
        self.blockSignals(False)
        self._show_buttons()

    def show_count(self, hits: int, of: int) -> None:
        """Show how many events there are."""
        if hits == of:
            words = ngettext("One event", "{of} events", of)
        else:
            words = ngettext("{found} of one event", "{found} of {of} events", of)
        self._count.setText(words.format(found=_number(hits), of=_number(of)))

    def focus_words(self) -> None:
        """Puts the keyboard into the field."""
        self.words.setFocus()
        self.words.selectAll()

    def _show_buttons(self) -> None:
        for button, words in ((self._lanes, _("Parts")), (self._ends, _("Ends"))):
            count = len(self._chosen(button))
            button.setText(f"{words} ({count})" if count else words)

    def _publish(self) -> None:
        self._typed.stop()
        self._show_buttons()
        self.changed.emit(self.wanted())

    def _on_return(self) -> None:
        self._publish()
        self.next_requested.emit(1)


def _number(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")
