# SPDX-License-Identifier: GPL-3.0-only
"""Who asks the hub, for tests without the bus: `await calls.call(a_kiosk(), ...)`."""

from __future__ import annotations

from session.hub.access.handlers import Asker
from session.protocol.wire.roles import Role


def a_kiosk(user: str = "kiosk1", organisation: str = "valdore") -> Asker:
    return Asker(organisation, Role.KIOSK, user)


def an_agent(user: str = "alice", organisation: str = "valdore") -> Asker:
    return Asker(organisation, Role.AGENT, user)


def a_supervisor(user: str = "boss", organisation: str = "valdore") -> Asker:
    return Asker(organisation, Role.SUPERVISOR, user)
