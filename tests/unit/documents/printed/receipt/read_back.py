# SPDX-License-Identifier: GPL-3.0-only
# mypy: disable-error-code="no-untyped-call"
"""A printed receipt read back, for tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pypdfium2

from documents.hashes import sha256_of
from documents.printed.receipt.pdf import (
    ImplicitDecision,
    ReceiptFacts,
    ReceivedPiece,
    ServiceInCharge,
    Silence,
)

FACTS = ReceiptFacts(
    organisation="Caisse d'allocations familiales des Brumes",
    dossier_number="2026-018842",
    received_at=datetime(2026, 3, 2, 10, 4, tzinfo=timezone(timedelta(hours=1))),
    service=ServiceInCharge(
        name="Pôle prestations logement",
        postal_address="24, rue des Tilleuls\n31000 Valbrume",
        email="logement@caf-brumes.example",
        phone="05 00 00 00 31",
    ),
    caller_name="Éloïse Garance-L'Œuvré",
    caller_number="1234567",
    procedure="Aide au logement – première demande",
    pieces=(
        ReceivedPiece(
            name="Pièce d'identité (recto & verso)", pages=2, sha256=sha256_of(b"identity")
        ),
        ReceivedPiece(name="Relevé d'identité bancaire", pages=1, sha256=sha256_of(b"bank")),
    ),
    missing=("Quittance de loyer", "Attestation de l'employeur"),
    missing_by=date(2026, 4, 1),
    decision=ImplicitDecision(
        silence=Silence.REFUSAL, on=date(2026, 5, 2), appeal="Recours dans les deux mois."
    ),
    site="Maison de services de Saint-Corneille",
    agent_name="Achille Brume",
    ticket_number="C042",
    session_id="Xw3k9_Pq2a",
)


def text_of(pdf: bytes) -> str:
    """Return the words of all pages."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = []
        for number in range(len(document)):
            page = document[number]
            words = page.get_textpage()
            pages.append(words.get_text_range().replace("\r\n", "\n"))
            words.close()
            page.close()
        return "\n".join(pages)
    finally:
        document.close()
