# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub`: queue, dossiers and log, with its own nats-server unless another is named.
No window, no Qt.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from documents.store.procedures import ProcedureProblem
from expert_app.backup.watch import open_backup_watch
from expert_app.hub.before_upgrade import keep_old_databases, print_format_unknown, upgrade_stored
from expert_app.hub.convention_updates import ConventionUpdates
from expert_app.hub.dossiers import OpenDossiers, find_sources, open_dossiers
from expert_app.hub.own_server import OwnServer
from expert_app.hub.procedure_words import name_troubles, names_unknown, unknown_names
from expert_app.hub.starting import CANNOT_START, begin_unless, print_cannot_start, stop_on_signals
from expert_app.messages.carrier import MessageCarrier
from expert_app.rdv_service_public.taking_in import TakingIn
from expert_app.runtime.config import HubSettings, ReleaseSettings
from expert_app.runtime.ice_settings import turn_tickets
from expert_app.runtime.paths import Paths
from expert_app.runtime.watch import WatchService, keep_notifying
from expert_app.stores.identities import open_book
from expert_app.stores.jetstream import documents_folder, store_limits
from expert_app.stores.last_seen import keep_hours, keep_sightings, read_hours, read_sightings
from expert_app.stores.messages import open_senders
from expert_app.stores.next_authority import watch_offer
from expert_app.stores.passwords import load_rdv_client_secret, load_rdv_secrets
from resources.texts import _
from session.bus.hub_connection import HubConnection
from session.core.clock import SystemClock
from session.core.disk import network_disk
from session.core.errors import SessionError, StoreUnreachable
from session.core.tasks import Tasks
from session.hub.appointments.slips import Slips
from session.hub.composition import Hub
from session.hub.dossier.library import library_folder
from session.hub.monitoring.health import Trouble
from session.hub.parts import HubParts, Patience
from session.hub.storage.disk_space import DiskSpace
from session.hub.storage.format import StoredFormatUnknown
from session.hub.storage.store_space import is_store_full
from session.protocol.hub.requests import ReleaseAnswer

if TYPE_CHECKING:
    from expert_app.rdv_service_public.client import RdvServicePublic

log = logging.getLogger(__name__)

CONNECT_S = 10.0


@dataclass(frozen=True)
class HubOptions:
    """The options that the command line adds to the settings."""

    watch: WatchService | None = None
    rebuild_history: bool = False


def _release(settings: ReleaseSettings) -> ReleaseAnswer:
    return ReleaseAnswer(newest=settings.newest, by=settings.by, where=settings.where)


