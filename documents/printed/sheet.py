# SPDX-License-Identifier: GPL-3.0-only
"""A4 sheets filled from top to bottom with our own fonts: the pen of the receipt.

Only DejaVu is used, embedded, because PDF/A allows no font that is not in the file.
"""

# mypy: disable-error-code="no-untyped-call"
# reportlab has no types; this is the only module that calls it.

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from resources import resource_path
from resources.plain_text import plain_text

BODY, BOLD = "PosteExpert", "PosteExpert-Bold"
_FILES = {BODY: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}

INK = HexColor("#1b1f27")
SOFT = HexColor("#565f6b")
ACCENT = HexColor("#0b4f6c")
TINT = HexColor("#eef4f7")
RULE = HexColor("#c9d3da")
AMBER = HexColor("#8a4b00")
AMBER_TINT = HexColor("#fdf4e3")

UNKNOWN = "\ufffd"
SMALLEST_PT = 3.0

WIDTH, HEIGHT = A4
MARGIN = 18 * mm
BOTTOM = 26 * mm
INNER = WIDTH - 2 * MARGIN
STEP = 8 * mm
"""How far a step's words stand behind its number."""


@dataclass(frozen=True, slots=True)
class TextStyle:
    """The look of a text: font, size and leading in points."""

    font: str = BODY
    size: float = 9.0
    leading: float = 12.5
    colour: Color = INK
    right: bool = False


WARNING = TextStyle(BOLD, 11, 16, AMBER)


def load_fonts() -> None:
    """Registers the fonts, once per process."""
    for name, file in _FILES.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(resource_path(f"fonts/{file}"))))


class PrintedSheet:
    """The pen: `y` is where the next thing goes, in points from the bottom.

    Args:
        on_page: draws what every page has; told the pen and the page's number.
    """

    def __init__(self, on_page: Callable[[PrintedSheet, int], None]) -> None:
        load_fonts()
        self._file = io.BytesIO()
        self.canvas = Canvas(
            self._file, pagesize=A4, initialFontName=BODY, pageCompression=1, invariant=1
        )
        self.page = 0
        self.y = 0.0
        self._on_page = on_page
        self._begin()

    def finish(self) -> bytes:
        """The PDF, not yet PDF/A."""
        self.canvas.showPage()
        self.canvas.save()
        return self._file.getvalue()

    def need(self, height: float) -> None:
        """Goes to a new page when less than `height` is left."""
        if self.y - height < BOTTOM:
            self.canvas.showPage()
            self._begin()

    def down(self, height: float) -> None:
        """Leaves room."""
        self.y -= height

    def put(
        self,
        text: str,
        kind: TextStyle,
        after: float = 0.0,
        *,
        x: float = MARGIN,
        width: float = INNER,
    ) -> None:
        """Writes a wrapped text, on a new page where this one has no room; moves below it."""
        self.need(height_of(text, kind, width))
        self.down(self.text(text, kind, x=x, width=width) + after)

    def text(self, text: str, kind: TextStyle, x: float = MARGIN, width: float = INNER) -> float:
        """Writes a wrapped text at `y` without moving it; answers its height."""
        paragraph = _paragraph(text, kind)
        _width, height = paragraph.wrapOn(self.canvas, width, HEIGHT)
        paragraph.drawOn(self.canvas, x, self.y - height)
        return float(height)

    def line(
        self, colour: Color = RULE, x: float = MARGIN, width: float = INNER, thick: float = 0.6
    ) -> None:
        """A rule at `y`."""
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(thick)
        self.canvas.line(x, self.y, x + width, self.y)

    def band(self, height: float, colour: Color) -> None:
        """A band along the upper rim of the page."""
        self.canvas.setFillColor(colour)
        self.canvas.rect(0, HEIGHT - height, WIDTH, height, stroke=0, fill=1)

    def panel(
        self, height: float, fill: Color, bar: Color, *, x: float = MARGIN, width: float = INNER
    ) -> None:
        """A tinted panel hanging from `y`, with a bar at its left."""
        self.canvas.setFillColor(fill)
        self.canvas.roundRect(x, self.y - height, width, height, 1.6 * mm, stroke=0, fill=1)
        self.canvas.setFillColor(bar)
        self.canvas.rect(x, self.y - height, 1.1 * mm, height, stroke=0, fill=1)

    def box(self, x: float, side: float) -> None:
        """An empty box to tick, hanging from `y`."""
        self.frame(x, self.y - side, side, side)

    def ticked(self, words: str, kind: TextStyle, side: float) -> None:
        """A text behind an empty box."""
        x, width = MARGIN + side + 3.5 * mm, INNER - side - 3.5 * mm
        self.need(height_of(words, kind, width))
        self.box(MARGIN, side)
        self.down(self.text(words, kind, x=x, width=width) + 1.5 * mm)

    def step(self, number: int, words: str, kind: TextStyle) -> None:
        """A text behind its number."""
        x, width = MARGIN + STEP, INNER - STEP
        self.need(height_of(words, kind, width))
        self.text(f"{number}.", kind, width=STEP)
        self.down(self.text(words, kind, x=x, width=width) + 3 * mm)

    def warning(self, words: str) -> None:
        """A text in a panel that is seen first."""
        width = INNER - 10 * mm
        height = height_of(words, WARNING, width) + 6 * mm
        self.need(height)
        self.panel(height, AMBER_TINT, AMBER)
        self.down(3 * mm)
        self.text(words, WARNING, x=MARGIN + 5 * mm, width=width)

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """An empty frame with its lower left corner at x, y."""
        self.canvas.setStrokeColor(INK)
        self.canvas.setLineWidth(1.2)
        self.canvas.rect(x, y, width, height, stroke=1, fill=0)

    def stroke(
        self, start: tuple[float, float], end: tuple[float, float], colour: Color = INK
    ) -> None:
        """A line from one point (x, y) to another."""
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(1.2)
        self.canvas.line(*start, *end)

    def qr(self, text: str, x: float, y: float, side: float) -> None:
        """A QR code (ISO/IEC 18004, level M) with its lower left corner at x, y."""
        # an eighth of a second, and only whoever draws needs it
        from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

        code = QRCode(None, QRErrorCorrectLevel.M)
        code.addData(text)
        code.make()
        count = code.getModuleCount()
        dot = side / count
        self.canvas.setFillColor(INK)
        for row in range(count):
            for column in (column for column in range(count) if code.isDark(row, column)):
                self.canvas.rect(
                    x + column * dot, y + side - (row + 1) * dot, dot, dot, stroke=0, fill=1
                )

    def _begin(self) -> None:
        self.page += 1
        self.canvas.setFont(BODY, 9)
        self._on_page(self, self.page)


