# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub`: queue, dossiers and log, with its own nats-server unless another is named.
No window, no Qt.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from documents.store.procedures import ProceduresWrong, load_procedures, shipped
from documents.workers import Limits, Workers
from expert_app.ged.board_service import GedBoardService
from expert_app.ged.courier import Courier
from expert_app.hub.before_upgrade import keep_old_databases, too_new, upgrade_stored
from expert_app.hub.bus_config import server_settings
from expert_app.hub.dossier_adapter import DossierAdapter
from expert_app.hub.flood_ban import FloodBan
from expert_app.hub.procedure_words import procedures_refused
from expert_app.hub.store_watch import StoreWatch
from expert_app.hub.words import refused
from expert_app.runtime.automation import Automation
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing
from expert_app.runtime.ice_settings import turn_tickets
from expert_app.runtime.observations import Observations
from expert_app.runtime.paths import Paths
from expert_app.stores.dossiers import (
    ExtraMissing,
    extra_words,
    open_blobs,
    open_store,
    open_targets,
)
from expert_app.stores.identities import open_book
from expert_app.stores.jetstream import documents_folder, forget_running, hub_seed, note_running
from resources.texts import _
from session.bus.hub_connection import HubConnection
from session.bus.server.process import BusServer
from session.bus.transport.nkeys import new_seed, public_key
from session.bus.transport.tls import client_tls
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.hub.access.enrolment import Enrolment
from session.hub.access.identities import Keys
from session.hub.composition import Hub
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.problems import CatalogueWrong
from session.hub.convention.watcher import ConventionKeeper
from session.hub.dossier.library import library_folder
from session.hub.parts import HubParts, Patience
from session.hub.storage.disk_space import DiskSpace
from session.hub.storage.format import StoredTooNew
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

CONNECT_S = 10.0

SETTLE_S = 1.0
"""Between two looks at a convention that is being changed."""

EXAMPLE = """\
# Who offers what, where and when. `expert-app hub check FILE` says everything that is wrong.
# `key` is the public key that `expert-app enrol` printed on that machine.

[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
log_days = 90                                            # how long session logs are kept
home_address = "https://www.valdore.example/"
allowed_addresses = ["https://www.valdore.example/"]     # what an agent may open on a kiosk

[organisations.contact]                                  # stands on receipts
postal_address = "4 place du Marronnier\\n01234 Valdoré"
email = "contact@valdore.example"
phone = "04 00 00 00 00"

[[organisations.services]]                               # one big button each, at most six per site
id = "logement"
name = "Aide au logement"
subtitle = "Demander, déclarer, comprendre"
letter = "L"                                             # begins its ticket numbers
number_kind = "allocataire"                              # allocataire, france_travail, nir or nothing
icon = "home"
hours = ["mon-fri 08:30-12:00,13:30-17:00"]              # always open without; public holidays are closed
callback = true                                          # callers may ask to be called back when it is closed
away = ["back", "phone"]                                 # how callers may wait elsewhere

[[organisations.closures]]                               # stronger than hours
first = 2030-12-24
last = 2030-12-31
message = "Nos conseillers reviennent le 2 janvier."

[[organisations.sites]]
id = "oyen"
name = "Mairie de Saint-Oyen-le-Vieux"
services = ["logement"]

[[organisations.kiosks]]
id = "borne1"
site = "oyen"
key = ""

[[organisations.displays]]                               # screens in waiting rooms
id = "ecran1"
site = "oyen"
key = ""

[[organisations.people]]
id = "agent1"
name = "Camille R."                                      # what callers read
role = "agent"                                           # agent, supervisor or helpdesk
key = ""
"""


@dataclass(frozen=True)
class HubOptions:
    """What the command line adds to the settings."""

    driven: bool = False
    rebuild_history: bool = False


