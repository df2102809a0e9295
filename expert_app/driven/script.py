# SPDX-License-Identifier: GPL-3.0-only
"""A script's part in one program: what it observes there, and how it drives the windows. Used by
`windows`, which loads only the one of the program that runs.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from expert_app.driven.observations import Observations
from expert_app.driven.window_driver import WindowDriver


class WindowScript:
    """Observes nothing, and drives a window by the names of its widgets."""

    def __init__(self, observations: Observations) -> None:
        self.observations = observations

    def observe(self, built: object) -> None:
        """Note from now on what happens in a program that is built."""

    def driver(self, shown: object) -> WindowDriver:
        """Return what acts on the window that is shown."""
        window = getattr(shown, "window", None)
        assert isinstance(window, QWidget), type(shown)
        return WindowDriver(window)
