# SPDX-License-Identifier: GPL-3.0-only
"""Dossiers of organisations and the documents filed in them.
Used by the hub's dossier service, from a worker thread.

Nothing is called filed before its bytes were read back from the disk.
The order is always: file, read back, row; so a crash leaves at worst a file that no row names, and
the repeated request finds it there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from documents.hashes import sha256_of
from documents.store import tables
from documents.store.accesses import Accesses, one_at_a_time, write_line
from documents.store.acts import DossierAct, DossierActKind, acts_of, write_act
from documents.store.appointments.appointment_rows import Appointments
from documents.store.appointments.foreign_rows import ForeignAppointments
from documents.store.appointments.messages import AppointmentMessages
from documents.store.blobs import Blobs, BlobStore
from documents.store.deliveries import Deliveries, add_deliveries
from documents.store.erasure.dossiers import DossierErasures
from documents.store.erasure.files import remove_files
from documents.store.identities import Identities
from documents.store.incoming import IncomingDossiers
from documents.store.index_marks import LookAtPdf, facts_of
from documents.store.layout import bring_up_to_date
from documents.store.merges import Merges
from documents.store.procedures import Procedure, piece_of
from documents.store.procedures import piece_id as piece_id_of
from documents.store.rows import (
    Moment,
    change_piece,
    document_columns,
    document_id_of,
    document_of,
    dossier_columns,
    find_row,
    history_of,
    kept_row,
    key_of,
    number_of,
    piece_columns,
    piece_name,
    read_dossier,
    replaced_in,
    same_bytes,
    settled_before,
    uploaded,
)
from documents.store.search import (
    NO_MARKS,
    FiledMarks,
    FoundDocument,
    PageMark,
    add_marks,
    earlier_pages,
    index_missing,
    pages_of,
    search,
)
from documents.store.transactions import Transactions, reached
from documents.store.versions import (
    Replacement,
    current,
    note_act,
    own_document,
    own_dossiers,
    own_work,
    replace,
    withdraw,
    withdraw_note,
)
from resources.texts import _
from session.core.appointment_model import MessageWay
from session.core.disk import make_folder
from session.core.dossier_model import (
    NOBODY,
    Access,
    AccessKind,
    Actor,
    DocumentCorrection,
    DocumentRecord,
    Dossier,
    DossierNote,
    NewDocument,
    OwnWork,
    PaperPlace,
    PieceState,
    PieceStep,
    SeenPage,
)
from session.core.errors import (
    DocumentNotFiled,
    DossierUnknown,
    PageDamaged,
    SessionError,
    StoreUnreachable,
)
from session.core.folded_text import folded

MAX_PROCEDURE_WORDS = 500


def _now() -> datetime:
    return datetime.now(UTC)


class DossierStore:
    """The memory of a hub. Thread-safe; several processes may share it.
    Close it, or use it with `with`.

    Every method names the organisation: another one's dossiers and documents do not exist for it.

    Args:
        folder: holds the documents, and the database when no `database_url` is given.
        database_url: an SQLAlchemy URL, e.g. of PostgreSQL.
        blobs: where documents lie instead of in the folder, e.g.
            `documents.store.remote_blobs.RemoteBlobs`; closed with us.
        targets: by organisation, names of its own document systems, which get a copy of what is
            filed.
        ways: by organisation, how it writes to people about their appointments.
        look_at: looks at each PDF before it is filed; a hub's does so in a worker process.
        now: the time, timezone-aware; its local day decides which pieces are out of date.

    Attributes:
        deliveries: what became of the copies.
        identities: whose dossiers they are.
        accesses: who looked at what.
        merges: dossiers of one person made one.
        incoming: dossiers from organisations' own systems.
        erasures: dossiers erased by right, and kept from it.
        appointments: tickets of the future.
        foreign_appointments: those of other booking systems.
        messages: to people about their appointments.

    Raises:
        StoreUnreachable: from every method, when database or disk fail;
            the same request may be repeated.
    """

    def __init__(
        self,
        folder: Path,
        database_url: str | None = None,
        *,
        blobs: BlobStore | None = None,
        targets: Mapping[str, Sequence[str]] | None = None,
        ways: Mapping[str, Sequence[MessageWay]] | None = None,
        look_at: LookAtPdf = facts_of,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._now = now
        self._look_at = look_at
        with reached():
            make_folder(folder)
            self._blobs: BlobStore = blobs or Blobs(folder / "documents")
            engine = tables.open_engine(folder, database_url)
        transactions = Transactions(engine)
        self._transactions = transactions
        self._reading = transactions.reading
        self._writing = transactions.writing
        self._targets = targets or {}
        self.deliveries = Deliveries(transactions)
        self.identities = Identities(transactions, now)
        self.accesses = Accesses(transactions, now)
        self.merges = Merges(transactions, now)
        self.appointments = Appointments(transactions, now, ways=ways)
        self.foreign_appointments = ForeignAppointments(transactions, now)
        self.messages = AppointmentMessages(transactions)
        self.incoming = IncomingDossiers(transactions, now)
        self.erasures = DossierErasures(transactions, self._blobs, now=now)
        try:
            self._prepare()
        except SessionError:
            self.close()
            raise

    def close(self) -> None:
        """Lets what runs come to its end, then ends all connections, also those of the `blobs` that
        were given.
        """
        self._transactions.close()
        self._blobs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def create_dossier(self, organisation: str, dossier: Dossier) -> Dossier:
        """Adds a dossier with its expected pieces;
        one that is there already is left as it is and returned.
        """
        with self._writing() as connection:
            if find_row(connection, organisation, dossier.number) is None:
                columns = dossier_columns(organisation, dossier)
                connection.execute(insert(tables.dossiers).values(**columns))
                key = key_of(connection, organisation, dossier.number)
                for place, piece in enumerate(dossier.pieces):
                    connection.execute(
                        insert(tables.pieces).values(dossier_id=key, **piece_columns(piece, place))
                    )
            return self._dossier(connection, organisation, dossier.number)

    def open_dossier(self, organisation: str, number: str) -> Dossier:
        """The dossier as it is now.

        Raises:
            DossierUnknown: the organisation has none of that number.
        """
        with self._reading() as connection:
            return self._dossier(connection, organisation, number)

    def find_by_caller_number(self, organisation: str, caller_number: str) -> Dossier | None:
        """The caller's newest dossier, or None."""
        if not caller_number:
            return None
        table = tables.dossiers
        query = (
            select(table.c.number)
            .where(table.c.organisation == organisation, table.c.caller_number == caller_number)
            .order_by(table.c.merged_into != "", table.c.id.desc())
        )
        with self._reading() as connection:
            number = connection.execute(query).scalars().first()
            if number is None:
                return None
            return self._dossier(connection, organisation, number)

    def count(self, organisation: str) -> int:
        """Count the organisation's documents."""
        table = tables.documents
        query = (
            select(func.count())
            .select_from(table)
            .where(table.c.organisation == organisation, table.c.withdrawn_at_utc.is_(None))
        )
        with self._reading() as connection:
            return connection.execute(query).scalar_one()

    def start_procedure(
        self, organisation: str, number: str, procedure: Procedure, by: Actor = NOBODY
    ) -> Dossier:
        """Adds what a procedure asks for; one that was started before adds nothing.

        A piece that the dossier has from another procedure, and that still holds, is not asked for
        again.

        Raises:
            DossierUnknown: no such dossier.
        """
        with self._writing() as connection:
            key = key_of(connection, organisation, number)
            before = self._dossier(connection, organisation, number)
            if any(piece.procedure == procedure.id for piece in before.pieces):
                return before
            missing_rules = [
                rule
                for rule in procedure.pieces
                if before.piece(piece_id_of(procedure.id, rule.id)) is None
            ]
            for place, rule in enumerate(missing_rules, start=len(before.pieces)):
                piece = piece_of(procedure, rule)
                row = piece_columns(piece, place, rule)
                connection.execute(insert(tables.pieces).values(dossier_id=key, **row))
                settled_piece = settled_before(before, rule)
                if settled_piece is not None:
                    reason = _("Already in the dossier: {name}").format(name=settled_piece.name)[
                        :500
                    ]
                    moment = self._moment(by)
                    change_piece(
                        connection, key, piece.id, PieceState.ACCEPTED, reason=reason, moment=moment
                    )
            words = " · ".join(part for part in (before.procedure, procedure.name) if part)
            named = {folded(name) for name in before.procedure.split(" · ")}
            if folded(procedure.name) not in named:
                table = tables.dossiers
                change = (
                    update(table)
                    .where(table.c.id == key)
                    .values(procedure=words[:MAX_PROCEDURE_WORDS])
                )
                connection.execute(change)
            return self._dossier(connection, organisation, number)

    def set_piece(
        self,
        organisation: str,
        number: str,
        piece_id: str,
        state: PieceState,
        *,
        reason: str = "",
        by: Actor = NOBODY,
    ) -> Dossier:
        """Changes a piece's state by hand.

        Raises:
            DossierUnknown: no such dossier or piece, or the state cannot follow. Detail: `what`.
        """
        with self._writing() as connection:
            key = key_of(connection, organisation, number)
            change_piece(connection, key, piece_id, state, reason=reason, moment=self._moment(by))
            return self._dossier(connection, organisation, number)

    def acknowledge(
        self, organisation: str, number: str, piece_ids: list[str], by: Actor = NOBODY
    ) -> Dossier:
        """A receipt that names these pieces was printed;
        those that are not filed or accepted stay as they are.
        """
        with self._writing() as connection:
            key = key_of(connection, organisation, number)
            settled = (PieceState.FILED, PieceState.ACCEPTED)
            for piece in self._dossier(connection, organisation, number).pieces:
                if piece.id in piece_ids and piece.state in settled:
                    change_piece(
                        connection,
                        key,
                        piece.id,
                        PieceState.ACKNOWLEDGED,
                        reason=piece.reason,
                        moment=self._moment(by),
                    )
            return self._dossier(connection, organisation, number)

    def history(self, organisation: str, number: str) -> list[PieceStep]:
        """Return what happened to the dossier's pieces, oldest first. Raises `DossierUnknown`."""
        with self._reading() as connection:
            return history_of(connection, key_of(connection, organisation, number))

    def acts(self, organisation: str, number: str) -> list[DossierAct]:
        """Return what people did with the dossier beyond its pieces, oldest first. Raises
        `DossierUnknown`.
        """
        with self._reading() as connection:
            return acts_of(connection, key_of(connection, organisation, number))

    def note_export(self, organisation: str, number: str, act: DossierAct) -> None:
        """Somebody takes the whole dossier along: an act, and a line of the register.
        Raises `DossierUnknown`.
        """
        with self._writing() as connection:
            key = key_of(connection, organisation, number)
            write_act(connection, organisation, key, act)
            access = Access(by=act.by, reason=act.reason)
            write_line(
                connection,
                organisation,
                AccessKind.EXPORTED,
                number_of(connection, key),
                access=access,
                now=act.at_utc,
            )

    def add_note(
        self,
        organisation: str,
        number: str,
        note: DossierNote,
        *,
        session_id: str = "",
        user: str = "",
    ) -> Dossier:
        """Keeps a note; one with the same id is kept as it was first.

        Args:
            session_id, user: who may withdraw it; "" for nobody.

        Raises:
            DossierUnknown: no such dossier.
        """
        table = tables.notes
        with self._writing() as connection:
            key = key_of(connection, organisation, number)
            note_query = select(table.c.id).where(
                table.c.dossier_id == key, table.c.note_id == note.id
            )
            if connection.execute(note_query).first() is None:
                at_utc = note.at_utc.astimezone(UTC).replace(tzinfo=None)
                values = {
                    "note_id": note.id,
                    "text": note.text,
                    "by_name": note.by_name,
                    "at_utc": at_utc,
                    "session_id": session_id,
                    "by_user": user,
                }
                connection.execute(insert(table).values(dossier_id=key, **values))
            return self._dossier(connection, organisation, number)

    def file(
        self,
        organisation: str,
        number: str,
        new: NewDocument,
        data: bytes,
        *,
        filed_at_utc: datetime,
        marks: FiledMarks = NO_MARKS,
        by: Actor = NOBODY,
    ) -> DocumentRecord:
        """Files a document and marks its piece filed.
        Repeating an `upload_id` gives the same document again.

        Args:
            filed_at_utc: timezone-aware.
            marks: the words and pages by which it is found again.

        Raises:
            PageDamaged: the bytes are not those of `sha256`.
            DocumentNotFiled: no PDF, another number of pages, an `upload_id` used for other bytes,
                or not read back.
            DossierUnknown: no such dossier or piece.
        """
        self._check(data, new)
        with self._reading() as connection:
            earlier_upload = uploaded(connection, organisation, new.upload_id)
            if earlier_upload is not None:
                return same_bytes(earlier_upload, new.sha256)
            _check_place(connection, organisation, number, new.piece_id)
        with reached():
            path = self._blobs.put(organisation, data, new.sha256)
        document = DocumentRecord(
            id=document_id_of(organisation, new.upload_id),
            piece_id=new.piece_id,
            name=new.name,
            pages=new.pages,
            size_bytes=len(data),
            sha256=new.sha256,
            filed_at_utc=filed_at_utc.astimezone(UTC),
            path=path,
        )
        filed = self._add(organisation, number, document, new=new, marks=marks, by=by)
        with reached():
            if not self._blobs.has(path):  # erased with another document, just before our row
                self._blobs.put(organisation, data, new.sha256)
        return filed

    def correct(
        self,
        organisation: str,
        number: str,
        correction: DocumentCorrection,
        *,
        why: Replacement,
        by: Actor = NOBODY,
        marks: FiledMarks | None = None,
    ) -> Dossier:
        """Files a document's same bytes under another piece or name, as its next version;
        once per `request_id`.

        Args:
            marks: of the document, which the index of words cannot give back; None:
                its pages', and only its new name.

        Raises:
            DossierUnknown: no such dossier, piece or document, or it was replaced before.
        """
        with self._writing() as connection:
            one_at_a_time(connection, organisation, correction.document_id)
            key = key_of(connection, organisation, number)
            if uploaded(connection, organisation, correction.request_id) is None:
                old_key, old = current(connection, key, correction.document_id)
                moment = self._moment(by)
                new_id = self._file_again(
                    connection,
                    organisation,
                    key,
                    old=old,
                    correction=correction,
                    marks=marks or FiledMarks(pages=pages_of(connection, old_key)),
                    author=Access(by=why.by, session_id=why.session_id),
                    moment=moment,
                )
                replace(
                    connection,
                    organisation,
                    key,
                    old_id=correction.document_id,
                    new_id=new_id,
                    why=why,
                    moment=moment,
                )
            return self._dossier(connection, organisation, number)

    def _file_again(
        self,
        connection: Connection,
        organisation: str,
        key: int,
        *,
        old: DocumentRecord,
        correction: DocumentCorrection,
        marks: FiledMarks,
        author: Access,
        moment: Moment,
    ) -> str:
        """Files a document's same bytes in the dossier `key`; returns its new id."""
        if correction.piece_id and not piece_name(connection, key, correction.piece_id):
            raise DossierUnknown(what="piece")
        new = msgspec.structs.replace(
            old,
            id=document_id_of(organisation, correction.request_id),
            piece_id=correction.piece_id,
            name=correction.name,
            filed_at_utc=moment.at_utc.astimezone(UTC),
        )
        upload = NewDocument(
            piece_id=new.piece_id,
            name=new.name,
            pages=new.pages,
            sha256=new.sha256,
            upload_id=correction.request_id,
            session_id=author.session_id,
            user=author.by.user,
        )
        self._insert(connection, organisation, key, new=upload, document=new, marks=marks)
        if correction.piece_id:
            change_piece(connection, key, correction.piece_id, PieceState.FILED, moment=moment)
        return new.id

    # ---- figures

    def count_filed(self, organisation: str, first: datetime, last: datetime) -> int:
        """Count the documents filed from `first` to before `last`, both timezone-aware."""
        column = tables.documents.c
        start, end = (at.astimezone(UTC).replace(tzinfo=None) for at in (first, last))
        query = select(func.count()).where(
            column.organisation == organisation,
            column.filed_at_utc >= start,
            column.filed_at_utc < end,
            column.withdrawn_at_utc.is_(None),
        )
        with self._reading() as connection:
            return int(connection.execute(query).scalar_one())

    # ---- what an agent corrects of its own work

    def own_work(self, organisation: str, author: Access) -> OwnWork:
        """The notes and documents of this author in this conversation that stand."""
        with self._reading() as connection:
            return own_work(connection, organisation, author)

    def take_back_note(
        self, organisation: str, note_id: str, author: Access, *, text: str = "", new_id: str = ""
    ) -> None:
        """Withdraws the author's own note; one with `text` takes its place. Once.

        Raises:
            DossierUnknown: it is not the author's.
        """
        moment = self._moment(Actor(name=author.by.name))
        with self._writing() as connection:
            withdraw_note(
                connection,
                organisation,
                note_id,
                author=author,
                moment=moment,
                text=text,
                new_id=new_id,
            )

    def take_back_document(
        self,
        organisation: str,
        document_id: str,
        author: Access,
        *,
        request_id: str,
        place: PaperPlace | None = None,
        marks: FiledMarks | None = None,
    ) -> None:
        """Withdraws a document that the author filed, or files it in another place instead; once
        per `request_id`. Its bytes stay where they are.

        Args:
            place: in a dossier that the same conversation opened; None for nowhere.
            marks: as for `correct`.

        Raises:
            DossierUnknown: it is not the author's, or there is no such place.
            CopyDelivered: a copy has left for a document system.
        """
        moment = self._moment(Actor(name=author.by.name))
        with self._writing() as connection:
            one_at_a_time(connection, organisation, document_id)
            if uploaded(connection, organisation, request_id) is not None:
                return
            row = own_document(connection, organisation, document_id, author)
            if row is None:
                if place is not None:
                    raise DossierUnknown(what="document")
                return
            if place is None:
                withdraw(connection, organisation, row, author=author, moment=moment)
                return
            self._file_elsewhere(
                connection,
                organisation,
                row,
                author=author,
                request_id=request_id,
                place=place,
                marks=marks or FiledMarks(pages=pages_of(connection, row.id)),
                moment=moment,
            )

    def _file_elsewhere(
        self,
        connection: Connection,
        organisation: str,
        row: Row[Any],
        *,
        author: Access,
        request_id: str,
        place: PaperPlace,
        marks: FiledMarks,
        moment: Moment,
    ) -> None:
        """The next version of the document `row`, or a withdrawal and a document elsewhere."""
        target = key_of(connection, organisation, place.dossier)
        if target not in own_dossiers(connection, organisation, author):
            raise DossierUnknown(what="dossier")
        old, moved = document_of(row), DossierActKind.DOCUMENT_MOVED
        if target != row.dossier_id:
            withdraw(connection, organisation, row, author=author, moment=moment, kind=moved)
        new_id = self._file_again(
            connection,
            organisation,
            target,
            old=old,
            correction=DocumentCorrection(
                document_id=old.id,
                piece_id=place.piece_id,
                name=old.name,
                request_id=request_id,
            ),
            marks=marks,
            author=author,
            moment=moment,
        )
        if target == row.dossier_id:
            why = Replacement(author.reason, author.by, author.session_id)
            replace(
                connection,
                organisation,
                target,
                old_id=old.id,
                new_id=new_id,
                why=why,
                moment=moment,
            )
            return
        act = DossierAct(
            kind=moved, about=old.name, reason=author.reason, by=author.by, at_utc=moment.at_utc
        )
        note_act(connection, organisation, target, author=author, act=act)

    def supersede(
        self,
        organisation: str,
        number: str,
        document_id: str,
        *,
        by_id: str,
        why: Replacement,
        by: Actor = NOBODY,
    ) -> Dossier:
        """Says that a document that was filed later takes this one's place, e.g. a better scan.

        Raises:
            DossierUnknown: no such dossier or document, or one of them has its place in other
                versions.
        """
        with self._writing() as connection:
            one_at_a_time(connection, organisation, document_id)
            key = key_of(connection, organisation, number)
            successor = replaced_in(connection, key).get(document_id)
            if successor is None or successor[0] != by_id:  # said twice is said once
                replace(
                    connection,
                    organisation,
                    key,
                    old_id=document_id,
                    new_id=by_id,
                    why=why,
                    moment=self._moment(by),
                )
            return self._dossier(connection, organisation, number)

    def read(self, organisation: str, document_id: str) -> bytes:
        """A document's bytes, proved by their hash.

        Raises:
            DossierUnknown: the organisation has no such document.
            DocumentNotFiled: its file is gone or was changed.
        """
        table = tables.documents
        query = select(table.c.path, table.c.sha256).where(
            table.c.organisation == organisation, table.c.document_id == document_id
        )
        with self._reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise DossierUnknown(what="document")
        with reached():
            return self._blobs.get(row.path, row.sha256)

    def search(
        self, organisation: str, text: str, number: str = "", limit: int = 50
    ) -> list[FoundDocument]:
        """Documents in which every word of `text` begins a word, newest first;
        accents and capitals do not count.

        Args:
            number: only of this dossier.
        """
        with self._reading() as connection:
            if number:
                dossier_row = kept_row(connection, organisation, number)
            else:
                dossier_row = None
            if dossier_row is not None:
                dossier_number = dossier_row.number
            else:
                dossier_number = number
            return search(connection, organisation, text, number=dossier_number, limit=limit)

    def seen_before(self, organisation: str, number: str, pages: list[PageMark]) -> list[SeenPage]:
        """Pages of this dossier that are these, or look like them: for a warning that shows them.

        Raises:
            DossierUnknown: no such dossier.
        """
        with self._reading() as connection:
            return earlier_pages(connection, key_of(connection, organisation, number), pages)

    def damaged(self, organisation: str) -> list[DocumentRecord]:
        """Documents whose file is gone or no longer what was filed;
        reads every file, for a nightly round.
        """
        query = select(tables.documents).where(tables.documents.c.organisation == organisation)
        with self._reading() as connection:
            filed = [document_of(row) for row in connection.execute(query)]
        return [document for document in filed if not self._is_whole(document)]

    def _is_whole(self, document: DocumentRecord) -> bool:
        try:
            with reached():
                self._blobs.get(document.path, document.sha256)
        except DocumentNotFiled:
            return False
        return True

    def _add(
        self,
        organisation: str,
        number: str,
        document: DocumentRecord,
        *,
        new: NewDocument,
        marks: FiledMarks,
        by: Actor,
    ) -> DocumentRecord:
        """The row of a file that is safe; the same upload, sent twice at once, is added once."""
        with self._writing() as connection:
            earlier_upload = uploaded(connection, organisation, new.upload_id)
            if earlier_upload is not None:
                return same_bytes(earlier_upload, document.sha256)
            key = key_of(connection, organisation, number)
            self._insert(connection, organisation, key, new=new, document=document, marks=marks)
            if document.piece_id:
                change_piece(
                    connection, key, document.piece_id, PieceState.FILED, moment=self._moment(by)
                )
        return document

    def _insert(
        self,
        connection: Connection,
        organisation: str,
        key: int,
        *,
        new: NewDocument,
        document: DocumentRecord,
        marks: FiledMarks,
    ) -> None:
        """The rows of a document: itself, its marks, and the copies it is to have elsewhere."""
        columns = document_columns(document)
        row = insert(tables.documents).values(
            organisation=organisation,
            dossier_id=key,
            upload_id=new.upload_id,
            session_id=new.session_id,
            by_user=new.user,
            **columns,
        )
        document_key = int(connection.execute(row.returning(tables.documents.c.id)).scalar_one())
        add_marks(connection, document_key, organisation, key, document=document, marks=marks)
        add_deliveries(
            connection,
            organisation,
            document_key,
            targets=self._targets.get(organisation, ()),
            now=self._now(),
        )

    def _dossier(self, connection: Connection, organisation: str, number: str) -> Dossier:
        return read_dossier(connection, organisation, number, self._today())

    def _today(self) -> date:
        return self._now().astimezone().date()

    def _moment(self, by: Actor) -> Moment:
        return Moment(self._now(), self._today(), by)

    def _check(self, data: bytes, new: NewDocument) -> None:
        """Is it what the sender says, and a whole PDF?"""
        if sha256_of(data) != new.sha256:
            raise PageDamaged(size_bytes=len(data))
        try:
            facts = self._look_at(data)
        except SessionError as error:
            raise DocumentNotFiled(why=str(error.detail.get("why", error.code))) from error
        if facts.active:
            raise DocumentNotFiled(why="active_content")
        if facts.pages != new.pages:
            raise DocumentNotFiled(why="pages", found=facts.pages, announced=new.pages)

    def _prepare(self) -> None:
        """Make the tables that are missing; refuse another layout."""
        with self._writing() as connection:
            bring_up_to_date(connection)
            index_missing(connection)
        with suppress(StoreUnreachable):  # a far store that is away: the files wait for it
            remove_files(self._transactions, self._blobs)


def _check_place(connection: Connection, organisation: str, number: str, piece_id: str) -> None:
    key = key_of(connection, organisation, number)
    if piece_id and not piece_name(connection, key, piece_id):
        raise DossierUnknown(what="piece")
