# SPDX-License-Identifier: GPL-3.0-only
"""Calls for a site's host, and its answers.
The rules behind kiosk and host; used by `session.hub.composition`.

As with presence, nothing is stored: the kiosk repeats what it last heard, so a hub that starts
knows it after 3 s, and hubs tell each other over a subject of their own account. What holds for the
caller who is there goes into the ticket: the agent must know that a third person hears, and agent
and caller read each other's call.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

import msgspec

from session.bus.hub_connection import HubConnection
from session.bus.transport.connection import Incoming
from session.core.errors import BusUnreachable, NobodyThere, NotAllowed, TicketUnknown
from session.hub.access.handlers import Asker, handles
from session.hub.convention.entries import KioskEntry, PersonEntry
from session.hub.queue.core import QueueCore
from session.hub.queue.notifications import notify_kiosk
from session.hub.queue.view import WAITING
from session.protocol.hub.requests import Done, TicketChanged
from session.protocol.hub.site import (
    CallerState,
    HelpAnswer,
    HelpCall,
    HostCallRequest,
    HostRequest,
    KioskFacts,
    SiteAnswer,
    SiteRequest,
)
from session.protocol.hub.tickets import HelpFrom, HelpState, Ticket, TicketState
from session.protocol.wire.ids import is_id
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

FORGOTTEN_S = 15.0
"""A call that the kiosk does not repeat is over: the kiosk is gone, or its caller is."""

HERE_S = 2 * 3600.0
"""A host who said that it is with the caller and nothing since is not there any more."""

GONE_S = 3.0
"""A caller with whom the host was has gone when no ticket of the kiosk is open for so long; one who
is moved to another organisation gets a new ticket meanwhile.
"""

NOBODY_S = 180.0
"""A host who came to a call and whose caller has taken no ticket for so long is not there any more.
"""

ENDED = "ended"
"""What hubs tell each other when the host has finished: the kiosk's next repeat is not a new call.
"""

SUBJECT = "net.help"

Kiosk = tuple[str, str]
AT_KIOSK = WAITING | {TicketState.IN_SESSION}


class _Call(NamedTuple):
    """The last that was heard of a kiosk's call, and when."""

    state: HelpState
    at_s: float
    by: HelpFrom = HelpFrom.CALLER


NO_CALL = _Call(HelpState.NONE, 0.0)


