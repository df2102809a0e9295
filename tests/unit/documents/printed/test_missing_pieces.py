# SPDX-License-Identifier: GPL-3.0-only
"""The sheet of what is still missing says which conversation it came from."""

# mypy: disable-error-code="no-untyped-call"
# pypdfium2 has no types.

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pypdfium2

from documents.printed.missing_pieces import MissingFacts, MissingPiece, missing_list
from session.core.spoken_letters import short_number

FACTS = MissingFacts(
    organisation="Caisse d'entraide du Val-Doré",
    procedure="Aide au logement",
    pieces=(MissingPiece(name="Relevé d'identité bancaire"),),
    printed_at=datetime(2026, 3, 2, 9, 4, tzinfo=UTC),
    site="Mairie de Saint-Oyen-le-Vieux",
)


def _text(facts: MissingFacts) -> str:
    pdf = pypdfium2.PdfDocument(missing_list(facts))
    text: str = pdf[0].get_textpage().get_text_range()
    pdf.close()
    return text


def test_the_conversations_number_stands_at_the_foot() -> None:
    facts = msgspec.structs.replace(FACTS, session_id="s1")
    assert f"Number of the conversation: {short_number('s1')}" in _text(facts)
    assert "Number of the conversation" not in _text(FACTS)
