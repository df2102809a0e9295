# SPDX-License-Identifier: GPL-3.0-only
"""The dossier store as the hub's dossier service wants it: asynchronous, in protocol words. For
`expert_app.hub.program`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from documents.store.acts import DossierAct, DossierActKind
from documents.store.dossier_store import DossierStore
from documents.store.index_marks import marks_of, sketch_of
from documents.store.procedures import Procedure, Procedures, by_language, piece_id
from documents.store.search import FiledMarks, PageMark
from documents.store.versions import Replacement
from documents.workers import Workers
from expert_app.ged.board_service import GedBoardService
from expert_app.hub.dossier_identities import IdentityAdapter, ReadingsAdapter
from session.core.clock import Clock
from session.core.dossier_model import (
    Access,
    ActingUser,
    Actor,
    DocumentCorrection,
    DocumentRecord,
    Dossier,
    DossierNote,
    NewDocument,
    PaperPlace,
    SeenPage,
)
from session.core.errors import DossierUnknown, SessionError
from session.core.tasks import in_thread
from session.hub.access.log_register import LogReadings
from session.hub.dossier.appointment_store import AppointmentStore
from session.hub.dossier.register import Registers
from session.hub.dossier.store import IdentityStoreLike
from session.protocol.dossier.deliveries import DeliveriesAnswer, DeliveriesRequest
from session.protocol.dossier.guides import (
    Guide,
    GuideCase,
    GuidesAnswer,
    GuideStep,
    NoteTemplate,
    Phrase,
)
from session.protocol.dossier.pieces import (
    ActStep,
    CorrectRequest,
    PageSeen,
    ProcedureFacts,
    SupersedeRequest,
)

log = logging.getLogger(__name__)

READS_S = 20.0

EXPORT_LASTS = timedelta(hours=1)
"""How long an export that was noted may take."""


class DossierAdapter:
    """`session.hub.dossier.store.DossierStoreLike` over a
    `documents.store.dossier_store.DossierStore`.

    Args:
        procedures: what each organisation asks for.
        ged: the agencies' own document systems.
        workers: reads the words and pages of a document before it is filed, within limits; None:
            only its name counts.
        registers: organisations' own sources of dossiers.
    """

    def __init__(
        self,
        store: DossierStore,
        clock: Clock,
        *,
        procedures: Procedures | None = None,
        workers: Workers | None = None,
        ged: GedBoardService | None = None,
        registers: Registers | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._procedures = procedures or Procedures()
        self._workers = workers
        self._ged = ged or GedBoardService()
        self._identities = IdentityAdapter(store, registers or {})
        self._readings = ReadingsAdapter(store.accesses)
        self.open = in_thread(store.open_dossier)
        self.read = in_thread(store.read)
        self.history = in_thread(store.history)
        self.set_piece = in_thread(store.set_piece)
        self.acknowledge = in_thread(store.acknowledge)
        self.own_work = in_thread(store.own_work)
        self.take_back_note = in_thread(store.take_back_note)
        self.find_by_caller_number = self._identities.find_by_caller_number

    @property
    def appointments(self) -> AppointmentStore:
        """The appointments of the store, as it is."""
        return self._store.appointments

    @property
    def identities(self) -> IdentityStoreLike:
        """The identities: whose dossiers they are, and who looked at what."""
        return self._identities

    @property
    def readings(self) -> LogReadings:
        """The readings: who has read which conversation's log."""
        return self._readings

    async def procedures(self, organisation: str, service: str) -> list[ProcedureFacts]:
        """Procedures that agents of this service may start."""
        procedures = self._procedures.of(organisation, service)
        return [_procedure(procedure) for procedure in procedures]

    async def guides(self, organisation: str, service: str) -> GuidesAnswer:
        """Guides of these procedures, and the organisation's phrases."""
        procedures = self._procedures.of(organisation, service)
        return GuidesAnswer(
            guides=[_guide(procedure) for procedure in procedures if procedure.steps],
            phrases=[
                Phrase(id=phrase.id, say=by_language(phrase.say))
                for phrase in self._procedures.phrases(organisation)
            ],
            notes=[
                NoteTemplate(id=note.id, name=note.name, text=note.text)
                for note in self._procedures.notes(organisation)
            ],
        )

    async def start_procedure(
        self, organisation: str, number: str, procedure: str, *, who: Actor
    ) -> Dossier:
        """Adds what it asks for, once."""
        rules = self._procedures.find(organisation, procedure)
        if rules is None:
            raise DossierUnknown(what="procedure")
        return await asyncio.to_thread(
            self._store.start_procedure, organisation, number, rules, who
        )

    async def seen(self, organisation: str, number: str, pages: list[PageSeen]) -> list[SeenPage]:
        """Pages of the dossier that are these, or look like them."""
        marks = [PageMark(page.sha256, page.look) for page in pages]
        return await asyncio.to_thread(self._store.seen_before, organisation, number, marks)

    async def search(self, organisation: str, number: str, words: str) -> list[str]:
        """Ids of documents with these words."""
        return [
            hit.document_id
            for hit in await asyncio.to_thread(self._store.search, organisation, words, number)
        ]

    async def add_note(
        self, organisation: str, number: str, *, note_id: str, text: str, author: Access
    ) -> Dossier:
        """Keeps a note in a dossier."""
        by, now = author.by, self._clock.utc_now()
        note = DossierNote(id=note_id, text=text, by_name=by.name, at_utc=now)
        return await asyncio.to_thread(
            self._store.add_note,
            organisation,
            number,
            note,
            session_id=author.session_id,
            user=by.user,
        )

    async def take_back_document(
        self,
        organisation: str,
        document_id: str,
        author: Access,
        *,
        request_id: str,
        place: PaperPlace | None,
    ) -> None:
        """Withdraws a document, or files it in another place with all by which it is found."""
        marks = None
        if place is not None and self._workers is not None:
            marks = await self._marks(await self.read(organisation, document_id))
        await asyncio.to_thread(
            self._store.take_back_document,
            organisation,
            document_id,
            author,
            request_id=request_id,
            place=place,
            marks=marks,
        )
        self._ged.wake()

    async def file(
        self, organisation: str, number: str, *, document: NewDocument, data: bytes, who: Actor
    ) -> tuple[DocumentRecord, Dossier]:
        """Files a document with its history and marks; returns what the store read back."""
        filed = await asyncio.to_thread(
            self._store.file,
            organisation,
            number,
            document,
            data,
            filed_at_utc=self._clock.utc_now(),
            marks=await self._marks(data),
            by=who,
        )
        self._ged.wake()
        return filed, await self.open(organisation, number)

    async def sketch(self, organisation: str, document_id: str) -> bytes:
        """A small JPEG of a document's first page; empty when it cannot be drawn."""
        data = await self.read(organisation, document_id)
        return await self._worked(sketch_of, data) or b""

    async def _marks(self, data: bytes) -> FiledMarks:
        """A document that cannot be read by a worker is filed all the same;
        it is found by its name only.
        """
        return await self._worked(marks_of, data) or FiledMarks()

    async def _worked[Made](self, work: Callable[[bytes], Made], data: bytes) -> Made | None:
        if self._workers is None:
            return None
        made = asyncio.wrap_future(self._workers.submit(work, data))
        try:
            return await asyncio.wait_for(made, READS_S)
        except (SessionError, TimeoutError) as error:
            log.warning("a document cannot be read: %s", type(error).__name__)
            return None

    async def deliveries(self, organisation: str, request: DeliveriesRequest) -> DeliveriesAnswer:
        """Copies for the agency's own systems."""
        return await asyncio.to_thread(
            self._ged.answer, self._store.deliveries, organisation, request
        )

    async def retry_deliveries(self, organisation: str, ids: list[int], by: ActingUser) -> int:
        """Tries these again now."""
        count = await asyncio.to_thread(
            self._store.deliveries.retry, organisation, ids, by, self._clock.utc_now()
        )
        self._ged.wake()
        return count

    async def give_up_deliveries(
        self, organisation: str, ids: list[int], by: ActingUser, *, reason: str
    ) -> int:
        """Tries these no more."""
        return await asyncio.to_thread(
            self._store.deliveries.give_up,
            organisation,
            ids,
            by,
            reason=reason,
            now=self._clock.utc_now(),
        )

    async def correct(
        self, organisation: str, request: CorrectRequest, *, user: str, who: Actor
    ) -> Dossier:
        """Files a document's bytes anew, under another piece or name."""
        await self.open(organisation, request.dossier)  # before a worker has work with it
        marks = None
        if self._workers is not None:
            marks = await self._marks(await self.read(organisation, request.document_id))
        changed = await asyncio.to_thread(
            self._store.correct,
            organisation,
            request.dossier,
            DocumentCorrection(
                document_id=request.document_id,
                piece_id=request.piece_id,
                name=request.name,
                request_id=request.request_id,
            ),
            why=_replacement(request, user, who),
            by=who,
            marks=marks,
        )
        self._ged.wake()
        return changed

    async def supersede(
        self, organisation: str, request: SupersedeRequest, *, user: str, who: Actor
    ) -> Dossier:
        """One document takes another one's place."""
        return await asyncio.to_thread(
            self._store.supersede,
            organisation,
            request.dossier,
            request.document_id,
            by_id=request.by_document_id,
            why=_replacement(request, user, who),
            by=who,
        )

    async def acts(self, organisation: str, number: str) -> list[ActStep]:
        """Return what people did with the dossier beyond its pieces."""
        return [
            _act(act) for act in await asyncio.to_thread(self._store.acts, organisation, number)
        ]

    async def export(self, organisation: str, number: str, by: ActingUser, *, reason: str) -> None:
        """Notes that this person takes the whole dossier along, and why."""
        act = DossierAct(
            kind=DossierActKind.EXPORTED,
            about="",
            reason=reason,
            by=by,
            at_utc=self._clock.utc_now(),
        )
        await asyncio.to_thread(self._store.note_export, organisation, number, act)

    async def may_export(self, organisation: str, number: str, user: str) -> bool:
        """Return True if this person noted an export of it within the hour."""
        since = self._clock.utc_now() - EXPORT_LASTS
        acts = await asyncio.to_thread(self._store.acts, organisation, number)
        return any(
            act.kind is DossierActKind.EXPORTED and act.by.user == user and act.at_utc >= since
            for act in acts
        )


