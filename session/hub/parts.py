# SPDX-License-Identifier: GPL-3.0-only
"""The parts that a hub is given from outside: connection, convention, clock, tasks and
settings. Each package of the hub builds its objects from it (`build(parts, ...)` in its module
`wiring`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from session.bus.hub_connection import HubConnection
from session.core.appointment_model import Appointment, AppointmentPerson
from session.core.clock import Clock
from session.core.tasks import Tasks
from session.hub.access.identities import IdentityBook
from session.hub.access.sightings import Sighting
from session.hub.convention.catalogue import Catalogue
from session.hub.storage.disk_space import DiskSpace
from session.hub.storage.store_space import NO_LIMITS, StoreLimits
from session.protocol.appointments.outside import OutsideOffer, OutsidePlan
from session.protocol.hub.requests import ReleaseAnswer
from session.protocol.wire.roles import Role

TICK_S = 2.0

TIME_ZONE = "Europe/Paris"

COME_S = 300.0
"""How long a called caller has to come once it is the turn and the kiosk is free."""

SILENT_S = 20.0
RETURN_S = 60.0
KIOSK_RETURN_S = 120.0


@dataclass(frozen=True)
class Patience:
    """The time for which silence is borne, in seconds;
    a sign of life comes every 5 s.

    Attributes:
        silent_s: an end of a session that is silent for so long is told to the other one.
        desk_s: a desk that is silent for so long loses its caller to the next agent.
        kiosk_s: a kiosk that is silent for so long has no caller any more, neither waiting nor in
            session.
    """

    silent_s: float = SILENT_S
    desk_s: float = RETURN_S
    kiosk_s: float = KIOSK_RETURN_S


PATIENCE = Patience()
NO_RELEASE = ReleaseAnswer()


class OutsideService(Protocol):
    """Another booking service, as the hub's settings name one. Each question to it may raise
    `OutsideSignOn`, `OutsideRefused` or `OutsideAway`.
    """

    def offer(self, organisation: str) -> OutsideOffer:
        """Return what it is; an empty offer for an organisation that does not book there."""
        ...

    async def token(self, organisation: str, code: str, verifier: str) -> str:
        """Return the token for this code."""
        ...

    async def begin(self, organisation: str, token: str, person: AppointmentPerson) -> OutsidePlan:
        """Make a draft."""
        ...

    async def chosen(
        self, organisation: str, token: str, plan: int, *, person: AppointmentPerson, dossier: str
    ) -> tuple[datetime | None, Appointment | None]:
        """Return the time that was chosen, and the appointment as it stands here by now."""
        ...


@dataclass(frozen=True)
class HubParts:
    """One hub's surroundings; several hubs share the work, all state is in JetStream.

    Attributes:
        connection: connected already.
        folder: private folder for uploads on their way, and for the history.
        tick_s: between two ticks of presence and queue.
        replicas: of each stream; 3 on a cluster.
        database: SQLAlchemy address of the history's database; "" for SQLite in `folder`.
        time_zone: whose days and hours the statistics count.
        rebuild_history: build the history again from the audit.
        network: our name among partners' networks; "" without partners.
        patience: how long silence of a desk or a kiosk is borne.
        come_s: how long a called caller has to come back to the kiosk.
        uploads: folder of uploads on their way; None for one below `folder`.
        library: folder of the documents that agents put before callers; None without any.
        kiosk_key: the public key of a kiosk (home, id); by default the convention's.
        has_key: whether anybody (organisation, role, id) could come in now; by default all.
        disk_space: of the disks that hold the hub's things, ours and the server's.
        limits: how the room of JetStream is shared out.
        release: which release of the programs people are told to get.
        hours, earlier: in which somebody was there, and the last sign of each, of earlier runs.
        backup_age_s: age of the newest backup, as the operators are told.
        book: the register of what operators do; None: nothing is written down.
        outside: another booking service in which agents take appointments; None for none.
    """

    connection: HubConnection
    catalogue: Catalogue
    folder: Path
    clock: Clock
    tasks: Tasks
    tick_s: float = TICK_S
    replicas: int = 1
    database: str = ""
    time_zone: str = TIME_ZONE
    rebuild_history: bool = False
    network: str = ""
    patience: Patience = PATIENCE
    come_s: float = COME_S
    uploads: Path | None = None
    library: Path | None = None
    kiosk_key: Callable[[str, str], str] | None = None
    has_key: Callable[[str, Role, str], bool] = lambda *identity: True
    disk_space: DiskSpace = field(default_factory=DiskSpace)
    limits: StoreLimits = NO_LIMITS
    release: ReleaseAnswer = NO_RELEASE
    hours: Sequence[int] = ()
    earlier: Sequence[Sighting] = ()
    book: IdentityBook | None = None
    backup_age_s: Callable[[], float | None] = lambda: None
    outside: OutsideService | None = None
