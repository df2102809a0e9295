# SPDX-License-Identifier: GPL-3.0-only
"""Builds the kiosk's connection to the hub, and what uses it outside of a conversation.
Part of `expert_app.kiosk.wiring.program`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from expert_app.kiosk.running_session import RunningSession
from expert_app.runtime.bus_access import follow_authorities, tls_for
from expert_app.runtime.config import KioskSettings
from expert_app.runtime.ice_settings import trust_relays
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import KioskSealing, seals_for
from expert_app.runtime.window_program import Program
from session.bus.client import BusClient
from session.kiosk.hub.client import KioskClient
from session.kiosk.hub.host_call import HostCall
from session.kiosk.hub.line_measurement import LineMeasurement, LineReports
from session.protocol.hub.line_rates import LineRates
from session.protocol.wire.roles import Role


@dataclass(frozen=True)
class KioskHub:
    """The kiosk's ways to the hub.

    Attributes:
        bus: the connection.
        link: the kiosk's requests and what the hub says.
        sealing: protects sessions where their organisation wants it.
        host_call: the caller calls the site's host.
        line_measurement: measures the line while nobody is here.
        line_reports: tells the hubs of it.
        is_idle: nobody is here, no ticket waits, the bus is there.
    """

    bus: BusClient
    link: KioskClient
    sealing: KioskSealing
    host_call: HostCall
    line_measurement: LineMeasurement
    line_reports: LineReports
    is_idle: Callable[[], bool]

    async def line_rates(self) -> LineRates | None:
        """Return what the last test of the line has found; before any, test it now."""
        return self.line_reports.rates or await self.line_measurement.measure_now()


def build_hub(
    settings: KioskSettings, paths: Paths, *, seed: bytes, running: RunningSession, program: Program
) -> KioskHub:
    """The kiosk's ways to the hub, not connected yet."""
    clock, tasks = program.clock, program.tasks
    trust_relays(settings.ca_file, paths.data)
    tls = tls_for(settings)
    bus = BusClient(
        settings.bus,
        Role.KIOSK,
        user=settings.user,
        seed=seed,
        tasks=tasks,
        clock=clock,
        tls=tls,
        seals=seals_for(settings, paths, clock),
    )
    follow_authorities(bus, settings.ca_file, seed, tls=tls)
    link = KioskClient(bus, clock, tasks=tasks)

    def is_idle() -> bool:
        return bus.is_connected and link.ticket is None and running.session is None

    line_measurement = LineMeasurement(
        link.bus.ask_once,
        idle=is_idle,
        clock=clock,
        tasks=tasks,
    )
    line_reports = LineReports(bus.set_beat_message)
    line_measurement.measured.connect(line_reports.on_rates)
    return KioskHub(
        bus=bus,
        link=link,
        sealing=KioskSealing(bus, paths, clock=clock, tasks=tasks),
        host_call=HostCall(link, tasks),
        line_measurement=line_measurement,
        line_reports=line_reports,
        is_idle=is_idle,
    )
