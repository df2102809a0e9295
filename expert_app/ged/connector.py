# SPDX-License-Identifier: GPL-3.0-only
"""The questions that the courier asks of any document system, and what it sends about a
document.
Used by every connector.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

import msgspec

from documents.store.deliveries import Parcel


class Reason(StrEnum):
    """Why a copy has not arrived; sentences are in `views.words.deliveries`."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    ACCESS = "access"
    ADDRESS = "address"
    BUSY = "busy"
    DISK = "disk"
    NOT_UNDERSTOOD = "not_understood"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    OTHER_FILE = "other_file"
    STORE = "store"
    DAMAGED = "damaged"


EVERYTHING_WAITS = frozenset(
    {
        Reason.UNREACHABLE,
        Reason.TIMEOUT,
        Reason.CERTIFICATE,
        Reason.ACCESS,
        Reason.ADDRESS,
        Reason.DISK,
        Reason.STORE,
    }
)
"""These are of the system (`STORE`: of our own), not of one document:
no other document is tried meanwhile.
"""

FOR_A_PERSON = frozenset({Reason.TOO_LARGE, Reason.REFUSED, Reason.OTHER_FILE, Reason.DAMAGED})
"""The same document would be refused again: a person must do something first."""


class NotDelivered(Exception):
    """A copy was not taken. `words`: what the system said of it, for the supervisor's page only."""

    def __init__(self, reason: Reason, words: str = "", *, again_s: float = 0.0) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.words = words
        self.again_s = again_s


class CopyArrived(NamedTuple):
    """The system has it, under this id."""

    remote_id: str


class UnderWay(NamedTuple):
    """The system is taking it; ask with `receipt`."""

    receipt: str


Outcome = CopyArrived | UnderWay


class Connector(Protocol):
    """One document system. Every call ends within its own time limit, and raises `NotDelivered`."""

    async def find(self, parcel: Parcel) -> str:
        """The id of this very copy when the system has it already, else ""."""
        ...

    async def send(self, parcel: Parcel, data: bytes) -> Outcome:
        """Gives it the copy."""
        ...

    async def ask(self, receipt: str) -> Outcome:
        """Return what became of a copy that was under way."""
        ...

    async def close(self) -> None:
        """Ends its connections."""
        ...


class CopyMetadata(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """The facts that a document system gets to know about a document, besides its pages.
    The caller's name is not among them: dossier and number lead to it.
    """

    format: str = "poste-expert-ged-1"
    document_id: str
    name: str
    organisation: str
    dossier: str
    caller_number: str
    procedure: str
    piece: str
    pages: int
    size_bytes: int
    sha256: str
    filed_at_utc: datetime
    file: str


def metadata_of(parcel: Parcel) -> CopyMetadata:
    """The facts of a copy."""
    document = parcel.document
    return CopyMetadata(
        document_id=document.id,
        name=document.name,
        organisation=parcel.organisation,
        dossier=parcel.dossier,
        caller_number=parcel.caller_number,
        procedure=parcel.procedure,
        piece=parcel.piece,
        pages=document.pages,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        filed_at_utc=document.filed_at_utc,
        file=file_name(parcel),
    )


def file_name(parcel: Parcel) -> str:
    """The same document has the same name for ever, and no two have one:
    "D-2026-0001_Piece-d-identite_<id>.pdf".
    """
    parts = (plain(parcel.dossier, 40), plain(parcel.document.name, 60), parcel.document.id)
    return "_".join(part for part in parts if part) + ".pdf"


_SPELT = str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "ß": "ss"})


def plain(text: str, most: int) -> str:
    """Letters and digits that every file system takes."""
    apart = unicodedata.normalize("NFKD", text.translate(_SPELT))
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return re.sub(r"[^A-Za-z0-9]+", "-", letters).strip("-")[:most].rstrip("-")
