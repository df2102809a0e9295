# SPDX-License-Identifier: GPL-3.0-only
"""A sheet of A4 at 300 dpi to draw on in millimetres, and the invented person and bodies that the
papers name.

Nobody and nothing here exists: telephone numbers are of the range kept for fiction, the town has no
post code.
"""

from __future__ import annotations

import functools
from typing import Literal

import msgspec
from PIL import Image, ImageDraw, ImageFont

from resources import resource_path

DPI = 300
WIDTH_PX, HEIGHT_PX = 2480, 3508
PX_PER_MM = DPI / 25.4

type Colour = tuple[int, int, int]
type Weight = Literal["", "-Bold", "Mono"]
BLACK: Colour = (26, 26, 30)
GREY: Colour = (110, 112, 118)
PEN: Colour = (30, 42, 118)
GREEN: Colour = (16, 92, 74)
GOLD: Colour = (199, 146, 38)


class InventedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """The invented person of the papers."""

    first_names: str = "Maëlle Jeanne"
    last_name: str = "Garrigue-Tesson"
    born_on: str = "14/05/1988"
    birthplace: str = "Val-Doré"
    street: str = "12, chemin des Lavandes"
    town: str = "00100 Val-Doré"
    caller_number: str = "1042317"


BODY = "Caisse d'entraide du Val-Doré"
EMPLOYER = ("Fournil des Trois Ponts", "4, place du Vieux-Lavoir", "00100 Val-Doré")


@functools.cache
def font(size_mm: float, weight: Weight = "") -> ImageFont.FreeTypeFont:
    """DejaVu with letters of this body height."""
    return ImageFont.truetype(
        str(resource_path(f"fonts/DejaVuSans{weight}.ttf")), round(size_mm * PX_PER_MM)
    )


def px(mm: float) -> int:
    """Pixels of a length."""
    return round(mm * PX_PER_MM)


class DrawnSheet:
    """White paper; all places and lengths in millimetres from the top left corner."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), "white")
        self.draw = ImageDraw.Draw(self.image)

    def text(
        self,
        at: tuple[float, float],
        text: str,
        size: float = 3.2,
        weight: Weight = "",
        *,
        colour: Colour = BLACK,
        anchor: str = "ls",
    ) -> None:
        """One line; `at` is its baseline's start, or what Pillow's `anchor` says."""
        self.draw.text(
            (px(at[0]), px(at[1])), text, fill=colour, font=font(size, weight), anchor=anchor
        )

    def paragraph(
        self,
        at: tuple[float, float],
        text: str,
        width: float,
        *,
        size: float = 2.6,
        lead: float = 1.45,
    ) -> float:
        """Lines broken at `width`; returns the y under the last one."""
        x, y = at
        line = ""
        for word in [*text.split(), ""]:
            longer = f"{line} {word}".strip()
            if line and (not word or font(size).getlength(longer) > px(width)):
                self.text((x, y), line, size, colour=GREY)
                y += size * lead
                longer = word
            line = longer
        return y

    def box(
        self,
        corners: tuple[float, float, float, float],
        *,
        fill: Colour | None = None,
        outline: Colour | None = None,
        line: float = 0.2,
        radius: float = 0.0,
    ) -> None:
        """A rectangle from (left, top) to (right, bottom)."""
        left_px, top, right, bottom = (px(value) for value in corners)
        self.draw.rounded_rectangle(
            (left_px, top, right, bottom), px(radius), fill, outline, max(1, px(line))
        )

    def rule(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: Colour = GREY,
        line: float = 0.2,
    ) -> None:
        """A straight line."""
        self.draw.line(
            (px(start[0]), px(start[1]), px(end[0]), px(end[1])),
            fill=colour,
            width=max(1, px(line)),
        )


def emblem(sheet: DrawnSheet, centre: tuple[float, float], radius: float) -> None:
    """The invented body's sign: a sun over two hills, in a ring."""
    scale = 4  # drawn large, then made small: smooth edges
    side = px(radius * 2) * scale
    picture = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((0, 0, side - 1, side - 1), fill=GREEN)
    inner = side * 0.06
    draw.ellipse((inner, inner, side - inner, side - inner), fill=(247, 243, 228))
    draw.ellipse((side * 0.36, side * 0.20, side * 0.64, side * 0.48), fill=GOLD)
    hills = Image.new("L", (side, side), 0)
    shape = ImageDraw.Draw(hills)
    shape.ellipse((-side * 0.35, side * 0.52, side * 0.72, side * 1.6), fill=255)
    shape.ellipse((side * 0.30, side * 0.60, side * 1.40, side * 1.7), fill=170)
    ring = Image.new("L", (side, side), 0)
    ImageDraw.Draw(ring).ellipse((inner, inner, side - inner, side - inner), fill=255)
    green = Image.new("RGB", (side, side), (38, 128, 100))
    picture.paste(green, (0, 0), Image.composite(hills, Image.new("L", (side, side), 0), ring))
    small = picture.resize((side // scale, side // scale), Image.Resampling.LANCZOS)
    sheet.image.paste(small, (px(centre[0] - radius), px(centre[1] - radius)))
