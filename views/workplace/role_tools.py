# SPDX-License-Identifier: GPL-3.0-only
"""The buttons that end the head of a window, whatever the role: settings, theme, help.
Used by the windows of board, helpdesk and host.
"""

from __future__ import annotations

from enum import Enum, auto

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QToolButton, QWidget

from resources.texts import _
from views.widgets.icons import icon
from views.widgets.parts import name_button, shortcut, tool_button


class RoleAct(Enum):
    """A person's wish that concerns the window as a whole."""

    SETTINGS = auto()
    THEME = auto()
    HELP = auto()


class RoleTools(QObject):
    """The three buttons and their keys; the head arranges them.

    Args:
        head: the keys work in its window.
        prefix: of the buttons' names.

    Signals:
        acted(RoleAct)
    """

    acted = pyqtSignal(object)

    def __init__(self, head: QWidget, prefix: str) -> None:
        super().__init__(head)
        settings = tool_button(_("Settings"), "settings", f"{prefix}_settings", keys="Ctrl+,")
        self.theme = tool_button(_("Light or dark"), "dark", f"{prefix}_theme")
        helps = tool_button(_("Help"), "help", f"{prefix}_help", keys="F1")
        shortcut("Ctrl+,", settings, head)
        shortcut("F1", helps, head)
        settings.clicked.connect(lambda: self.acted.emit(RoleAct.SETTINGS))
        self.theme.clicked.connect(lambda: self.acted.emit(RoleAct.THEME))
        helps.clicked.connect(lambda: self.acted.emit(RoleAct.HELP))
        self.buttons: tuple[QToolButton, ...] = (settings, self.theme, helps)

    def show_theme(self, dark: bool) -> None:
        """Names the theme that the button would choose now."""
        self.theme.setIcon(icon("light" if dark else "dark"))
        name_button(self.theme, _("Light theme") if dark else _("Dark theme"))
