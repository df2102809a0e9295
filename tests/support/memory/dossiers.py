# SPDX-License-Identifier: GPL-3.0-only
"""A dossier store in memory for tests of the hub; can fail in one named way:
`damage` makes reading back differ.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import msgspec

from documents.store.accesses import MOST_DOSSIERS, MOST_SEARCHES, WITHIN
from documents.store.appointments.appointment_rows import Appointments
from documents.store.layout import make_tables
from documents.store.tables import open_engine
from documents.store.transactions import Transactions
from session.core.dossier_model import (
    Access,
    AccessKind,
    AccessLine,
    ActingUser,
    Actor,
    CallerIdentity,
    DocumentRecord,
    Dossier,
    DossierMerged,
    DossierNote,
    NewDocument,
    OwnWork,
    PaperPlace,
    Piece,
    PieceState,
    PieceStep,
    SeenPage,
    TalkCaller,
    TalkSpan,
)
from session.core.errors import (
    DocumentNotFiled,
    DossierUnknown,
    NotAllowed,
    ReasonNeeded,
    TooManyDossiers,
)
from session.hub.dossier.store import IdentityStoreLike
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


@dataclass(frozen=True)
class _Opening:
    organisation: str
    access: Access
    number: str
    at_utc: datetime


class MemoryIdentities:
    """Opens dossiers, as often as `documents.store` lets a session; finds and makes none."""

    def __init__(self, dossiers: MemoryDossiers) -> None:
        self._dossiers = dossiers
        self._openings: list[_Opening] = []
        self._searches: Counter[tuple[str, str]] = Counter()
        self.views: list[tuple[AccessKind, Access]] = []

    async def open(
        self, organisation: str, number: str, access: Access, *, bound: str, named: bool
    ) -> Dossier:
        last = next(
            (one for one in reversed(self._openings) if one.access.session_id == access.session_id),
            None,
        )
        if last is not None and (last.number, last.access.by.user) == (number, access.by.user):
            return await self._dossiers.open(organisation, number)
        has = last.number if last is not None else bound
        if has and number != has and not access.reason:
            raise ReasonNeeded(dossier=has)
        now = datetime.now(UTC)
        lately = {
            one.number
            for one in self._openings
            if (one.organisation, one.access.by.user) == (organisation, access.by.user)
            and now - one.at_utc < WITHIN
        }
        if named and number not in lately and len(lately) >= MOST_DOSSIERS:
            raise TooManyDossiers(limit=MOST_DOSSIERS)
        dossier = await self._dossiers.open(organisation, number)
        self._openings.append(_Opening(organisation, access, number, now))
        return dossier

    async def was_opened(
        self, organisation: str, number: str, *, session_id: str, user: str
    ) -> bool:
        return any(
            (one.organisation, one.number) == (organisation, number)
            and (one.access.session_id, one.access.by.user) == (session_id, user)
            for one in self._openings
        )

    async def view(
        self,
        organisation: str,
        number: str,
        access: Access,
        kind: AccessKind = AccessKind.OPENED,
    ) -> Dossier:
        self.views.append((kind, access))
        return await self._dossiers.open(organisation, number)

    async def find(self, organisation: str, caller: CallerIdentity, access: Access) -> DossierHits:
        self._searches[organisation, access.by.user] += 1
        if self._searches[organisation, access.by.user] > MOST_SEARCHES:
            raise TooManyDossiers(limit=MOST_SEARCHES)
        return DossierHits(hits=[])

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
        raise NotAllowed(why="no new dossiers")

    async def give_number(
        self, organisation: str, number: str, caller_number: str, access: Access
    ) -> Dossier:
        raise NotAllowed(why="no numbers")

    async def correct_person(
        self,
        organisation: str,
        number: str,
        caller: CallerIdentity,
        access: Access,
        *,
        confirmed: bool,
    ) -> PersonCorrected:
        raise NotAllowed(why="no corrections")

    async def merge(
        self, organisation: str, merge_id: str, *, keep: str, merged: str, access: Access
    ) -> DossierMerged:
        raise NotAllowed(why="no merges")

    async def unmerge(self, organisation: str, merge_id: str, access: Access) -> DossierMerged:
        raise NotAllowed(why="no merges")

    async def merges(self, organisation: str, dossier: str) -> list[DossierMerged]:
        return []

    async def to_annotate(
        self, organisation: str, session_id: str, user: str, *, alone: bool = False
    ) -> tuple[str, str] | None:
        return None

    async def callers_of(
        self, organisation: str, user: str, talks: Sequence[TalkSpan]
    ) -> list[TalkCaller]:
        return [TalkCaller() for _talk in talks]

    async def provisional(self, organisation: str, user: str = "") -> ProvisionalAnswer:
        return ProvisionalAnswer(dossiers=[])

    async def accesses(self, organisation: str, request: AccessesRequest) -> AccessesAnswer:
        return AccessesAnswer(lines=[])


class MemoryReadings:
    """Who has read which log; nobody reads too many."""

    def __init__(self) -> None:
        self.read: list[Access] = []
        self._whose: list[str] = []

    async def note(self, organisation: str, access: Access) -> None:
        if access not in self.read:
            self.read.append(access)
            self._whose.append(organisation)

    async def listed(self, organisation: str, request: AccessesRequest) -> AccessesAnswer:
        return AccessesAnswer(
            lines=[
                AccessLine(
                    id=number,
                    at_utc=datetime.now(UTC),
                    user=one.by.user,
                    by_name=one.by.name,
                    kind=AccessKind.READ_LOG,
                    session_id=one.session_id,
                    reason=one.reason,
                    computer=one.by.computer,
                )
                for number, (one, whose) in enumerate(zip(self.read, self._whose, strict=True), 1)
                if whose == organisation
            ]
        )


class MemoryDossiers:
    def __init__(self) -> None:
        self.readings = MemoryReadings()
        self.identities: IdentityStoreLike = MemoryIdentities(self)
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.close: Callable[[], object] = lambda: None
        self.damage = False
        self.filings = 0
        self.documents: dict[str, bytes] = {}
        self._by_upload: dict[str, DocumentRecord] = {}
        self._dossiers: dict[tuple[str, str], Dossier] = {}

    @cached_property
    def appointments(self) -> Appointments:
        """The real store of appointments, in a folder that goes with this object."""
        folder = Path(tempfile.mkdtemp(prefix="appointments-"))
        engine = open_engine(folder, None)
        with engine.begin() as connection:
            make_tables(connection)
        transactions = Transactions(engine)

        def remove() -> None:
            transactions.close()
            shutil.rmtree(folder)

        self.close = weakref.finalize(self, remove)
        return Appointments(transactions, lambda: self.now())

    def add(self, organisation: str, number: str, name: str, caller_number: str) -> None:
        self._dossiers[organisation, number] = Dossier(
            number=number,
            caller_name=name,
            caller_number=caller_number,
            procedure="Housing aid",
            pieces=(
                Piece(id="payslip", name="Payslip"),
                Piece(id="identity", name="Identity card"),
            ),
        )

    def put(self, organisation: str, dossier: Dossier) -> None:
        """The dossier of that number is this one."""
        self._dossiers[organisation, dossier.number] = dossier

    async def find_by_caller_number(self, organisation: str, number: str) -> Dossier | None:
        for (owner, _), facts in self._dossiers.items():
            if owner == organisation and facts.caller_number == number:
                return facts
        return None

    async def open(self, organisation: str, number: str) -> Dossier:
        facts = self._dossiers.get((organisation, number))
        if facts is None:
            raise DossierUnknown
        return facts

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
        facts = await self.open(organisation, number)
        pieces = [
            msgspec.structs.replace(piece, state=state, reason=reason)
            if piece.id == piece_id
            else piece
            for piece in facts.pieces
        ]
        changed = msgspec.structs.replace(facts, pieces=pieces)
        self._dossiers[organisation, number] = changed
        return changed

    async def add_note(
        self, organisation: str, number: str, *, note_id: str, text: str, author: Access
    ) -> Dossier:
        facts = await self.open(organisation, number)
        if any(note.id == note_id for note in facts.notes):
            return facts
        note = DossierNote(
            id=note_id,
            text=text,
            by_name=author.by.name,
            at_utc=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        )
        changed = msgspec.structs.replace(facts, notes=[*facts.notes, note])
        self._dossiers[organisation, number] = changed
        return changed

    async def file(
        self, organisation: str, number: str, *, document: NewDocument, data: bytes, who: Actor
    ) -> tuple[DocumentRecord, Dossier]:
        if document.upload_id in self._by_upload:
            return self._by_upload[document.upload_id], await self.open(organisation, number)
        if self.damage or hashlib.sha256(data).hexdigest() != document.sha256:
            raise DocumentNotFiled
        self.filings += 1
        record = DocumentRecord(
            id=f"d{self.filings}",
            name=document.name,
            piece_id=document.piece_id,
            pages=document.pages,
            size_bytes=len(data),
            sha256=document.sha256,
            filed_at_utc=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        )
        self.documents[record.id] = data
        self._by_upload[document.upload_id] = record
        facts = await self.set_piece(
            organisation, number, document.piece_id, state=PieceState.FILED, reason="", by=who
        )
        facts = msgspec.structs.replace(facts, documents=(*facts.documents, record))
        self._dossiers[organisation, number] = facts
        return record, facts

    async def read(self, organisation: str, document_id: str) -> bytes:
        return self.documents[document_id]

    # ---- what this store does not know ----

    async def own_work(self, organisation: str, author: Access) -> OwnWork:
        return OwnWork()

    async def take_back_note(
        self, organisation: str, note_id: str, author: Access, *, text: str, new_id: str
    ) -> None:
        raise NotAllowed(why="no corrections")

    async def take_back_document(
        self,
        organisation: str,
        document_id: str,
        author: Access,
        *,
        request_id: str,
        place: PaperPlace | None,
    ) -> None:
        raise NotAllowed(why="no corrections")

    async def procedures(self, organisation: str, service: str) -> list[ProcedureFacts]:
        return []

    async def guides(self, organisation: str, service: str) -> GuidesAnswer:
        return GuidesAnswer(guides=[])

    async def start_procedure(
        self, organisation: str, number: str, procedure: str, *, who: Actor
    ) -> Dossier:
        raise NotAllowed(why="no procedures")

    async def acknowledge(
        self, organisation: str, number: str, piece_ids: list[str], *, by: Actor
    ) -> Dossier:
        return await self.open(organisation, number)

    async def history(self, organisation: str, number: str) -> list[PieceStep]:
        return []

    async def acts(self, organisation: str, number: str) -> list[ActStep]:
        return []

    async def seen(self, organisation: str, number: str, pages: list[PageSeen]) -> list[SeenPage]:
        return []

    async def search(self, organisation: str, number: str, words: str) -> list[str]:
        return []

    async def sketch(self, organisation: str, document_id: str) -> bytes:
        return b""

    async def correct(
        self, organisation: str, request: CorrectRequest, *, user: str, who: Actor
    ) -> Dossier:
        raise NotAllowed(why="no versions")

    async def supersede(
        self, organisation: str, request: SupersedeRequest, *, user: str, who: Actor
    ) -> Dossier:
        raise NotAllowed(why="no versions")

    async def deliveries(self, organisation: str, request: DeliveriesRequest) -> DeliveriesAnswer:
        return DeliveriesAnswer(targets=[], deliveries=[])

    async def retry_deliveries(self, organisation: str, ids: list[int], by: ActingUser) -> int:
        raise NotAllowed(why="no copies")

    async def give_up_deliveries(
        self, organisation: str, ids: list[int], by: ActingUser, *, reason: str
    ) -> int:
        raise NotAllowed(why="no copies")

    async def export(self, organisation: str, number: str, by: ActingUser, *, reason: str) -> None:
        raise NotAllowed(why="no exports")

    async def may_export(self, organisation: str, number: str, user: str) -> bool:
        return False
