# SPDX-License-Identifier: GPL-3.0-only
"""The line on top of the kiosk's pages before the conversation: who answers here, and where.
For the kiosk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import label
from views.kiosk.widgets.theme import WHITE, spaced


class KioskHeader(QFrame):
    """The organisation and the site."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("header")
        self._organisation = label("lead", heavy=True)
        self._site = label("small")
        names = spaced(QVBoxLayout(), (0,), 0)
        names.addWidget(self._organisation)
        names.addWidget(self._site)
        row = spaced(QHBoxLayout(self), (4, 1, 4, 1), 1.6)
        row.addWidget(IconView("account-group", 6, colour=WHITE))
        row.addLayout(names, 1)

    def show_names(self, organisation: str, site: str) -> None:
        """The organisation and the site."""
        self._organisation.setText(organisation)
        self._site.setText(site)

    def retranslate(self) -> None:
        """The names are French, whatever the language is, and stand beside the icon."""
        if self.isRightToLeft():
            side = Qt.AlignmentFlag.AlignRight
        else:
            side = Qt.AlignmentFlag.AlignLeft
        for name in (self._organisation, self._site):
            name.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
