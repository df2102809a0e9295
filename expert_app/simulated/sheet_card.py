# SPDX-License-Identifier: GPL-3.0-only
"""A photocopy of both sides of an identity card that no country issues;
for the simulated scanner.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from expert_app.simulated.handwriting import Hand
from expert_app.simulated.sheets import GREY, PEN, Colour, DrawnSheet, InventedPerson, font, px

_WIDTH, _HEIGHT = 128.4, 81.0  # mm: ISO/IEC 7810, format ID-1 (85.60 x 53.98), one and a half times
_INK: Colour = (34, 38, 66)
_FAINT: Colour = (120, 128, 160)
_HAIR: Colour = (74, 50, 38)
_SKIN: Colour = (232, 194, 168)
_SHADE: Colour = (214, 168, 142)
_SCALE = 2  # faces and guilloches are drawn larger, then made small: smooth edges


def card_sheet(person: InventedPerson, random: np.random.Generator) -> Image.Image:
    """The sheet with both sides, RGB, A4 at 300 dpi."""
    sheet = DrawnSheet()
    sheet.text(
        (20, 22),
        "Photocopie d'une pièce d'identité, recto et verso, agrandie à 150 %",
        2.8,
        colour=GREY,
    )
    left_mm = (210 - _WIDTH) / 2
    for top, side in ((36, _front(person, random)), (136, _back(person, random))):
        _paste(sheet, side, (left_mm, top))
    hand = Hand(sheet.draw, random, ink=PEN)
    hand.write((px(44), px(236)), "Copie certifiée conforme", px(4.2))
    hand.write((px(44), px(245)), "le 02/03/2026", px(4.2))
    hand.sign((px(126), px(238)), px(40), px(15))
    sheet.text((20, 288), "Document inventé pour la démonstration, sans valeur.", 2.3, colour=GREY)
    return sheet.image


def _paste(sheet: DrawnSheet, card: Image.Image, at: tuple[float, float]) -> None:
    """With round corners and the thin dark line that a copier leaves around a card."""
    mask = Image.new("L", card.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, card.width - 1, card.height - 1), px(4.5), fill=255
    )
    place = (px(at[0]), px(at[1]))
    shadow = Image.new("L", (card.width + 60, card.height + 60), 0)
    shadow.paste(mask, (34, 36))
    shadow = shadow.filter(ImageFilter.GaussianBlur(9)).point(lambda value: value * 0.42)
    sheet.image.paste((60, 60, 66), (place[0] - 30, place[1] - 30), shadow)
    sheet.image.paste(card, place, mask)


def _background(random: np.random.Generator, warm: bool) -> Image.Image:
    """Fine crossing waves on a gradient, as security printing has."""
    width, height = px(_WIDTH), px(_HEIGHT)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    gradient = np.stack(
        [214 + 26 * x / width, 226 + 10 * y / height, 240 - 22 * x / width], axis=-1
    )
    if warm:
        gradient = gradient[:, ::-1]
    phase = random.uniform(0, 6, 2)
    waves = np.sin((y + 26 * np.sin(x / 92 + phase[0])) / 2.9) + np.sin(
        (x + 34 * np.sin(y / 71 + phase[1])) / 3.4
    )
    lines = (waves > 1.35).astype(np.float32)[..., None] * np.array([26, 18, 10], np.float32)
    return Image.fromarray((gradient - lines).clip(0, 255).astype(np.uint8))


def _write(
    card: Image.Image, at: tuple[float, float], label: str, value: str, *, size: float = 3.5
) -> None:
    draw = ImageDraw.Draw(card)
    draw.text((px(at[0]), px(at[1])), label, _FAINT, font(2.1), "ls")
    draw.text((px(at[0]), px(at[1] + 4.9)), value, _INK, font(size, "-Bold"), "ls")


def _title(card: Image.Image, left_text: str, right: str) -> None:
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, card.width, px(11)), fill=(52, 66, 122))
    draw.text((px(6), px(7.4)), left_text, "white", font(3.7, "-Bold"), "ls")
    draw.text((card.width - px(6), px(7.4)), right, (206, 214, 240), font(2.7), "rs")


def _front(person: InventedPerson, random: np.random.Generator) -> Image.Image:
    card = _background(random, warm=False)
    _title(card, "TERRITOIRE DU VAL-DORÉ", "CARTE D'IDENTITÉ · IDENTITY CARD")
    portrait = _portrait()
    card.paste(portrait, (px(7), px(17)))
    small = portrait.resize((portrait.width // 3, portrait.height // 3)).convert("L").convert("RGB")
    ghost_at = (card.width - px(6) - small.width, px(45))
    under = card.crop((*ghost_at, ghost_at[0] + small.width, ghost_at[1] + small.height))
    card.paste(Image.blend(under, ImageChops.multiply(under, small), 0.45), ghost_at)
    _write(card, (49, 19), "NOM · SURNAME", person.last_name.upper(), size=4.0)
    _write(card, (49, 30), "PRÉNOMS · GIVEN NAMES", person.first_names)
    _write(card, (49, 41), "NÉ(E) LE · DATE OF BIRTH", person.born_on.replace("/", " "))
    _write(card, (86, 41), "À · PLACE", person.birthplace)
    _write(card, (49, 52), "N° DU DOCUMENT", "SPECIM 000 17")
    _write(card, (49, 63), "EXPIRE LE · EXPIRY", "30 06 2034")
    hand = Hand(ImageDraw.Draw(card), random, ink=_INK)
    hand.sign((px(84), px(63)), px(26), px(8))
    return _specimen(card)


def _back(person: InventedPerson, random: np.random.Generator) -> Image.Image:
    card = _background(random, warm=True)
    _title(card, "VERSO", "SPECIM 000 17")
    _write(card, (8, 20), "ADRESSE · ADDRESS", f"{person.street}, {person.town}")
    _write(card, (8, 31), "DÉLIVRÉE LE · ISSUED", "01 07 2024")
    _write(card, (50, 31), "PAR · BY", "Bureau d'état civil du Val-Doré")
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, px(51), card.width, card.height), fill=(246, 246, 243))
    surname = person.last_name.upper().replace("-", "<")
    given_names = person.first_names.upper().replace("Ë", "E").replace(" ", "<")
    # Laid out as ICAO 9303-5 (three lines of thirty), but with a country and check digits that are
    # none.
    lines = (
        "IDXXXSPECIM0001700<<<<<<<<<<<<",
        "8805140F3406300XXX<<<<<<<<<<<0",
        f"{surname}<<{given_names}",
    )
    for number, line in enumerate(lines):
        text = line[:30].ljust(30, "<")
        draw.text((px(8), px(60 + number * 8)), text, _INK, font(6.0, "Mono"), "ls")
    return _specimen(card)


def _specimen(card: Image.Image) -> Image.Image:
    """The word across the card, that nobody may take it for a real one."""
    ink = Image.new("L", (px(110), px(26)), 0)
    ImageDraw.Draw(ink).text(
        (ink.width // 2, ink.height // 2), "SPÉCIMEN", 120, font(17, "-Bold"), "mm"
    )
    ink = ink.rotate(20, Image.Resampling.BICUBIC, expand=True)
    at = ((card.width - ink.width) // 2 + px(8), (card.height - ink.height) // 2 + px(2))
    card.paste((196, 40, 62), at, ink)
    return card


def _portrait() -> Image.Image:
    """A simple drawn face on a pale ground, 36 x 46 mm."""
    width, height = px(36) * _SCALE, px(46) * _SCALE
    picture = Image.new("RGB", (width, height), (226, 229, 233))
    pen = _FacePen(ImageDraw.Draw(picture), width, height)
    pen.oval((0.50, 0.46), (0.335, 0.335), _HAIR)
    pen.draw.rounded_rectangle(pen.box(0.175, 0.42, 0.825, 0.80), 0.12 * width, fill=_HAIR)
    _draw_neck(pen)
    pen.oval((0.50, 0.485), (0.235, 0.245), _SKIN)
    pen.draw.pieslice(pen.box(0.25, 0.205, 0.75, 0.60), 180, 305, fill=_HAIR)
    for side in (-1, 1):
        _draw_half(pen, side)
    thin = round(0.014 * width)
    pen.draw.line(pen.box(0.5, 0.48, 0.485, 0.555), fill=_SHADE, width=thin)
    pen.draw.arc(pen.box(0.46, 0.535, 0.54, 0.575), 20, 160, fill=_SHADE, width=thin)
    pen.draw.chord(pen.box(0.43, 0.585, 0.57, 0.645), 10, 170, fill=(190, 96, 96))
    return picture.resize((width // _SCALE, height // _SCALE), Image.Resampling.LANCZOS)


class _FacePen(NamedTuple):
    """Draws in fractions of a picture's width and height."""

    draw: ImageDraw.ImageDraw
    width: int
    height: int

    def box(
        self, left: float, top: float, right: float, bottom: float
    ) -> tuple[float, float, float, float]:
        width, height = self.width, self.height
        return left * width, top * height, right * width, bottom * height

    def oval(self, centre: tuple[float, float], radii: tuple[float, float], fill: Colour) -> None:
        (x, y), (x_radius, y_radius) = centre, radii
        self.draw.ellipse(
            self.box(x - x_radius, y - y_radius, x + x_radius, y + y_radius), fill=fill
        )


def _draw_neck(pen: _FacePen) -> None:
    pen.oval((0.50, 1.06), (0.52, 0.30), (64, 92, 120))
    width, height = pen.width, pen.height
    collar = [(x * width, y * height) for x, y in ((0.38, 0.80), (0.62, 0.80), (0.5, 0.93))]
    pen.draw.polygon(collar, fill=_SHADE)
    pen.draw.rounded_rectangle(pen.box(0.40, 0.62, 0.60, 0.84), 0.06 * width, fill=_SHADE)


def _draw_half(pen: _FacePen, side: int) -> None:
    """Draw an eye, its brow and the cheek below; `side`: -1 left, 1 right."""
    pen.oval((0.5 + side * 0.095, 0.475), (0.042, 0.020), (250, 250, 248))
    pen.oval((0.5 + side * 0.095, 0.475), (0.019, 0.018), (70, 90, 70))
    brow = pen.box(0.5 + side * 0.15, 0.425, 0.5 + side * 0.04, 0.417)
    pen.draw.line(brow, fill=_HAIR, width=round(0.014 * pen.width))
    pen.oval((0.5 + side * 0.14, 0.56), (0.045, 0.025), (236, 178, 156))
