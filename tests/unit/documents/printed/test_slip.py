# SPDX-License-Identifier: GPL-3.0-only
"""The slip says the number large, and nothing of the caller."""

# mypy: disable-error-code="no-untyped-call"
# pypdfium2 has no types.

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2

from documents.printed.slip import SlipFacts, make_slip, slip_text

FACTS = SlipFacts(
    number="L042",
    organisation="Caisse d'entraide du Val-Doré",
    service="Aide au logement",
    site="Mairie de Saint-Oyen-le-Vieux",
    printed_at=datetime(2026, 3, 2, 9, 4, tzinfo=UTC),
)


def test_a_slip_is_one_sheet_with_the_number_place_and_time() -> None:
    pdf = pypdfium2.PdfDocument(make_slip(FACTS))
    assert len(pdf) == 1
    text = pdf[0].get_textpage().get_text_range()
    for words in ("L042", "Aide au logement", "Val-Doré", "Saint-Oyen-le-Vieux", "9"):
        assert words in text
    pdf.close()


def test_the_code_on_the_slip_is_the_number_at_its_place_and_time() -> None:
    assert slip_text(FACTS) == "TICKET-1|L042|Mairie de Saint-Oyen-le-Vieux|2026-03-02T09:04+00:00"
