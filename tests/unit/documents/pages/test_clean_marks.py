# SPDX-License-Identifier: GPL-3.0-only
"""Cleaning never cuts ink and never loses a colour that means something: small coloured marks near
every edge of many kinds of papers are all there afterwards, in their colour.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from documents.imaging.encoding import Encoding
from documents.imaging.legibility import Doubt
from documents.imaging.masks import grown, pieces
from documents.pages.clean import CleanPage, clean_page
from documents.pdf.assemble import assemble
from resources import resource_path
from tests.support import drawn_pages
from tests.support.matrix import thinned

DPI = 150
A4 = (1240, 1754)
WHITE, PAPER, BLACK = (252, 252, 252), (250, 249, 246), (12, 12, 12)
RED, BLUE, CYAN = (200, 0, 20), (20, 40, 200), (30, 240, 240)
MARK_MM, FILLED = 3.4, 0.3
WHEN = datetime(2026, 3, 2, tzinfo=UTC)
WORDS = ("personne", "paie", "son", "loyer", "chaque", "mois", "sans", "retard", "logement")

type Colour = tuple[int, int, int]
type Paper = Callable[[float], tuple[Image.Image, Colour]]
"""Draws a scan with four marks so many millimetres from the edges of its sheet, in a colour."""


def _px(mm: float) -> int:
    return round(mm / 25.4 * DPI)


def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(resource_path(f"fonts/{name}")), size)


def _write(sheet: Image.Image, margin: int, ink: Colour = (20, 20, 20), lines: int = 99) -> None:
    pen, chance, font = ImageDraw.Draw(sheet), random.Random(5), _font(24)
    for line in range(min(lines, (sheet.height - 2 * margin) // 40)):
        text = ""
        while pen.textlength(text, font=font) < sheet.width - 2 * margin - 150:
            text += chance.choice(WORDS) + " "
        pen.text((margin, margin + 40 * line), text, font=font, fill=ink)


def _mark(sheet: Image.Image, mm: float, colour: Colour) -> Image.Image:
    pen, away, side = ImageDraw.Draw(sheet), _px(mm), _px(MARK_MM)
    for x in (away, sheet.width - away - side):
        for y in (away, sheet.height - away - side):
            pen.rectangle((x, y, x + side - 1, y + side - 1), fill=colour)
    return sheet


def _laid(
    sheet: Image.Image, lid: Colour, place: tuple[int, int], tilt_deg: float = 0.0
) -> Image.Image:
    glass = Image.new("RGB", A4, lid)
    tilted = sheet.convert("RGBA").rotate(tilt_deg, Image.Resampling.BICUBIC, expand=True)
    glass.paste(tilted, place, tilted)
    return glass


def _letter(mm: float) -> tuple[Image.Image, Colour]:
    sheet = Image.new("RGB", A4, PAPER)
    _write(sheet, 125)
    return _mark(sheet, mm, RED), RED


def _text_to_the_edge(mm: float) -> tuple[Image.Image, Colour]:
    sheet = Image.new("RGB", A4, PAPER)
    _write(sheet, 12)
    return _mark(sheet, mm, BLUE), BLUE


def _cover(ground: Colour, gold: Colour, *, title_px: int = 70) -> Paper:
    def draw(mm: float) -> tuple[Image.Image, Colour]:
        sheet = Image.new("RGB", A4, ground)
        pen = ImageDraw.Draw(sheet)
        pen.text((200, 400), "LIVRET DE FAMILLE", font=_font(title_px, bold=True), fill=gold)
        return _mark(sheet, mm, (230, 30, 30)), (230, 30, 30)

    return draw


def _negative(mm: float) -> tuple[Image.Image, Colour]:
    sheet = Image.new("RGB", A4, (10, 10, 10))
    _write(sheet, 125, ink=(240, 240, 240))
    return _mark(sheet, mm, (255, 60, 60)), (255, 60, 60)


def _small_sheet(
    size: tuple[int, int], lid: Colour, place: tuple[int, int], ground: Colour
) -> Paper:
    def draw(mm: float) -> tuple[Image.Image, Colour]:
        sheet = Image.new("RGB", size, ground)
        _write(sheet, 60)
        return _laid(_mark(sheet, mm, RED), lid, place), RED

    return draw


def _card(lid: Colour, place: tuple[int, int], tilt_deg: float = 0.0) -> Paper:
    def draw(mm: float) -> tuple[Image.Image, Colour]:
        sheet = Image.new("RGB", (506, 319), (210, 225, 240))
        pen = ImageDraw.Draw(sheet)
        pen.text((165, 60), "CARTE NATIONALE", font=_font(24), fill="black")
        pen.rectangle((40, 75, 145, 250), fill=(120, 100, 90))
        return _laid(_mark(sheet, mm, RED), lid, place, tilt_deg), RED

    return draw


def _photograph(mm: float) -> tuple[Image.Image, Colour]:
    y, x = np.mgrid[0 : A4[1], 0 : A4[0]]
    levels = np.stack([x / A4[0] * 150 + 60, y / A4[1] * 80 + 40, np.full_like(x, 30)], axis=2)
    return _mark(Image.fromarray(levels.astype(np.uint8)), mm, CYAN), CYAN


def _nearly_empty(mm: float) -> tuple[Image.Image, Colour]:
    return _mark(Image.new("RGB", A4, PAPER), mm, RED), RED


def _stamped(mm: float) -> tuple[Image.Image, Colour]:
    sheet = Image.new("RGB", A4, PAPER)
    _write(sheet, 300, lines=2)
    return _mark(sheet, mm, BLUE), BLUE


def _tilted(lid: Colour, degrees: float) -> Paper:
    def draw(mm: float) -> tuple[Image.Image, Colour]:
        sheet = Image.new("RGB", (950, 1344), PAPER)
        _write(sheet, 100)
        return _laid(_mark(sheet, mm, RED), lid, (70, 90), degrees), RED

    return draw


PAPERS: dict[str, Paper] = {
    "letter": _letter,
    "text to the very edge": _text_to_the_edge,
    "dark green cover": _cover((30, 80, 60), (230, 200, 90)),
    "dark blue cover, large letters": _cover((20, 30, 90), (240, 240, 240), title_px=84),
    "dark red cover": _cover((70, 10, 10), (230, 200, 90)),
    "black cover": _cover((18, 18, 18), (230, 200, 90)),
    "negative of a photocopy": _negative,
    "A5 on a white lid": _small_sheet((874, 1240), WHITE, (15, 15), (244, 242, 236)),
    "A5 on a black lid": _small_sheet((874, 1240), BLACK, (15, 15), PAPER),
    "receipt on a white lid": _small_sheet((472, 1300), WHITE, (30, 20), (248, 248, 248)),
    "receipt on a black lid": _small_sheet((472, 1300), BLACK, (300, 200), (248, 248, 248)),
    "card on a black lid": _card(BLACK, (350, 450)),
    "card in the corner of a black lid": _card(BLACK, (0, 0)),
    "tilted card on a black lid": _card(BLACK, (350, 450), 4.0),
    "card on a white lid": _card(WHITE, (350, 450)),
    "photograph": _photograph,
    "nearly empty": _nearly_empty,
    "two lines and a stamp": _stamped,
    "tilted on a grey lid": _tilted((150, 150, 150), 6.0),
    "tilted on a black lid": _tilted(BLACK, -3.0),
    "tilted on a white lid": _tilted(WHITE, 2.0),
}


def _marks(picture: Image.Image, colour: Colour) -> int:
    """Counts the pieces of about this hue that are filled, and at least a quarter of a mark large;
    the seam of another colour's letters is none.
    """
    if picture.mode == "L":
        return 0
    wanted = Image.new("RGB", (1, 1), colour).convert("HSV").getpixel((0, 0))
    assert isinstance(wanted, tuple)
    hue, saturation, _value = (
        np.asarray(band).astype(np.int16) for band in picture.convert("HSV").split()
    )
    apart = np.abs((hue - int(wanted[0]) + 128) % 256 - 128)
    coloured = (apart < 16) & (saturation > 110) & (_value > 90)
    boxes = pieces(grown(coloured, 3))
    least = _px(MARK_MM) * 0.6
    sides = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    return sum(
        bool(coloured[top:bottom, left:right].mean() > FILLED)
        for left, top, right, bottom in boxes[sides > least].tolist()
    )


def _clean(paper: str, mm: float, encoding: Encoding = Encoding.JPEG) -> tuple[CleanPage, int]:
    scan, colour = PAPERS[paper](mm)
    page = clean_page(drawn_pages.jpeg(scan, dpi=DPI), None, DPI, encoding)
    return page, _marks(_as_filed(page), colour)


def _as_filed(page: CleanPage) -> Image.Image:
    """The page as its document shows it: layers are drawn by a program that reads documents."""
    if page.layers is None:
        return Image.open(io.BytesIO(page.jpeg))
    document: Any = pypdfium2.PdfDocument(assemble([page.layers], "x", WHEN))  # type: ignore[no-untyped-call]  # pypdfium2 leaves it untyped
    try:
        picture: Image.Image = document[0].render(scale=page.dpi / 72).to_pil()
    finally:
        document.close()
    return picture


PAPER_NAMES = list(PAPERS)
DIAGONAL = [(name, (1.5, 3.0, 4.0, 6.0)[place % 4]) for place, name in enumerate(PAPER_NAMES)]


@pytest.mark.parametrize(("paper", "mm"), thinned(DIAGONAL, kept=DIAGONAL[::2]))
def test_every_mark_is_there_in_its_colour(paper: str, mm: float) -> None:
    _page, marks = _clean(paper, mm)
    assert marks == 4


@pytest.mark.long
@pytest.mark.parametrize("encoding", [Encoding.JPEG, Encoding.SMALL, Encoding.QUICK])
@pytest.mark.parametrize("mm", [1.5, 2.0, 3.0, 4.0, 5.0, 6.0])
@pytest.mark.parametrize("paper", PAPER_NAMES)
def test_every_mark_is_there_at_every_distance(paper: str, mm: float, encoding: Encoding) -> None:
    _page, marks = _clean(paper, mm, encoding)
    assert marks == 4


@pytest.mark.parametrize(
    "paper", ["card on a black lid", "tilted card on a black lid", "receipt on a black lid"]
)
def test_a_paper_on_a_black_lid_is_cut_out_of_it(paper: str) -> None:
    page, _marks_there = _clean(paper, 3.0)
    seen = np.asarray(Image.open(io.BytesIO(page.jpeg)).convert("L"))
    assert (seen < 60).mean() < 0.25
    assert Doubt.EDGE not in page.doubts


@pytest.mark.parametrize("paper", ["black cover", "negative of a photocopy"])
def test_a_page_that_may_be_all_lid_stays_whole_and_the_agent_is_told(paper: str) -> None:
    page, _marks_there = _clean(paper, 3.0)
    assert (page.box.right - page.box.left, page.box.bottom - page.box.top) == (1.0, 1.0)
    assert Doubt.EDGE in page.doubts