class HubProgram:
    """The hub's process: server, connection, store, hub, in this order up and in the reverse order
    down.

    Attributes:
        server_started: our own server runs; the number of its process.
    """

    def __init__(
        self,
        settings: HubSettings,
        paths: Paths,
        *,
        options: HubOptions,
    ) -> None:
        self.server_started: Signal[int | None] = Signal()
        self._settings = settings
        self._paths = paths
        self._options = options
        self._clock = SystemClock()
        self._tasks = Tasks()
        kept = paths.folder("convention") / "last-good"
        self._convention = ConventionKeeper(
            Path(settings.catalogue), settings.convention.operator_key, kept=kept
        )
        self._catalogue = self._convention.start()
        self._procedures = load_procedures(
            Path(settings.procedures) if settings.procedures else shipped()
        )
        self._look_now = asyncio.Event()
        self._keys_due = False
        self._blobs = open_blobs(settings, paths)
        self._targets = open_targets(settings)
        keep_old_databases(settings, paths)
        self._book = open_book(paths)
        self._enrolled: Keys = {}
        self._server: BusServer | None = None
        self._shut_out = FloodBan(self._take_keys, self._tasks)

    async def run(self, stop: asyncio.Event, ready: Callable[[str], None]) -> None:
        """Runs until `stop`; `ready` is told the bus's address once calls are taken.

        Raises:
            SessionError: bus or store cannot be had.
        """
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._tasks.close)
            urls, seed, tls = await self._bus(stack)
            connection = HubConnection(urls, seed, tasks=self._tasks, tls=tls)
            stack.push_async_callback(connection.close)
            await connection.connect(CONNECT_S)
            await upgrade_stored(self._settings, self._paths, connection)
            store = open_store(self._settings, self._paths, self._blobs)
            stack.callback(store.close)
            workers = Workers(limits=Limits(memory_mb=700, task_cpu_s=20))
            stack.callback(workers.close)
            courier = Courier(store, self._targets, clock=self._clock, tasks=self._tasks)
            stack.push_async_callback(courier.stop)
            adapter = DossierAdapter(
                store,
                self._clock,
                procedures=self._procedures,
                workers=workers,
                ged=GedBoardService(self._settings.ged, courier),
            )
            courier.start()
            watch = StoreWatch(store, self._blobs, courier=courier)
            hub = Hub(
                HubParts(
                    connection=connection,
                    catalogue=self._catalogue,
                    folder=self._paths.data,
                    clock=self._clock,
                    tasks=self._tasks,
                    replicas=self._settings.replicas if self._settings.bus else 1,
                    database=self._settings.history_database or self._settings.database,
                    time_zone=self._settings.time_zone,
                    rebuild_history=self._options.rebuild_history,
                    patience=Patience(
                        self._settings.silent_s,
                        self._settings.desk_return_s,
                        self._settings.kiosk_return_s,
                    ),
                    come_s=self._settings.come_back_s,
                    network=self._settings.network if self._settings.partners else "",
                    uploads=documents_folder(self._settings, self._paths, "uploads"),
                    library=library_folder(Path(self._settings.catalogue)),
                    kiosk_key=self._kiosk_key,
                    disk_space=self._disk_space(),
                ),
                dossiers=adapter,
                turn=turn_tickets(self._settings.turn, self._clock, self._paths.data),
            )
            hub.flood_watch.found.connect(self._on_flood)
            hub.monitoring.health.others.append(watch.troubles)
            watch.start(self._tasks)
            await hub.start()
            stack.push_async_callback(hub.stop)
            if self._server is not None:
                enrolment = Enrolment(
                    connection,
                    self._book,
                    reload=self._take_keys,
                    clock=self._clock,
                    tasks=self._tasks,
                )
                await enrolment.start()
                stack.push_async_callback(enrolment.stop)
            self._note_convention(hub)
            self._tasks.start(self._watch_convention(hub), name="watch the convention")
            await self._watch_over(hub, connection, stack)
            address = ", ".join(urls)
            ready(address)
            await stop.wait()

    def _disk_space(self) -> DiskSpace:
        """The disks under everything the hub keeps:
        an own server's store lies in its folder too.
        """
        disk = self._settings.disk
        places = [self._paths.data, documents_folder(self._settings, self._paths, "dossiers")]
        return DiskSpace(places, warn_bytes=disk.warn_mb << 20, full_bytes=disk.full_mb << 20)

    async def _watch_over(
        self,
        hub: Hub,
        connection: HubConnection,
        stack: contextlib.AsyncExitStack,
    ) -> None:
        """Health and metrics, where the settings want them."""
        if not self._settings.metrics.listen:
            return
        from expert_app.hub.metrics import HubMetrics
        from expert_app.hub.monitor import open_monitor

        figures = HubMetrics(hub, connection)
        monitor = await open_monitor(
            self._settings.metrics.listen, hub.monitoring.health, figures, self._tasks
        )
        if monitor is not None:
            stack.callback(monitor.stop)

    async def _bus(
        self, stack: contextlib.AsyncExitStack
    ) -> tuple[list[str], bytes, ssl.SSLContext | None]:
        """(addresses, our seed, whom we believe).
        Our own server gets a fresh key of ours at every start.
        """
        if self._settings.bus:
            ca_file = Path(self._settings.ca_file) if self._settings.ca_file else None
            return self._settings.bus_urls, hub_seed(self._settings), client_tls(ca_file)
        seed = new_seed()
        place = server_settings(self._settings, self._paths.folder("bus"), enrolment=True)
        wanted = self._book.wanted()
        self._enrolled = self._book.keys()
        accounts = self._catalogue.accounts(self._enrolled, self._book.revoked())
        self._server = BusServer(place, accounts, hub_key=public_key(seed), tasks=self._tasks)
        tls = self._server.tls
        await self._server.start()
        self._book.set_applied(wanted)
        stack.push_async_callback(self._server.stop)
        self.server_started.emit(self._server.pid)
        note_running(self._paths, self._server.url, seed)
        stack.callback(forget_running, self._paths)
        return [self._server.url], seed, tls

    async def _take_keys(self) -> None:
        """Takes the catalogue's and the book's keys to our server."""
        if self._server is not None:
            out = self._book.revoked() | self._shut_out.keys
            self._enrolled = self._book.keys()
            await self._server.reload(self._catalogue.accounts(self._enrolled, out))

    def _kiosk_key(self, home: str, kiosk: str) -> str:
        return self._enrolled.get((home, Role.KIOSK, kiosk)) or self._catalogue.kiosk_key(
            home, kiosk
        )

    def _on_flood(self, who: str) -> None:
        """Its messages are dropped already;
        with a server of ours it is cut off too, for a minute.
        """
        log.error(
            "%s says more than any program of ours would: is its machine in the wrong hands?", who
        )
        organisation, letter, user = who.split(".")
        identity = organisation, Role(letter), user
        key = self._book.keys().get(identity) or self._catalogue.identities().get(identity, "")
        if self._server is not None:
            self._shut_out.shut(key)

    # ---- the convention

    def look_at_convention(self) -> None:
        """Looks at the convention's files now instead of within seconds."""
        self._look_now.set()

    async def _watch_convention(self, hub: Hub) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                look_s = self._settings.convention.look_s
                await asyncio.wait_for(
                    self._look_now.wait(),
                    min(look_s, SETTLE_S) if self._convention.is_settling else look_s,
                )
            self._look_now.clear()
            before = self._convention.state
            wanted = await asyncio.to_thread(self._convention.look)
            if wanted is not None:
                await self._take_convention(hub, wanted)
            if self._keys_due:
                await self._take_due_keys()
            if self._convention.state != before:
                self._note_convention(hub)

    async def _take_convention(self, hub: Hub, wanted: Catalogue) -> None:
        """New keys are let in and removed ones out;
        services, hours and rights are others from now on.
        """
        identities = self._catalogue.identities()
        try:
            await hub.take_catalogue(wanted)
        except SessionError as error:
            log.warning("the convention waits for the store: %s", error.code)
            self._convention.again()
            return
        log.info("the convention is %s now", wanted.version)
        self._keys_due |= self._catalogue.identities() != identities

    async def _take_due_keys(self) -> None:
        try:
            await self._take_keys()
        except SessionError as error:
            log.warning("keys of the convention wait for the server: %s", error.code)
            return
        self._keys_due = False
        if self._server is None:
            log.warning(
                "keys changed: give your nats-server the output of `expert-app hub bus-config`"
            )

    def _note_convention(self, hub: Hub) -> None:
        """Shows the network's operator what of the convention was refused."""
        state = self._convention.state
        hub.network.state.refused_parts = [str(problem)[:500] for problem in state.problems]


