# SPDX-License-Identifier: GPL-3.0-only
"""Procedures and pieces between a desk and the dossier service:
what may be started, what happened, what was seen.

Every request is about the dossier of the agent's own session;
`session.hub.dossier.service` says who may ask.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from session.core.dossier_model import PieceStep, SeenPage
from session.core.field_types import UtcTime
from session.protocol.hub.board import Reason
from session.protocol.hub.requests import (
    DossierAnswer,
    HubMessage,
    ListAnswer,
    ListRequest,
    Request,
    Requests,
)
from session.protocol.hub.services import Text
from session.protocol.wire.ids import Id, OptionalId, Sha256
from session.protocol.wire.roles import Role

MAX_LISTED = 200

MAX_SKETCH_BYTES = 24_000
"""Of the small picture of a document."""

PageLikeness = Annotated[str, msgspec.Meta(max_length=64)]


class ProcedureFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A procedure that may be started, how many pieces it asks for, and what receipts say of its
    answer.

    Attributes:
        missing_days: how long a caller has for pieces that are missing; 0: no date is given.
        silence: what no answer means after `silence_days`: "acceptance", "refusal", or "" where
            nothing is said.
        appeal: time limits and ways of appeal against a refusal.
    """

    id: Id
    name: Text
    pieces: int
    missing_days: int = 0
    silence: str = ""
    silence_days: int = 0
    appeal: Annotated[str, msgspec.Meta(max_length=500)] = ""


class ProceduresAnswer(ListAnswer, frozen=True, kw_only=True):
    """In the organisation's own order."""

    PAGED: ClassVar[tuple[str, ...]] = ("procedures",)

    procedures: list[ProcedureFacts]


class ProceduresRequest(
    ListRequest[ProceduresAnswer], frozen=True, kw_only=True, verb="procedures", roles=(Role.AGENT,)
):
    """Which procedures may be started in this session?"""

    session_id: Id


class StartProcedureRequest(
    Request[DossierAnswer], frozen=True, kw_only=True, verb="start_procedure", roles=(Role.AGENT,)
):
    """Adds what a procedure asks for to the session's dossier; repeated, it adds nothing."""

    session_id: Id
    dossier: str
    procedure: Id


class AcknowledgeRequest(
    Request[DossierAnswer], frozen=True, kw_only=True, verb="acknowledge", roles=(Role.AGENT,)
):
    """A receipt that names these pieces was printed for the caller."""

    session_id: Id
    dossier: str
    piece_ids: Annotated[list[Id], msgspec.Meta(max_length=MAX_LISTED)]


class PieceHistory(HubMessage, frozen=True, kw_only=True):
    """The newest `MAX_LISTED` changes and acts, each oldest first."""

    steps: list[PieceStep]
    acts: list[ActStep] = msgspec.field(default_factory=list)


class PieceHistoryRequest(
    Request[PieceHistory], frozen=True, kw_only=True, verb="piece_history", roles=(Role.AGENT,)
):
    """A question about what happened to the dossier's pieces."""

    session_id: Id
    dossier: str


class ActStep(msgspec.Struct, frozen=True, kw_only=True):
    """An act on the dossier beyond its pieces:
    a copy tried again or given up, an export, a version, a corrected name or birth date.

    `kind` is one of `documents.store.acts.DossierActKind`; `about`: which document, or what was
    corrected.
    """

    kind: Annotated[str, msgspec.Meta(max_length=40)]
    about: Text = ""
    reason: Text = ""
    by_name: Text = ""
    at_utc: UtcTime


class PageSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A page about to be filed: hash of the scan, look of its cleaned copy
    (`documents.imaging.fingerprint`).
    """

    sha256: Sha256
    look: PageLikeness = ""


class SeenAnswer(ListAnswer, frozen=True, kw_only=True):
    """Only pages that were seen."""

    PAGED: ClassVar[tuple[str, ...]] = ("seen",)

    seen: list[SeenPage]


class SeenRequest(
    ListRequest[SeenAnswer], frozen=True, kw_only=True, verb="seen", roles=(Role.AGENT,)
):
    """Does the dossier have these pages already?"""

    session_id: Id
    dossier: str
    pages: Annotated[list[PageSeen], msgspec.Meta(max_length=MAX_LISTED)]


class DocumentSearchAnswer(ListAnswer, frozen=True, kw_only=True):
    """Their ids, newest first."""

    PAGED: ClassVar[tuple[str, ...]] = ("document_ids",)

    document_ids: list[Id]


class DocumentSearchRequest(
    ListRequest[DocumentSearchAnswer],
    frozen=True,
    kw_only=True,
    verb="search_documents",
    roles=(Role.AGENT,),
):
    """Documents of the session's dossier that have these words, in their text too."""

    session_id: Id
    dossier: str
    words: Annotated[str, msgspec.Meta(max_length=200)]


class DocumentSketch(HubMessage, frozen=True, kw_only=True):
    """A small JPEG of its first page; empty when it cannot be drawn."""

    jpeg: Annotated[bytes, msgspec.Meta(max_length=MAX_SKETCH_BYTES)]


class DocumentSketchRequest(
    Request[DocumentSketch], frozen=True, kw_only=True, verb="sketch_document", roles=(Role.AGENT,)
):
    """How does a document of the session's dossier look? For a list; it opens nothing."""

    session_id: Id
    dossier: str
    document_id: Id


class CorrectRequest(
    Request[DossierAnswer], frozen=True, kw_only=True, verb="correct_document", roles=(Role.AGENT,)
):
    """Files a document anew under another piece ("": none) or name, as its next version;
    once per `request_id`.
    """

    session_id: Id
    dossier: str
    request_id: Id
    document_id: Id
    piece_id: OptionalId = ""
    name: Text
    reason: Reason


class SupersedeRequest(
    Request[DossierAnswer],
    frozen=True,
    kw_only=True,
    verb="supersede_document",
    roles=(Role.AGENT,),
):
    """The document `by_document_id`, filed later, takes the place of `document_id`."""

    session_id: Id
    dossier: str
    document_id: Id
    by_document_id: Id
    reason: Reason


PIECE_REQUESTS: Requests = (
    ProceduresRequest,
    StartProcedureRequest,
    AcknowledgeRequest,
    PieceHistoryRequest,
    SeenRequest,
    CorrectRequest,
    SupersedeRequest,
    DocumentSearchRequest,
    DocumentSketchRequest,
)
