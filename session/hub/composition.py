# SPDX-License-Identifier: GPL-3.0-only
"""The hub: its packages put together on one connection, and their timers. Used by the program."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import timedelta

from session.bus.transport.connection import Incoming
from session.core.errors import DeskElsewhere, RateLimited, SessionError, StoreUnreachable
from session.hub.access.authority_offer import AuthorityOffer
from session.hub.access.computers import AuthorityCoverage
from session.hub.access.flood_watch import FloodWatch
from session.hub.access.handlers import Asker, handlers_of
from session.hub.access.operator_acts import OperatorActs
from session.hub.access.releases import Releases
from session.hub.access.request_server import RequestCounts, RequestServer
from session.hub.access.sightings import Sightings
from session.hub.appointments import wiring as appointments
from session.hub.assignment import wiring as assignment
from session.hub.convention.catalogue import Catalogue
from session.hub.dossier import wiring as dossier
from session.hub.dossier.log_keeper import LogKeeper
from session.hub.dossier.store import DossierStoreLike
from session.hub.history import wiring as history
from session.hub.log_index import wiring as log_index
from session.hub.monitoring import wiring as monitoring
from session.hub.monitoring.attendance import Attendance
from session.hub.network import wiring as network
from session.hub.network.incoming_callers import IncomingCallers
from session.hub.network.outgoing_callers import OutgoingCallers
from session.hub.parts import HubParts
from session.hub.queue import wiring as queue
from session.hub.queue.turn_credentials import TurnCredentials
from session.hub.remote_help import wiring as remote_help
from session.hub.sealed_organisations import SealedOrganisations, unless_sealed
from session.hub.storage import wiring as storage
from session.hub.storage.interfaces import StoredTicket
from session.hub.storage.store_space import is_store_full
from session.hub.storage.ticket_store import RETIRED_S
from session.hub.supervision import wiring as supervision
from session.hub.timeouts import TicketTimeouts
from session.hub.transfers import wiring as transfers
from session.protocol.hub.requests import HubMessage, QueueBeat
from session.protocol.hub.site import HubTrouble
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.program import DESK
from session.protocol.wire.roles import Role
from session.protocol.wire.subjects import sender_of

log = logging.getLogger(__name__)

LAST_TICK_S = 2.0
"""How long a hub that stops lets its timers finish the tick they are at."""

COPY_HELD_S = 3600.0

START_S = 60.0
"""Longest wait for the store at the start:
after a power cut a cluster needs a while to choose its leader.
"""


class Hub:
    """One hub; several share the work, all state is in JetStream.

    Args:
        dossiers: the organisations' store.
        turn: TURN servers for calls, None without any.

    Attributes:
        queue, history, assignment, dossiers, log_list, supervision, transfers,
            appointments, network, remote_help, monitoring: its packages.
        flood_watch: tells of whoever sends far more than every limit.
        authority: the network's next one, given to the programs before it counts.
        acts: what operators did.
        attendance: whether anybody is there, and believed the certificate.
        sightings: who was heard, when, and with which version.
        server: answers requests.
        space: how much room the store has.
    """

    def __init__(
        self, parts: HubParts, *, dossiers: DossierStoreLike, turn: TurnCredentials | None = None
    ) -> None:
        self.parts = parts
        self.flood_watch = FloodWatch(parts.clock)
        self.sightings = Sightings(parts.clock, parts.earlier)
        self._stores = stores = _stores(parts)
        self._log_keeper = _log_keeper(parts)
        outgoing, counts = OutgoingCallers(parts, stores.callers), RequestCounts()
        self.queue = queue.build(
            parts, stores, partners=outgoing, log_opener=self._log_keeper, turn=turn
        )
        self.dossiers = self._build_dossiers(dossiers)
        self.history = history.build(parts, self.queue, dossiers=dossiers, keep=self.dossiers.keep)
        self.assignment = assignment.build(parts, stores, queue=self.queue, dossiers=dossiers)
        self.remote_help = remote_help.build(parts, self.queue, projection=self.history.projection)
        self.log_list = log_index.build(
            parts,
            self._log_keeper,
            projection=self.history.projection,
            view=self.queue.view,
        )
        self.supervision = supervision.build(parts, stores, queue=self.queue, history=self.history)
        self.transfers = transfers.build(
            parts, self.queue, partners=outgoing, is_ours=self.assignment.is_ours
        )
        self.appointments = appointments.build(parts, self.queue, dossiers=dossiers)
        self.network = self._build_network(outgoing, counts)
        self.space = stores.space
        self.attendance = _attendance(parts, self.sightings)
        self.authority = AuthorityOffer(
            self.queue.notifications.notify, clock=parts.clock, tasks=parts.tasks
        )
        self.authority.changed.connect(self.network.state.on_next_authority)
        self.acts = OperatorActs(parts.book, clock=parts.clock, keep_days=self._keep_days)
        self.network.state.decided.connect(self.acts.on_site)
        self.server = self._request_server(counts)
        self.server.received.connect(self.sightings.on_message)
        self._incoming = IncomingCallers(
            parts, self.queue, server=self.server, relay=self.network.relay
        )
        self.monitoring = monitoring.build(
            parts,
            self.queue,
            projection=self.history.projection,
            refused_parts=lambda: self.network.state.refused_parts,
            watched=outgoing.watch.troubles,
            store_space=stores.space,
        )
        self._timeouts = TicketTimeouts(self.queue, self.transfers)
        self._leaving = asyncio.Event()
        self._end_watching: Callable[[], None] = lambda: None
        self._ticker: asyncio.Task[None] | None = None
        self._remembering: asyncio.Task[None] | None = None
        self._copying: asyncio.Task[None] | None = None
        self.monitoring.health.others.append(self.remote_help.self_tests.troubles)
        self.monitoring.health.others.append(self.attendance.troubles)

    def _keep_days(self) -> int:
        return max(_log_days(self.parts.catalogue).values(), default=OperatorActs.LEAST_DAYS)

    def _build_dossiers(self, store: DossierStoreLike) -> dossier.Dossiers:
        return dossier.build(
            self.parts,
            store,
            sessions=self.queue.sessions,
            callers=self._stores.callers,
            view=self.queue.view,
            log_keeper=self._log_keeper,
        )

    def _build_network(self, outgoing: OutgoingCallers, counts: RequestCounts) -> network.Network:
        return network.build(
            self.parts,
            self._stores,
            queue=self.queue,
            outgoing=outgoing,
            keep=self.dossiers.keep,
            projection=self.history.projection,
            door=network.HubDoor(counts, self.flood_watch, self.sightings),
            self_tests=self.remote_help.self_tests,
        )

    def _request_server(self, counts: RequestCounts) -> RequestServer:
        catalogue = self.parts.catalogue
        coverage = AuthorityCoverage(
            catalogue.identities,
            self.parts.book,
            hubs=self.network.state.hubs,
            sightings=self.sightings,
        )
        handlers = handlers_of(
            *self.queue.rules,
            *self.history.rules,
            *self.assignment.rules,
            *self.dossiers.rules,
            *self.log_list.rules,
            *self.remote_help.rules,
            *self.supervision.rules,
            *self.transfers.rules,
            *self.appointments.rules,
            *self.network.rules,
            Releases(self.parts.release),
            self.acts,
            coverage,
            SealedOrganisations(
                catalogue, self.queue.sessions, keeper=self._log_keeper, view=self.queue.view
            ),
        )
        return RequestServer(
            self.parts.connection,
            unless_sealed(handlers, catalogue),
            clock=self.parts.clock,
            tasks=self.parts.tasks,
            counts=counts,
            flood_watch=self.flood_watch,
            forward=self._ask_elsewhere,
            still_allowed=self._still_own,
        )

    async def _still_own(self, asker: Asker, request: HubMessage) -> None:
        """A role is proved with each request, but a conversation may be over.
        Raises `TicketUnknown`.
        """
        if session_id := getattr(request, "session_id", ""):
            await self.queue.sessions.owned(asker.organisation, asker.user, session_id)

    async def _ask_elsewhere(self, asker: Asker, verb: str, payload: bytes) -> bytes | None:
        """See `Forward`; nothing is done for a computer that waits."""
        if verb != "work_here" and self.assignment.workplaces.is_elsewhere(asker):
            raise DeskElsewhere
        return await self.network.outgoing.ask_for(asker, verb, payload)

    def is_with_caller(self, organisation: str, person: str) -> bool:
        """An agent of ours is in a conversation, one's own or another's, or in its wrap-up."""
        view = self.queue.view
        return bool(view.of_agent(organisation, person) or view.helping(organisation, person))

    # ---- start and stop

    async def start(self) -> None:
        """Prepares the store, loads the view, then opens the door.

        Raises:
            StoreUnreachable: JetStream did not answer within a minute, or has less room than the
                quota.
        """
        connection, view = self.parts.connection, self.queue.view
        try:
            async with asyncio.timeout(START_S):
                await self._prepare()
                await self._stores.tickets.follow(view.load, self._on_change)
                await self._stores.tickets.wait_loaded()
                await self._stores.board.follow()
                await self.transfers.callback_store.follow()
                await self.supervision.memo_store.follow()
        except TimeoutError as error:
            raise StoreUnreachable(why="not ready in time") from error
        self._end_watching = await connection.streams.watch_leaders()
        await asyncio.to_thread(self.dossiers.uploads.sweep)
        await connection.hear("hb.*.*.*", self._on_beat, shared=False)
        await self.transfers.host_calls.start()
        self._remember_moved()
        await self.network.outgoing.start()
        await self._incoming.start()
        await self.network.state.start()
        await self.network.relay.start()
        await self.server.start()
        await connection.settle()
        self.history.projection.start()
        self.log_list.indexer.start()
        self.remote_help.self_tests.start()
        self._remembering = self.parts.tasks.keep(
            self._remember_times, name="remember handling times"
        )
        self._copying = self.parts.tasks.keep(self._copy_held, name="copy held logs")
        self.acts.start(self.parts.tasks)
        self.assignment.lease.start()
        self.assignment.dispatch.start()
        self._ticker = self.parts.tasks.keep(self._run, name="hub timers")

    async def _prepare(self) -> None:
        # the logs first: they may have to give room back
        stores = (
            self._log_keeper,
            self._stores.tickets,
            self._stores.callers,
            self._stores.board,
            self.queue.return_store,
            self._stores.lease,
            self.queue.claim_store,
            self.transfers.callback_store,
            self.supervision.memo_store,
            self.history.audit,
        )
        while True:
            try:
                for store in stores:
                    await store.prepare()
            except StoreUnreachable as error:
                if is_store_full(error):
                    raise
                log.info("the store is not ready: %s", error.detail.get("why", ""))
                await asyncio.sleep(0.5)
            else:
                return

    async def _copy_held(self) -> None:
        """Copy aside, too, what ends have sent late for a held conversation."""
        while True:
            try:
                await self._log_keeper.kept.copy_new()
            except StoreUnreachable as error:
                log.warning("held logs are copied later: %s", error.detail.get("why", ""))
            await asyncio.sleep(COPY_HELD_S)

    async def _remember_times(self) -> None:
        """Load how long conversations took before this start,
        as soon as the history can say it.
        """
        while True:
            try:
                database = self.history.projection.history
                self.queue.waits.times.load(await asyncio.to_thread(database.handling_times))
            except StoreUnreachable:
                await asyncio.sleep(1.0)
            else:
                return

    async def take_catalogue(self, catalogue: Catalogue) -> None:
        """Goes on with another convention:
        queues, kiosks, rights and retention follow within a minute.

        Raises:
            StoreUnreachable: the retention could not be changed; nothing was taken, ask again.
        """
        self._log_keeper.keep_for(_log_days(catalogue))
        await self._log_keeper.prepare()
        self.parts.catalogue.take(catalogue)

    async def stop(self) -> None:
        """Hands over: the door closes, what was begun is finished, the lease is free;
        the caller closes the connection.

        Requests and session traffic that come from now on are another hub's;
        with none there, clients hear at once that nobody listens, and ask again.
        """
        self.monitoring.health.is_leaving = True
        log.info("this hub stops: others take over")
        await self.assignment.dispatch.stop()
        await self.assignment.lease.stop()
        await asyncio.gather(self.server.stop(), self.network.relay.stop())
        self._leaving.set()
        for task, finish_s in (
            (self._ticker, LAST_TICK_S),
            (self._remembering, 0.0),
            (self._copying, 0.0),
        ):
            if task is not None:
                await asyncio.wait([task], timeout=finish_s)
                task.cancel()
        self._ticker = self._remembering = self._copying = None
        self._end_watching()
        self.network.outgoing.stop()
        await self.remote_help.self_tests.stop()
        await self.log_list.indexer.stop()
        await self.history.projection.stop()
        await self._stores.tickets.stop()
        await self._stores.board.stop()
        await self.transfers.callback_store.stop()
        await self.supervision.memo_store.stop()

    def _on_change(self, stored: StoredTicket) -> None:
        self.queue.view.apply(stored)

    def _on_beat(self, message: Incoming) -> None:
        self.sightings.on_message(message)
        sender = sender_of(message.subject)
        if sender is None:
            return
        who = str(sender)
        if not self.flood_watch.beat(who):
            self.flood_watch.refused.note(who, "hb", RateLimited.code, why="too many signs of life")
            return
        self.attendance.on_beat(who, message.headers)
        self.authority.on_beat(sender, message.headers)
        asker = Asker(*sender, message.headers.get(DESK, ""))
        if not self.assignment.workplaces.is_elsewhere(asker):
            self.queue.presence.mark_alive(*sender)
        if sender.role is Role.KIOSK:
            self.network.outgoing.forward_beat(sender.organisation, sender.user)
        self.queue.lines.take_sample(*sender, message.payload)

    # ---- timers

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.parts.tick_s):
                    await self._leaving.wait()
            if self._leaving.is_set():
                return
            try:
                await self.tick()
            except SessionError as error:
                log.info("the timers wait for the store: %s", error.code)

    async def tick(self) -> None:
        """Run what the timers do: presence, places, beats, openings.
        Called every `tick_s`; by tests whose clock stands.
        """
        await self.parts.disk_space.measure()
        is_time = await self._stores.space.tick()
        open_now = [stored.ticket for stored in self.queue.view.all_open()]
        tasks = self.parts.tasks
        await tasks.for_each(open_now, self._timeouts.check, name="times of tickets")
        await tasks.for_each(
            self.parts.catalogue.served, self._tick, name="queues of organisations"
        )
        self._remember_moved()
        rules = (
            self.queue.moved.complete,
            self.transfers.overflow.tick,
            self.transfers.host_calls.tick,
            *((self._poll_health,) if is_time else ()),
            self.network.state.publish,
            self.queue.offers.tick,
            self.transfers.callbacks.tick,
            self.appointments.tick,
        )
        await tasks.for_each(rules, lambda rule: rule(), name="rules of the hub's timer")
        self._forget_ended(open_now)

    async def _tick(self, organisation: str) -> None:
        await self.queue.places.tick(organisation)
        await self.transfers.waiting_elsewhere.tick(organisation)
        await self._send_beat(organisation)

    async def _poll_health(self) -> None:
        """Tell the operators what is wrong here, with the rest of what this hub tells."""
        self.network.state.troubles = [
            HubTrouble(code=trouble.code, grave=trouble.grave, detail=trouble.detail)
            for trouble in await self.monitoring.health.check()
        ]

    async def _send_beat(self, organisation: str) -> None:
        view = self.queue.view
        beat = QueueBeat(
            revision=view.revision(organisation),
            open_tickets=view.open_count(organisation),
            digest=view.digest(organisation),
            convention=self.parts.catalogue.version,
        )
        await self.queue.notifications.beat(organisation, beat)

    def _remember_moved(self) -> None:
        """Callers of ours who are in a partner's network, as the store tells it."""
        view = self.queue.view
        for moved in view.lately_moved():
            if not view.at_kiosk(moved.kiosk_home, moved.kiosk):
                self.network.outgoing.remember(moved)

    def _forget_ended(self, open_now: list[Ticket]) -> None:
        self._timeouts.watch.forget(
            {ticket.session for ticket in open_now if ticket.session is not None}
        )
        self.queue.places.forget({ticket.id for ticket in open_now})
        oldest = self.parts.clock.utc_now() - timedelta(seconds=RETIRED_S)
        self.queue.view.forget_ended(
            lambda ticket: ticket.ended_at_utc is not None and ticket.ended_at_utc < oldest
        )


def _log_days(catalogue: Catalogue) -> dict[str, int]:
    return {name: catalogue.organisation(name).log_days for name in catalogue.served}


def _stores(parts: HubParts) -> storage.Stores:
    return storage.build(
        parts.connection,
        parts.tasks,
        clock=parts.clock,
        replicas=parts.replicas,
        limits=parts.limits,
    )


def _log_keeper(parts: HubParts) -> LogKeeper:
    return LogKeeper(
        parts.connection,
        _log_days(parts.catalogue),
        replicas=parts.replicas,
        limits=parts.limits,
        clock=parts.clock,
    )


def _attendance(parts: HubParts, sightings: Sightings) -> Attendance:
    heard_at_utc = max((sighting.at_utc for sighting in parts.earlier), default=None)
    attendance = Attendance(
        sightings.all, parts.clock, hours=parts.hours, heard_at_utc=heard_at_utc
    )
    parts.connection.connected.connect(attendance.on_bus)
    return attendance
