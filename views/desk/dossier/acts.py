# SPDX-License-Identifier: GPL-3.0-only
"""What an agent does with a caller's dossier, as values. Made by the dossier view and its parts,
done by `expert_app.desk.wiring.dossier`.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from session.core.dossier_model import CallerIdentity, PieceState
from views.desk.devices.acts import ScanPiece


class DossierPress(Enum):
    """A button that says all by itself."""

    PRINT_MISSING = "print_missing"
    ASK_HISTORY = "ask_history"


class FindDossiers(Struct, frozen=True):
    """Search the dossiers of this person."""

    person: CallerIdentity


class OpenDossier(Struct, frozen=True):
    """Open the dossier of this number; `reason` is "" for the first one of a conversation."""

    number: str
    reason: str


class CreateDossier(Struct, frozen=True):
    """Create a dossier; `confirmed`: likely doubles were looked at."""

    person: CallerIdentity
    confirmed: bool
    reason: str


class GiveNumber(Struct, frozen=True):
    """The caller's number, the first one or a corrected one."""

    number: str


class CorrectCaller(Struct, frozen=True):
    """Name and birth date were typed wrongly; `confirmed`: likely doubles were looked at."""

    person: CallerIdentity
    confirmed: bool
    reason: str


class StartProcedure(Struct, frozen=True):
    """Expect the pieces of this procedure."""

    procedure_id: str


class DecidePiece(Struct, frozen=True):
    """A piece has this state now, for this reason."""

    piece_id: str
    state: PieceState
    reason: str


class OpenDocument(Struct, frozen=True):
    """Show this document."""

    document_id: str


class SearchDocuments(Struct, frozen=True):
    """Search the documents with these words."""

    words: str


class SketchDocuments(Struct, frozen=True):
    """Show how these documents look: they are on the screen, those before not any more."""

    document_ids: tuple[str, ...]


class CorrectDocument(Struct, frozen=True):
    """A document is for another piece ("" for none), or has another name."""

    document_id: str
    piece_id: str
    name: str
    reason: str


class SupersedeDocument(Struct, frozen=True):
    """A document is replaced by one that was filed later."""

    document_id: str
    later_id: str
    reason: str


OnPerson = FindDossiers | OpenDossier | CreateDossier | GiveNumber | CorrectCaller
"""An act on whose dossier it is."""

DossierAct = (
    DossierPress
    | OnPerson
    | StartProcedure
    | DecidePiece
    | OpenDocument
    | SearchDocuments
    | SketchDocuments
    | CorrectDocument
    | SupersedeDocument
    | ScanPiece
)
