# SPDX-License-Identifier: GPL-3.0-only
"""Callbacks: callers who are phoned later. A callback becomes a ticket when its service is open.
Used by the hub.

A stream of its own that is never republished:
the number is read by the hub only, and by the agent who takes the ticket. What has become a ticket
stays as a mark without number, so that no hub makes it twice.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.streams import NANOSECONDS, Stored
from session.core.errors import AgentBusy, MessageMalformed, NotAllowed, TicketUnknown
from session.core.tasks import Tasks
from session.hub.access.handlers import Asker, handles
from session.hub.convention.caller_numbers import checked_phone
from session.hub.convention.open_now import OpenNow
from session.hub.queue.core import QueueCore
from session.hub.queue.sessions import Sessions
from session.hub.storage.followed_bucket import FollowedBucket
from session.hub.storage.interfaces import CallerRecord
from session.protocol.codec import decode_plain
from session.protocol.hub.requests import Done, SessionAnswer
from session.protocol.hub.tickets import LIVE, Ticket, TicketState
from session.protocol.hub.waiting import (
    MOST_PROMISED,
    CallbackAnswer,
    CallbackRequest,
    CallLaterRequest,
    CallNowRequest,
    PromisedCall,
    PromisedCallsAnswer,
    PromisedCallsRequest,
)
from session.protocol.wire.ids import ticket_id
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

BUCKET = "KV_cb"
KEPT_S = 15 * 24 * 3600
"""A callback whose service does not open for so long is forgotten with its number."""

CALL_LATER = "call_later"
"""Outcome of a ticket whose caller was not reached and is called again."""


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """The ticket that it becomes, and when; `preferred` is the agent who promised it, in the
    conversation of the ticket `number`, `needs` what the caller needs of one. Telephone and caller
    number go when it is `done`.
    """

    ticket: str
    organisation: str
    service: str
    kiosk: str
    home: str
    asked_at_utc: datetime
    due_at_utc: datetime | None
    phone: str = ""
    caller_number: str = ""
    sealed_number: str = ""
    preferred: str = ""
    number: str = ""
    needs: tuple[str, ...] = ()
    done: bool = False


class CallbackStore(Protocol):
    """The store that the rules need. Writing may raise `StoreUnreachable` (outcome unknown)."""

    def get(self, organisation: str, ticket: str) -> Callback | None:
        """A callback by the id of its ticket."""
        ...

    def waiting(self) -> list[Callback]:
        """All callbacks that are no tickets yet, in the order they were asked."""
        ...

    async def put(self, callback: Callback) -> None:
        """Stores a callback, or what it has become."""
        ...


class NatsCallbackStore(FollowedBucket):
    """`CallbackStore` on JetStream, read from memory.

    Args:
        replicas: 1 on a single server, 3 on a cluster.
    """

    def __init__(self, connection: HubConnection, tasks: Tasks, *, replicas: int = 1) -> None:
        super().__init__(connection, tasks, stream=BUCKET)
        self._replicas = replicas
        self._known: dict[tuple[str, str], tuple[int, Callback]] = {}

    async def prepare(self) -> None:
        """Creates the bucket, or brings it to today's settings."""
        await self._streams.ensure(
            BUCKET,
            {
                "subjects": ["$KV.cb.*.*"],
                "storage": "file",
                "num_replicas": self._replicas,
                "max_msgs_per_subject": 1,
                "max_msg_size": 4 * 1024,
                "max_age": KEPT_S * NANOSECONDS,
            },
        )

    def get(self, organisation: str, ticket: str) -> Callback | None:
        """See `CallbackStore`."""
        entry = self._known.get((organisation, ticket))
        if entry is not None:
            return entry[1]
        return None

    def waiting(self) -> list[Callback]:
        """See `CallbackStore`."""
        open_now = [callback for _, callback in self._known.values() if not callback.done]
        return sorted(open_now, key=lambda callback: (callback.asked_at_utc, callback.ticket))

    async def put(self, callback: Callback) -> None:
        """See `CallbackStore`."""
        subject = f"$KV.cb.{callback.organisation}.{callback.ticket}"
        payload = msgspec.json.encode(callback)
        self._take(Stored(subject, payload, {}, await self._streams.append(subject, payload)))

    def _forget(self) -> None:
        self._known.clear()

    def _take(self, stored: Stored) -> None:
        try:
            callback = decode_plain(Callback, stored.payload)
        except MessageMalformed:
            log.error("stored callback at revision %d is unreadable and left out", stored.revision)
            return
        key = callback.organisation, callback.ticket
        if key not in self._known or self._known[key][0] < stored.revision:
            self._known[key] = (stored.revision, callback)


