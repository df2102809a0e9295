# SPDX-License-Identifier: GPL-3.0-only
"""The words of a dossier: its pieces, documents, notes, history and copies.

The store of dossiers (`documents.store`), the hub, desks and their windows use these same structs;
they travel as JSON inside the messages of `session.protocol.hub` and `session.protocol.dossier`,
so a changed field is a change of the protocol.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec

from session.core.field_types import Id, Sha256, Text, UtcTime

NOTE_LETTERS = 500

NoteText = Annotated[str, msgspec.Meta(min_length=1, max_length=NOTE_LETTERS)]


class PieceState(StrEnum):
    """The place of an expected piece.

    Only the store says filed; acknowledged means that a receipt that names the piece was
    printed.
    """

    EXPECTED = "expected"
    SCANNED = "scanned"
    LEGIBLE = "legible"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FILED = "filed"
    ACKNOWLEDGED = "acknowledged"


SETTLED = (PieceState.ACCEPTED, PieceState.FILED, PieceState.ACKNOWLEDGED)
"""Nothing more is asked of the caller."""

_NEXT: dict[PieceState, frozenset[PieceState]] = {
    PieceState.SCANNED: frozenset(
        {PieceState.EXPECTED, PieceState.REFUSED, PieceState.LEGIBLE, PieceState.SCANNED}
    ),
    PieceState.LEGIBLE: frozenset({PieceState.SCANNED, PieceState.LEGIBLE}),
    PieceState.ACKNOWLEDGED: frozenset(
        {PieceState.FILED, PieceState.ACCEPTED, PieceState.ACKNOWLEDGED}
    ),
}
"""State -> the states it may follow; the others may follow any:
an agent may always accept, refuse, expect again.
"""


def may_follow(was: PieceState, state: PieceState) -> bool:
    """True when a piece may go from `was` to `state`."""
    allowed = _NEXT.get(state)
    return allowed is None or was in allowed


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A supporting document that a procedure expects.

    Attributes:
        documents: ids of its documents that nothing replaced, oldest first.
        procedure: id of the procedure that asks for it, or "".
        hint: for whom, and what to look at.
        any_of: names of papers of which one will do.
        optional: the agent may leave it out.
        decided_by: who decides, when it is not the agent.
        expires_on: last day on which it holds, ISO 8601, or "".
    """

    id: Id
    name: Text
    state: PieceState = PieceState.EXPECTED
    reason: Text = ""
    documents: tuple[Id, ...] = ()
    procedure: str = ""
    hint: Annotated[str, msgspec.Meta(max_length=1100)] = ""
    any_of: tuple[Text, ...] = ()
    optional: bool = False
    decided_by: Text = ""
    expires_on: str = ""

    @property
    def is_missing(self) -> bool:
        """The caller still has to bring it."""
        return self.state not in SETTLED and (not self.optional or self.state is PieceState.REFUSED)


class DocumentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A filed document as the store has it. `sha256` was computed from the bytes read back;
    `path` is inside the store.

    `replaced_by` is the id of the version that came after, "" while this is the last;
    `why` says why.
    """

    id: Id
    name: Text
    piece_id: str
    pages: int
    size_bytes: int
    sha256: Sha256
    filed_at_utc: UtcTime
    path: str = ""
    replaced_by: str = ""
    why: Text = ""


class DossierNote(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's note for the next one after a conversation, and its time;
    `by_name` is what callers read of the agent. One that its author withdrew has no text.
    """

    id: Id
    text: Annotated[str, msgspec.Meta(max_length=NOTE_LETTERS)]
    by_name: str
    at_utc: UtcTime
    withdrawn_at_utc: UtcTime | None = None


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation's file of a caller; documents and notes are in order of time.

    It is only ever sent to an agent with a session for this caller, and to a supervisor who
    exports it.

    Attributes:
        family_name, given_names: the parts of `caller_name`, "" where they are not known.
        born_on: ISO 8601 or "".
        contact: how the caller may be reached, in the agent's words.
        provisional: it was made while the organisation's own register did not answer, and waits to
            be matched with it.
        merged: numbers of other dossiers of this person that lead here since a supervisor said so.
        earlier, earlier_notes: so many older documents and notes are not in this message
            ("dossier_documents"); 0 in a store.
    """

    number: str
    caller_name: Text
    caller_number: Annotated[str, msgspec.Meta(max_length=20)]
    born_on: str = ""
    procedure: Text = ""
    pieces: tuple[Piece, ...] = ()
    documents: tuple[DocumentRecord, ...] = ()
    notes: tuple[DossierNote, ...] = ()
    contact: Text = ""
    provisional: bool = False
    merged: tuple[str, ...] = ()
    family_name: Text = ""
    given_names: Text = ""
    earlier: Annotated[int, msgspec.Meta(ge=0)] = 0
    earlier_notes: Annotated[int, msgspec.Meta(ge=0)] = 0

    @property
    def missing(self) -> tuple[Piece, ...]:
        """The pieces that the caller still has to bring."""
        return tuple(piece for piece in self.pieces if piece.is_missing)

    def piece(self, piece_id: str) -> Piece | None:
        """The piece of that id."""
        return next((piece for piece in self.pieces if piece.id == piece_id), None)


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The person who changes a piece, as callers read the name, and at which site and kiosk;
    what the history says later. The computer is for the register of accesses.
    """

    name: str = ""
    site: str = ""
    kiosk: str = ""
    computer: str = ""


NOBODY = Actor()


class ActingUser(msgspec.Struct, frozen=True, kw_only=True):
    """The person who decides about a dossier:
    id, name as others read it, and the computer as it calls itself, "" where it does not.
    """

    user: str = ""
    name: str = ""
    computer: str = ""


class NewDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that a sender wants filed; the store checks `pages` and `sha256`.

    Attributes:
        piece_id: the expected piece, or "" for a document that nobody expected.
        upload_id: the sender's own; repeated, it gives the same document again.
        session_id, user: the conversation in which it is filed, and who files it; "" where nobody
            may withdraw it.
    """

    piece_id: str
    name: str
    pages: int
    sha256: str
    upload_id: str
    session_id: str = ""
    user: str = ""


class DocumentCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """A document's same bytes under another piece ("": none) or name; done once per
    `request_id`.
    """

    document_id: str
    piece_id: str
    name: str
    request_id: str


class PieceStep(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a piece: by whom, at which site and kiosk."""

    piece_id: str
    was: PieceState
    state: PieceState
    reason: Text = ""
    by_name: Text = ""
    site: Text = ""
    kiosk: str = ""
    at_utc: UtcTime


class SeenPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page that was filed before: page `page` (from 0) of those asked about is page `of_page`
    (from 1) of this document (`same`), or looks like it.
    """

    page: int
    document_id: Id
    name: Text
    of_page: int
    filed_at_utc: UtcTime
    same: bool


class DeliveryState(StrEnum):
    """The place of a copy for an agency's own system (GED). Waiting: another try follows by
    itself. Refused: a person must do something. Given up: nobody tries any more.
    """

    WAITING = "waiting"
    DELIVERED = "delivered"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One copy of a filed document for an agency's own system.

    Attributes:
        id: its key, for a decision.
        target: the system's name.
        name, dossier, filed_at_utc: what was filed here.
        remote_id: what the system calls it, once it has it.
        reason: why it has not, a code of `expert_app.ged.connector.Reason`, or "given_up";
        words: the system's own, or the person's who gave up.
        tries: how often it failed.
        next_try_utc: of a copy that waits.
        by_name: whose decision was the last.
    """

    id: int
    target: Text
    state: DeliveryState
    document_id: Id
    name: Text
    dossier: Text
    filed_at_utc: UtcTime
    remote_id: Text = ""
    reason: Text = ""
    words: Text = ""
    tries: Annotated[int, msgspec.Meta(ge=0)] = 0
    next_try_utc: UtcTime
    changed_at_utc: UtcTime
    by_name: Text = ""


# ---- whose dossier it is


class HitReason(StrEnum):
    """Why a search, or a look for doubles, found a dossier."""

    SAME_NAME_AND_BIRTH = "same_name_and_birth"
    SIMILAR_NAME_AND_BIRTH = "similar_name_and_birth"
    SAME_NUMBER = "same_number"


