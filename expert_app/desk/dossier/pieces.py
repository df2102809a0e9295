# SPDX-License-Identifier: GPL-3.0-only
"""An agent's work on the caller's pieces, without Qt:
procedures, states as pages arrive, what is missing, duplicates.

`wiring.pieces` connects it with the window.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from expert_app.desk.app import DeskApp
from expert_app.desk.filing import CleanedPage, Filing
from resources.texts import _
from session.core.clock import Clock
from session.core.dossier_model import Dossier, PieceState, SeenPage
from session.core.errors import DossierUnknown, SessionError
from session.core.signals import Signal
from session.desk.hub.client import DeskClient
from session.protocol.conversation.messages import PrintChanged, PrintState
from session.protocol.dossier.pieces import (
    AcknowledgeRequest,
    CorrectRequest,
    DocumentSearchRequest,
    DocumentSketchRequest,
    PageSeen,
    PieceHistory,
    PieceHistoryRequest,
    ProcedureFacts,
    ProceduresRequest,
    SeenRequest,
    StartProcedureRequest,
    SupersedeRequest,
)
from session.protocol.wire.ids import is_id, new_id

log = logging.getLogger(__name__)

PROCEDURES, HISTORY, SEARCH = "ask for procedures", "ask for the history", "search"
"""Keys of the troubles of lists that were not read."""

MISSING_DAYS = 30
"""Until when a caller is asked to bring what is missing."""


class DuplicatePage(NamedTuple):
    """A page that the dossier has already, or that looks like one it has.

    Attributes:
        jpeg: the cleaned copy of the new page.
        document: the PDF with the earlier one, b"" when it cannot be had.
    """

    page_id: str
    seen: SeenPage
    jpeg: bytes = b""
    document: bytes = b""


class DocumentHits(NamedTuple):
    """Ids of the documents that have these words."""

    words: str
    ids: list[str]


class SketchedDocument(NamedTuple):
    """A document's small picture, a JPEG; empty: it has none."""

    id: str
    jpeg: bytes


