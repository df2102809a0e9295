# SPDX-License-Identifier: GPL-3.0-only
"""The keys that an agent needs most between two callers. Used by the page between two callers."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout

from resources.texts import _
from views.desk.help import named_shortcuts
from views.widgets.keyboard.command_palette import PALETTE_KEYS
from views.widgets.parts import Card, label, native_keys
from views.widgets.theme import SPACE

KEYS = ("F2", "Ctrl+F2", "F3", PALETTE_KEYS, "F1")
"""Of `views.desk.help.SHORTCUTS`, in the order of an agent's day."""


class KeysCard(Card):
    """Five keys, each with what it does; those that this person has chosen."""

    def __init__(self) -> None:
        super().__init__("idle_keys", space=SPACE[1], padding=SPACE[3])
        self.setAccessibleName(_("Keys"))
        self.body.addWidget(label(_("Keys"), "title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE[3])
        grid.setVerticalSpacing(SPACE[1])
        grid.setColumnStretch(1, 1)
        named = named_shortcuts()
        self._labels = [(keys, label(native_keys(keys), "key")) for keys in KEYS]
        for line, (keys, shown) in enumerate(self._labels):
            grid.addWidget(shown, line, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(label(named[keys], wrap=True), line, 1)
        self.body.addLayout(grid)

    def show_keys(self, keys_of: Callable[[str], str]) -> None:
        """Show the keys that hold now; `keys_of` gives those for the usual ones."""
        for keys, shown in self._labels:
            shown.setText(native_keys(keys_of(keys)))
