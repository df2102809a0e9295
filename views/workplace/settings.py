# SPDX-License-Identifier: GPL-3.0-only
"""The settings of a person: pages by name on the left, the page on the right, each change at once.
Used by the programs of every role, which bring the pages they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QEvent, QTimer, pyqtSignal
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from views.widgets.icons import icon
from views.widgets.parts import column, push_button, row, scroll_area
from views.widgets.theme import SPACE, text_scale

_WIDTH_PX, _HEIGHT_PX, _NAMES_PX, _TITLE_BAR_PX = 860, 620, 190, 40


@dataclass(frozen=True)
class NamedPage:
    """A page with its name and icon in the list."""

    name: str
    icon: str
    page: QWidget


class SettingsWindow(QDialog):
    """Over the window it belongs to; the work behind goes on.

    Signals: about_requested(): which program is this?
    """

    about_requested = pyqtSignal()

    def __init__(self, pages: Sequence[NamedPage], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings")
        self.setWindowTitle(_("Settings"))
        self.setModal(False)
        self._names = QListWidget()
        self._stack = QStackedWidget()
        self._names.setObjectName("settings_pages")
        self._names.setAccessibleName(_("Pages of the settings"))
        for named_page in pages:
            self._names.addItem(QListWidgetItem(icon(named_page.icon), plain_text(named_page.name)))
            self._stack.addWidget(scroll_area(named_page.page))
        self._names.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._about = push_button(_("About the program"), "info", name="settings_about")
        self._about.clicked.connect(self.about_requested)
        close = push_button(_("Close"), kind="primary", name="settings_close")
        close.clicked.connect(self.close)
        for button in (self._about, close):
            button.setAutoDefault(False)
        edge = SPACE[2]
        middle = row(None, self._names, self._stack, space=SPACE[2])
        middle.setStretch(1, 1)
        box = column(self, margins=(edge, edge, edge, edge))
        box.addLayout(middle, 1)
        box.addLayout(row(None, self._about, 0, close))
        self._names.setCurrentRow(0)

    def show_page(self, page: QWidget) -> None:
        """Brings a page to the front."""
        for place in range(self._stack.count()):
            area = self._stack.widget(place)
            if area is not None and area.isAncestorOf(page):
                self._names.setCurrentRow(place)

    def showEvent(self, event: QShowEvent | None) -> None:
        """The keyboard begins at the pages' names."""
        super().showEvent(event)
        self._fit()
        self._names.setFocus()

    def changeEvent(self, event: QEvent | None) -> None:
        """Larger words need more room."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.StyleChange:
            QTimer.singleShot(0, self._fit)

    def _fit(self) -> None:
        scale, screen = max(1.0, text_scale()), self.screen()
        self._names.setFixedWidth(round(_NAMES_PX * scale))
        if screen is not None:
            room = screen.availableGeometry()
            wide = min(round(_WIDTH_PX * scale), room.width())
            high = min(round(_HEIGHT_PX * scale), room.height() - _TITLE_BAR_PX)
            self.resize(max(self.width(), wide), max(self.height(), high))
