# SPDX-License-Identifier: GPL-3.0-only
"""The line on top of the board: organisation, supervisor, connection, theme, settings.
Used by the board's window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QFrame

from resources.texts import _
from views.widgets.icons import IconLabel, icon
from views.widgets.parts import (
    Chip,
    ElidedLabel,
    label,
    name_button,
    row,
    shortcut,
    tool_button,
)
from views.widgets.theme import DARK, SPACE, tokens_for
from views.workplace.connection_chip import ConnectionChip


class BoardHeader(QFrame):
    """The head of the board: whose board this is, and whether the hub answers.

    Signals:
        theme_requested(bool): True for dark.
        settings_pressed(): show the settings. help_pressed(): what the window is for, its keys.
    """

    theme_requested = pyqtSignal(bool)
    settings_pressed = pyqtSignal()
    help_pressed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("board_header")
        self._organisation = ElidedLabel(role="title", name="board_organisation")
        self._name = label(role="body", name="board_name")
        self._line = ConnectionChip("board_connection")
        self._theme = tool_button(_("Dark theme"), "dark", "board_theme")
        self._theme.clicked.connect(
            lambda: self.theme_requested.emit(tokens_for(QGuiApplication.palette()) is not DARK)
        )
        self._settings = tool_button(_("Settings"), "settings", "board_settings", keys="Ctrl+,")
        self._settings.clicked.connect(self.settings_pressed)
        shortcut("Ctrl+,", self._settings, self)
        self._help = tool_button(_("Help"), "help", "board_help", keys="F1")
        self._help.clicked.connect(self.help_pressed)
        shortcut("F1", self._help, self)
        box = row(self, space=SPACE[1], margins=(SPACE[3], 6, SPACE[2], 6))
        box.addWidget(self._organisation, 1)
        for part in (
            IconLabel("agent", "soft", size_px=20),
            self._name,
            Chip("", _("Supervisor"), icon_name="queue", tone="accent"),
            self._line,
        ):
            box.addWidget(part)
        for button in (self._settings, self._theme, self._help):
            box.addWidget(button)
        self._refresh_theme()

    def show_identity(self, organisation: str, supervisor: str) -> None:
        """Names of the organisation and of the supervisor."""
        self._organisation.setText(organisation)
        self._name.setText(supervisor)

    def show_connection(self, connected: bool) -> None:
        """Show whether the hub answers."""
        self._line.show_connection(connected)

    def fix_theme(self) -> None:
        """The organisation has chosen the theme: no other is offered."""
        self._theme.hide()

    def changeEvent(self, a0: QEvent | None) -> None:
        """The theme has changed: the button offers the other one."""
        if a0 is not None and a0.type() == QEvent.Type.PaletteChange:
            self._refresh_theme()
        super().changeEvent(a0)

    def _refresh_theme(self) -> None:
        dark = tokens_for(QGuiApplication.palette()) is DARK
        self._theme.setIcon(icon("light" if dark else "dark"))
        name_button(self._theme, _("Light theme") if dark else _("Dark theme"))