class DeskPieces:
    """The pieces of the dossier on the screen.

    Attributes:
        procedures_changed: what may be started in this dossier.
        duplicate_found: a warning about a page; it refuses nothing.
        history_received: what happened to the pieces.
        found: documents with the words asked for.
        sketched: a small picture of a document.
    """

    def __init__(
        self,
        app: DeskApp,
        filing: Filing,
        *,
        link: DeskClient,
        clock: Clock,
    ) -> None:
        self.procedures_changed: Signal[list[ProcedureFacts]] = Signal()
        self.duplicate_found: Signal[DuplicatePage] = Signal()
        self.history_received: Signal[PieceHistory] = Signal()
        self.found: Signal[DocumentHits] = Signal()
        self.sketched: Signal[SketchedDocument] = Signal()
        self._app = app
        self._filing = filing
        self._link = link
        self._bus = link.bus
        self._clock = clock
        self._chosen = ""
        self._asked_for = ""
        self._names: set[str] = set()
        self._to_sketch: list[str] = []
        self._sketching = False

    def start(self) -> None:
        """Subscribes to the dossier and its pages."""
        self._app.dossier_changed.connect(self._on_dossier)
        self._filing.page_cleaned.connect(self._on_page)

    # ---- procedures ----

    def _on_dossier(self, dossier: Dossier | None) -> None:
        if dossier is not None:
            number = dossier.number
        else:
            number = ""
        if number == self._asked_for:
            return
        self._asked_for = number
        self._chosen = ""
        self.procedures_changed.emit([])
        if number:
            self._app.do(self._ask(), PROCEDURES)

    async def _ask(self) -> None:
        session = self._app.session
        if session is not None:
            answer = await self._bus.ask(ProceduresRequest(session_id=session.facts.id))
            self.procedures_changed.emit(answer.procedures)

    def start_procedure(self, procedure: str) -> None:
        """Adds what a procedure asks for to the dossier."""
        self._app.do(self._start(procedure), "start a procedure")

    async def _start(self, procedure: str) -> None:
        session_id, dossier = self._here()
        request = StartProcedureRequest(
            session_id=session_id, dossier=dossier.number, procedure=procedure
        )
        self._app.show_dossier((await self._bus.ask(request)).dossier)

    def _here(self) -> tuple[str, Dossier]:
        session, dossier = self._app.session, self._app.dossier
        if session is None or dossier is None:
            raise DossierUnknown
        return session.facts.id, dossier

    # ---- pages that arrive ----

    def choose(self, piece_id: str) -> None:
        """Sets the piece that is scanned from now on; "" for none."""
        self._chosen = piece_id

    def _on_page(self, page: CleanedPage) -> None:
        if self._app.session is not None and self._app.dossier is not None:
            self._app.do(self._compare(page), "compare a page")
            if self._chosen:
                self._app.do(self._mark(self._chosen, legible=not page.clean.flaws), "set a piece")

    async def _mark(self, piece_id: str, *, legible: bool) -> None:
        """Marks an expected piece as scanned, and as legible when the cleaning found no flaw."""
        session_id, dossier = self._here()
        piece = next((piece for piece in dossier.pieces if piece.id == piece_id), None)
        if piece is None or piece.state not in (
            PieceState.EXPECTED,
            PieceState.REFUSED,
            PieceState.SCANNED,
        ):
            return
        facts = await self._link.set_piece(
            session_id, dossier.number, piece_id, state=PieceState.SCANNED
        )
        if legible:
            facts = await self._link.set_piece(
                session_id, dossier.number, piece_id, state=PieceState.LEGIBLE
            )
        self._app.show_dossier(facts)

    async def _compare(self, page: CleanedPage) -> None:
        session_id, dossier = self._here()
        stored_page = self._filing.kept_page(page.page_id)
        if page.clean.blank or stored_page is None:
            return
        from documents.imaging.fingerprint import fingerprint_of

        look = await asyncio.to_thread(fingerprint_of, page.clean.jpeg)
        request = SeenRequest(
            session_id=session_id,
            dossier=dossier.number,
            pages=[PageSeen(sha256=stored_page.sha256, look=look)],
        )
        try:
            seen_pages = (await self._bus.ask(request)).seen
        except SessionError as error:  # a warning that cannot be had stops nobody
            log.info("whether a page was seen before is not known: %s", error.code)
            return
        for seen_page in seen_pages:
            earlier = await self._earlier(session_id, seen_page.document_id)
            self.duplicate_found.emit(
                DuplicatePage(page.page_id, seen_page, page.clean.jpeg, earlier)
            )

    async def _earlier(self, session_id: str, document_id: str) -> bytes:
        """The document that holds the earlier page; without it the warning stands all the same."""
        try:
            return await self._link.document(session_id, document_id)
        except SessionError as error:
            log.info("the earlier document cannot be shown: %s", error.code)
            return b""

    # ---- what is missing, receipts, history, search ----

    def print_missing(self) -> None:
        """Prints at the kiosk what the caller still has to bring."""
        self._app.do(self._print_missing(), "print what is missing")

    async def _print_missing(self) -> None:
        # what draws sheets is not loaded at every start
        from documents.printed.missing_pieces import MissingFacts, MissingPiece, missing_list

        _session_id, dossier = self._here()
        session = self._app.session
        assert session is not None
        now = self._clock.utc_now().astimezone()
        facts = MissingFacts(
            organisation=self._link.organisation_name,
            procedure=dossier.procedure,
            pieces=tuple(
                MissingPiece(
                    name=piece.name,
                    reason=piece.reason,
                    hint=piece.hint,
                    any_of=tuple(piece.any_of),
                )
                for piece in dossier.pieces
                if piece.is_missing
            ),
            printed_at=now,
            before=(now + timedelta(days=MISSING_DAYS)).date(),
            phone=session.facts.contact.phone,
            site=session.facts.site,
            session_id=session.facts.id,
        )
        name = _("What is missing, {number}").format(number=dossier.number)
        await session.devices.print_document(await asyncio.to_thread(missing_list, facts), name)

    def on_print(self, changed: PrintChanged, name: str) -> None:
        """A print moved on; when it is this dossier's receipt, the pieces that it names are
        acknowledged.
        """
        dossier = self._app.dossier
        if dossier is None or changed.state is not PrintState.DONE:
            return
        if name == _("Receipt {number}").format(number=dossier.number):
            self._app.do(self._acknowledge(), "acknowledge pieces")

    async def _acknowledge(self) -> None:
        """The printed receipt names what was filed since the session began."""
        session_id, dossier = self._here()
        session = self._app.session
        assert session is not None
        since = session.facts.opened_at_utc
        named = {
            document.piece_id for document in dossier.documents if document.filed_at_utc >= since
        }
        ids = sorted(name for name in named if is_id(name))
        if ids:
            request = AcknowledgeRequest(
                session_id=session_id, dossier=dossier.number, piece_ids=ids
            )
            self._app.show_dossier((await self._bus.ask(request)).dossier)

    def ask_history(self) -> None:
        """Asks what happened to the pieces."""
        self._app.do(self._ask_history(), HISTORY)

    async def _ask_history(self) -> None:
        session_id, dossier = self._here()
        self.history_received.emit(
            await self._bus.ask(PieceHistoryRequest(session_id=session_id, dossier=dossier.number))
        )

    def correct(self, document_id: str, *, piece_id: str, name: str, reason: str) -> None:
        """A document was filed under the wrong piece or name."""
        self._app.do(self._correct(document_id, piece_id, name, reason), "correct a document")

    async def _correct(self, document_id: str, piece_id: str, name: str, reason: str) -> None:
        session_id, dossier = self._here()
        request = CorrectRequest(
            session_id=session_id,
            dossier=dossier.number,
            request_id=new_id(),
            document_id=document_id,
            piece_id=piece_id,
            name=name,
            reason=reason,
        )
        self._app.show_dossier((await self._bus.ask(request)).dossier)

    def supersede(self, document_id: str, *, by_document_id: str, reason: str) -> None:
        """A document that was filed later takes another one's place."""
        self._app.do(self._supersede(document_id, by_document_id, reason), "replace a document")

    async def _supersede(self, document_id: str, by_document_id: str, reason: str) -> None:
        session_id, dossier = self._here()
        request = SupersedeRequest(
            session_id=session_id,
            dossier=dossier.number,
            document_id=document_id,
            by_document_id=by_document_id,
            reason=reason,
        )
        self._app.show_dossier((await self._bus.ask(request)).dossier)

    def search(self, words: str) -> None:
        """Looks for documents of the dossier with these words."""
        self._app.do(self._search(words), SEARCH)

    async def _search(self, words: str) -> None:
        session_id, dossier = self._here()
        request = DocumentSearchRequest(session_id=session_id, dossier=dossier.number, words=words)
        self.found.emit(DocumentHits(words, (await self._bus.ask(request)).document_ids))

    def sketch(self, document_ids: Sequence[str]) -> None:
        """Asks for small pictures of these documents, one after the other; of what was asked for
        before and has not come nothing is asked any more.
        """
        self._to_sketch = list(document_ids)
        if not self._sketching and self._app.dossier is not None:
            self._sketching = True
            self._app.do(self._sketch(), "sketch documents")

    async def _sketch(self) -> None:
        try:
            while self._to_sketch and self._app.session is not None:
                session_id, dossier = self._here()
                document_id = self._to_sketch.pop(0)
                request = DocumentSketchRequest(
                    session_id=session_id, dossier=dossier.number, document_id=document_id
                )
                sketch = await self._bus.ask(request)
                self.sketched.emit(SketchedDocument(document_id, sketch.jpeg))
        except SessionError as error:  # the list is as good without
            log.info("a document is not sketched: %s", error.code)
        finally:
            self._sketching = False
