# SPDX-License-Identifier: GPL-3.0-only
"""The bar that shows how loud a microphone is. Used where devices are tried: in the settings and in
the check before the first caller.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QProgressBar

from resources.texts import _


class LevelBar(QProgressBar):
    """Fills with the voice; a normal one fills about half."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setRange(0, 100)
        self.setTextVisible(False)
        self.setAccessibleName(_("Level of the microphone"))

    def show_level(self, level: float) -> None:
        """RMS of the microphone, 0..1."""
        self.setValue(round(100 * min(1.0, level**0.5 * 1.6)))
