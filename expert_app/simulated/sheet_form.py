# SPDX-License-Identifier: GPL-3.0-only
"""An invented request form, printed, filled in by hand, signed and stamped;
for the simulated scanner.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from expert_app.simulated.handwriting import Hand
from expert_app.simulated.sheets import (
    BODY,
    GREEN,
    GREY,
    PEN,
    Colour,
    DrawnSheet,
    InventedPerson,
    emblem,
    font,
    px,
)

_PALE: Colour = (232, 241, 236)
_LEFT, _RIGHT = 16.0, 194.0
_CELL = 5.6  # width of a box for one letter
_STAMP: Colour = (148, 32, 56)

_OATH = (
    "Je certifie sur l'honneur que les renseignements portés sur cette demande sont exacts et "
    "complets. Je m'engage à "
    "signaler tout changement de ma situation (logement, ressources, composition du foyer). La "
    "caisse peut vérifier "
    "ces éléments et demander des pièces justificatives. Une fausse déclaration expose à des "
    "sanctions."
)


def form_sheet(person: InventedPerson, random: np.random.Generator) -> Image.Image:
    """The form, RGB, A4 at 300 dpi, clean as it left the printer and the hand."""
    sheet = DrawnSheet()
    hand = Hand(sheet.draw, random, ink=PEN)
    _head(sheet)
    y = _section(sheet, 52, "1", "Vous")
    y = _letters(sheet, hand, y, "Nom de naissance", value=person.last_name, cells=24)
    y = _letters(sheet, hand, y, "Prénoms", value=person.first_names, cells=24)
    y = _date_and_number(sheet, hand, y, person)
    y = _line(sheet, hand, y, "Lieu de naissance", value=person.birthplace)
    y = _ticks(
        sheet,
        hand,
        y,
        "Situation",
        choices=("célibataire", "marié(e)", "pacsé(e)", "séparé(e)"),
        chosen=2,
    )
    y = _section(sheet, y + 3, "2", "Votre logement")
    y = _line(sheet, hand, y, "Adresse", value=f"{person.street}, {person.town}")
    y = _ticks(
        sheet,
        hand,
        y,
        "Vous êtes",
        choices=("locataire", "colocataire", "propriétaire", "hébergé(e)"),
        chosen=0,
    )
    y = _line(sheet, hand, y, "Entrée dans les lieux", value="01/09/2025")
    y = _line(sheet, hand, y, "Loyer mensuel, charges", value="540,00  +  62,50")
    y = _section(sheet, y + 3, "3", "Vos ressources du trimestre")
    y = _table(sheet, hand, y)
    y = _section(sheet, y + 5, "4", "Engagement et signature")
    y = sheet.paragraph((_LEFT, y + 1), _OATH, _RIGHT - _LEFT)
    _sign(sheet, hand, y + 3)
    _foot(sheet)
    return _stamped(sheet.image, random)


def _head(sheet: DrawnSheet) -> None:
    emblem(sheet, (27, 24), 11)
    sheet.text((42, 21), BODY, 5.0, "-Bold", colour=GREEN)
    sheet.text((42, 27.5), "Service des aides au logement", 3.2, colour=GREY)
    sheet.text((42, 32.5), "8, allée du Kiosque · 00100 Val-Doré", 2.7, colour=GREY)
    sheet.box((150, 13, _RIGHT, 34), outline=GREEN, line=0.35, radius=1.5)
    sheet.text((153, 18.5), "Réservé à la caisse", 2.5, colour=GREY)
    sheet.text((153, 30), "VD-AL 204 · 01/2026", 2.5, colour=GREY)
    sheet.box((_LEFT, 38, _RIGHT, 48), fill=GREEN, radius=1.2)
    sheet.text((20, 45), "Demande d'aide au logement", 5.2, "-Bold", colour=(255, 255, 255))
    sheet.text(
        (_RIGHT - 4, 44.7),
        "à remplir en capitales, à l'encre",
        2.8,
        colour=(220, 238, 230),
        anchor="rs",
    )


def _section(sheet: DrawnSheet, y: float, number: str, title: str) -> float:
    sheet.box((_LEFT, y, _RIGHT, y + 6.6), fill=_PALE)
    sheet.box((_LEFT, y, _LEFT + 6.6, y + 6.6), fill=GREEN)
    sheet.text((_LEFT + 3.3, y + 5), number, 3.8, "-Bold", colour=(255, 255, 255), anchor="ms")
    sheet.text((_LEFT + 9.5, y + 4.9), title, 3.7, "-Bold", colour=GREEN)
    return y + 10.4


def _letters(
    sheet: DrawnSheet, hand: Hand, y: float, label: str, *, value: str, cells: int
) -> float:
    sheet.text((_LEFT, y + 5), label, 3.0)
    _cells(sheet, (56, y), cells)
    hand.write((px(56), px(y + 1.5)), value[:cells], px(3.9), px(_CELL))
    return y + 9.2


def _cells(sheet: DrawnSheet, at: tuple[float, float], count: int) -> None:
    x, y = at
    for cell in range(count):
        cell_x = x + cell * _CELL
        sheet.box((cell_x, y, cell_x + _CELL, y + 6.8), outline=(150, 175, 165), line=0.18)


def _date_and_number(sheet: DrawnSheet, hand: Hand, y: float, person: InventedPerson) -> float:
    sheet.text((_LEFT, y + 5), "Né(e) le", 3.0)
    _cells(sheet, (56, y), 8)
    hand.write((px(56), px(y + 1.5)), person.born_on.replace("/", ""), px(3.9), px(_CELL))
    sheet.text((108, y + 5), "N° d'allocataire", 3.0)
    _cells(sheet, (140, y), 7)
    hand.write((px(140), px(y + 1.5)), person.caller_number, px(3.9), px(_CELL))
    return y + 9.2


def _line(sheet: DrawnSheet, hand: Hand, y: float, label: str, *, value: str) -> float:
    sheet.text((_LEFT, y + 4.6), label, 3.0)
    for dot in range(150):
        x = 56 + dot * 0.92
        sheet.box((x, y + 5.4, x + 0.3, y + 5.6), fill=(150, 150, 155))
    hand.write((px(58), px(y + 1.0)), value, px(3.8))
    return y + 8.4


def _ticks(
    sheet: DrawnSheet, hand: Hand, y: float, label: str, *, choices: tuple[str, ...], chosen: int
) -> float:
    sheet.text((_LEFT, y + 4.6), label, 3.0)
    for number, choice in enumerate(choices):
        x = 57 + number * 34
        sheet.box((x, y + 1.2, x + 3.8, y + 5.0), outline=(110, 120, 118), line=0.25)
        sheet.text((x + 5.6, y + 4.6), choice, 3.0)
        if number == chosen:
            hand.stroke(
                [
                    (px(x - 0.3), px(y + 0.8)),
                    (px(x + 2.2), px(y + 3.3)),
                    (px(x + 4.3), px(y + 5.6)),
                ],
                6,
            )
            hand.stroke(
                [
                    (px(x + 4.4), px(y + 0.5)),
                    (px(x + 1.8), px(y + 3.2)),
                    (px(x - 0.4), px(y + 5.2)),
                ],
                6,
            )
    return y + 8.4


def _table(sheet: DrawnSheet, hand: Hand, y: float) -> float:
    columns = (_LEFT, 84.0, 121.0, 158.0, _RIGHT)
    rows = (
        ("", "décembre", "janvier", "février"),
        ("Salaires nets", "1 562,40", "1 574,15", "1 590,37"),
        ("Indemnités", "0", "86,40", "0"),
        ("Pensions reçues", "150", "150", "150"),
    )
    for number, row in enumerate(rows):
        top = y + number * 7.4
        if not number:
            sheet.box((_LEFT, top, _RIGHT, top + 7.4), fill=_PALE)
        sheet.rule((_LEFT, top + 7.4), (_RIGHT, top + 7.4), (150, 175, 165))
        sheet.text((columns[0] + 2, top + 5), row[0], 3.0)
        for column, value in zip(columns[1:], row[1:], strict=False):
            if number:
                hand.write((px(column + 8), px(top + 1.9)), value, px(3.6))
            else:
                sheet.text((column + 18, top + 5), value, 3.0, "-Bold", anchor="ms")
    for column in columns:
        sheet.rule((column, y), (column, y + 29.6), (150, 175, 165))
    sheet.rule((_LEFT, y), (_RIGHT, y), (150, 175, 165))
    return y + 29.6


def _sign(sheet: DrawnSheet, hand: Hand, y: float) -> None:
    sheet.text((_LEFT, y + 6), "Fait à", 3.0)
    hand.write((px(30), px(y + 2.4)), "Val-Doré", px(3.7))
    sheet.text((70, y + 6), "le", 3.0)
    hand.write((px(76), px(y + 2.4)), "02/03/2026", px(3.7))
    sheet.box((124, y, _RIGHT, y + 24), outline=(150, 175, 165), line=0.25, radius=1)
    sheet.text((126, y + 4), "Signature", 2.5, colour=GREY)
    hand.sign((px(134), px(y + 5)), px(44), px(15))


def _foot(sheet: DrawnSheet) -> None:
    sheet.rule((_LEFT, 284), (_RIGHT, 284), GREEN, 0.3)
    sheet.text(
        (_LEFT, 288), "Document inventé pour la démonstration, sans valeur.", 2.3, colour=GREY
    )
    sheet.text((_RIGHT, 288), "Page 1 / 1", 2.3, colour=GREY, anchor="rs")


def _stamped(paper: Image.Image, random: np.random.Generator) -> Image.Image:
    """A rubber stamp: ink that is not even, turned a little, over what is printed."""
    ink = Image.new("L", (px(62), px(30)), 0)
    draw = ImageDraw.Draw(ink)
    draw.rounded_rectangle((6, 6, ink.width - 6, ink.height - 6), 24, outline=255, width=8)
    centre = ink.width // 2
    draw.text((centre, px(8.5)), "VAL-DORÉ · ENTRAIDE", 255, font(3.2, "-Bold"), "ms")
    draw.text((centre, px(17)), "REÇU LE", 255, font(4.4, "-Bold"), "ms")
    draw.text((centre, px(25)), "02 MARS 2026", 255, font(5.2, "-Bold"), "ms")
    patches = (
        random.normal(205, 70, (ink.height // 12, ink.width // 12)).clip(40, 255).astype(np.uint8)
    )
    ink = ImageChops.multiply(
        ink, Image.fromarray(patches).resize(ink.size, Image.Resampling.BICUBIC)
    )
    ink = ink.rotate(8, Image.Resampling.BICUBIC, expand=True).filter(ImageFilter.GaussianBlur(1.2))
    colour = Image.new("RGB", ink.size, _STAMP)
    place = (px(52), px(243))
    under = paper.crop((*place, place[0] + ink.width, place[1] + ink.height))
    pressed = ImageChops.multiply(under, colour)
    paper.paste(Image.composite(pressed, under, ink), place)
    return paper
