# SPDX-License-Identifier: GPL-3.0-only
"""Builds the stores that several packages of the hub share. Used by `session.hub.composition`."""

from __future__ import annotations

from dataclasses import dataclass

from session.bus.hub_connection import HubConnection
from session.core.clock import Clock
from session.core.tasks import Tasks
from session.hub.storage.board_store import NatsBoardStore
from session.hub.storage.lease import Lease
from session.hub.storage.store_space import StoreLimits, StoreSpace
from session.hub.storage.ticket_store import NatsCallerStore, NatsTicketStore


@dataclass(frozen=True)
class Stores:
    """Streams of JetStream.

    Attributes:
        board: decisions of supervisors and operators, and what agents say of themselves.
        lease: held by the one hub that offers callers to agents.
        space: how much room there is.
    """

    tickets: NatsTicketStore
    callers: NatsCallerStore
    board: NatsBoardStore
    lease: Lease
    space: StoreSpace


def build(
    connection: HubConnection, tasks: Tasks, *, clock: Clock, replicas: int, limits: StoreLimits
) -> Stores:
    """Nothing is read or written before `prepare` and `follow`."""
    return Stores(
        tickets=NatsTicketStore(connection, tasks, replicas=replicas),
        callers=NatsCallerStore(connection, replicas),
        board=NatsBoardStore(connection, tasks, replicas=replicas, limits=limits),
        lease=Lease(connection, "dispatch", tasks=tasks, replicas=replicas),
        space=StoreSpace(connection.streams, limits, clock=clock),
    )
