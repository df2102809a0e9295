# SPDX-License-Identifier: GPL-3.0-only
"""Serves the organisation's dossiers to desks:
only the one of the caller an agent is in session with. Used by the hub.

The store itself is given (`DossierStoreLike`); desks hold no database password and know no path.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import NamedTuple, Protocol

import msgspec

from session.core.dossier_model import (
    Access,
    ActingUser,
    Actor,
    DocumentRecord,
    Dossier,
    NewDocument,
    PieceState,
)
from session.core.errors import DossierUnknown, NotAllowed, TicketUnknown
from session.core.folded_text import folded
from session.hub.access.handlers import Asker, handles
from session.hub.dossier.document_reader import DocumentReader
from session.hub.dossier.keep_consent import KeepConsents
from session.hub.dossier.store import DossierStoreLike
from session.hub.dossier.uploads import UploadSpool
from session.hub.storage.interfaces import CallerRecord, CallerStore
from session.protocol.hub.requests import (
    DocumentFiled,
    DocumentPart,
    DocumentRequest,
    Done,
    DossierAnswer,
    DossierRequest,
    PieceRequest,
    SessionFacts,
    UploadBegin,
    UploadChunk,
    UploadCommit,
    UploadState,
)
from session.protocol.hub.routing import NoteRequest
from session.protocol.hub.tickets import Ticket

log = logging.getLogger(__name__)

CACHED_DOCUMENTS = 4
WRITTEN = 4096


def who_of(facts: SessionFacts, computer: str) -> Actor:
    """The agent of a session, its site and kiosk, and the computer of the desk."""
    return Actor(name=facts.agent_name, site=facts.site, kiosk=facts.kiosk, computer=computer)


class OwnedSessions(Protocol):
    """Which session is whose: the hub's own rules (`Sessions`), or what a vault hears of the
    hub.
    """

    async def owned(
        self, organisation: str, agent: str, session_id: str
    ) -> tuple[Ticket, CallerRecord]:
        """The ticket and the caller of an agent's own session. Raises `TicketUnknown`."""
        ...

    def kiosk_facts(self, ticket: Ticket) -> SessionFacts:
        """Return what is known of the session of a ticket that `owned` gave."""
        ...


class _Place(NamedTuple):
    """The dossier in which a document is filed, by whom, and the ticket of its session; None when
    that is over.
    """

    dossier: str
    who: Actor
    ticket: Ticket | None = None