class HubProgram:
    """The hub's process: server, connection, store, hub, in this order up and in the reverse order
    down.

    Attributes:
        server_started: our own server runs; the number of its process.
        hub: what answers, once calls are taken.
    """

    def __init__(
        self,
        settings: HubSettings,
        paths: Paths,
        *,
        options: HubOptions,
    ) -> None:
        self._settings = settings
        self._paths = paths
        self._options = options
        self._clock = SystemClock()
        self._tasks = Tasks()
        self.convention = ConventionUpdates(settings, paths)
        self._sources = find_sources(settings, paths)
        self._senders = open_senders(settings, self._clock)
        self._rdv_secrets = load_rdv_secrets(settings.rdv)
        self._rdv_client_secret = load_rdv_client_secret(settings.rdv)
        self._backups = open_backup_watch(settings, self._clock)
        keep_old_databases(settings, paths)
        self._server = OwnServer(
            settings,
            paths,
            catalogue=self.convention.catalogue,
            tasks=self._tasks,
        )
        self.server_started = self._server.started
        self.hub: Hub | None = None

    async def run(self, stop: asyncio.Event, ready: Callable[[str], None]) -> None:
        """Runs until `stop`; `ready` gets the bus's address once calls are taken.

        Raises:
            SessionError: bus or store cannot be had.
        """
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._tasks.close)
            await begin_unless(stop, self._begin(stack, ready))
            await stop.wait()

    def _carry_messages(
        self, hub: Hub, dossiers: OpenDossiers, stack: contextlib.AsyncExitStack
    ) -> None:
        carrier = MessageCarrier(
            dossiers.store.messages,
            self._senders,
            slip_of=Slips(self.convention.catalogue).slip,
            clock=self._clock,
            tasks=self._tasks,
        )
        hub.monitoring.health.others.append(carrier.troubles)
        stack.push_async_callback(carrier.stop)
        carrier.start()

    async def _take_notifications(
        self, hub: Hub, taking_in: TakingIn, stack: contextlib.AsyncExitStack
    ) -> None:
        """Opens the door for another booking service, where the settings want it."""
        if not self._settings.rdv.listen:
            return
        from expert_app.rdv_service_public.door import open_door

        hub.monitoring.health.others.append(taking_in.troubles)
        listen = self._settings.rdv.listen
        if not await open_door(listen, taking_in, self._rdv_secrets, stack):
            closed = Trouble("rdv_closed", False, {"listen": listen})
            hub.monitoring.health.others.append(lambda: [closed])

    def _outside(
        self, taking_in: TakingIn, stack: contextlib.AsyncExitStack
    ) -> RdvServicePublic | None:
        """Return the other booking service where agents take appointments, too; None for none."""
        if not self._settings.rdv.address:
            return None
        from expert_app.rdv_service_public.client import RdvServicePublic

        service = RdvServicePublic(self._settings.rdv, self._rdv_client_secret, taking_in=taking_in)
        stack.push_async_callback(service.close)
        return service

    async def _begin(self, stack: contextlib.AsyncExitStack, ready: Callable[[str], None]) -> None:
        """Starts everything; `stack` ends what was started, also where this was given up."""
        bus = await self._server.open(stack)
        connection = HubConnection(bus.urls, bus.seed, tasks=self._tasks, tls=bus.tls)
        stack.push_async_callback(connection.close)
        await connection.connect(CONNECT_S)
        await upgrade_stored(self._settings, self._paths, connection)
        dossiers = open_dossiers(
            self._settings,
            self._paths,
            self._sources,
            clock=self._clock,
            tasks=self._tasks,
            stack=stack,
        )
        store = dossiers.store.foreign_appointments
        taking_in = TakingIn(store, self.convention.catalogue, clock=self._clock)
        self.hub = hub = self._build_hub(connection, dossiers, self._outside(taking_in, stack))
        await hub.start()
        stack.push_async_callback(hub.stop)
        self._carry_messages(hub, dossiers, stack)
        await self._take_notifications(hub, taking_in, stack)
        await self._server.serve_enrolment(
            connection, self._clock, stack, is_with_caller=hub.is_with_caller
        )
        self.convention.start(hub, self._server, self._tasks)
        await self._server.certificate.poll()
        self._tasks.keep(self._server.certificate.run, name="watch the certificate")
        if self._backups is not None:
            self._backups.start(self._tasks)
        self._tasks.keep(
            partial(keep_sightings, hub.sightings.all, self._paths),
            name="keep who was seen last",
        )
        self._tasks.keep(
            partial(watch_offer, hub.authority.offer, self._paths), name="watch the next authority"
        )
        self._tasks.keep(
            partial(keep_hours, hub.attendance, self._paths), name="keep when somebody was there"
        )
        await self._monitor(hub, connection, stack)
        address = ", ".join(bus.urls)
        ready(address)
        self._tasks.keep(keep_notifying, name="tell the service manager")

    def _build_hub(
        self,
        connection: HubConnection,
        dossiers: OpenDossiers,
        outside: RdvServicePublic | None,
    ) -> Hub:
        settings = self._settings
        parts = HubParts(
            connection=connection,
            catalogue=self.convention.catalogue,
            folder=self._paths.data,
            clock=self._clock,
            tasks=self._tasks,
            replicas=settings.replicas if settings.bus else 1,
            database=settings.history_database or settings.database,
            time_zone=settings.time_zone,
            rebuild_history=self._options.rebuild_history,
            patience=Patience(settings.silent_s, settings.desk_return_s, settings.kiosk_return_s),
            come_s=settings.come_back_s,
            network=settings.network if settings.partners else "",
            uploads=documents_folder(settings, self._paths, "uploads"),
            library=library_folder(Path(settings.catalogue)),
            kiosk_key=self._server.kiosk_key,
            has_key=self._server.has_key,
            disk_space=self._disk_space(),
            hours=read_hours(self._paths),
            book=open_book(self._paths),
            earlier=read_sightings(self._paths),
            backup_age_s=self._backup_age_s,
            release=_release(settings.release),
            outside=outside,
            limits=store_limits(settings, None if settings.bus else self._paths.folder("bus")),
        )
        turn = turn_tickets(settings.turn, self._clock, self._paths.data)
        hub = Hub(parts, dossiers=dossiers.adapter, turn=turn)
        hub.flood_watch.found.connect(self._server.on_flood)
        hub.monitoring.health.others.append(dossiers.watch.troubles)
        hub.monitoring.health.others.append(self._server.certificate_troubles)
        if self._server.sign_on is not None:
            hub.monitoring.health.others.append(self._server.sign_on.troubles)
        self._server.certificate.checked.connect(hub.network.state.on_certificate)
        if self._backups is not None:
            hub.monitoring.health.others.append(self._backups.troubles)
        hub.monitoring.health.others.append(self._network_disk)
        hub.monitoring.health.others.append(self._procedure_names)
        return hub

    def _backup_age_s(self) -> float | None:
        if self._backups is None:
            return None
        return self._backups.age_s

    def unknown_names(self) -> list[ProcedureProblem]:
        """Return what the organisations' own procedures name and the convention, as it is now,
        does not have. The shipped ones are examples.
        """
        is_own = bool(self._settings.procedures)
        procedures = self._sources.procedures
        if is_own:
            return unknown_names(procedures, self.convention.catalogue)
        return []

    def _procedure_names(self) -> list[Trouble]:
        return name_troubles(self.unknown_names())

    def _network_disk(self) -> list[Trouble]:
        kind = network_disk(self._paths.data)
        if kind:
            return [Trouble("disk_remote", False, {"kind": kind})]
        return []

    def _disk_space(self) -> DiskSpace:
        """The disks under everything the hub keeps:
        an own server's store lies in its folder too.
        """
        disk = self._settings.disk
        places = [self._paths.data, documents_folder(self._settings, self._paths, "dossiers")]
        return DiskSpace(places, warn_bytes=disk.warn_mb << 20, full_bytes=disk.full_mb << 20)

    async def _monitor(
        self, hub: Hub, connection: HubConnection, stack: contextlib.AsyncExitStack
    ) -> None:
        """Serves health and metrics, where the settings want them."""
        if not self._settings.metrics.listen:
            return
        from expert_app.hub.metrics import HubMetrics
        from expert_app.hub.monitor import open_monitor

        figures = HubMetrics(hub, connection, backups=self._backups)
        monitor = await open_monitor(
            self._settings.metrics.listen,
            hub.monitoring.health,
            figures,
            hub.flood_watch.refused,
        )
        if monitor is not None:
            stack.callback(monitor.stop)


