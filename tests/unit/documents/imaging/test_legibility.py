# SPDX-License-Identifier: GPL-3.0-only
"""A page that nobody could decide on is reported, with its place, while the caller is still there;
a good one is not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from PIL import Image

from documents.imaging.edits import Edits, LeaveAsScanned
from documents.imaging.legibility import FLAW_WORDS, Flaw, LegibilityFinding, place_words, sentence
from documents.imaging.page_box import PageBox
from documents.pages.clean import clean_page
from resources.texts import use_language
from tests.support import drawn_pages
from tests.support.drawn_pages import Flatbed
from tests.unit.documents.imaging import spoiled_pages

PAGES = {
    "form": drawn_pages.form,
    "letter": drawn_pages.letter,
    "payslip": drawn_pages.payslip,
    "card": drawn_pages.identity_card,
    "blank": drawn_pages.blank,
}
GLASSES = (
    Flatbed(1.7),
    Flatbed(-2.3, lid=196, scale=0.955),
    Flatbed(4.2, lid=24, scale=0.9),
    Flatbed(0.4, quarters=1),
)

Spoil = Callable[[Image.Image], Image.Image]


@cache
def _scan(name: str, flatbed: Flatbed) -> Image.Image:
    return drawn_pages.scan(PAGES[name]().reduce(2), flatbed)


def _found(scan: Image.Image) -> dict[Flaw, LegibilityFinding]:
    return {finding.flaw: finding for finding in clean_page(drawn_pages.jpeg(scan, dpi=150)).flaws}


@pytest.mark.parametrize(
    ("name", "flatbed"), list(zip(PAGES, (*GLASSES, GLASSES[0]), strict=True)), ids=list(PAGES)
)
def test_nothing_is_said_of_a_page_that_can_be_read(name: str, flatbed: Flatbed) -> None:
    assert _found(_scan(name, flatbed)) == {}


@pytest.mark.parametrize(
    ("name", "spoil", "flaw", "place"),
    [
        ("form", lambda scan: spoiled_pages.blurred(scan, 3), Flaw.BLURRED, "on the whole page"),
        (
            "payslip",
            lambda scan: spoiled_pages.half_blurred(scan, 3),
            Flaw.BLURRED,
            "at the bottom",
        ),
        ("letter", spoiled_pages.cut_at_left, Flaw.CUT_EDGE, "at the left"),
        ("payslip", spoiled_pages.dark, Flaw.TOO_DARK, "on the whole page"),
        ("form", spoiled_pages.with_finger, Flaw.FINGER, "at the bottom right"),
        ("card", spoiled_pages.with_glare, Flaw.GLARE, "at the top"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said_with_its_place(
    name: str, spoil: Spoil, flaw: Flaw, place: str
) -> None:
    found = _found(spoil(_scan(name, Flatbed(-2.3, lid=196, scale=0.955))))
    assert flaw in found
    assert place_words(found[flaw].box) == place


def test_a_side_is_named_as_the_page_stands_not_as_it_lay_on_the_glass() -> None:
    upright = spoiled_pages.cut_at_left(_scan("letter", Flatbed(0.0)), 0.3)
    found = _found(upright.transpose(Image.Transpose.ROTATE_180))
    assert place_words(found[Flaw.CUT_EDGE].box) == "at the left"


def test_a_page_that_is_left_as_scanned_is_looked_at_too() -> None:
    scan = spoiled_pages.blurred(_scan("letter", Flatbed(0.0)), 3)
    page = clean_page(drawn_pages.jpeg(scan, dpi=150), Edits((LeaveAsScanned(),)))
    assert [finding.flaw for finding in page.flaws] == [Flaw.BLURRED]


def test_every_flaw_has_its_words_in_french() -> None:
    use_language("fr")
    try:
        said = [sentence(LegibilityFinding(flaw, PageBox(0.7, 0.7, 0.9, 0.9))) for flaw in Flaw]
    finally:
        use_language("en")
    assert set(FLAW_WORDS) == set(Flaw)
    assert all("bas à droite" in text for text in said)
