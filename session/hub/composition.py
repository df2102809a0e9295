# SPDX-License-Identifier: GPL-3.0-only
"""The hub: queue, dossier service and log keeper on one connection, and their timers.
Used by the program.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from session.bus.hub_connection import HubConnection
from session.bus.transport.connection import Incoming
from session.core.clock import Clock
from session.core.errors import SessionError, StoreUnreachable
from session.core.tasks import Tasks
from session.hub.access.flood_watch import FloodWatch
from session.hub.access.handlers import handlers_of
from session.hub.access.request_server import RequestServer
from session.hub.assignment.agent_states import AgentStates
from session.hub.assignment.dispatch import LOOK_S, Dispatch
from session.hub.assignment.routing import Routing
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.open_now import OpenNow
from session.hub.dossier.deliveries import DeliveryService
from session.hub.dossier.exports import ExportService
from session.hub.dossier.keep_consent import KeepGrants, NatsKeepStore
from session.hub.dossier.library import Library
from session.hub.dossier.log_keeper import LogKeeper
from session.hub.dossier.log_service import LogService
from session.hub.dossier.pieces import PieceService
from session.hub.dossier.service import DossierService
from session.hub.dossier.store import DossierStoreLike
from session.hub.dossier.uploads import UploadSpool
from session.hub.history.audit import Audit
from session.hub.history.database import TIME_ZONE, History
from session.hub.history.projection import Projection
from session.hub.history.statistics import StatisticsService
from session.hub.history.trends import DayAndTrends
from session.hub.monitoring.gauges import Gauges
from session.hub.monitoring.health import Health
from session.hub.network.network_state import NetworkState
from session.hub.network.partner_networks import Links
from session.hub.network.relay import Relay
from session.hub.queue.agent_claims import AgentClaims, NatsAgentClaimStore
from session.hub.queue.calls import Calls
from session.hub.queue.display import Display
from session.hub.queue.eligibility import Eligibility
from session.hub.queue.kiosk_offers import KioskOffers
from session.hub.queue.line_quality import KioskLines
from session.hub.queue.notifications import BusNotifications, PlaceNotifications
from session.hub.queue.presence import (
    PATIENCE,
    Patience,
    Presence,
    PresenceWatch,
)
from session.hub.queue.returning_callers import NatsReturnStore, ReturningCallers
from session.hub.queue.sessions import Sessions
from session.hub.queue.ticket_changes import TicketChanges
from session.hub.queue.turn_credentials import TurnCredentials
from session.hub.queue.view import QueueView
from session.hub.queue.wait_estimates import HandlingTimes, WaitEstimates
from session.hub.sealed_organisations import SealedOrganisations, unless_sealed
from session.hub.storage.board_store import NatsBoardStore
from session.hub.storage.disk_space import DiskSpace
from session.hub.storage.interfaces import StoredTicket
from session.hub.storage.lease import Lease
from session.hub.storage.ticket_store import RETIRED_S, NatsCallerStore, NatsTicketStore
from session.hub.supervision.board import Board
from session.hub.supervision.undo import Undo
from session.hub.timeouts import TicketTimeouts
from session.hub.transfers.callbacks import Callbacks, NatsCallbackStore
from session.hub.transfers.host_calls import HostCalls
from session.hub.transfers.moves import Moves
from session.hub.transfers.overflow_moves import OverflowMoves
from session.hub.transfers.pass_on import PassOn
from session.hub.transfers.third_parties import ThirdParties
from session.hub.transfers.waiting_elsewhere import COME_S, WaitingElsewhere
from session.protocol.hub.requests import QueueBeat
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

TICK_S = 2.0
LAST_LOOK_S = 2.0
"""How long a hub that stops lets its timers finish the look they are at."""

START_S = 60.0
"""Longest wait for the store at the start:
after a power cut a cluster needs a while to choose its leader.
"""


class Hub:
    """One hub; several share the work, all state is in JetStream.

    Args:
        connection: connected already.
        dossiers: the organisation's store.
        folder: private folder for uploads on their way, and for the history.
        tick_s: between two looks at presence and queue.
        replicas: of each stream; 3 on a cluster.
        database: SQLAlchemy address of the history's database; "" for SQLite in `folder`.
        time_zone: whose days and hours the statistics count.
        rebuild_history: build the history again from the audit.
        network: our name among partners' networks; "" without partners.
        patience: how long silence of a desk or a kiosk is borne.
        come_s: how long a called caller has to come back to the kiosk.
        library: folder of the documents that agents put before callers; None without any.
        kiosk_key: the public key of a kiosk (home, id); by default the convention's.
        disk_space: of the disks that hold the hub's things, ours and the server's.

    Attributes:
        health, gauges: how this hub is, and how many callers and agents it sees.
        projection: where the history is, and how far.
    """

    def __init__(
        self,
        connection: HubConnection,
        catalogue: Catalogue,
        *,
        dossiers: DossierStoreLike,
        folder: Path,
        clock: Clock,
        tasks: Tasks,
        tick_s: float = TICK_S,
        replicas: int = 1,
        database: str = "",
        time_zone: str = TIME_ZONE,
        rebuild_history: bool = False,
        network: str = "",
        patience: Patience = PATIENCE,
        come_s: float = COME_S,
        disk_space: DiskSpace | None = None,
        turn: TurnCredentials | None = None,
        uploads: Path | None = None,
        library: Path | None = None,
        kiosk_key: Callable[[str, str], str] | None = None,
    ) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._clock = clock
        self._tasks = tasks
        self._tick_s = tick_s
        self._leaving = asyncio.Event()
        self._end_watching: Callable[[], None] = lambda: None
        self._ticker: asyncio.Task[None] | None = None
        self._remembering: asyncio.Task[None] | None = None
        self.view = QueueView()
        self.view.monotonic_s = clock.monotonic_s
        self.presence = Presence(clock, patience)
        self._notifications = BusNotifications(connection)
        self._tickets = NatsTicketStore(connection, tasks, replicas=replicas)
        self._callers = NatsCallerStore(connection, replicas)
        log_days = _log_days(catalogue)
        self._keeper = LogKeeper(connection, log_days, replicas=replicas)
        self._audit = Audit(connection, replicas)
        self.projection = Projection(
            self._audit,
            lambda: History(folder / "history", database, time_zone),
            tasks=tasks,
            rebuild=rebuild_history,
        )
        self._hands = NatsAgentClaimStore(connection, replicas)
        self._changes = TicketChanges(
            self._tickets, self.view, hands=AgentClaims(self._hands, self._tickets)
        )
        self._returns = NatsReturnStore(connection, replicas)
        self._returning = ReturningCallers(self._returns, clock)
        self._board_store = NatsBoardStore(connection, tasks, replicas=replicas)
        self._agents = AgentStates(
            self.view,
            self.presence,
            store=self._board_store,
            catalogue=catalogue,
            clock=clock,
            time_zone=time_zone,
        )
        eligibility = Eligibility(catalogue, self._agents.answering)
        self._lines = KioskLines(catalogue, self.view, self.presence, clock)
        self.sessions = Sessions(
            self._changes,
            self._callers,
            catalogue=catalogue,
            keeper=self._keeper,
            notifications=self._notifications,
            clock=clock,
            served=self._returning.served,
            eligibility=eligibility,
            rates=self._lines.rates,
            relays=(turn or TurnCredentials([], b"", relay_only=False, clock=clock)).rules,
            kiosk_key=kiosk_key,
        )
        days = DayAndTrends(self.projection, clock, time_zone=time_zone)
        self._board = Board(
            self._changes,
            self._board_store,
            catalogue=catalogue,
            agents=self._agents,
            days=days,
            notifications=self._notifications,
            clock=clock,
        )
        self.waits = WaitEstimates(
            self.view,
            HandlingTimes(),
            agents=self._board.agents,
            clock=clock,
            services_of=self._services_of,
        )
        self._places = PlaceNotifications(
            self.view, self.waits, notifications=self._notifications, clock=clock
        )
        self._lease = Lease(connection, "dispatch", tasks=tasks, replicas=replicas)
        self._dispatch = Dispatch(
            self._changes,
            self._agents,
            catalogue=catalogue,
            is_ours=lambda: self._lease.is_held,
            clock=clock,
            tasks=tasks,
            look_s=min(tick_s, LOOK_S),
            eligibility=eligibility,
        )
        self.view.on_change = self._on_ticket
        self._board_store.on_change = self._dispatch.wake
        self.network = NetworkState(
            connection,
            self._board_store,
            catalogue=catalogue,
            presence=self.presence,
            notifications=self._notifications,
            clock=clock,
            counts=self._counts,
        )
        self._hosts = HostCalls(
            connection,
            self._changes,
            catalogue=catalogue,
            presence=self.presence,
            clock=clock,
            is_site_closed=self.network.is_closed,
        )
        self._openings = OpenNow(catalogue, clock)
        self._offers = KioskOffers(
            catalogue,
            self._openings,
            decided=self._board.shown,
            notifications=self._notifications,
            clock=clock,
            is_site_closed=self.network.is_closed,
            has_host=self._hosts.has_host,
        )
        self._calls = Calls(
            self._changes,
            self._callers,
            catalogue=catalogue,
            sessions=self.sessions,
            places=self._places,
            notifications=self._notifications,
            clock=clock,
            is_closed=self._board.is_closed,
            openings=self._openings,
            preferred=self._returning.preferred,
        )
        self._callback_store = NatsCallbackStore(connection, tasks, replicas=replicas)
        self._callbacks = Callbacks(
            self._callback_store,
            self._changes,
            callers=self._callers,
            catalogue=catalogue,
            openings=self._openings,
            sessions=self.sessions,
            is_closed=self._board.is_closed,
            clock=clock,
        )
        self._away = WaitingElsewhere(
            self._changes,
            self._callers,
            catalogue=catalogue,
            calls=self._calls,
            waits=self.waits,
            clock=clock,
            come_s=come_s,
        )
        self._calls.is_site_closed = self.network.is_closed
        self.disk_space = disk_space or DiskSpace()
        self._calls.check_room = self.disk_space.check
        self.health = Health(
            connection,
            self.projection,
            disk_space=self.disk_space,
            refused_parts=lambda: self.network.refused_parts,
        )
        self.gauges = Gauges(self.view, self._agents, catalogue=catalogue, clock=clock)
        self._moves = Moves(
            self._changes,
            self._callers,
            catalogue=catalogue,
            places=self._places,
            notifications=self._notifications,
            clock=clock,
            check_open=self._calls.check_open,
            is_closed=self._board.is_closed,
        )
        self._overflow = OverflowMoves(
            catalogue,
            self.view,
            agents=self._agents,
            moves=self._moves,
            is_ours=lambda: self._lease.is_held,
            check_open=self._calls.check_open,
            clock=clock,
        )
        self._talks = ThirdParties(
            self._changes,
            catalogue,
            presence=self.presence,
            notifications=self._notifications,
            clock=clock,
        )
        self._passing = PassOn(
            self._changes,
            self._callers,
            catalogue=catalogue,
            sessions=self.sessions,
            agents_of=self._board.agents,
            is_closed=self._board.is_closed,
            presence=self.presence,
            moves=self._moves,
            notifications=self._notifications,
            clock=clock,
        )
        self._lookout = TicketTimeouts(
            PresenceWatch(self.presence),
            self._calls,
            sessions=self.sessions,
            talks=self._talks,
            passing=self._passing,
            notifications=self._notifications,
            catalogue=catalogue,
            clock=clock,
        )
        self._uploads = UploadSpool(uploads or folder / "uploads")
        keep = KeepGrants(NatsKeepStore(connection), clock)
        self._dossiers = DossierService(
            dossiers, self.sessions, callers=self._callers, uploads=self._uploads, keep=keep
        )
        self.floods = FloodWatch(clock)
        self.relay = Relay(
            connection, self.view, changes=self._changes, keep=keep, clock=clock, tasks=tasks
        )
        self.relay.excess = self.floods.dropped
        undo = Undo(
            self._board,
            self._changes,
            store=self._board_store,
            projection=self.projection,
            name_of=catalogue.person_name,
            clock=clock,
        )
        rules = (
            self._calls,
            self.sessions,
            self._offers,
            self._lines,
            Display(self.view, catalogue),
            self._agents,
            Routing(
                self._changes,
                self.sessions,
                agents=self._agents,
                catalogue=catalogue,
                clock=clock,
                eligibility=eligibility,
            ),
            self._board,
            undo,
            days,
            StatisticsService(self.projection),
            self._dossiers,
            PieceService(self._dossiers),
            DeliveryService(dossiers, catalogue.person_name),
            ExportService(dossiers, catalogue.person_name),
            Library(catalogue, library),
            LogService(self._keeper, self.view, catalogue=catalogue),
            SealedOrganisations(catalogue, self.sessions, keeper=self._keeper),
            self._away,
            self._callbacks,
            self._moves,
            self._hosts,
            self.network,
            self._talks,
            self._passing,
        )
        bound = unless_sealed(handlers_of(*rules), catalogue)
        self.service = RequestServer(connection, bound, clock=clock, tasks=tasks)
        self.service.excess = self.floods.dropped
        self._links = Links(
            network,
            connection,
            catalogue=catalogue,
            moves=self._moves,
            presence=self.presence,
            relay=self.relay,
            service=self.service,
            clock=clock,
            tasks=tasks,
        )
        self.health.others.append(self._links.watch.troubles)

    async def start(self) -> None:
        """Prepares the store, loads the view, then opens the door.

        Raises:
            StoreUnreachable: JetStream did not answer within a minute.
        """
        try:
            async with asyncio.timeout(START_S):
                await self._prepare()
                await self._tickets.follow(self.view.load, self._on_change)
                await self._tickets.wait_loaded()
                await self._board_store.follow()
                await self._callback_store.follow()
        except TimeoutError as error:
            raise StoreUnreachable(why="not ready in time") from error
        self._end_watching = await self._connection.streams.watch_leaders()
        await asyncio.to_thread(self._uploads.sweep)
        await self._connection.serve("hb.*.*.*", self._on_beat, shared=False)
        await self._hosts.start()
        self._remember_moved()
        await self._links.start()
        await self.network.start()
        await self.relay.start()
        await self.service.start()
        await self._connection.settle()
        self.projection.start()
        self._remembering = self._tasks.start(
            self._remember_times(), name="remember handling times"
        )
        self._lease.start()
        self._dispatch.start()
        self._ticker = self._tasks.start(self._tick(), name="hub timers")

    async def take_catalogue(self, catalogue: Catalogue) -> None:
        """Goes on with another convention:
        queues, kiosks, rights and retention follow within a minute.

        Raises:
            StoreUnreachable: the retention could not be changed; nothing was taken, ask again.
        """
        self._keeper.keep_for(_log_days(catalogue))
        await self._keeper.prepare()
        self._catalogue.take(catalogue)

    async def stop(self) -> None:
        """Hands over: the door closes, what was begun is finished, the lease is free;
        the caller closes the connection.

        Requests and session traffic that come from now on are another hub's;
        with none there, clients hear at once that nobody listens, and ask again.
        """
        self.health.is_leaving = True
        log.info("this hub stops: others take over")
        await self._dispatch.stop()
        await self._lease.stop()
        await asyncio.gather(self.service.stop(), self.relay.stop())
        self._leaving.set()
        for task, finish_s in ((self._ticker, LAST_LOOK_S), (self._remembering, 0.0)):
            if task is not None:
                await asyncio.wait([task], timeout=finish_s)
                task.cancel()
        self._ticker = self._remembering = None
        self._end_watching()
        self._links.stop()
        await self.projection.stop()
        await self._tickets.stop()
        await self._board_store.stop()
        await self._callback_store.stop()

    async def _prepare(self) -> None:
        while True:
            try:
                await self._tickets.prepare()
                await self._callers.prepare()
                await self._keeper.prepare()
                await self._board_store.prepare()
                await self._returns.prepare()
                await self._lease.prepare()
                await self._hands.prepare()
                await self._callback_store.prepare()
                await self._audit.prepare()
            except StoreUnreachable as error:
                log.info("the store is not ready: %s", error.detail.get("why", ""))
                await asyncio.sleep(0.5)
            else:
                return

    def _on_ticket(self, before: Ticket | None, after: Ticket) -> None:
        self.presence.seen(before, after)
        self.waits.seen(before, after)
        self._agents.seen(before, after)
        self._returning.seen(before, after)
        self._dispatch.seen(before, after)
        self._links.seen(before, after)

    def _services_of(self, organisation: str, agent: str) -> frozenset[str] | None:
        """The services that this agent serves; None for all."""
        return frozenset(self._catalogue.agent(organisation, agent).services) or None

    async def _remember_times(self) -> None:
        """How long conversations took before this start, as soon as the history can say it."""
        while True:
            try:
                history = self.projection.history
                self.waits.times.load(await asyncio.to_thread(history.handling_times))
            except StoreUnreachable:
                await asyncio.sleep(1.0)
            else:
                return

    def _counts(self) -> tuple[int, int, int | None]:
        return self.service.answered, self.service.refused, self.projection.position.behind

    def _on_change(self, stored: StoredTicket) -> None:
        self.view.apply(stored)

    def _on_beat(self, message: Incoming) -> None:
        _, organisation, letter, user = message.subject.split(".")
        if not self.floods.beat(f"{organisation}.{letter}.{user}"):
            return
        self.presence.heard(organisation, Role(letter), user)
        if letter == Role.KIOSK:
            self._links.heard(organisation, user)
        self._lines.heard(organisation, Role(letter), user, message.payload)

    # ---- timers

    async def _tick(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._tick_s):
                    await self._leaving.wait()
            if self._leaving.is_set():
                return
            try:
                await self.look()
            except SessionError as error:
                log.info("the timers wait for the store: %s", error.code)

    async def look(self) -> None:
        """What the timers do: presence, places, beats, openings.
        Called every `tick_s`; by tests whose clock stands.
        """
        await self.disk_space.measure()
        open_now = [stored.ticket for stored in self.view.all_open()]
        for ticket in open_now:
            await self._lookout.look(ticket)
        for organisation in self._catalogue.served:
            await self._places.look(organisation)
            await self._away.look(organisation)
            count = self.view.open_count(organisation)
            await self._notifications.beat(
                organisation,
                QueueBeat(
                    revision=self.view.revision(organisation),
                    open_tickets=count,
                    digest=self.view.digest(organisation),
                    convention=self._catalogue.version,
                ),
            )
        self._remember_moved()
        await self._moves.mend()
        await self._overflow.look()
        await self._hosts.look()
        await self.network.say()
        await self._offers.look()
        await self._callbacks.look()
        self._tidy(open_now)

    def _remember_moved(self) -> None:
        """Callers of ours who are in a partner's network, as the store tells it."""
        for moved in self.view.lately_moved():
            if not self.view.at_kiosk(moved.kiosk_home, moved.kiosk):
                self._links.remember(moved)

    def _tidy(self, open_now: list[Ticket]) -> None:
        self._lookout.forget({ticket.session for ticket in open_now if ticket.session is not None})
        self._places.forget({ticket.id for ticket in open_now})
        oldest = self._clock.utc_now() - timedelta(seconds=RETIRED_S)
        self.view.forget_ended(
            lambda ticket: ticket.ended_at_utc is not None and ticket.ended_at_utc < oldest
        )


def _log_days(catalogue: Catalogue) -> dict[str, int]:
    return {name: catalogue.organisation(name).log_days for name in catalogue.served}
