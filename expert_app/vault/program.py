# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub --serve dossier,log --org caf`:
an organisation's own dossier service and log keeper. No Qt.

It is one name on the bus of a network's hub, hears only sealed questions, and keeps what it is told
on its own disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from pathlib import Path

from documents.store.dossier_store import DossierStore
from documents.store.procedures import ProceduresWrong, load_procedures, shipped
from documents.workers import Limits, Workers
from expert_app.ged.board_service import GedBoardService
from expert_app.ged.courier import Courier
from expert_app.hub.before_upgrade import keep_old_databases, too_new
from expert_app.hub.dossier_adapter import DossierAdapter
from expert_app.hub.monitor import open_monitor
from expert_app.hub.procedure_words import procedures_refused
from expert_app.hub.store_watch import StoreWatch
from expert_app.hub.words import refused
from expert_app.runtime.automation import Automation
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing, key_name, load_seed
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
from expert_app.stores.jetstream import documents_folder
from expert_app.vault.backup import log_of
from expert_app.vault.own_part import OwnPart
from expert_app.vault.watch import VaultHealth, VaultMetrics
from resources.texts import _
from session.bus.client import BusClient
from session.bus.sealing.certificates import key_id
from session.bus.transport.tls import check_addresses, client_tls
from session.core.clock import SystemClock
from session.core.errors import BusUnreachable, SessionError, StoreUnreachable
from session.core.tasks import Tasks
from session.hub.access.handlers import Handler, handlers_of
from session.hub.convention.problems import CatalogueWrong
from session.hub.dossier.deliveries import DeliveryService
from session.hub.dossier.exports import ExportService
from session.hub.dossier.pieces import PieceService
from session.hub.dossier.service import DossierService
from session.hub.dossier.uploads import UploadSpool
from session.hub.storage.disk_space import DiskSpace
from session.hub.storage.format import StoredTooNew
from session.hub.vault.handlers import DeskCertificates, VaultCallers, VaultLogService
from session.hub.vault.server import VaultOwner, VaultServer
from session.hub.vault.sessions import VaultSessions
from session.protocol.sealing import Part
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

LOOK_S = 3.0
"""Between two looks at the organisation's part of the convention."""

SWEEP_S = 3600.0
"""Between two looks at what retention takes."""