class _Written:
    """Openings that are in the register for sure, the newest `WRITTEN`: (session, agent, dossier).
    What is forgotten is asked of the store again.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str, str], None] = OrderedDict()

    def add(self, key: tuple[str, str, str]) -> None:
        self._known[key] = None
        self._known.move_to_end(key)
        while len(self._known) > WRITTEN:
            self._known.popitem(last=False)

    def __contains__(self, key: tuple[str, str, str]) -> bool:
        return key in self._known


class DossierService:
    """The rules between desks and the store.

    Args:
        keep: what kiosks said about keeping documents;
            None in a vault, which does not pass sessions on and cannot
            know: there the organisation's own desk is what refuses.

    Attributes:
        sessions: whose conversation it is.
    """

    def __init__(
        self,
        store: DossierStoreLike,
        sessions: OwnedSessions,
        *,
        callers: CallerStore,
        uploads: UploadSpool,
        keep: KeepConsents | None = None,
    ) -> None:
        self._store = store
        self.sessions = sessions
        self._callers = callers
        self._uploads = uploads
        self._keep = keep
        self._reader = DocumentReader(store, CACHED_DOCUMENTS)
        self._written = _Written()

    @handles(DossierRequest)
    async def dossier(self, asker: Asker, request: DossierRequest) -> DossierAnswer:
        """An agent opens the dossier of its caller. Raises as `dossier_of`."""
        facts = await self.dossier_of(asker, request.session_id, request.number, request.reason)
        return DossierAnswer(dossier=facts)

    async def dossier_of(
        self, asker: Asker, session_id: str, number: str = "", reason: str = ""
    ) -> Dossier:
        """The dossier of the session: the one it has, the one that the caller's own number leads
        to, or the one that the agent names.

        Raises:
            TicketUnknown: not this agent's session.
            DossierUnknown: there is none, or none was named yet.
            ReasonNeeded: another dossier than the session's, without a reason.
            TooManyDossiers: this agent has opened too many within the hour.
        """
        organisation = asker.organisation
        ticket, record = await self.sessions.owned(organisation, asker.user, session_id)
        session_dossier = record.dossier
        if not session_dossier and record.number:
            by_caller = await self._store.find_by_caller_number(organisation, record.number)
            if by_caller is not None:
                session_dossier = by_caller.number
            else:
                session_dossier = ""
        if not (number or session_dossier):
            raise DossierUnknown
        dossier = await self._store.identities.open(
            organisation,
            number or session_dossier,
            self.access(asker, ticket, session_id, reason),
            bound=session_dossier,
            named=bool(number) and number != session_dossier,
        )
        await self.bind(organisation, ticket, record, dossier.number)
        self._written.add((session_id, asker.user, dossier.number))
        return await self._with_checklist(asker, ticket, dossier)

    async def _with_checklist(self, asker: Asker, ticket: Ticket, dossier: Dossier) -> Dossier:
        """The dossier as it is, or with what its procedure asks for: an organisation's own system
        names a procedure in words and knows nothing of its pieces.
        """
        if dossier.pieces or not dossier.procedure:
            return dossier
        names = {folded(name) for name in dossier.procedure.split(" · ")}
        who = who_of(self.sessions.kiosk_facts(ticket), asker.computer)
        for procedure in await self._store.procedures(asker.organisation, ticket.service):
            if names & {folded(procedure.name), folded(procedure.id)}:
                dossier = await self._store.start_procedure(
                    asker.organisation, dossier.number, procedure.id, who=who
                )
        return dossier

    async def bind(
        self, organisation: str, ticket: Ticket, record: CallerRecord, number: str
    ) -> None:
        """The session of this ticket has this dossier."""
        if record.dossier != number:
            await self._callers.change(
                organisation,
                ticket.id,
                lambda now: msgspec.structs.replace(now, dossier=number),
            )

    def access(self, asker: Asker, ticket: Ticket, session_id: str, reason: str = "") -> Access:
        """Return who looks at a dossier in the session of a ticket that was just asked for."""
        name = self.sessions.kiosk_facts(ticket).agent_name
        by = ActingUser(user=asker.user, name=name, computer=asker.computer)
        return Access(by=by, session_id=session_id, reason=reason.strip())

    @handles(PieceRequest)
    async def piece(self, asker: Asker, request: PieceRequest) -> DossierAnswer:
        """Sets a piece by hand. Raises as `dossier`; `NotAllowed` also for "filed", which only the
        store says.
        """
        _, who = await self.check(asker, request.session_id, request.dossier)
        if request.state in (PieceState.FILED, PieceState.ACKNOWLEDGED):
            raise NotAllowed(why="only the store files")
        facts = await self._store.set_piece(
            asker.organisation,
            request.dossier,
            request.piece_id,
            state=request.state,
            reason=request.reason,
            by=who,
        )
        return DossierAnswer(dossier=facts)

    @handles(NoteRequest)
    async def note(self, asker: Asker, request: NoteRequest) -> Done:
        """Keeps an agent's note in the dossier of its session's caller, for a day after the session
        too. Raises as `dossier`.
        """
        number, by_name = await self._to_annotate(asker, request.session_id)
        by = ActingUser(user=asker.user, name=by_name, computer=asker.computer)
        await self._store.add_note(
            asker.organisation,
            number,
            note_id=request.note_id,
            text=request.text,
            author=Access(by=by, session_id=request.session_id),
        )
        return Done()

    async def _to_annotate(self, asker: Asker, session_id: str) -> tuple[str, str]:
        """The dossier of the session, and the agent's name. The register of accesses remembers a
        session that is over; nothing of its dossier is told any more.
        """
        try:
            ticket, _ = await self.sessions.owned(asker.organisation, asker.user, session_id)
        except TicketUnknown:
            identities = self._store.identities
            annotated = await identities.to_annotate(asker.organisation, session_id, asker.user)
            if annotated is None:
                raise
            return annotated
        number = (await self.dossier_of(asker, session_id)).number
        return number, self.sessions.kiosk_facts(ticket).agent_name

    @handles(UploadBegin)
    async def upload_begin(self, asker: Asker, request: UploadBegin) -> UploadState:
        """Announces a document; raises as `dossier` and `UploadSpool.begin`, and `GrantMissing`
        without `keep`.
        """
        place = await self._place(asker, request)
        await self._check_keep(asker, request, place)
        async with self._uploads.lock(asker.organisation, asker.user, request.upload_id):
            upload = await asyncio.to_thread(
                self._uploads.begin, asker.organisation, asker.user, request
            )
            return UploadState(upload_id=request.upload_id, received_bytes=upload.received_bytes)

    @handles(UploadChunk)
    async def upload_chunk(self, asker: Asker, request: UploadChunk) -> UploadState:
        """Takes bytes; the answer says from where to go on."""
        async with self._uploads.lock(asker.organisation, asker.user, request.upload_id):
            upload = self._uploads.find(asker.organisation, asker.user, request.upload_id)
            received = await asyncio.to_thread(upload.add, request.offset, request.data)
            return UploadState(upload_id=request.upload_id, received_bytes=received)

    @handles(UploadCommit)
    async def upload_commit(self, asker: Asker, request: UploadCommit) -> DocumentFiled:
        """Gives the whole document to the store and answers with what the store read back.

        Raises:
            GrantMissing: the caller does not let documents be kept, or not any more.
            TransferInterrupted, PageDamaged: send again.
            DocumentNotFiled, StoreUnreachable: keep it, commit again.
        """
        async with self._uploads.lock(asker.organisation, asker.user, request.upload_id):
            upload = self._uploads.find(asker.organisation, asker.user, request.upload_id)
            begin = upload.begin
            place = await self._place(asker, begin)
            if (answer := upload.answer) is not None:
                return answer
            await self._check_keep(asker, begin, place)
            data = await asyncio.to_thread(upload.whole)
            begin = msgspec.structs.replace(begin, dossier=place.dossier)
            record, facts = await self._file(asker, begin, data, place.who)
            if place.ticket is None:  # nothing of it is told any more
                facts = Dossier(number=facts.number, caller_name="", caller_number="")
            filed = DocumentFiled(document=record, dossier=facts)
            await asyncio.to_thread(upload.finish, filed)
            return filed

    async def _place(self, asker: Asker, begin: UploadBegin) -> _Place:
        """Where a document goes; also of a session that is over, as for a note: into the only
        dossier that it had, which the desk need not know any more. Not in a vault, which does not
        hear what its caller said about keeping.
        """
        try:
            ticket, who = await self.check(asker, begin.session_id, begin.dossier)
        except TicketUnknown:
            identities = self._store.identities
            found = await identities.to_annotate(
                asker.organisation, begin.session_id, asker.user, alone=not begin.dossier
            )
            if self._keep is None or found is None or begin.dossier not in ("", found[0]):
                raise
            number, by_name = found
            return _Place(number, Actor(name=by_name, computer=asker.computer))
        return _Place(begin.dossier, who, ticket)

    async def _check_keep(self, asker: Asker, begin: UploadBegin, place: _Place) -> None:
        if self._keep is not None:
            await self._keep.check(asker.organisation, begin.session_id, place.ticket)

    async def _file(
        self, asker: Asker, begin: UploadBegin, data: bytes, who: Actor
    ) -> tuple[DocumentRecord, Dossier]:
        document = NewDocument(
            piece_id=begin.piece_id,
            name=begin.name,
            pages=begin.pages,
            sha256=begin.sha256,
            upload_id=begin.upload_id,
            session_id=begin.session_id,
            user=asker.user,
        )
        return await self._store.file(
            asker.organisation, begin.dossier, document=document, data=data, who=who
        )

    @handles(DocumentRequest)
    async def document(self, asker: Asker, request: DocumentRequest) -> DocumentPart:
        """Bytes of a document of the session's dossier. Raises as `dossier`."""
        ticket, record = await self.sessions.owned(
            asker.organisation, asker.user, request.session_id
        )
        if not record.dossier:
            raise DossierUnknown
        if not await self._was_opened(asker, request.session_id, record.dossier):
            await self._open_passed_on(asker, ticket, request.session_id, record.dossier)
        await self.check_holds(asker.organisation, record.dossier, request.document_id)
        return await self._reader.part(asker.organisation, request.document_id, request.offset)

    async def check_holds(self, organisation: str, dossier: str, document_id: str) -> None:
        """Raises `NotAllowed` unless it is a document of the dossier."""
        facts = await self._store.open(organisation, dossier)
        if all(document.id != document_id for document in facts.documents):
            raise NotAllowed(why="not a document of this dossier")

    @property
    def store(self) -> DossierStoreLike:
        """The store."""
        return self._store

    async def own(self, organisation: str, agent: str, session_id: str) -> Ticket:
        """The ticket of an agent's own session. Raises `TicketUnknown`."""
        return (await self.sessions.owned(organisation, agent, session_id))[0]

    async def check(self, asker: Asker, session_id: str, dossier: str) -> tuple[Ticket, Actor]:
        """The session's ticket and who acts.
        Raises `NotAllowed` unless it has opened `dossier`.
        """
        ticket, record = await self.sessions.owned(asker.organisation, asker.user, session_id)
        if not dossier or not await self._was_opened(asker, session_id, dossier):
            if not dossier or record.dossier != dossier:
                raise NotAllowed(why="not the dossier of this session")
            await self._open_passed_on(asker, ticket, session_id, dossier)
        return ticket, who_of(self.sessions.kiosk_facts(ticket), asker.computer)

    async def _was_opened(self, asker: Asker, session_id: str, dossier: str) -> bool:
        """Also true for one that was opened before another one: what was received for it is still
        filed in it.
        """
        if (session_id, asker.user, dossier) in self._written:
            return True
        identities = self._store.identities
        return await identities.was_opened(
            asker.organisation, dossier, session_id=session_id, user=asker.user
        )

    async def _open_passed_on(
        self, asker: Asker, ticket: Ticket, session_id: str, dossier: str
    ) -> None:
        """An agent who got the session from a colleague may come without having opened its dossier:
        that is an opening too.
        """
        access = self.access(asker, ticket, session_id)
        await self._store.identities.open(
            asker.organisation, dossier, access, bound=dossier, named=False
        )
        self._written.add((session_id, asker.user, dossier))
