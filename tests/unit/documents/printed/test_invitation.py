# SPDX-License-Identifier: GPL-3.0-only
"""The sheets of invitations: one page each, with a line that a scanner reads."""

# mypy: disable-error-code="no-untyped-call"
# pypdfium2 has no types.

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp

from documents.printed.invitation import InvitationFacts, invitation_sheets
from resources.texts import use_language

ADDRESS = "tls://hub.valdore.example:4222"
LETTERS = "7JFY-7YNS-7JFY-YE2F-7YRJ-ZEZN-EPAD-5NZB-76X5-NDRD"
AGENT = InvitationFacts(
    who="Camille R.",
    role="Conseiller",
    organisation="Caisse d'entraide du Val-Doré",
    line=f"{ADDRESS}#{LETTERS}",
    address=ADDRESS,
    letters=LETTERS,
    fingerprint="YE2F-7YRJ-ZEZN-EPAD-5NZB-76X5-NDRD",
    until=datetime(2026, 3, 9, 9, 4, tzinfo=UTC),
)
KIOSK = InvitationFacts(
    who="borne1",
    role="Borne",
    organisation="Caisse d'entraide du Val-Doré",
    site="Mairie de Saint-Oyen-le-Vieux",
    line=f"{ADDRESS}#{LETTERS}",
    address=ADDRESS,
    letters=LETTERS,
    until=datetime(2026, 3, 9, 9, 4, tzinfo=UTC),
    program="kiosk",
)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_page_has_the_line_as_text_and_as_a_code(language: str) -> None:
    use_language(language)
    pdf = pypdfium2.PdfDocument(invitation_sheets([AGENT, KIOSK]))
    assert len(pdf) == 2
    for page, facts in zip(pdf, (AGENT, KIOSK), strict=True):
        text = page.get_textpage().get_text_range()
        for words in (facts.who, facts.organisation, ADDRESS, LETTERS, "2026"):
            assert words in text
        picture = page.render(scale=3.0).to_pil()
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [facts.line]
    machine = " ".join(pdf[1].get_textpage().get_text_range().split())
    for command in ("expert-app enrol '", "poste-expert-kiosk-enrol", "expert-app kiosk --full"):
        assert command in machine
    pdf.close()


def test_the_longest_names_stay_on_one_page() -> None:
    facts = InvitationFacts(
        who="Marie-Antoinette de la Rochefoucauld-Montmorency " * 2,
        role="Conseiller",
        organisation="Caisse d'entraide et de solidarité des vallées du Val-Doré " * 3,
        site="Maison de services de Saint-Oyen-le-Vieux " * 3,
        line=f"tls://{'hub.' * 15}example:4222,wss://{'hub.' * 15}example#{LETTERS}",
        address=f"tls://{'hub.' * 15}example:4222,wss://{'hub.' * 15}example",
        letters=LETTERS,
        until=datetime(2026, 3, 9, 9, 4, tzinfo=UTC),
    )
    pdf = pypdfium2.PdfDocument(invitation_sheets([facts]))
    assert len(pdf) == 1
    assert LETTERS in pdf[0].get_textpage().get_text_range()
    pdf.close()