def _procedure(procedure: Procedure) -> ProcedureFacts:
    answer = procedure.answer
    return ProcedureFacts(
        id=procedure.id,
        name=procedure.name,
        pieces=len(procedure.pieces),
        missing_days=procedure.missing_days,
        silence=answer.silence if answer is not None else "",
        silence_days=answer.after_days if answer is not None else 0,
        appeal=answer.appeal if answer is not None else "",
    )


def _guide(procedure: Procedure) -> Guide:
    return Guide(
        id=procedure.id,
        name=procedure.name,
        cases=[GuideCase(id=case.id, name=case.name) for case in procedure.cases],
        steps=[
            GuideStep(
                id=step.id,
                name=step.name,
                say=by_language(step.say),
                page=step.page,
                address=step.address,
                powers=list(step.powers),
                scan=step.scan,
                piece=piece_id(procedure.id, step.piece) if step.piece else "",
                only_if=step.only_if,
                unless=step.unless,
            )
            for step in procedure.steps
        ],
        done=procedure.wrap_up.done,
        missing=procedure.wrap_up.missing,
        note=procedure.wrap_up.note,
    )


def _replacement(request: CorrectRequest | SupersedeRequest, user: str, who: Actor) -> Replacement:
    by = ActingUser(user=user, name=who.name, computer=who.computer)
    return Replacement(request.reason, by, session_id=request.session_id)


def _act(act: DossierAct) -> ActStep:
    return ActStep(
        kind=act.kind.value,
        about=act.about,
        reason=act.reason,
        by_name=act.by.name,
        at_utc=act.at_utc,
    )
