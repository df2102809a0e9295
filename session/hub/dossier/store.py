# SPDX-License-Identifier: GPL-3.0-only
"""The store of dossiers that the hub's dossier rules need.
Implemented by `expert_app.hub.dossier_adapter`, and in memory by tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from session.core.dossier_model import (
    Access,
    AccessKind,
    ActingUser,
    Actor,
    CallerIdentity,
    DocumentRecord,
    Dossier,
    DossierMerged,
    NewDocument,
    OwnWork,
    PaperPlace,
    PieceState,
    PieceStep,
    SeenPage,
    TalkCaller,
    TalkSpan,
)
from session.hub.access.log_register import LogReadings
from session.hub.dossier.appointment_store import AppointmentStore
from session.protocol.dossier.deliveries import DeliveriesAnswer, DeliveriesRequest
from session.protocol.dossier.guides import GuidesAnswer
from session.protocol.dossier.identity import (
    AccessesAnswer,
    AccessesRequest,
    DossierCreated,
    DossierHits,
    PersonCorrected,
    ProvisionalAnswer,
)
from session.protocol.dossier.pieces import (
    ActStep,
    CorrectRequest,
    PageSeen,
    ProcedureFacts,
    SupersedeRequest,
)


class IdentityStoreLike(Protocol):
    """Dossiers as people come to them; each act is a line of the register of accesses before the
    method returns. Every method may raise `StoreUnreachable`.
    """

    async def open(
        self, organisation: str, number: str, access: Access, *, bound: str, named: bool
    ) -> Dossier:
        """A dossier for a session, which has it from then on.

        Args:
            bound: the session's dossier so far, "" for none.
            named: the agent has said the number.

        Raises:
            DossierUnknown, ReasonNeeded, TooManyDossiers.
        """
        ...

    async def was_opened(
        self, organisation: str, number: str, *, session_id: str, user: str
    ) -> bool:
        """True if this person has opened or made the dossier in this session,
        under this number or one that leads to the same.
        """
        ...

    async def view(
        self,
        organisation: str,
        number: str,
        access: Access,
        kind: AccessKind = AccessKind.OPENED,
    ) -> Dossier:
        """A dossier for somebody who looks at it outside of a session; each look is a line of this
        kind. Raises `DossierUnknown`.
        """
        ...

    async def find(self, organisation: str, caller: CallerIdentity, access: Access) -> DossierHits:
        """Dossiers of this name and birth date. Raises `TooManyDossiers`."""
        ...

    async def create(
        self,
        organisation: str,
        caller: CallerIdentity,
        access: Access,
        *,
        request_id: str,
        bound: str,
        confirmed: bool,
    ) -> DossierCreated:
        """A new dossier, or its likely doubles unless `confirmed`; provisional while the
        organisation's register is away.
        Raises `NumberTaken`, `ReasonNeeded`, `RegisterOnly`, `TooManyDossiers`.
        """
        ...

    async def give_number(
        self, organisation: str, number: str, caller_number: str, access: Access
    ) -> Dossier:
        """The caller of a dossier has this number.
        Raises `NumberTaken`, `TooManyDossiers`, `DossierUnknown`.
        """
        ...

    async def correct_person(
        self,
        organisation: str,
        number: str,
        caller: CallerIdentity,
        access: Access,
        *,
        confirmed: bool,
    ) -> PersonCorrected:
        """Names and birth date of a dossier's person are these; or its likely doubles unless
        `confirmed`.
        Raises `DossierUnknown`, `DossierOfRegister`, `DossierWasMerged`, `TooManyDossiers`.
        """
        ...

    async def merge(
        self, organisation: str, merge_id: str, *, keep: str, merged: str, access: Access
    ) -> DossierMerged:
        """All of one dossier moves into another. Raises `DossierUnknown`, `MergeImpossible`."""
        ...

    async def unmerge(self, organisation: str, merge_id: str, access: Access) -> DossierMerged:
        """Two dossiers again. Raises `DossierUnknown`, `MergeImpossible`."""
        ...

    async def merges(self, organisation: str, dossier: str) -> list[DossierMerged]:
        """Merges of a dossier, or of all ("")."""
        ...

    async def to_annotate(
        self, organisation: str, session_id: str, user: str, *, alone: bool = False
    ) -> tuple[str, str] | None:
        """The dossier in which this agent may still write a note on a session that is over, and
        the agent's name; None for none, with `alone` also when there were several.
        """
        ...

    async def callers_of(
        self, organisation: str, user: str, talks: Sequence[TalkSpan]
    ) -> list[TalkCaller]:
        """Callers of these conversations by the dossiers that this agent opened, in their order."""
        ...

    async def provisional(self, organisation: str, user: str = "") -> ProvisionalAnswer:
        """Dossiers that wait to be matched with the register; of everybody, or of one maker."""
        ...

    async def accesses(self, organisation: str, request: AccessesRequest) -> AccessesAnswer:
        """A page of the register of accesses."""
        ...


class DossierStoreLike(Protocol):
    """The dossiers of all organisations. Errors are classes of `session.core.errors`;
    every method may raise `StoreUnreachable`, and those that name a dossier `DossierUnknown`.
    """

    @property
    def appointments(self) -> AppointmentStore:
        """The appointments, which may belong to dossiers."""
        ...

    @property
    def identities(self) -> IdentityStoreLike:
        """The owners of the dossiers, and who looked at what."""
        ...

    @property
    def readings(self) -> LogReadings:
        """The register of who has read which conversation's log."""
        ...

    async def find_by_caller_number(self, organisation: str, number: str) -> Dossier | None:
        """The dossier of the caller with this number, or None."""
        ...

    async def open(self, organisation: str, number: str) -> Dossier:
        """The dossier with this dossier number."""
        ...

    async def add_note(
        self, organisation: str, number: str, *, note_id: str, text: str, author: Access
    ) -> Dossier:
        """Keeps a note in a dossier; the same `note_id` is kept once."""
        ...

    # ---- what an agent corrects of its own work

    async def own_work(self, organisation: str, author: Access) -> OwnWork:
        """The author's notes and documents of its conversation that stand."""
        ...

    async def take_back_note(
        self, organisation: str, note_id: str, author: Access, *, text: str, new_id: str
    ) -> None:
        """Withdraws the author's own note, once; one with `text` takes its place."""
        ...

    async def take_back_document(
        self,
        organisation: str,
        document_id: str,
        author: Access,
        *,
        request_id: str,
        place: PaperPlace | None,
    ) -> None:
        """Withdraws the author's own document, or files it in another place of a dossier that the
        same conversation opened; once per `request_id`.

        Raises:
            CopyDelivered: a copy has left for a document system.
        """
        ...

    # ---- documents ----

    async def file(
        self, organisation: str, number: str, *, document: NewDocument, data: bytes, who: Actor
    ) -> tuple[DocumentRecord, Dossier]:
        """Stores a document, reads it back, marks the piece filed;
        the same `upload_id` is stored once.

        Raises:
            DocumentNotFiled: it did not read back as sent.
        """
        ...

    async def read(self, organisation: str, document_id: str) -> bytes:
        """Bytes of a filed document."""
        ...

    async def correct(
        self, organisation: str, request: CorrectRequest, *, user: str, who: Actor
    ) -> Dossier:
        """Files a document's bytes anew, under another piece or name."""
        ...

    async def supersede(
        self, organisation: str, request: SupersedeRequest, *, user: str, who: Actor
    ) -> Dossier:
        """One document takes another one's place."""
        ...

    async def seen(self, organisation: str, number: str, pages: list[PageSeen]) -> list[SeenPage]:
        """Pages of the dossier that are these, or look like them."""
        ...

    async def search(self, organisation: str, number: str, words: str) -> list[str]:
        """Ids of documents with these words."""
        ...

    async def sketch(self, organisation: str, document_id: str) -> bytes:
        """A small JPEG of a document's first page; empty when it cannot be drawn.
        Raises as `read`.
        """
        ...

    # ---- procedures and pieces ----

    async def procedures(self, organisation: str, service: str) -> list[ProcedureFacts]:
        """Procedures that agents of this service may start."""
        ...

    async def guides(self, organisation: str, service: str) -> GuidesAnswer:
        """Guides of these procedures, and the organisation's phrases."""
        ...

    async def start_procedure(
        self, organisation: str, number: str, procedure: str, *, who: Actor
    ) -> Dossier:
        """Adds the pieces that the procedure asks for, once."""
        ...

    async def set_piece(
        self,
        organisation: str,
        number: str,
        piece_id: str,
        *,
        state: PieceState,
        reason: str,
        by: Actor,
    ) -> Dossier:
        """Sets a piece's state by hand; returns the dossier afterwards."""
        ...

    async def acknowledge(
        self, organisation: str, number: str, piece_ids: list[str], *, by: Actor
    ) -> Dossier:
        """A receipt that names these pieces was printed."""
        ...

    async def history(self, organisation: str, number: str) -> list[PieceStep]:
        """Return what happened to the pieces, oldest first."""
        ...

    async def acts(self, organisation: str, number: str) -> list[ActStep]:
        """Return what people did with the dossier beyond its pieces, oldest first."""
        ...

    # ---- copies for the agency's own systems ----

    async def deliveries(self, organisation: str, request: DeliveriesRequest) -> DeliveriesAnswer:
        """Copies and systems."""
        ...

    async def retry_deliveries(self, organisation: str, ids: list[int], by: ActingUser) -> int:
        """Tries these again now; how many."""
        ...

    async def give_up_deliveries(
        self, organisation: str, ids: list[int], by: ActingUser, *, reason: str
    ) -> int:
        """Tries these no more; how many."""
        ...

    # ---- the whole dossier for a supervisor ----

    async def export(self, organisation: str, number: str, by: ActingUser, *, reason: str) -> None:
        """Notes that this person takes the whole dossier along, and why."""
        ...

    async def may_export(self, organisation: str, number: str, user: str) -> bool:
        """True if this person noted an export of it within the hour."""
        ...
