# SPDX-License-Identifier: GPL-3.0-only
"""The windows of supervisor and host under a script."""

from __future__ import annotations

from expert_app.board.wiring.program import BoardProgram
from expert_app.board.wiring.site import HostProgram
from expert_app.driven.board import observe_board, observe_host
from expert_app.driven.board_driver import BoardDriver
from expert_app.driven.script import WindowScript
from expert_app.driven.window_driver import WindowDriver


class BoardScript(WindowScript):
    """Notes what a supervisor or a host does and is told."""

    def observe(self, built: object) -> None:
        """Note what happens at the board, or at the host's desk."""
        match built:
            case BoardProgram():
                observe_board(
                    built.app,
                    built.visits.visit,
                    deliveries=built.jobs.deliveries,
                    alert=built.jobs.access_alert,
                    accesses=built.jobs.accesses,
                    doubles=built.jobs.doubles,
                    observations=self.observations,
                )
            case HostProgram():
                observe_host(built.link, self.observations)

    def driver(self, shown: object) -> WindowDriver:
        """Return what acts on the window, and on the one of a visit."""
        if isinstance(shown, BoardProgram):
            return BoardDriver(shown.window, shown.visit_window)
        return super().driver(shown)
