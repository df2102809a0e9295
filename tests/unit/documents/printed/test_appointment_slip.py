# SPDX-License-Identifier: GPL-3.0-only
"""The slip of an appointment says when, where, what to bring and how to cancel, large, and nothing
of the caller.
"""

# mypy: disable-error-code="no-untyped-call"
# pypdfium2 has no types.

from __future__ import annotations

from datetime import datetime

import msgspec
import pypdfium2
import pytest

from documents.pdf.files import is_pdfa
from documents.printed.appointment_slip import slip_pdf
from documents.printed.appointment_words import AppointmentSlip
from resources.texts import CALLER_LANGUAGES, use_language

AT = datetime.fromisoformat("2026-12-08T10:15:00+01:00")
PRINTED_AT = datetime.fromisoformat("2026-12-01T09:04:00+01:00")
SLIP = AppointmentSlip(
    code="K7M2PX",
    qr="RDV-1|K7M2PX",
    service_name="Aide au logement",
    organisation_name="Caisse d'entraide du Val-Doré",
    site_name="Mairie de Saint-Oyen-le-Vieux",
    starts_at=AT,
    length_min=20,
    cancel_until=datetime.fromisoformat("2026-12-08T08:15:00+01:00"),
    agent_name="Nadia Benali",
    bring=("Votre carte d'identité", "Un relevé d'identité bancaire"),
    phone="01 99 00 00 00",
)


def _pages(data: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(data)
    texts = [" ".join(page.get_textpage().get_text_range().split()) for page in pdf]
    pdf.close()
    return texts


def test_a_slip_is_one_sheet_that_says_when_where_and_what_to_do() -> None:
    use_language("fr")
    data = slip_pdf(SLIP, PRINTED_AT)
    (text,) = _pages(data)
    for words in (
        "Mardi 8 décembre 2026 à 10 h 15",
        "K7M-2PX",
        "Aide au logement",
        "Caisse d'entraide du Val-Doré",
        "Mairie de Saint-Oyen-le-Vieux",
        "Nadia Benali vous attend.",
        "carte d'identité",
        "annuler jusqu’au mardi 8 décembre 2026 à 8 h 15",
        "01 99 00 00 00",
    ):
        assert words in text
    assert is_pdfa(data)


def test_equal_slips_are_equal_files() -> None:
    assert slip_pdf(SLIP, PRINTED_AT) == slip_pdf(SLIP, PRINTED_AT)


def test_what_is_unknown_is_left_out() -> None:
    slip = msgspec.structs.replace(SLIP, agent_name="", bring=(), phone="")
    (text,) = _pages(slip_pdf(slip, PRINTED_AT))
    for words in ("expects you", "Bring", "call"):
        assert words not in text


def test_all_papers_to_bring_are_named_on_further_sheets() -> None:
    slip = msgspec.structs.replace(SLIP, bring=tuple(f"Pièce numéro {at}" for at in range(30)))
    pages = _pages(slip_pdf(slip, PRINTED_AT))
    assert len(pages) > 1
    assert all(f"Pièce numéro {at}" in " ".join(pages) for at in range(30))


@pytest.mark.parametrize("spoken", CALLER_LANGUAGES)
def test_a_slip_is_whole_in_every_language(spoken: str) -> None:
    use_language(spoken)
    data = slip_pdf(SLIP, PRINTED_AT)
    (text,) = _pages(data)
    assert "K7M-2PX" in text
    assert "\ufffd" not in text
    assert is_pdfa(data)
