# SPDX-License-Identifier: GPL-3.0-only
"""A healthy page is not turned: lined pages, ruled paper, tables and forms, in each position.

What stands exactly below each other (the same words, figures, a form's boxes) looks like lines
that run down the page.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from PIL import Image, ImageDraw, ImageFont

from documents.imaging.skew import find_lie
from resources import resource_path
from tests.support.matrix import thinned

A4_150 = (1240, 1754)
Draw = Callable[[ImageDraw.ImageDraw], None]


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(resource_path("fonts/DejaVuSans.ttf")), size)


def _frame(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((60, 60, 1180, 1694), outline=0, width=4)


def _lines(text: str, *, count: int = 30, framed: bool = True) -> Draw:
    def draw(pen: ImageDraw.ImageDraw) -> None:
        if framed:
            _frame(pen)
        for line in range(count):
            pen.text((110, 110 + 50 * line), text.format(line + 1), font=_font(22), fill=0)

    return draw


def _bars(height_px: int) -> Draw:
    """Text that is only hinted at, as in a test page."""

    def draw(pen: ImageDraw.ImageDraw) -> None:
        _frame(pen)
        for line in range(30):
            pen.rectangle((110, 110 + 50 * line, 1130, 110 + 50 * line + height_px), fill=0)

    return draw


def _ruled(written: int) -> Draw:
    def draw(pen: ImageDraw.ImageDraw) -> None:
        for y in range(150, 1670, 47):
            pen.line((40, y, 1200, y), fill=160, width=2)
        for line in range(written):
            words = f"Madame, Monsieur, voici les pièces de mon dossier {line}"
            pen.text((90, 167 + 47 * line), words, font=_font(24), fill=30)

    return draw


def _school_paper(written: int) -> Draw:
    """A French exercise book: rules every 2 mm, a darker one every 8, and lines down."""

    def draw(pen: ImageDraw.ImageDraw) -> None:
        for y in range(100, 1690, 12):
            pen.line((0, y, 1240, y), fill=150 if (y - 100) % 48 == 0 else 215, width=1)
        for x in range(180, 1240, 48):
            pen.line((x, 0, x, 1754), fill=200, width=1)
        for line in range(written):
            words = f"Je vous écris pour ma demande d'aide du mois {line}."
            pen.text((200, 200 + 48 * line), words, font=_font(24), fill=40)

    return draw


def _table(*, figures: bool, ruled: bool, words: bool = True) -> Draw:
    names = ("Salaire", "Prime", "Retraite", "Mutuelle", "Transport")

    def draw(pen: ImageDraw.ImageDraw) -> None:
        for row in range(29):
            if ruled:
                pen.line((70, 150 + 50 * row, 1170, 150 + 50 * row), fill=0, width=2)
            for column in range(5 if words and row < 28 else 0):
                figure = f"{((row * 5 + column) * 7919 % 99991) / 7:.2f}"
                cell = figure if figures or column else names[row % 5]
                place = (82 + 220 * column, 164 + 50 * row)
                pen.text(place, cell, font=_font(20), fill=0)
        for column in range(6 if ruled else 0):
            pen.line((70 + 220 * column, 150, 70 + 220 * column, 1550), fill=0, width=2)

    return draw


def _form(pen: ImageDraw.ImageDraw) -> None:
    """Names, and a box for each letter of the answer."""
    names = ("Nom de naissance", "Prénoms", "Né(e) le", "Adresse", "Code postal", "Téléphone")
    for row in range(16):
        y = 220 + 85 * row
        pen.text((110, y), f"{names[row % 6]} :", font=_font(22), fill=0)
        for box in range(18):
            pen.rectangle((430 + 38 * box, y - 6, 464 + 38 * box, y + 34), outline=0, width=2)


READABLE: dict[str, Draw] = {
    "numbered lines": _lines("Ligne de texte numéro {}"),
    "the same line again and again": _lines("Page synthétique : la même ligne encore et encore"),
    "the same without a frame": _lines("La même ligne encore et encore, ici", framed=False),
    "ruled paper": _ruled(20),
    "ruled paper, four lines": _ruled(4),
    "exercise book": _school_paper(20),
    "table": _table(figures=False, ruled=True),
    "table without rules": _table(figures=False, ruled=False),
    "form with boxes": _form,
    "table of figures": _table(figures=True, ruled=True),
    "figures without rules": _table(figures=True, ruled=False),
    "capitals": _lines("MADAME, VOTRE DEMANDE DE LOGEMENT {}"),
}
"""Their letters tell what is up."""

WITHOUT_LETTERS: dict[str, Draw] = {
    "bars": _bars(14),
    "thick bars": _bars(22),
    "empty ruled paper": _ruled(0),
    "empty exercise book": _school_paper(0),
    "empty table": _table(figures=True, ruled=True, words=False),
}
"""Nobody can tell whether they hang upside down."""


def _drawn(draw: Draw) -> Image.Image:
    page = Image.new("L", A4_150, 255)
    draw(ImageDraw.Draw(page))
    return page


@pytest.mark.parametrize(
    ("name", "quarters"),
    thinned(product(READABLE, range(4)), [(name, row % 4) for row, name in enumerate(READABLE)]),
)
def test_a_page_of_lines_is_brought_upright_from_every_position(name: str, quarters: int) -> None:
    scan = _drawn(READABLE[name]).rotate(90 * quarters, expand=True)
    lie = find_lie(scan)
    assert (lie.turn_deg, lie.sure) == (90 * quarters, True)


@pytest.mark.parametrize(
    ("name", "quarters"),
    thinned(
        product(WITHOUT_LETTERS, range(4)),
        [(name, row % 4) for row, name in enumerate(WITHOUT_LETTERS)],
    ),
)
def test_a_page_whose_letters_tell_nothing_stays_as_it_came_and_is_not_sure(
    name: str, quarters: int
) -> None:
    lie = find_lie(_drawn(WITHOUT_LETTERS[name]).rotate(90 * quarters, expand=True))
    assert (lie.turn_deg, lie.sure) == (0, False)