class HostCalls:
    """Calls of kiosks for a host, and what hosts see and answer."""

    def __init__(self, core: QueueCore, connection: HubConnection) -> None:
        self._connection = connection
        self._changes = core.changes
        self._notifications = core.notifications
        self._catalogue = core.catalogue
        self._closures = core.closures
        self._presence = core.presence
        self._clock = core.clock
        self._tasks = core.tasks
        self._calls: dict[Kiosk, _Call] = {}
        self._spoke_s: dict[Kiosk, float] = {}
        self._ended: set[Kiosk] = set()
        self._accompanied: dict[Kiosk, set[str]] = {}
        self._alone_since_s: dict[Kiosk, float] = {}
        self._swept_at_s: float | None = core.clock.monotonic_s() + FORGOTTEN_S

    async def start(self) -> None:
        """Listens to the other hubs."""
        await self._connection.serve(f"{SUBJECT}.*.*", self._on_other_hub, shared=False)

    def _on_other_hub(self, message: Incoming) -> None:
        _net, _help, home, kiosk = message.subject.split(".")
        try:
            self._note((home, kiosk), message.payload.decode())
        except ValueError:
            log.warning("another hub says something of a call for help that we do not know")

    def _note(self, kiosk: Kiosk, state_text: str) -> None:
        """Notes "wanted", or "wanted agent" for a call that the agent has begun."""
        word, _space, by = state_text.partition(" ")
        self._ended.discard(kiosk)
        if word == ENDED:
            self._ended.add(kiosk)
        if word in (ENDED, HelpState.NONE):
            self._forget(kiosk)
        else:
            if by:
                begun_by = HelpFrom(by)
            else:
                begun_by = self._calls.get(kiosk, NO_CALL).by
            self._calls[kiosk] = _Call(HelpState(word), self._clock.monotonic_s(), begun_by)

    def _forget(self, kiosk: Kiosk) -> None:
        for memory in (self._calls, self._accompanied, self._alone_since_s):
            memory.pop(kiosk, None)

    async def _publish(self, kiosk: Kiosk, state_text: str) -> None:
        self._note(kiosk, state_text)
        try:
            await self._connection.bus.publish(
                f"{SUBJECT}.{kiosk[0]}.{kiosk[1]}", state_text.encode()
            )
        except BusUnreachable:
            log.info("a call for help is not told to the other hubs; the kiosk repeats it")

    def state(self, home: str, kiosk: str) -> HelpState:
        """Return what is known of a kiosk's call now."""
        call = self._calls.get((home, kiosk))
        if call is not None and self._is_fresh(call):
            return call.state
        is_marked = any(ticket.with_host for ticket in self._changes.view.at_kiosk(home, kiosk))
        # a hub that has just started reads it in the ticket
        if is_marked:
            return HelpState.HERE
        return HelpState.NONE

    def _is_fresh(self, call: _Call) -> bool:
        if call.state is HelpState.HERE:
            limit_s = HERE_S
        else:
            limit_s = FORGOTTEN_S
        return self._clock.monotonic_s() - call.at_s <= limit_s

    # ---- the kiosk

    @handles(HelpCall)
    async def call_help(self, asker: Asker, request: HelpCall) -> HelpAnswer:
        """A kiosk says how it stands with its call.
        Raises `NotAllowed` where no host can be called.

        Args:
            new: no repeat. A kiosk that was restarted, or is pressed again at once, calls anew,
                also when the host has just finished.
        """
        kiosk = asker.organisation, asker.user
        if not self._catalogue.kiosk_has_host(*kiosk):
            raise NotAllowed(why="no host here")
        current = self.state(*kiosk)
        if request.state is HelpState.NONE or current is HelpState.NONE:
            state = request.state
        else:
            state = current
        # a repeat of what the host has just finished
        if kiosk in self._ended and not request.new:
            state = HelpState.NONE
        self._spoke_s[kiosk] = self._clock.monotonic_s()
        await self._publish(kiosk, state)
        await self._mark(*kiosk, asker.writer)
        return HelpAnswer(state=state)

    # ---- the agent

    @handles(HostCallRequest)
    async def call_host(self, asker: Asker, request: HostCallRequest) -> HelpAnswer:
        """An agent calls the host to the kiosk of its session, or takes its own call back; from
        then on the kiosk repeats it. Raises `TicketUnknown`, `NotAllowed` where no host can be
        called.
        """
        stored = self._changes.view.by_session(asker.organisation, request.session_id)
        if (
            stored is None
            or stored.ticket.agent != asker.user
            or stored.ticket.state is not TicketState.IN_SESSION
        ):
            raise TicketUnknown
        kiosk = stored.ticket.kiosk_home, stored.ticket.kiosk
        if not self._catalogue.kiosk_has_host(*kiosk):
            raise NotAllowed(why="no host here")
        current = self.state(*kiosk)
        if request.state is HelpState.WANTED and current is HelpState.NONE:
            await self._publish(kiosk, f"{HelpState.WANTED} {HelpFrom.AGENT}")
        elif request.state is HelpState.NONE and self._is_agents(kiosk):
            await self._publish(kiosk, ENDED)
        for ticket in await self._mark(*kiosk, asker.writer):  # the caller reads it at once
            changed = TicketChanged(ticket=ticket, position=self._changes.view.position(ticket))
            await notify_kiosk(self._notifications, ticket, changed)
        return HelpAnswer(state=self.state(*kiosk))

    def _is_agents(self, kiosk: Kiosk) -> bool:
        call = self._calls.get(kiosk, NO_CALL)
        return call.by is HelpFrom.AGENT and call.state is not HelpState.HERE

    # ---- the host

    @handles(SiteRequest)
    async def site(self, asker: Asker, _request: SiteRequest) -> SiteAnswer:
        """The kiosks that this host looks after. Raises `NotAllowed`."""
        person, kiosks = self._own(asker.organisation, asker.user)
        places = self._catalogue.places_of(asker.organisation)
        sites = {
            site.id: site.name for site in self._catalogue.organisation(asker.organisation).sites
        }
        facts = [
            KioskFacts(
                id=kiosk.id,
                name=kiosk.name or kiosk.id,
                site=sites[kiosk.site],
                there=self._presence.is_there(asker.organisation, Role.KIOSK, kiosk.id),
                caller=self._caller(asker.organisation, kiosk.id),
                help=self.state(asker.organisation, kiosk.id),
                help_from=self._calls.get((asker.organisation, kiosk.id), NO_CALL).by,
                closed=self._closures.is_site_closed(asker.organisation, kiosk.site),
                place=0 if kiosk.name else places[kiosk.id],
            )
            for kiosk in kiosks
        ]
        return SiteAnswer(your_name=person.name, kiosks=facts)

    def _own(self, organisation: str, user: str) -> tuple[PersonEntry, list[KioskEntry]]:
        entry = self._catalogue.organisation(organisation)
        for person in entry.people:
            if person.role == "facilitator" and person.id == user:
                sites = set(person.sites)
                return person, [kiosk for kiosk in entry.kiosks if kiosk.site in sites]
        raise NotAllowed(why="host")

    def _caller(self, home: str, kiosk: str) -> CallerState:
        states = {
            ticket.state for ticket in self._changes.view.at_kiosk(home, kiosk) if not ticket.away
        }
        if TicketState.IN_SESSION in states:
            return CallerState.IN_SESSION
        if states & WAITING:
            return CallerState.WAITING
        return CallerState.NONE

    @handles(HostRequest)
    async def answer(self, asker: Asker, request: HostRequest) -> Done:
        """The host comes, is there, or has finished.
        Raises `NotAllowed` for a kiosk that is not one of its own, `NobodyThere` where nobody calls
        and no caller is: the next one would read that a host hears.
        """
        _person, kiosks = self._own(asker.organisation, asker.user)
        if request.kiosk not in [kiosk.id for kiosk in kiosks] or not is_id(request.kiosk):
            raise NotAllowed(why="kiosk")
        kiosk = asker.organisation, request.kiosk
        if request.state is HelpState.NONE:
            await self._end(kiosk)
        else:
            if self.state(*kiosk) is HelpState.NONE and self._caller(*kiosk) is CallerState.NONE:
                raise NobodyThere
            here = {ticket.id for ticket in self._at(kiosk)}
            self._accompanied.pop(kiosk, None)
            if request.state is HelpState.HERE and here:
                self._accompanied[kiosk] = here  # before the next caller can come
            await self._publish(kiosk, request.state)
        await self._mark(*kiosk, asker.writer)
        return Done()

    async def _end(self, kiosk: Kiosk) -> None:
        """Nobody comes or is there any more; what the kiosk still repeats is no new call."""
        repeats = self._clock.monotonic_s() - self._spoke_s.get(kiosk, -FORGOTTEN_S) < FORGOTTEN_S
        is_told = repeats and self.state(*kiosk) is not HelpState.NONE
        await self._publish(kiosk, ENDED if is_told else HelpState.NONE)

    # ---- the hub's timer

    async def tick(self) -> None:
        """Marks the tickets of callers with whom a host is, also newer ones. Forgets calls that no
        kiosk repeats, and hosts whose caller has gone.
        """
        now_s = self._clock.monotonic_s()
        gone = [kiosk for kiosk, call in self._calls.items() if not self._is_fresh(call)]
        await self._tasks.for_each(gone, self._end_call, name="calls for hosts")
        self._spoke_s = {
            kiosk: at_s for kiosk, at_s in self._spoke_s.items() if now_s - at_s < FORGOTTEN_S
        }
        self._ended &= self._spoke_s.keys()
        here = [kiosk for kiosk, call in self._calls.items() if call.state is HelpState.HERE]
        await self._tasks.for_each(here, self._check_host, name="hosts at kiosks")
        await self._sweep()

    async def _end_call(self, kiosk: Kiosk) -> None:
        self._forget(kiosk)
        await self._mark(*kiosk, "hub")

    async def _check_host(self, kiosk: Kiosk) -> None:
        if self._has_left(kiosk):
            await self._end(kiosk)
        await self._mark(*kiosk, "hub")

    def _has_left(self, kiosk: Kiosk) -> bool:
        """The caller with whom the host is has gone, or there never was one: who comes next is
        another.
        """
        now_s = self._clock.monotonic_s()
        here = self._at(kiosk)
        accompanied = self._accompanied.get(kiosk)
        if not here:
            alone_s = now_s - self._alone_since_s.setdefault(kiosk, now_s)
            return alone_s >= (NOBODY_S if accompanied is None else GONE_S)
        self._alone_since_s.pop(kiosk, None)
        ids = {ticket.id for ticket in here}
        if accompanied is not None and not accompanied & (
            ids | {ticket.moved_from for ticket in here}
        ):
            return True
        self._accompanied[kiosk] = ids
        return False

    def _at(self, kiosk: Kiosk) -> list[Ticket]:
        """The tickets of the caller who is there."""
        return [
            ticket
            for ticket in self._changes.view.at_kiosk(*kiosk)
            if ticket.state in AT_KIOSK and not ticket.away
        ]

    async def _sweep(self) -> None:
        """Once, when a hub has run long enough to know all calls: those that are in tickets only
        are over. That a host is there was said to an earlier hub and still holds.
        """
        if self._swept_at_s is None or self._clock.monotonic_s() < self._swept_at_s:
            return
        self._swept_at_s = None
        marked = [
            stored.ticket
            for stored in self._changes.view.all_open()
            if stored.ticket.help in (HelpState.WANTED, HelpState.COMING)
        ]
        for ticket in marked:
            await self._mark(ticket.kiosk_home, ticket.kiosk, "hub")

    async def _mark(self, home: str, kiosk: str, by: str) -> list[Ticket]:
        """Writes into the kiosk's tickets how it stands with the call; those that it changed."""
        call = self._calls.get((home, kiosk), NO_CALL)
        if not self._is_fresh(call):
            call = NO_CALL
        changes = {
            "with_host": call.state is HelpState.HERE,
            "help": call.state,
            "help_from": HelpFrom.CALLER if call.state is HelpState.NONE else call.by,
        }

        def differs(ticket: Ticket) -> bool:
            return any(getattr(ticket, name) != value for name, value in changes.items())

        def decide(ticket: Ticket) -> Ticket | None:
            if ticket.state not in AT_KIOSK or not differs(ticket):
                return None
            return msgspec.structs.replace(ticket, **changes, changed_by=by)

        marked = []
        for ticket in self._changes.view.at_kiosk(home, kiosk):
            if ticket.state in AT_KIOSK and not ticket.away and differs(ticket):
                stored, changed = await self._changes.change(ticket.organisation, ticket.id, decide)
                marked += [stored.ticket] if changed else []
        return marked
