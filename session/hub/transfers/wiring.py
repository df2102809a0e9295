# SPDX-License-Identifier: GPL-3.0-only
"""Builds everything by which a caller changes hands or place: moves, passing on, third people,
callbacks, waiting elsewhere, calls for a host. Used by `session.hub.composition`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from session.hub.parts import HubParts
from session.hub.queue.moved_tickets import Partners
from session.hub.queue.wiring import Queue
from session.hub.transfers.callbacks import Callbacks, NatsCallbackStore
from session.hub.transfers.host_calls import HostCalls
from session.hub.transfers.moves import Moves
from session.hub.transfers.overflow_moves import OverflowMoves
from session.hub.transfers.pass_on import PassOn
from session.hub.transfers.third_parties import ThirdParties
from session.hub.transfers.waiting_elsewhere import WaitingElsewhere


@dataclass(frozen=True)
class Transfers:
    """Rules of transfers."""

    moves: Moves
    overflow: OverflowMoves
    pass_on: PassOn
    third_parties: ThirdParties
    callbacks: Callbacks
    callback_store: NatsCallbackStore
    waiting_elsewhere: WaitingElsewhere
    host_calls: HostCalls

    @property
    def rules(self) -> tuple[object, ...]:
        """The objects that answer verbs."""
        return (
            self.moves,
            self.pass_on,
            self.third_parties,
            self.callbacks,
            self.waiting_elsewhere,
            self.host_calls,
        )


def build(
    parts: HubParts, queue: Queue, *, partners: Partners, is_ours: Callable[[], bool]
) -> Transfers:
    """Args: is_ours: True while this hub is the one that sends callers on by overflow rules."""
    core, moved = queue.core, queue.moved
    moves = Moves(core, calls=queue.calls, moved=moved, partners=partners, waits=queue.waits)
    callback_store = NatsCallbackStore(parts.connection, parts.tasks, replicas=parts.replicas)
    return Transfers(
        moves=moves,
        overflow=OverflowMoves(
            core, agents=queue.agents, moves=moves, calls=queue.calls, is_ours=is_ours
        ),
        pass_on=PassOn(
            core,
            sessions=queue.sessions,
            agents=queue.agents,
            moves=moves,
            moved=moved,
            waits=queue.waits,
        ),
        third_parties=ThirdParties(core),
        callbacks=Callbacks(
            core,
            callback_store,
            openings=queue.openings,
            sessions=queue.sessions,
            check_space=queue.calls.check_space,
        ),
        callback_store=callback_store,
        waiting_elsewhere=WaitingElsewhere(
            core, calls=queue.calls, moved=moved, waits=queue.waits, come_s=parts.come_s
        ),
        host_calls=HostCalls(core, parts.connection),
    )
