# SPDX-License-Identifier: GPL-3.0-only
"""The line on top of the board: organisation, supervisor, connection, theme, settings.
Used by the board's window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QFrame

from resources.texts import _
from views.widgets.icons import IconLabel
from views.widgets.parts import Chip, ElidedLabel, label, row
from views.widgets.theme import DARK, SPACE, tokens_for
from views.workplace.connection_chip import ConnectionChip
from views.workplace.role_tools import RoleTools


class BoardHeader(QFrame):
    """The head of the board: whose board this is, and whether the hub answers.

    Attributes:
        tools: settings, theme, help.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("board_header")
        self._organisation = ElidedLabel(role="title", name="board_organisation")
        self._name = label(role="body", name="board_name")
        self.line = ConnectionChip("board_connection")
        self.tools = RoleTools(self, "board")
        box = row(self, space=SPACE[1], margins=(SPACE[3], 6, SPACE[2], 6))
        box.addWidget(self._organisation, 1)
        for part in (
            IconLabel("agent", "soft", size_px=20),
            self._name,
            Chip("", _("Supervisor"), icon_name="queue", tone="accent"),
            self.line,
        ):
            box.addWidget(part)
        for button in self.tools.buttons:
            box.addWidget(button)
        self._refresh_theme()

    def show_identity(self, organisation: str, supervisor: str) -> None:
        """Names of the organisation and of the supervisor."""
        self._organisation.setText(organisation)
        self._name.setText(supervisor)

    def changeEvent(self, a0: QEvent | None) -> None:
        """The theme has changed: the button offers the other one."""
        if a0 is not None and a0.type() == QEvent.Type.PaletteChange:
            self._refresh_theme()
        super().changeEvent(a0)

    def _refresh_theme(self) -> None:
        self.tools.show_theme(tokens_for(QGuiApplication.palette()) is DARK)
