# SPDX-License-Identifier: GPL-3.0-only
"""The look of a program's windows for the person who uses them: dark or light, and how large
the text is. Kept from one day to the next. Used by the wiring of desk, board and helpdesk.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QApplication

from session.core.signals import Signal
from views.widgets.theme import apply_theme, prepare_theme
from views.widgets.window_settings import WindowSettings

TEXT_SIZES = (1.0, 1.25, 1.5, 1.75, 2.0)
"""Text sizes to choose from; WCAG 2.2, 1.4.4 asks for twice the size."""
_THEME, _TEXT_SIZE = "theme", "text_size"


class Appearance:
    """Theme and text size of all windows of this program. A change has effect at once.

    Args:
        application: what is given the look.
        settings: where the choices are kept.
        theme: "dark" or "light", until the person has chosen.

    Attributes:
        changed: what a window draws itself is to be drawn anew.
    """

    def __init__(
        self, application: QApplication, settings: WindowSettings, *, theme: str = "light"
    ) -> None:
        self.changed: Signal[None] = Signal()
        self._application = application
        self._settings = settings
        self.dark = (settings.read(_THEME) or theme) == "dark"
        self.text_size = _text_size(settings.read(_TEXT_SIZE))

    def prepare(self) -> None:
        """Before a large window is built; `apply` follows."""
        prepare_theme(self._application, self.dark, self.text_size)

    def apply(self) -> None:
        """Gives all windows this look."""
        apply_theme(self._application, self.dark, self.text_size)
        self.changed.emit(None)

    def set_dark(self, dark: bool) -> None:
        """The person chose the theme, where the organisation has not."""
        if self._settings.is_fixed(_THEME):
            return
        self.dark = dark
        self._settings.write(_THEME, "dark" if dark else "light")
        self.apply()

    def set_text_size(self, size: float) -> None:
        """The person chose one of `TEXT_SIZES`."""
        self.text_size = size
        self._settings.write(_TEXT_SIZE, f"{size:g}")
        self.apply()


def _text_size(setting: str) -> float:
    """The size that was kept; the usual one where the file says something else."""
    try:
        size = float(setting)
    except ValueError:
        return 1.0
    if size in TEXT_SIZES:
        return size
    return 1.0
