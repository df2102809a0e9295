# SPDX-License-Identifier: GPL-3.0-only
"""Bookmarks and notes of a conversation, kept where its log is. Used by its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from session.protocol.helpdesk.log_notes import MOST_WORDS, LogNote
from views.helpdesk.page_acts import KeepNote, RemoveNote
from views.widgets.field import HintedLine
from views.widgets.icons import icon
from views.widgets.parts import ElidedLabel, FlowLayout, clock_words, column, push_button, row
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE

_NOTE = Qt.ItemDataRole.UserRole


class NotesPanel(QWidget):
    """The notes that the helpdesk wrote at moments of a conversation.

    Args:
        position_s: where the replay is.

    Signals:
        acted(KeepNote | RemoveNote)
        moment_requested(float): seconds from the log's first record.
    """

    acted = pyqtSignal(object)
    moment_requested = pyqtSignal(float)

    def __init__(self, position_s: Callable[[], float]) -> None:
        super().__init__()
        self.setObjectName("notes")
        self._position_s = position_s
        self._list = QListWidget()
        self._list.setObjectName("notes_list")
        self._list.setAccessibleName(_("Bookmarks and notes"))
        self._list.setWordWrap(True)
        self._list.itemActivated.connect(self._on_item)
        self._list.itemClicked.connect(self._on_item)
        self._list.currentItemChanged.connect(lambda _now, _before: self._allow())
        self._words = HintedLine(_("A note; nothing about the caller"))
        self._words.setObjectName("notes_words")
        self._words.setMaxLength(MOST_WORDS)
        self._words.setAccessibleName(_("A note at this moment"))
        self._words.returnPressed.connect(self._on_add)
        self._add = push_button(_("Keep"), "kept", "plain", name="notes_add")
        self._add.setToolTip(
            tip_words(_("Keeps a bookmark at this moment, with your words if there are any"))
        )
        self._add.clicked.connect(self._on_add)
        self._remove = push_button(_("Remove"), "close", "plain", name="notes_remove")
        self._remove.clicked.connect(self._on_remove)
        head = row(None, ElidedLabel(_("Bookmarks and notes"), "title"), self._remove)
        head.setStretch(0, 1)
        column(
            self,
            head,
            self._list,
            FlowLayout(self._words, self._add),
            space=SPACE[0],
            margins=(SPACE[2], SPACE[1], SPACE[2], SPACE[1]),
        ).setStretch(1, 1)
        self.show_notes(())

    def show_notes(self, notes: Sequence[LogNote], started_at: datetime | None = None) -> None:
        """All that were kept, in the order of their moments."""
        self._list.clear()
        for note in sorted(notes, key=lambda note: note.at_s):
            words = note.words or _("Bookmark")
            item = QListWidgetItem(
                icon("mdi6.bookmark-outline", "accent"),
                plain_text(f"{clock_words(note.at_s)}  {words}  – {note.by_name or note.by}"),
            )
            item.setData(_NOTE, note)
            item.setToolTip(tip_words(f"{note.kept_at_utc.astimezone():%d/%m/%Y %H:%M}"))
            self._list.addItem(item)
        self._allow()

    def show_not_read(self, words: str) -> None:
        """Nobody knows what was noted, and why."""
        self._list.clear()
        item = QListWidgetItem(words)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self._list.addItem(item)
        self._allow()

    def allow(self, allowed: bool) -> None:
        """Set whether notes can be kept: not for a file that came from elsewhere."""
        self.setVisible(allowed)

    def count_notes(self) -> int:
        """Return how many there are."""
        items = map(self._list.item, range(self._list.count()))
        return sum(item is not None and item.data(_NOTE) is not None for item in items)

    def _allow(self) -> None:
        self._remove.setEnabled(self._list.currentItem() is not None)

    def _on_add(self) -> None:
        words = " ".join(self._words.text().split())
        self._words.clear()
        self.acted.emit(KeepNote(self._position_s(), words))

    def _on_item(self, item: QListWidgetItem) -> None:
        note = item.data(_NOTE)
        if isinstance(note, LogNote):
            self.moment_requested.emit(note.at_s)

    def _on_remove(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            note = item.data(_NOTE)
        else:
            note = None
        if isinstance(note, LogNote):
            self.acted.emit(RemoveNote(note.id))
