# SPDX-License-Identifier: GPL-3.0-only
"""One line above the shared page: address, library, tools. What has no room is in its menu.
Used by the shared page's view; the desk's window puts it into its own bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QFocusEvent, QResizeEvent
from PyQt6.QtWidgets import QAbstractButton, QComboBox, QFrame, QMenu, QSizePolicy, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from views.desk.shared_page.overlay import Tool
from views.desk.shared_page.tools import PageTools
from views.widgets.icons import icon
from views.widgets.parts import Chip, push_button, row, tool_button
from views.widgets.plain_words import face_words, tip_words

ADDRESS_PX = 116
"""The address has at least this, or is left to the library's field."""
_SPACE = 3


def shown_address(address: str) -> str:
    """An address as people read it: without scheme, without the last slash."""
    return address.partition("://")[2].rstrip("/") or address


class _AddressBox(QComboBox):
    """Qt tells of a choice also when a text that is in the list was written, or only left.

    Signals:
        chosen(): an entry of the open list.
    """

    chosen = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._is_open = False
        self.activated.connect(self._on_activated)

    def showPopup(self) -> None:
        """The list opens."""
        self._is_open = True
        super().showPopup()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """The list is closed."""
        self._is_open = False
        super().focusInEvent(event)

    def _on_activated(self) -> None:
        if self._is_open:
            self._is_open = False
            self.chosen.emit()


