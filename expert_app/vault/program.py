# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub --serve dossier,log --org caf`:
an organisation's own dossier service and log keeper. No Qt.

It is one name on the bus of a network's hub, takes only sealed questions, and keeps what it
receives on its own disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from documents.store.procedures import ProcedureProblem
from expert_app.backup.watch import open_backup_watch
from expert_app.hub.before_upgrade import keep_old_databases
from expert_app.hub.dossier_identities import ReadingsAdapter
from expert_app.hub.dossiers import OpenDossiers, find_sources, open_dossiers
from expert_app.hub.monitor import open_monitor
from expert_app.hub.procedure_words import name_troubles, names_not_in, names_unknown
from expert_app.hub.starting import CANNOT_START, print_cannot_start, stop_on_signals
from expert_app.runtime.bus_access import follow_authorities
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import key_name, load_seed
from expert_app.runtime.paths import Paths
from expert_app.runtime.watch import WatchService, keep_notifying
from expert_app.stores.conversations import rows_of_vault
from expert_app.stores.dossiers import open_store
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
from session.hub.access.log_notes import LogNoteService
from session.hub.access.log_register import LogReadings, LogRegister
from session.hub.convention.problems import CatalogueWrong
from session.hub.dossier.deliveries import DeliveryService
from session.hub.dossier.exports import ExportService
from session.hub.dossier.identity import IdentityService
from session.hub.dossier.pieces import PieceService
from session.hub.dossier.service import DossierService
from session.hub.dossier.uploads import UploadSpool
from session.hub.log_index.indexer import LogIndexer
from session.hub.log_index.rows import LogRows
from session.hub.log_index.service import LogListService
from session.hub.log_index.vault_logs import VaultLogs
from session.hub.monitoring.health import Trouble, task_troubles
from session.hub.storage.disk_space import DiskSpace
from session.hub.vault.handlers import (
    DeskCertificates,
    VaultCallers,
    VaultLogService,
    VaultNotes,
)
from session.hub.vault.server import VaultOwner, VaultServer
from session.hub.vault.sessions import VaultSessions
from session.protocol.sealing import Part
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

POLL_S = 3.0
"""Between two reads of the organisation's part of the convention."""

SWEEP_S = 3600.0
"""Between two rounds of retention."""


