# SPDX-License-Identifier: GPL-3.0-only
"""The organisation's library at the desk: addresses, forms and documents that are found by words
and shown to the caller.

Used by the shared page's view. Accents and case of letters do not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QProgressBar

from resources.plain_text import plain_text
from resources.texts import N_, _
from session.core.clock import Clock
from session.protocol.dossier.library import LibraryItem, LibraryKind
from views.widgets.icons import icon
from views.widgets.list_state import not_read
from views.widgets.parts import column, label, row, tool_button
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE, size_icons
from views.words.fuzzy_search import plain

_KINDS: dict[LibraryKind, tuple[str, str]] = {
    LibraryKind.PAGE: (N_("web page"), "address"),
    LibraryKind.FORM: (N_("form"), "form"),
    LibraryKind.DOCUMENT: (N_("document"), "document"),
}
HEIGHT_PX, WHOLE_PX = 250, 640
"""Over a page, and in the place of one."""
_ITEM_ID = Qt.ItemDataRole.UserRole
_ADDRESS = Qt.ItemDataRole.UserRole + 1


def found(items: Sequence[LibraryItem], query: str) -> list[LibraryItem]:
    """Items with every word; items with the words in their title come first."""
    words = plain(query).split()
    hits = [
        item
        for item in items
        if all(word in plain(f"{item.title} {item.words} {item.address}") for word in words)
    ]
    return sorted(hits, key=lambda item: not all(word in plain(item.title) for word in words))


def _is_address(text: str) -> bool:
    """True if what was written is an address, not words to search."""
    return " " not in text and ("://" in text or "." in text.strip("."))


class LibraryPanel(QFrame):
    """A field to search and what was found.

    Signals:
        push_requested(item_id): put this before the caller.
        cancel_requested(): what is being made ready is not wanted any more.
        address_requested(str): no entry, but an address that was written here.
        items_changed(): the library is another one.
        closed(): the panel goes away.

    Attributes:
        items: the library.
        is_whole: it stands in the place of a page, and does not go away.
    """

    push_requested = pyqtSignal(str)
    cancel_requested = pyqtSignal()
    address_requested = pyqtSignal(str)
    items_changed = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("library_panel")
        self.items: list[LibraryItem] = []
        self._clock = clock
        self._read_at: datetime | None = None
        self._trouble = ""
        self.is_whole = self._wanted_whole = self._opened = self._stays = False
        self.search = QLineEdit()
        self.search.setObjectName("library_search")
        self.search.setPlaceholderText(_("Search the library"))
        self.search.setAccessibleName(_("Search the library"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self._fill())
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("library_list")
        self.list.setAccessibleName(_("Library"))
        size_icons(self.list, 18, 18)
        self.list.setSpacing(3)  # rows of 24 px and more (WCAG 2.2, 2.5.8)
        self.list.itemClicked.connect(self._on_chosen)
        self.list.installEventFilter(self)
        self._none = label("", "soft", "library_none", wrap=True)
        self._close = tool_button(_("Close the library"), "close", "library_close", keys="Esc")
        self._close.clicked.connect(self.close_panel)
        self._build_progress()
        margins = (SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        column(
            self,
            row(None, self.search, self._close),
            self._none,
            self.list,
            space=6,
            margins=margins,
        )
        self.setMaximumHeight(HEIGHT_PX)
        self.hide()

    def _build_progress(self) -> None:
        """The progress stands outside of the panel, because the work goes on when it is closed."""
        self.progress = QFrame()
        self.progress.setObjectName("library_progress")
        self._words = label("", "small", "library_words")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(8)
        cancel = tool_button(_("Cancel"), "cancel", "library_cancel")
        cancel.clicked.connect(self.cancel_requested)
        row(self.progress, self._words, self._bar, cancel, margins=(SPACE[2], 4, SPACE[2], 4))
        self.progress.hide()

    # ---- facts ----

    def show_items(self, items: Sequence[LibraryItem]) -> None:
        """The library as it is now."""
        self._read_at = self._clock.utc_now()
        self._trouble = ""
        self.items = list(items)
        self._fill()
        self.show_whole(self._wanted_whole)
        self.items_changed.emit()

    def address_of(self, item_id: str) -> str:
        """Return what an entry opens; "" for a document."""
        return next((item.address for item in self.items if item.id == item_id), "")

    def show_not_read(self, words: str) -> None:
        """It was not read, and why; what is here is older."""
        self._trouble = not_read(words, self._read_at)
        self._fill()

    def show_fetching(self, title: str, percent: int) -> None:
        """A document is being made ready; `percent` -1: nobody knows how far."""
        self._words.setText(_("Preparing “{title}”…").format(title=title))
        self._bar.setRange(0, 0 if percent < 0 else 100)
        self._bar.setValue(max(0, percent))
        self.progress.show()

    @property
    def is_opened(self) -> bool:
        """True while the agent has opened it over a page."""
        return self._opened and not self._stays and not self.is_whole

    def open_panel(self) -> None:
        """Shows the panel, with the keyboard in its field; it stays until something is chosen or it
        is closed, also when a page comes meanwhile.
        """
        self._opened = True
        self._stays = False
        self.search.clear()
        self._fill()
        self.show()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_whole(self, is_whole: bool) -> None:
        """Stands in the place of a page that is not there, with all the room it has; an empty
        library has nothing to offer.
        """
        self._wanted_whole = is_whole
        is_whole = is_whole and bool(self.items)
        if is_whole == self.is_whole:
            return
        self.is_whole = is_whole
        self.setMaximumHeight(WHOLE_PX if is_whole else HEIGHT_PX)
        self._close.setVisible(not is_whole)
        self.setVisible(is_whole or self._opened)

    def stay(self, stays: bool) -> None:
        """Remains, where it has all the room, over the page that comes: nothing is done yet at the
        one that both begin with. It goes with that page, unless somebody searches.
        """
        if stays and self.is_whole:
            self._opened = self._stays = True
        elif not stays and self._stays:
            self._stays = False
            self._opened = bool(self.search.text())
            self.setVisible(self.is_whole or self._opened)

    def close_panel(self) -> None:
        """Hides the panel, but where there is no page to be seen instead."""
        self._opened = False
        if not self.isHidden() and not self.is_whole:
            self.hide()
            self.closed.emit()

    # ---- what is seen ----

    def _fill(self) -> None:
        self.list.clear()
        hits = found(self.items, self.search.text())
        for item in hits:
            words, icon_name = _KINDS[item.kind]
            shown = plain_text(f"{item.title}   ·   {_(words)}")
            row_item = QListWidgetItem(icon(icon_name), shown)
            row_item.setData(_ITEM_ID, item.id)
            row_item.setToolTip(tip_words(item.address or _("Shown page by page")))
            self.list.addItem(row_item)
        query = self.search.text().strip()
        if _is_address(query):
            words = _("Open the address {address}").format(address=query)
            row_item = QListWidgetItem(icon("address", "accent"), plain_text(words))
            row_item.setData(_ADDRESS, query)
            self.list.addItem(row_item)
        if self.list.count():
            self.list.setCurrentRow(0)
        hits_or_address = bool(self.list.count())
        self.list.setVisible(hits_or_address)
        if self._trouble:
            self._none.setText(self._trouble)
        elif self._read_at is None:
            self._none.setText(_("Being read…"))
        elif not self.items:
            self._none.setText(
                _("Your organisation's library is empty. Whoever keeps its convention can fill it.")
            )
        else:
            self._none.setText(_("Nothing in the library has these words."))
        self._none.setVisible(bool(self._trouble) or not hits_or_address)

    # ---- what the agent does ----

    def _on_chosen(self, chosen: QListWidgetItem) -> None:
        address = chosen.data(_ADDRESS)
        self.close_panel()
        if address:
            self.address_requested.emit(str(address))
        else:
            self.push_requested.emit(str(chosen.data(_ITEM_ID)))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Arrows move in the list from the field too; Enter puts what is marked before the caller;
        Escape closes.
        """
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            current = self.list.currentItem()
            if current is not None:
                self._on_chosen(current)
        elif step is not None and watched is self.search:
            self.list.setCurrentRow(
                min(max(self.list.currentRow() + step, 0), self.list.count() - 1)
            )
        else:
            return super().eventFilter(watched, event)
        return True