class PageBar(QFrame):
    """Address, library and tools.

    Signals:
        address_requested(str): open it on the kiosk.
        address_wanted(): the agent wants to write an address, and there is no room for its field.
    """

    address_requested = pyqtSignal(str)
    address_wanted = pyqtSignal()

    def __init__(self, tools: PageTools) -> None:
        super().__init__()
        self.setObjectName("page_tools_bar")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.tools = tools
        self._make_address()
        self.library_button = tool_button(
            _("Library of pages and documents"), "library", "cobrowse_library", keys="Ctrl+B"
        )
        self.file_button = tool_button(
            _("Show a document of yours…"), "document", "cobrowse_show_file", keys="Ctrl+O"
        )
        self.again = tool_button(_("Draw the page again"), "retry", "cobrowse_again")
        self.chip = Chip("cobrowse_state")
        self._more = tool_button(_("More for this page"), "more", "page_more")
        self._menu = QMenu(self)
        self._menu.setObjectName("page_more_menu")
        self._menu.aboutToShow.connect(self._fill_menu)
        self._more.clicked.connect(self._open_menu)
        self._more.hide()
        before = (self.address, self._open, self.library_button, self.file_button)
        box = row(self, *before, tools, self.again, self._more, self.chip, space=_SPACE)
        box.setStretch(0, 1)
        self._gone: list[QWidget] = []
        self._with_chip = True

    def _make_address(self) -> None:
        self._shown = ""
        self.address = _AddressBox()
        self.address.setObjectName("cobrowse_address")
        self.address.setEditable(True)
        self.address.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.address.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.address.setMinimumWidth(ADDRESS_PX)
        self.address.setMaximumWidth(520)
        self.address.setAccessibleName(_("Address to open on the kiosk"))
        self.address.setToolTip(tip_words(f"{_('Address to open on the kiosk')}  (Ctrl+L)"))
        edit = self.address.lineEdit()
        assert edit is not None  # an editable box has one
        edit.setPlaceholderText(_("Address to open on the kiosk"))
        edit.setMaxLength(2000)
        edit.returnPressed.connect(self.open_address)
        self.address.chosen.connect(self.open_address)
        self._open = push_button(_("Open"), "address", name="cobrowse_open")
        self._open.clicked.connect(self.open_address)

    # ---- facts ----

    def set_addresses(self, addresses: Sequence[tuple[str, str]]) -> None:
        """Set what can be opened, as (words, address);
        nothing is proposed before it is chosen.
        """
        edit = self.address.lineEdit()
        if edit is None:
            text = ""
        else:
            text = edit.text()
        self.address.clear()
        for words, address in addresses:
            self.address.addItem(icon("address", "soft"), plain_text(words), address)
        self.address.setCurrentIndex(-1)
        self.address.setEditText(text)

    def show_address(self, address: str, title: str) -> None:
        """The page that is open; what the agent writes, or has written and not opened, stays."""
        edit, text = self.address.lineEdit(), self.address.currentText()
        if edit is None or not (edit.hasFocus() or text not in ("", self._shown)):
            if address:
                self._shown = shown_address(address)
            else:
                self._shown = ""
            self.address.setEditText(self._shown)
            if edit is not None:
                edit.setCursorPosition(0)  # its beginning says more
        words = _("Address to open on the kiosk")
        self.address.setToolTip(
            tip_words("\n".join(part for part in (title, f"{words}  (Ctrl+L)") if part))
        )

    # ---- what the agent does ----

    def edit_address(self) -> None:
        """The keyboard goes to the address."""
        edit = self.address.lineEdit()
        if self.address.isHidden() or edit is None:
            self.address_wanted.emit()
            return
        self.address.setFocus(Qt.FocusReason.ShortcutFocusReason)
        edit.selectAll()

    def whole_address(self, text: str) -> str:
        """An address that was typed or chosen, with a scheme."""
        text = text.strip()
        index = self.address.findText(text)
        if index >= 0:
            return str(self.address.itemData(index))
        if not text or "://" in text:
            return text
        known_addresses = [
            str(self.address.itemData(place)) for place in range(self.address.count())
        ]
        host = text.partition("/")[0]
        same_host = [address for address in known_addresses if urlsplit(address).netloc == host]
        return f"{urlsplit(same_host[0]).scheme if same_host else 'https'}://{text}"

    def open_address(self) -> None:
        """Requests what the field holds."""
        address = self.whole_address(self.address.currentText())
        if address:
            self._shown = self.address.currentText()  # from now on it is the page's
            self.address_requested.emit(address)

    # ---- what there is room for ----

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fits itself into its width."""
        super().resizeEvent(event)
        self.fit()

    def _levels(self) -> list[list[QWidget]]:
        """Return what goes into the menu first, second, and so on."""
        tools = self.tools
        page_buttons = tools.whole
        return [
            [],
            [page_buttons["zoom_out"], page_buttons["zoom_in"], self.again],
            [page_buttons["forward"], page_buttons["marks_remove"]],
            [self.file_button],
            [tools.button(Tool.ARROW), tools.button(Tool.HIGHLIGHT)],
            [page_buttons["reload"]],
            [tools.button(Tool.PROPOSE), page_buttons["back"]],
            [self.address, self._open],
            [tools.button(Tool.LOOK)],
        ]

    def fit(self) -> None:
        """Leaves out no more than must be; words come back where there is room for them."""
        levels = self._levels()
        every = [part for level in levels for part in level]
        always = [self.library_button, *(self.tools.button(t) for t in Tool)]
        widths = {part: _least(part) for part in {*every, *always}}
        room = self.width()
        used = sum(width + _SPACE for width in widths.values()) + 12
        gone: list[QWidget] = []
        for level in levels:
            gone += level
            used -= sum(widths[part] + _SPACE for part in level)
            more = 31 if gone else 0
            if used + more <= room:
                used += more
                break
        for part in every:
            part.setVisible(part not in gone)
        self._more.setVisible(bool(gone))
        self._gone = gone
        self._use_words(room - used)

    def _use_words(self, room_px: int) -> None:
        """The address is worth more than words; what the chip says, the permissions say too."""
        room_px -= 2 * ADDRESS_PX
        for needed, show in (
            (70, self._show_open),
            (self.chip.sizeHint().width() + _SPACE, self._show_chip),
            (self.tools.words_px(), self.tools.show_words),
        ):
            show(room_px >= needed)
            room_px -= needed if room_px >= needed else 0

    def _show_open(self, words: bool) -> None:
        self._open.setText(_("Open") if words else "")

    def _show_chip(self, is_shown: bool) -> None:
        self.chip.setVisible(is_shown and self._with_chip)

    def show_chip(self, is_shown: bool) -> None:
        """Show whether there is a state of the page to be told."""
        self._with_chip = is_shown
        self.fit()

    def _open_menu(self) -> None:
        self._menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _fill_menu(self) -> None:
        self._menu.clear()
        for part in self._gone:
            if isinstance(part, QAbstractButton):
                act = QAction(part.icon(), face_words(part.toolTip()), self._menu)
                act.setEnabled(part.isEnabled())
                act.setCheckable(part.isCheckable())
                act.setChecked(part.isChecked())
                act.triggered.connect(part.click)
                self._menu.addAction(act)


def _least(part: QWidget) -> int:
    """Return how wide a part is at least: a button as its icon."""
    if isinstance(part, QComboBox):
        return ADDRESS_PX
    if part.objectName() == "cobrowse_open":
        return 44
    return 30
