# SPDX-License-Identifier: GPL-3.0-only
"""The programs' safe way to the bus:
the check of their settings and the certificates they believe, and why they are not connected
yet.
No Qt.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from pathlib import Path

from expert_app.runtime.config import DeskSettings, DisplaySettings, KioskSettings
from session.bus.authorities import Authorities
from session.bus.client import BusClient
from session.bus.sealing.client import SealingClient
from session.bus.transport.tls import check_addresses, client_tls
from session.core.clock import Clock
from session.core.tasks import Tasks
from views.words.connection import connecting, service_awaited, why_not_connected


def tls_for(settings: DeskSettings | KioskSettings | DisplaySettings) -> ssl.SSLContext | None:
    """Return the check of the bus's certificate; None for the system's authorities.

    Raises:
        BusNotSafe: an address on another machine without encryption.
        CertificateUnusable: `ca_file` cannot be read or holds no certificate.
    """
    check_addresses(settings.bus)
    return client_tls(Path(settings.ca_file) if settings.ca_file else None)


def desk_bus(
    settings: DeskSettings,
    *,
    seed: bytes,
    clock: Clock,
    tasks: Tasks,
    seals: SealingClient | None = None,
) -> BusClient:
    """Build the connection of the person at this desk; nothing is connected yet.

    Args:
        seals: for organisations that have a vault.

    Raises:
        BusNotSafe, CertificateUnusable: as `tls_for`.
    """
    tls = tls_for(settings)
    bus = BusClient(
        settings.bus,
        settings.bus_role,
        user=settings.user,
        seed=seed,
        tasks=tasks,
        clock=clock,
        tls=tls,
        seals=seals,
    )
    follow_authorities(bus, settings.ca_file, seed, tls=tls)
    return bus


def follow_authorities(
    bus: BusClient, ca_file: str, seed: bytes, *, tls: ssl.SSLContext | None
) -> None:
    """Take the network's next authority into `ca_file` when the hub gives it over this connection.

    Args:
        tls: made from that file; None where there is none: the system's authorities are not ours.
    """
    if tls is not None:
        Authorities(Path(ca_file), tls).follow(bus, seed)


def show_until_connected(
    bus: BusClient, addresses: Sequence[str], show: Callable[[str], None]
) -> None:
    """Shows what is awaited, and why a try failed; who shows it stops once the hub has answered."""
    show(connecting(addresses))
    bus.failed.connect(lambda error: show(why_not_connected(error, addresses)))
    bus.connected.connect(lambda connected: show(service_awaited()) if connected else None)
