# SPDX-License-Identifier: GPL-3.0-only
"""Builds the dossiers' part of a hub or a vault: store, adapter, registers, courier and watch.
Used by `expert_app.hub.program` and `expert_app.vault.program`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from documents.store.blobs import BlobStore
from documents.store.dossier_store import DossierStore
from documents.store.index_marks import facts_of
from documents.store.procedures import Procedures, load_procedures, shipped
from documents.workers import Limits, Workers
from expert_app.ged.board_service import GedBoardService
from expert_app.ged.courier import Courier, DeliveryTarget
from expert_app.hub.dossier_adapter import DossierAdapter
from expert_app.hub.store_watch import StoreWatch
from expert_app.register.lookup import OpenRegisters
from expert_app.register.matching import ProvisionalMatcher
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.stores.dossiers import open_blobs, open_store, open_targets
from expert_app.stores.registers import open_registers
from session.core.clock import Clock, SystemClock
from session.core.errors import PageUnreadable
from session.core.tasks import Tasks

if TYPE_CHECKING:  # PDF files are read by a program of their own
    from documents.pdf.check import PdfFacts

WORKER_LIMITS = Limits(memory_mb=700, task_cpu_s=20)
LOOK_S = 60.0


@dataclass(frozen=True)
class DossierSources:
    """The sources that the settings name, found before anything runs, so that a mistake is told
    at once.
    """

    procedures: Procedures
    blobs: BlobStore
    targets: Sequence[DeliveryTarget]
    registers: OpenRegisters


@dataclass(frozen=True)
class OpenDossiers:
    """The store, the hub's way to it, and what watches the places of documents."""

    store: DossierStore
    adapter: DossierAdapter
    watch: StoreWatch


def find_sources(settings: HubSettings, paths: Paths, *, delivers: bool = True) -> DossierSources:
    """Reads the procedures, and finds where documents lie, who gets copies, and what registers
    there are.

    Args:
        delivers: False where another process carries the copies and asks the registers.

    Raises:
        ProceduresWrong, ExtraMissing, KeyMissing.
    """
    if settings.procedures:
        folder = Path(settings.procedures)
    else:
        folder = shipped()
    return DossierSources(
        procedures=load_procedures(folder),
        blobs=open_blobs(settings, paths),
        targets=open_targets(settings) if delivers else (),
        registers=open_registers(settings, SystemClock()) if delivers else OpenRegisters(),
    )


def facts_by_worker(workers: Workers, data: bytes) -> PdfFacts:
    """Return what a PDF is, told by a worker process, which a hostile one may end. Waits: for a
    thread.

    Raises:
        PageUnreadable, PageTooLarge.
    """
    try:
        return workers.submit(facts_of, data).result(LOOK_S)
    except TimeoutError as error:
        raise PageUnreadable(why="damaged") from error


def open_dossiers(
    settings: HubSettings,
    paths: Paths,
    sources: DossierSources,
    *,
    clock: Clock,
    tasks: Tasks,
    stack: contextlib.AsyncExitStack,
) -> OpenDossiers:
    """Opens the store and starts the courier and the watch; `stack` closes them."""
    workers = Workers(limits=WORKER_LIMITS)
    stack.callback(workers.close)
    store = open_store(settings, paths, sources.blobs, look_at=partial(facts_by_worker, workers))
    stack.callback(store.close)
    courier = Courier(store, sources.targets, clock=clock, tasks=tasks)
    stack.push_async_callback(courier.stop)
    adapter = DossierAdapter(
        store,
        clock,
        procedures=sources.procedures,
        workers=workers,
        ged=GedBoardService(settings.ged, courier),
        registers=sources.registers.registers,
    )
    courier.start()
    registers = sources.registers
    stack.push_async_callback(registers.close)
    registers.start(tasks)
    ProvisionalMatcher(store, registers.lookups).start(tasks)
    watch = StoreWatch(store, sources.blobs, courier=courier, registers=registers)
    watch.start(tasks)
    return OpenDossiers(store, adapter, watch)
