# SPDX-License-Identifier: GPL-3.0-only
"""Vectors of paper: a page's signature, a print's binding, chunks, a receipt's code.
Used by `expert_app.reference.vectors`.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

from documents.printed.receipt.facts import (
    ReceiptFacts,
    ReceivedPiece,
    ServiceInCharge,
    Signer,
    control_code,
    digest,
    letters,
    verification_text,
)
from expert_app.reference.fixed_keys import Case, bytes_of, case, nkey, seed
from session.bus.transport.nkeys import public_key, sign
from session.protocol.conversation.page_signing import page_words
from session.protocol.conversation.print_binding import print_binding
from session.protocol.endpoints.chunks import chunk_bytes_for, count_chunks, headers_of, split

SESSION = "0f3a91c2d4e5f6a7_9b1c"
PAGE = "p7Yq2LmWc0aXv8Tn"
KIOSK = "kiosk"

_TIMES = {
    "three digits, as JavaScript writes": "2026-03-02T09:41:05.120Z",
    "six digits": "2026-03-02T09:41:05.120345+00:00",
    "no digits: the signature has six zeros": "2026-03-02T09:41:05Z",
    "another zone: the signature has UTC": "2026-03-02T10:41:05.120345+01:00",
}


def page_signature() -> list[Case]:
    """The text that a kiosk signs of each page (PageOffered.signer, .signature): `lines` joined by
    line feeds, none at the end, Ed25519 by the kiosk's nkey, base64. The time has six fraction
    digits and +00:00, whatever the message says.
    """
    data = bytes_of(5000)
    fields = {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data), "dpi": 300}
    cases = []
    for name, time in _TIMES.items():
        taken_at = datetime.fromisoformat(time)
        words = page_words(SESSION, PAGE, taken_at=taken_at, **fields)  # type: ignore[arg-type]
        cases.append(
            case(
                name,
                {
                    "kiosk_key": nkey(KIOSK),
                    "session_id": SESSION,
                    "page_id": PAGE,
                    **fields,
                    "taken_at_utc": time,
                },
                {"lines": words.decode().split("\n"), "signed_hex": words.hex()},
                {
                    "signer": public_key(seed(KIOSK)),
                    "signature": sign(seed(KIOSK), words),
                },
            )
        )
    return cases


def print_bindings() -> list[Case]:
    """PrintOffered.bound_to: SHA-256, hex, of `lines` joined by line feeds, none at the end."""
    key = public_key(seed(KIOSK))
    sha256 = hashlib.sha256(bytes_of(1234)).hexdigest()
    return [
        case(
            f"copies: {copies}",
            {"session_id": SESSION, "kiosk_key": key, "sha256": sha256, "copies": copies},
            {"lines": [SESSION, key, sha256, str(copies)]},
            {"bound_to": print_binding(SESSION, key, sha256, copies)},
        )
        for copies in (1, 5)
    ]


_SIZES: dict[str, tuple[int, int | None]] = {
    "a page of 1 MB on the whole line": (1_000_000, None),
    "a page of 1 MB at 240 kb/s, the rate before anything is measured": (1_000_000, 240),
    "a page of 1 MB on a narrow line": (1_000_000, 60),
    "exactly one chunk": (48 * 1024, None),
    "one byte more": (48 * 1024 + 1, None),
    "one byte": (1, None),
}


def chunk_plans() -> list[Case]:
    """The chunks into which an item is cut for a line of `kbps` (null: the whole line)."""
    return [_plan(name, *numbers) for name, numbers in _SIZES.items()]


def _plan(name: str, size: int, kbps: int | None) -> Case:
    data = bytes_of(size)
    most = chunk_bytes_for(kbps)
    pieces = split(data, most)
    first_and_last = sorted({0, len(pieces) - 1})
    return case(
        name,
        {
            "item_id": PAGE,
            "size_bytes": size,
            "kbps": kbps,
            "data": "byte i is (i * 7 + floor(i / 256)) mod 256",
        },
        {"chunk_bytes_at_most": most, "chunk_bytes": -(-size // len(pieces))},
        {
            "chunks": count_chunks(size, most),
            "sha256": hashlib.sha256(data).hexdigest(),
            "first_and_last": [
                {
                    "headers": headers_of(PAGE, index),
                    "size_bytes": len(pieces[index]),
                    "sha256": hashlib.sha256(pieces[index]).hexdigest(),
                }
                for index in first_and_last
            ],
        },
    )


_SERVICE = ServiceInCharge(name="Service des prestations", email="contact@caf.example")


def receipts() -> list[Case]:
    """A receipt: the digest is the SHA-256, hex, of `lines` joined by line feeds; the control code
    its first 16 digits; the code is `signed`, the public key and Ed25519 of `signed`, both
    base64url without fill, between them `|`.
    """
    pieces = [
        ReceivedPiece(name=name, pages=pages, sha256=hashlib.sha256(name.encode()).hexdigest())
        for name, pages in (("Attestation de loyer", 2), ("Pièce d'identité", 1))
    ]
    return [_receipt("two pieces", pieces), _receipt("none", [])]


def _receipt(name: str, pieces: list[ReceivedPiece]) -> Case:
    key = bytes.fromhex(nkey("receipts")["ed25519_public_hex"])

    def signed(text: bytes) -> bytes:
        return base64.b64decode(sign(seed("receipts"), text))

    facts = ReceiptFacts(
        organisation="caf",
        dossier_number="2026-000042",
        received_at=datetime.fromisoformat("2026-03-02T10:41:05+01:00"),
        service=_SERVICE,
        pieces=tuple(pieces),
        verify_url="https://recepisse.example/v?c=",
    )
    hashes = [piece.sha256 for piece in pieces]
    code = verification_text(facts, Signer(key, signed))
    steps: dict[str, Any] = {
        "lines": [facts.dossier_number, "2026-03-02T10:41+01:00", *sorted(hashes)],
        "digest": digest(facts.dossier_number, facts.received_at, hashes),
        "signed": code.removeprefix(facts.verify_url).rsplit("|", 2)[0],
        "public_key_letters": letters(key),
    }
    return case(
        name,
        {
            "key": nkey("receipts"),
            "organisation": facts.organisation,
            "dossier": facts.dossier_number,
            "received_at": facts.received_at.isoformat(),
            "registered_only": facts.registered_only,
            "pieces_sha256": hashes,
            "verify_url": facts.verify_url,
        },
        steps,
        {"control_code": control_code(facts), "code": code},
    )