class VaultProgram:
    """The vault's process: connection to the network's bus, store, server."""

    def __init__(self, settings: HubSettings, paths: Paths) -> None:
        self._settings = settings
        self._paths = paths
        self._clock = SystemClock()
        self._tasks = Tasks()
        keep_old_databases(settings, paths)
        vault = settings.vault
        self.part = OwnPart(
            Path(settings.catalogue),
            settings.organisation,
            signer=vault.signer,
            secret_files=vault.secret_files,
            book=open_book(paths),
            clock=self._clock,
        )
        self.part.secrets()
        if vault.key_file:
            key_file = Path(vault.key_file)
        else:
            key_file = None
        seed = load_seed(key_name(settings.organisation, Role.VAULT, vault.user), key_file)
        check_addresses(settings.bus_urls)
        tls = client_tls(Path(settings.ca_file) if settings.ca_file else None)
        self._bus = BusClient(
            settings.bus_urls,
            Role.VAULT,
            user=vault.user,
            seed=seed,
            tasks=self._tasks,
            clock=self._clock,
            tls=tls,
        )
        follow_authorities(self._bus, settings.ca_file, seed, tls=tls)
        self._sources = find_sources(settings, paths, delivers=Part.DOSSIER in settings.serve)
        self._keeper = log_of(settings, paths)
        self._indexer: LogIndexer | None = None

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Serves until `stop`; `ready` is called once it listens, also while the bus is still
        away.
        """
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._tasks.close)
            stack.push_async_callback(self._bus.close)
            rows = stack.enter_context(rows_of_vault(self._settings, self._paths))
            organisation = self._settings.organisation
            dossiers = self._open_dossiers(stack)
            owner = VaultOwner(organisation, self.part.secrets, self.part.admitted)
            server = VaultServer(
                owner,
                self._handlers(owner, dossiers, self._readings(dossiers, stack), rows),
                listen=self._bus.subscribe,
                answer=self._bus.answer,
                clock=self._clock,
                tasks=self._tasks,
            )
            health = self._health(dossiers)
            if health.backups is not None:
                health.backups.start(self._tasks)
            await self._monitor(health, server, stack)
            await server.start()
            stack.push_async_callback(server.stop)
            try:
                await self._bus.connect()
            except BusUnreachable:
                log.warning("the network's bus is away; the vault goes on trying")
            self._bus.beat()
            self._tasks.keep(partial(self._poll_convention, health), name="watch the convention")
            self._tasks.keep(self._sweep, name="retention")
            if self._indexer is not None:
                self._indexer.start()
                stack.push_async_callback(self._indexer.stop)
            ready()
            self._tasks.keep(keep_notifying, name="tell the service manager")
            await stop.wait()
            health.is_leaving = True

    def _open_dossiers(self, stack: contextlib.AsyncExitStack) -> OpenDossiers | None:
        """None where another process has them."""
        if Part.DOSSIER not in self._settings.serve:
            return None
        return open_dossiers(
            self._settings,
            self._paths,
            self._sources,
            clock=self._clock,
            tasks=self._tasks,
            stack=stack,
        )

    def _readings(
        self, dossiers: OpenDossiers | None, stack: contextlib.AsyncExitStack
    ) -> LogReadings:
        """Return who has read which log; where another process has the dossiers, its own part
        of it.
        """
        if dossiers is not None:
            return dossiers.adapter.readings
        store = open_store(self._settings, self._paths, self._sources.blobs)
        stack.callback(store.close)
        return ReadingsAdapter(store.accesses)

    def _health(self, dossiers: OpenDossiers | None) -> VaultHealth:
        disk = self._settings.disk
        places = [self._paths.data, documents_folder(self._settings, self._paths, "dossiers")]
        return VaultHealth(
            is_connected=lambda: self._bus.is_connected,
            keeper=self._keeper,
            store=dossiers.store if dossiers is not None else None,
            disk_space=DiskSpace(
                places, warn_bytes=disk.warn_mb << 20, full_bytes=disk.full_mb << 20
            ),
            part=self.part,
            clock=self._clock,
            others=partial(self._troubles_of, dossiers),
            backups=open_backup_watch(self._settings, self._clock),
        )

    def _troubles_of(self, dossiers: OpenDossiers | None) -> list[Trouble]:
        troubles = task_troubles(self._tasks)
        if dossiers is not None:
            troubles += [*dossiers.watch.troubles(), *name_troubles(self.unknown_names())]
        return troubles

    def unknown_names(self) -> list[ProcedureProblem]:
        """Return what the organisation's own procedures name and its part, as it is now, does
        not have.
        """
        is_own = bool(self._settings.procedures) and Part.DOSSIER in self._settings.serve
        if is_own:
            return names_not_in(self._sources.procedures, self.part.entry)
        return []

    async def _monitor(
        self, health: VaultHealth, server: VaultServer, stack: contextlib.AsyncExitStack
    ) -> None:
        """Serves health and metrics, where the settings want them."""
        figures = VaultMetrics(health, self._tasks)
        server.answered_call.connect(figures.on_request)
        monitor = await open_monitor(self._settings.metrics.listen, health, figures)
        if monitor is not None:
            stack.callback(monitor.stop)

    def _handlers(
        self,
        owner: VaultOwner,
        dossiers: OpenDossiers | None,
        readings: LogReadings,
        rows: LogRows,
    ) -> dict[Part, dict[str, Handler]]:
        sessions = VaultSessions(
            self._bus, self._keeper, clock=self._clock, secrets=self.part.secrets
        )
        certificates = DeskCertificates(owner, self._clock)
        handlers: dict[Part, dict[str, Handler]] = {}
        if dossiers is not None:
            uploads = UploadSpool(self._paths.folder("uploads"))
            rules = DossierService(dossiers.adapter, sessions, callers=sessions, uploads=uploads)
            handlers[Part.DOSSIER] = handlers_of(
                rules,
                IdentityService(
                    rules,
                    number_kind=self.part.number_kind,
                    name_of=self._name_of,
                    clock=self._clock,
                ),
                PieceService(rules),
                DeliveryService(dossiers.adapter, self._name_of),
                ExportService(dossiers.adapter, self._name_of),
                VaultCallers(
                    self._keeper, sessions, organisation=owner.organisation, clock=self._clock
                ),
                certificates,
            )
        if Part.LOG in self._settings.serve:
            register = LogRegister(readings, self._name_of)
            logs = VaultLogService(
                self._keeper,
                sessions,
                register=register,
                organisation=owner.organisation,
                clock=self._clock,
            )
            listed = self._log_list(logs, sessions, rows)
            notes = LogNoteService(
                VaultNotes(self._keeper), logs.check_over, name_of=self._name_of, clock=self._clock
            )
            handlers[Part.LOG] = handlers_of(logs, register, listed, notes, certificates)
        return handlers

    def _log_list(
        self, logs: VaultLogService, sessions: VaultSessions, rows: LogRows
    ) -> LogListService:
        """The list of the conversations whose logs are here."""
        organisation = self._settings.organisation
        source = VaultLogs(
            self._keeper,
            organisation,
            days=lambda: self.part.entry.log_days,
            sessions=sessions,
        )
        indexer = self._indexer = LogIndexer(rows, source, clock=self._clock, tasks=self._tasks)
        logs.written.connect(
            lambda session_id: indexer.on_written(organisation, session_id, is_over=False)
        )
        return LogListService(rows, indexer, ours=source.log_days, elsewhere=lambda: ())

    def _name_of(self, _organisation: str, user: str) -> str:
        return self.part.name_of(user)

    async def _poll_convention(self, health: VaultHealth) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            try:
                if await asyncio.to_thread(self.part.poll):
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


async def run(settings: HubSettings, paths: Paths, *, watch: WatchService | None = None) -> int:
    """Runs the vault until it is told to stop; the exit code."""
    if not (settings.organisation and settings.bus):
        print(_("A vault needs --org, and --bus with the address of the network's hub."))
        return 2
    stop = asyncio.Event()
    try:
        program = VaultProgram(settings, paths)
    except CANNOT_START as error:
        return print_cannot_start(error)
    except SessionError as error:
        from views.words.errors import sentence

        print(sentence(error.code, error.detail).sentence)
        return 2
    for key in program.part.missing:
        words = _("The secret of the sealing key {key} (valid until {day}) is not on this machine.")
        print(words.format(key=key_id(key.key), day=key.last))
    if watch is not None:
        announce = watch(program, stop.set)
    else:
        announce = None
    stop_on_signals(stop.set)

    def ready() -> None:
        if announce is not None:
            announce(",".join(settings.bus_urls))
        else:
            print(
                _("The vault of {organisation} is ready.").format(
                    organisation=settings.organisation
                ),
                flush=True,
            )
            if unknown := program.unknown_names():
                print(names_unknown(unknown), flush=True)

    await program.run(stop, ready)
    return 0