class Callbacks:
    """Callbacks from the kiosk's closed page or the agent's "later", until they are tickets.

    Args:
        check_space: raises `StoreFull` when no new caller may be taken.
    """

    def __init__(
        self,
        core: QueueCore,
        store: CallbackStore,
        *,
        openings: OpenNow,
        sessions: Sessions,
        check_space: Callable[[], None],
    ) -> None:
        self._store = store
        self._check_space = check_space
        self._changes = core.changes
        self._callers = core.callers
        self._catalogue = core.catalogue
        self._closures = core.closures
        self._clock = core.clock
        self._tasks = core.tasks
        self._openings = openings
        self._sessions = sessions

    @handles(CallbackRequest)
    async def ask(self, asker: Asker, request: CallbackRequest) -> CallbackAnswer:
        """A caller of a closed service wants to be called; the same request is one callback.

        Raises:
            ServiceUnknown, CallerNumberInvalid, NotAllowed (the service offers no callbacks),
            StoreFull, StoreUnreachable.
        """
        organisation, service = self._catalogue.serving(
            asker.organisation, asker.user, request.service
        )
        if not service.callback:
            raise NotAllowed(why="callback")
        phone = checked_phone(request.phone)
        opening = self._openings.of(
            organisation,
            service.id,
            asker.organisation,
            self._catalogue.site_of(asker.organisation, asker.user).id,
        )
        due = self._clock.utc_now() if opening.is_open else opening.opens_at
        existing = self._store.get(
            organisation,
            identity := _identity(organisation, asker.organisation, asker.user, request.request_id),
        )
        if existing is None:
            self._check_space()
            await self._store.put(
                Callback(
                    ticket=identity,
                    organisation=organisation,
                    service=service.id,
                    kiosk=asker.user,
                    home=asker.organisation,
                    asked_at_utc=self._clock.utc_now(),
                    due_at_utc=due,
                    phone=phone,
                    needs=request.needs,
                )
            )
        is_known = due is not None and not self._closures.is_queue_closed(organisation, service.id)
        return CallbackAnswer(due_at=due.isoformat() if due is not None and is_known else "")

    @handles(CallLaterRequest)
    async def later(self, asker: Asker, request: CallLaterRequest) -> Done:
        """The agent calls the caller later: the ticket ends, and comes back as another one.

        Raises:
            TicketUnknown: not this agent's own session. NotAllowed: no telephone number.
                CallerNumberInvalid: it is none. StoreUnreachable.
        """
        try:
            ticket, record = await self._sessions.owned(
                asker.organisation, asker.user, request.session_id
            )
        except TicketUnknown:
            closed = (await self._changes.by_session(asker.organisation, request.session_id)).ticket
            if (closed.state, closed.agent, closed.reason) == (
                TicketState.CLOSED,
                asker.user,
                CALL_LATER,
            ):
                return Done()  # the first answer was lost
            raise
        if request.phone:
            phone = checked_phone(request.phone)
        else:
            phone = record.phone
        if not phone:
            raise NotAllowed(why="no telephone number")
        now = self._clock.utc_now()
        await self._store.put(
            Callback(
                ticket=_identity(
                    asker.organisation, ticket.kiosk_home, ticket.kiosk, request.session_id
                ),
                organisation=asker.organisation,
                service=ticket.service,
                kiosk=ticket.kiosk,
                home=ticket.kiosk_home,
                asked_at_utc=now,
                due_at_utc=now + timedelta(minutes=request.minutes),
                phone=phone,
                caller_number=record.number,
                sealed_number=record.sealed,
                preferred=asker.user,
                number=ticket.number,
                needs=ticket.needs,
            )
        )
        await self._sessions.close_session(
            asker.organisation, asker.user, request.session_id, CALL_LATER
        )
        return Done()

    @handles(PromisedCallsRequest)
    async def promised(self, asker: Asker, _request: PromisedCallsRequest) -> PromisedCallsAnswer:
        """Return whom this agent has promised to call, and when."""
        calls = [
            PromisedCall(
                ticket_id=callback.ticket,
                service=callback.service,
                due_at_utc=callback.due_at_utc,
                number=callback.number,
                masked_phone=_masked(callback.phone),
            )
            for callback in self._store.waiting()
            if callback.due_at_utc is not None
            and (callback.organisation, callback.preferred) == (asker.organisation, asker.user)
        ]
        calls = sorted(calls, key=lambda call: call.due_at_utc)[:MOST_PROMISED]
        due = [call.due_at_utc for call in calls]
        return PromisedCallsAnswer(due_utc=due, calls=tuple(calls))

    @handles(CallNowRequest)
    async def call_now(self, asker: Asker, request: CallNowRequest) -> SessionAnswer:
        """The agent calls now whom it has promised to call: a ticket that it has in the same act.

        Raises:
            TicketUnknown: not this agent's own promise. AgentBusy: it has another caller.
                Else as `Sessions.take_ticket`.
        """
        organisation, agent = asker.organisation, asker.user
        callback = self._store.get(organisation, request.ticket_id)
        if callback is None or callback.preferred != agent:
            raise TicketUnknown
        if not callback.done:
            in_hand = self._changes.view.of_agent(organisation, agent)
            if any(ticket.state in LIVE for ticket in in_hand):
                raise AgentBusy  # before there is a ticket that nobody has
            await self._make(callback, self._clock.utc_now(), kept_for=agent)
        return SessionAnswer(
            session=await self._sessions.take_ticket(organisation, agent, request.ticket_id)
        )

    # ---- the hub's timer

    async def tick(self) -> None:
        """Makes tickets of the callbacks whose time has come and whose service is open."""
        now = self._clock.utc_now()
        places = itertools.count()

        async def make(callback: Callback) -> None:
            due = callback.due_at_utc or callback.asked_at_utc
            try:
                ready = due <= now and self._is_open(callback)
            except (NotAllowed, LookupError):
                return  # its site or service is no longer in the convention; it may come back
            if ready:
                await self._make(callback, due + timedelta(microseconds=next(places)))

        await self._tasks.for_each(self._store.waiting(), make, name="calls that were promised")

    def _is_open(self, callback: Callback) -> bool:
        site = self._catalogue.site_of(callback.home, callback.kiosk)
        opening = self._openings.of(callback.organisation, callback.service, callback.home, site.id)
        return opening.is_open and not self._closures.is_queue_closed(
            callback.organisation, callback.service
        )

    async def _make(
        self, callback: Callback, arrived: datetime, *, kept_for: str | None = None
    ) -> None:
        """At the head of the opening hour: whoever presses a button then comes after."""
        service = self._catalogue.service(callback.organisation, callback.service)
        number, sealed = callback.caller_number, callback.sealed_number
        record = CallerRecord(number=number, sealed=sealed, phone=callback.phone)
        await self._callers.put(callback.organisation, callback.ticket, record)
        ticket = Ticket(
            id=callback.ticket,
            organisation=callback.organisation,
            service=callback.service,
            kiosk=callback.kiosk,
            site=self._catalogue.site_of(callback.home, callback.kiosk).name,
            number=self._changes.view.next_number(callback.organisation, service.letter),
            state=TicketState.WAITING,
            arrived_at_utc=arrived,
            caller_number_given=bool(number or sealed),
            preferred=callback.preferred or None,
            assigned_to=kept_for,
            assigned_at_utc=self._clock.utc_now() if kept_for else None,
            needs=callback.needs,
            skills=self._catalogue.skills_for(
                callback.organisation, callback.service, callback.needs
            ),
            away="phone",
            changed_by=f"{Role.KIOSK}.{callback.kiosk}",
            reason="callback",
            home=callback.home if callback.home != callback.organisation else "",
        )
        await self._changes.add(ticket)
        await self._store.put(
            msgspec.structs.replace(
                callback, phone="", caller_number="", sealed_number="", done=True
            )
        )


def _masked(phone: str) -> str:
    """Return a telephone number that its agent knows again, and nobody learns."""
    if len(phone) < 8:
        return ""
    return f"{phone[:2]} •• •• {phone[-4:-2]} {phone[-2:]}"


def _identity(organisation: str, home: str, kiosk: str, request_id: str) -> str:
    if home == organisation:
        place = kiosk
    else:
        place = f"{home}/{kiosk}"
    return ticket_id(organisation, place, request_id)
