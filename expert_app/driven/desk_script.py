# SPDX-License-Identifier: GPL-3.0-only
"""The desk under a script."""

from __future__ import annotations

from expert_app.desk.wiring.program import Desk
from expert_app.driven.desk import observe_desk
from expert_app.driven.desk_driver import DeskDriver
from expert_app.driven.script import WindowScript
from expert_app.driven.window_driver import WindowDriver


class DeskScript(WindowScript):
    """Notes what an agent does and is told, and acts over the mirrored page too."""

    def observe(self, built: object) -> None:
        """Note what happens at the desk."""
        assert isinstance(built, Desk)
        observe_desk(built.parts, built.jobs, built.screen, self.observations)

    def driver(self, shown: object) -> WindowDriver:
        """Return what acts on the agent's window."""
        assert isinstance(shown, Desk)
        return DeskDriver(shown.screen.window, shown.screen.mirror)
