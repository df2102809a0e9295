# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's window, and the one of a replay, under a script."""

from __future__ import annotations

from expert_app.commands.replay import ReplayProgram
from expert_app.driven.helpdesk import ReplayObserver, observe_helpdesk
from expert_app.driven.script import WindowScript
from expert_app.driven.window_driver import WindowDriver
from expert_app.helpdesk.wiring.program import HelpdeskProgram


class HelpdeskScript(WindowScript):
    """Notes what is read and replayed."""

    def observe(self, built: object) -> None:
        """Note what happens at the helpdesk."""
        if isinstance(built, HelpdeskProgram):
            observe_helpdesk(built, self.observations)

    def driver(self, shown: object) -> WindowDriver:
        """Return what acts on the window; of a replay, what it shows is noted from now on."""
        if isinstance(shown, ReplayProgram):
            ReplayObserver(shown, self.observations)
        return super().driver(shown)
