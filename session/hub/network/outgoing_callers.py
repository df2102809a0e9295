# SPDX-License-Identifier: GPL-3.0-only
"""Callers whom we sent to partners' networks, and what their kiosks say and hear afterwards.
Used by the hub.

The kiosk stays in our account and knows nothing of it: this hub passes on what it says for a ticket
over there, and tells it what the other hub says. Over there the kiosk's account is called
"<network>:<home>". What crosses names its network in the subject, which the servers enforce; what
it may be about is checked on both sides (`incoming_callers` is the other one).
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import msgspec

from session.bus.request_context import answered_request, context_for
from session.bus.server.leaf_links import XFER
from session.bus.transport.connection import Incoming
from session.core.errors import (
    BusUnreachable,
    NotAllowed,
    SessionError,
    TicketUnknown,
)
from session.core.field_types import NOT_DECODED
from session.hub.access.handlers import Asker
from session.hub.network.partner_watch import PartnerWatch
from session.hub.parts import HubParts
from session.hub.queue.moved_tickets import is_fresh
from session.hub.queue.ticket_changes import ticket_of
from session.hub.queue.view import TicketChange
from session.hub.storage.interfaces import CallerStore
from session.protocol.codec import decode_answer, decode_event, decode_request, encode
from session.protocol.hub.partner_links import KIOSK_VERBS, Arrival, ArrivalCheck, Arrived
from session.protocol.hub.requests import (
    Done,
    LeaveRequest,
    NeedsRequest,
    SessionEnded,
    StatusRequest,
    TicketChanged,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import split_service
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

ASK_S = 4.0
"""Longest wait for the other network; below a kiosk's own patience, so that it hears a word."""

LINGERS_S = 600.0
"""What a kiosk still has to say after the end (its log, its wipe) goes over for so long."""

QUEUED = 10_000

STALE_S = 12 * 3600.0

OF_A_TICKET: dict[str, type[StatusRequest | NeedsRequest | LeaveRequest]] = {
    "status": StatusRequest,
    "needs": NeedsRequest,
    "leave": LeaveRequest,
}
"""What a kiosk asks about its ticket, which has another id over there."""

Kiosk = tuple[str, str]


@dataclass
class _Sent:
    """A caller of a kiosk of ours who is over there."""

    network: str
    old: Ticket
    since_s: float
    ticket_id: str = ""
    over_s: float | None = None


