# SPDX-License-Identifier: GPL-3.0-only
"""Messages and questions of the supervisor's board to the hub:
acts with their reasons, and the state every 2 s.

Tickets come through `session.desk.hub.client`, as for every desk;
the other end is `session.hub.supervision.board`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from session.bus.client import BusClient
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.board_acts import (
    GiveToAgent,
    GiveToOrganisation,
    GiveToService,
    OnTickets,
    SetPriority,
)
from session.protocol.hub.board import (
    ActOnTicketsRequest,
    BoardAnswer,
    BoardRequest,
    BroadcastRequest,
    MessageRequest,
    MessageTo,
    MoveQueueRequest,
    OpenQueueRequest,
    QueueMoved,
    QueueStateRequest,
    SetAgentServicesRequest,
    SetAgentStateRequest,
    TicketResult,
    TicketsActed,
    TicketSeen,
)
from session.protocol.hub.network import MoveRequest, MoveTarget, MoveTargetsRequest
from session.protocol.hub.requests import Request
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

POLL_S = 2.0


class BoardClient:
    """A supervisor's requests to the hub. Every act raises what the hub refused;
    see `session.hub.supervision.board`.

    Attributes:
        board_changed: agents, services and figures, at each poll.
        not_read: why a poll failed; the next one follows by itself.
        retrying: a request is being repeated because its outcome is unknown.
    """

    def __init__(
        self, bus: BusClient, tasks: Tasks, *, within_s: int = 180, poll_s: float = POLL_S
    ) -> None:
        self.board_changed: Signal[BoardAnswer] = Signal()
        self.not_read: Signal[SessionError] = Signal()
        self.retrying: Signal[str] = bus.retrying
        self.within_s = within_s
        self._bus = bus
        self._tasks = tasks
        self._poll_s = poll_s

    def start(self) -> None:
        """Starts to poll."""
        self._tasks.keep(self._polling, name="poll the board")

    async def poll(self) -> BoardAnswer:
        """Agents, services and figures as they are now."""
        return await self._bus.ask_once(BoardRequest(within_s=self.within_s))

    async def _polling(self) -> None:
        while True:
            try:
                self.board_changed.emit(await self.poll())
            except SessionError as error:
                log.info("no look at the board: %s", error.code)
                self.not_read.emit(error)
            await self._bus.pause(self._poll_s)

    # ---- acts

    async def act_on_tickets(self, act: OnTickets, reason: str, act_id: str) -> list[TicketResult]:
        """Does an act for its tickets, at most `MOST_TICKETS`, as they were shown."""
        tickets = [TicketSeen.of(ticket) for ticket in act.tickets]
        request: Request[TicketsActed]
        match act:
            case GiveToOrganisation():
                request = MoveRequest(
                    tickets=tickets, target=act.target, reason=reason, act_id=act_id
                )
            case GiveToService():
                request = ActOnTicketsRequest(
                    tickets=tickets, service=act.service, reason=reason, act_id=act_id
                )
            case GiveToAgent():
                request = ActOnTicketsRequest(
                    tickets=tickets, agent=act.agent, reason=reason, act_id=act_id
                )
            case SetPriority():
                request = ActOnTicketsRequest(
                    tickets=tickets, priority=act.priority, reason=reason, act_id=act_id
                )
        return (await self._bus.ask(request)).results

    async def move_queue(
        self, service: str, to: str, reason: str, *, act_id: str = ""
    ) -> QueueMoved:
        """Moves everybody who waits for `service`."""
        request = MoveQueueRequest(service=service, to=to, reason=reason, act_id=act_id or new_id())
        return await self._bus.ask(request)

    async def move_targets(self, service: str) -> list[MoveTarget]:
        """Services of other organisations to which callers of `service` may go; often none."""
        return (await self._bus.ask(MoveTargetsRequest(service=service))).targets

    async def set_queue(self, service: str, closed: bool, reason: str, *, act_id: str = "") -> None:
        """Closes a service for new calls, or opens it."""
        kind: type[QueueStateRequest] = OpenQueueRequest
        if closed:
            kind = QueueStateRequest
        await self._bus.ask(kind(service=service, reason=reason, act_id=act_id or new_id()))

    async def broadcast(self, text: str, reason: str, *, act_id: str = "") -> None:
        """Sends a message to every agent of the organisation."""
        request = BroadcastRequest(broadcast_id=act_id or new_id(), text=text, reason=reason)
        await self._bus.ask(request)

    async def message(
        self, to: MessageTo, target: str, text: str, *, reason: str, act_id: str = ""
    ) -> int:
        """Sends a message to one agent, the agents of one service, or the callers of one site; how
        many agents or kiosks are there.
        """
        request = MessageRequest(
            message_id=act_id or new_id(), to=to, target=target, text=text, reason=reason
        )
        return (await self._bus.ask(request)).there

    async def set_agent_state(
        self, agent: str, available: bool, pause: str, *, reason: str, act_id: str = ""
    ) -> None:
        """Makes an agent available or pauses it. Raises `AgentAway`."""
        request = SetAgentStateRequest(
            agent=agent,
            available=available,
            pause=pause,
            reason=reason,
            act_id=act_id or new_id(),
        )
        await self._bus.ask(request)

    async def set_agent_services(
        self, agent: str, services: Sequence[str], reason: str, *, act_id: str = ""
    ) -> None:
        """Set what an agent serves until midnight; none: what the convention says."""
        request = SetAgentServicesRequest(
            agent=agent, services=list(services), reason=reason, act_id=act_id or new_id()
        )
        await self._bus.ask(request)
