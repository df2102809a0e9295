# SPDX-License-Identifier: GPL-3.0-only
"""A desk's answers to the hub when the helpdesk wants something of it,
and its test of the line. Used by `expert_app.aid` through the desk's wiring.
"""

from __future__ import annotations

from collections.abc import Callable

from session.bus.client import BusClient
from session.core.clock import Clock
from session.protocol.endpoints.line_test import LineTest
from session.protocol.helpdesk.remote_help import RemoteHelpDone, RemoteResult
from session.protocol.hub.line_rates import LineRates


class DeskHelpClient:
    """Over the desk's connection."""

    def __init__(self, bus: BusClient, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    async def report(self, help_id: str, result: RemoteResult) -> None:
        """Tells what came of it."""
        request = RemoteHelpDone(help_id=help_id, result=result)
        await self._bus.ask(request)

    async def measure_line(self, go_on: Callable[[], bool]) -> LineRates | None:
        """Return what the line carries now; None where a caller came meanwhile."""
        return await LineTest(self._bus.ask_once, go_on, clock=self._clock).run()
