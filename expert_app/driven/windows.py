# SPDX-License-Identifier: GPL-3.0-only
"""Lets a script drive every window of a program, and read what happened there.

Only the script of the program that runs is loaded: the others would make its start longer, which
is measured through a script.
"""

from __future__ import annotations

from expert_app.driven.automation import Automation
from expert_app.driven.observations import Observations
from expert_app.driven.script import WindowScript
from expert_app.runtime.window_program import Program


def drive_windows(program: Program) -> None:
    """Observe and drive from now on what the program builds and shows."""
    driven = _DrivenProgram(program)
    program.built.connect(driven.observe)
    program.shown.connect(driven.drive)


def script_for(program: object, observations: Observations) -> WindowScript:
    """Return the script of the package that the program is of."""
    match type(program).__module__.split("."):
        case ["expert_app", "desk", "wiring", "program"]:
            from expert_app.driven.desk_script import DeskScript

            return DeskScript(observations)
        case ["expert_app", "board", *_]:
            from expert_app.driven.board_script import BoardScript

            return BoardScript(observations)
        case ["expert_app", "helpdesk", *_] | ["expert_app", "commands", "replay"]:
            from expert_app.driven.helpdesk_script import HelpdeskScript

            return HelpdeskScript(observations)
        case ["expert_app", "kiosk", *_]:
            from expert_app.driven.kiosk_script import KioskScript

            return KioskScript(observations)
    return WindowScript(observations)


class _DrivenProgram:
    """The observations of one program, and the commands of its script."""

    def __init__(self, program: Program) -> None:
        self._observations = Observations(program.clock)
        self._automation = Automation(None, self._observations, stop=program.stop.set)
        self._started = False

    def observe(self, built: object) -> None:
        script_for(built, self._observations).observe(built)

    def drive(self, shown: object) -> None:
        """Act on the window that is shown now, and say that it is ready."""
        self._automation.show_window(script_for(shown, self._observations).driver(shown))
        if not self._started:
            self._started = True
            self._automation.start()
        self._automation.send(ready=True)
