# SPDX-License-Identifier: GPL-3.0-only
"""One line above the shared page: address, library, tools. What has no room is in its menu.
Used by the shared page's view; the desk's window puts it into its own bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QFocusEvent, QResizeEvent
from PyQt6.QtWidgets import QAbstractButton, QComboBox, QFrame, QMenu, QSizePolicy, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from views.desk.shared_page.overlay import Tool
from views.desk.shared_page.tools import PageTools
from views.widgets.icons import icon
from views.widgets.parts import Chip, ToolButton, push_button, restyle, row, tool_button
from views.widgets.plain_words import face_words, tip_words
from views.widgets.theme import size_icons

ADDRESS_PX = 116
"""The address has at least this, or is left to the library's field."""
_SPACE, _EDGES_PX = 3, 4


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
        self.library_button = _worded(
            tool_button(
                _("Library of pages and documents"), "library", "cobrowse_library", keys="Ctrl+B"
            ),
            _("Library"),
        )
        self.file_button = _worded(
            tool_button(
                _("Show a document of yours…"), "document", "cobrowse_show_file", keys="Ctrl+O"
            ),
            _("Document"),
        )
        self.again = _worded(
            tool_button(_("Redraw the page"), "retry", "cobrowse_again"), _("Redraw")
        )
        self.chip = Chip("cobrowse_state")
        self._more = _worded(tool_button(_("More for this page"), "more", "page_more"), _("More"))
        self._menu = QMenu(self)
        self._menu.setObjectName("page_more_menu")
        self._menu.aboutToShow.connect(self._fill_menu)
        self._more.clicked.connect(self._open_menu)
        self._more.hide()
        before = (self.address, self._open, self.library_button, self.file_button)
        box = row(self, *before, tools, self.again, self._more, self.chip, space=_SPACE)
        box.setStretch(0, 1)
        self._buttons = (
            self.library_button,
            self.file_button,
            *(tools.button(tool) for tool in Tool),
            *tools.whole.values(),
            self.again,
            self._more,
        )
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
        self.address.setAccessibleName(_("Address to open on the kiosk"))
        self.address.setToolTip(tip_words(f"{_('Address to open on the kiosk')}  (Ctrl+L)"))
        edit = self.address.lineEdit()
        assert edit is not None  # an editable box has one
        edit.setPlaceholderText(_("Address to open on the kiosk"))
        edit.setMaxLength(2000)
        edit.returnPressed.connect(self.open_address)
        self.address.chosen.connect(self.open_address)
        self._open = push_button(_("Open"), name="cobrowse_open")
        self._open.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
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
            [page_buttons["back"], page_buttons["reload"]],
            [self._open],
            [tools.button(Tool.ARROW), tools.button(Tool.HIGHLIGHT)],
            [tools.button(Tool.PROPOSE)],
            [self.address],
            [tools.button(Tool.LOOK)],
            [self.library_button],
            [tools.button(Tool.POINT)],
        ]

    def minimumSizeHint(self) -> QSize:
        """Room for address, library and the six tools with their words; the rest has a menu."""
        size = super().minimumSizeHint()
        self._put_words(beside=False)
        parts = (self.address, self.library_button, self._more, *self._tools())
        size.setWidth(sum(_least(part) + _SPACE for part in parts) + _EDGES_PX)
        return size

    def _tools(self) -> list[QWidget]:
        return [self.tools.button(tool) for tool in Tool]

    def fit(self) -> None:
        """Leaves out no more than must be. Words stand under the icons; beside them, and with what
        the page is, where all has room.
        """
        self._put_words(beside=True)
        every = [part for level in self._levels() for part in level]
        shown = [*every, self.tools.button(Tool.CONTROL)]
        room = self.width() - _EDGES_PX
        used = sum(_least(part) + _SPACE for part in shown) + ADDRESS_PX
        gone: list[QWidget] = []
        if used > room:
            self._put_words(beside=False)
            gone, used = self._left_out(shown, room)
        for part in every:
            part.setVisible(part not in gone)
        self._more.setVisible(bool(gone))
        self._gone = gone
        chip_px = self.chip.sizeHint().width() + _SPACE
        self.chip.setVisible(self._with_chip and room - used >= chip_px + ADDRESS_PX)

    def _left_out(self, shown: Sequence[QWidget], room: int) -> tuple[list[QWidget], int]:
        """Return what goes into the menu, and how wide the rest is."""
        used = sum(_least(part) + _SPACE for part in shown)
        gone: list[QWidget] = []
        for level in self._levels():
            gone += level
            used -= sum(_least(part) + _SPACE for part in level)
            more = 0
            if gone:
                more = _least(self._more) + _SPACE
            if used + more <= room:
                break
        return gone, used + more

    def _put_words(self, *, beside: bool) -> None:
        style, icon_px = Qt.ToolButtonStyle.ToolButtonTextUnderIcon, 15
        if beside:
            style, icon_px = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, 18
        for button in self._buttons:
            size_icons(button, icon_px, icon_px)
            button.setToolButtonStyle(style)
            restyle(button, under=not beside)

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
                act.setObjectName(part.objectName())
                act.setEnabled(part.isEnabled())
                act.setCheckable(part.isCheckable())
                act.setChecked(part.isChecked())
                act.triggered.connect(part.click)
                self._menu.addAction(act)


def _worded(button: ToolButton, words: str) -> ToolButton:
    button.setText(words)
    return button


def _least(part: QWidget) -> int:
    """Return how wide a part is at least."""
    if isinstance(part, QComboBox):
        return ADDRESS_PX
    part.ensurePolished()
    return part.sizeHint().width()
