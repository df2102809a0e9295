# SPDX-License-Identifier: GPL-3.0-only
"""The button that opens the handbook in the browser, and the sentence that names its file. Used by
each window's help; a kiosk has none.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, Qt, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from views.widgets.announcer import announce
from views.widgets.parts import label, push_button


class HandbookLink(QObject):
    """The button, not shown before a page was given, and the sentence, not before it was pressed;
    whoever makes them places them.

    Args:
        name: of the button.
        show_address: opens an address outside; False when nothing here can.
    """

    def __init__(
        self,
        name: str,
        parent: QWidget,
        *,
        show_address: Callable[[QUrl], bool] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__(parent)
        self._show_address = show_address
        self._page: Path | None = None
        self.button = push_button(_("Open the handbook"), "help", name=name)
        self.button.clicked.connect(self._open)
        self.button.hide()
        self.said = label("", "caption", f"{name}_said", wrap=True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.said.hide()

    def show_page(self, page: Path | None) -> None:
        """Offer this page; None where the machine has no handbook."""
        self._page = page
        self.button.setVisible(page is not None)

    def _open(self) -> None:
        """Neither Qt nor the system says whether a browser came up: the file is always named."""
        if self._page is None:
            return
        if self._show_address(QUrl.fromLocalFile(str(self._page))):
            words = _("The handbook opens in the browser. If it does not, open this file: {file}")
        else:
            words = _("No browser was found. Open this file where there is one: {file}")
        self.said.setText(words.format(file=self._page))
        self.said.show()
        announce(self.said, self.said.text())
