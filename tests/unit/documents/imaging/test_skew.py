# SPDX-License-Identifier: GPL-3.0-only
"""Who decides which way is up: the letters where they are certain, else the letters and one more
witness together, else nobody.
"""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from documents.imaging import skew
from documents.imaging.letters import LetterStanding
from documents.imaging.skew import find_lie
from resources import resource_path


def _page() -> Image.Image:
    page = Image.new("L", (1240, 1754), 255)
    font = ImageFont.truetype(str(resource_path("fonts/DejaVuSans.ttf")), 24)
    for line in range(20):
        words = "Je vous envoie les pièces de mon dossier de logement"
        ImageDraw.Draw(page).text((120, 200 + 50 * line), words, font=font, fill=0)
    return page


@pytest.mark.parametrize(
    ("letters", "tesseract", "turn_deg", "sure"),
    [
        (LetterStanding(2, lean=True, likely=True, certain=True), None, 180, True),
        (LetterStanding(0, lean=True, likely=True), None, 0, True),  # its ascenders agree
        (LetterStanding(2, lean=True, likely=True), None, 0, False),  # they do not
        (LetterStanding(2, lean=True, likely=True), 2, 180, True),
        (LetterStanding(0, lean=True, likely=True, plain=True), None, 0, True),
        (LetterStanding(2, lean=True, likely=True, plain=True), None, 0, False),  # lines hang
        (LetterStanding(2, lean=True, likely=True, plain=True), 2, 180, True),
        (LetterStanding(2, lean=True), 2, 180, True),
        (LetterStanding(2, lean=True), 0, 0, False),
        (LetterStanding(2), 2, 0, False),  # by chance
        (LetterStanding(), None, 0, False),
    ],
)
def test_a_page_is_turned_only_when_witnesses_agree(
    monkeypatch: pytest.MonkeyPatch,
    letters: LetterStanding,
    tesseract: int | None,
    turn_deg: int,
    sure: bool,
) -> None:
    monkeypatch.setattr(skew, "standing", lambda *_: letters)
    monkeypatch.setattr(skew, "quarters_by_tesseract", lambda _grey: tesseract)
    lie = find_lie(_page())
    assert (lie.turn_deg, lie.sure) == (turn_deg, sure)


def test_a_page_without_ink_is_not_sure() -> None:
    assert not find_lie(Image.new("L", (1240, 1754), 255)).sure
