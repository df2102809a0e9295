# SPDX-License-Identifier: GPL-3.0-only
"""The line on top of the desk: organisation, agent, connection, and the commands of the window.
Used by the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QFrame

from resources.texts import _
from views.widgets.agent_state import StateButton
from views.widgets.icons import IconLabel, icon
from views.widgets.keyboard.command_palette import PALETTE_KEYS
from views.widgets.parts import (
    ElidedLabel,
    column,
    label,
    name_button,
    restyle,
    row,
    shortcut,
    tool_button,
)
from views.widgets.theme import DARK, SPACE, tokens_for
from views.workplace.connection_chip import ConnectionChip


class DeskHeader(QFrame):
    """The head of the desk: who works here, and whether the hub answers.

    Signals:
        queue_pressed(), side_pressed(): show or fold a panel.
        theme_requested(bool): True for dark.
        settings_pressed(): show text size, camera, microphone and loudspeaker.
        help_pressed(): show the shortcuts. palette_pressed(): find anything to do.
        sign_out_pressed(): this computer shall no longer be known.
        acted(object): what the agent chose by the button of its state.

    Attributes:
        state: the agent's state, and what a supervisor is asked for.
        colleagues: opens what colleagues write; it shows how much of it was not read.
        theme: hidden where the organisation has chosen it.
        side: disabled where there is no right side to show or fold.
        commands: the window's own, beside the agent's name.
    """

    queue_pressed = pyqtSignal()
    side_pressed = pyqtSignal()
    theme_requested = pyqtSignal(bool)
    help_pressed = pyqtSignal()
    palette_pressed = pyqtSignal()
    settings_pressed = pyqtSignal()
    sign_out_pressed = pyqtSignal()
    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("desk_header")
        self._organisation = ElidedLabel(role="title", name="header_organisation")
        self._agent = label(role="body", name="header_agent")
        self.state = StateButton()
        self.state.acted.connect(self.acted)
        self._line = ConnectionChip("header_connection")
        self._narrow = self._connected = False
        self._queue = tool_button(
            _("Show or fold the queue"), "queue", "toggle_queue", keys="Ctrl+1"
        )
        self.side = tool_button(
            _("Show or fold dossier and devices"), "dossier", "toggle_side", keys="Shift+F6"
        )
        self.theme = tool_button(_("Dark theme"), "dark", "toggle_theme")
        self.colleagues = tool_button("", "written", "show_memos", keys="Ctrl+7")
        self.colleagues.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        shortcut("Ctrl+7", self.colleagues, self)
        self.show_unread(0)
        self._help = tool_button(_("Shortcuts"), "keyboard", "show_help", keys="F1")
        self._queue.clicked.connect(self.queue_pressed)
        self.side.clicked.connect(self.side_pressed)
        self.theme.clicked.connect(
            lambda: self.theme_requested.emit(tokens_for(QGuiApplication.palette()) is not DARK)
        )
        self._help.clicked.connect(self.help_pressed)
        self._find = tool_button(
            _("Find anything to do"), "search", "show_palette", keys=PALETTE_KEYS
        )
        self._find.clicked.connect(self.palette_pressed)
        self._settings = tool_button(
            _("Settings: text size, camera, microphone"), "settings", "show_media", keys="Ctrl+,"
        )
        self._settings.clicked.connect(self.settings_pressed)
        shortcut("Ctrl+,", self._settings, self)
        self._sign_out = tool_button(_("Sign out"), "sign_out", "sign_out")
        self._sign_out.clicked.connect(self.sign_out_pressed)
        self._build()
        self.show_connection(False)
        self.state.show_state(_("Available"), "available", "good")
        self.refresh_theme()

    def show_identity(self, organisation: str, agent: str) -> None:
        """Names of the organisation and of the agent."""
        self._organisation.setText(organisation)
        self._agent.setText(agent)

    def show_connection(self, connected: bool) -> None:
        """Show whether the hub answers."""
        self._connected = connected
        self._line.show_words(not self._narrow or not connected)
        if connected:
            self.state.show()
        self._line.show_connection(connected)

    def show_access_refused(self) -> None:
        """The network no longer knows this computer; whoever sits here has no state any more."""
        self.state.hide()
        self._line.show_state(_("Access withdrawn"), "warning", "bad")

    def show_unread(self, count: int) -> None:
        """Show how many memos of colleagues were not read yet."""
        words = _("Write to colleagues and supervisors")
        if count:
            words = _("{act}, not read: {count}").format(act=words, count=count)
        self.colleagues.setText(str(count or ""))
        self.colleagues.setIcon(icon("written", "accent" if count else "text"))
        restyle(self.colleagues, unread=bool(count))
        name_button(self.colleagues, words, "Ctrl+7")

    def refresh_theme(self) -> None:
        """The button offers the other theme."""
        dark = tokens_for(QGuiApplication.palette()) is DARK
        self.theme.setIcon(icon("light" if dark else "dark"))
        name_button(self.theme, _("Light theme") if dark else _("Dark theme"))

    def set_narrow(self, narrow: bool) -> None:
        """A narrow window has the commands; the agent knows their own name."""
        for part in (self._agent_icon, self._agent):
            part.setVisible(not narrow)
        self._narrow = narrow
        self._line.show_words(not narrow or not self._connected)

    def _build(self) -> None:
        self.commands = row(None)
        box = row(self, self._queue, space=SPACE[1], margins=(SPACE[1], 6, SPACE[1], 6))
        box.addLayout(column(None, self._organisation, space=0), 1)
        box.addLayout(self.commands)
        box.addSpacing(SPACE[1])
        self._agent_icon = IconLabel("agent", "soft", size_px=20)
        for part in (self._agent_icon, self._agent, self.state, self._line):
            box.addWidget(part)
        box.addSpacing(SPACE[1])
        box.addLayout(
            row(
                None,
                *(
                    self.colleagues,
                    self._find,
                    self._settings,
                    self.theme,
                    self._help,
                    self._sign_out,
                    self.side,
                ),
                space=2,
            )
        )