class DossierHit(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier that may be the caller's: as much of it as tells it from others."""

    number: str
    caller_name: Text
    born_on: str = ""
    has_caller_number: bool = False
    procedure: Text = ""
    provisional: bool = False
    why: HitReason


class CallerIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a dossier is about, as an agent writes it down with the caller.
    `born_on` is ISO 8601.
    """

    family_name: str
    given_names: str = ""
    born_on: str
    caller_number: str = ""
    contact: str = ""


class AccessKind(StrEnum):
    """An act that is written down in the register of accesses.

    Opened: the session's first dossier. Opened other: a further one, for a reason. Previewed:
    pieces and last note, by the agent whom its caller is offered to. Refused: too many
    different dossiers within an hour. The last two are about the log of a conversation.
    """

    SEARCHED = "searched"
    OPENED = "opened"
    OPENED_OTHER = "opened_other"
    PREVIEWED = "previewed"
    CREATED = "created"
    NUMBERED = "numbered"
    CORRECTED = "corrected"
    EXPORTED = "exported"
    MERGED = "merged"
    UNMERGED = "unmerged"
    REFUSED = "refused"
    READ_LOG = "read_log"
    LOG_REFUSED = "log_refused"


class TalkSpan(NamedTuple):
    """A conversation by its session, from the acceptance until its agent had finished."""

    session_id: str
    began_at_utc: datetime
    ended_at_utc: datetime


class TalkCaller(NamedTuple):
    """The caller of a conversation by the dossier that its agent opened, "" without one, and how
    many documents it filed there that stand.
    """

    name: str = ""
    filed: int = 0


class OwnNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note that an agent wrote in a conversation."""

    id: Id
    text: NoteText


class OwnPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A document that an agent filed in a conversation: in which dossier, and as which piece ("":
    none).
    """

    id: Id
    name: Text
    dossier: str
    piece_id: str = ""


class PaperPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A piece, or ("") no piece, of a dossier that the conversation opened."""

    dossier: str
    piece_id: str = ""
    name: Text = ""


class OwnWork(msgspec.Struct, frozen=True, kw_only=True):
    """The notes and documents of one agent in one conversation, and the places where these
    documents could be instead.
    """

    notes: tuple[OwnNote, ...] = ()
    papers: tuple[OwnPaper, ...] = ()
    places: tuple[PaperPlace, ...] = ()


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """The person who looks at a dossier: in which session ("" for a supervisor), and why,
    in words; or who reads the log of this session.
    """

    by: ActingUser
    session_id: str = ""
    reason: str = ""


class AccessLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the register of accesses.

    Attributes:
        id: its key, by which the register is read on.
        user, by_name: who.
        dossier: its number, "" for a search.
        session_id: of the conversation, "" for a supervisor who looks at a dossier.
        reason: in the person's words.
        computer: at which it was done, as it calls itself; "" where it was older, or a command.
        hits: how many dossiers a search found; what was searched for is not kept.
    """

    id: int
    at_utc: UtcTime
    user: str
    by_name: Text
    kind: AccessKind
    dossier: str = ""
    session_id: str = ""
    reason: Text = ""
    hits: int = 0
    computer: Text = ""


class DossierMerged(msgspec.Struct, frozen=True, kw_only=True):
    """Two dossiers of one person that a supervisor has made one.

    Attributes:
        id: by which it is taken back.
        keep, merged: numbers; `merged` opens `keep` since then.
        caller_name: of the dossier that is kept.
        until_utc: until when it may be taken back.
        undone_at_utc, undone_by, undone_why: it was taken back.
    """

    id: Id
    keep: str
    merged: str
    caller_name: Text
    reason: Text
    by_name: Text
    at_utc: UtcTime
    until_utc: UtcTime
    undone_at_utc: UtcTime | None = None
    undone_by: Text = ""
    undone_why: Text = ""


class ProvisionalDossier(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier that was made while the organisation's register was away, and is not matched with
    it yet.
    """

    number: str
    caller_name: Text
    born_on: str = ""
    made_at_utc: UtcTime
    by_name: Text = ""