def _automation(program: HubProgram, stop: asyncio.Event) -> Automation:
    """Lets a script stop this hub and find its server."""
    observations = Observations(SystemClock())
    program.server_started.connect(lambda pid: observations.note("server", pid=pid))
    automation = Automation(None, observations, stop=stop.set)
    automation.start()
    return automation


async def run(settings: HubSettings, paths: Paths, options: HubOptions) -> int:
    """Runs the hub until it is told to stop; the exit code."""
    stop = asyncio.Event()
    try:
        program = HubProgram(settings, paths, options=options)
    except CatalogueWrong as error:
        print(refused(error))
        return 2
    except StoredTooNew as error:
        return too_new(error)
    except ProceduresWrong as error:
        print(procedures_refused(error))
        return 2
    except KeyMissing as error:
        print(error.why)
        return 2
    except ExtraMissing as error:
        print(extra_words(error))
        return 2
    automation = _automation(program, stop) if options.driven else None
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        # Windows: Ctrl+C raises KeyboardInterrupt instead
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    if hasattr(signal, "SIGHUP"):
        loop.add_signal_handler(signal.SIGHUP, program.look_at_convention)

    def ready(url: str) -> None:
        if automation is not None:
            automation.send(ready=True, bus=url)
        else:
            print(_("The hub is ready; the bus is at {address}.").format(address=url), flush=True)

    try:
        await program.run(stop, ready)
    except StoredTooNew as error:
        return too_new(error)
    except SessionError as error:
        log.error("the hub cannot start: %s %s", error.code, error.detail)
        words = _(
            "The hub cannot start ({code}): is another one running? Its logs are in {folder}."
        )
        print(words.format(code=error.code, folder=paths.data))
        return 1
    return 0
