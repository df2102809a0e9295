# SPDX-License-Identifier: GPL-3.0-only
"""Callers whom partners' networks send to us: they ask before, their kiosks speak over the link.
Used by the hub.

Here a partner's kiosk lives in an account "<network>:<home>", which no kiosk of ours can have. What
crosses names its network in the subject, which the servers enforce; what it may be about is checked
here. `outgoing_callers` is the other side.
"""

from __future__ import annotations

import logging

from session.bus.server.leaf_links import XFER
from session.bus.transport.connection import Incoming
from session.core.errors import (
    BusUnreachable,
    NotAllowed,
    QueueClosed,
    SessionError,
    TicketUnknown,
    VaultOutOfReach,
)
from session.hub.access.request_server import RequestServer
from session.hub.network.relay import Relay
from session.hub.parts import HubParts
from session.hub.queue.wiring import Queue
from session.protocol.codec import decode_request, encode
from session.protocol.hub.partner_links import KIOSK_VERBS, Arrival, ArrivalCheck, Arrived
from session.protocol.hub.requests import Done, HubMessage, Refusal
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.ids import ticket_id
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)


class IncomingCallers:
    """This hub's side of every link from a partner, for the partner's kiosks."""

    def __init__(
        self,
        parts: HubParts,
        queue: Queue,
        *,
        server: RequestServer,
        relay: Relay,
    ) -> None:
        self._network = parts.network
        self._connection = parts.connection
        self._tasks = parts.tasks
        self._changes = queue.core.changes
        self._catalogue = queue.core.catalogue
        self._closures = queue.core.closures
        self._presence = queue.presence
        self._moved = queue.moved
        self._check_space = queue.calls.check_space
        self._server = server
        self._relay = relay

    async def start(self) -> None:
        """Listens to partners, when we have a name."""
        if not self._network:
            return
        ours = f"{XFER}.{self._network}.*"
        await self._connection.serve(f"{ours}.check", self._on_asked)
        await self._connection.serve(f"{ours}.arrive", self._on_asked)
        await self._connection.serve(f"{ours}.svc.*.k.*.*", self._on_request)
        await self._connection.serve(f"{ours}.ses.*.k.*.*.*", self._on_session)
        await self._connection.serve(f"{ours}.hb.*.k.*", self._on_beat, shared=False)

    def _on_request(self, message: Incoming) -> None:
        _xfer, _ours, network, _svc, home, letter, kiosk, verb = message.subject.split(".")
        if verb in KIOSK_VERBS:
            subject = f"svc.{network}:{home}.{letter}.{kiosk}.{verb}"
            self._server.take(Incoming(subject, message.payload, message.headers, message.reply))

    def _on_session(self, message: Incoming) -> None:
        _xfer, _ours, network, _ses, home, rest = message.subject.split(".", 5)
        self._relay.take(Incoming(f"ses.{network}:{home}.{rest}", message.payload, message.headers))

    def _on_beat(self, message: Incoming) -> None:
        _xfer, _ours, network, _hb, home, _letter, kiosk = message.subject.split(".")
        self._presence.mark_alive(f"{network}:{home}", Role.KIOSK, kiosk)

    def _on_asked(self, message: Incoming) -> None:
        if message.reply:
            self._tasks.start(self._serve(message), name="answer a partner")

    async def _serve(self, message: Incoming) -> None:
        _xfer, _ours, network, kind = message.subject.split(".")
        answer: HubMessage
        try:
            if kind == "check":
                self._check_arrival(network, decode_request(ArrivalCheck, message.payload))
                answer = Done()
            else:
                answer = Arrived(
                    ticket=await self._take(network, decode_request(Arrival, message.payload))
                )
        except SessionError as error:
            answer = Refusal(code=error.code, detail=error.detail)
        try:
            await self._connection.bus.publish(message.reply, encode(answer))
        except BusUnreachable:
            log.info("an answer to a partner is lost; it asks again")

    def _check_arrival(self, network: str, request: ArrivalCheck | Arrival) -> None:
        """The sender is of that network, and our organisation takes its callers.

        Raises:
            NotAllowed, QueueClosed, StoreFull.
            VaultOutOfReach: the kiosk over there could not give its part of the log to the vault:
                the link carries what hubs may read, and nothing of a vault passes a hub.
        """
        if self._catalogue.network_of(
            request.from_organisation
        ) != network or self._catalogue.network_of(request.organisation):
            raise NotAllowed(why="network")
        if (
            request.from_organisation
            not in self._catalogue.organisation(request.organisation).transfers_from
        ):
            raise NotAllowed(why="transfer")
        if self._catalogue.card(request.organisation) is not None:
            raise VaultOutOfReach(organisation=request.organisation)
        self._catalogue.service(request.organisation, request.service)
        if self._closures.is_queue_closed(request.organisation, request.service):
            raise QueueClosed(service=request.service)
        self._check_space()

    async def _take(self, network: str, request: Arrival) -> Ticket:
        """A ticket for a caller who comes over; again is the same."""
        home = f"{network}:{request.home}"
        identity = ticket_id(
            request.organisation,
            f"{network}:{request.from_organisation}/{request.ticket_id}",
            request.service,
        )
        existing = await self._changes.store.get(request.organisation, identity)
        if existing is not None:
            return existing.ticket
        if not request.fresh:
            raise TicketUnknown
        self._check_arrival(network, request)
        self._presence.mark_alive(home, Role.KIOSK, request.kiosk)
        return await self._moved.add_arrival(request, identity, home)