class VaultProgram:
    """The vault's process: line to the network's bus, store, door."""

    def __init__(self, settings: HubSettings, paths: Paths) -> None:
        self._settings, self._paths = settings, paths
        self._clock, self._tasks = SystemClock(), Tasks()
        keep_old_databases(settings, paths)
        own = settings.vault
        self.part = OwnPart(
            Path(settings.catalogue),
            settings.organisation,
            signer=own.signer,
            secret_files=own.secret_files,
            book=open_book(paths),
            clock=self._clock,
        )
        self.part.secrets()
        self._procedures = load_procedures(
            Path(settings.procedures) if settings.procedures else shipped()
        )
        key_file = Path(own.key_file) if own.key_file else None
        seed = load_seed(key_name(settings.organisation, Role.VAULT, own.user), key_file)
        check_addresses(settings.bus_urls)
        tls = client_tls(Path(settings.ca_file) if settings.ca_file else None)
        self._bus = BusClient(
            settings.bus_urls,
            Role.VAULT,
            user=own.user,
            seed=seed,
            tasks=self._tasks,
            clock=self._clock,
            tls=tls,
        )
        self._blobs = open_blobs(settings, paths)
        self._targets = open_targets(settings) if Part.DOSSIER in settings.serve else []
        self._keeper = log_of(paths)
        self._store: DossierStore | None = None
        self._watch: StoreWatch | None = None

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Serves until `stop`; `ready` is called once it listens, also while the bus is still
        away.
        """
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._tasks.close)
            stack.push_async_callback(self._bus.close)
            organisation = self._settings.organisation
            house = VaultOwner(organisation, self.part.secrets, self.part.admitted)
            handlers = self._handlers(house, stack)
            door = VaultServer(
                house,
                handlers,
                listen=self._bus.subscribe,
                answer=self._bus.answer,
                clock=self._clock,
                tasks=self._tasks,
            )
            health = self._health()
            await self._watch_over(health, door, stack)
            await door.start()
            stack.push_async_callback(door.stop)
            try:
                await self._bus.connect()
            except BusUnreachable:
                log.warning("the network's bus is away; the vault goes on trying")
            self._bus.beat()
            self._tasks.start(self._look(health), name="watch the convention")
            self._tasks.start(self._sweep(), name="retention")
            ready()
            await stop.wait()
            health.is_leaving = True

    def _health(self) -> VaultHealth:
        disk = self._settings.disk
        places = [self._paths.data, documents_folder(self._settings, self._paths, "dossiers")]
        disk_space = DiskSpace(places, warn_bytes=disk.warn_mb << 20, full_bytes=disk.full_mb << 20)
        health = VaultHealth(
            lambda: self._bus.is_connected,
            self._keeper,
            self._store,
            disk_space,
            self.part,
            self._clock,
        )
        if self._watch is not None:
            health.others = self._watch.troubles
        return health

    async def _watch_over(
        self, health: VaultHealth, door: VaultServer, stack: contextlib.AsyncExitStack
    ) -> None:
        """Health and metrics, where the settings want them."""
        figures = VaultMetrics(health, door)
        monitor = await open_monitor(self._settings.metrics.listen, health, figures, self._tasks)
        if monitor is not None:
            stack.callback(monitor.stop)

    def _handlers(
        self, house: VaultOwner, stack: contextlib.AsyncExitStack
    ) -> dict[Part, dict[str, Handler]]:
        sessions = VaultSessions(
            self._bus, self._keeper, clock=self._clock, secrets=self.part.secrets
        )
        certificates = DeskCertificates(house, self._clock)
        handlers: dict[Part, dict[str, Handler]] = {}
        if Part.DOSSIER in self._settings.serve:
            store = self._store = open_store(self._settings, self._paths, self._blobs)
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
            self._watch = StoreWatch(store, self._blobs, courier=courier)
            self._watch.start(self._tasks)
            uploads = UploadSpool(self._paths.folder("uploads"))
            rules = DossierService(adapter, sessions, callers=sessions, uploads=uploads)
            handlers[Part.DOSSIER] = handlers_of(
                rules,
                PieceService(rules),
                DeliveryService(adapter, self._name_of),
                ExportService(adapter, self._name_of),
                VaultCallers(
                    self._keeper, sessions, organisation=house.organisation, clock=self._clock
                ),
                certificates,
            )
        if Part.LOG in self._settings.serve:
            logs = VaultLogService(
                self._keeper, sessions, organisation=house.organisation, clock=self._clock
            )
            handlers[Part.LOG] = handlers_of(logs, certificates)
        return handlers

    def _name_of(self, _organisation: str, user: str) -> str:
        return self.part.name_of(user)

    async def _look(self, health: VaultHealth) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                if await asyncio.to_thread(self.part.look):
                    log.info("the organisation's part of the convention is another one now")
                health.refused = ""
            except CatalogueWrong as error:
                log.error("of the convention, not taken: %s", error)
                health.refused = str(error)[:500]

    async def _sweep(self) -> None:
        while True:
            try:
                gone = await asyncio.to_thread(
                    self._keeper.forget_older, self._clock.utc_now(), self.part.entry.log_days
                )
            except StoreUnreachable as error:
                log.warning("retention waits for the log's file: %s", error.detail.get("why", ""))
            else:
                if gone:
                    log.info("logs of %d sessions were removed by retention", gone)
            await asyncio.sleep(SWEEP_S)


async def run(settings: HubSettings, paths: Paths, *, driven: bool) -> int:
    """Runs the vault until it is told to stop; the exit code."""
    if not (settings.organisation and settings.bus):
        print(_("A vault needs --org, and --bus with the address of the network's hub."))
        return 2
    stop = asyncio.Event()
    try:
        program = VaultProgram(settings, paths)
    except CatalogueWrong as error:
        print(refused(error))
        return 2
    except KeyMissing as error:
        print(error)
        return 2
    except ProceduresWrong as error:
        print(procedures_refused(error))
        return 2
    except StoredTooNew as error:
        return too_new(error)
    except ExtraMissing as error:
        print(extra_words(error))
        return 2
    except SessionError as error:
        from views.words.errors import sentence

        print(sentence(error.code, error.detail).sentence)
        return 2
    for key in program.part.missing:
        words = _("The secret of the sealing key {key} (valid until {day}) is not on this machine.")
        print(words.format(key=key_id(key.key), day=key.last))
    automation = Automation(None, Observations(SystemClock()), stop=stop.set)
    if driven:
        automation.start()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        # Windows: Ctrl+C raises KeyboardInterrupt instead
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)

    def ready() -> None:
        if driven:
            automation.send(ready=True, bus=",".join(settings.bus_urls))
        else:
            print(
                _("The vault of {organisation} is ready.").format(
                    organisation=settings.organisation
                ),
                flush=True,
            )

    await program.run(stop, ready)
    return 0
