# SPDX-License-Identifier: GPL-3.0-only
"""Builds the dossier service, the library and the logs' service.
Used by `session.hub.composition`.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.hub.access.log_notes import LogNoteService
from session.hub.access.log_register import LogRegister
from session.hub.dossier.deliveries import DeliveryService
from session.hub.dossier.exports import ExportService
from session.hub.dossier.identity import IdentityService
from session.hub.dossier.keep_consent import KeepConsents, NatsKeepConsentStore
from session.hub.dossier.library import Library
from session.hub.dossier.log_keeper import LogKeeper
from session.hub.dossier.log_service import KnownSessions, LogService
from session.hub.dossier.pieces import PieceService
from session.hub.dossier.service import DossierService, OwnedSessions
from session.hub.dossier.store import DossierStoreLike
from session.hub.dossier.uploads import UploadSpool
from session.hub.parts import HubParts
from session.hub.storage.interfaces import CallerStore


@dataclass(frozen=True)
class Dossiers:
    """Services of an organisation's dossiers.

    Attributes:
        keep: what callers allow to be kept; the relay records it.
    """

    service: DossierService
    identities: IdentityService
    pieces: PieceService
    deliveries: DeliveryService
    exports: ExportService
    library: Library
    logs: LogService
    log_register: LogRegister
    log_notes: LogNoteService
    keep: KeepConsents
    uploads: UploadSpool

    @property
    def rules(self) -> tuple[object, ...]:
        """The objects that answer verbs."""
        return (
            self.service,
            self.identities,
            self.pieces,
            self.deliveries,
            self.exports,
            self.library,
            self.logs,
            self.log_register,
            self.log_notes,
        )


def build(
    parts: HubParts,
    store: DossierStoreLike,
    *,
    sessions: OwnedSessions,
    callers: CallerStore,
    view: KnownSessions,
    log_keeper: LogKeeper,
) -> Dossiers:
    """Args: store: the organisations' own."""
    keep = KeepConsents(NatsKeepConsentStore(parts.connection), parts.clock)
    uploads = UploadSpool(parts.uploads or parts.folder / "uploads")
    service = DossierService(store, sessions, callers=callers, uploads=uploads, keep=keep)
    log_register = LogRegister(store.readings, parts.catalogue.person_name)
    logs = LogService(log_keeper, view, catalogue=parts.catalogue, register=log_register)
    return Dossiers(
        service=service,
        identities=IdentityService(
            service,
            number_kind=parts.catalogue.number_kind,
            name_of=parts.catalogue.person_name,
            clock=parts.clock,
        ),
        pieces=PieceService(service),
        deliveries=DeliveryService(store, parts.catalogue.person_name),
        exports=ExportService(store, parts.catalogue.person_name),
        library=Library(parts.catalogue, parts.library),
        logs=logs,
        log_register=log_register,
        log_notes=LogNoteService(
            log_keeper.notes,
            logs.check_over,
            name_of=parts.catalogue.person_name,
            clock=parts.clock,
        ),
        keep=keep,
        uploads=uploads,
    )