def begin_banded(sheet: PrintedSheet, _page: int) -> None:
    """Begin each page below a band: an `on_page` of sheets without a head of their own."""
    sheet.band(5 * mm, ACCENT)
    sheet.y = HEIGHT - MARGIN


def height_of(text: str, kind: TextStyle, width: float) -> float:
    """Return the height of a text when wrapped at `width`."""
    load_fonts()
    return float(_paragraph(text, kind).wrap(width, HEIGHT)[1])


def fitting(text: str, kind: TextStyle, width: float, height: float) -> TextStyle:
    """Return how to write a text where there is no more room than that: smaller, if it must be."""
    while height_of(text, kind, width) > height and kind.size > SMALLEST_PT:
        kind = replace(kind, size=0.9 * kind.size, leading=0.9 * kind.leading)
    return kind


def _paragraph(text: str, kind: TextStyle) -> Paragraph:
    style = ParagraphStyle(
        "text",
        fontName=kind.font,
        bulletFontName=kind.font,
        fontSize=kind.size,
        leading=kind.leading,
        textColor=kind.colour,
        alignment=TA_RIGHT if kind.right else TA_LEFT,
        splitLongWords=1,
    )
    return Paragraph(escape(_printable(text, kind.font)).replace("\n", "<br/>"), style)


def _printable(text: str, font: str) -> str:
    """Return words without signs that turn or hide others, and with a mark (U+FFFD) for a letter
    that the font has not: PDF/A refuses a whole paper for one.
    """
    glyphs = pdfmetrics.getFont(font).face.charToGlyph
    there = (
        sign if ord(sign) in glyphs or sign.isspace() else UNKNOWN for sign in plain_text(text)
    )
    return "".join(there)