class OutgoingCallers:
    """This hub's side of every link to a partner, for our own kiosks.

    Args:
        callers: what we know of a caller is forgotten when it has arrived over there.

    Attributes:
        watch: whether the partners can be reached.
    """

    def __init__(self, parts: HubParts, callers: CallerStore) -> None:
        self._network = parts.network
        self._connection = parts.connection
        self._catalogue = parts.catalogue
        self._clock = parts.clock
        self._tasks = parts.tasks
        self._callers = callers
        self._sent: dict[Kiosk, _Sent] = {}
        self._events: asyncio.Queue[Incoming] = asyncio.Queue(QUEUED)
        self._forwarding: asyncio.Task[None] | None = None
        self.watch = PartnerWatch(parts.catalogue, self._check, tasks=parts.tasks)

    async def start(self) -> None:
        """Listens to what partners tell our kiosks, when we have a name."""
        if not self._network:
            return
        self._forwarding = self._tasks.keep(self._forward_events, name="pass a partner's words on")
        self.watch.start()
        await self._connection.serve(f"{XFER}.{self._network}.*.tell.*.k.>", self._on_partner_event)

    def stop(self) -> None:
        """Passes nothing on any more."""
        if self._forwarding is not None:
            self._forwarding.cancel()
            self._forwarding = None
        self.watch.stop()

    # ---- which of our kiosks have their caller over there

    def on_ticket(self, change: TicketChange) -> None:
        """A ticket of ours changed: it was sent over, or its kiosk has another caller."""
        before, after = change
        kiosk = after.kiosk_home, after.kiosk
        sent = self._sent.get(kiosk)
        if network := self._network_after(after):
            if sent is None or sent.old.id != after.id:
                self._sent[kiosk] = _Sent(network, after, self._clock.monotonic_s())
        elif before is None and after.state is TicketState.WAITING and sent is not None:
            del self._sent[kiosk]
            if sent.ticket_id and sent.over_s is None:
                self._tasks.start(self._leave(kiosk, sent), name="leave the other network's queue")

    def remember(self, moved: Ticket) -> None:
        """Take a moved ticket that a hub finds in the store when it starts."""
        network = self._network_after(moved)
        if network and (moved.kiosk_home, moved.kiosk) not in self._sent:
            self._sent[moved.kiosk_home, moved.kiosk] = _Sent(
                network, moved, self._clock.monotonic_s()
            )

    def _network_after(self, ticket: Ticket) -> str:
        if ticket.moved_to:
            return self._catalogue.network_of(split_service(ticket.moved_to, "")[0])
        return ""

    async def _leave(self, kiosk: Kiosk, sent: _Sent) -> None:
        try:
            payload = encode(LeaveRequest(ticket_id=sent.ticket_id))
            decode_answer(
                Done, await self._ask(sent.network, f"svc.{kiosk[0]}.k.{kiosk[1]}.leave", payload)
            )
        except SessionError as error:
            log.info("the other network was not told that the caller left: %s", error.code)

    def _of(self, home: str, kiosk: str) -> _Sent | None:
        sent = self._sent.get((home, kiosk))
        if sent is None:
            return None
        now_s = self._clock.monotonic_s()
        is_over = sent.over_s is not None and now_s - sent.over_s > LINGERS_S
        if is_over or now_s - sent.since_s > STALE_S:
            del self._sent[home, kiosk]
            return None
        return sent

    def is_done(self, old: Ticket) -> bool:
        """True when there is nothing left to do:
        the caller has arrived there, has gone, or has asked for another.
        """
        sent = self._sent.get((old.kiosk_home, old.kiosk))
        return (
            sent is None or sent.old.id != old.id or bool(sent.ticket_id) or sent.over_s is not None
        )

    # ---- sending over

    async def check(self, ticket: Ticket, organisation: str, service: str) -> None:
        """Asks before anything is written.
        Raises `HubUnreachable` when the link is down, and what the other says.
        """
        request = ArrivalCheck(
            organisation=organisation, service=service, from_organisation=ticket.organisation
        )
        await self._check(request)

    async def _check(self, request: ArrivalCheck) -> None:
        decode_answer(
            Done,
            await self._ask(
                self._catalogue.network_of(request.organisation), "check", encode(request)
            ),
        )

    async def arrive(self, old: Ticket) -> Ticket:
        """The ticket over there, made unless it is there or the move is too long ago; its kiosk is
        told by the other hub. What we know of the caller of a closed ticket is forgotten here.

        Raises `HubUnreachable` (ask again), `TicketUnknown` when there is none and none is made.
        """
        organisation, service = split_service(old.moved_to, old.organisation)
        request = Arrival(
            organisation=organisation,
            service=service,
            from_organisation=old.organisation,
            ticket_id=old.id,
            home=old.kiosk_home,
            kiosk=old.kiosk,
            site=old.site,
            arrived_at_utc=old.arrived_at_utc,
            reason=old.reason[:200],
            fresh=is_fresh(old, self._clock.utc_now()),
            needs=old.needs,
        )
        network = self._catalogue.network_of(organisation)
        kiosk = old.kiosk_home, old.kiosk
        sent = self._sent.setdefault(kiosk, _Sent(network, old, self._clock.monotonic_s()))
        try:
            ticket = decode_answer(
                Arrived, await self._ask(network, "arrive", encode(request))
            ).ticket
        except (TicketUnknown, NotAllowed):
            sent.over_s = self._clock.monotonic_s()
            raise
        if sent.old.id == old.id:
            sent.ticket_id = ticket.id
        if old.state is TicketState.CLOSED:
            await self._callers.forget(old.organisation, old.id)
        return ticket

    async def _ask(self, network: str, rest: str, payload: bytes) -> bytes:
        subject = f"{XFER}.{network}.{self._network}.{rest}"
        context = context_for(ASK_S, answered_request().trace)
        answer = await self._connection.bus.request(
            subject, payload, context.left_s, context.headers()
        )
        return answer.payload

    # ---- our kiosk speaks

    async def ask_for(self, asker: Asker, verb: str, payload: bytes) -> bytes | None:
        """Return what the other network answers our kiosk;
        None when its question is not for them.

        Raises `HubUnreachable` when the link is down: the kiosk asks again.
        """
        if asker.role is Role.KIOSK and verb in KIOSK_VERBS:
            sent = self._of(asker.organisation, asker.user)
        else:
            sent = None
        if sent is None or not await self._has_arrived(sent):
            return None
        if verb in OF_A_TICKET:
            request = decode_request(OF_A_TICKET[verb], payload)
            if request.ticket_id not in (sent.old.id, sent.ticket_id):
                return None
            payload = encode(msgspec.structs.replace(request, ticket_id=sent.ticket_id))
        elif ticket_of(_session_of(payload)) != sent.ticket_id:
            return None  # of a conversation that was with us
        rest = f"svc.{asker.organisation}.k.{asker.user}.{verb}"
        return await self._ask(sent.network, rest, payload)

    async def _has_arrived(self, sent: _Sent) -> bool:
        """False when the caller never got there and never will."""
        if not sent.ticket_id:
            try:
                await self.arrive(sent.old)
            except TicketUnknown:
                return False
        return True

    async def pass_on(self, message: Incoming) -> bool:
        """Session traffic of our kiosk for the other network; False when it is not for them."""
        _ses, home, role, kiosk, session, _topic = message.subject.split(".")
        if role == Role.KIOSK:
            sent = self._of(home, kiosk)
        else:
            sent = None
        if sent is None or not sent.ticket_id or ticket_of(session) != sent.ticket_id:
            return False
        headers = {
            key: value
            for key, value in message.headers.items()
            if not key.lower().startswith("nats-")
        }
        subject = f"{XFER}.{sent.network}.{self._network}.{message.subject}"
        try:
            await self._connection.bus.publish(subject, message.payload, headers)
        except BusUnreachable:
            return False
        return True

    def forward_beat(self, home: str, kiosk: str) -> None:
        """A sign of life of our kiosk, for the other network if it has its caller."""
        sent = self._of(home, kiosk)
        if sent is not None and sent.ticket_id and sent.over_s is None:
            self._tasks.start(self._beat(sent, home, kiosk), name="a sign of life for a partner")

    async def _beat(self, sent: _Sent, home: str, kiosk: str) -> None:
        try:
            subject = f"{XFER}.{sent.network}.{self._network}.hb.{home}.k.{kiosk}"
            await self._connection.bus.publish(subject, b"")
        except BusUnreachable:
            log.debug("no sign of life over the link")

    # ---- the other hub speaks to our kiosk

    def _on_partner_event(self, message: Incoming) -> None:
        _xfer, _ours, network, _forward_events, home, _letter, kiosk, rest = message.subject.split(
            ".", 7
        )
        sent = self._of(home, kiosk)
        if (
            sent is None
            or sent.network != network
            or not (rest == "hub" or rest.startswith("ses."))
        ):
            log.warning("a partner speaks to a kiosk whose caller it does not have")
            return
        if rest == "hub":
            self._note_end(sent, message.payload)
        if self._events.full():
            log.warning("a partner speaks faster than this hub can pass on")
        else:
            self._events.put_nowait(message)

    async def _forward_events(self) -> None:
        """In order, as it came."""
        while True:
            message = await self._events.get()
            _xfer, _ours, _network, _forward_events, home, letter, kiosk, rest = (
                message.subject.split(".", 7)
            )
            headers = {
                key: value
                for key, value in message.headers.items()
                if not key.lower().startswith("nats-")
            }
            try:
                await self._connection.publish_to_user(
                    home, Role(letter), kiosk, rest=rest, payload=message.payload, headers=headers
                )
            except BusUnreachable:
                log.info("a partner's word is lost, the bus is away; kiosks ask again")

    def _note_end(self, sent: _Sent, payload: bytes) -> None:
        try:
            event = decode_event(payload)
        except SessionError:
            return
        ended = isinstance(event, SessionEnded) and event.reason != "desk_lost"
        gone = isinstance(event, TicketChanged) and event.ticket.state in (
            TicketState.ABANDONED,
            TicketState.CLOSED,
        )
        if ended or gone:
            sent.over_s = self._clock.monotonic_s()


class _Named(msgspec.Struct):
    session_id: str = ""


def _session_of(payload: bytes) -> str:
    """The session that a request names; "" for none."""
    try:
        return msgspec.json.decode(payload, type=_Named).session_id
    except NOT_DECODED:
        return ""
