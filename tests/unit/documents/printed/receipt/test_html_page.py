# SPDX-License-Identifier: GPL-3.0-only
"""The receipt for a screen reader says what the paper says, in order, and nothing in it can act."""

from __future__ import annotations

from xml.etree import ElementTree

import msgspec

from documents.pdf.files import open_pdf
from documents.printed.receipt.html_page import receipt_page
from documents.printed.receipt.pdf import ReceivedPiece, check_text, receipt, verification_text
from tests.unit.documents.printed.receipt.read_back import FACTS


def _tree(page: str) -> ElementTree.Element:
    body = page.split("\n", 1)[1].replace('<meta charset="utf-8">', "").replace("<br>", "<br/>")
    return ElementTree.fromstring(
        body.replace('<meta name="viewport" content="width=device-width">', "")
    )


def test_everything_of_the_paper_is_there_under_headings() -> None:
    page = receipt_page(FACTS)
    tree = _tree(page)
    assert tree.get("lang") == "fr-FR"
    text = "".join(tree.itertext())
    for wanted in (
        FACTS.dossier_number,
        FACTS.caller_name,
        *(piece.name for piece in FACTS.pieces),
        *FACTS.missing,
    ):
        assert wanted in text
    assert [heading.tag for heading in tree.iter() if heading.tag in ("h1", "h2", "h3")][:2] == [
        "h1",
        "h2",
    ]
    assert all(cell.get("scope") in ("row", "col") for cell in tree.iter("th"))


def test_a_name_that_looks_like_markup_stays_a_name() -> None:
    evil = msgspec.structs.replace(
        FACTS,
        caller_name="<script>alert(1)</script>",
        pieces=(ReceivedPiece(name='"><img>', pages=1, sha256="a" * 64),),
    )
    page = receipt_page(evil)
    assert "<script>alert" not in page
    assert "<img>" not in page


def test_while_the_store_is_away_the_paper_says_that_pieces_are_registered() -> None:
    away = msgspec.structs.replace(FACTS, registered_only=True)
    with open_pdf(receipt(away)) as pdf:
        assert "registration" in str(pdf.docinfo["/Subject"])
    assert "registration" in receipt_page(away)


def test_the_code_on_the_paper_is_of_these_pieces_and_no_others() -> None:
    text = verification_text(FACTS)
    assert check_text(text, FACTS)
    fewer = msgspec.structs.replace(FACTS, pieces=FACTS.pieces[:-1])
    assert not check_text(text, fewer)
