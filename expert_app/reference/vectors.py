# SPDX-License-Identifier: GPL-3.0-only
"""Test vectors for whoever writes another kiosk or desk: docs/vectors/*.json.
Run by hand as `python -m expert_app.reference.vectors`, by `make schemas` and by `make lint`.
"""

from __future__ import annotations

from collections.abc import Callable

from expert_app.reference import key_vectors, paper_vectors, stream_vectors
from expert_app.reference.files import Documents, json_text, main_of
from expert_app.reference.fixed_keys import Case

VECTORS: dict[str, tuple[str, Callable[[], list[Case]]]] = {
    "page_signature": (
        "What a kiosk signs of each page (PageOffered.signer, .signature): `lines` joined by line "
        "feeds, none at the end, Ed25519 by the kiosk's nkey, base64. The time has six fraction "
        "digits and +00:00, whatever the message says.",
        paper_vectors.page_signature,
    ),
    "print_binding": (
        "PrintOffered.bound_to: SHA-256, hex, of `lines` joined by line feeds, none at the end.",
        paper_vectors.print_bindings,
    ),
    "enrolment_proof": (
        "EnrolRequest: the code as it is compared, and the proof, Ed25519 of `signed`, base64. The "
        "identity that connects is the same for all newcomers.",
        key_vectors.enrolment,
    ),
    "invitation_line": (
        "The authority's fingerprint: the first 140 bits of the SHA-256 of its certificate, in 28 "
        "letters of Crockford's base 32, the most significant first.",
        key_vectors.invitations,
    ),
    "seal": (
        "A sealed session: what is signed (`..._lines`, joined by line feeds), the common key, and "
        "three messages as they are sent. The first key is the desk's, the last the kiosk's. Each "
        "of `refused` is a change of one of `said` that must not be taken.",
        key_vectors.seal,
    ),
    "caller_number": (
        "TicketRequested.sealed_number: for each key of the card 108 letters, the fresh public key "
        "and the box. Nonce: 12 zero bytes.",
        key_vectors.caller_number,
    ),
    "vault_hello": (
        "How a kiosk brings its log to an organisation's vault. The first key is the kiosk's, the "
        "last the vault's.",
        key_vectors.vault_hello,
    ),
    "packed_message": (
        "A message between two ends: JSON below 700 bytes, else a zstd frame. A receiver takes "
        "both, whatever their size, and knows them by the first four bytes (28 b5 2f fd). Another "
        "compressor gives other bytes of the same JSON.",
        stream_vectors.messages,
    ),
    "mirror": (
        "The topic `mirror`: payloads as they are sent, in order. To read: join the parts of a "
        "`seq`, unpack them as the next piece of the zstd stream, begun anew at `Start`. Another "
        "compressor gives other bytes of the same events.",
        stream_vectors.mirror,
    ),
    "queue_digest": (
        "QueueBeat.digest: CRC-32 (RFC 1952) of each ticket's text in UTF-8, XORed.",
        stream_vectors.queue_digest,
    ),
    "receipt_code": (
        "A receipt: the digest is the SHA-256, hex, of `lines` joined by line feeds; the control "
        "code its first 16 digits; the code is `signed`, the public key and Ed25519 of `signed`, "
        "both base64url without fill, between them `|`.",
        paper_vectors.receipts,
    ),
    "chunk_plan": (
        "How an item is cut into chunks for a line of `kbps` (null: the whole line).",
        paper_vectors.chunk_plans,
    ),
}


def documents() -> Documents:
    """Every file of vectors."""
    return {
        f"vectors/{name}.json": json_text({"about": description, "cases": make()})
        for name, (description, make) in VECTORS.items()
    }


if __name__ == "__main__":
    main_of(documents)
