# SPDX-License-Identifier: GPL-3.0-only
"""The parts that the program of every role makes first and gives to its jobs and its window.
Used by the programs of desk, board, helpdesk and host.
"""

from __future__ import annotations

from dataclasses import dataclass

from expert_app.runtime.bus_access import desk_bus
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import seals_for
from expert_app.runtime.window_program import Program, own_application
from expert_app.workplace.choices import choices_of
from session.bus.client import BusClient
from session.core.clock import Clock
from session.core.tasks import Tasks
from session.protocol.wire.roles import OF_ORGANISATIONS
from views.widgets.appearance import Appearance
from views.widgets.window_settings import IniSettings


@dataclass(frozen=True, kw_only=True)
class RoleParts:
    """One person's settings and key, the way to the hub, and how the windows look.

    Attributes:
        seed: the person's nkey.
        window_settings: what this person chose in the window.
    """

    settings: DeskSettings
    paths: Paths
    seed: bytes
    program: Program
    bus: BusClient
    window_settings: IniSettings
    appearance: Appearance

    @property
    def clock(self) -> Clock:
        """The program's clock."""
        return self.program.clock

    @property
    def tasks(self) -> Tasks:
        """The program's tasks."""
        return self.program.tasks


def build_role_parts(
    settings: DeskSettings, paths: Paths, *, seed: bytes, program: Program
) -> RoleParts:
    """Makes the parts; nothing is connected yet. Windows are built in the look of this person."""
    seals = None
    if settings.bus_role in OF_ORGANISATIONS:  # dossiers, copies and logs may be a vault's
        seals = seals_for(settings, paths, program.clock)
    bus = desk_bus(settings, seed=seed, clock=program.clock, tasks=program.tasks, seals=seals)
    choices = choices_of(paths)
    appearance = Appearance(own_application(), choices, theme=settings.theme)
    appearance.prepare()
    return RoleParts(
        settings=settings,
        paths=paths,
        seed=seed,
        program=program,
        bus=bus,
        window_settings=choices,
        appearance=appearance,
    )
