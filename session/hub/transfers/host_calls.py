# SPDX-License-Identifier: GPL-3.0-only
"""Calls for a site's host, and its answers.
The rules behind kiosk and host; used by `session.hub.composition`.

As with presence, nothing is stored: the kiosk repeats what it last heard, so a hub that starts
knows it after 3 s, and hubs tell each other over a subject of their own account. Only that the host
is with the caller goes into the ticket: the agent must know that a third person hears.
"""

from __future__ import annotations

import logging

import msgspec

from session.bus.hub_connection import HubConnection
from session.bus.transport.connection import Incoming
from session.core.errors import BusUnreachable, NotAllowed
from session.hub.access.handlers import Asker, handles
from session.hub.convention.entries import KioskEntry, PersonEntry
from session.hub.queue.core import QueueCore
from session.hub.queue.view import WAITING
from session.protocol.hub.requests import Done
from session.protocol.hub.site import (
    CallerState,
    HelpAnswer,
    HelpCall,
    HelpState,
    HostRequest,
    KioskFacts,
    SiteAnswer,
    SiteRequest,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import is_id
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

FORGOTTEN_S = 15.0
"""A call that the kiosk does not repeat is over: the kiosk is gone, or its caller is."""

HERE_S = 2 * 3600.0
"""A host who said that it is with the caller and nothing since is not there any more."""

ENDED = "ended"
"""What hubs tell each other when the host has finished: the kiosk's next repeat is not a new call.
"""

SUBJECT = "net.help"

Kiosk = tuple[str, str]


class HostCalls:
    """Calls of kiosks for a host, and what hosts see and answer."""

    def __init__(self, core: QueueCore, connection: HubConnection) -> None:
        self._connection = connection
        self._changes = core.changes
        self._catalogue = core.catalogue
        self._closures = core.closures
        self._presence = core.presence
        self._clock = core.clock
        self._calls: dict[Kiosk, tuple[HelpState, float]] = {}
        self._spoke_s: dict[Kiosk, float] = {}
        self._ended: set[Kiosk] = set()

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
        self._ended.discard(kiosk)
        if state_text == ENDED:
            self._ended.add(kiosk)
        if state_text in (ENDED, HelpState.NONE):
            self._calls.pop(kiosk, None)
        else:
            self._calls[kiosk] = (HelpState(state_text), self._clock.monotonic_s())

    async def _publish(self, kiosk: Kiosk, state_text: str) -> None:
        self._note(kiosk, state_text)
        try:
            await self._connection.bus.publish(
                f"{SUBJECT}.{kiosk[0]}.{kiosk[1]}", state_text.encode()
            )
        except BusUnreachable:
            log.info("a call for help is not told to the other hubs; the kiosk repeats it")

    def state(self, home: str, kiosk: str) -> HelpState:
        """What is known of a kiosk's call now."""
        known = self._calls.get((home, kiosk))
        if known is not None and self._is_fresh(known):
            return known[0]
        is_marked = any(ticket.with_host for ticket in self._changes.view.at_kiosk(home, kiosk))
        # a hub that has just started reads it in the ticket
        return HelpState.HERE if is_marked else HelpState.NONE

    def _is_fresh(self, call: tuple[HelpState, float]) -> bool:
        limit_s = HERE_S if call[0] is HelpState.HERE else FORGOTTEN_S
        return self._clock.monotonic_s() - call[1] <= limit_s

    # ---- the kiosk

    @handles("call_help")
    async def call_help(self, asker: Asker, request: HelpCall) -> HelpAnswer:
        """A kiosk says how it stands with its call.
        Raises `NotAllowed` where no host can be called.

        Args:
            new: no repeat. A kiosk that was restarted, or is pressed again at once, calls anew,
                also when the host has just finished.
        """
        if not self._catalogue.has_host(
            asker.organisation, self._catalogue.site_of(asker.organisation, asker.user).id
        ):
            raise NotAllowed(why="no host here")
        known = self.state(asker.organisation, asker.user)
        state = (
            request.state if request.state is HelpState.NONE or known is HelpState.NONE else known
        )
        if (
            asker.organisation,
            asker.user,
        ) in self._ended and not request.new:  # a repeat of what the host has just finished
            state = HelpState.NONE
        self._spoke_s[asker.organisation, asker.user] = self._clock.monotonic_s()
        await self._publish((asker.organisation, asker.user), state)
        return HelpAnswer(state=state)

    # ---- the host

    @handles("site")
    async def site(self, asker: Asker, _request: SiteRequest) -> SiteAnswer:
        """The kiosks that this host looks after. Raises `NotAllowed`."""
        person, kiosks = self._own(asker.organisation, asker.user)
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
                closed=self._closures.is_site_closed(asker.organisation, kiosk.site),
            )
            for kiosk in kiosks
        ]
        return SiteAnswer(your_name=person.name, kiosks=facts)

    def _own(self, organisation: str, user: str) -> tuple[PersonEntry, list[KioskEntry]]:
        entry = self._catalogue.organisation(organisation)
        for person in entry.people:
            if person.role == "facilitator" and person.id == user:
                return person, [kiosk for kiosk in entry.kiosks if kiosk.site in person.sites]
        raise NotAllowed(why="host")

    def _caller(self, home: str, kiosk: str) -> CallerState:
        states = {
            ticket.state for ticket in self._changes.view.at_kiosk(home, kiosk) if not ticket.away
        }
        if TicketState.IN_SESSION in states:
            return CallerState.IN_SESSION
        return CallerState.WAITING if states & WAITING else CallerState.NONE

    @handles("host")
    async def answer(self, asker: Asker, request: HostRequest) -> Done:
        """The host comes, is there, or has finished.
        Raises `NotAllowed` for a kiosk that is not one of its own.
        """
        _person, kiosks = self._own(asker.organisation, asker.user)
        if request.kiosk not in [kiosk.id for kiosk in kiosks] or not is_id(request.kiosk):
            raise NotAllowed(why="kiosk")
        kiosk = asker.organisation, request.kiosk
        repeats = self._clock.monotonic_s() - self._spoke_s.get(kiosk, -FORGOTTEN_S) < FORGOTTEN_S
        ended = (
            request.state is HelpState.NONE and repeats and self.state(*kiosk) is not HelpState.NONE
        )
        await self._publish(kiosk, ENDED if ended else request.state)
        await self._mark(asker.organisation, request.kiosk, f"{Role.FACILITATOR}.{asker.user}")
        return Done()

    async def tick(self) -> None:
        """Marks the tickets of callers with whom a host is, also newer ones; forgets calls that no
        kiosk repeats.
        """
        now_s = self._clock.monotonic_s()
        self._calls = {kiosk: call for kiosk, call in self._calls.items() if self._is_fresh(call)}
        self._spoke_s = {
            kiosk: at_s for kiosk, at_s in self._spoke_s.items() if now_s - at_s < FORGOTTEN_S
        }
        self._ended &= self._spoke_s.keys()
        for (home, kiosk), (state, _) in list(self._calls.items()):
            if state is HelpState.HERE:
                await self._mark(home, kiosk, "hub")

    async def _mark(self, home: str, kiosk: str, by: str) -> None:
        known = self._calls.get((home, kiosk))
        is_here = known is not None and known[0] is HelpState.HERE and self._is_fresh(known)

        def decide(ticket: Ticket) -> Ticket | None:
            is_open = ticket.state in WAITING or ticket.state is TicketState.IN_SESSION
            if not is_open or ticket.with_host == is_here:
                return None
            return msgspec.structs.replace(ticket, with_host=is_here, changed_by=by)

        for ticket in self._changes.view.at_kiosk(home, kiosk):
            if ticket.with_host != is_here and not ticket.away:
                await self._changes.change(ticket.organisation, ticket.id, decide)
