# SPDX-License-Identifier: GPL-3.0-only
"""Pages drawn for the tests of documents, and a scanner that lays them badly on its glass.
All people are invented.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from resources import resource_path

A4_300 = (2480, 3508)

SENTENCES = (
    "Je soussignée, Éloïse Garance, certifie sur l'honneur l'exactitude des",
    "renseignements portés sur la présente déclaration. L'organisme peut",
    "vérifier les éléments déclarés et demander des pièces justificatives :",
    "avis d'imposition, bulletins de salaire, quittance de loyer, relevé",
    "d'identité bancaire, titre de séjour, certificat de scolarité, livret.",
)


_RUBRICS = (
    "Salaire de base",
    "Heures supplémentaires 125 %",
    "Prime d'ancienneté",
    "Santé, sécurité sociale",
    "Accidents du travail",
    "Retraite plafonnée",
    "Famille",
    "Assurance chômage",
    "CSG déductible de l'impôt",
    "Titres-restaurant",
    "Congés payés acquis",
    "Mutuelle obligatoire",
    "Transport, remboursement",
)


def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(resource_path(f"fonts/{name}")), size)


def _sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page = Image.new("RGB", A4_300, "white")
    return page, ImageDraw.Draw(page)


def form() -> Image.Image:
    """A form with a coloured band at the top, rules, boxes and a red stamp."""
    page, pen = _sheet()
    pen.rectangle((0, 0, 2480, 320), fill="#000091")
    pen.text((180, 110), "DÉCLARATION DE SITUATION", font=_font(96, bold=True), fill="white")
    y = 430
    for title in ("Vous", "Votre logement", "Vos ressources"):
        pen.rectangle((180, y, 2300, y + 80), fill="#E3E3FD")
        pen.text((200, y + 12), title, font=_font(46, bold=True), fill="#000091")
        y += 130
        for row in (
            "Nom de naissance :",
            "Prénoms :",
            "Né(e) le :",
            "Adresse :",
            "Montant mensuel :",
        ):
            pen.text((200, y), row, font=_font(40), fill="black")
            pen.text((900, y), "GARANCE – 684,50 €", font=_font(42), fill="#1a1a66")
            pen.line((880, y + 60, 2290, y + 60), fill="black", width=2)
            y += 92
        y += 50
    for sentence in SENTENCES:
        pen.text((200, y), sentence, font=_font(40), fill="black")
        y += 66
    pen.rounded_rectangle((1500, y + 60, 2100, y + 260), 24, outline="#c01020", width=8)
    pen.text((1560, y + 120), "REÇU 13 MARS", font=_font(64, bold=True), fill="#c01020")
    return page


def letter() -> Image.Image:
    """Running text with wide margins, black on white."""
    page, pen = _sheet()
    y = 500
    for paragraph in range(5):
        for sentence in SENTENCES:
            pen.text((320, y), sentence, font=_font(48), fill="black")
            y += 78
        y += 60 + paragraph
    return page


def payslip() -> Image.Image:
    """A dense table with a grid."""
    page, pen = _sheet()
    pen.text((180, 160), "BULLETIN DE SALAIRE", font=_font(70, bold=True), fill="black")
    random = np.random.default_rng(3)
    for line in range(38):
        y = 340 + line * 72
        pen.line((180, y, 2300, y), fill="#707070", width=3)
        pen.text((200, y + 14), _RUBRICS[line % len(_RUBRICS)], font=_font(36), fill="black")
        for column in (1180, 1520, 1900):
            pen.text(
                (column, y + 14), f"{random.uniform(1, 999):.2f}", font=_font(36), fill="black"
            )
    for x in (180, 1140, 1480, 1860, 2300):
        pen.line((x, 340, x, 340 + 38 * 72), fill="#707070", width=3)
    return page


def identity_card() -> Image.Image:
    """The copy of a card: one small coloured picture, a line of text above."""
    page, pen = _sheet()
    pen.text(
        (300, 500), "Copie recto de la carte d'identité (spécimen)", font=_font(42), fill="black"
    )
    pen.rounded_rectangle((600, 800, 1610, 1437), 40, fill="#cfe2f3", outline="#7f9fbf", width=4)
    pen.ellipse((700, 960, 960, 1300), fill="#d9a066")
    for line, text in enumerate(("GARANCE", "Éloïse, Noëlle", "née le 14 02 1987", "X4SPECIMEN4")):
        pen.text((1020, 960 + line * 90), text, font=_font(48), fill="black")
    return page


def blank() -> Image.Image:
    """Nothing at all."""
    return _sheet()[0]


@dataclass(frozen=True)
class Flatbed:
    """How badly a page lies: degrees clockwise, quarter turns, the lid's grey, how much of the
    glass it covers.
    """

    skew_deg: float = 0.0
    quarters: int = 0
    lid: int = 238
    scale: float = 0.97
    shadow: float = 0.12
    noise: float = 3.0


def scan(page: Image.Image, glass: Flatbed) -> Image.Image:
    """What a flatbed as large as the page would see of it, at the page's own resolution."""
    size = page.size
    random = np.random.default_rng(11)
    small = page.resize(
        (round(size[0] * glass.scale), round(size[1] * glass.scale)), Image.Resampling.BICUBIC
    )
    tinted = Image.blend(small, Image.new("RGB", small.size, (248, 244, 236)), 0.12)
    place = ((size[0] - small.width) // 2, (size[1] - small.height) // 2)
    sheet = Image.new("RGB", size)
    sheet.paste(tinted, place)
    mask = Image.new("L", size)
    mask.paste(255, (*place, place[0] + small.width, place[1] + small.height))
    sheet = sheet.rotate(-glass.skew_deg, Image.Resampling.BICUBIC)
    mask = mask.rotate(-glass.skew_deg, Image.Resampling.BILINEAR)
    seen = np.asarray(Image.composite(sheet, _lid(mask, glass.lid), mask), np.float32)
    seen = seen * _uneven_light(size, glass.shadow)[..., None]
    seen += random.standard_normal(seen.shape[:2], np.float32)[..., None] * np.float32(glass.noise)
    picture = Image.fromarray(seen.clip(0, 255).astype(np.uint8))
    return picture if not glass.quarters else picture.rotate(90 * glass.quarters, expand=True)


def _lid(mask: Image.Image, grey: int) -> Image.Image:
    """The scanner's lid, with the soft shadow that the sheet throws on it."""
    shadow = (
        np.asarray(mask.reduce(4).filter(ImageFilter.GaussianBlur(3)).resize(mask.size), np.float32)
        / 255
    )
    return Image.fromarray((grey * (1 - 0.25 * shadow)).astype(np.uint8)).convert("RGB")


def _uneven_light(
    size: tuple[int, int], depth: float
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Dark at the right and at the top, as when the lid stands open."""
    x = np.linspace(0, 1, size[0], dtype=np.float32)
    y = np.linspace(0, 1, size[1], dtype=np.float32)
    right = np.clip((x - 0.7) / 0.3, 0, 1) ** 2
    top = np.clip((0.12 - y) / 0.12, 0, 1)
    light: np.ndarray[tuple[int, int], np.dtype[np.float32]] = (
        1 - depth * right[None, :] - 0.6 * depth * top[:, None]
    )
    return light


def jpeg(picture: Image.Image, quality: int = 88, dpi: int = 300) -> bytes:
    """The scanner's file."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, dpi=(dpi, dpi))
    return file.getvalue()


def png(picture: Image.Image) -> bytes:
    """The same as PNG, fast."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()
