# SPDX-License-Identifier: GPL-3.0-only
"""The settings' page "Help": what this window is for, the handbook, its keys, whom to ask.
Used by the settings of every role but the agent's, whose desk has a list of its own.
"""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QWidget

from resources.texts import _
from views.widgets.parts import label, native_keys
from views.widgets.theme import SPACE
from views.workplace.handbook import HandbookLink
from views.workplace.pages import SettingsPage
from views.workplace.role_help import RoleHelp


class HelpPage(SettingsPage):
    """Sentences, the handbook, then keys.

    Args:
        handbook: its page of the role; None where this machine has none.
    """

    def __init__(self, of_role: RoleHelp, handbook: Path | None) -> None:
        super().__init__("settings_help")
        self.add_part(
            _("This window"), *(label(_(words), wrap=True) for words in of_role.sentences)
        )
        if handbook is not None:
            link = HandbookLink("settings_handbook", self)
            words = _("All of it in words, to be read without Internet.")
            self.add_part(_("Handbook"), link.button, link.said, words=words)
            link.show_page(handbook)
        keys = QWidget()
        grid = QGridLayout(keys)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE[2])
        grid.setColumnStretch(1, 1)
        for line, (pressed, what) in enumerate(of_role.keys):
            grid.addWidget(label(native_keys(pressed), "key"), line, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(label(_(what), wrap=True), line, 1)
        self.add_part(_("Keys"), keys)
        self.add_part(
            _("Whom to ask"),
            words=_(
                "Your organisation's help desk. Give it the file that the page “Privacy” makes: "
                "versions, settings without secrets, what was checked; nothing of a caller."
            ),
        )
        self.body.addStretch(1)
