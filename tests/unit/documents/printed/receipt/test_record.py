# SPDX-License-Identifier: GPL-3.0-only
# mypy: disable-error-code="no-untyped-call"
# pypdfium2 has no types.
"""A receipt can be proved: its file to the last bit, its paper by the code on it, and the documents
that it names.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import msgspec
import pypdfium2
import pytest
import zxingcpp

from documents.hashes import sha256_of
from documents.pdf.check import inspect_pdf
from documents.printed.receipt.facts import (
    GivenConsent,
    ImplicitDecision,
    ReceiptFacts,
    Signer,
    Silence,
    sections,
    verification_text,
)
from documents.printed.receipt.html_page import receipt_page
from documents.printed.receipt.large_print import large_receipt
from documents.printed.receipt.pdf import receipt
from documents.printed.receipt.record import names_all, read_code, read_record, verify_receipt
from expert_app.commands.verify_receipt import words_of_receipt
from expert_app.runtime.notary import notary_of
from session.bus.transport.nkeys import new_seed
from tests.unit.documents.printed.receipt.read_back import FACTS, text_of

SIGNER = Signer(*notary_of(new_seed()))
OTHER = Signer(*notary_of(new_seed()))
DOCUMENTS = [b"identity", b"bank"]


@pytest.fixture(scope="module")
def paper() -> bytes:
    return receipt(FACTS, signer=SIGNER)


def _pixels(paper: bytes) -> object:
    document = pypdfium2.PdfDocument(paper)
    try:
        return document[0].render(scale=200 / 72).to_pil().convert("L")
    finally:
        document.close()


def test_a_receipt_says_what_the_caller_agreed_to_and_how(tmp_path: Path) -> None:
    consents = (
        GivenConsent(
            at=FACTS.received_at,
            sentence="Votre conseiller peut-il numériser votre document et le garder ?",
            shown="May your adviser scan your document and keep it?",
            version="fr_0123456789ab",
            read_as="heard",
            by_other=True,
        ),
    )
    facts = msgspec.structs.replace(FACTS, consents=consents)
    paper = receipt(facts, signer=SIGNER)
    for words in (text_of(paper), text_of(large_receipt(facts)), receipt_page(facts, SIGNER)):
        joined = re.sub(r"\s+", " ", words)
        assert "scan your document and keep it? Yes (read and heard; answered for you" in joined
        assert "fr_0123456789ab" in joined
    verdict = verify_receipt(paper)
    assert verdict is not None
    assert verdict.record.consents == consents
    file = tmp_path / "receipt.pdf"
    file.write_bytes(paper)
    assert any("et le garder ?" in line for line in words_of_receipt(verdict, file.name, []))


def test_a_receipt_is_genuine_and_names_its_documents(paper: bytes) -> None:
    assert inspect_pdf(paper).pdfa
    verdict = verify_receipt(paper, [SIGNER.public_key])
    assert verdict is not None
    assert verdict.genuine
    assert verdict.trusted
    assert [piece.sha256 for piece in verdict.record.pieces] == [
        sha256_of(data) for data in DOCUMENTS
    ]
    stranger = verify_receipt(paper, [OTHER.public_key])
    assert stranger is not None
    assert not stranger.genuine


def test_one_flipped_bit_is_found_wherever_it_is(paper: bytes) -> None:
    for at in range(0, len(paper), 997):
        changed = bytearray(paper)
        changed[at] ^= 4
        verdict = verify_receipt(bytes(changed))
        assert verdict is None or not verdict.genuine, at


def test_the_code_on_the_paper_is_read_and_signed(paper: bytes) -> None:
    [found] = zxingcpp.read_barcodes(_pixels(paper))
    code = read_code(found.text)
    assert code is not None
    assert code.genuine
    assert (code.dossier, code.count, code.key) == (FACTS.dossier_number, 2, SIGNER.public_key)
    hashes = [sha256_of(data) for data in DOCUMENTS]
    assert names_all(code, hashes)
    assert names_all(code, hashes[::-1])
    assert not names_all(code, hashes[:1])
    assert not names_all(code, [hashes[0], sha256_of(b"another")])


@pytest.mark.parametrize(
    "forge",
    [
        lambda text: text.replace("2026-018842", "2026-018843"),
        lambda text: text.replace("|2|", "|3|"),
        lambda text: text.replace("|received|", "|registered|"),
        lambda text: text.replace("2026-03-02", "2026-02-02"),
    ],
)
def test_a_code_that_was_changed_is_not_genuine(forge: object) -> None:
    assert callable(forge)
    text = verification_text(FACTS, SIGNER)
    forged = read_code(forge(text))
    assert forge(text) != text
    assert forged is not None
    assert not forged.genuine


@pytest.mark.parametrize(
    "text", ["", "RECEPISSE-2|", "RECEPISSE-2|a|b|c|d|e|f|g|h", "RECEPISSE-2|" * 9, "x" * 9000]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert read_code(text) is None
    assert read_record(text.encode()) is None


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("registered", [False, True])
def test_every_variant_says_the_same(large: bool, registered: bool) -> None:
    late = msgspec.structs.replace(FACTS.pieces[1], registered=True)
    waits = ImplicitDecision(
        silence=Silence.REFUSAL, on=None, days=60, appeal="Recours dans les deux mois."
    )
    facts = (
        msgspec.structs.replace(FACTS, pieces=(FACTS.pieces[0], late), registered_only=True)
        if registered
        else msgspec.structs.replace(FACTS, decision=waits)
    )
    paper = large_receipt(facts, SIGNER) if large else receipt(facts, signer=SIGNER)
    assert inspect_pdf(paper).pdfa
    said, page = (
        _words(text_of(paper)),
        _words(re.sub(r"<[^>]+>", " ", receipt_page(facts, SIGNER))),
    )
    for wanted in _all_of(facts):
        assert _words(wanted) <= said, wanted
        assert _words(wanted) <= page, wanted
    verdict = verify_receipt(paper)
    assert verdict is not None
    assert verdict.genuine
    assert verdict.record.registered_only is registered


def _all_of(facts: ReceiptFacts) -> list[str]:
    """Every word of every section; labels and values may stand in other places."""
    texts: list[str] = []
    for section in sections(facts):
        texts += [section.heading, *section.texts, *section.items]
        texts += [value for _name, value in section.rows]
    return texts


def _words(text: str) -> set[str]:
    plain = text.replace("&#x27;", "'").replace("&amp;", "&").replace("·", " ").replace("☐", " ")
    return set(re.findall(r"[^\s,]+", plain.replace("\ufffe", "").replace("\u00a0", " ")))


def test_the_page_carries_the_code_as_text() -> None:
    page = receipt_page(FACTS, SIGNER)
    text = re.search(r"<code>(.*?)</code>", page)
    assert text is not None
    code = read_code(text.group(1).replace("&#x27;", "'"))
    assert code is not None
    assert code.genuine
    assert io.StringIO(page).readline().startswith("<!DOCTYPE html>")
