# SPDX-License-Identifier: GPL-3.0-only
# mypy: disable-error-code="no-untyped-call"
# reportlab and pypdfium2 have no types.
"""The receipt: everything the law wants is on the paper, in letters one can copy, in a file that
lasts.
"""

from __future__ import annotations

import gettext
from datetime import date, datetime

import msgspec
import pypdfium2
import pytest
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from documents.hashes import sha256_of
from documents.pdf.check import inspect_pdf, print_safe
from documents.printed.dates import hour, long_date
from documents.printed.receipt.pdf import (
    QR_SIDE,
    ImplicitDecision,
    ReceiptFacts,
    ReceivedPiece,
    ServiceInCharge,
    Silence,
    control_code,
    receipt,
    verification_text,
)
from documents.printed.sheet import BOTTOM, MARGIN
from session.core.spoken_letters import short_number
from tests.support.screens.longer import use_words
from tests.unit.documents.printed.receipt.read_back import FACTS, text_of


@pytest.fixture(scope="module")
def paper() -> bytes:
    return receipt(FACTS)


def test_the_receipt_is_one_printable_page_of_pdfa(paper: bytes) -> None:
    facts = print_safe(paper)
    assert (facts.pages, facts.pdfa) == (1, True)
    assert "2026-018842" in facts.title


@pytest.mark.parametrize(
    "wanted",
    [
        "Caisse d'allocations familiales des Brumes",
        "2026-018842",
        "Éloïse Garance-L'Œuvré",
        "1234567",
        "Aide au logement – première demande",
        "Pôle prestations logement",
        "24, rue des Tilleuls",
        "31000 Valbrume",
        "logement@caf-brumes.example",
        "05 00 00 00 31",
        "Pièce d'identité (recto & verso)",
        "Relevé d'identité bancaire",
        "☐  Attestation de l'employeur",
        "Recours dans les deux mois.",
        "Maison de services de Saint-Corneille",
        "Achille Brume",
        "C042",
        short_number("Xw3k9_Pq2a"),
        "2 March 2026",
        "10:04",
        "2 May 2026",
        "L. 112-3, R. 112-5",
        sha256_of(b"bank")[:8],
        control_code(FACTS),
    ],
)
def test_every_fact_is_on_the_paper_with_its_accents(paper: bytes, wanted: str) -> None:
    assert " ".join(wanted.split()) in " ".join(text_of(paper).split())


def test_the_same_facts_give_the_same_bytes(paper: bytes) -> None:
    assert receipt(FACTS) == paper


def test_texts_are_those_of_the_language_in_use() -> None:
    class French(gettext.NullTranslations):
        """Some of the catalogue."""

        def gettext(self, message: str) -> str:
            words = {
                "Receipt for pieces": "Récépissé de dépôt de pièces",
                "March": "mars",
                "{hour}:{minute}": "{hour} h {minute}",
            }
            return words.get(message, message)

    use_words(French())
    said = text_of(receipt(FACTS))
    assert "Récépissé de dépôt de pièces" in said
    assert "2 mars 2026" in said
    assert "10 h 04" in said


def test_a_receipt_with_little_to_say_leaves_the_rest_out() -> None:
    bare = ReceiptFacts(
        organisation="Caisse des Brumes",
        dossier_number="1",
        received_at=FACTS.received_at,
        service=ServiceInCharge(name="Accueil"),
    )
    said = text_of(receipt(bare))
    assert "No piece was received." in said
    for absent in ("Telephone", "Procedure", "to be supplied", "Adviser"):
        assert absent not in said


def test_what_silence_means_is_said() -> None:
    accepted = ImplicitDecision(silence=Silence.ACCEPTANCE, on=date(2026, 5, 2))
    assert "deemed accepted" in text_of(receipt(msgspec.structs.replace(FACTS, decision=accepted)))
    assert "deemed refused" in text_of(receipt(FACTS))


def test_many_pieces_go_on_over_several_numbered_pages() -> None:
    pieces = tuple(
        ReceivedPiece(
            name=f"Bulletin n° {k} d'un employeur au nom très long", pages=2, sha256="0" * 64
        )
        for k in range(60)
    )
    paper = receipt(msgspec.structs.replace(FACTS, pieces=pieces))
    facts = inspect_pdf(paper)
    said = text_of(paper)
    assert facts.pdfa
    assert facts.pages >= 3
    assert f"Page 1 of {facts.pages}" in said
    assert f"Page {facts.pages} of {facts.pages}" in said
    for k in range(60):
        assert f"Bulletin n° {k} " in said


def test_names_with_signs_of_markup_are_printed_as_they_are() -> None:
    said = text_of(receipt(msgspec.structs.replace(FACTS, caller_name="<b>Ana</b> & Cie")))
    assert "<b>Ana</b> & Cie" in said


def test_the_code_to_scan_says_the_verification_text(paper: bytes) -> None:
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(verification_text(FACTS))
    code.make()
    count = code.getModuleCount()
    scale, side = 8.0, QR_SIDE
    document = pypdfium2.PdfDocument(paper)
    page = document[0]
    height = page.get_size()[1]
    picture = page.render(scale=scale).to_pil().convert("L")
    page.close()
    document.close()

    def is_dark(row: int, column: int) -> bool:
        x = MARGIN + (column + 0.5) * side / count
        y = BOTTOM + side - (row + 0.5) * side / count
        pixel = picture.getpixel((int(x * scale), int((height - y) * scale)))
        return isinstance(pixel, int) and pixel < 128

    seen = [[is_dark(row, column) for column in range(count)] for row in range(count)]
    assert seen == [
        [bool(code.isDark(row, column)) for column in range(count)] for row in range(count)
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"dossier_number": "2"},
        {"pieces": FACTS.pieces[:1]},
        {"pieces": (FACTS.pieces[0], msgspec.structs.replace(FACTS.pieces[1], sha256="0" * 64))},
    ],
)
def test_the_control_code_changes_with_what_a_forger_would_change(
    change: dict[str, object],
) -> None:
    assert control_code(msgspec.structs.replace(FACTS, **change)) != control_code(FACTS)


def test_dates_read_well() -> None:
    assert long_date(date(2026, 4, 1)) == "1 April 2026"
    assert long_date(date(2026, 12, 31)) == "31 December 2026"
    assert hour(datetime(2026, 3, 2, 9, 5, tzinfo=FACTS.received_at.tzinfo)) == "9:05"