async def run(settings: HubSettings, paths: Paths, options: HubOptions) -> int:
    """Runs the hub until it is told to stop; the exit code."""
    stop = asyncio.Event()
    try:
        program = HubProgram(settings, paths, options=options)
    except CANNOT_START as error:
        return print_cannot_start(error)
    if options.watch is not None:
        announce = options.watch(program, stop.set)
    else:
        announce = None
    stop_on_signals(stop.set)
    if hasattr(signal, "SIGHUP"):
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, program.convention.poll_now.set)

    def ready(url: str) -> None:
        if announce is not None:
            announce(url)
        else:
            print(_("The hub is ready; the bus is at {address}.").format(address=url), flush=True)
            if unknown := program.unknown_names():
                print(names_unknown(unknown), flush=True)

    try:
        await program.run(stop, ready)
    except StoredFormatUnknown as error:
        return print_format_unknown(error)
    except SessionError as error:
        log.error("the hub cannot start: %s %s", error.code, error.detail)
        if isinstance(error, StoreUnreachable) and is_store_full(error):
            print(
                _(
                    "The nats-server has less room than store.quota_mb says: give it the new "
                    "output of `expert-app hub bus-config`, or lower store.quota_mb."
                )
            )
            return 1
        words = _(
            "The hub cannot start ({code}): is another one running? Its logs are in {folder}."
        )
        print(words.format(code=error.code, folder=paths.data))
        return 1
    return 0
