# SPDX-License-Identifier: GPL-3.0-only
"""The caller's page as a list in the order of reading: headings, links, fields with what they hold,
cells of tables. For an agent who does not see the page, or has no mouse.

Used by the shared page's view, beside the mirror. A letter goes to the next line of its kind; Enter
does there what a click with the tool in hand does.
"""

from __future__ import annotations

import msgspec
from PyQt6 import sip
from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QListWidget, QListWidgetItem

from resources.texts import _
from views.desk.shared_page.marks import Focus
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.page_words import PageParts, listed
from views.widgets.parts import column, label
from views.widgets.theme import SPACE

LOOK_MS = 1_500
"""Between two looks at the page, while the list is open."""
WIDTH_PX = 320

_parts = msgspec.json.Decoder(PageParts)
_NODE = Qt.ItemDataRole.UserRole


class PageContents(QFrame):
    """The list; hidden until it is opened.

    Signals:
        closed(): the keyboard belongs to the page again.
    """

    closed = pyqtSignal()

    def __init__(self, mirror: MirrorPane) -> None:
        super().__init__()
        self.setObjectName("page_contents")
        self.setFixedWidth(WIDTH_PX)
        self._mirror = mirror
        self._focused = 0
        self._wants_keyboard = False
        words = _("Contents of the page")
        self.lines = QListWidget()
        self.lines.setObjectName("page_contents_lines")
        self.lines.setAccessibleName(words)
        self.lines.setWordWrap(True)
        self.lines.itemActivated.connect(self._on_activated)
        column(self, label(words, "title"), self.lines, margins=(SPACE[1],) * 4)
        self._looking = QTimer(self)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._look)
        mirror.focus.told.connect(self._on_focus)
        self.hide()

    def toggle(self) -> None:
        """Opens the list with the keyboard in it; closes it when the keyboard is there."""
        if self.lines.hasFocus():
            self.close_list()
            return
        self.show()
        self._wants_keyboard = True
        self._looking.start()
        self._look()

    def close_list(self) -> None:
        """Hides the list and forgets what it showed."""
        self._looking.stop()
        if self.lines.hasFocus():
            self.closed.emit()  # first: else the keyboard is nowhere, and the window is said
        self.hide()
        self.lines.clear()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape goes back to the page."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.close_list()
        else:
            super().keyPressEvent(event)

    # ---- what it shows ----

    def _on_focus(self, place: Focus) -> None:
        self._focused = place.id

    def _look(self) -> None:
        self._mirror.engine.run("pageParts()", self._on_parts)

    def _on_parts(self, answer: object) -> None:
        if sip.isdeleted(self) or self.isHidden():
            return
        page = _parts.decode(answer) if isinstance(answer, str) else PageParts(parts=[])
        here = self._node_here()
        if self._wants_keyboard:  # first: only then the line is told to a screen reader
            self._wants_keyboard = False
            self.lines.setFocus(Qt.FocusReason.ShortcutFocusReason)
            here = self._focused or here
        self._show_parts(page)
        self._choose(here)

    def _show_parts(self, page: PageParts) -> None:
        """Changes only the lines that say something else: the keyboard stays at its part."""
        lines = [(part.node, listed(part)) for part in page.parts] or [
            (0, _("Nothing to read on this page"))
        ]
        if page.more:
            lines.append((0, _("The rest of this page is not listed.")))
        while self.lines.count() > len(lines):
            self.lines.takeItem(self.lines.count() - 1)
        while self.lines.count() < len(lines):
            self.lines.addItem(QListWidgetItem())
        for place, (node, words) in enumerate(lines):
            item = self.lines.item(place)
            assert item is not None
            item.setData(_NODE, node)
            if item.text() != words:
                item.setText(words)

    def _node_here(self) -> int:
        item = self.lines.currentItem()
        return int(item.data(_NODE)) if item is not None else 0

    def _choose(self, node: int) -> None:
        """Goes to the line of a node; stays where it is when there is none."""
        if node > 0 and node != self._node_here():
            for place in range(self.lines.count()):
                item = self.lines.item(place)
                if item is not None and item.data(_NODE) == node:
                    self.lines.setCurrentRow(place)
                    return
        if self.lines.currentRow() < 0:
            self.lines.setCurrentRow(0)

    def _on_activated(self, item: QListWidgetItem) -> None:
        node = int(item.data(_NODE))
        if node > 0:
            self._mirror.setFocus(Qt.FocusReason.OtherFocusReason)
            self._mirror.pick_node(node)
