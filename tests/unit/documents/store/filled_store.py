# SPDX-License-Identifier: GPL-3.0-only
"""A dossier store with invented people in it, for tests."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from PIL import Image

from documents.pdf.assemble import assemble
from session.core.dossier_model import (
    Dossier,
    Piece,
)

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

ORG, NUMBER = "caf31", "2026-0042"

CALLER = Dossier(
    number="2026-0042",
    caller_name="Éloïse Garance",
    caller_number="1234567",
    born_on="1987-02-14",
    procedure="Aide au logement",
    pieces=(
        Piece(id="identity", name="Pièce d'identité"),
        Piece(id="income", name="Avis d'imposition"),
    ),
)


def pdf_like(title: str = "Pièce d'identité", pages: int = 2) -> bytes:
    file = io.BytesIO()
    Image.new("L", (165, 234), "white").save(file, "JPEG", dpi=(20, 20))
    return assemble([file.getvalue()] * pages, title, NINE)


PDF = pdf_like()
