# SPDX-License-Identifier: GPL-3.0-only
"""Is a receipt genuine, and of these documents?
The record in its file, the seal around it, the code on the paper.

The record lies in the file's XMP as JSON; the seal is that of `provenance`.
The code is signed by itself, so that a paper, or a photograph of it, can be checked too. Used by
`expert-app verify`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import pikepdf
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from documents.pdf.provenance import check_seal, put_seal, read_source
from documents.printed.receipt.facts import (
    MARK,
    GivenConsent,
    ReceiptFacts,
    ReceivedPiece,
    digest,
    from_letters,
)

MAX_CODE = 2000
"""Letters of a code; what a camera read may be anything."""


class ReceiptRecord(msgspec.Struct, frozen=True, kw_only=True, tag="receipt"):
    """The content of a receipt, for programs.
    `received_at` is ISO 8601 with its offset; `code` is the QR code's text.
    """

    format: int = 1
    organisation: str
    dossier: str
    received_at: str
    registered_only: bool
    pieces: tuple[ReceivedPiece, ...]
    consents: tuple[GivenConsent, ...] = ()
    code: str


class ReceiptCode(msgspec.Struct, frozen=True, kw_only=True):
    """A signed code as it was read. `genuine`: the signature is right; `key`: 32 bytes, whose it
    is.
    """

    organisation: str
    dossier: str
    received_at: datetime
    count: int
    digest: str
    registered_only: bool
    key: bytes
    genuine: bool


class ReceiptVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a receipt's file.

    Attributes:
        whole: the file is, to the last bit, what was sealed.
        code: the code on the paper, None when there is none.
        agrees: the code is of what the record says, and both have the same key.
        trusted: the key is one of those given; None when none was.
    """

    record: ReceiptRecord
    whole: bool
    code: ReceiptCode | None
    agrees: bool
    trusted: bool | None

    @property
    def genuine(self) -> bool:
        """Nothing speaks against it."""
        return self.whole and self.agrees and self.trusted is not False


def put_record(pdf: pikepdf.Pdf, facts: ReceiptFacts, code: str) -> None:
    """Writes record and empty seal into the XMP of a receipt that is about to be saved as PDF/A."""
    record = ReceiptRecord(
        organisation=facts.organisation,
        dossier=facts.dossier_number,
        received_at=facts.received_at.isoformat(timespec="minutes"),
        registered_only=facts.registered_only,
        pieces=facts.pieces,
        consents=facts.consents,
        code=code,
    )
    put_seal(pdf, msgspec.json.encode(record).decode())


def read_record(data: bytes) -> ReceiptRecord | None:
    """The record of a receipt's file; None: it is no receipt of ours. Not proved."""
    return read_source(data, ReceiptRecord)


def read_code(text: str) -> ReceiptCode | None:
    """A code as a camera read it; None: it is not one of ours, or carries no signature."""
    at = text.find(f"{MARK}|")
    if at >= 0 and len(text) <= MAX_CODE:
        parts = text[at:].strip().split("|")
    else:
        parts = []
    if len(parts) != 9:
        return None
    _mark, organisation, dossier, received, count, hashed, state, key_letters, signature_letters = (
        parts
    )
    try:
        key, signature = from_letters(key_letters), from_letters(signature_letters)
        public = Ed25519PublicKey.from_public_bytes(key)
        received_at, pieces = datetime.fromisoformat(received), int(count)
    except ValueError:
        return None
    try:
        public.verify(signature, "|".join(parts[:7]).encode())
        genuine = True
    except InvalidSignature:
        genuine = False
    return ReceiptCode(
        organisation=organisation,
        dossier=dossier,
        received_at=received_at,
        count=pieces,
        digest=hashed,
        registered_only=state == "registered",
        key=key,
        genuine=genuine,
    )


def verify_receipt(data: bytes, trusted: Sequence[bytes] = ()) -> ReceiptVerdict | None:
    """Is this receipt what the desk made?

    Args:
        trusted: public keys, 32 bytes each, of whom one believes; empty:
            the verdict names the signer without judging it.

    Returns:
        None when the file is no receipt of ours.
    """
    record = read_record(data)
    if record is None:
        return None
    sealed = check_seal(data)
    code = read_code(record.code)
    agrees = code is not None and code.genuine and _same(code, record)
    if sealed is not None:
        key = sealed.key
    else:
        key = b""
    if code is not None and code.key != key:
        agrees = False
    return ReceiptVerdict(
        record=record,
        whole=sealed is not None and sealed.whole,
        code=code,
        agrees=agrees,
        trusted=(key in trusted) if trusted else None,
    )


def names_all(code: ReceiptCode, hashes: Sequence[str]) -> bool:
    """These documents, by SHA-256, are exactly those of the code, whatever their order."""
    return (
        len(hashes) == code.count
        and digest(code.dossier, code.received_at, list(hashes)) == code.digest
    )


def _same(code: ReceiptCode, record: ReceiptRecord) -> bool:
    return (
        code.organisation == record.organisation.replace("|", "/")
        and code.dossier == record.dossier.replace("|", "/")
        and code.received_at.isoformat(timespec="minutes") == record.received_at
        and code.registered_only == record.registered_only
        and names_all(code, [piece.sha256 for piece in record.pieces])
    )
