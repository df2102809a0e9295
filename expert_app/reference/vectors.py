# SPDX-License-Identifier: GPL-3.0-only
"""Test vectors for whoever writes another kiosk or desk: docs/vectors/*.json. Used by
`expert_app.reference`.
"""

from __future__ import annotations

from collections.abc import Callable

from expert_app.reference import key_vectors, paper_vectors, stream_vectors
from expert_app.reference.files import Documents, json_text
from expert_app.reference.fixed_keys import Case
from expert_app.reference.markdown import first_words

VECTORS: dict[str, Callable[[], list[Case]]] = {
    "page_signature": paper_vectors.page_signature,
    "print_binding": paper_vectors.print_bindings,
    "enrolment_proof": key_vectors.enrolment,
    "invitation_line": key_vectors.invitations,
    "seal": key_vectors.seal,
    "caller_number": key_vectors.caller_number,
    "vault_hello": key_vectors.vault_hello,
    "packed_message": stream_vectors.messages,
    "mirror": stream_vectors.mirror,
    "queue_digest": stream_vectors.queue_digest,
    "receipt_code": paper_vectors.receipts,
    "chunk_plan": paper_vectors.chunk_plans,
}
"""The name of each file -> what makes it; its docstring says what it is about."""


def documents() -> Documents:
    """Return every file of vectors."""
    return {
        f"vectors/{name}.json": json_text({"about": first_words(make), "cases": make()})
        for name, make in VECTORS.items()
    }
