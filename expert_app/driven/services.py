# SPDX-License-Identifier: GPL-3.0-only
"""Lets a script stop a hub or a vault and find the hub's server."""

from __future__ import annotations

from collections.abc import Callable

from expert_app.driven.automation import Automation
from expert_app.driven.observations import Observations, itself
from expert_app.hub.program import HubProgram
from session.core.clock import SystemClock


def drive_service(program: object, stop: Callable[[], None]) -> Callable[[str], None]:
    """Obey a script from now on; returns what tells it that the program is ready."""
    observations = Observations(SystemClock())
    if isinstance(program, HubProgram):
        observations.record(program.server_started, "server", pid=itself)
    automation = Automation(None, observations, stop=stop)
    automation.start()
    return lambda address: automation.send(ready=True, bus=address)
